// Speaks with the sandbox's control addresses; knows nothing of the page.

/** A refusal or a failure in words a person can read; `status` is 0 when nobody could be reached. */
export class ControlError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function ask(method, path, body, signal) {
  const request = { method, signal, cache: "no-store" };
  if (body !== undefined) {
    request.headers = { "Content-Type": "application/json" };
    request.body = JSON.stringify(body);
  }
  let response;
  try {
    response = await fetch(path, request);
  } catch {
    throw new ControlError(0, "");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new ControlError(response.status, answer.error ?? answer.message ?? "");
  return answer;
}

export const get = (path) => ask("GET", path);
export const post = (path, body) => ask("POST", path, body);
export const remove = (path) => ask("DELETE", path);

/** Where a person's screen and deeds live. */
export const personPath = (platform, id) => `/control/${platform}/people/${encodeURIComponent(id)}`;

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** Wait for changes for ever: `changed` gets their names ("*": everything), `lost` whether nobody answers. */
export async function follow(changed, lost) {
  let now = 0;
  for (;;) {
    try {
      const answer = await get(`/control/changes?after=${now}`);
      now = answer.now;
      changed(answer.changed);
    } catch {
      lost(true);
      await back();
      lost(false);
      now = 0; // the sandbox was started anew: it counts from the beginning
      changed(["*"]);
    }
  }
}

async function back() {
  for (;;) {
    await pause(1000);
    const found = await get("/control/people").catch(() => null);
    if (found) return;
  }
}
