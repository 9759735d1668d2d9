// Turns a Telegram text and its entities into page elements; offsets count UTF-16 units, as in both worlds.
import { h } from "./element.js";
import { link } from "./links.js";
import { t } from "./texts.js";

const TAGS = {
  bold: "b",
  italic: "i",
  underline: "u",
  strikethrough: "s",
  code: "code",
  pre: "pre",
  blockquote: "blockquote",
  expandable_blockquote: "blockquote",
};

/** Answer the nodes of a text; `command(text)` is what pressing a /command does. */
export function styled(text, entities, command) {
  const ordered = [...(entities ?? [])].sort((a, b) => a.offset - b.offset || b.length - a.length);
  return run(text ?? "", ordered, 0, (text ?? "").length, command);
}

function run(text, entities, from, to, command) {
  const nodes = [];
  let at = from;
  while (entities.length) {
    const [one, ...rest] = entities;
    const end = Math.min(one.offset + one.length, to);
    const inside = rest.filter((other) => other.offset < end);
    if (one.offset > at) nodes.push(text.slice(at, one.offset));
    const children = run(text, inside, Math.max(one.offset, at), end, command);
    nodes.push(wrap(one, children, text.slice(one.offset, end), command));
    at = end;
    entities = rest.slice(inside.length);
  }
  if (at < to) nodes.push(text.slice(at, to));
  return nodes;
}

function wrap(one, children, words, command) {
  if (TAGS[one.type]) return h(TAGS[one.type], null, children);
  if (one.type === "spoiler") return spoiler(children);
  if (one.type === "text_link") return link(one.url, null, children);
  if (one.type === "url") return link(/^[a-z]+:/i.test(words) ? words : `https://${words}`, null, children);
  const say = { type: "button", class: "command", onclick: () => command(words) };
  if (one.type === "bot_command") return h("button", say, children);
  return h("span", { class: "entity" }, children);
}

function spoiler(children) {
  const node = h(
    "button",
    { type: "button", class: "spoiler", "aria-label": t("spoiler"), "aria-expanded": "false" },
    h("span", null, children),
  );
  node.addEventListener("click", () => {
    node.classList.add("open");
    node.removeAttribute("aria-label");
    node.setAttribute("aria-expanded", "true");
  });
  return node;
}
