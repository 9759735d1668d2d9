// What the size words of a Flex message stand for; the platform names them, the figures are chosen by eye.

const GAPS = { none: 0, xs: 2, sm: 4, md: 8, lg: 12, xl: 16, xxl: 20 };
const TEXTS = { xxs: 11, xs: 13, sm: 14, md: 16, lg: 19, xl: 22, xxl: 29, "3xl": 35, "4xl": 48, "5xl": 74 };
const IMAGES = {
  xxs: 40,
  xs: 60,
  sm: 80,
  md: 100,
  lg: 120,
  xl: 140,
  xxl: 160,
  "3xl": 180,
  "4xl": 200,
  "5xl": 220,
};
const BORDERS = { none: 0, light: 0.5, normal: 1, "semi-bold": 2, medium: 3, bold: 4 };
const BUBBLES = { nano: 120, micro: 160, deca: 220, hecto: 241, kilo: 260, mega: 300, giga: 386 };
const PLACES = {
  start: "flex-start",
  end: "flex-end",
  center: "center",
  "flex-start": "flex-start",
  "flex-end": "flex-end",
  "space-between": "space-between",
  "space-around": "space-around",
  "space-evenly": "space-evenly",
};
const GRAVITY = { top: "flex-start", center: "center", bottom: "flex-end" };

function length(words, value) {
  if (value === undefined || value === null) return null;
  if (value in words) return `${words[value]}px`;
  return /^\d+(\.\d+)?(px|%)$/.test(value) ? value : null;
}

export const gap = (value) => length(GAPS, value);
export const textSize = (value) => length(TEXTS, value);
export const iconSize = (value) => length(TEXTS, value ?? "md");
export const imageSize = (value) => (value === "full" ? "100%" : length(IMAGES, value ?? "md"));
export const border = (value) => length(BORDERS, value);
export const bubbleWidth = (value) => `${BUBBLES[value] ?? BUBBLES.mega}px`;
export const place = (value) => PLACES[value] ?? null;
export const gravity = (value) => GRAVITY[value] ?? null;

/** Pass only #RRGGBB and #RRGGBBAA. */
export const color = (value) => (/^#([0-9a-f]{6}|[0-9a-f]{8})$/i.test(value ?? "") ? value : null);

/** Write the picture ratio "20:13" as CSS does. */
export function ratio(value) {
  const [, width, height] = /^(\d+(?:\.\d+)?):(\d+(?:\.\d+)?)$/.exec(value ?? "") ?? [null, "1", "1"];
  return `${width} / ${height}`;
}
