// Makes page elements from plain values; text is always text, never markup.

/** Make one element; an `on…` function listens, true is an empty attribute, null none. */
export function h(tag, properties, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) give(node, name, value);
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

function give(node, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (typeof value === "function") node.addEventListener(name.slice(2), value);
  else node.setAttribute(name, value === true ? "" : value);
}

/** Set CSS properties one by one: the page's policy forbids the style attribute, not this. */
export function style(node, values) {
  for (const [name, value] of Object.entries(values)) {
    if (value !== null && value !== undefined) node.style.setProperty(name, String(value));
  }
}

const SHAPES = {
  send: "M4 12 20 4l-5 16-3.5-6.5z",
  photo: "M4 7h4l1.5-2h5L16 7h4v12H4zM12 10a3 3 0 1 0 .01 0",
  sticker: "M12 3a9 9 0 1 0 .01 0M8.5 10v.5M15.5 10v.5M8 14c2 3 6 3 8 0",
  place: "M12 21c-4-5-6-8-6-11a6 6 0 0 1 12 0c0 3-2 6-6 11M12 8a2 2 0 1 0 .01 0",
  back: "M15 5l-7 7 7 7",
};

/** Draw a small line picture; it says nothing to a screen reader, its button does. */
export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const picture = document.createElementNS(space, "svg");
  const path = document.createElementNS(space, "path");
  for (const [key, value] of [["viewBox", "0 0 24 24"], ["class", "icon"], ["aria-hidden", "true"]]) {
    picture.setAttribute(key, value);
  }
  path.setAttribute("d", SHAPES[name]);
  picture.append(path);
  return picture;
}
