"""Each job of the table does its work through a slot, on the real tables."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from scheduler import jobs
from scheduler.slots import Slots, latest_due
from storage import people, registrations
from storage.clock import TOKYO, Clock
from storage.database import Database
from storage.facts import EventState, NoticeKind, PartState, RegistrationState
from storage.registrations import GUESTS
from storage.slots import SLOTS, SlotState
from tests.handlers.seats import NOW, START, Hall, a_part
from tests.town import kitaq

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Run = Callable[[str, datetime], None]


@pytest.fixture
def run(database: Database, tmp_path: Path) -> Run:
    """Run the latest slot of one job of the real table at some time."""
    table = {job.name: job for job in jobs.table(tmp_path / "erased.txt", kitaq, str, lambda run: None)}

    def look(name: str, at: datetime) -> None:
        Slots(database, Clock(source=lambda: at)).run_due(table[name])
        found = select(SLOTS.c.state).where(SLOTS.c.job == name, SLOTS.c.due_at == latest_due(table[name], at))
        assert database.read(lambda c: c.execute(found).scalar_one()).result() == SlotState.DONE

    return look


def test_offers_ends_what_nobody_took_up_and_serves_the_next(database: Database, run: Run) -> None:
    hall = Hall(database)
    hall.hold()
    seated, first, second = hall.seated(3)
    hall.now = START - timedelta(hours=30)
    hall.cancel(seated)
    hall.send_due()
    until = hall.registration(first).offered_until
    assert until is not None
    run("offers", until - timedelta(minutes=1))
    assert hall.state(first) == RegistrationState.OFFERED
    run("offers", until + timedelta(minutes=1))
    assert hall.states([first, second]) == [RegistrationState.LAPSED, RegistrationState.OFFERED]
    assert hall.told(NoticeKind.OFFER_LAPSED) == [("offer_lapsed", first)]


def test_more_offers_than_a_piece_holds_end_in_one_run(
    database: Database, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "OFFERS", 1)
    halls, offered = [Hall(database) for _ in range(3)], []
    for hall in halls:
        hall.hold()
        seated, first = hall.seated(2)
        hall.now = START - timedelta(hours=30)
        hall.cancel(seated)
        hall.send_due()
        offered.append(first)
    run("offers", START - HOUR)
    assert [hall.state(first) for hall, first in zip(halls, offered, strict=True)] == [RegistrationState.LAPSED] * 3


def test_held_notes_every_part_that_is_over_and_none_of_a_draft_or_to_come(database: Database, run: Run) -> None:
    course, draft, later = Hall(database), Hall(database), Hall(database)
    course.hold(a_part(), a_part(days=1), a_part(days=2))
    draft.hold(state=EventState.DRAFT)
    later.hold(a_part(days=9))
    run("held", START + DAY + 3 * HOUR)
    assert [part.state for part in course.event.parts] == [PartState.HELD, PartState.HELD, PartState.PLANNED]
    run("held", START + 2 * DAY + 3 * HOUR)
    assert (course.event.state, course.part.state) == (EventState.HELD, PartState.HELD)
    assert [hall.part.state for hall in (draft, later)] == [PartState.PLANNED, PartState.PLANNED]


def test_forgetting_empties_the_names_of_guests_whose_time_is_up(database: Database, run: Run) -> None:
    night = datetime(2022, 6, 2, 3, 30, tzinfo=TOKYO)

    def add(name: str, forget_at: datetime) -> None:
        number = people.draw_number()
        database.write(
            lambda c: (
                c.execute(people.PEOPLE.insert().values(id=number, nickname_is_own=False, is_tombstone=False)) and None
            )
        ).result()
        database.write(lambda c: registrations.add_guest(c, number, name, NOW, forget_at=forget_at)).result()

    add("山田", night - HOUR)
    add("佐藤", night + DAY)
    run("forgetting", night + 19 * HOUR)
    names = database.read(lambda c: set(c.execute(select(GUESTS.c.name)).scalars())).result()
    assert names == {"", "佐藤"}
