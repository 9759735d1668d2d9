"""The city's running totals: counters in stripes, so that no row is hot, and the visits to our public pages."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, Index, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, SQLModel

from storage.clock import TOKYO
from storage.database import BigId, Instant, table_of
from storage.facts import Metric, MonthSums, Programme, Totals
from storage.prepared import Prepared

STRIPES = 16  # rows a counter is spread over: one hot row held PostgreSQL to a sixth of the transactions


class CounterName(StrEnum):
    """What is counted; the month is that of the entry, in Tokyo."""

    POINTS_CONFIRMED = "points_confirmed"
    POINTS_SELF_REPORTED = "points_self_reported"
    PARTICIPATIONS = "participations"
    PARTICIPANTS_DISTINCT = "participants_distinct"
    EVENTS_HELD = "events_held"
    VISITS_OWN = "visits_own"
    VISITS_PORTAL = "visits_portal"


class Counter(SQLModel, table=True):
    """One stripe of one counter in one month (its first day)."""

    name: str = Field(primary_key=True)
    month: date = Field(primary_key=True)
    stripe: int = Field(primary_key=True)
    amount: int = Field(sa_type=BigId)


class Visitor(SQLModel, table=True):
    """One visitor of one day, under a hash whose salt is thrown away with the day."""

    day: date = Field(primary_key=True)
    visitor_hash: str = Field(primary_key=True)


class Figure(SQLModel, table=True):
    """A figure that staff enter with its source, such as the portal's monthly visits."""

    __table_args__ = ({"sqlite_autoincrement": True},)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    metric: str
    amount: int
    distinct: int = 0
    on: date
    source: str
    entered_by: str
    entered_at: datetime = Field(sa_type=Instant)


COUNTERS, VISITORS, FIGURES = table_of(Counter), table_of(Visitor), table_of(Figure)
Index("counter_name", COUNTERS.c.name, COUNTERS.c.month)


def _adding(insert: sqlite.Insert | postgresql.Insert) -> sqlite.Insert | postgresql.Insert:
    more = {"amount": COUNTERS.c.amount + insert.excluded.amount}
    return insert.on_conflict_do_update(index_elements=["name", "month", "stripe"], set_=more)


_ADD = Prepared(
    _adding(sqlite.insert(COUNTERS)),
    postgresql=_adding(postgresql.insert(COUNTERS)),
    columns=("name", "month", "stripe", "amount"),
)
_SUM = Prepared(
    select(COUNTERS.c.name, func.sum(COUNTERS.c.amount).label("amount"))
    .where(COUNTERS.c.month.between(bindparam("first"), bindparam("last")))
    .group_by(COUNTERS.c.name)
)
_SUM_MONTHS = Prepared(
    select(COUNTERS.c.month, COUNTERS.c.name, func.sum(COUNTERS.c.amount).label("amount"))
    .where(COUNTERS.c.month.between(bindparam("first"), bindparam("last")))
    .group_by(COUNTERS.c.month, COUNTERS.c.name)
)
_MONTH_FIELDS = {
    **{name.value: name.value for name in CounterName},
    CounterName.PARTICIPANTS_DISTINCT.value: "first_timers",
}


def month_of(at: datetime) -> date:
    """Give the first day of a moment's Tokyo month."""
    return at.astimezone(TOKYO).date().replace(day=1)


def add(connection: Connection, name: CounterName, at: datetime, amount: int, *, stripe: int) -> None:
    """Add to a counter in the month of a moment; ``stripe`` is any number that spreads, such as a person's."""
    add_to_month(connection, name, month_of(at), amount, stripe=stripe)


def add_to_month(connection: Connection, name: CounterName, month: date, amount: int, *, stripe: int) -> None:
    """Add to a counter in a month, given by its first day."""
    _ADD.put_off(connection, name=name, month=month, stripe=stripe % STRIPES, amount=amount)


def sum_counters(connection: Connection, first: date, last: date) -> dict[str, int]:
    """Sum every counter over the months of a stretch of days: at most 16 small rows a month and counter."""
    rows = _SUM.all(connection, first=first.replace(day=1), last=last)
    return {row.name: int(row.amount) for row in rows}


def list_months(connection: Connection, first: date, last: date) -> list[MonthSums]:
    """List the sums of each month of a stretch of days, months without a count too: 16 small rows a month and counter.

    How many persons or entries there are makes no difference.
    """
    sums: dict[date, dict[str, int]] = {}
    for row in _SUM_MONTHS.all(connection, first=first.replace(day=1), last=last):
        sums.setdefault(row.month, {})[_MONTH_FIELDS[row.name]] = int(row.amount)
    return [MonthSums(month=month, **sums.get(month, {})) for month in _months(first, last)]


def _months(first: date, last: date) -> Iterator[date]:
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = (month + timedelta(days=31)).replace(day=1)


def find_totals(connection: Connection, programme: Programme, now: datetime) -> Totals:
    """Find the four running totals of the period that today is in."""
    period = programme.period(now.astimezone(TOKYO).date())
    sums = sum_counters(connection, period.starts_on, period.ends_on)
    before = dict.fromkeys(Metric, 0)
    distinct_before = 0
    for balance in programme.balances(period):
        before[balance.metric] += balance.amount
        distinct_before += balance.distinct if balance.metric is Metric.PARTICIPANTS else 0
    return Totals(
        period=period,
        participants=sums.get(CounterName.PARTICIPATIONS, 0) + before[Metric.PARTICIPANTS],
        participants_distinct=sums.get(CounterName.PARTICIPANTS_DISTINCT, 0) + distinct_before,
        participants_before=before[Metric.PARTICIPANTS],
        events_held=sums.get(CounterName.EVENTS_HELD, 0) + before[Metric.EVENTS_HELD],
        points_confirmed=sums.get(CounterName.POINTS_CONFIRMED, 0),
        points_self_reported=sums.get(CounterName.POINTS_SELF_REPORTED, 0),
        points_before=before[Metric.ACTION_POINTS],
        visits_own=sums.get(CounterName.VISITS_OWN, 0),
        visits_portal=sums.get(CounterName.VISITS_PORTAL, 0) + before[Metric.SITE_VISITS],
        as_of=now,
    )


def add_visitors(connection: Connection, day: date, hashes: set[str], at: datetime) -> int:
    """Count the day's visitors that were not counted yet; gives how many were new."""
    if not hashes:
        return 0
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(VISITORS)
    rows = [{"day": day, "visitor_hash": visitor_hash} for visitor_hash in sorted(hashes)]
    added = insert.values(rows).on_conflict_do_nothing().returning(VISITORS.c.visitor_hash)
    new = len(connection.execute(added).all())  # a driver's rowcount of an INSERT is not to be trusted
    if new:
        add(connection, CounterName.VISITS_OWN, at, new, stripe=0)
    return new


def forget_visitors(connection: Connection, before: date) -> None:
    """Forget the hashes of days gone by; their count stays."""
    connection.execute(VISITORS.delete().where(VISITORS.c.day < before))


def add_figure(
    connection: Connection, metric: Metric, amount: int, on: date, source: str, by: str, at: datetime
) -> None:
    """Add a figure that staff vouch for, such as the portal's visits of a month."""
    values = {"metric": metric, "amount": amount, "distinct": 0, "on": on, "source": source, "entered_by": by}
    connection.execute(FIGURES.insert().values(**values, entered_at=at))
    if metric is Metric.SITE_VISITS:
        moment = datetime(on.year, on.month, on.day, 12, tzinfo=TOKYO)
        add(connection, CounterName.VISITS_PORTAL, moment, amount, stripe=0)


def sum_figures(connection: Connection, metric: Metric, month: date) -> int | None:
    """Sum what staff entered for a month (its first day), corrections included; None where nothing was."""
    entered = select(func.sum(FIGURES.c.amount)).where(FIGURES.c.metric == metric, FIGURES.c.on == month)
    amount = connection.execute(entered).scalar()
    return None if amount is None else int(amount)
