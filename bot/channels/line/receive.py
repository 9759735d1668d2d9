"""Takes LINE's webhooks in: checks the signature, cuts the batch, understands one event; stores and answers nothing.

It reads plain JSON, not the SDK's models: those lose a whole batch over one unknown value. It checks the signature
with ``hmac``, not the SDK's ``SignatureValidator``, whose import takes half a second and 40 MB where nothing is sent.
"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeGuard

from bot.channels.line import limits
from bot.channels.line.lengths import printable
from handlers.messages import Arrived, Incoming, IncomingKind

_MEDIA = frozenset({"image", "video", "audio", "file", "location"})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_OLDEST_MS, _NEWEST_MS = 1_451_606_400_000, 4_102_444_800_000  # 2016, when this API began, to 2100
_DUMMY_TOKENS = frozenset({"0" * 32, "f" * 32})  # the console's old "verify" button sends two events with these
_BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_DECODER = json.JSONDecoder()
_BETWEEN = re.compile(r"[\s,:]*")


def verify(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Tell in constant time whether the body was signed with the channel's secret.

    https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/
    """
    signature = headers.get("x-line-signature") or _find(headers, "x-line-signature")
    # not hmac.digest, which lets another thread take the interpreter, for each webhook anew
    expected = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest())
    return hmac.compare_digest(signature.encode(), expected)


def _find(headers: Mapping[str, str], wanted: str) -> str:
    return next((value for name, value in headers.items() if name.lower() == wanted), "")


def split(bot_id: str, body: bytes) -> list[Arrived]:
    """Cut a webhook's body into its events, each with its own text as LINE wrote it; ValueError if it is no webhook."""
    text = body.decode()
    try:
        batch = json.loads(text)
    except RecursionError as error:
        raise ValueError("the body is nested too deeply") from error
    if not isinstance(batch, dict) or not isinstance(batch.get("events"), list):
        raise ValueError("the body has no list of events")
    events = [event if isinstance(event, dict) else {} for event in batch["events"]]
    destination = _text(batch, "destination") or bot_id
    latest = max((at for event in events if (at := _own_time(event))), default=_EPOCH)
    raws = _raws(text, len(events))
    return [_arrived(destination, event, raw, latest) for event, raw in zip(events, raws, strict=True)]


def read(raw: str) -> Incoming:
    """Understand one stored event; what is unknown or broken is OTHER."""
    try:
        event = json.loads(raw)
    except (ValueError, RecursionError):
        event = None
    if not isinstance(event, dict):
        return Incoming(kind=IncomingKind.OTHER, private=False, answerable=False)
    kind, what = _understood(event)
    return Incoming(
        kind=kind,
        private=_text(_part(event, "source"), "type") == "user",
        answerable=_active(event) and _text(event, "type") not in {"unfollow", "leave"},
        **what,
    )


def _arrived(bot_id: str, event: dict[str, Any], raw: str, latest: datetime) -> Arrived:
    token = _text(event, "replyToken") if _active(event) else ""
    return Arrived(
        bot_id=bot_id,
        event_id=_text(event, "webhookEventId") or None,
        account_key=_account_key(_part(event, "source")),
        occurred_at=_own_time(event) or latest,
        raw=raw,
        reply_token=token or None,
        reply_seconds=limits.REPLY_SECONDS if token else 0,
    )


def _raws(text: str, count: int) -> Iterator[str]:
    """Find each event's own text in a body already known to be sound JSON: nothing is lost by writing it anew."""
    name, end = _DECODER.raw_decode(text, _next(text, text.index("{") + 1))
    while name != "events" or text[_next(text, end)] != "[":
        _, end = _DECODER.raw_decode(text, _next(text, end))
        name, end = _DECODER.raw_decode(text, _next(text, end))
    end = _next(text, end) + 1
    for _ in range(count):
        start = _next(text, end)
        _, end = _DECODER.raw_decode(text, start)
        yield text[start:end]


def _next(text: str, at: int) -> int:
    found = _BETWEEN.match(text, at)
    return found.end() if found else at


def _part(holder: dict[str, Any], name: str) -> dict[str, Any]:
    part = holder.get(name)
    return part if isinstance(part, dict) else {}


def _text(holder: dict[str, Any], name: str) -> str:
    value = holder.get(name)
    return printable(value) if isinstance(value, str) else ""


def _active(event: dict[str, Any]) -> bool:
    """In standby, and in modes yet to come, the bot must not answer; nor do the console's dummies take an answer."""
    return event.get("mode") == "active" and _text(event, "replyToken") not in _DUMMY_TOKENS


def _account_key(source: dict[str, Any]) -> str:
    return _text(source, "groupId") or _text(source, "roomId") or _text(source, "userId")


def _own_time(event: dict[str, Any]) -> datetime | None:
    """Read the event's time: its timestamp, else the time inside its id (a ULID), else None.

    Without either an event is given its neighbours' latest time, or 1970: it then never outruns a known one.
    """
    milliseconds = event.get("timestamp")
    if not _is_likely(milliseconds):
        milliseconds = _ulid_time(_text(event, "webhookEventId"))
    return _EPOCH + timedelta(milliseconds=int(milliseconds)) if _is_likely(milliseconds) else None


def _is_likely(milliseconds: Any) -> TypeGuard[float]:
    return isinstance(milliseconds, (int, float)) and _OLDEST_MS <= milliseconds <= _NEWEST_MS


def _ulid_time(event_id: str) -> int | None:
    """Read the milliseconds in the first ten letters of a ULID (https://github.com/ulid/spec)."""
    digits = [_BASE32.find(letter) for letter in event_id[:10]]
    if len(event_id) != 26 or -1 in digits:
        return None
    return sum(digit << 5 * place for place, digit in enumerate(reversed(digits)))


def _understood(event: dict[str, Any]) -> tuple[IncomingKind, dict[str, Any]]:
    kind = _text(event, "type")
    if kind == "message":
        return _message(_part(event, "message"))
    if kind == "postback":
        return _postback(_part(event, "postback"))
    if kind == "unsend":
        return IncomingKind.UNSENT, {"message_id": _text(_part(event, "unsend"), "messageId")}
    known = {"follow": IncomingKind.FOLLOWED, "unfollow": IncomingKind.BLOCKED}
    return known.get(kind, IncomingKind.OTHER), {}


def _message(message: dict[str, Any]) -> tuple[IncomingKind, dict[str, str]]:
    kind, what = _text(message, "type"), {"message_id": _text(message, "id")}
    if kind == "text" and _text(message, "text"):
        return IncomingKind.TEXT, {"text": _text(message, "text"), **what}
    if kind == "sticker":
        return IncomingKind.STICKER, what
    return (IncomingKind.MEDIA if kind in _MEDIA else IncomingKind.OTHER), what


def _postback(postback: dict[str, Any]) -> tuple[IncomingKind, dict[str, str]]:
    """Give the button's data; what was chosen in a date picker follows it as ``&date=2022-01-20``."""
    data, params = _text(postback, "data"), _part(postback, "params")
    if not data:
        return IncomingKind.OTHER, {}
    chosen = "".join(f"&{name}={_text(params, name)}" for name in ("date", "time", "datetime") if _text(params, name))
    return IncomingKind.PRESSED, {"data": data + chosen}
