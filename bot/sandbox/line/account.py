"""Holds the played official account: its settings, people, rooms, quota and counts; may not answer calls."""

import secrets
import time
from collections import Counter
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from bot.sandbox.platform import Json, WishError

TOKYO = timezone(timedelta(hours=9))  # LINE counts days and months in UTC+9 (reference#get-quota)
NON_FRIEND_DAYS = 7  # reference#send-push-message: a non-friend who wrote within 7 days can be reached

# guide/pricing, Japan: messages a month, and yen for each one more (None: no more can be sent)
PLANS: dict[str, tuple[int, float | None]] = {
    "communication": (200, None),
    "light": (5_000, None),
    "standard": (30_000, 3.0),
}


def identifier(kind: str) -> str:
    """Make an id as LINE does: U, C or R and 32 hexadecimal digits."""
    return kind + secrets.token_hex(16)


def now_ms() -> int:
    """Return the real time in milliseconds, as in event timestamps."""
    return time.time_ns() // 1_000_000


@dataclass
class Knobs:
    """Hold what a test may set; defaults are the manual's."""

    quota: int | None = 200  # None: no limit, `type` is none
    used: int = 0
    verified: bool = False  # reference#get-follower-ids: verified and premium accounts only
    mode: str = "active"
    chat_mode: str = "bot"
    reply_token_seconds: float = 60.0  # reference#send-reply-message-reply-token
    reply_event_seconds: float = 1_200.0  # same section: 20 minutes after the event, redelivered or not
    retry_key_seconds: float = 86_400.0  # guide/retrying-api-request: 24 hours
    webhook_seconds: float = 2.0  # guide/check-webhook-error-statistics
    redelivery_seconds: list[float] = field(default_factory=lambda: [2.0, 10.0, 60.0])  # LINE tells none
    unknown_in_multicast: str = "refuse"  # the manual says both: 400, and 200 without delivery ("drop")
    rates: dict[str, float] = field(default_factory=dict)  # endpoint name → calls a second, to test a 429

    def change(self, wish: Json) -> None:
        """Set some of the values; raise WishError for an unknown one."""
        known = {one.name for one in fields(self)}
        for key, value in wish.items():
            if key not in known:
                raise WishError(f"unknown setting {key!r}: one of {', '.join(sorted(known))}")
            setattr(self, key, value)


@dataclass
class Shown:
    """Describe one message on a phone, in the shape of the control API."""

    id: str
    at: str
    sender: str
    kind: str
    text: str = ""
    contents: Any = None
    alt: str = ""
    quick: list[Any] = field(default_factory=list)

    def json(self) -> Json:
        """Return the control API's object."""
        return {
            "id": self.id,
            "at": self.at,
            "from": self.sender,
            "kind": self.kind,
            "text": self.text,
            "contents": self.contents,
            "alt": self.alt,
            "quick": self.quick,
            "edited": False,
            "toast": None,
        }


@dataclass
class Person:
    """Describe a person with LINE on the phone."""

    id: str
    name: str
    language: str
    following: bool = False
    blocked: bool = False
    ever_followed: bool = False
    wrote_at: float | None = None  # monotonic, last message in the one-to-one chat
    rich_menu: str | None = None
    typing_until: float = 0.0
    messages: list[Shown] = field(default_factory=list)

    def reachable(self) -> bool:
        """Tell whether a push reaches this person."""
        recent = self.wrote_at is not None and time.monotonic() - self.wrote_at < NON_FRIEND_DAYS * 86_400
        return not self.blocked and (self.following or recent)


@dataclass
class Room:
    """Describe a group (C…) or multi-person chat (R…) the bot may be in."""

    id: str
    type: str
    name: str
    members: list[str] = field(default_factory=list)
    bot_inside: bool = True
    messages: list[Shown] = field(default_factory=list)

    def source(self, person: str | None) -> Json:
        """Return the webhook's source object."""
        source: Json = {"type": self.type, f"{self.type}Id": self.id}
        return source if person is None else {**source, "userId": person}


@dataclass
class Picture:
    """Hold the bytes behind a message id; `gone` after the sender took it back."""

    data: bytes
    type: str
    gone: bool = False


class Account:
    """Join everything the platform remembers about one official account."""

    def __init__(self, plan: str) -> None:
        if plan not in PLANS:
            raise ValueError(f"the plan must be one of {', '.join(PLANS)}")
        self.plan = plan
        self.id = identifier("U")
        self.knobs = Knobs(quota=None if PLANS[plan][1] is not None else PLANS[plan][0])
        self.people: dict[str, Person] = {}
        self.rooms: dict[str, Room] = {}
        self.pictures: dict[str, Picture] = {}
        self.units: set[str] = set()
        self.yen = 0.0
        self._sent: Counter[tuple[str, str]] = Counter()
        self._last_id = 460_000_000_000_000_000 + now_ms() % 10**9

    def message_id(self) -> str:
        """Make a message id: growing digits."""
        self._last_id += 1
        return str(self._last_id)

    def person(self, id: str) -> Person:
        """Return a person; raise WishError for an unknown one."""
        if id not in self.people:
            raise WishError(f"no person {id} on LINE", 404)
        return self.people[id]

    def friends(self) -> list[Person]:
        """Return all who follow the account."""
        return [person for person in self.people.values() if person.following]

    def price(self, counted: int) -> float:
        """Return the yen that so many more messages cost beyond the plan's (guide/pricing)."""
        included, extra = PLANS[self.plan]
        beyond = max(0, self.knobs.used + counted - max(included, self.knobs.used))
        return beyond * (extra or 0.0)

    def room_in_quota(self, counted: int) -> bool:
        """Tell whether so many more messages fit into this month."""
        return self.knobs.quota is None or self.knobs.used + counted <= self.knobs.quota

    def charge(self, kind: str, counted: int) -> float:
        """Count accepted messages of a kind; return the yen."""
        yen = self.price(counted) if kind != "reply" else 0.0
        self._sent[kind, datetime.now(TOKYO).strftime("%Y%m%d")] += counted
        if kind != "reply":
            self.knobs.used += counted
        self.yen += yen
        return yen

    def sent(self, kind: str, date: str) -> int:
        """Return how many messages of a kind were sent on a day (yyyyMMdd, UTC+9)."""
        return self._sent[kind, date]


def stamp() -> str:
    """Return the real time as the screens show it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
