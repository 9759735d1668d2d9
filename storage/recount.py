"""Counts tallies, counters and claims anew from the ledger, compares, and mends. Never touches the ledger itself."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, cast, exists, func, or_, select
from sqlalchemy import String as SqlString

from storage import accounts, participations, people, reach, split_recount, totals, week_recount
from storage.clock import TOKYO
from storage.database import fix_view, lock_person
from storage.facts import Metric
from storage.ledger import CLAIMS, LEDGER, STANDING, TALLIES, TIMES, EntryKind
from storage.participations import ParticipantDifference, Periods
from storage.people import PEOPLE
from storage.reach import ReachDifference
from storage.slices import LAST_PERSON
from storage.split_recount import SplitDifference
from storage.totals import COUNTERS, FIGURES, CounterName
from storage.week_recount import StepDifference, WeekDifference

PIECE = 500  # persons looked at in one question
MENDED = 25  # persons whose tallies are set in one transaction: some 40 actions each make about 1,000 rows
ENTRIES = 20_000  # ledger entries looked at in one question

Progress = Callable[[float], None]
"""Told how much of the work is done, from 0 to 1."""

Sums = tuple[int, int, int, int]
NOTHING: Sums = (0, 0, 0, 0)
SUM_NAMES = ("times", "confirmed", "self_reported", "co2_grams")


@dataclass(frozen=True, slots=True)
class TallyDifference:
    """A person's tally of an action that is not what the ledger says; the numbers are SUM_NAMES."""

    person_id: int
    action: str
    stored: Sums
    counted: Sums


@dataclass(frozen=True, slots=True)
class CounterDifference:
    """A month's counter that is not what the ledger (or the figures staff entered) says."""

    name: str
    month: date
    stored: int
    counted: int


@dataclass(frozen=True, slots=True)
class ClaimDifference:
    """A report without its claim, or a claim without its report. A person must decide: it is never mended here."""

    entry_id: int
    person_id: int
    words: str


@dataclass(frozen=True, slots=True)
class Differences:
    """All that differs."""

    tallies: tuple[TallyDifference, ...]
    counters: tuple[CounterDifference, ...]
    claims: tuple[ClaimDifference, ...]
    participants: tuple[ParticipantDifference, ...] = ()
    weeks: tuple[WeekDifference, ...] = ()
    steps: tuple[StepDifference, ...] = ()
    reaches: tuple[ReachDifference, ...] = ()
    splits: tuple[SplitDifference, ...] = ()

    def __bool__(self) -> bool:
        return any(getattr(self, kind) for kind in self.__slots__)


def compare(connection: Connection, periods: Periods, progress: Progress = lambda _: None) -> Differences:
    """Compare everything in one snapshot, so that a bot that goes on working makes no false difference.

    ``periods`` are the programme's: participations and distinct participants belong to them.
    """
    fix_view(connection)
    return find_differences(connection, periods, progress)


def find_differences(connection: Connection, periods: Periods, progress: Progress = lambda _: None) -> Differences:
    """Compare everything as the transaction sees it, its own writes included."""
    tallies = tuple(_compare_tallies(connection, progress))
    counted: dict[tuple[str, date], int] = {}
    split: split_recount.Counted = {}
    claims = tuple(_claims_without_report(connection))
    claims += tuple(ClaimDifference(*found) for found in participations.find_misfits(connection))
    for first, last, share in _stretches(connection):
        _add_up(connection, first, last, counted)
        participations.add_up(connection, periods, first, last, counted)
        split_recount.add_up(connection, first, last, split)
        claims += tuple(_reports_without_claim(connection, first, last))
        progress(share)
    _add_figures(connection, counted)
    counters = (*_compare_counters(connection, counted), *_compare_periods(connection, periods))
    participants = tuple(participations.compare_participants(connection, periods))
    weeks, steps = week_recount.compare(connection)
    reaches = tuple(reach.compare(connection, accounts.count_anew(connection)))
    splits = tuple(split_recount.compare(connection, split))
    return Differences(tallies, counters, claims, participants, tuple(weeks), tuple(steps), reaches, splits)


def mend_tallies(connection: Connection, person_ids: Sequence[int]) -> None:
    """Set the tallies of some persons (at most MENDED, so that a transaction stays short) to what the ledger says."""
    for person_id in sorted(person_ids):
        lock_person(connection, person_id)
        connection.execute(TALLIES.delete().where(TALLIES.c.person_id == person_id))
        rows = [
            {"person_id": person_id, "action": action, **dict(zip(SUM_NAMES, sums, strict=True))}
            for (_, action), sums in _count_tallies(connection, person_id, person_id).items()
        ]
        if rows:
            connection.execute(TALLIES.insert(), rows)


def mend_counter(connection: Connection, difference: CounterDifference) -> None:
    """Put right what a counter is out by; what was counted in the meantime stays counted."""
    noon = datetime(difference.month.year, difference.month.month, 1, 12, tzinfo=TOKYO)
    name, amount = CounterName(difference.name), difference.counted - difference.stored
    totals.add(connection, name, noon, amount, stripe=0)


def _compare_tallies(connection: Connection, progress: Progress) -> Iterator[TallyDifference]:
    after = 0
    while after < LAST_PERSON:
        upto = _find_bound(connection, after)
        counted = _count_tallies(connection, after + 1, upto)
        rows = connection.execute(select(TALLIES).where(TALLIES.c.person_id.between(after + 1, upto)))
        stored = {(row.person_id, row.action): _sums(row) for row in rows}
        for key in sorted(counted.keys() | stored.keys()):
            was, should = stored.get(key, NOTHING), counted.get(key, NOTHING)
            if was != should:
                yield TallyDifference(key[0], key[1], was, should)
        after = upto
        progress(after / LAST_PERSON / 2)  # person numbers are drawn evenly, so they tell how far this is


def _find_bound(connection: Connection, after: int) -> int:
    """Find the last person number of a piece; the tallies beyond those of the ledger's persons are few."""
    persons = select(LEDGER.c.person_id).where(LEDGER.c.person_id > after).distinct()
    piece = persons.order_by(LEDGER.c.person_id).limit(PIECE).subquery()
    count, last = connection.execute(select(func.count(), func.max(piece.c.person_id))).one()
    return int(last) if count == PIECE else LAST_PERSON


def _count_tallies(connection: Connection, first: int, last: int) -> dict[tuple[int, str], Sums]:
    """Count the tallies of the persons of a stretch; what a merged one did is the other's."""
    roots = people.list_roots(connection, first, last)
    within = LEDGER.c.person_id.between(first, last)
    whose = or_(within, LEDGER.c.person_id.in_(roots)) if roots else within
    columns = (
        TIMES.label("times"),
        func.sum(case((LEDGER.c.confirmed, LEDGER.c.points), else_=0)).label("confirmed"),
        func.sum(case((LEDGER.c.confirmed, 0), else_=LEDGER.c.points)).label("self_reported"),
        func.sum(LEDGER.c.co2_grams).label("co2_grams"),
    )
    key = (LEDGER.c.person_id, LEDGER.c.action)
    counted: dict[tuple[int, str], Sums] = {}
    for row in connection.execute(_grouped(columns, key, whose)):
        person_id = roots.get(row.person_id, row.person_id)
        if first <= person_id <= last:
            before = counted.get((person_id, row.action), NOTHING)
            times, confirmed, said, grams = (one + other for one, other in zip(before, _sums(row), strict=True))
            counted[person_id, row.action] = (times, confirmed, said, grams)
    return counted


def _grouped(columns: Sequence[Any], key: Sequence[Any], where: ColumnElement[bool]) -> Any:
    return select(*key, *columns).where(where).group_by(*key)


def _sums(row: Any) -> Sums:
    return int(row.times), int(row.confirmed), int(row.self_reported), int(row.co2_grams)


def _stretches(connection: Connection) -> Iterator[tuple[int, int, float]]:
    """Cut the ledger into stretches of entry numbers, as (first, last, share of the work then done)."""
    end = int(connection.execute(select(func.max(LEDGER.c.id))).scalar() or 0)
    for first in range(1, end + 1, ENTRIES):
        last = min(first + ENTRIES - 1, end)
        yield first, last, 0.5 + last / end / 2


def _add_up(connection: Connection, first: int, last: int, counted: dict[tuple[str, date], int]) -> None:
    month = split_recount.tokyo_month(connection)
    rows = connection.execute(
        _grouped((func.sum(LEDGER.c.points),), (month, LEDGER.c.confirmed), LEDGER.c.id.between(first, last))
    )
    for written, confirmed, points in rows:
        name = CounterName.POINTS_CONFIRMED if confirmed else CounterName.POINTS_SELF_REPORTED
        key = (name.value, date.fromisoformat(f"{written}-01"))
        counted[key] = counted.get(key, 0) + int(points)


def _add_figures(connection: Connection, counted: dict[tuple[str, date], int]) -> None:
    """Add the portal's visits, which staff enter."""
    columns = select(FIGURES.c.on, FIGURES.c.amount).where(FIGURES.c.metric == Metric.SITE_VISITS)
    for on, amount in connection.execute(columns):
        key = (CounterName.VISITS_PORTAL.value, on.replace(day=1))
        counted[key] = counted.get(key, 0) + amount


def _compare_periods(connection: Connection, periods: Periods) -> Iterator[CounterDifference]:
    """Compare what is counted by the period: in which month somebody became one more is not kept."""
    for period in periods:
        for name, counted in participations.count_anew(connection, period).items():
            month, stored = participations.find_counted(connection, period, name)
            if stored != counted:
                yield CounterDifference(name.value, month, stored, counted)


COUNTED = (
    CounterName.POINTS_CONFIRMED,
    CounterName.POINTS_SELF_REPORTED,
    CounterName.PARTICIPATIONS,
    CounterName.VISITS_PORTAL,
)
"""What can be counted anew month by month; the visitors of our own pages are forgotten with their day, by design."""


def _compare_counters(connection: Connection, counted: dict[tuple[str, date], int]) -> Iterator[CounterDifference]:
    key = (COUNTERS.c.name, COUNTERS.c.month)
    rows = connection.execute(_grouped((func.sum(COUNTERS.c.amount),), key, COUNTERS.c.name.in_(COUNTED)))
    stored = {(name, month): int(amount) for name, month, amount in rows}
    for name, month in sorted(counted.keys() | stored.keys()):
        was, should = stored.get((name, month), 0), counted.get((name, month), 0)
        if was != should:
            yield CounterDifference(name, month, was, should)


def _reports_without_claim(connection: Connection, first: int, last: int) -> Iterator[ClaimDifference]:
    """Find reports whose claim is missing or another's, and claims of reports that were withdrawn."""
    withdrawn = LEDGER.alias("withdrawn")
    takes_back = and_(withdrawn.c.kind == EntryKind.WITHDRAWAL, withdrawn.c.reference == cast(LEDGER.c.id, SqlString))
    joined = exists().where(PEOPLE.c.id == LEDGER.c.person_id, PEOPLE.c.merged_into.is_not(None))
    merged = exists().where(PEOPLE.c.id == LEDGER.c.person_id, PEOPLE.c.merged_into == CLAIMS.c.person_id)
    whose = or_(and_(CLAIMS.c.person_id == LEDGER.c.person_id, ~joined), merged)
    same = and_(whose, *(CLAIMS.c[theirs] == LEDGER.c[ours] for theirs, ours in _CLAIMED.items()))
    both = LEDGER.outerjoin(withdrawn, takes_back).outerjoin(CLAIMS, CLAIMS.c.entry_id == LEDGER.c.id)
    stands = and_(withdrawn.c.id.is_(None), or_(CLAIMS.c.entry_id.is_(None), ~same))
    falls = and_(withdrawn.c.id.is_not(None), CLAIMS.c.entry_id.is_not(None))
    found = select(LEDGER.c.id, LEDGER.c.person_id, withdrawn.c.id, CLAIMS.c.entry_id).select_from(both)
    reports = (LEDGER.c.kind.in_(STANDING), LEDGER.c.id.between(first, last))
    for entry, person, taken_back, claim in connection.execute(found.where(*reports, or_(stands, falls))):
        stray = "is withdrawn but still holds its claim" if taken_back else "has a claim on something else"
        yield ClaimDifference(entry, person, stray if claim is not None else "has no claim: it can be made twice")


_CLAIMED = {"name": "action", "period": "period", "n": "n"}


def _claims_without_report(connection: Connection) -> Iterator[ClaimDifference]:
    report = and_(LEDGER.c.id == CLAIMS.c.entry_id, LEDGER.c.kind.in_(STANDING))
    found = select(CLAIMS.c.entry_id, CLAIMS.c.person_id).select_from(CLAIMS.outerjoin(LEDGER, report))
    for entry, person in connection.execute(found.where(LEDGER.c.id.is_(None))):
        yield ClaimDifference(entry, person, "is claimed but is no report")
