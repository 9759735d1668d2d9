// Lets the door's page be opened again without a signal: what the network gives is kept, and given when it is gone.
// The page holds no names; those are in the page's own storage and go with its button.

const SHELF = "door";
const PATIENCE_MS = 5_000;
const FILES = [
  "/static/staff/door.js",
  "/static/staff/camera.js",
  "/static/staff/kept.js",
  "/static/staff/screen.js",
  "/static/staff/wire.js",
  "/static/vendor/qr/decode.js",
  "/static/vendor/qr/index.js",
  "/static/pages.css",
  "/static/tokens.css",
  "/static/staff.css",
  "/static/console.css",
  "/static/leaf.svg",
];
const DOOR = /^\/staff\/parts\/\d+\/door$/;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELF).then((shelf) => shelf.addAll(FILES)).then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  const ours = url.origin === location.origin && event.request.method === "GET";
  if (ours && (DOOR.test(url.pathname) || FILES.includes(url.pathname))) event.respondWith(give(event.request, url.pathname));
});

async function give(request, path) {
  const shelf = await caches.open(SHELF);
  try {
    const answer = await soon(fetch(request));
    if (answer.ok) await shelf.put(path, answer.clone());
    return answer;
  } catch (error) {
    const kept = await shelf.match(path);
    if (kept) return kept;
    throw error;
  }
}

/** A weak signal must not hold the page up for minutes. */
function soon(answer) {
  return Promise.race([answer, new Promise((_, refuse) => setTimeout(() => refuse(new Error("too late")), PATIENCE_MS))]);
}
