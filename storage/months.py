"""Closed months: the report as it was, the sums it gave, and what was counted since. Decides nothing.

A counter of a closed month may still move: the portal's visits come late, and a list of a period that is over counts in
its last month. What was reported never moves with it: the first open month takes the difference.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from pydantic import TypeAdapter
from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, SQLModel

from storage import totals
from storage.database import BigId, Instant, table_of
from storage.facts import ClosedMonth, MonthReport, MonthSums


class StoredClosing(SQLModel, table=True):
    """A closed month (its first day) and its whole report, as JSON; a trigger sees that it never changes."""

    __tablename__ = "closed_month"
    month: date = Field(primary_key=True)
    closed_by: str
    closed_at: datetime = Field(sa_type=Instant)
    report: str


class ReportedFigure(SQLModel, table=True):
    """One sum of a month at or before the last closed one: as it was reported, and as its counter stood last closing.

    The report of a month is not changed by what moves later: that is ``counted`` beside the counter of now.
    """

    __tablename__ = "reported_figure"
    month: date = Field(primary_key=True)
    name: str = Field(primary_key=True)
    reported: int = Field(sa_type=BigId)
    counted: int = Field(sa_type=BigId)


CLOSED, REPORTED = table_of(StoredClosing), table_of(ReportedFigure)
_REPORT = TypeAdapter(MonthReport)


def find_last(connection: Connection) -> date | None:
    """Find the newest closed month; None where none is closed."""
    return connection.execute(select(CLOSED.c.month).order_by(CLOSED.c.month.desc()).limit(1)).scalar()


def find_report(connection: Connection, month: date) -> MonthReport | None:
    """Find a closed month's report as it was stored; None for an open month."""
    stored = connection.execute(select(CLOSED.c.report).where(CLOSED.c.month == month)).scalar()
    return None if stored is None else _REPORT.validate_json(stored)


def list_closed(connection: Connection, first: date, last: date) -> dict[date, ClosedMonth]:
    """List who closed which of some months, and when."""
    columns = (CLOSED.c.month, CLOSED.c.closed_by, CLOSED.c.closed_at)
    rows = connection.execute(select(*columns).where(CLOSED.c.month.between(first, last)))
    return {row.month: ClosedMonth(**row._mapping) for row in rows}


def list_drift(connection: Connection, first: date) -> list[MonthSums]:
    """List by how much the counters of the months from a first day on moved since the last closing saw them."""
    last = find_last(connection)
    if last is None:
        return []
    _, counted = _list_figures(connection, first)
    return _compare(totals.list_months(connection, first, last), counted)


def list_reported(connection: Connection, first: date, last: date, period_starts_on: date) -> list[MonthSums]:
    """List the months of a stretch of days as they are told: the closed ones as they were, the rest as counted.

    The first open month takes what moved in the closed months of the period; so all months add up to the totals.
    """
    since = period_starts_on.replace(day=1)
    begin = min(first.replace(day=1), since)
    live = totals.list_months(connection, begin, last)
    reported, counted = _list_figures(connection, begin)
    first_open = next((sums.month for sums in live if sums.month not in reported), None)
    drift = _compare([sums for sums in live if sums.month >= since], counted)
    told = {sums.month: sums.plus(*drift) for sums in live if sums.month == first_open} | reported
    return [told.get(sums.month, sums) for sums in live if sums.month >= first.replace(day=1)]


def _compare(live: Iterable[MonthSums], counted: Mapping[date, MonthSums]) -> list[MonthSums]:
    moved = [sums.minus(counted[sums.month]) for sums in live if sums.month in counted]
    return [sums for sums in moved if any(sums.amounts.values())]


def close(connection: Connection, report: MonthReport, by: str, counted: Iterable[MonthSums], now: datetime) -> None:
    """Store a month's report for ever, and what each counter up to it stands at; ConflictError where it is closed."""
    stored = _REPORT.dump_json(report).decode()
    connection.execute(CLOSED.insert().values(month=report.month, closed_by=by, closed_at=now, report=stored))
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(REPORTED)
    again = insert.on_conflict_do_update(index_elements=["month", "name"], set_={"counted": insert.excluded.counted})
    rows = []
    for sums in counted:
        told = report.reported.amounts if sums.month == report.month else sums.amounts
        for name, amount in sums.amounts.items():
            rows.append({"month": sums.month, "name": name, "reported": told[name], "counted": amount})
    connection.execute(again, rows)


def _list_figures(connection: Connection, first: date) -> tuple[dict[date, MonthSums], dict[date, MonthSums]]:
    """List, by month, the sums as they were reported and as their counters stood at the last closing."""
    found: tuple[dict[date, dict[str, int]], dict[date, dict[str, int]]] = {}, {}
    for row in connection.execute(select(REPORTED).where(REPORTED.c.month >= first)):
        found[0].setdefault(row.month, {})[row.name] = int(row.reported)
        found[1].setdefault(row.month, {})[row.name] = int(row.counted)
    reported, counted = ({month: MonthSums(month=month, **sums) for month, sums in one.items()} for one in found)
    return reported, counted
