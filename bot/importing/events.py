"""Adds events from a table: shows first what it would do, then stores drafts. Never changes an event that is there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from functools import partial
from pathlib import Path

import typer
from sqlalchemy import Connection

from bot import opening
from bot.importing import ImportRefusedError, signer, tables
from bot.importing.event_lines import Gathered, build, columns, gather, past_parts
from bot.importing.lines import Rejected
from bot.importing.links import Links
from bot.importing.reporting import Report
from bot.settings import Settings
from handlers import announcing
from storage import audit, event_checks, events, marks
from storage.clock import TOKYO, Clock
from storage.database import Database
from storage.facts import EventDetails, EventFacts, EventState, PlannedEvent, PlannedPart, Programme
from storage.marks import MarkName

NOT_YET = "is missing: city.languages lists"
"""What a draft may lack and a published event may not: a text in one of the city's languages."""
COMPARED = [field.name for field in fields(EventDetails) if field.name != "code"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What staff asked for beside the file."""

    by: str = ""
    confirmed: bool = False
    publish: bool = False
    past: bool = False
    unchecked: bool = False
    report: Path | None = None


@dataclass
class Sorted:
    """What became of a file: the events to add, those that are there, and the lines that were rejected."""

    new: list[PlannedEvent] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    differing: list[tuple[str, str]] = field(default_factory=list)
    lacking: list[str] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)


def run(settings: Settings, path: Path, wishes: Wishes) -> int:
    """Show what a table would add, and add it if confirmed; gives 1 where lines were rejected, else 0."""
    with opening.reading(settings) as database:
        programme, now, is_sandbox = database.read(_look).result()
        links = Links(may_be_private=is_sandbox) if not wishes.unchecked else None
        table = tables.read(path, columns(programme))
        found = _Sorter(database, programme, now, wishes, links, path.name).sort(*gather(table))
    typer.echo(table.told)
    _show(found)
    with Report(wishes.report) as report:
        for line in sorted(found.rejected, key=lambda line: line.number):
            report.reject(line)
    count = f"{len(found.new)} events with {sum(len(event.parts) for event in found.new)} parts"
    if not wishes.confirmed:
        typer.echo(f"nothing was stored; with --yes {count} are added {_how(wishes)}")
    elif found.new:
        _store(settings, found.new, path, signer(wishes.by))
        typer.echo(f"{count} were added {_how(wishes)}")
    return int(bool(found.rejected))


def _look(connection: Connection) -> tuple[Programme, datetime, bool]:
    programme = opening.find_newer_programme(connection, version=0)
    if programme is None:
        raise ImportRefusedError("the database holds no programme yet: the first start takes PROGRAMME_FILE")
    now = Clock(marks.find_clock_offset(connection)).now()
    return programme, now, marks.find(connection, MarkName.SANDBOX) == "True"


@dataclass(frozen=True, slots=True)
class _Sorter:
    """Sorts what a table brought; of an event with a line in doubt no line is taken."""

    database: Database
    programme: Programme
    now: datetime
    wishes: Wishes
    links: Links | None
    source: str

    def sort(self, gathered: Sequence[Gathered], homeless: Sequence[Rejected]) -> Sorted:
        found = Sorted(rejected=list(homeless))
        for one in gathered:
            event = build(one, self.source, EventState.PUBLISHED if self.wishes.publish else EventState.DRAFT)
            there = self.database.read(partial(events.find_by_code, code=one.code)).result()
            if event is not None and there is None:
                one.rejected += self._faults(one, event, found)
            if one.rejected or event is None:
                found.rejected += _with_the_rest(one)
            elif there is None:
                found.new.append(event)
            elif differences := compare(event, there):
                found.differing.append((one.code, differences))
            else:
                found.same.append(one.code)
        return found

    def _faults(self, one: Gathered, event: PlannedEvent, found: Sorted) -> Iterator[Rejected]:
        problems = event_checks.find_problems(event, self.programme)
        lacking = [] if self.wishes.publish else [problem for problem in problems if NOT_YET in problem]
        found.lacking += [f"{one.code}: {problem}" for problem in lacking]
        yield from (Rejected(one.number, problem) for problem in problems if problem not in lacking)
        if not self.wishes.past:
            words = "starts in the past; with --past it is taken all the same"
            yield from (Rejected(number, words) for number in past_parts(one, self.now))
        address = event.joining_url
        if self.links and event_checks.is_web_address(address) and (fault := self.links.fault(address)):
            yield Rejected(one.cells["joining_url"][1], f"joining_url: {fault}")


def _with_the_rest(one: Gathered) -> Iterator[Rejected]:
    """Give an event's rejected lines, and its others with them."""
    yield from one.rejected
    bad = {line.number for line in one.rejected}
    for number, _ in one.parts:
        if number not in bad:
            yield Rejected(number, f"left out with line {min(bad)} of the same event")


def compare(event: PlannedEvent, there: EventFacts) -> str:
    """Name what a file says otherwise of an event that is there; nothing when all is the same."""
    differing = [name for name in COMPARED if getattr(event, name) != getattr(there, name)]
    stored = [
        PlannedPart(starts_at=part.starts_at, ends_at=part.ends_at, capacity=part.capacity, title=part.title)
        for part in there.parts
    ]
    return ", ".join(differing + (["parts"] if stored != list(event.parts) else []))


def _show(found: Sorted) -> None:
    for event in found.new:
        parts = f", {len(event.parts)} parts" if len(event.parts) > 1 else ""
        typer.echo(f"+ {event.code}: {event.title['ja']}{parts}, {_when(event.parts[0])}")
    for code in found.same:
        typer.echo(f"= {code}: is there already, the same")
    for code, differences in found.differing:
        typer.echo(f"! {code}: is there already and differs in {differences}; it is not changed by an import")
    for line in found.lacking:
        typer.echo(f"? {line}; needed before it is published")


def _when(part: PlannedPart) -> str:
    return f"{part.starts_at.astimezone(TOKYO):%Y-%m-%d (%a) %H:%M}" if part.starts_at else "date open"


def _how(wishes: Wishes) -> str:
    return "and published" if wishes.publish else "as drafts"


def _store(settings: Settings, new: Sequence[PlannedEvent], path: Path, by: str) -> None:
    database = opening.open_database(settings)
    try:
        for event in new:
            database.write(partial(_add, event=event, file=path.name, by=by)).result()
    finally:
        database.close()


def _add(connection: Connection, event: PlannedEvent, file: str, by: str) -> None:
    now = Clock(marks.find_clock_offset(connection)).now()
    if events.find_by_code(connection, event.code) is None:
        number = events.add(connection, event, event.parts, event.state, now)
        added = events.find(connection, number)
        if added is not None and event.state is EventState.PUBLISHED and not _is_over(event, now):
            announcing.post(connection, added, now=now)
        audit.add(connection, by, "event.import", f"event:{number}", now, f"{file}: {event.state}")


def _is_over(event: PlannedEvent, now: datetime) -> bool:
    """Tell whether all of an event lies in the past: that is no news for anybody."""
    return all(part.starts_at is not None and part.starts_at <= now for part in event.parts)
