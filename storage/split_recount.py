"""Counts the months' sums by ward and channel anew from the ledger and the parts, compares, and mends."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Connection, String, case, func, literal_column, select

from storage import splits
from storage.events import PARTS
from storage.facts import PartState
from storage.ledger import LEDGER, PART_PERIOD, EntryKind
from storage.splits import SPLITS
from storage.totals import month_of

OF_ENTRIES = ("confirmed", "self_reported", "participations")
Counted = dict[tuple[date, date], list[int]]
"""{(month, about): OF_ENTRIES}"""
_STANDS = case((LEDGER.c.kind == EntryKind.ATTENDANCE, 1), else_=-1)
_ATTENDED = case((LEDGER.c.period.startswith(PART_PERIOD), _STANDS), else_=0)


@dataclass(frozen=True, slots=True)
class SplitDifference:
    """A month's sums about a month, by name, that are not what the ledger and the parts say."""

    month: date
    about: date
    stored: Mapping[str, int]
    counted: Mapping[str, int]


def add_up(connection: Connection, first: int, last: int, counted: Counted) -> None:
    """Add a stretch of ledger entries, by the month they were entered in and the month they are about."""
    key = (tokyo_month(connection), LEDGER.c.acted_on, LEDGER.c.confirmed)
    columns = (*key, func.sum(LEDGER.c.points), func.sum(_ATTENDED))
    rows = connection.execute(select(*columns).where(LEDGER.c.id.between(first, last)).group_by(*key))
    for entered, on, confirmed, points, attended in rows:
        month = date.fromisoformat(f"{entered}-01")
        sums = counted.setdefault((month, on.replace(day=1)), [0] * len(OF_ENTRIES))
        sums[0 if confirmed else 1] += int(points)
        sums[2] += int(attended)


def tokyo_month(connection: Connection) -> ColumnElement[str]:
    """Give the Tokyo month of an entry as YYYY-MM; Tokyo has had no summer time since 1951."""
    if connection.dialect.name == "sqlite":
        return literal_column("strftime('%Y-%m', entered_at, '+9 hours')", String)
    return literal_column("to_char(entered_at AT TIME ZONE 'Asia/Tokyo', 'YYYY-MM')", String)


def compare(connection: Connection, counted: Counted) -> Iterator[SplitDifference]:
    """Compare with what the ledger says, and the events held with the parts: when those were noted is not kept."""
    sums = [func.sum(SPLITS.c[name]) for name in OF_ENTRIES]
    rows = connection.execute(select(SPLITS.c.month, SPLITS.c.about, *sums).group_by(SPLITS.c.month, SPLITS.c.about))
    stored = {(row[0], row[1]): [int(amount) for amount in row[2:]] for row in rows}
    nothing = [0] * len(OF_ENTRIES)
    for key in sorted(counted.keys() | stored.keys()):
        was, should = stored.get(key, nothing), counted.get(key, nothing)
        if was != should:
            month, about = key
            yield SplitDifference(month, about, dict(_named(was)), dict(_named(should)))
    yield from _compare_held(connection)


def _named(sums: list[int]) -> Iterator[tuple[str, int]]:
    return zip(OF_ENTRIES, sums, strict=True)


def _compare_held(connection: Connection) -> Iterator[SplitDifference]:
    starts = connection.execute(select(PARTS.c.starts_at).where(PARTS.c.state == PartState.HELD)).scalars()
    held = Counter(month_of(starts_at) for starts_at in starts if starts_at is not None)
    rows = connection.execute(select(SPLITS.c.about, func.sum(SPLITS.c.events_held)).group_by(SPLITS.c.about))
    stored = {about: int(amount) for about, amount in rows}
    for about in sorted(held.keys() | stored.keys()):
        if stored.get(about, 0) != held[about]:
            yield SplitDifference(about, about, {"events_held": stored.get(about, 0)}, {"events_held": held[about]})


def mend(connection: Connection, difference: SplitDifference) -> None:
    """Put right what a month is out by, in the unknown ward; what was counted in the meantime stays counted."""
    out = {name: should - difference.stored[name] for name, should in difference.counted.items()}
    splits.put(connection, difference.month, difference.about, {**splits.NOTHING, **out})
