"""Keeps the key figures that staff write beside the totals: each act checked, signed and in the records."""

from datetime import date, datetime

from sqlalchemy import Connection

from handlers.rules import kpis as rule
from handlers.rules.calendar import tokyo_day
from handlers.rules.kpis import Problem
from storage import audit, kpis
from storage.facts import KpiValue, KpiWords


def add(connection: Connection, words: KpiWords, *, by: str, now: datetime) -> Problem | None:
    """Add a figure; or say why not."""
    problem = rule.find_problem(words)
    if problem is None:
        number = kpis.add(connection, words, by, now)
        audit.add(connection, by, "kpi.add", f"kpi:{number}", now)
    return problem


def change(
    connection: Connection, kpi_id: int, seen: int, words: KpiWords, *, by: str, now: datetime
) -> Problem | None:
    """Write a figure's next version after the one that was ``seen``; or say why not. LookupError if there is none."""
    found = kpis.find(connection, kpi_id)
    if found is None:
        raise LookupError(kpi_id)
    if found.version != seen:
        return Problem.CHANGED
    problem = rule.find_problem(words)
    if problem is None and words != found.words:
        kpis.put(connection, kpi_id, seen + 1, words, by, now)
        audit.add(connection, by, "kpi.change", f"kpi:{kpi_id}", now)
    return problem


def enter(
    connection: Connection, kpi_id: int, on: date, amount: str, source: str, *, by: str, now: datetime
) -> Problem | None:
    """Enter a figure's value of a day, in place of an older one of that day; or say why not."""
    if kpis.find(connection, kpi_id) is None:
        raise LookupError(kpi_id)
    problem = rule.find_value_problem(on, amount, source, tokyo_day(now))
    if problem is None:
        value = KpiValue(on=on, amount=amount, source=source, entered_by=by, entered_at=now)
        kpis.add_value(connection, kpi_id, value)
        audit.add(connection, by, "kpi.value", f"kpi:{kpi_id}", now)
    return problem
