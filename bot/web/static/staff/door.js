// The door of one part: what is seen is kept on the device first and sent when there is a signal.
import { Camera } from "./camera.js";
import { Kept } from "./kept.js";
import { draw, show } from "./screen.js";
import { post, refresh } from "./wire.js";

const RETRY_MS = 10_000;
const SAME_CODE_MS = 4_000; // a code stays before the camera for many pictures
const BATCH = 100;
const LONGEST_CODE = 300; // signs; ours have a third of it, and somebody's address card would not be taken
const REFUSED = 409;
const TAKEN = ["checked_in", "already"];

const byId = (id) => document.getElementById(id);
const part = byId("door").dataset.part;
const kept = new Kept(part);
let sending = false;
let seen = { text: "", at: 0 };
const refused = []; // what was not taken of what was sent late: nobody stands before the door any more

/** Keep one thing that was seen, with the time it was seen, say so, and send it if that can be done. */
function take(what) {
  const scan = { key: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`, at: new Date().toISOString(), ...what };
  kept.add(scan);
  showKept(scan, "確かめています");
  redraw();
  send();
}

function showKept(scan, words) {
  const known = kept.find(scan);
  show(byId("result"), { result: "kept", words, name: known?.name, child: known?.child });
}

function onCode(text) {
  const again = text === seen.text && Date.now() - seen.at < SAME_CODE_MS;
  seen = { text, at: Date.now() };
  if (!again) take({ qr: [...text].slice(0, LONGEST_CODE).join("") });
}

async function send() {
  if (sending) return;
  sending = true;
  try {
    do {
      while (kept.queue.length) settle(await deliver(kept.queue.slice(0, BATCH)));
      kept.roster = await refresh(part);
    } while (kept.queue.length); // who came while the list was fetched is not left to the next try
    tell("on", "つながっています");
  } catch (error) {
    lost(error);
  } finally {
    sending = false;
    redraw();
  }
}

/** Send some scans; if they cannot be read, send the first alone, and then without it: one must not hold up the rest. */
async function deliver(scans) {
  try {
    return { scans, ...(await post(part, scans)) };
  } catch (error) {
    if (error.status !== REFUSED) throw error;
    if (scans.length > 1) return deliver(scans.slice(0, 1));
    return { scans, roster: kept.roster, results: [{ result: "unreadable", words: error.message }] };
  }
}

function settle({ scans, roster, results }) {
  kept.settle(scans, roster);
  show(byId("result"), results.at(-1));
  refused.push(...results.slice(0, -1).filter((one) => !TAKEN.includes(one.result)));
  byId("refused").textContent = refused.length
    ? `受け付けられなかったもの：${refused.map((one) => `${one.name ?? "名前が分かりません"}（${one.words}）`).join("、")}`
    : "";
}

function lost(error) {
  const closed = error.status === 403;
  const why = error.status >= 500 ? "ボットが休んでいます" : "電波がありません";
  tell("off", closed ? "もう一度入ってください。まだ送っていない受付は残っています" : `${why}。受付は続けられます`);
  const newest = kept.queue.at(-1);
  if (newest) showKept(newest, `この端末に残しました。${closed ? "もう一度入る" : "つながる"}と送ります`);
}

function tell(state, words) {
  byId("signal").dataset.state = state;
  byId("signal").textContent = words;
}

function redraw() {
  byId("unsent").textContent = String(kept.queue.length);
  draw(byId("people"), byId("counts"), kept, byId("search").value, { checkIn: (person) => take({ person }), takeBack });
}

async function takeBack(person, name) {
  if (kept.drop(person)) return redraw(); // it has not been sent: nobody knows of it yet
  if (!confirm(`${name}さんの受付を取り消しますか？`)) return undefined;
  try {
    kept.roster = await post(part, null, { act: "take-back", person });
    show(byId("result"), { result: "taken_back", words: "受付を取り消しました", name });
  } catch (error) {
    if (error.status === REFUSED) show(byId("result"), { result: "refused", words: error.message, name });
    else lost(error);
  }
  return redraw();
}

async function keepForLater() {
  if (!("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register("/staff/parts/worker.js");
  await (await caches.open("door")).add(location.pathname);
}

function forget() {
  const words = kept.queue.length ? `まだ送っていない受付が${kept.queue.length}件あります。それも消えます。` : "";
  if (!confirm(`${words}この端末から名簿を消しますか？`)) return;
  kept.forget();
  caches?.delete("door");
  redraw();
}

function begin() {
  const camera = new Camera(byId("video"), onCode);
  const whileOn = (on) => {
    for (const [id, hidden] of [["camera", !on], ["start", on], ["stop", !on]]) byId(id).hidden = hidden;
  };
  byId("start").addEventListener("click", async () => {
    const trouble = await camera.start();
    byId("trouble").textContent = trouble;
    whileOn(!trouble);
  });
  byId("stop").addEventListener("click", () => whileOn(camera.stop()));
  byId("digits").addEventListener("submit", (event) => {
    event.preventDefault();
    take({ digits: byId("number").value.normalize("NFKC") });
    byId("number").value = "";
  });
  byId("search").addEventListener("input", redraw);
  byId("send").addEventListener("click", send);
  byId("forget").addEventListener("click", forget);
  addEventListener("online", send);
  addEventListener("offline", () => tell("off", "電波がありません。受付は続けられます"));
  setInterval(send, RETRY_MS);
  redraw();
  send();
  // before that a press did nothing, or the browser sent the form itself and the number was lost
  for (const id of ["ready", "start", "send", "forget"]) byId(id).disabled = false;
  keepForLater().catch(() => {}); // without it all works, but for opening the page anew without a signal
}

begin();
