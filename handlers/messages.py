"""The words at the border: what comes in, what is answered, and how a call to a platform ended. No platform is named.

A channel translates between these and its platform; handlers and delivery speak only these.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from storage.facts import ChannelName

# --- What comes in ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """One event of a webhook or a poll as it is stored, before anything in it is understood.

    ``event_id`` is None where the platform gives none. ``account_key`` orders the work: events of one key are handled
    one after another by ``occurred_at``; it is "" when the event names nobody. ``reply_token`` is whatever the
    platform wants back in the free answer to this very event (LINE's reply token, Telegram's callback query id) and
    ``reply_seconds`` how long from its receipt it can be trusted to work.
    """

    bot_id: str
    event_id: str | None
    account_key: str
    occurred_at: datetime
    raw: str
    reply_token: str | None = None
    reply_seconds: float = 0


class IncomingKind(StrEnum):
    """What a person did. Everything a platform may add one day is OTHER: kept, and politely ignored."""

    FOLLOWED = "followed"
    BLOCKED = "blocked"
    TEXT = "text"
    PRESSED = "pressed"
    UNSENT = "unsent"
    MEDIA = "media"  # a photo, video, sound, file or place: never downloaded
    STICKER = "sticker"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """One event, understood. ``payload`` is what a deep link carried; ``language`` the app's own guess, an IETF tag.

    ``private`` is False in groups, rooms and channels, where nothing personal is shown. ``answerable`` is False where
    the platform forbids an answer (LINE's standby mode, an unfollow). ``message_id`` names the message that was
    written, unsent or pressed. ``replaces`` is True for a press on a page that its answer may take the place of.
    """

    kind: IncomingKind
    text: str = ""
    data: str = ""
    payload: str = ""
    language: str | None = None
    message_id: str | None = None
    private: bool = True
    answerable: bool = True
    replaces: bool = False


# --- What is answered --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Choice:
    """A button: it sends ``data`` back (at most 64 bytes of UTF-8) or opens ``url``; never both."""

    label: str
    data: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """Plain words, with quick choices that may vanish when the talk goes on (at most 13)."""

    text: str
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture at an https address of our own; ``alt`` says what it shows. Sides in pixels."""

    url: str
    alt: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Card:
    """A titled block with buttons that stay: menus, consent, receipts. ``columns`` is 1 or 2 buttons a row.

    A ``picture`` stands above the words. ``is_page`` is True for what one only leafs through, a list or a question:
    where the platform can, what a button of it leads to takes its place. A receipt, a code or a notice stays.
    """

    title: str
    lines: tuple[str, ...] = ()
    buttons: tuple[Choice, ...] = ()
    columns: int = 1
    picture: Picture | None = None
    is_page: bool = False


Message = Text | Card


def choices_of(message: Message) -> tuple[Choice, ...]:
    """Give the buttons of a message."""
    return message.buttons if isinstance(message, Card) else message.choices


def dump(messages: Sequence[Message]) -> str:
    """Write messages down, so that they can be rendered again later."""
    written = [{"kind": type(message).__name__, **_fields(message)} for message in messages]
    return json.dumps(written, default=_fields, ensure_ascii=False)


def _fields(part: Message | Choice) -> dict[str, Any]:
    fields = {name: getattr(part, name) for name in part.__slots__}
    if not fields.get("is_page", True):
        del fields["is_page"]  # what was written before there were pages stays the same, byte for byte
    return fields


def load(written: str) -> tuple[Message, ...]:
    """Read messages that `dump` wrote."""
    return tuple(_load(fields) for fields in json.loads(written))


def _load(fields: dict[str, Any]) -> Message:
    if fields["kind"] == "Text":
        return Text(fields["text"], tuple(Choice(**choice) for choice in fields["choices"]))
    buttons = tuple(Choice(**choice) for choice in fields["buttons"])
    picture = Picture(**fields["picture"]) if fields.get("picture") else None  # older rows do not name it
    return Card(
        fields["title"], tuple(fields["lines"]), buttons, fields["columns"], picture, fields.get("is_page", False)
    )


# --- How it is sent ------------------------------------------------------------------------------------------------


class Way(StrEnum):
    """How one outbox row reaches its platform."""

    REPLY = "reply"  # the free answer to one event, while its token lives
    PUSH = "push"
    MULTICAST = "multicast"  # one call to many: its recipients stand in the body
    BROADCAST = "broadcast"  # to every friend of an account at once: whom it reaches, the platform alone knows
    PRESS_ANSWER = "press_answer"  # stops the button's waiting sign
    REPLACE = "replace"  # the answer to a press in the place of the page it was on, else a message of its own
    MENU = "menu"  # shows an account the menu of its language; no message
    WAITING_SIGN = "waiting_sign"  # shows for some seconds that an answer is being worked on; no message, never stored


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One platform call, sealed: the same ``body`` bytes, ``to``, ``token`` and ``key`` on every try.

    The ``token`` of a push or a replacement is the number of the message that it takes the place of: that one is
    edited.
    """

    way: Way
    to: str
    body: bytes
    token: str | None = None
    key: str | None = None


class Fate(StrEnum):
    """How a call ended: the one closed list."""

    ACCEPTED = "accepted"
    TEMPORARY = "temporary"  # surely not accepted; may be tried again after retry_after seconds
    PERMANENT = "permanent"  # refused for this account, or this call
    HALTED = "halted"  # the whole channel: bad token, month's quota used up
    UNKNOWN = "unknown"  # may have been accepted


class Reason(StrEnum):
    """Why a call was refused for good."""

    BLOCKED = "blocked"
    GONE = "gone"
    TOKEN_DEAD = "token_dead"  # noqa: S105 - a state of a reply token, not a secret
    TOO_LONG = "too_long"
    QUOTA = "quota"  # the month's messages are used up: pushes wait, replies go on
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one try of a call ended. ``detail`` holds no secret and no personal data."""

    fate: Fate
    reason: Reason | None = None
    retry_after: float | None = None
    request_id: str | None = None
    detail: str = ""


class Sender(Protocol):
    """The outgoing half of a channel."""

    name: ChannelName
    answers_by_token: bool  # answers are free replies while the event's token lives; else they are pushes
    has_retry_key: bool  # a push may be repeated under its key without being taken twice
    multicast_limit: int  # accounts that one call may reach; 0 where each needs a call of its own
    rates: Mapping[Way, float]  # calls a second that the platform allows; the ways that it counts, and no others
    chat_seconds: float  # seconds to leave between two unasked calls to one account; 0 where the platform counts none

    def render(self, messages: Sequence[Message]) -> tuple[bytes, ...]:
        """Turn messages into the bodies of as few calls as the platform allows; pure, never raises for long texts."""
        ...

    def address(self, body: bytes, keys: Sequence[str]) -> bytes:
        """Give the body of one multicast: a rendered body, or another multicast's, to these accounts and no others."""
        ...

    def render_press_answer(self, text: str) -> bytes | None:
        """Give the body that stops a pressed button's waiting sign; None where the platform has none."""
        ...

    def render_edit(self, was: bytes, messages: Sequence[Message]) -> bytes | None:
        """Give the body that takes the place of one sent as ``was``; None where it cannot or the platform has none."""
        ...

    def render_waiting_sign(self, key: str) -> bytes | None:
        """Give the body that shows an account that it is worked for; None where the platform has no such sign."""
        ...

    async def send(self, call: Call) -> Outcome:
        """Make one call under one deadline, without a retry of its own; every failure becomes an Outcome."""
        ...


class Receiver(Protocol):
    """The incoming half of a channel."""

    name: ChannelName

    def verify(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Tell in constant time whether the raw bytes come from the platform; header names in any case."""
        ...

    def split(self, body: bytes) -> list[Arrived]:
        """Cut a webhook's body into its events; a strange event never loses a good one; ValueError if it is no JSON."""
        ...

    def read(self, raw: str) -> Incoming:
        """Understand one stored event; unknown kinds are OTHER, and nothing raises."""
        ...


class Channel(Receiver, Sender, Protocol):
    """A platform: both halves, and its share of the connections, opened inside the running loop."""

    async def open(self) -> None:
        """Open connections."""
        ...

    async def close(self) -> None:
        """Close connections."""
        ...
