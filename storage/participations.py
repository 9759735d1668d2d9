"""Participations, distinct participants and events held: counted as they come, and counted anew from what they came of.

A participation belongs to the programme period of its part's Tokyo day; within that, to the month it was entered in.
"""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Connection, select

from storage import totals
from storage.attendances import PARTICIPANTS
from storage.clock import TOKYO
from storage.facts import PartFacts, ProgrammePeriod
from storage.totals import CounterName

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
        month = month_for(periods, part.starts_at.astimezone(TOKYO).date(), at)
        totals.add_to_month(connection, CounterName.EVENTS_HELD, month, amount, stripe=part.id)


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
