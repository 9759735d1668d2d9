"""Acts that hold two things at once hold them in one order, on PostgreSQL, where two of them can meet."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from typing import Any

import pytest
from sqlalchemy import Connection, text

from bot.importing import meeting
from handlers import attending
from storage import events
from storage.database import ConflictError, Database, lock_person
from storage.facts import CheckInWay
from tests import databases
from tests.handlers.occasions import START, add_event, check_in, city, differences, seated
from tests.town import Town

PATIENCE = 20.0


@pytest.fixture
def town() -> Iterator[Town]:
    with databases.fresh("postgresql") as database:
        yield Town(database)


class Held:
    """A transaction that has done its first step and waits with the second until it is let go on."""

    def __init__(self, database: Database, first: Any, second: Any) -> None:
        self._ready, self._go = threading.Event(), threading.Event()

        def unit(connection: Connection) -> Any:
            first(connection)
            self._ready.set()
            assert self._go.wait(PATIENCE)
            return second(connection)

        self.future: Future[Any] = database.write(unit)
        assert self._ready.wait(PATIENCE)

    def go_on(self) -> Any:
        self._go.set()
        return self.future.result(PATIENCE)


def wait_until_somebody_waits(database: Database) -> None:
    """Wait until a transaction waits for a lock of another."""
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    deadline = time.monotonic() + PATIENCE
    while not database.read(lambda c: c.execute(waiting).scalar_one()).result():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_meetings_list_holds_its_people_before_the_event_as_the_door_does(town: Town) -> None:
    (part_id,) = add_event(town, START)
    first, last = sorted(seated(town, part_id) for _ in range(2))
    town.now = START
    event = town.database.read(lambda c: events.find_by_part(c, part_id)).result()
    assert event is not None
    people = town.database.read(lambda c: meeting.list_people(c, event, event.parts[0])).result()
    situation = meeting.Situation(event, event.parts[0], people, town.programme, START)
    piece = sorted(people, key=lambda one: one.person_id)
    door = Held(town.database, lambda c: lock_person(c, last), lambda c: events.lock(c, event.id))
    listed = town.database.write(lambda c: meeting._confirm(c, situation, piece, "list.csv", "Sato"))
    wait_until_somebody_waits(town.database)
    door.go_on()
    assert listed.result(PATIENCE) == 2
    assert first != last


def test_who_is_checked_in_while_staff_say_that_it_was_not_held_is_taken_back_as_well(town: Town) -> None:
    (part_id,) = add_event(town, START)
    early, late = (seated(town, part_id) for _ in range(2))
    town.now = START
    check_in(town, part_id, early)
    seen = {"way": CheckInWay.QR, "by": "door", "at": START, "now": START}
    door = Held(
        town.database,
        lambda c: attending.check_in(c, town.programme, part_id, late, **seen),  # type: ignore[arg-type]
        lambda _: None,
    )

    def call_off(connection: Connection) -> bool:
        return attending.mark_not_held(connection, town.programme, part_id, by="staff", now=START)

    called_off = town.database.write(call_off)
    wait_until_somebody_waits(town.database)
    door.go_on()
    with pytest.raises(ConflictError):  # the person was not held: once more, with fresh facts
        called_off.result(PATIENCE)
    assert town.database.write(call_off).result() is True
    assert city(town) == (0, 0, 0, 0)
    assert not differences(town)
