// Knows where links and pictures may lead; the reserved https name stands for the app under test.
import { enter } from "./deep_links.js";
import { h } from "./element.js";
import { t } from "./texts.js";

const ADDRESS = /(https?:\/\/[^\s<>「」（）。、]+)/u;
const OPENABLE = new Set(["http:", "https:", "tel:", "mailto:"]);
const settings = { public_url: "", public_url_is: "", account_name: "" };

/** Give the name of the bot's account, "" where none was set. */
export const accountName = () => settings.account_name;

/** Take over the addresses from GET /control/settings. */
export function learn(found) {
  Object.assign(settings, found);
}

/** Give the address a browser can open, or null: only plain web, telephone and mail links are. */
export function mapped(url) {
  const named = settings.public_url.replace(/\/$/, "");
  const inside = named && (url === named || /^[/?#]/.test(url.slice(named.length))) && url.startsWith(named);
  const address = inside ? settings.public_url_is.replace(/\/$/, "") + url.slice(named.length) : url;
  try {
    return OPENABLE.has(new URL(address).protocol) ? address : null;
  } catch {
    return null;
  }
}

/** Make a link that opens in a new tab or in the app it leads to; plain text where it cannot be opened. */
export function link(url, properties, ...children) {
  const href = mapped(url);
  if (href === null) return h("span", { ...properties, title: t("not_opened", { url }) }, ...children);
  const follow = (event) => enter(url) && event.preventDefault();
  return h(
    "a",
    { ...properties, href, target: "_blank", rel: "noopener noreferrer", onclick: follow },
    ...children,
  );
}

/** Open a link in a new tab or in its app; answers false when this phone cannot. */
export function open(url) {
  if (enter(url)) return true;
  const href = mapped(url);
  if (href !== null) window.open(href, "_blank", "noopener,noreferrer");
  return href !== null;
}

/** Turn the web addresses inside a text into links; answers a list of nodes and strings. */
export function linked(text) {
  const pieces = String(text ?? "").split(ADDRESS); // every second one is an address
  return pieces.map((piece, n) => (n % 2 ? link(piece, null, piece) : piece));
}

/** Show a picture if it comes from the sandbox or the app under test, else a frame with its address. */
export function picture(url, alt, properties) {
  const address = mapped(url ?? "") ?? (url?.startsWith("/") ? url : null);
  if (address === null || !ours(address)) return frame(alt, url, properties);
  const image = h(
    "img",
    { ...properties, src: address, alt: alt || t("image"), referrerpolicy: "no-referrer" },
  );
  image.addEventListener("error", () => image.replaceWith(frame(alt, url, properties)), { once: true });
  return image;
}

function ours(address) {
  const origin = new URL(address, location.href).origin;
  if (origin === location.origin) return true;
  return settings.public_url_is !== "" && origin === new URL(settings.public_url_is).origin;
}

function frame(alt, url, properties) {
  const classes = `picture-frame ${properties?.class ?? ""}`;
  return h(
    "span",
    { ...properties, class: classes, role: "img", "aria-label": alt || t("image") },
    alt || t("image"),
    url ? h("small", null, url) : null,
  );
}
