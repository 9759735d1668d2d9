"""Events, registrations and notices as they are stored, on both engines."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from storage import audit, events, notices, registrations
from storage.clock import TOKYO
from storage.database import ConflictError, Database
from storage.facts import (
    AudienceKind,
    EventDetails,
    EventFacts,
    EventKind,
    EventMode,
    EventState,
    NoticeKind,
    PartState,
    PlannedPart,
    Question,
    QuestionKind,
    RegistrationState,
)
from storage.notices import Became, NoticeState

NOW = datetime(2022, 1, 20, 12, tzinfo=TOKYO)
START = datetime(2022, 1, 26, 14, tzinfo=TOKYO)
DETAILS = EventDetails(
    code="seminar",
    kind=EventKind.SEMINAR,
    audiences=(AudienceKind.PUBLIC, AudienceKind.COMPANY),
    title={"ja": "セミナー", "en": "Seminar"},
    description={"ja": "はなし"},
    mode=EventMode.ONLINE,
    source="made up",
    closes_at=START - timedelta(hours=1),
    survey=(Question(kind=QuestionKind.CHOICE, words={"ja": "どう？"}, choices=({"ja": "はい"}, {"ja": "いいえ"})),),
)


def some_part(hours: float | None = 0, capacity: int | None = None) -> PlannedPart:
    if hours is None:
        return PlannedPart(capacity=capacity)
    start = START + timedelta(hours=hours)
    return PlannedPart(starts_at=start, ends_at=start + timedelta(hours=2), capacity=capacity)


def add_event(database: Database, *parts: PlannedPart, code: str = "seminar", **values: object) -> EventFacts:
    def unit(connection: Connection) -> EventFacts:
        state = values.get("state", EventState.PUBLISHED)
        closes_at = values.get("closes_at", DETAILS.closes_at)
        added = events.add(connection, replace(DETAILS, code=code, closes_at=closes_at), parts, state, NOW)
        found = events.find(connection, added)
        assert found is not None
        return found

    return database.write(unit).result()


def test_an_event_comes_back_as_it_was_told(database: Database) -> None:
    stored = add_event(database, some_part(capacity=30), some_part(24))
    assert {name: getattr(stored, name) for name in events.DETAIL_NAMES} == {
        name: getattr(DETAILS, name) for name in events.DETAIL_NAMES
    }
    assert [(part.number, part.starts_at, part.capacity, part.taken) for part in stored.parts] == [
        (1, START, 30, 0),
        (2, START + timedelta(hours=24), None, 0),
    ]
    assert stored.first_starts_at == START
    assert stored.published_at == NOW


def test_two_events_of_one_code_conflict(database: Database) -> None:
    add_event(database, some_part())
    with pytest.raises(ConflictError):
        add_event(database, some_part())


def test_coming_events_stand_soonest_first_and_open_dates_where_registration_closes(database: Database) -> None:
    add_event(database, some_part(None), code="endless", closes_at=None)
    add_event(database, some_part(None), code="open", closes_at=START + timedelta(hours=36))
    add_event(database, some_part(48), code="later")
    add_event(database, some_part(0), code="soon")
    add_event(database, some_part(0), code="draft", state=EventState.DRAFT)
    shown = database.read(lambda c: events.list_coming(c, NOW, 10)).result()
    assert [event.code for event in shown] == ["soon", "open", "later", "endless"]
    after = database.read(lambda c: events.list_coming(c, START + timedelta(days=1), 10)).result()
    assert [event.code for event in after] == ["open", "later", "endless"]
    closed = database.read(lambda c: events.list_coming(c, START + timedelta(hours=37), 10)).result()
    assert [event.code for event in closed] == ["later", "endless"]
    pages = [database.read(lambda c, seen=seen: events.list_shown(c, NOW, 2, seen)).result() for seen in (None, 2)]
    assert [[event.code for event in page] for page in pages] == [["soon", "open"], ["later", "endless"]]


def test_a_date_that_is_set_at_last_counts_from_then_on(database: Database) -> None:
    event = add_event(database, some_part(None), closes_at=START)
    times = {"starts_at": START + timedelta(days=9), "ends_at": START + timedelta(days=9, hours=2)}
    database.write(lambda c: events.change_part(c, event.parts[0], NOW, **times)).result()
    assert database.read(lambda c: events.list_coming(c, START + timedelta(days=8), 10)).result()


def test_what_everybody_may_see_is_listed_page_by_page_with_nothing_twice_and_nothing_left_out(
    database: Database,
) -> None:
    for code, hours in (("b", 5), ("open", None), ("a", 0), ("twin", 5), ("open_too", None)):
        add_event(database, some_part(hours), code=code, closes_at=None)
    add_event(database, some_part(1), code="draft", state=EventState.DRAFT)
    seen: list[EventFacts] = []
    for _ in range(3):
        after = seen[-1].id if seen else None
        seen += database.read(lambda c, after=after: events.list_shown(c, NOW, 2, after)).result()
    assert [event.code for event in seen] == ["a", "b", "twin", "open", "open_too"]


def test_a_cancelled_event_is_shown_until_its_day_has_passed(database: Database) -> None:
    stored, undated = add_event(database, some_part(0)), add_event(database, some_part(None), code="open")
    for event in (stored, undated):
        part = event.parts[0]
        database.write(lambda c, p=part: events.change_part(c, p, NOW, state=PartState.CANCELLED)).result()
        database.write(lambda c, e=event: events.change(c, e.id, NOW, state=EventState.CANCELLED)).result()

    def shown(at: datetime) -> list[str]:
        return [event.code for event in database.read(lambda c: events.list_shown(c, at, 10)).result()]

    assert shown(START) == ["seminar"]
    assert shown(START + timedelta(hours=3)) == []


def test_what_ended_is_listed_latest_first(database: Database) -> None:
    for code, hours in (("first", 0), ("second", 24), ("coming", 96)):
        add_event(database, some_part(hours), code=code, closes_at=None)
    until = START + timedelta(hours=48)
    ended = database.read(lambda c: events.list_past(c, NOW, until, 10)).result()
    assert [event.code for event in ended] == ["second", "first"]
    assert (
        database.read(lambda c: events.list_past(c, START + timedelta(hours=2), until, 1)).result()[0].id == ended[0].id
    )


def test_a_course_is_coming_until_its_last_part_is_over(database: Database) -> None:
    add_event(database, some_part(0), some_part(24 * 7))
    shown = database.read(lambda c: events.list_coming(c, START + timedelta(days=2), 10)).result()
    assert [event.code for event in shown] == ["seminar"]


def test_a_change_raises_the_sequence_and_moves_the_first_moment(database: Database) -> None:
    stored = add_event(database, some_part())
    moved = START + timedelta(days=2)
    database.write(lambda c: events.change_part(c, stored.parts[0], NOW, starts_at=moved)).result()
    found = database.read(lambda c: events.find_by_code(c, "seminar")).result()
    assert found is not None
    assert (found.first_starts_at, found.sequence) == (moved, stored.sequence + 1)


def test_no_more_seats_are_taken_than_there_are(database: Database) -> None:
    part = add_event(database, some_part(capacity=3)).parts[0]
    taken = [database.write(lambda c: events.take_seats(c, part.id, 2)).result() for _ in range(2)]
    assert taken == [True, False]
    assert database.write(lambda c: events.take_seats(c, part.id, 1)).result()


def test_a_registration_made_again_keeps_its_row_and_its_code(database: Database) -> None:
    event = add_event(database, some_part())
    part = event.parts[0].id

    def put(state: RegistrationState) -> tuple[int, str]:
        values = {"event_id": event.id, "state": state, "queued": 1}
        made = database.write(lambda c: registrations.put(c, part, 7, NOW, **values)).result()
        return made.id, made.code

    first = put(RegistrationState.SEATED)
    put(RegistrationState.CANCELLED)
    assert put(RegistrationState.SEATED) == first
    assert len(first[1]) == 4


def test_people_who_wait_are_counted_by_part(database: Database) -> None:
    parts = add_event(database, some_part(), some_part(24), some_part(48)).parts
    event_id = parts[0].event_id

    def put(part: int, person: int, state: RegistrationState) -> None:
        values = {"event_id": event_id, "state": state, "queued": person}
        database.write(lambda c: registrations.put(c, part, person, NOW, **values)).result()

    for person in (7, 8):
        put(parts[0].id, person, RegistrationState.WAITING)
    put(parts[0].id, 9, RegistrationState.OFFERED)
    put(parts[1].id, 7, RegistrationState.WAITING)
    put(parts[2].id, 7, RegistrationState.SEATED)
    found = database.read(lambda c: registrations.count_waiting(c, [part.id for part in parts])).result()
    assert found == {parts[0].id: 2, parts[1].id: 1}


def test_no_two_people_at_one_part_have_the_same_four_digits(database: Database) -> None:
    event = add_event(database, some_part())
    values = {"event_id": event.id, "state": RegistrationState.SEATED, "queued": 1}

    def register_all(connection: Connection) -> set[str]:
        made = [registrations.put(connection, event.parts[0].id, p, NOW, **values) for p in range(1, 301)]
        return {one.code for one in made}

    assert len(database.write(register_all).result()) == 300


def plan(database: Database, part: int, person: int, due: datetime = NOW, kind: NoticeKind = NoticeKind.MOVED) -> None:
    times = {"due_at": due, "not_after": due + timedelta(hours=1), "now": NOW}
    database.write(lambda c: notices.add(c, kind, 1, part, person, schedule_version=1, **times)).result()


def test_a_notice_is_due_once_and_in_order(database: Database) -> None:
    plan(database, 1, 8, NOW - timedelta(minutes=1))
    plan(database, 1, 7, NOW - timedelta(minutes=2))
    plan(database, 1, 9, NOW + timedelta(minutes=1))

    def take(connection: Connection) -> list[int]:
        due = notices.claim_due(connection, NOW, 10, notices.list_due(connection, NOW, 10))
        for notice in due:
            notices.mark_all(connection, [Became(notice.id, NoticeState.SEALED)], NOW)
        return [notice.person_id for notice in due]

    assert database.write(take).result() == [7, 8]
    assert database.write(take).result() == []


def test_a_cancelled_notice_may_be_planned_again_and_a_sealed_one_not(database: Database) -> None:
    plan(database, 1, 7)
    cancelled = database.write(lambda c: notices.cancel(c, NOW, part_id=1, person_ids=[7])).result()
    assert [notice.person_id for notice in cancelled] == [7]
    plan(database, 1, 7)
    (notice,) = database.write(lambda c: notices.claim_due(c, NOW, 10, [7])).result()
    database.write(lambda c: notices.mark_all(c, [Became(notice.id, NoticeState.SEALED, "", 5)], NOW)).result()
    plan(database, 1, 7)
    assert database.write(lambda c: notices.claim_due(c, NOW, 10, [7])).result() == []


def test_only_the_kinds_and_persons_asked_for_are_cancelled(database: Database) -> None:
    plan(database, 1, 7, kind=NoticeKind.DAY_BEFORE)
    plan(database, 1, 7, kind=NoticeKind.MOVED)
    plan(database, 1, 8, kind=NoticeKind.DAY_BEFORE)
    plan(database, 2, 7, kind=NoticeKind.DAY_BEFORE)
    kinds = {NoticeKind.DAY_BEFORE}
    gone = database.write(lambda c: notices.cancel(c, NOW, part_id=1, person_ids=[7], kinds=kinds)).result()
    assert [(notice.part_id, notice.person_id, notice.kind) for notice in gone] == [(1, 7, NoticeKind.DAY_BEFORE)]


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor = 'another'", "DELETE FROM audit"])
def test_the_audit_trail_can_only_grow(database: Database, statement: str) -> None:
    database.write(lambda c: audit.add(c, "tanaka", "event.move", "event:1", NOW, to_report=True)).result()
    with pytest.raises(DBAPIError):
        database.write(lambda c: c.execute(text(statement))).result()
    rows = database.read(lambda c: audit.list_newest(c, 10, to_report=True)).result()
    assert [(row.actor, row.act, row.subject) for row in rows] == [("tanaka", "event.move", "event:1")]
