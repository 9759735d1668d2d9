"""Events and persons for tests of lists: put straight into storage, without the rules of registration."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from storage import events, people, registrations
from storage.facts import AudienceKind, EventDetails, EventKind, EventMode, EventState, PlannedPart, RegistrationState
from tests.town import Town


def held(code: str, **changes: Any) -> EventDetails:
    plain = {
        "code": code,
        "kind": EventKind.SEMINAR,
        "audiences": (AudienceKind.COMPANY,),
        "title": {"ja": "脱炭素セミナー", "en": "Decarbonisation seminar"},
        "description": {"ja": "話を聞きます。"},
        "mode": EventMode.ONLINE,
        "source": "made up",
    }
    return EventDetails(**{**plain, **changes})


def an_event(
    connection: Connection,
    code: str,
    *,
    days: int | None = -1,
    state: EventState = EventState.PUBLISHED,
    **changes: Any,
) -> int:
    """Add an event of one part so many days from the town's first; gives its part's number."""
    starts_at = None if days is None else Town.now + timedelta(days=days)
    part = PlannedPart(starts_at=starts_at, ends_at=starts_at and starts_at + timedelta(hours=2))
    number = events.add(connection, held(code, **changes), [part], state, Town.now)
    event = events.find(connection, number)
    assert event is not None
    return event.parts[0].id


def a_person(connection: Connection, nickname: str = "みどりのホタル1") -> int:
    return people.add(connection, nickname, Town.now)


def seat(connection: Connection, part_id: int, person_id: int, **changes: Any) -> str:
    """Seat somebody at a part; gives their four digits."""
    event = events.find_by_part(connection, part_id)
    assert event is not None
    events.take_seats(connection, part_id, 1)
    values = {"event_id": event.id, "state": RegistrationState.SEATED, "queued": 1, **changes}
    return registrations.put(connection, part_id, person_id, Town.now, **values).code
