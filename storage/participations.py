"""Participations, distinct participants and events held: counted as they come, and counted anew from what they came of.

A participation belongs to the programme period of its part's Tokyo day; within that, to the month it was entered in.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection, Select, and_, func, select

from storage import splits, totals
from storage.attendances import ATTENDANCES, PARTICIPANTS
from storage.clock import TOKYO
from storage.database import lock_person
from storage.events import PARTS
from storage.facts import AttendanceState, PartFacts, PartState, ProgrammePeriod
from storage.ledger import CLAIMS, LEDGER, PART_PERIOD, EntryKind
from storage.slices import list_slices
from storage.totals import COUNTERS, CounterName

Periods = Sequence[ProgrammePeriod]


def period_of(periods: Periods, on: date) -> ProgrammePeriod | None:
    """Find the period that holds a day; None for a day that is in no period, which no total counts."""
    return next((period for period in periods if period.starts_on <= on <= period.ends_on), None)


def month_for(periods: Periods, on: date, at: datetime) -> date:
    """Give the month that something of a day is counted in: that of its entry, kept inside the period of the day.

    So a list that arrives after a period's end still counts for that period, and nothing counts for the next one.
    """
    period, entered = period_of(periods, on), totals.month_of(at)
    if period is None:
        return on.replace(day=1)
    return min(max(entered, period.starts_on.replace(day=1)), period.ends_on.replace(day=1))


def count(connection: Connection, periods: Periods, person_id: int, on: date, at: datetime, amount: int) -> None:
    """Count one participation more (1) or less (-1), and the person once in the period; while the person is locked."""
    month = month_for(periods, on, at)
    totals.add_to_month(connection, CounterName.PARTICIPATIONS, month, amount, stripe=person_id)
    period = period_of(periods, on)
    if period is None:
        return
    before = _attendances(connection, period.starts_on, person_id)
    _put(connection, period.starts_on, person_id, before + amount, before)
    distinct = int(before + amount > 0) - int(before > 0)
    if distinct:
        totals.add_to_month(connection, CounterName.PARTICIPANTS_DISTINCT, month, distinct, stripe=person_id)


def count_held(connection: Connection, periods: Periods, part: PartFacts, at: datetime, amount: int) -> None:
    """Count one event held more (1) or less (-1)."""
    if part.starts_at is not None:
        on = part.starts_at.astimezone(TOKYO).date()
        totals.add_to_month(connection, CounterName.EVENTS_HELD, month_for(periods, on, at), amount, stripe=part.id)
        splits.count_held(connection, at, on, amount)


def _attendances(connection: Connection, starts_on: date, person_id: int) -> int:
    ours = (PARTICIPANTS.c.period_starts_on == starts_on, PARTICIPANTS.c.person_id == person_id)
    return connection.execute(select(PARTICIPANTS.c.attendances).where(*ours)).scalar() or 0


def _put(connection: Connection, starts_on: date, person_id: int, attendances: int, before: int) -> None:
    """Keep no row of somebody who has no attendance: their number would say that they once had one."""
    ours = (PARTICIPANTS.c.period_starts_on == starts_on, PARTICIPANTS.c.person_id == person_id)
    if attendances <= 0:
        connection.execute(PARTICIPANTS.delete().where(*ours))
    elif before:
        connection.execute(PARTICIPANTS.update().where(*ours).values(attendances=attendances))
    else:
        values = {"period_starts_on": starts_on, "person_id": person_id, "attendances": attendances}
        connection.execute(PARTICIPANTS.insert().values(**values))


def settle(connection: Connection, periods: Periods, person_id: int, at: datetime) -> None:
    """Set a person's attendances of each period to what stands, and how many took part; while the person is locked."""
    for period in periods:
        before = _attendances(connection, period.starts_on, person_id)
        now = _standing(connection, period, person_id, 1).get(person_id, 0)
        if now == before:
            continue
        _put(connection, period.starts_on, person_id, now, before)
        distinct = int(now > 0) - int(before > 0)
        month = month_for(periods, period.starts_on, at)
        if distinct:
            totals.add_to_month(connection, CounterName.PARTICIPANTS_DISTINCT, month, distinct, stripe=person_id)


# --- Counted anew ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ParticipantDifference:
    """A person's attendances of a period that are not as many as entries stand in the ledger."""

    period_starts_on: date
    person_id: int
    stored: int
    counted: int


def add_up(
    connection: Connection, periods: Periods, first: int, last: int, counted: dict[tuple[str, date], int]
) -> None:
    """Add the participations of a stretch of ledger entries, by the month they count in."""
    chosen = select(LEDGER.c.kind, LEDGER.c.acted_on, LEDGER.c.entered_at)
    within = (LEDGER.c.id.between(first, last), LEDGER.c.period.startswith(PART_PERIOD))
    for kind, on, at in connection.execute(chosen.where(*within)):
        key = (CounterName.PARTICIPATIONS.value, month_for(periods, on, at))
        counted[key] = counted.get(key, 0) + (1 if kind == EntryKind.ATTENDANCE else -1)


def compare_participants(connection: Connection, periods: Periods) -> Iterator[ParticipantDifference]:
    """Compare each person's attendances in each period with the entries that stand."""
    for period in periods:
        for first, many in list_slices(connection):
            counted = _standing(connection, period, first, many)
            within = PARTICIPANTS.c.person_id.between(first, first + many - 1)
            rows = connection.execute(
                select(PARTICIPANTS).where(within, PARTICIPANTS.c.period_starts_on == period.starts_on)
            )
            stored = {row.person_id: row.attendances for row in rows}
            for person_id in sorted(counted.keys() | stored.keys()):
                was, should = stored.get(person_id, 0), counted.get(person_id, 0)
                if was != should:
                    yield ParticipantDifference(period.starts_on, person_id, was, should)


def mend_participant(connection: Connection, periods: Periods, difference: ParticipantDifference) -> None:
    """Set a person's attendances of a period to what the ledger now says; the city's counters are mended apart."""
    lock_person(connection, difference.person_id)
    period = next(one for one in periods if one.starts_on == difference.period_starts_on)
    person_id, starts_on = difference.person_id, period.starts_on
    counted = _standing(connection, period, person_id, 1).get(person_id, 0)
    _put(connection, starts_on, person_id, counted, _attendances(connection, starts_on, person_id))


def count_anew(connection: Connection, period: ProgrammePeriod) -> dict[CounterName, int]:
    """Count the distinct participants and the events held of a period from what stands."""
    from_on, until_on = (datetime.combine(day, time.min, TOKYO) for day in (period.starts_on, period.ends_on))
    inside = (PARTS.c.starts_at >= from_on, PARTS.c.starts_at < until_on + timedelta(days=1))
    held = select(func.count()).select_from(PARTS).where(PARTS.c.state == PartState.HELD, *inside)
    persons = _standing_claims(period).with_only_columns(func.count(CLAIMS.c.person_id.distinct()))
    return {
        CounterName.PARTICIPANTS_DISTINCT: int(connection.execute(persons).scalar_one()),
        CounterName.EVENTS_HELD: int(connection.execute(held).scalar_one()),
    }


def find_counted(connection: Connection, period: ProgrammePeriod, name: CounterName) -> tuple[date, int]:
    """Find what a counter says of a period, with the newest month it was counted in: where it would be put right."""
    inside = COUNTERS.c.month.between(period.starts_on.replace(day=1), period.ends_on)
    chosen = select(func.max(COUNTERS.c.month), func.sum(COUNTERS.c.amount)).where(COUNTERS.c.name == name, inside)
    month, amount = connection.execute(chosen).one()
    return month or period.starts_on.replace(day=1), int(amount or 0)


def find_misfits(connection: Connection) -> Iterator[tuple[int, int, str]]:
    """Find attendances that count without an entry that stands, and such entries without an attendance."""
    fits = and_(CLAIMS.c.entry_id == ATTENDANCES.c.entry_id, CLAIMS.c.person_id == ATTENDANCES.c.person_id)
    confirmed = ATTENDANCES.c.state == AttendanceState.CONFIRMED
    lone = select(ATTENDANCES.c.id, ATTENDANCES.c.entry_id, ATTENDANCES.c.person_id).select_from(
        ATTENDANCES.outerjoin(CLAIMS, fits)
    )
    for number, entry_id, person_id in connection.execute(lone.where(confirmed, CLAIMS.c.entry_id.is_(None))):
        yield entry_id or 0, person_id, f"is of attendance {number}, which counts without an entry that stands"
    strays = select(CLAIMS.c.entry_id, CLAIMS.c.person_id).select_from(
        CLAIMS.outerjoin(ATTENDANCES, and_(fits, confirmed))
    )
    stray = strays.where(CLAIMS.c.period.startswith(PART_PERIOD), ATTENDANCES.c.id.is_(None))
    for entry_id, person_id in connection.execute(stray):
        yield entry_id, person_id, "stands for an attendance that does not count"


def _standing(connection: Connection, period: ProgrammePeriod, first: int, many: int) -> dict[int, int]:
    """Count the attendances that stand in a period, of some persons, by person."""
    within = CLAIMS.c.person_id.between(first, first + many - 1)
    columns = (CLAIMS.c.person_id, func.count().label("attendances"))
    chosen = _standing_claims(period).with_only_columns(*columns).where(within).group_by(CLAIMS.c.person_id)
    return {row.person_id: int(row.attendances) for row in connection.execute(chosen)}


def _standing_claims(period: ProgrammePeriod) -> Select[tuple[int]]:
    joined = CLAIMS.join(LEDGER, LEDGER.c.id == CLAIMS.c.entry_id)
    inside = LEDGER.c.acted_on.between(period.starts_on, period.ends_on)
    return select(CLAIMS.c.person_id).select_from(joined).where(CLAIMS.c.period.startswith(PART_PERIOD), inside)
