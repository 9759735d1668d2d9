"""Checks Flex containers and components (manual: reference#flex-message); may not draw them."""

import json
import re
from collections.abc import Callable
from typing import Any

from bot.sandbox.line.actions import EVERYWHERE, FLEX_LABEL, check_action
from bot.sandbox.line.checking import COLOR, Sheet

BUBBLE_BYTES = 30 * 1024  # reference#bubble: 30 KB of JSON
CAROUSEL_BYTES = 50 * 1024  # reference#f-carousel: 50 KB of JSON
BUBBLES = 12  # reference#f-carousel
ANIMATED = 10  # reference#f-image: animated images in one message
SIZES = ("nano", "micro", "deca", "hecto", "kilo", "mega", "giga")  # reference#bubble
VIDEO_SIZES = ("kilo", "mega", "giga")  # reference#f-video
BLOCKS = ("header", "hero", "body", "footer")  # reference#bubble
# reference#box: what a box may hold, by layout
IN_BOX = ("box", "button", "image", "text", "separator", "filler")
IN_BASELINE = ("icon", "text", "filler")
MANY = 10_000  # the manual sets no number; the 30 KB do

_STEP = r"none|xs|sm|md|lg|xl|xxl"
_PIXELS = r"\d+(\.\d+)?px"
_PERCENT = r"\d+(\.\d+)?%"
SPACE = re.compile(f"{_STEP}|{_PIXELS}")
PADDING = re.compile(f"{_STEP}|{_PIXELS}|{_PERCENT}")
OFFSET = re.compile(f"{_STEP}|-?{_PIXELS}|-?{_PERCENT}")
WIDTH = re.compile(f"{_PIXELS}|{_PERCENT}")
BORDER = re.compile(f"none|light|normal|medium|semi-bold|bold|{_PIXELS}")
FONT = re.compile(f"xxs|xs|sm|md|lg|xl|xxl|3xl|4xl|5xl|{_PIXELS}")
PICTURE = re.compile(f"xxs|xs|sm|md|lg|xl|xxl|3xl|4xl|5xl|full|{_PIXELS}|{_PERCENT}")
RATIO = re.compile(r"\d+(\.\d+)?:\d+(\.\d+)?")
ANGLE = re.compile(r"\d+(\.\d+)?deg")

GRAVITY = ("top", "bottom", "center")
ALIGN = ("start", "end", "center")


def check_container(container: Sheet) -> None:
    """Check the `contents` of a Flex Message: a bubble, or a carousel of bubbles of one width."""
    kind = container.one_of("type", ("bubble", "carousel"), required=True)
    if kind == "bubble":
        _bubble(container, alone=True)
    elif kind == "carousel":
        _carousel(container)
    if _animated(container.data) > ANIMATED:
        container.fail("contents", f"At most {ANIMATED} animated images in a message")


def _carousel(container: Sheet) -> None:
    _weigh(container, CAROUSEL_BYTES)
    bubbles = container.sheets("contents", BUBBLES)
    for bubble in bubbles:
        bubble.one_of("type", ("bubble",), required=True)
        _bubble(bubble, alone=False)
    if len({bubble.data.get("size", "mega") for bubble in bubbles}) > 1:
        container.fail("contents", "All bubbles in a carousel must have the same size")
    container.close()


def _weigh(container: Sheet, most: int) -> None:
    # LINE does not say how it measures: compact UTF-8 is the smallest a client can send
    size = len(json.dumps(container.data, ensure_ascii=False, separators=(",", ":")).encode())
    if size > most:
        container.problems.add(container.path, f"must not be larger than {most // 1024} KB: {size} bytes")


def _animated(value: Any) -> int:
    if isinstance(value, dict):
        return (value.get("animated") is True) + sum(_animated(part) for part in value.values())
    return sum(_animated(part) for part in value) if isinstance(value, list) else 0


def _bubble(bubble: Sheet, alone: bool) -> None:
    _weigh(bubble, BUBBLE_BYTES)
    size = bubble.one_of("size", SIZES) or "mega"
    bubble.one_of("direction", ("ltr", "rtl"))
    _action(bubble)
    _styles(bubble)
    video = ("video",) if alone and size in VIDEO_SIZES else ()
    for name in BLOCKS:
        block = bubble.sheet(name, required=False)
        if block is not None:
            _component(block, ("box", "image", *video) if name == "hero" else ("box",))
    if not any(bubble.has(name) for name in BLOCKS):
        bubble.problems.add(bubble.path, "At least one block must be specified")
    bubble.close()


def _styles(bubble: Sheet) -> None:
    styles = bubble.sheet("styles", required=False)
    for name in BLOCKS if styles is not None else ():
        style = styles.sheet(name, required=False) if styles is not None else None
        if style is not None:
            style.shaped("backgroundColor", COLOR)
            style.flag("separator")
            style.shaped("separatorColor", COLOR)
            style.close()
    if styles is not None:
        styles.close()


def _action(part: Sheet, required: bool = False) -> None:
    action = part.sheet("action", required=required)
    if action is not None:
        check_action(action, EVERYWHERE, FLEX_LABEL, label_required=required)


def _component(part: Sheet, kinds: tuple[str, ...]) -> None:
    """Check a component; `kinds` are the types allowed at this place."""
    kind = part.one_of("type", kinds, required=True)
    if kind in kinds:
        _CHECKS[kind](part)
        part.close()


def _placed(part: Sheet) -> None:
    part.number("flex", 0)
    part.shaped("margin", SPACE)
    part.one_of("position", ("relative", "absolute"))
    for key in ("offsetTop", "offsetBottom", "offsetStart", "offsetEnd"):
        part.shaped(key, OFFSET)


def _box(part: Sheet) -> None:
    layout = part.one_of("layout", ("horizontal", "vertical", "baseline"), required=True)
    allowed = IN_BASELINE if layout == "baseline" else IN_BOX
    for child in part.sheets("contents", MANY, least=0):
        _component(child, allowed)
    _placed(part)
    for key, shape in _BOX_SHAPES.items():
        part.shaped(key, shape)
    part.one_of(
        "justifyContent",
        ("center", "flex-start", "flex-end", "space-between", "space-around", "space-evenly"),
    )
    part.one_of("alignItems", ("center", "flex-start", "flex-end"))
    _action(part)
    _background(part)


def _background(part: Sheet) -> None:
    background = part.sheet("background", required=False)
    if background is None:
        return
    background.one_of("type", ("linearGradient",), required=True)
    for key in ("angle", "startColor", "endColor"):
        background.text(key)
    background.shaped("angle", ANGLE)
    for key in ("startColor", "endColor", "centerColor"):
        background.shaped(key, COLOR)
    background.shaped("centerPosition", re.compile(_PERCENT))
    background.close()


_BOX_SHAPES = {
    "spacing": SPACE,
    "backgroundColor": COLOR,
    "borderColor": COLOR,
    "borderWidth": BORDER,
    "cornerRadius": SPACE,
    **dict.fromkeys(("width", "maxWidth", "height", "maxHeight"), WIDTH),
    **dict.fromkeys(("paddingAll", "paddingTop", "paddingBottom", "paddingStart", "paddingEnd"), PADDING),
}


def _button(part: Sheet) -> None:
    _action(part, required=True)
    _placed(part)
    part.one_of("height", ("sm", "md"))
    part.one_of("style", ("primary", "secondary", "link"))
    part.shaped("color", COLOR)
    part.one_of("gravity", GRAVITY)
    part.one_of("adjustMode", ("shrink-to-fit",))
    part.flag("scaling")


def _image(part: Sheet) -> None:
    part.url("url")
    _placed(part)
    _action(part)
    part.one_of("align", ALIGN)
    part.one_of("gravity", GRAVITY)
    part.shaped("size", PICTURE)
    _ratio(part)
    part.one_of("aspectMode", ("fit", "cover"))
    part.shaped("backgroundColor", COLOR)
    part.flag("animated")


def _ratio(part: Sheet) -> None:
    """Check `aspectRatio`: 1 to 100000 each, at most three times as high as wide (reference#f-image)."""
    part.shaped("aspectRatio", RATIO)
    value = part.data.get("aspectRatio")
    if not isinstance(value, str) or not RATIO.fullmatch(value):
        return
    width, height = (float(side) for side in value.split(":"))
    if not (1 <= width <= 100_000 and 1 <= height <= 100_000 and height <= 3 * width):
        part.fail("aspectRatio", f"invalid aspectRatio: {value}")


def _video(part: Sheet) -> None:
    part.url("url")
    part.url("previewUrl")
    _ratio(part)
    action = part.sheet("action", required=False)
    if action is not None:
        check_action(action, ("uri",), FLEX_LABEL)
    other = part.sheet("altContent")
    if other is not None:
        _component(other, ("box", "image"))


def _icon(part: Sheet) -> None:
    part.url("url")
    part.shaped("size", FONT)
    part.shaped("margin", SPACE)
    part.one_of("position", ("relative", "absolute"))
    for key in ("offsetTop", "offsetBottom", "offsetStart", "offsetEnd"):
        part.shaped(key, OFFSET)
    part.flag("scaling")
    _ratio(part)


def _worded(part: Sheet) -> None:
    part.shaped("size", FONT)
    part.shaped("color", COLOR)
    part.one_of("weight", ("regular", "bold"))
    part.one_of("style", ("normal", "italic"))
    part.one_of("decoration", ("none", "underline", "line-through"))


def _text(part: Sheet) -> None:
    spans = part.sheets("contents", MANY, least=0, required=False)
    for span in spans:
        _component(span, ("span",))
    part.text("text", required=not spans)
    _worded(part)
    _placed(part)
    _action(part)
    part.one_of("align", ALIGN)
    part.one_of("gravity", GRAVITY)
    part.one_of("adjustMode", ("shrink-to-fit",))
    part.flag("wrap")
    part.flag("scaling")
    part.shaped("lineSpacing", re.compile(_PIXELS))
    part.number("maxLines", 0)


def _span(part: Sheet) -> None:
    part.text("text", required=False)
    _worded(part)


def _separator(part: Sheet) -> None:
    part.shaped("margin", SPACE)
    part.shaped("color", COLOR)


def _filler(part: Sheet) -> None:
    part.number("flex", 0)


_CHECKS: dict[str, Callable[[Sheet], None]] = {
    "box": _box,
    "button": _button,
    "image": _image,
    "video": _video,
    "icon": _icon,
    "text": _text,
    "span": _span,
    "separator": _separator,
    "filler": _filler,
}
