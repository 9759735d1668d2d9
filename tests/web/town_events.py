"""Events for tests of the web: the first city's own, seeded as the first start does, or one made for a test."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from storage import events
from storage.clock import TOKYO
from storage.database import Database
from storage.facts import AudienceKind, EventFacts, EventKind, EventMode, EventState, PlannedEvent, PlannedPart
from storage.programme_file import read_programme
from tests.town import KITAQ

NOW = datetime(2022, 1, 20, 12, tzinfo=TOKYO)
AT = datetime(2022, 1, 26, 14, tzinfo=TOKYO)
SECRET_LINK = "https://meeting.example/secret-room"


def a_part(starts_at: datetime | None = AT, hours: float = 1.5, **changes: Any) -> PlannedPart:
    ends_at = None if starts_at is None else starts_at + timedelta(hours=hours)
    return PlannedPart(starts_at=starts_at, ends_at=ends_at, **changes)


def an_event(code: str = "seminar", *parts: PlannedPart, **changes: Any) -> PlannedEvent:
    event = PlannedEvent(
        code=code,
        kind=EventKind.SEMINAR,
        audiences=(AudienceKind.PUBLIC,),
        title={"ja": "冬の省エネ講座", "en": "Saving energy in winter"},
        description={"ja": "家の省エネを学びます。"},
        mode=EventMode.BOTH,
        place={"ja": "はとば会館", "en": "Harbour Hall"},
        joining_url=SECRET_LINK,
        source="made up for tests",
        parts=parts or (a_part(),),
    )
    return replace(event, **changes)


def add(database: Database, event: PlannedEvent, now: datetime = NOW) -> EventFacts:
    added = database.write(lambda c: events.add(c, event, event.parts, event.state, now)).result()
    return find(database, added)


def find(database: Database, event_id: int) -> EventFacts:
    found = database.read(lambda c: events.find(c, event_id)).result()
    assert found is not None
    return found


def seed_the_first_citys(database: Database) -> list[EventFacts]:
    return [add(database, event) for event in read_programme(KITAQ).events]


def cancel(database: Database, event: EventFacts, now: datetime) -> None:
    database.write(lambda c: events.change(c, event.id, now, state=EventState.CANCELLED)).result()
