// The door of one part: what is seen is kept on the device first and sent when there is a signal.
import { Camera } from "./camera.js";
import { Kept } from "./kept.js";
import { draw, show } from "./screen.js";
import { post, refresh } from "./wire.js";

const RETRY_MS = 10_000;
const SAME_CODE_MS = 4_000; // a code stays before the camera for many pictures
const BATCH = 100;

const byId = (id) => document.getElementById(id);
const part = byId("door").dataset.part;
const kept = new Kept(part);
let sending = false;
let seen = { text: "", at: 0 };

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
  if (!again) take({ qr: text });
}

async function send() {
  if (sending) return;
  sending = true;
  try {
    while (kept.queue.length) {
      const scans = kept.queue.slice(0, BATCH);
      const answer = await post(part, scans);
      kept.settle(scans, answer.roster);
      const newest = answer.results.at(-1);
      if (newest) show(byId("result"), newest);
      tellOfRefused(answer.results.slice(0, -1));
    }
    kept.roster = await refresh(part);
    tell("on", "つながっています");
  } catch (error) {
    lost(error);
  } finally {
    sending = false;
    redraw();
  }
}

/** What could not be taken of several that were sent together must not be lost among the good ones. */
function tellOfRefused(results) {
  const refused = results.filter((one) => !["checked_in", "already"].includes(one.result));
  if (refused.length) {
    byId("trouble").textContent = `受け付けられなかったもの: ${refused.map((one) => `${one.name ?? "?"} ${one.words}`).join("、")}`;
  }
}

function lost(error) {
  const closed = error.status === 403;
  tell("off", closed ? "もう一度入ってください。まだ送っていない受付は残っています" : "電波がありません。受付は続けられます");
  const newest = kept.queue.at(-1);
  if (!error.status && newest) showKept(newest, "この端末に残しました。つながると送ります");
  if (!closed && error.status) show(byId("result"), { result: "unreadable", words: error.message });
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
  if (!confirm(`${name}さんの受付を取り消しますか?`)) return undefined;
  try {
    kept.roster = await post(part, null, { act: "take-back", person });
    show(byId("result"), { result: "taken_back", words: "受付を取り消しました", name });
  } catch (error) {
    lost(error);
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
  if (!confirm(`${words}この端末から名簿を消しますか?`)) return;
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
  keepForLater().catch(() => {}); // without it all works, but for opening the page anew without a signal
}

begin();
