"""Each limit of a message object: the last thing LINE takes and the first it refuses, by the manual's page."""

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


def imagemap(**action: Any) -> Json:
    area = {"x": 0, "y": 0, "width": 1, "height": 1}
    return {
        "type": "imagemap",
        "baseUrl": HTTPS,
        "altText": "x",
        "baseSize": {"width": 1040, "height": 1040},
        "actions": [{"area": area, **action}],
    }


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


# name → (accepted at the edge, refused one step beyond, property named in the refusal)
CASES: dict[str, tuple[Json, Json, str]] = {
    "text of 5000": (words("a" * 5000), words("a" * 5001), "messages[0].text"),
    "text counts UTF-16 units": (words(APPLE * 2500), words(APPLE * 2500 + "a"), "messages[0].text"),
    "text must not be empty": (words("a"), words(""), "messages[0].text"),
    "alt text of 1500": (
        flex(bubble(words()), "a" * 1500),
        flex(bubble(words()), "a" * 1501),
        "messages[0].altText",
    ),
    "template alt text of 1500": (
        {**confirm(), "altText": "a" * 1500},
        {**confirm(), "altText": "a" * 1501},
        "messages[0].altText",
    ),
    "13 quick replies": (quick(13), quick(14), "messages[0].quickReply.items"),
    "quick reply label of 20": (
        quick(action=postback(FAMILY * 20)),
        quick(action=postback("x" * 21)),
        "messages[0].quickReply.items[0].action.label",
    ),
    "camera in a quick reply only": (
        quick(action={"type": "camera", "label": "x"}),
        buttons(action={"type": "camera", "label": "x"}),
        "messages[0].template.actions[0].type",
    ),
    "no rich menu switch in a quick reply": (
        quick(action={"type": "clipboard", "label": "x", "clipboardText": "a" * 1000}),
        quick(action=SWITCH),
        "messages[0].quickReply.items[0].action.type",
    ),
    "clipboard of 1000": (
        buttons(action={"type": "clipboard", "label": "x", "clipboardText": "a" * 1000}),
        buttons(action={"type": "clipboard", "label": "x", "clipboardText": "a" * 1001}),
        "messages[0].template.actions[0].clipboardText",
    ),
    "4 buttons": (buttons(actions=4), buttons(actions=5), "messages[0].template.actions"),
    "buttons text of 160": (buttons("x" * 160), buttons("x" * 161), "messages[0].template.text"),
    "buttons text counts graphemes": (
        buttons(FAMILY * 160),
        buttons(FAMILY * 160 + "x"),
        "messages[0].template.text",
    ),
    "buttons text of 60 beside a title": (
        buttons("x" * 60, title="x" * 40),
        buttons("x" * 61, title="x"),
        "messages[0].template.text",
    ),
    "buttons text of 60 beside an image": (
        buttons("x" * 60, thumbnailImageUrl=HTTPS),
        buttons("x" * 61, thumbnailImageUrl=HTTPS),
        "messages[0].template.text",
    ),
    "buttons title of 40": (buttons(title="x" * 40), buttons(title="x" * 41), "messages[0].template.title"),
    "template label of 20": (
        buttons(action=postback("x" * 20)),
        buttons(action=postback("x" * 21)),
        "messages[0].template.actions[0].label",
    ),
    "confirm text of 240": (confirm("x" * 240), confirm("x" * 241), "messages[0].template.text"),
    "confirm has two actions": (confirm(), confirm(actions=1), "messages[0].template.actions"),
    "10 columns": (carousel(*[column()] * 10), carousel(*[column()] * 11), "messages[0].template.columns"),
    "3 actions in a column": (
        carousel(column(actions=3)),
        carousel(column(actions=4)),
        "messages[0].template.columns[0].actions",
    ),
    "columns have as many actions": (
        carousel(column(), column()),
        carousel(column(), column(actions=2)),
        "messages[0].template.columns",
    ),
    "column text of 120": (
        carousel(column("x" * 120)),
        carousel(column("x" * 121)),
        "messages[0].template.columns[0].text",
    ),
    "column text of 60 beside a title": (
        carousel(column("x" * 60, title="x" * 40)),
        carousel(column("x" * 61, title="x" * 40)),
        "messages[0].template.columns[0].text",
    ),
    "10 pictures": (image_carousel(10), image_carousel(11), "messages[0].template.columns"),
    "picture label of 12": (
        image_carousel(label="x" * 12),
        image_carousel(label="x" * 13),
        "messages[0].template.columns[0].action.label",
    ),
    "postback data of 300": (
        buttons(action=postback(data="あ" * 300)),
        buttons(action=postback(data="あ" * 301)),
        "messages[0].template.actions[0].data",
    ),
    "display text of 300": (
        buttons(action=postback(displayText=FAMILY * 300)),
        buttons(action=postback(displayText="x" * 301)),
        "messages[0].template.actions[0].displayText",
    ),
    "fill-in text only with the keyboard": (
        buttons(action=postback(inputOption="openKeyboard", fillInText="x" * 300)),
        buttons(action=postback(inputOption="openVoice", fillInText="x")),
        "messages[0].template.actions[0].fillInText",
    ),
    "message action of 300": (
        buttons(action={"type": "message", "label": "x", "text": "x" * 300}),
        buttons(action={"type": "message", "label": "x", "text": "x" * 301}),
        "messages[0].template.actions[0].text",
    ),
    "address of 1000": (link(url(1000)), link(url(1001)), "messages[0].template.actions[0].uri"),
    "telephone but no mail": (
        link("tel:0930000000"),
        link("mailto:a@example.com"),
        "messages[0].template.actions[0].uri",
    ),
    "percent-encoded address": (
        link(HTTPS + "%E6%B0%B4"),
        link(HTTPS + "水"),
        "messages[0].template.actions[0].uri",
    ),
    "date within 1900 and 2100": (
        buttons(action=picker(initial="2100-12-31")),
        buttons(action=picker(initial="2101-01-01")),
        "messages[0].template.actions[0].initial",
    ),
    "largest date after the smallest": (
        buttons(action=picker(min="2022-01-01", max="2022-01-02")),
        buttons(action=picker(min="2022-01-02", max="2022-01-02")),
        "messages[0].template.actions[0].max",
    ),
    "image over https": (
        image(originalContentUrl=url(2000)),
        image(originalContentUrl="http://example.com/"),
        "messages[0].originalContentUrl",
    ),
    "image address of 2000": (
        image(previewImageUrl=url(2000)),
        image(previewImageUrl=url(2001)),
        "messages[0].previewImageUrl",
    ),
    "bubble of 30 KB": (flex(heavy(30 * 1024)), flex(heavy(30 * 1024 + 1)), "messages[0].contents"),
    "carousel of 50 KB": (
        flex(heavy_carousel(50 * 1024)),
        flex(heavy_carousel(50 * 1024 + 1)),
        "messages[0].contents",
    ),
    "12 bubbles": (
        flex({"type": "carousel", "contents": [bubble(words())] * 12}),
        flex({"type": "carousel", "contents": [bubble(words())] * 13}),
        "messages[0].contents.contents",
    ),
    "bubbles of one width": (
        flex({"type": "carousel", "contents": [bubble(words(), size="mega"), bubble(words())]}),
        flex({"type": "carousel", "contents": [bubble(words(), size="kilo"), bubble(words())]}),
        "messages[0].contents.contents",
    ),
    "known bubble sizes": (
        flex(bubble(words(), size="deca")),
        flex(bubble(words(), size="tera")),
        "messages[0].contents.size",
    ),
    "flex label of 40": (
        flex(bubble(BUTTON)),
        flex(bubble(LONG_BUTTON)),
        "messages[0].contents.body.contents[0].action.label",
    ),
    "known layouts": (
        flex(bubble(box(layout="horizontal"))),
        flex(bubble(box(layout="diagonal"))),
        "messages[0].contents.body.contents[0].layout",
    ),
    "icon in a baseline box only": (
        flex(bubble(box({"type": "icon", "url": HTTPS}, layout="baseline"))),
        flex(bubble({"type": "icon", "url": HTTPS})),
        "messages[0].contents.body.contents[0].type",
    ),
    "no button in a baseline box": (
        flex(bubble(box(words(), layout="baseline"))),
        flex(bubble(box(BUTTON, layout="baseline"))),
        "messages[0].contents.body.contents[0].contents[0].type",
    ),
    "hero is a box, image or video": (
        flex(bubble(words(), hero=PICTURE)),
        flex(bubble(words(), hero=words())),
        "messages[0].contents.hero.type",
    ),
    "no video in a carousel": (
        flex(bubble(words(), hero=VIDEO)),
        flex({"type": "carousel", "contents": [bubble(words(), hero=VIDEO)]}),
        "messages[0].contents.contents[0].hero.type",
    ),
    "flex image needs its address": (
        flex(bubble(PICTURE)),
        flex(bubble({"type": "image"})),
        "messages[0].contents.body.contents[0].url",
    ),
    "flex text needs text or spans": (
        flex(bubble({"type": "text", "contents": [{"type": "span", "text": "x"}]})),
        flex(bubble({"type": "text"})),
        "messages[0].contents.body.contents[0].text",
    ),
    "button needs an action": (
        flex(bubble(BUTTON)),
        flex(bubble({"type": "button"})),
        "messages[0].contents.body.contents[0].action",
    ),
    "colours in hexadecimal": (
        flex(bubble(words(color="#00B900FF"))),
        flex(bubble(words(color="green"))),
        "messages[0].contents.body.contents[0].color",
    ),
    "margins in steps or pixels": (
        flex(bubble(words(margin="12px"))),
        flex(bubble(words(margin="wide"))),
        "messages[0].contents.body.contents[0].margin",
    ),
    "at most three times as high as wide": (
        flex(bubble({**PICTURE, "aspectRatio": "1:3"})),
        flex(bubble({**PICTURE, "aspectRatio": "1:4"})),
        "messages[0].contents.body.contents[0].aspectRatio",
    ),
    "10 animated images": (
        flex(bubble(*[{**PICTURE, "animated": True}] * 10)),
        flex(bubble(*[{**PICTURE, "animated": True}] * 11)),
        "messages[0].contents.contents",
    ),
    "gradient with its angle": (
        gradient(),
        gradient("up"),
        "messages[0].contents.body.contents[0].background.angle",
    ),
    "sender name of 20": (
        {**words(), "sender": {"name": "x" * 20}},
        {**words(), "sender": {"name": "x" * 21}},
        "messages[0].sender.name",
    ),
    "sender is not called LINE": (
        {**words(), "sender": {"name": "City", "iconUrl": HTTPS}},
        {**words(), "sender": {"name": "LINE"}},
        "messages[0].sender.name",
    ),
    "20 emoji": (
        {**words(), "emojis": [{"index": 0, "productId": "a", "emojiId": "1"}] * 20},
        {**words(), "emojis": [{"index": 0, "productId": "a", "emojiId": "1"}] * 21},
        "messages[0].emojis",
    ),
    "place title of 100": (place(title="x" * 100), place(title="x" * 101), "messages[0].title"),
    "place address of 100": (place(address="x" * 100), place(address="x" * 101), "messages[0].address"),
    "latitude up to 90": (place(latitude=90), place(latitude=91), "messages[0].latitude"),
    "imagemap text of 400": (
        imagemap(type="message", text="x" * 400),
        imagemap(type="message", text="x" * 401),
        "messages[0].actions[0].text",
    ),
    "imagemap address of 1000": (
        imagemap(type="uri", linkUri=url(1000)),
        imagemap(type="uri", linkUri=url(1001)),
        "messages[0].actions[0].linkUri",
    ),
    "doubled braces in textV2": (
        {"type": "textV2", "text": "{{x}}"},
        {"type": "textV2", "text": "{x}"},
        "messages[0].text",
    ),
    "known message types": (words(), {"type": "song"}, "messages[0].type"),
    "sticker needs its id": (
        {"type": "sticker", "packageId": "446", "stickerId": "1988"},
        {"type": "sticker", "packageId": "446"},
        "messages[0].stickerId",
    ),
}
