// Draws a Flex message; what a press does is the caller's `press(action)`.
import { h, style } from "./element.js";
import {
  border,
  bubbleWidth,
  color,
  gap,
  gravity,
  iconSize,
  imageSize,
  place,
  ratio,
  textSize,
} from "./flex_sizes.js";
import { picture } from "./links.js";
import { t } from "./texts.js";

const BLOCKS = ["header", "hero", "body", "footer"];
const STIFF = ["icon", "separator", "spacer"];

/** Draw a bubble or a carousel of bubbles. */
export function flex(contents, press) {
  if (contents?.type !== "carousel") return bubble(contents ?? {}, press);
  const cards = (contents.contents ?? []).map((one) => h("li", null, bubble(one, press)));
  return h("ul", { class: "carousel", tabindex: "0", "aria-label": t("cards") }, cards);
}

function bubble(one, press) {
  const blocks = BLOCKS.filter((name) => one[name]).map((name) => block(one, name, press));
  const node = h("div", { class: "bubble", dir: one.direction === "rtl" ? "rtl" : null }, blocks);
  style(node, { width: bubbleWidth(one.size) });
  return pressable(node, one.action, press);
}

function block(one, name, press) {
  const look = one.styles?.[name] ?? {};
  const node = h("div", { class: `block block-${name}` }, component(one[name], press, "vertical"));
  style(node, { "background-color": color(look.backgroundColor) });
  if (look.separator) style(node, { "border-top": `1px solid ${color(look.separatorColor) ?? "#d4d6da"}` });
  return node;
}

const DRAWERS = {
  box,
  text,
  button,
  image,
  icon,
  separator,
  video,
  filler: empty,
  spacer: empty,
  span: text,
};

function component(one, press, inside) {
  const node = (DRAWERS[one.type] ?? unknown)(one, press, inside);
  style(node, { ...share(one, inside), ...offset(one) });
  return ["button", "separator", "filler"].includes(one.type) ? node : pressable(node, one.action, press);
}

/** Say how much of its box a component takes: beside one another all but the stiff ones share it equally. */
function share(one, inside) {
  const sideways = inside !== "vertical";
  const usual = one.type === "filler" || (sideways && !STIFF.includes(one.type)) ? 1 : 0;
  const fixed = one.type === "box" && (sideways ? one.width : one.height);
  const part = one.flex ?? (fixed ? 0 : usual);
  return { flex: part > 0 ? `${part} ${sideways ? 1 : 0} ${sideways ? "0" : "auto"}` : "0 0 auto" };
}

function offset(one) {
  const places = {
    top: gap(one.offsetTop),
    bottom: gap(one.offsetBottom),
    left: gap(one.offsetStart),
    right: gap(one.offsetEnd),
  };
  if (one.position === "absolute") return { position: "absolute", ...places };
  return Object.values(places).some(Boolean) ? { position: "relative", ...places } : {};
}

function box(one, press) {
  const layout = one.layout ?? "vertical";
  const node = h("div", { class: `box box-${layout}` });
  (one.contents ?? []).forEach((child, n) => {
    const drawn = component(child, press, layout);
    const space = gap(child.margin) ?? (n > 0 ? gap(one.spacing) : null);
    const side = layout === "vertical" ? "margin-top" : "margin-inline-start";
    if (child.position !== "absolute") style(drawn, { [side]: space });
    node.append(drawn);
  });
  style(
    node,
    {
      ...padding(one),
      ...frame(one),
      "justify-content": place(one.justifyContent),
      "align-items": place(one.alignItems),
    },
  );
  return node;
}

function padding(one) {
  const sides = {
    "padding-top": one.paddingTop,
    "padding-bottom": one.paddingBottom,
    "padding-inline-start": one.paddingStart,
    "padding-inline-end": one.paddingEnd,
  };
  const found = { padding: gap(one.paddingAll) };
  for (const [side, value] of Object.entries(sides)) found[side] = gap(value);
  return found;
}

function frame(one) {
  const thick = border(one.borderWidth);
  return {
    "background-color": color(one.backgroundColor),
    "background-image": gradient(one.background),
    border: thick || one.borderColor ? `${thick ?? "1px"} solid` : null,
    "border-color": color(one.borderColor),
    "border-radius": gap(one.cornerRadius),
    width: gap(one.width),
    height: gap(one.height),
    "max-width": gap(one.maxWidth),
    "max-height": gap(one.maxHeight),
  };
}

function gradient(background) {
  const angle = /^\d+(\.\d+)?deg$/.test(background?.angle ?? "") ? background.angle : null;
  if (background?.type !== "linearGradient" || !angle) return null;
  const steps = [color(background.startColor), color(background.centerColor), color(background.endColor)];
  return `linear-gradient(${angle}, ${steps.filter(Boolean).join(", ")})`;
}

function text(one, press) {
  const spans = (one.contents ?? []).map((span) => dressText(h("span", null, span.text ?? ""), span));
  const node = h("div", { class: `text${one.wrap ? " wrap" : ""}` }, spans.length ? spans : (one.text ?? ""));
  if (one.wrap && one.maxLines > 0) {
    node.classList.add("clamped");
    style(node, { "-webkit-line-clamp": one.maxLines });
  }
  style(
    node,
    {
      "text-align": one.align,
      "align-self": gravity(one.gravity),
      "line-height": one.lineSpacing ? `calc(1.35em + ${gap(one.lineSpacing)})` : null,
    },
  );
  return dressText(node, one);
}

function dressText(node, one) {
  style(node, {
    "font-size": textSize(one.size),
    "font-weight": one.weight === "bold" ? "700" : one.weight ? "400" : null,
    color: color(one.color),
    "font-style": one.style === "italic" ? "italic" : null,
    "text-decoration": ["underline", "line-through"].includes(one.decoration) ? one.decoration : null,
  });
  return node;
}

function button(one, press) {
  const look = ["primary", "secondary"].includes(one.style) ? one.style : "link";
  const label = one.action?.label ?? one.action?.uri ?? "";
  const node = h(
    "button",
    {
      type: "button",
      class: `flex-button ${look}${one.height === "sm" ? " low" : ""}`,
      onclick: () => press(one.action),
    },
    label,
  );
  style(
    node,
    {
      [look === "link" ? "color" : "background-color"]: color(one.color),
      "align-self": gravity(one.gravity),
    },
  );
  return node;
}

function image(one) {
  const size = imageSize(one.size);
  const node = picture(one.url, one.action?.label ?? t("image"), { class: "flex-image" });
  style(
    node,
    {
      width: size,
      "aspect-ratio": ratio(one.aspectRatio),
      "object-fit": one.aspectMode === "cover" ? "cover" : "contain",
      "background-color": color(one.backgroundColor),
    },
  );
  const around = h("div", { class: "flex-image-around" }, node);
  style(around, { "justify-content": place(one.align) ?? "center", "align-self": gravity(one.gravity) });
  return around;
}

function icon(one) {
  const node = picture(one.url, "", { class: "flex-icon" });
  style(node, { height: iconSize(one.size), "aspect-ratio": ratio(one.aspectRatio) });
  return node;
}

function separator(one, _press, inside) {
  const node = h("div", { class: inside === "vertical" ? "line-across" : "line-down" });
  style(node, { "background-color": color(one.color) });
  return node;
}

function video(one, press, inside) {
  if (one.altContent) return component(one.altContent, press, inside);
  return picture(one.previewUrl, t("image"), { class: "flex-image" });
}

function empty() {
  return h("div", { class: "filler" });
}

function unknown(one) {
  return h("div", { class: "text" }, `[${one.type}]`);
}

const PRESSED = "button, a, [role=button]";

/** Make a part press like a button; one that holds buttons stays a plain part that can be clicked. */
function pressable(node, action, press) {
  if (!action) return node;
  const act = (event) => {
    const pressed = event.target.closest(PRESSED);
    if (pressed === node || !node.contains(pressed)) press(action); // else a button inside was meant
  };
  node.addEventListener("click", act);
  node.classList.add("pressable");
  if (node.querySelector(PRESSED)) return node;
  node.setAttribute("role", "button");
  node.setAttribute("tabindex", "0");
  const words = node.textContent.trim();
  if (action.label && action.label !== words) node.setAttribute("aria-label", `${action.label} ${words}`.trim());
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    press(action);
  });
  return node;
}
