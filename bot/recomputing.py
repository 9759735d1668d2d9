"""Compares every tally and counter with the ledger, and puts them right. Decides nothing about claims."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.progress import Progress
from sqlalchemy import Connection

from bot import opening
from bot.settings import Settings
from storage import participations, reach, recount, split_recount, week_recount
from storage.database import Database
from storage.participations import ParticipantDifference, Periods
from storage.recount import SUM_NAMES, Differences
from storage.split_recount import SplitDifference
from storage.week_recount import WeekDifference

SHOWN = 200  # differences of one kind that are listed; the rest are counted


def run(settings: Settings, *, mend: bool) -> int:
    """Compare, and mend if asked; gives 1 where differences are left, else 0."""
    if mend:
        database = opening.open_database(settings)
        try:
            return _mend(database)
        finally:
            database.close()
    with opening.reading(settings) as database:
        return _report(_compare(database))


def _compare(database: Database) -> Differences:
    periods = database.read(_periods).result()  # apart: a comparison's view is fixed before its first question
    with _bar("comparing with the ledger") as advance:
        return database.read(lambda connection: recount.compare(connection, periods, advance)).result()


def _periods(connection: Connection) -> Periods:
    found = opening.find_newer_programme(connection, version=0)
    return found.periods if found else ()


def _mend(database: Database) -> int:
    found = _compare(database)
    if not _report(found):
        return 0
    persons = sorted({difference.person_id for difference in found.tallies})
    pieces = [persons[first : first + recount.MENDED] for first in range(0, len(persons), recount.MENDED)]
    with _bar("mending") as advance:
        for number, piece in enumerate(pieces, 1):
            _mend_tallies(database, piece)
            advance(number / len(pieces))
    for difference in found.counters:
        database.write(lambda c, difference=difference: recount.mend_counter(c, difference)).result()  # type: ignore[misc]
    for participant in found.participants:
        database.write(lambda c, one=participant: participations.mend_participant(c, _periods(c), one)).result()  # type: ignore[misc]
    for first in range(0, len(found.weeks), recount.MENDED):
        some = found.weeks[first : first + recount.MENDED]
        database.write(lambda c, some=some: week_recount.mend_weeks(c, some)).result()  # type: ignore[misc]
    for step in found.steps:
        database.write(lambda c, step=step: week_recount.mend_step(c, step)).result()  # type: ignore[misc]
    for one in found.reaches:
        database.write(lambda c, one=one: reach.mend(c, one)).result()  # type: ignore[misc]
    for split in found.splits:
        database.write(lambda c, split=split: split_recount.mend(c, split)).result()  # type: ignore[misc]
    typer.echo("mended; compared again:")
    return _report(_compare(database))


def _mend_tallies(database: Database, persons: Sequence[int]) -> None:
    database.write(lambda connection: recount.mend_tallies(connection, persons)).result()


@contextmanager
def _bar(title: str) -> Iterator[recount.Progress]:
    """Show a progress bar, on a terminal only."""
    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task(title, total=1.0)
        yield lambda done: bar.update(task, completed=done)


def _report(found: Differences) -> int:
    """Print what differs; gives 1 when anything does."""
    _list("tally", [_tally_words(one) for one in found.tallies])
    _list("counter", [f"{one.name} {one.month:%Y-%m}: {one.stored}, should be {one.counted}" for one in found.counters])
    _list("participant", [_participant_words(one) for one in found.participants])
    _list("week", [_week_words(one) for one in found.weeks])
    _list("step", [f"{one.week} {one.points} points: {one.stored}, should be {one.counted}" for one in found.steps])
    _list("accounts", [f"{one.channel} {one.reach}: {one.stored}, should be {one.counted}" for one in found.reaches])
    _list("month", [_split_words(one) for one in found.splits])
    _list("claim", [f"entry {one.entry_id} of person {one.person_id} {one.words}" for one in found.claims])
    if found.claims:
        typer.echo("claims are not mended by this program: docs/OPERATIONS.md says what to do")
    if not found:
        typer.echo("tallies, counters, weeks and claims are equal to the ledger")
    return int(bool(found))


def _list(kind: str, lines: Sequence[str]) -> None:
    for line in lines[:SHOWN]:
        typer.echo(f"{kind}: {line}")
    if len(lines) > SHOWN:
        typer.echo(f"{kind}: and {len(lines) - SHOWN:,} more")


def _participant_words(one: ParticipantDifference) -> str:
    period = f"the period from {one.period_starts_on}"
    return f"person {one.person_id} in {period}: {one.stored} attendances, should be {one.counted}"


def _week_words(one: WeekDifference) -> str:
    return f"person {one.person_id} in the week of {one.week}: {list(one.stored)}, should be {list(one.counted)}"


def _split_words(one: SplitDifference) -> str:
    return f"{one.month:%Y-%m} about {one.about:%Y-%m}: {one.stored}, should be {one.counted}"


def _tally_words(one: recount.TallyDifference) -> str:
    apart = [
        f"{name} {stored}, should be {counted}"
        for name, stored, counted in zip(SUM_NAMES, one.stored, one.counted, strict=True)
        if stored != counted
    ]
    return f"person {one.person_id}, {one.action}: {'; '.join(apart)}"
