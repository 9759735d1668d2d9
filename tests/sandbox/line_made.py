"""Messages for LINE made to measure: each just within a limit, or just over it."""

import json
from typing import Any

Json = dict[str, Any]
APPLE = "🍎"  # two UTF-16 units, one grapheme cluster
FAMILY = "👨‍👩‍👧‍👦"  # eleven UTF-16 units, one grapheme cluster
HTTPS = "https://example.com/"


def url(length: int, start: str = HTTPS) -> str:
    return start + "a" * (length - len(start))


def postback(label: str = "Go", data: str = "go", **more: Any) -> Json:
    return {"type": "postback", "label": label, "data": data, **more}


def quick(items: int = 1, action: Json | None = None) -> Json:
    one = {"type": "action", "action": action or postback()}
    return {"type": "text", "text": "x", "quickReply": {"items": [one] * items}}


def template(**template: Any) -> Json:
    return {"type": "template", "altText": "x", "template": template}


def buttons(text: str = "x", actions: int = 1, **more: Any) -> Json:
    return template(type="buttons", text=text, actions=[more.pop("action", postback())] * actions, **more)


def confirm(text: str = "x", actions: int = 2) -> Json:
    return template(type="confirm", text=text, actions=[postback()] * actions)


def column(text: str = "x", actions: int = 1, **more: Any) -> Json:
    return {"text": text, "actions": [postback()] * actions, **more}


def carousel(*columns: Json) -> Json:
    return template(type="carousel", columns=list(columns))


def image_carousel(columns: int = 1, label: str = "x") -> Json:
    return template(type="image_carousel", columns=[{"imageUrl": HTTPS, "action": postback(label=label)}] * columns)


def flex(contents: Json, alt: str = "x") -> Json:
    return {"type": "flex", "altText": alt, "contents": contents}


def words(text: str = "x", **more: Any) -> Json:
    return {"type": "text", "text": text, **more}


def box(*contents: Json, layout: str = "vertical", **more: Any) -> Json:
    return {"type": "box", "layout": layout, "contents": list(contents), **more}


def bubble(*contents: Json, **more: Any) -> Json:
    return {"type": "bubble", "body": box(*contents), **more}


def heavy(size: int) -> Json:
    """Make a bubble whose compact JSON has exactly so many bytes."""
    bare = len(json.dumps(bubble(words("")), separators=(",", ":")))
    return bubble(words("a" * (size - bare)))


def heavy_carousel(size: int) -> Json:
    parts = [heavy(20_000), heavy(20_000)]
    bare = len(json.dumps({"type": "carousel", "contents": [*parts, heavy(1_000)]}, separators=(",", ":")))
    return {"type": "carousel", "contents": [*parts, heavy(1_000 + size - bare)]}


def image(**more: Any) -> Json:
    return {"type": "image", "originalContentUrl": HTTPS, "previewImageUrl": HTTPS, **more}


def place(**more: Any) -> Json:
    return {"type": "location", "title": "x", "address": "y", "latitude": 33.9, "longitude": 130.9, **more}


def imagemap(count: int = 1, **action: Any) -> Json:
    area = {"x": 0, "y": 0, "width": 1, "height": 1}
    return {
        "type": "imagemap",
        "baseUrl": HTTPS,
        "altText": "x",
        "baseSize": {"width": 1040, "height": 1040},
        "actions": [{"area": area, **action}] * count,
    }


ALL = {"type": "mention", "mentionee": {"type": "all"}}
PERSON = {"type": "mention", "mentionee": {"type": "user", "userId": "U" + "0" * 32}}
EMOJI = {"type": "emoji", "productId": "a", "emojiId": "1"}


def filled(count: int, one: Json, key: str = "k", rest: Json | None = None) -> Json:
    objects = {f"{key}{number}": one for number in range(count)}
    return {"type": "textV2", "text": "x", "substitution": {**objects, **(rest or {})}}


def gradient(angle: str = "90deg") -> Json:
    colours = {"startColor": "#000000", "endColor": "#ffffffff"}
    return flex(bubble(box(background={"type": "linearGradient", "angle": angle, **colours})))


PICTURE = {"type": "image", "url": HTTPS}
VIDEO = {"type": "video", "url": HTTPS, "previewUrl": HTTPS, "altContent": PICTURE}
SWITCH = {"type": "richmenuswitch", "richMenuAliasId": "a", "data": "x"}
BUTTON = {"type": "button", "action": postback("x" * 40)}
LONG_BUTTON = {"type": "button", "action": postback("x" * 41)}


def picker(**more: Any) -> Json:
    return {"type": "datetimepicker", "label": "x", "data": "x", "mode": "date", **more}


def link(uri: str) -> Json:
    return buttons(action={"type": "uri", "label": "x", "uri": uri})
