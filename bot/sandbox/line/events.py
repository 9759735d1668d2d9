"""Makes webhook events as webhook.yml shapes them; may not send them."""

import secrets
import time
from typing import Any

from bot.sandbox.line.account import Account, Person, Room, now_ms
from bot.sandbox.line.memory import ReplyTokens
from bot.sandbox.platform import Json

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_WITHOUT_TOKEN = {"unfollow", "unsend", "leave", "memberLeft"}  # reference#webhook-event-objects


def ulid(at_ms: int) -> str:
    """Make a ULID: 48 bits of time and 80 of chance in Crockford's alphabet."""
    number = at_ms << 80 | secrets.randbits(80)
    return "".join(_CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5))


class Events:
    """Make events with the common properties (reference#common-properties)."""

    def __init__(self, account: Account, replies: ReplyTokens, read_tokens: dict[str, str]) -> None:
        self._account, self._replies, self._read_tokens = account, replies, read_tokens

    def make(self, kind: str, person: Person | None, room: Room | None = None, **more: Any) -> Json:
        """Return one event; in standby it has no reply token."""
        at = now_ms()
        mode = self._account.knobs.mode
        event: Json = {
            "type": kind,
            **more,
            "webhookEventId": ulid(at),
            "deliveryContext": {"isRedelivery": False},
            "timestamp": at,
            "source": self._source(person, room),
            "mode": mode,
        }
        if kind not in _WITHOUT_TOKEN and mode == "active":
            to = room.id if room is not None else person.id if person is not None else ""
            event["replyToken"] = self._replies.issue(to)
        return event

    def _source(self, person: Person | None, room: Room | None) -> Json:
        id = None if person is None else person.id
        return {"type": "user", "userId": id} if room is None else room.source(id)

    def message(self, kind: str, id: str, **more: Any) -> Json:
        """Return a message object of an event, with the tokens its kind has (reference#message-event)."""
        message: Json = {"type": kind, "id": id, **more}
        if kind in {"text", "image", "sticker"}:
            message["quoteToken"] = f"q{id}"
        if self._account.knobs.chat_mode == "chat":
            token = secrets.token_hex(12)
            self._read_tokens[token] = id
            message["markAsReadToken"] = token
        return message


def monotonic_ms(since: float) -> float:
    """Return the milliseconds since a monotonic time."""
    return round((time.monotonic() - since) * 1000, 1)
