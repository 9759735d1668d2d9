"""The ledger: append-only entries, claims that stop doubles, and each person's tally in the same transaction."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Connection, Index, Row, UniqueConstraint, bindparam, case, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, SQLModel

from storage import people, splits, totals, weeks
from storage.database import BigId, Instant, table_of
from storage.facts import EntryFacts, Standing
from storage.prepared import Prepared


class EntryKind(StrEnum):
    """What an entry records. ``reference`` is unique within a kind: one event, one entry."""

    REPORT = "report"
    WITHDRAWAL = "withdrawal"  # reference: the entry withdrawn
    CONFIRMATION = "confirmation"  # the whole confirmed figure, once evidence was accepted; reference: the report
    SUPERSEDED = "superseded"  # takes away the points on one's word, in whose place it stands; reference: the report
    DISTANCE = "distance"  # grams saved over a distance; no points; reference: the report
    ATTENDANCE = "attendance"  # reference: the attendance's number and how often it was entered
    CORRECTION = "correction"  # by staff; detail: why; reference: the number of who signed, and the form's own key


STANDING = (EntryKind.REPORT, EntryKind.ATTENDANCE)
"""The kinds that are one more time of an action, and hold a claim until they are withdrawn."""
PART_PERIOD = "part:"  # begins the period of every entry of an attendance: a part earns once


class Entry(SQLModel, table=True):
    """One line of the ledger; a trigger sees that only the person's number ever changes, when the person leaves."""

    __tablename__ = "ledger"
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    person_id: int = Field(sa_type=BigId)
    account_id: int = Field(sa_type=BigId)  # 0: through no account, such as a guest at the door
    kind: str
    reference: str
    action: str
    acted_on: date
    entered_at: datetime = Field(sa_type=Instant)
    points: int
    confirmed: bool = False
    counts_for_board: bool
    rule_version: int
    period: str
    n: int
    co2_grams: int = 0
    detail: str = ""


class Claim(SQLModel, table=True):
    """The right to have done an action for the n-th time in a period; released by a withdrawal."""

    person_id: int = Field(primary_key=True, sa_type=BigId)
    name: str = Field(primary_key=True)  # the action's code
    period: str = Field(primary_key=True)
    n: int = Field(primary_key=True)
    entry_id: int = Field(sa_type=BigId, index=True)


class Tally(SQLModel, table=True):
    """How often a person did an action, and what it brought: the sums of the ledger, kept beside it."""

    person_id: int = Field(primary_key=True, sa_type=BigId)
    action: str = Field(primary_key=True)
    times: int
    confirmed: int
    self_reported: int
    co2_grams: int


LEDGER, CLAIMS, TALLIES = table_of(Entry), table_of(Claim), table_of(Tally)
LEDGER.append_constraint(UniqueConstraint("kind", "reference"))
LEDGER.dialect_options["sqlite"]["autoincrement"] = True
Index("ledger_person", LEDGER.c.person_id, LEDGER.c.acted_on)


_STANDS = or_(*(LEDGER.c.kind == kind for kind in STANDING))
TIMES = func.sum(case((_STANDS, 1), (LEDGER.c.kind == EntryKind.WITHDRAWAL, -1), else_=0))
_TIMES = TIMES.label("times")
_POINTS = func.sum(LEDGER.c.points).label("points")
_OURS = LEDGER.c.person_id.in_(people.numbers_of(bindparam("person_id", type_=BigInteger)))
_APPEND = Prepared(LEDGER.insert().returning(LEDGER.c.id), columns=[c.name for c in LEDGER.c if c.name != "id"])
_CLAIM = Prepared(CLAIMS.insert(), columns=[column.name for column in CLAIMS.c])
MOST_PERIODS = 5  # an action counts by the day, week, month, year or ever
_PERIODS = [f"period_{place}" for place in range(MOST_PERIODS)]
_LIST_CLAIMS = Prepared(
    select(CLAIMS)
    .where(
        CLAIMS.c.person_id == bindparam("person_id"),
        CLAIMS.c.period.in_([bindparam(name, type_=CLAIMS.c.period.type) for name in _PERIODS]),
    )
    .order_by(CLAIMS.c.n)
)
_LIST_DAY = Prepared(
    select(LEDGER.c.action, _TIMES, _POINTS)
    .where(_OURS, LEDGER.c.acted_on == bindparam("acted_on"), LEDGER.c.kind != EntryKind.CORRECTION)
    .group_by(LEDGER.c.action)
)
_DAY_POINTS = func.sum(case((LEDGER.c.acted_on == bindparam("day"), LEDGER.c.points), else_=0)).label("day_points")
_SUMS = Prepared(
    select(_DAY_POINTS, _POINTS).where(_OURS, LEDGER.c.acted_on.between(bindparam("first"), bindparam("last")))
)


def _counting(insert: sqlite.Insert | postgresql.Insert) -> sqlite.Insert | postgresql.Insert:
    sums = ("times", "confirmed", "self_reported", "co2_grams")
    more = {name: TALLIES.c[name] + insert.excluded[name] for name in sums}
    return insert.on_conflict_do_update(index_elements=["person_id", "action"], set_=more)


_TALLY = Prepared(
    _counting(sqlite.insert(TALLIES)),
    postgresql=_counting(postgresql.insert(TALLIES)),
    columns=[column.name for column in TALLIES.c],
)


def add_entry(connection: Connection, holder_id: int | None = None, **values: Any) -> int:
    """Append an entry with its claim, and keep tally and city counters equal to it; gives the entry's number.

    ``holder_id`` says whose claim and sums it is, where somebody else has joined them since. A claim that is taken
    raises ConflictError through its key, and nothing of the entry stays.
    """
    entry_id = int(_APPEND.one(connection, **{"co2_grams": 0, "detail": "", **values}).id)
    counted = values if holder_id is None else values | {"person_id": holder_id}
    claim = {"person_id": counted["person_id"], "name": values["action"], "period": values["period"], "n": values["n"]}
    _CLAIM.put_off(connection, **claim, entry_id=entry_id)
    _count(connection, counted, times=1)
    return entry_id


def add_distance(connection: Connection, report: EntryFacts, account_id: int, grams: int, **values: Any) -> bool:
    """Append the grams saved over a distance to a report, once; False when it was there already."""
    if find_by_reference(connection, EntryKind.DISTANCE, str(report.id)) is not None:
        return False
    values = _follow_up(report, account_id, EntryKind.DISTANCE, points=0, co2_grams=grams, confirmed=False) | values
    connection.execute(LEDGER.insert().values(**values))
    _count(connection, _for_root(connection, values), times=0)
    return True


def confirm(connection: Connection, report: EntryFacts, points: int, **values: Any) -> None:
    """Append the points of a report that was confirmed, in the place of those on the person's word.

    A second time raises ConflictError through the key.
    """
    account_id = find_account(connection, report.id)
    amounts = {
        EntryKind.CONFIRMATION: {"points": points, "confirmed": True},
        EntryKind.SUPERSEDED: {"points": -report.points, "confirmed": report.confirmed},
    }
    for kind, amount in amounts.items():
        entry = _follow_up(report, account_id, kind, co2_grams=0, **amount) | values
        connection.execute(LEDGER.insert().values(**entry))
        _count(connection, _for_root(connection, entry), times=0)


def with_worth(connection: Connection, report: EntryFacts) -> EntryFacts:
    """Give a report with the points it stands for now: those it was confirmed with, if it was."""
    found = find_by_reference(connection, EntryKind.CONFIRMATION, str(report.id))
    return report if found is None else replace(report, points=found.points, confirmed=True)


def find_account(connection: Connection, entry_id: int) -> int:
    """Find the account that an entry came through, so that what follows it counts for the same channel; 0 for none."""
    return connection.execute(select(LEDGER.c.account_id).where(LEDGER.c.id == entry_id)).scalar() or 0


def stands(connection: Connection, entry_id: int) -> bool:
    """Tell whether a report holds its claim: it was not taken back."""
    return connection.execute(select(CLAIMS.c.entry_id).where(CLAIMS.c.entry_id == entry_id)).first() is not None


def withdraw(connection: Connection, report: EntryFacts, account_id: int, **values: Any) -> None:
    """Append the entry that takes a report back (with its distance, confirmed or not), and release its claim."""
    report = with_worth(connection, report)
    distance = find_by_reference(connection, EntryKind.DISTANCE, str(report.id))
    grams = report.co2_grams + (distance.co2_grams if distance else 0)
    taken = {"points": -report.points, "co2_grams": -grams, "confirmed": report.confirmed}
    values = _follow_up(report, account_id, EntryKind.WITHDRAWAL, **taken) | values
    connection.execute(LEDGER.insert().values(**values))
    connection.execute(CLAIMS.delete().where(CLAIMS.c.entry_id == report.id))
    _count(connection, _for_root(connection, values), times=-1)


def correct(connection: Connection, **values: Any) -> int:
    """Append points by which staff correct an action, with every sum they count in; gives the entry's number.

    It is no time of the action, and holds no claim.
    """
    whole = {"account_id": 0, "kind": EntryKind.CORRECTION, "period": "", "n": 0, "co2_grams": 0, **values}
    entry_id = int(_APPEND.one(connection, **whole).id)
    _count(connection, whole, times=0)
    return entry_id


def _follow_up(report: EntryFacts, account_id: int, kind: EntryKind, **amounts: Any) -> dict[str, Any]:
    same = {"person_id": report.person_id, "action": report.action, "acted_on": report.acted_on}
    place = {"period": report.period, "n": report.n, "account_id": account_id, "detail": ""}
    return {**same, **place, "kind": kind, "reference": str(report.id), **amounts}


def _for_root(connection: Connection, values: dict[str, Any]) -> dict[str, Any]:
    """Give an entry's values under the number it counts for: what follows an entry keeps the entry's own."""
    return values | {"person_id": people.find_root(connection, values["person_id"])}


def _count(connection: Connection, values: dict[str, Any], times: int) -> None:
    """Add one entry to the person's tally, to the city's counters, and to the week it was made in time for."""
    column = "confirmed" if values.get("confirmed") else "self_reported"
    change = {"times": times, "confirmed": 0, "self_reported": 0, "co2_grams": values.get("co2_grams", 0)}
    change[column] = values["points"]
    _TALLY.put_off(connection, person_id=values["person_id"], action=values["action"], **change)
    counter = (
        totals.CounterName.POINTS_CONFIRMED if values.get("confirmed") else totals.CounterName.POINTS_SELF_REPORTED
    )
    totals.add(connection, counter, values["entered_at"], values["points"], stripe=values["person_id"])
    attended = times if values["period"].startswith(PART_PERIOD) else 0
    moment = {"at": values["entered_at"], "on": values["acted_on"], "participations": attended}
    splits.count(connection, values["person_id"], values["account_id"], **moment, **{column: values["points"]})
    if values["counts_for_board"]:
        weeks.count(connection, values["person_id"], values["acted_on"], times, values["points"])


def find_by_reference(connection: Connection, kind: EntryKind, reference: str) -> EntryFacts | None:
    """Find the entry of a kind that refers to something."""
    row = connection.execute(select(LEDGER).where(LEDGER.c.kind == kind, LEDGER.c.reference == reference)).first()
    return None if row is None else _facts(row)


def find_report(connection: Connection, person_id: int, entry_id: int) -> EntryFacts | None:
    """Find a person's own report."""
    ours = (LEDGER.c.person_id.in_(people.numbers_of(person_id)), LEDGER.c.kind == EntryKind.REPORT)
    row = connection.execute(select(LEDGER).where(LEDGER.c.id == entry_id, *ours)).first()
    return None if row is None else _facts(row)


def get(connection: Connection, entry_id: int) -> EntryFacts:
    """Get an entry; LookupError when there is none of this number."""
    row = connection.execute(select(LEDGER).where(LEDGER.c.id == entry_id)).first()
    if row is None:
        raise LookupError("no such entry")
    return _facts(row)


def find_last_report(connection: Connection, person_id: int) -> EntryFacts | None:
    """Find a person's newest report that still stands; an attendance is not their word, and not theirs to take back."""
    standing = select(LEDGER).join(CLAIMS, CLAIMS.c.entry_id == LEDGER.c.id)
    reports = standing.where(CLAIMS.c.person_id == person_id, LEDGER.c.kind == EntryKind.REPORT)
    row = connection.execute(reports.order_by(CLAIMS.c.entry_id.desc()).limit(1)).first()
    return None if row is None else _facts(row)


def list_corrections(connection: Connection, person_id: int, limit: int) -> list[EntryFacts]:
    """List a person's corrections by staff, newest first."""
    ours = (LEDGER.c.person_id.in_(people.numbers_of(person_id)), LEDGER.c.kind == EntryKind.CORRECTION)
    rows = connection.execute(select(LEDGER).where(*ours).order_by(LEDGER.c.id.desc()).limit(limit))
    return [_facts(row) for row in rows]


def list_claims(
    connection: Connection, person_id: int, periods: Iterable[str]
) -> dict[tuple[str, str], tuple[int, ...]]:
    """List the claims that stand in some periods, as {(action, period): (n, …)}."""
    named = [*set(periods), *[""] * MOST_PERIODS]
    asked = {name: named[place] for place, name in enumerate(_PERIODS)}
    claims: dict[tuple[str, str], tuple[int, ...]] = {}
    for row in _LIST_CLAIMS.all(connection, person_id=person_id, **asked):
        claims[row.name, row.period] = (*claims.get((row.name, row.period), ()), row.n)
    return claims


def list_day(connection: Connection, person_id: int, acted_on: date) -> list[tuple[str, int, int]]:
    """List (action, times, points) that stand on a day acted on; a correction makes no room under a day's limit."""
    rows = _LIST_DAY.all(connection, person_id=person_id, acted_on=acted_on)
    return [(row.action, int(row.times), int(row.points)) for row in rows if row.times]


def sum_points(connection: Connection, person_id: int, first: date, last: date) -> int:
    """Sum a person's points of the days acted on, both included."""
    return sum_of_day_and_week(connection, person_id, first, first, last)[1]


def sum_of_day_and_week(
    connection: Connection, person_id: int, day: date, week: date, week_end: date
) -> tuple[int, int]:
    """Sum a person's points of a day acted on, and of the days of the week it is in."""
    row = _SUMS.one(connection, person_id=person_id, day=day, first=week, last=week_end)
    return int(row.day_points or 0), int(row.points or 0)


def count_days(connection: Connection, person_id: int, at_most: int) -> int:
    """Count the different days a person acted on, looking no further than ``at_most``."""
    acts = (LEDGER.c.person_id.in_(people.numbers_of(person_id)), LEDGER.c.kind != EntryKind.CORRECTION)
    days = select(LEDGER.c.acted_on).where(*acts).distinct().limit(at_most).subquery()
    return int(connection.execute(select(func.count()).select_from(days)).scalar_one())


def list_days(connection: Connection, person_id: int, since: date) -> list[date]:
    """List the days since one that a person acted on, as it stands now: their own word and check-ins."""
    ours = (LEDGER.c.person_id.in_(people.numbers_of(person_id)), LEDGER.c.acted_on >= since)
    return list(
        connection.execute(
            select(LEDGER.c.acted_on).where(*ours).group_by(LEDGER.c.acted_on).having(TIMES > 0)
        ).scalars()
    )


def count_times(connection: Connection, person_id: int, actions: Collection[str], first: date, last: date) -> int:
    """Count how often a person did one of some actions, any where none is named; the last day counts too."""
    ours = [LEDGER.c.person_id.in_(people.numbers_of(person_id)), LEDGER.c.acted_on.between(first, last)]
    if actions:
        ours.append(LEDGER.c.action.in_(actions))
    return int(connection.execute(select(TIMES).where(*ours)).scalar() or 0)


def list_tallies(connection: Connection, person_id: int) -> list[Tally]:
    """List how often a person did each action and what it brought, most often first."""
    stands = or_(TALLIES.c.times > 0, TALLIES.c.confirmed != 0, TALLIES.c.self_reported != 0)
    ours = select(TALLIES).where(TALLIES.c.person_id == person_id, stands)
    rows = connection.execute(ours.order_by(TALLIES.c.times.desc(), TALLIES.c.action))
    return [Tally(**row._mapping) for row in rows]


def find_share(connection: Connection, person_id: int, action: str, *, confirmed: bool) -> int:
    """Find a person's points of one action, either the confirmed or the self-reported ones."""
    column = TALLIES.c.confirmed if confirmed else TALLIES.c.self_reported
    ours = (TALLIES.c.person_id == person_id, TALLIES.c.action == action)
    return connection.execute(select(column).where(*ours)).scalar() or 0


def find_standing(connection: Connection, person_id: int, today: date, week: date, week_end: date) -> Standing:
    """Find a person's standing: points today, this week and in all, by action, and the CO2 that may be added up."""
    tallies = list_tallies(connection, person_id)
    confirmed, self_reported = sum(t.confirmed for t in tallies), sum(t.self_reported for t in tallies)
    points_today, points_week = sum_of_day_and_week(connection, person_id, today, week, week_end)
    return Standing(
        today=points_today,
        week=points_week,
        all=confirmed + self_reported,
        confirmed=confirmed,
        self_reported=self_reported,
        by_action=tuple((t.action, t.times, t.confirmed + t.self_reported) for t in tallies),
        co2_grams=tuple((t.action, t.co2_grams) for t in tallies if t.co2_grams),
    )


def list_entries(connection: Connection, person_id: int) -> list[EntryFacts]:
    """List all of a person's entries, oldest first, for their own export."""
    ours = LEDGER.c.person_id.in_(people.numbers_of(person_id))
    return [_facts(row) for row in connection.execute(select(LEDGER).where(ours).order_by(LEDGER.c.id))]


def list_standing(connection: Connection, person_id: int, kind: EntryKind) -> list[EntryFacts]:
    """List a person's entries of a kind that stand, oldest first."""
    ours = select(LEDGER).join(CLAIMS, CLAIMS.c.entry_id == LEDGER.c.id).where(CLAIMS.c.person_id == person_id)
    rows = connection.execute(ours.where(LEDGER.c.kind == kind).order_by(LEDGER.c.id))
    return [_facts(row) for row in rows]


def hand_over(connection: Connection, numbers: list[int], tombstone: int) -> None:
    """Give all that a leaving person earned, under any of their numbers, to their tombstone.

    So totals hold, and nobody is told by it.
    """
    for table in (LEDGER, CLAIMS, TALLIES):
        connection.execute(table.update().where(table.c.person_id.in_(numbers)).values(person_id=tombstone))
    weeks.hand_over(connection, numbers[0], tombstone)


def _facts(row: Row[Any]) -> EntryFacts:
    return EntryFacts(
        id=row.id,
        person_id=row.person_id,
        kind=row.kind,
        action=row.action,
        acted_on=row.acted_on,
        entered_at=row.entered_at,
        points=row.points,
        confirmed=row.confirmed,
        co2_grams=row.co2_grams,
        n=row.n,
        period=row.period,
        reference=row.reference,
        detail=row.detail,
    )
