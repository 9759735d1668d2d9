// Draws the door: the last result, large, by colour, sign and words; the names with their buttons. Decides nothing.

const SIGNS = { checked_in: ["ok", "✓"], already: ["again", "!"], kept: ["kept", "…"], taken_back: ["kept", "↩"] };
const REFUSED = ["no", "×"];
const MOST_SHOWN = 400;

/** Show one result. */
export function show(place, told) {
  const [look, sign] = SIGNS[told.result] ?? REFUSED;
  place.className = `result ${look}`;
  const lines = [node("b", `${sign} ${told.words}`)];
  if (told.name) lines.push(node("span", `${told.name}さん${told.child ? "（子ども）" : ""}`));
  if (told.host) lines.push(node("span", `${told.host}さんの同行者`));
  if (told.points) lines.push(node("span", `+${told.points}ポイント`));
  place.replaceChildren(...lines);
}

/** Draw the names that hold what is searched for; those still to come first. */
export function draw(list, counts, kept, wanted, acts) {
  const { people, came, expected } = kept.roster;
  const unsent = kept.unsent();
  const fresh = people.filter((one) => !one.came && unsent.has(one.person)).length;
  counts.textContent = `来た人 ${came + fresh} / ${expected}`;
  const text = wanted.normalize("NFKC").trim().toLowerCase();
  const found = people.filter((one) => matches(one, text));
  const order = (one) => (one.came || unsent.has(one.person) ? 1 : 0);
  const rows = found.sort((a, b) => order(a) - order(b)).slice(0, MOST_SHOWN);
  list.replaceChildren(...rows.map((one) => row(one, unsent.get(one.person), acts)));
}

function matches(one, text) {
  return !text || [one.name, one.host, one.digits].some((word) => word.normalize("NFKC").toLowerCase().includes(text));
}

function row(one, unsentAt, { checkIn, takeBack }) {
  const at = one.came ?? unsentAt;
  const who = node("p", "", node("b", one.name));
  if (one.child) who.append(" ", node("span", "子ども", null, "tag"));
  if (one.host) who.append(" ", node("span", `${one.host}さんの同行者`, null, "quiet"));
  const item = node("li", "", who);
  if (at) item.append(node("p", `✓ ${clock(at)}${one.came ? "" : "（まだ送っていません）"}${one.sure ? "" : "（仮）"}`, null, "came"));
  const [words, act] = at ? ["取り消す", takeBack] : ["受け付ける", checkIn];
  const button = node("button", words, null, "plain");
  button.type = "button";
  button.setAttribute("aria-label", `${one.name}：${words}`);
  button.addEventListener("click", () => act(one.person, one.name));
  item.append(button);
  return item;
}

function clock(at) {
  return new Intl.DateTimeFormat("ja", { hour: "numeric", minute: "2-digit", timeZone: "Asia/Tokyo" }).format(new Date(at));
}

function node(tag, text, child = null, className = "") {
  const made = document.createElement(tag);
  made.textContent = text;
  if (child) made.append(child);
  if (className) made.className = className;
  return made;
}
