"""Shows what a programme file would change; when told to, makes a new rule version of it and adds its new events."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import typer
from sqlalchemy import Connection

from bot import opening
from bot.importing import ImportRefusedError, planned_events, signer
from bot.settings import Settings
from handlers import ruling
from handlers.rules.differences import Change, compare
from storage import catalogue, marks, programme_file
from storage.clock import Clock
from storage.facts import Programme

LONGEST_VALUE = 60
Document = Mapping[str, Any]


def run(settings: Settings, path: Path | None, by: str, *, confirmed: bool) -> None:
    """Show the difference to the version in force and the events that are new; put the file in force if confirmed."""
    path = path or settings.programme_file
    file = programme_file.read_programme(path)
    with opening.reading(settings) as database:
        in_force = database.read(lambda c: opening.find_newer_programme(c, version=0)).result()
        found = database.read(lambda c: planned_events.compare(c, file.events)).result()
    if in_force is None:
        raise ImportRefusedError("the database holds no programme yet: the first start takes PROGRAMME_FILE")
    shown = Difference(in_force, programme_file.to_document(file), found)
    typer.echo(f"version {in_force.version} in force → {path}")
    for line in shown.lines():
        typer.echo(line)
    if not shown.changes and not found.new:
        typer.echo("the file says nothing that could be put in force: nothing to do")
    elif not confirmed:
        typer.echo("nothing was changed; with --yes this becomes the version in force")
    else:
        typer.echo(_put_in_force(settings, shown, path, signer(by)))


@dataclass(frozen=True, slots=True)
class Difference:
    """A file beside what is in force: the rules as a document, the events by their codes."""

    in_force: Programme
    new: Document
    events: planned_events.Compared

    @property
    def old(self) -> Document:
        """The rules in force."""
        return programme_file.to_document(replace(self.in_force, version=0))

    @property
    def changes(self) -> list[Change]:
        """Every place in which the rules differ."""
        return list(compare(self.old, self.new))

    def lines(self) -> Iterator[str]:
        """Say what differs, and what staff may not have thought of."""
        yield from map(_write, self.changes)
        yield from _warnings(self.old, self.new)
        yield from self.events.lines()


def _put_in_force(settings: Settings, shown: Difference, path: Path, by: str) -> str:
    database = opening.open_database(settings)
    try:
        return database.write(partial(_add, shown=shown, made_by=f"file {path.name} by {by}")).result()
    finally:
        database.close()


def _add(connection: Connection, shown: Difference, made_by: str) -> str:
    if catalogue.find_newest_version(connection) != shown.in_force.version:
        raise ImportRefusedError("another version came into force meanwhile: look at the difference again")
    if planned_events.compare(connection, shown.events.new).new != shown.events.new:
        raise ImportRefusedError("an event was added meanwhile: look at the difference again")
    now, version = Clock(marks.find_clock_offset(connection)).now(), shown.in_force.version
    if shown.changes:
        version = ruling.put_in_force(connection, shown.new, version, made_by, now)
    planned_events.add(connection, shown.events.new, made_by, now)
    return f"version {version} is in force; events added: {len(shown.events.new)}"


def _write(change: Change) -> str:
    if change.old is None:
        return f"+ {change.path}: {_short(change.new)}"
    if change.new is None:
        return f"- {change.path}: {_short(change.old)}"
    return f"~ {change.path}: {_short(change.old)} → {_short(change.new)}"


def _warnings(old: Document, new: Document) -> Iterator[str]:
    """Say what staff may not have thought of."""
    if old["consent"]["version"] != new["consent"]["version"]:
        yield "! the consent's version changes: everybody is asked again before the next act that stores something"
    elif old["consent"] != new["consent"]:
        yield "! the consent's words change but its version does not: those who agreed are not asked again"
    gone = {action["code"] for action in old["actions"]} - {action["code"] for action in new["actions"]}
    if gone:
        yield f"! {', '.join(sorted(gone))}: entries of the past keep their points; nobody can report it any more"
    if old["city"]["languages"] != new["city"]["languages"]:
        yield "! the languages change: restart the bot after the import, and say connect again"


def _short(value: Any) -> str:
    """Write a value in one line; a whole table by its Japanese title."""
    if isinstance(value, Mapping):
        title = value.get("title") or value.get("name") or value
        value = title.get("ja", value) if isinstance(title, Mapping) else title
    written = json.dumps(value, ensure_ascii=False)
    return written if len(written) <= LONGEST_VALUE else f"{written[: LONGEST_VALUE - 1]}…"
