"""Enters the portal's visitors of a month, signed and with their source. A figure once entered is only corrected."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

import typer
from sqlalchemy import Connection

from bot import opening
from bot.importing import ImportRefusedError, signer
from bot.settings import Settings
from handlers.rules import monthly
from storage import marks, totals
from storage.clock import Clock
from storage.facts import Metric, OpeningBalance

MOST = 1_000_000_000
COLUMNS = ("month", "visits", "source")


@dataclass(frozen=True, slots=True)
class MonthlyVisits:
    """What the portal counted in a month (its first day), and who says so."""

    month: date
    visits: int
    source: str


def read_month(month: str, visits: str, source: str) -> MonthlyVisits:
    """Check one month's figure as staff wrote it; ImportRefusedError says what is wrong."""
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month, re.ASCII) or month < "1900":
        raise ImportRefusedError(f"{month!r} is no month: write it as 2022-03")
    plain = visits.replace(",", "").strip()
    if not plain.isdecimal() or int(plain) > MOST:
        raise ImportRefusedError(f"{visits!r} is no number of visitors: write digits only")
    if not source.strip():
        raise ImportRefusedError(f'{month}: the figure needs its source: --source "…"')
    return MonthlyVisits(date.fromisoformat(f"{month}-01"), int(plain), source.strip())


def read_file(path: Path) -> list[MonthlyVisits]:
    """Read a CSV file (UTF-8) with the columns month, visits and source."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except OSError as error:
        raise ImportRefusedError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ImportRefusedError(f"{path}: is not UTF-8 (perhaps Shift_JIS): save it as CSV UTF-8") from None
    if not rows or not set(COLUMNS) <= rows[0].keys():
        raise ImportRefusedError(f"{path}: needs a first line with the columns {', '.join(COLUMNS)}, and lines below")
    found = []
    for number, row in enumerate(rows, 2):
        try:
            found.append(read_month(*(row[column] or "" for column in COLUMNS)))
        except ImportRefusedError as error:
            raise ImportRefusedError(f"{path}, line {number}: {error}") from None
    return found


def run(settings: Settings, figures: Sequence[MonthlyVisits], by: str, *, correct: bool) -> None:
    """Enter the figures, all or none of them."""
    by = signer(by)
    database = opening.open_database(settings)
    try:
        said = database.write(partial(_enter, figures=figures, by=by, correct=correct)).result()
    finally:
        database.close()
    for line in said:
        typer.echo(line)


def _enter(connection: Connection, figures: Sequence[MonthlyVisits], by: str, correct: bool) -> list[str]:
    programme = opening.find_newer_programme(connection, version=0)
    clock = Clock(marks.find_clock_offset(connection))
    balances = programme.opening_balances if programme else ()
    said = []
    for figure in figures:
        _refuse_too_soon_or_twice(figure, clock.today(), balances)
        amount, words = _decide(figure, totals.sum_figures(connection, Metric.SITE_VISITS, figure.month), correct)
        if amount is not None:
            totals.add_figure(connection, Metric.SITE_VISITS, amount, figure.month, figure.source, by, clock.now())
        said.append(f"{figure.month:%Y-%m}: {words}")
    return said


def _refuse_too_soon_or_twice(figure: MonthlyVisits, today: date, balances: Sequence[OpeningBalance]) -> None:
    """Refuse a month that is not over, and one that an opening balance already counts."""
    if figure.month >= today.replace(day=1):
        raise ImportRefusedError(f"{figure.month:%Y-%m} is not over yet: enter it when its figure is final")
    balance = monthly.counted_before(balances, Metric.SITE_VISITS, figure.month)
    if balance is not None:
        words = f"the programme's opening balance of {balance.on} already counts the visits up to that day"
        raise ImportRefusedError(f"{figure.month:%Y-%m}: {words}")


def _decide(figure: MonthlyVisits, there: int | None, correct: bool) -> tuple[int | None, str]:
    """Decide what to enter (None: nothing) and what to say about it."""
    if there is None and not correct:
        return figure.visits, f"{figure.visits:,} visitors entered"
    if there is None:
        raise ImportRefusedError(f"{figure.month:%Y-%m} has no figure to correct: enter it without --correct")
    if there == figure.visits:
        return None, f"already stands at {there:,}: nothing to do"
    if not correct:
        words = f"already stands at {there:,}; to correct it to {figure.visits:,} say so again with --correct"
        raise ImportRefusedError(f"{figure.month:%Y-%m} {words}")
    return figure.visits - there, f"corrected from {there:,} to {figure.visits:,}"
