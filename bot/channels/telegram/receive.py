"""Reads raw updates leniently: what Telegram may add one day is kept as it came; sends nothing, stores nothing."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from hmac import compare_digest
from typing import Any, NamedTuple

from bot.channels.telegram import limits
from bot.channels.telegram.render import whole_unicode
from handlers.messages import Arrived, Incoming, IncomingKind

Json = dict[str, Any]

SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105 - a header's name
_MEDIA = ("photo", "video", "voice", "document", "location", "contact", "audio", "animation", "video_note", "venue")
_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@\w+)?(?=\s|$)")


def verify(headers: Mapping[str, str], secret: str) -> bool:
    """Compare the secret token that setWebhook was given (API, setWebhook, secret_token); no secret accepts nothing."""
    given = next((value for name, value in headers.items() if name.lower() == SECRET_HEADER), "")
    return bool(secret) and compare_digest(given.encode(errors="replace"), secret.encode())


def split(body: bytes, bot_id: str, now: Callable[[], datetime]) -> list[Arrived]:
    """Give the one update of a delivery; ValueError when the body is no JSON or no update.

    A press carries no time of its own (its message's date is when the *card* was sent), so it takes the time of
    receipt, cut to whole seconds like every time Telegram gives: within one second the order of arrival then stands.
    """
    raw = body.decode()
    update = _parsed(raw)
    if not isinstance(update, dict) or "update_id" not in update:
        raise ValueError("every update has an update_id")
    happened = _open(update)
    press = happened.thing.get("id") if happened.kind == "callback_query" else None
    return [
        Arrived(
            bot_id=bot_id,
            event_id=_number(update["update_id"]),
            account_key=_account_key(happened),
            occurred_at=_occurred_at(happened) or now().replace(microsecond=0),
            raw=raw,
            reply_token=press if isinstance(press, str) else None,
            reply_seconds=limits.PRESS_ANSWER_SECONDS if isinstance(press, str) else 0,
        )
    ]


def read(raw: str) -> Incoming:
    """Understand one stored update; whatever is not known, or not as documented, is OTHER."""
    try:
        happened = _open(_parsed(raw))
    except ValueError:
        return Incoming(kind=IncomingKind.OTHER, private=False, answerable=False)
    reader = _READERS.get(happened.kind, _read_other)
    return reader(happened.thing, happened.chat.get("type") == "private")


def _parsed(raw: str) -> Any:
    try:
        return json.loads(raw)
    except RecursionError as error:
        raise ValueError("nested too deep for an update") from error


class _Happened(NamedTuple):
    """The one thing an update tells of: its kind, itself, the chat it happened in and who did it."""

    kind: str
    thing: Json
    chat: Json
    doer: Json


def _open(update: Any) -> _Happened:
    kinds = (*_READERS, *update) if isinstance(update, dict) else ()
    for kind in kinds:
        if isinstance(thing := update.get(kind), dict):
            place = _part(thing, "message") if kind == "callback_query" else thing
            return _Happened(kind, thing, _part(place, "chat"), _part(thing, "from"))
    return _Happened("", {}, {}, {})


def _part(thing: Json, name: str) -> Json:
    part = thing.get(name)
    return part if isinstance(part, dict) else {}


def _text(thing: Json, name: str) -> str:
    value = thing.get(name)
    return whole_unicode(value) if isinstance(value, str) else ""


def _number(value: object) -> str | None:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def _account_key(happened: _Happened) -> str:
    """Name the chat, which bears its person's own id where it is private; what happened in no chat has only a doer."""
    return _number(happened.chat.get("id")) or _number(happened.doer.get("id")) or ""


def _occurred_at(happened: _Happened) -> datetime | None:
    seconds = happened.thing.get("edit_date") or happened.thing.get("date")
    try:
        return datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, int) else None
    except (ValueError, OverflowError, OSError):
        return None


def _read_message(message: Json, private: bool) -> Incoming:
    text = _text(message, "text")
    command = _COMMAND.match(text)
    if command and command[1].lower() == "start" and private:
        return _message(IncomingKind.FOLLOWED, message, private, payload=text[command.end() :].strip())
    if text:
        plain = f"/{command[1]}{text[command.end() :]}" if command else text
        return _message(IncomingKind.TEXT, message, private, text=plain)
    if "sticker" in message:
        return _message(IncomingKind.STICKER, message, private)
    if any(kind in message for kind in _MEDIA):
        return _message(IncomingKind.MEDIA, message, private, text=_text(message, "caption"))
    return _message(IncomingKind.OTHER, message, private)


def _message(kind: IncomingKind, message: Json, private: bool, text: str = "", payload: str = "") -> Incoming:
    return Incoming(
        kind=kind,
        text=text,
        payload=payload,
        language=_language(message),
        message_id=_number(message.get("message_id")),
        private=private,
    )


def _read_edit(message: Json, private: bool) -> Incoming:
    """Keep an edit without acting on it: what was said counted when it was said."""
    return _message(IncomingKind.OTHER, message, private)


def _read_press(press: Json, private: bool) -> Incoming:
    data, number = _text(press, "data"), _number(_part(press, "message").get("message_id"))
    return Incoming(
        kind=IncomingKind.PRESSED,
        data=data.removeprefix(limits.PAGE_MARK),
        language=_language(press),
        message_id=number,
        private=private,
        replaces=data.startswith(limits.PAGE_MARK) and number is not None,
    )


def _read_membership(change: Json, private: bool) -> Incoming:
    """Read a block or its end. An unblocked account can be reached again, so it counts as followed, even when no
    /start comes with it; it is not answered, because the Restart button sends a /start of its own beside it.
    """
    now = _part(change, "new_chat_member").get("status")
    states = {"kicked": IncomingKind.BLOCKED, "member": IncomingKind.FOLLOWED}
    kind = states.get(now, IncomingKind.OTHER) if private and isinstance(now, str) else IncomingKind.OTHER
    return Incoming(kind=kind, language=_language(change), private=private, answerable=False)


def _read_other(thing: Json, private: bool) -> Incoming:
    return Incoming(kind=IncomingKind.OTHER, language=_language(thing), private=private, answerable=False)


def _language(thing: Json) -> str | None:
    return _text(_part(thing, "from"), "language_code") or None


_READERS: dict[str, Callable[[Json, bool], Incoming]] = {
    "message": _read_message,
    "edited_message": _read_edit,
    "callback_query": _read_press,
    "my_chat_member": _read_membership,
}
