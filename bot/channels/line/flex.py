"""Draws a card as a Flex bubble, and the buttons LINE knows; sends nothing and cuts no message.

Buttons are boxes, not ``button`` components: a box wraps a long label, a button cuts it off. Colours are fixed, because
a bubble does not follow the phone's dark mode; each pair has a contrast of at least 4.5 to 1 (WCAG 2.2, AA).
"""

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from bot.channels.line import limits
from bot.channels.line.lengths import clip, clip_units, printable, units
from handlers.messages import Card, Choice, Picture

INK, QUIET_INK, GREEN, PAPER, LEAF = "#1A1A1A", "#3D3D3D", "#0B6B3A", "#FFFFFF", "#F1F8F4"
TWO_COLUMN_SIZE = "sm"  # eight full-width characters in half a bubble, so that few labels break

Json = dict[str, Any]


def usable(choice: Choice) -> bool:
    """Tell whether LINE takes this button; one that it refuses would take the whole message with it."""
    if choice.url:
        return choice.url.startswith(limits.URI_SCHEMES) and units(_encoded(choice.url)) <= limits.URI_UNITS
    return 0 < units(choice.data) <= limits.POSTBACK_DATA_UNITS


def action(choice: Choice, label_graphemes: int) -> Json:
    """Give the action of a button: a postback that shows what was pressed, or a link."""
    label = _shown(choice)
    short = clip(label, label_graphemes)
    if choice.url:
        return {"type": "uri", "label": short, "uri": _encoded(choice.url)}
    return {"type": "postback", "label": short, "data": printable(choice.data), "displayText": label}


def flex_message(card: Card) -> Json | None:
    """Give the message of a card; None where it is empty or over the bubble's limit."""
    contents = [*_words(card), *_rows([choice for choice in card.buttons if usable(choice)], card.columns)]
    hero = _hero(card.picture)
    if not contents and not hero:
        return None
    bubble = {"type": "bubble", **hero}
    if contents:
        bubble["body"] = {
            "type": "box",
            "layout": "vertical",
            "spacing": "md",
            "backgroundColor": PAPER,
            "contents": contents,
        }
    if len(json.dumps(bubble)) > limits.BUBBLE_BYTES:  # escaped as on the wire, the larger of the two ways to count
        return None
    return {"type": "flex", "altText": _alt_text(card), "contents": bubble}


def _hero(picture: Picture | None) -> Json:
    """Give the block that shows a picture whole; who taps it sees it large. Nothing for one that LINE would refuse.

    A picture's address may be twice as long as one to tap on (#f-image, #uri-action): the shorter limit holds for both.
    """
    if picture is None or not picture.url.startswith("https://") or units(picture.url) > limits.URI_UNITS:
        return {}
    drawn = {"type": "image", "url": picture.url, "size": "full", "aspectMode": "fit"}
    label = clip(printable(picture.alt).strip(), limits.FLEX_LABEL_GRAPHEMES)
    opens = {"type": "uri", "uri": picture.url, **({"label": label} if label else {})}
    return {"hero": {**drawn, "aspectRatio": f"{picture.width}:{picture.height}", "action": opens}}


def _words(card: Card) -> list[Json]:
    title = [_text(card.title, INK, size="lg", weight="bold")] if card.title.strip() else []
    return title + [_text(line, QUIET_INK) for line in card.lines if line.strip()]


def _text(text: str, color: str, **more: str) -> Json:
    return {"type": "text", "text": printable(text), "wrap": True, "color": color, **more}


def _rows(buttons: Sequence[Choice], columns: int) -> list[Json]:
    if columns < 2:
        return [_button(choice) for choice in buttons]
    drawn = [_button(choice, size=TWO_COLUMN_SIZE) for choice in buttons]
    return [_row(drawn[at : at + columns]) for at in range(0, len(drawn), columns)]


def _row(buttons: list[Json]) -> Json:
    return {"type": "box", "layout": "horizontal", "spacing": "sm", "contents": buttons}


def _button(choice: Choice, **words: str) -> Json:
    return {
        "type": "box",
        "layout": "vertical",
        "flex": 1,
        "justifyContent": "center",
        "paddingAll": "12px",
        "paddingStart": "4px",
        "paddingEnd": "4px",
        "cornerRadius": "8px",
        "borderWidth": "1px",
        "borderColor": GREEN,
        "backgroundColor": LEAF,
        "action": action(choice, limits.FLEX_LABEL_GRAPHEMES),
        "contents": [_text(_shown(choice), GREEN, align="center", **words)],
    }


def _alt_text(card: Card) -> str:
    """Say the whole card in words: this is what a notification shows and a screen reader speaks."""
    alt = card.picture.alt if card.picture else ""
    words = [part for part in (card.title, *card.lines, alt) if part.strip()]
    words = words or [_shown(choice) for choice in card.buttons] or ["…"]
    return clip_units(printable("\n".join(words)), limits.ALT_TEXT_UNITS)


def _shown(choice: Choice) -> str:
    """Say what a button says. Cut to the units of a displayText, it fits a bubble however odd its graphemes are."""
    return clip_units(printable(choice.label).strip(), limits.DISPLAY_TEXT_GRAPHEMES) or "…"


def _encoded(url: str) -> str:
    """Percent-encode what is not ASCII, as a uri action wants it, and leave what is already encoded."""
    return quote(printable(url), safe="%/:?#[]@!$&'()*+,;=~")
