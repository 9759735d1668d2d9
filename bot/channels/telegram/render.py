"""Turns messages into the bodies of sendMessage and answerCallbackQuery; pure, and never sees whom they go to."""

import json
import unicodedata
from collections.abc import Iterator, Sequence
from html import escape

from bot.channels.telegram import limits
from bot.channels.telegram.cutting import shorten, spans
from handlers.messages import Card, Choice, Message, Text

Body = dict[str, object]


def render(messages: Sequence[Message]) -> tuple[bytes, ...]:
    """Give one sendMessage body a message, more where one is too long; buttons stand under the last.

    A card with a picture is a sendPhoto body, its words under the picture if they fit there, else after it.

    A message without words is no call. Raises ValueError for what no text of a person can cause: a button without an
    action, with too much data or under no words, more buttons than a keyboard holds.
    """
    return tuple(_bytes(body) for message in messages for body in _bodies(message))


def render_press_answer(text: str) -> bytes:
    """Give the answerCallbackQuery body; without a text it only stops the waiting sign."""
    words = shorten(whole_unicode(text).strip(), limits.PRESS_ANSWER_CHARACTERS)
    return _bytes({"text": words} if words else {})


def render_typing() -> bytes:
    """Give the sendChatAction body that shows for five seconds that the bot is typing."""
    return _bytes({"action": "typing"})


def render_edit(was: bytes, messages: Sequence[Message]) -> bytes | None:
    """Give the editMessageText body in the place of one sent as ``was``, or editMessageCaption for one with a picture.

    None where that takes more than one message, or a text would become a picture.
    """
    bodies = [body for message in messages for body in _bodies(message)]
    if len(bodies) != 1 or "text" not in bodies[0]:
        return None
    body = bodies[0]
    if "photo" not in json.loads(was):
        return _bytes(body)
    words = str(body["text"])  # with its markup never shorter than what Telegram counts
    kept: Body = {name: body[name] for name in ("parse_mode", "reply_markup") if name in body}
    return _bytes({"caption": words, **kept}) if len(words) <= limits.CAPTION_CODE_POINTS else None


def whole_unicode(text: str) -> str:
    """Replace halves of surrogate pairs, which JSON can carry and UTF-8 cannot; drop NUL, which databases refuse."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\x00", "")


def _bodies(message: Message) -> list[Body]:
    if isinstance(message, Card):
        bodies = _card_bodies(message)
        rows = _rows(message.buttons, message.columns)
    else:
        bodies = [{"text": part} for part in _text_parts(message)]
        rows = _rows(message.choices, _columns_for(message.choices))
    if rows and not bodies:
        raise ValueError("buttons need words above them")
    for body in bodies:
        if "text" in body:
            body["link_preview_options"] = {"is_disabled": True}
    if rows:
        replaceable = isinstance(message, Card) and message.is_page and len(bodies) == 1 and "text" in bodies[0]
        bodies[-1]["reply_markup"] = {"inline_keyboard": _marked(rows) if replaceable else rows}
    return bodies


def _marked(rows: list[list[Body]]) -> list[list[Body]]:
    """Mark the buttons of a page: a press then says by itself what its answer may replace; one without room stays."""
    return [[_mark(button) for button in row] for row in rows]


def _mark(button: Body) -> Body:
    marked = f"{limits.PAGE_MARK}{button.get('callback_data', '')}"
    fits = "callback_data" in button and len(marked.encode()) <= limits.CALLBACK_DATA_BYTES
    return button | {"callback_data": marked} if fits else button


def _card_bodies(card: Card) -> list[Body]:
    said: list[Body] = [{"text": html, "parse_mode": "HTML"} for html in _card_parts(card, limits.TEXT_CODE_POINTS)]
    if card.picture is None or not card.picture.url.startswith("https://"):
        return said
    captions = list(_card_parts(card, limits.CAPTION_CODE_POINTS))
    if len(captions) > 1:
        return [{"photo": card.picture.url}, *said]
    return [{"photo": card.picture.url, **({"caption": captions[0], "parse_mode": "HTML"} if captions else {})}]


def _text_parts(message: Text) -> Iterator[str]:
    """Cut plain words; without a parse mode nothing in them is read as markup."""
    text = whole_unicode(message.text)
    return (text[start:end] for start, end in spans(text, limits.TEXT_CODE_POINTS))


def _card_parts(card: Card, most: int) -> Iterator[str]:
    """Cut first and mark up afterwards, so that no cut falls into a tag or an escaped sign."""
    title = whole_unicode(card.title)
    words = "\n".join([*([title] if title else []), *map(whole_unicode, card.lines)])
    for start, end in spans(words, most):
        bold, plain = words[start : min(end, len(title))], words[max(start, len(title)) : end]
        yield (f"<b>{_escaped(bold)}</b>" if bold.strip() else "") + _escaped(plain)


def _escaped(text: str) -> str:
    return escape(text, quote=False)


def _columns_for(choices: Sequence[Choice]) -> int:
    return 2 if all(_width(choice.label) <= limits.TWO_IN_A_ROW for choice in choices) else 1


def _width(label: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in label)


def _rows(choices: Sequence[Choice], columns: int) -> list[list[Body]]:
    if len(choices) > limits.KEYBOARD_BUTTONS:
        raise ValueError(f"{len(choices)} buttons: Telegram takes {limits.KEYBOARD_BUTTONS}")
    buttons = [_button(choice) for choice in choices]
    return [buttons[first : first + columns] for first in range(0, len(buttons), columns)]


def _button(choice: Choice) -> Body:
    if bool(choice.data) == bool(choice.url):
        raise ValueError(f"a button sends data or opens a page, never both or none: {choice.label!r}")
    if not choice.label.strip():
        raise ValueError("a button needs a label")
    label = shorten(whole_unicode(choice.label), limits.LABEL_CHARACTERS)
    if choice.url:
        return {"text": label, "url": choice.url}
    if len(choice.data.encode()) > limits.CALLBACK_DATA_BYTES:
        raise ValueError(f"over {limits.CALLBACK_DATA_BYTES} bytes behind a button: {choice.data!r}")
    return {"text": label, "callback_data": choice.data}


def _bytes(body: Body) -> bytes:
    """Write JSON the same way every time: a sealed body is compared and repeated byte for byte."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
