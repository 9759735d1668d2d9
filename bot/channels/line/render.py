"""Turns messages into the bodies of LINE calls, as few as five messages a call allow; decides no words."""

import json
from collections.abc import Sequence

from bot.channels.line import limits
from bot.channels.line.flex import Json, action, flex_message, usable
from bot.channels.line.lengths import pieces, printable
from handlers.messages import Card, Choice, Message, Text


def render(messages: Sequence[Message]) -> tuple[bytes, ...]:
    """Give one body ``{"messages": […]}`` a call, byte for byte the same for the same messages.

    A reply token serves one call, so only the first body can ride on it; the rest are for pushes. LINE shows quick
    replies only under the last message of a talk: all choices stand there, whichever text they came with.
    """
    drawn = [each for message in messages for each in _drawn(message)]
    choices = [choice for message in messages if isinstance(message, Text) for choice in message.choices]
    items = [_quick(choice) for choice in choices if usable(choice)][: limits.QUICK_REPLIES]
    if items:
        drawn = drawn or [{"type": "text", "text": "…"}]
        drawn[-1]["quickReply"] = {"items": items}
    step = limits.MESSAGES_PER_CALL
    return tuple(_body(drawn[at : at + step]) for at in range(0, len(drawn), step))


def address(body: bytes, keys: Sequence[str]) -> bytes:
    """Give a body ``{"messages": […], "to": […]}`` from one with these messages, whoever it was for."""
    messages = json.loads(body)["messages"]
    return _dumped({"messages": messages, "to": list(keys)})


def _drawn(message: Message) -> list[Json]:
    if isinstance(message, Text):
        return _texts(message.text)
    if (drawn := flex_message(message)) is not None:
        return [drawn]
    return _in_parts(message)


def _texts(text: str) -> list[Json]:
    parts = pieces(printable(text), limits.TEXT_UNITS)
    return [{"type": "text", "text": part} for part in parts if part.strip()]


def _in_parts(card: Card) -> list[Json]:
    """A card over 30 KB: its picture alone, its words as plain text, its buttons in as few bubbles as hold them."""
    words = "\n".join(part for part in (card.title, *card.lines) if part.strip())
    picture = flex_message(Card("", picture=card.picture))
    return [*([picture] if picture else []), *_texts(words), *_bubbles(card.buttons, card.columns)]


def _bubbles(buttons: tuple[Choice, ...], columns: int) -> list[Json]:
    drawn = flex_message(Card("", (), buttons, columns))
    if drawn is not None or len(buttons) < 2:
        return [drawn] if drawn is not None else []
    half = len(buttons) // 2
    return _bubbles(buttons[:half], columns) + _bubbles(buttons[half:], columns)


def _quick(choice: Choice) -> Json:
    return {"type": "action", "action": action(choice, limits.QUICK_LABEL_GRAPHEMES)}


def _body(messages: list[Json]) -> bytes:
    return _dumped({"messages": messages})


def _dumped(body: Json) -> bytes:
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
