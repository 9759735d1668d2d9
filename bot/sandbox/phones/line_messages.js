// Draws the messages of a LINE chat.
import { h } from "./element.js";
import { flex } from "./flex.js";
import { linked, picture } from "./links.js";
import { t } from "./texts.js";

const DRAWERS = {
  text: (message) => h("p", { class: "balloon" }, linked(message.text)),
  flex: (message, press) => flex(message.contents, press),
  template: (message, press) => template(message.contents ?? {}, press),
  image: (message) => picture(
    message.contents?.image ?? message.contents?.previewImageUrl ?? message.contents?.originalContentUrl,
    message.alt ?? t("image"),
    { class: "photo" },
  ),
  sticker: (message) => sticker(message),
  location: (message) => location(message),
};

/** Draw one message; `press(action)` is what its buttons do. */
export function lineMessage(message, press) {
  const draw = DRAWERS[message.kind];
  if (draw) return draw(message, press);
  return h("p", { class: "balloon" }, linked(message.text || message.alt || `[${message.kind}]`));
}

/** Draw the quick replies that stand under the last message. */
export function quickReplies(quick, press) {
  const items = Array.isArray(quick) ? quick : (quick?.items ?? []);
  if (items.length === 0) return null;
  const buttons = items.map(({ action, imageUrl }) => {
    const mark = imageUrl ? picture(imageUrl, "", { class: "quick-icon" }) : null;
    const words = action.label ?? action.type;
    return h("li", null, h("button", { type: "button", onclick: () => press(action) }, mark, words));
  });
  return h("ul", { class: "quick", "aria-label": t("quick") }, buttons);
}

function sticker(message) {
  const { packageId, stickerId } = message.contents ?? {};
  const name = [t("sticker"), packageId, stickerId].filter(Boolean).join(" ");
  return h(
    "div",
    { class: "sticker", role: "img", "aria-label": name },
    h("span", { "aria-hidden": "true" }, "◠‿◠"),
    h("small", { "aria-hidden": "true" }, name),
  );
}

function location(message) {
  const { title, address } = message.contents ?? {};
  return h(
    "p",
    { class: "balloon place" },
    h("strong", null, title ?? t("place")),
    h("span", null, address ?? message.text ?? ""),
  );
}

const TEMPLATES = { buttons, confirm, carousel, image_carousel: imageCarousel };

function template(contents, press) {
  return (TEMPLATES[contents.type] ?? buttons)(contents, press);
}

function actions(list, press) {
  return (list ?? []).map((action) => {
    const look = { type: "button", class: "flex-button link", onclick: () => press(action) };
    return h("button", look, action.label ?? action.uri ?? "");
  });
}

function buttons(one, press) {
  const look = { class: one.imageAspectRatio === "square" ? "thumbnail square" : "thumbnail" };
  const art = one.thumbnailImageUrl ? picture(one.thumbnailImageUrl, one.title ?? t("image"), look) : null;
  const words = [one.title ? h("strong", null, one.title) : null, h("p", null, linked(one.text))];
  const head = h("div", { class: "template-text" }, words);
  if (one.defaultAction) head.addEventListener("click", () => press(one.defaultAction));
  return h(
    "div",
    { class: "bubble template" },
    art,
    head,
    h("div", { class: "template-actions" }, actions(one.actions, press)),
  );
}

function confirm(one, press) {
  const question = h("div", { class: "template-text" }, h("p", null, linked(one.text)));
  const answers = h("div", { class: "template-actions sideways" }, actions(one.actions, press));
  return h("div", { class: "bubble template" }, question, answers);
}

function carousel(one, press) {
  const shape = { imageAspectRatio: one.imageAspectRatio };
  const columns = (one.columns ?? []).map((column) => h("li", null, buttons({ ...shape, ...column }, press)));
  return h("ul", { class: "carousel", tabindex: "0", "aria-label": t("cards") }, columns);
}

function imageCarousel(one, press) {
  const columns = (one.columns ?? []).map(({ imageUrl, action }) => {
    const label = action?.label ?? "";
    const art = picture(imageUrl, label, { class: "thumbnail square" });
    const look = { type: "button", class: "image-column", onclick: () => press(action) };
    return h("li", null, h("button", look, art, h("span", null, label)));
  });
  return h("ul", { class: "carousel", tabindex: "0", "aria-label": t("cards") }, columns);
}
