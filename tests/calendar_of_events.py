"""Events for tests: some announced in a town, each changed by what a test is about."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from storage import events
from storage.clock import TOKYO
from storage.facts import (
    AudienceKind,
    EventDetails,
    EventFacts,
    EventKind,
    EventMode,
    EventState,
    PlannedPart,
)
from tests.town import Town

START = datetime(2022, 1, 26, 14, tzinfo=TOKYO)
"""A Wednesday, six days after the town's first noon."""


def some_details(code: str = "seminar", **changes: Any) -> EventDetails:
    details = EventDetails(
        code=code,
        kind=EventKind.SEMINAR,
        audiences=(AudienceKind.PUBLIC,),
        title={"ja": f"{code}の会", "en": f"The {code} meeting"},
        description={"ja": "みんなで学びます。", "en": "We learn together."},
        mode=EventMode.ONLINE,
        source="made up",
    )
    return replace(details, **changes)


def a_date(days: int = 0, capacity: int | None = 30, **changes: Any) -> PlannedPart:
    """A part of two hours, so many days after START."""
    starts_at = START + timedelta(days=days)
    return replace(
        PlannedPart(starts_at=starts_at, ends_at=starts_at + timedelta(hours=2), capacity=capacity), **changes
    )


def announce(
    town: Town, code: str = "seminar", *parts: PlannedPart, state: EventState = EventState.PUBLISHED, **changes: Any
) -> EventFacts:
    """Store an event; by default one date with thirty seats."""

    def unit(connection: Connection) -> EventFacts:
        first = EventState.PUBLISHED if state is EventState.CANCELLED else state
        number = events.add(connection, some_details(code, **changes), parts or (a_date(),), first, town.now)
        events.mark_event(connection, number, state)
        stored = events.find(connection, number)
        assert stored is not None
        return stored

    return town.database.write(unit).result()


def announce_course(town: Town, code: str = "course", dates: int = 3, **changes: Any) -> EventFacts:
    """Store a course with a date a week."""
    parts = [a_date(7 * week, title={"ja": f"話{week + 1}", "en": f"Talk {week + 1}"}) for week in range(dates)]
    return announce(town, code, *parts, **{"kind": EventKind.COURSE, **changes})


def stored(town: Town, event: EventFacts) -> EventFacts:
    """An event as it stands now."""
    found = town.database.read(lambda c: events.find(c, event.id)).result()
    assert found is not None
    return found
