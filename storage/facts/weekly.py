"""Monday's message: the standing order it goes out under, and what became of each week's."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderTerms:
    """What is ordered until it is ended: at most so many LINE messages a month; whether the city's channel posts."""

    ceiling: int
    posts: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingOrder:
    """One standing order. ``terms_hash`` is what the second person saw; who proposed it cannot approve it."""

    id: int
    terms: OrderTerms
    terms_hash: str
    proposed_by: str
    proposed_at: datetime
    approved_by: str | None
    approved_at: datetime | None
    ended_by: str | None
    ended_at: datetime | None


class Shortage(StrEnum):
    """Why a Monday goes out without LINE: as a menu entry, by the free platforms and the public channel."""

    RESERVE = "reserve"  # only the share that reminders and cancellations keep is left
    CEILING = "ceiling"  # the order's own limit for the month
    UNKNOWN = "unknown"  # LINE was not asked yet how much is left


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyPush:
    """What became of one week's message: ``broadcast_id`` is None where there was nobody to tell.

    ``line_messages`` were foreseen, and count towards the month of ``made_at``.
    """

    week: date
    order_id: int
    broadcast_id: int | None
    shortage: Shortage | None
    line_messages: int
    made_at: datetime
