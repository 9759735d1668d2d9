// Talks with the bot: sends what was seen, asks who is expected. Keeps nothing.

const PATIENCE_MS = 15_000;

/** Send scans, or with `act` one act on one person; gives the bot's answer. Raises what kept it from us. */
export async function post(part, scans, act = null) {
  if (act) {
    await call(`/staff/parts/${part}/people`, { method: "POST", body: new URLSearchParams(act) });
    return refresh(part);
  }
  const body = JSON.stringify({ sent_at: new Date().toISOString(), scans });
  const answer = await call(`/staff/parts/${part}/scans`, { method: "POST", body, type: "application/json" });
  return answer.json();
}

/** Ask who is expected and who has come. */
export async function refresh(part) {
  return (await call(`/staff/parts/${part}/roster`, {})).json();
}

async function call(path, { method = "GET", body, type }) {
  const headers = { Accept: "application/json", "X-Requested-With": "door", ...(type ? { "Content-Type": type } : {}) };
  const answer = await fetch(path, { method, body, headers, signal: AbortSignal.timeout(PATIENCE_MS) });
  if (answer.ok) return answer;
  const said = await answer.json().catch(() => ({}));
  throw Object.assign(new Error(said.error ?? "うまくいきませんでした"), { status: answer.status });
}
