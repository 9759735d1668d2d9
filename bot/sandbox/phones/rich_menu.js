// Draws the rich menu: one picture with areas that can be pressed.
import { h, style } from "./element.js";
import { picture } from "./links.js";
import { t } from "./texts.js";

/** Draw a rich menu; areas are laid over the picture in the menu's own measure. */
export function richMenu(menu, press) {
  const { width, height } = menu.size ?? { width: 2500, height: 1686 };
  const art = menu.image ? picture(menu.image, "", { class: "rich-picture" }) : null;
  const areas = (menu.areas ?? []).map((area, n) => {
    const { label, displayText, text } = area.action ?? {};
    const name = label ?? displayText ?? text ?? t("area", { n: n + 1 });
    const node = h(
      "button",
      {
        type: "button",
        class: art ? "area" : "area named",
        onclick: () => press(area.action),
        "aria-label": name,
      },
      art ? null : name,
    );
    style(node, percent(area.bounds ?? {}, width, height));
    return node;
  });
  const node = h(
    "div",
    { class: "rich-menu", role: "group", "aria-label": menu.chatBarText ?? t("menu") },
    art,
    areas,
  );
  style(node, { "aspect-ratio": `${width} / ${height}` });
  return node;
}

function percent(bounds, width, height) {
  const part = (value, whole) => `${(100 * (value ?? 0)) / whole}%`;
  return {
    left: part(bounds.x, width),
    top: part(bounds.y, height),
    width: part(bounds.width, width),
    height: part(bounds.height, height),
  };
}
