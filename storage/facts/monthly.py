"""What the monthly report says, as frozen facts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from storage.facts.people import ChannelName, MonthSums, Reach


@dataclass(frozen=True, slots=True)
class SplitSums:
    """What entries add up to; events held are of no ward and no channel."""

    confirmed: int = 0
    self_reported: int = 0
    participations: int = 0
    events_held: int = 0

    def plus(self, other: "SplitSums") -> "SplitSums":
        """Give the sums together."""
        return SplitSums(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class Split:
    """What was entered in some month about a month (its first day), by ward and channel; "" where that is unknown."""

    about: date
    ward: str
    channel: str
    sums: SplitSums


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPart:
    """A part that took place in the month: its event's name, the day, the ward, and who was confirmed to be there."""

    title: str
    number: int
    on: date
    ward: str
    participations: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """How one channel was used in the month.

    ``broadcasts`` began in it, and ``accepted`` are their messages that the platform took. ``charged`` is what the
    platform itself counts as used of the month's messages; None where it counts none, or was not asked.
    """

    broadcasts: int = 0
    accepted: int = 0
    charged: int | None = None
    yen: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthReport:
    """One month (its first day) as it is reported; every number is stored as it stands when the month is closed.

    ``own`` is about this month, ``corrections`` about earlier ones (None: about no known month); together they are
    what is ``reported``, and what the running totals grew by. ``upto`` are the running totals of the programme's
    period at its end, what stood before the bot included. ``reach`` is how the accounts stood at ``as_of``.
    """

    month: date
    as_of: datetime
    period: str
    own: MonthSums
    before: MonthSums | None
    corrections: tuple[tuple[date | None, MonthSums], ...]
    reported: MonthSums
    upto: MonthSums
    parts: tuple[HeldPart, ...]
    wards: Mapping[str, SplitSums]  # by the ward's name; "" unknown
    channels: Mapping[str, SplitSums]  # by the channel's code; "" through no account
    reach: Mapping[ChannelName, Mapping[Reach, int]]
    reach_before: Mapping[ChannelName, Mapping[Reach, int]] = field(default_factory=dict)
    told: Mapping[ChannelName, Told] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedMonth:
    """A month that does not change any more: who closed it and when."""

    month: date
    closed_by: str
    closed_at: datetime
