"""The monthly report's sums: what a month has of its own, what corrects earlier months, and when a month may be closed.

Facts in, sums out; docs/decisions/closing-months.md says why.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Literal

from storage.facts import Metric, MonthSums, OpeningBalance, Split, SplitSums

OF_SPLITS = {
    "participations": "participations",
    "events_held": "events_held",
    "points_confirmed": "confirmed",
    "points_self_reported": "self_reported",
}
"""The sums of which every entry says what month it is about; visits and first-timers only count when they come."""
Corrections = tuple[tuple[date | None, MonthSums], ...]


class Problem(StrEnum):
    """Why a month cannot be closed now, or a figure not be entered for it."""

    NOT_OVER = "not_over"
    CLOSED = "closed"
    EARLIER_OPEN = "earlier_open"
    BEFORE_ALL = "before_all"
    COUNTED_BEFORE = "counted_before"  # by an opening balance
    CHANGED = "changed"  # somebody else entered it meanwhile
    SAME = "same"


def find_problem(month: date, today: date, last_closed: date | None, begins: date) -> Problem | None:
    """Say why a month cannot be closed: it must be over, and months are closed in their order, each once.

    The first one closed may be any; what came before it is closed with it.
    """
    if month >= today.replace(day=1):
        return Problem.NOT_OVER
    if month < begins.replace(day=1):
        return Problem.BEFORE_ALL
    if last_closed is None:
        return None
    if month <= last_closed:
        return Problem.CLOSED
    return None if month == next_month(last_closed) else Problem.EARLIER_OPEN


def counted_before(balances: Iterable[OpeningBalance], metric: Metric, month: date) -> OpeningBalance | None:
    """Find the opening balance that counts a figure of a month already."""
    return next((balance for balance in balances if balance.metric is metric and month <= balance.on), None)


def next_month(month: date) -> date:
    """Give the first day of the month after a first day."""
    return (month + timedelta(days=31)).replace(day=1)


def previous_month(month: date) -> date:
    """Give the first day of the month before a first day."""
    return (month - timedelta(days=1)).replace(day=1)


def own_sums(counted: MonthSums, splits: Iterable[Split]) -> MonthSums:
    """Give what a month has of its own: of what was counted in it, that which is about it."""
    mine = _add(split for split in splits if split.about == counted.month)
    return replace(counted, **{name: getattr(mine, source) for name, source in OF_SPLITS.items()})


def corrections(counted: MonthSums, own: MonthSums, splits: Sequence[Split], drift: Iterable[MonthSums]) -> Corrections:
    """List what corrects earlier months, by the month it is about, oldest first.

    That is what was entered in this month about another, and what moved in the counters of months that are closed
    (``drift``). Visits and first-timers are told by the month whose counter moved. What is left when all that is told
    is about no known month (None): a list of a period that is over, or counters that were put right.
    """
    moved = {sums.month: sums for sums in drift}
    months = ({split.about for split in splits} | set(moved)) - {counted.month}
    about = {month: _late(month, splits, moved) for month in sorted(months)}
    rest = counted.minus(own).plus(*moved.values()).minus(MonthSums(month=counted.month).plus(*about.values()))
    told: Corrections = (*about.items(), (None, rest))
    return tuple((month, sums) for month, sums in told if any(sums.amounts.values()))


def by_key(splits: Iterable[Split], month: date, key: Literal["ward", "channel"]) -> Mapping[str, SplitSums]:
    """Add up what is about a month by ward or by channel."""
    found: dict[str, SplitSums] = {}
    for split in splits:
        if split.about == month:
            name = getattr(split, key)
            found[name] = found.get(name, SplitSums()).plus(split.sums)
    return found


def _late(month: date, splits: Iterable[Split], moved: Mapping[date, MonthSums]) -> MonthSums:
    entered = _add(split for split in splits if split.about == month)
    shown = moved.get(month, MonthSums(month=month))
    return replace(shown, **{name: getattr(entered, source) for name, source in OF_SPLITS.items()})


def _add(splits: Iterable[Split]) -> SplitSums:
    found = SplitSums()
    for split in splits:
        found = found.plus(split.sums)
    return found
