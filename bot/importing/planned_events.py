"""Tells which events of a programme file the database lacks, and adds those; never changes one that is there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from storage import audit, events
from storage.events import DETAIL_NAMES
from storage.facts import EventFacts, PlannedEvent, PlannedPart


@dataclass(frozen=True, slots=True)
class Compared:
    """What a file's events are to the database: those it lacks, and for each that differs the names of its fields."""

    new: tuple[PlannedEvent, ...]
    differing: tuple[tuple[str, tuple[str, ...]], ...]

    def lines(self) -> Iterator[str]:
        """Say it, a line for each event."""
        for event in self.new:
            yield f'+ events[{event.code}]: "{event.title["ja"]}"'
        for code, names in self.differing:
            told = "the database is the truth: staff change an event in the bot, never in the file"
            yield f"! events[{code}]: {', '.join(names)} in the file differ; nothing is changed, {told}"


def compare(connection: Connection, planned: Sequence[PlannedEvent]) -> Compared:
    """Compare a file's events with the database, by their codes."""
    found = [(event, events.find_by_code(connection, event.code)) for event in planned]
    differing = [(event.code, _differences(event, stored)) for event, stored in found if stored is not None]
    return Compared(
        new=tuple(event for event, stored in found if stored is None),
        differing=tuple((code, names) for code, names in differing if names),
    )


def add(connection: Connection, new: Sequence[PlannedEvent], by: str, now: datetime) -> None:
    """Add events, each with a line in the audit trail."""
    for event in new:
        event_id = events.add(connection, event, event.parts, event.state, now)
        audit.add(connection, by, "event.import", f"event:{event_id}", now, detail="programme file")


def _differences(planned: PlannedEvent, stored: EventFacts) -> tuple[str, ...]:
    names = [name for name in sorted(DETAIL_NAMES) if getattr(planned, name) != getattr(stored, name)]
    there = tuple(
        PlannedPart(starts_at=part.starts_at, ends_at=part.ends_at, capacity=part.capacity, title=part.title)
        for part in stored.parts
    )
    return (*names, *(["parts"] if there != planned.parts else []))
