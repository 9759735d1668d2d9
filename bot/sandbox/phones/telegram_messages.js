// Draws the messages of a Telegram chat and the buttons under them.
import { h } from "./element.js";
import { link, picture } from "./links.js";
import { styled } from "./telegram_text.js";
import { shortTime, t } from "./texts.js";

/** Draw one message. `deeds`: command(text), press(message, button), say(text), textOf(id). */
export function telegramMessage(message, deeds) {
  const words = message.text ?? message.caption ?? "";
  const quote = message.reply_to ? h("p", { class: "quote" }, deeds.textOf(message.reply_to)) : null;
  const body = h(
    "div",
    { class: "balloon" },
    quote,
    art(message),
    words ? h("div", { class: "words" }, styled(words, message.entities, deeds.command)) : null,
    stamp(message),
  );
  return h("div", { class: "column" }, body, keyboard(message, deeds));
}

const ART = {
  image: (message) => picture(message.photo, t("image"), { class: "photo" }),
  document: (message) => h(
    "a",
    { class: "file", href: message.document, download: message.file_name },
    message.file_name,
  ),
  sticker: () => h(
    "div",
    { class: "sticker", role: "img", "aria-label": t("sticker") },
    h("span", { "aria-hidden": "true" }, "◠‿◠"),
  ),
};

const art = (message) => ART[message.kind]?.(message) ?? null;

/** Draw the keyboard that stands in place of the letters, if the last message of the bot left one. */
export function replyKeyboard(messages, deeds) {
  const last = messages.findLast(
    (message) => message.contents?.keyboard || message.contents?.remove_keyboard,
  );
  const rows = last?.contents.keyboard ?? [];
  return rows.map((row) => h("div", { class: "keys" }, row.map((button) => letterKey(button, deeds))));
}

function letterKey(button, deeds) {
  const text = button.text ?? button;
  const strange = button.request_contact || button.request_location;
  const send = () => (strange ? deeds.say(t("not_here", { what: text })) : deeds.command(text));
  return h("button", { type: "button", class: "key", onclick: send }, text);
}

const stamp = (message) => h(
  "span",
  { class: "stamp" },
  message.edited ? `${t("edited")} ` : "",
  h("time", null, shortTime(message.at)),
  message.from === "me" ? h("span", { "aria-hidden": "true" }, " ✓✓") : null,
);

function keyboard(message, deeds) {
  const rows = message.contents?.inline_keyboard ?? [];
  if (rows.length === 0) return null;
  return h(
    "div",
    { class: "keyboard" },
    rows.map((row) => h("div", { class: "keys" }, row.map((button) => key(button, message, deeds)))),
  );
}

function key(button, message, deeds) {
  const arrow = h("span", { "aria-hidden": "true" }, " ↗");
  if (button.url) return link(button.url, { class: "key" }, button.text, arrow);
  const strange = button.callback_data === undefined;
  const act = () => (strange ? deeds.say(t("not_here", { what: button.text })) : deeds.press(message, button));
  return h("button", { type: "button", class: "key", onclick: act }, button.text);
}
