"""Real processes seal at once on PostgreSQL while staff move the event: nothing lost, doubled or out of order."""

import multiprocessing
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from scheduler import notices as sealing
from scheduler.notices import Sealed
from storage import notices
from storage.database import ConflictError, Database
from storage.facts import NoticeKind
from storage.notices import NoticeState
from tests import databases
from tests.scheduler.seats import DAY_BEFORE_AT, START, Hall
from tests.town import Town

PROCESSES, PEOPLE, MOVES = 3, 24, 6
PIECE = 5  # notices a transaction: several processes have some to seal at once
IDLE = 40  # looks that find nothing, one after another, end a process


@pytest.fixture
def hall() -> Iterator[Hall]:
    with databases.fresh("postgresql") as database:
        yield Hall(Town(database))


def seal_until_idle(url: str, begin: "multiprocessing.synchronize.Event") -> None:
    """Seal what is due, as a process of its own; runs elsewhere."""
    database = Database(url)
    hall = Hall(Town(database, now=DAY_BEFORE_AT))
    database.read(lambda c: notices.list_due(c, hall.town.now, 1)).result()  # connected, with all that is imported
    begin.wait()
    idle = 0
    while idle < IDLE:
        try:
            idle = 0 if hall.seal(limit=PIECE) else idle + 1
        except ConflictError:  # a deadlock would be one, and is a defect
            sys.exit(1)
    database.close()


def test_processes_that_seal_while_an_event_is_moved_tell_everybody_each_thing_once(hall: Hall) -> None:
    event = hall.event()
    for _ in range(PEOPLE):
        hall.seat(event, hall.town.citizen())
    hall.town.now = DAY_BEFORE_AT
    url = hall.database.url.render_as_string(hide_password=False)
    spawning = multiprocessing.get_context("spawn")
    begin = spawning.Event()
    processes = [spawning.Process(target=seal_until_idle, args=(url, begin)) for _ in range(PROCESSES)]
    for process in processes:
        process.start()
    begin.set()
    for hour in range(1, MOVES + 1):
        hall.move(event, START + timedelta(days=2, hours=hour))
    for process in processes:
        process.join(60)
        assert process.exitcode == 0
    part = hall.part(event)
    told = hall.read(lambda c: notices.list_of_part(c, part.id))
    sealed = [(one.person_id, one.kind, one.schedule_version) for one, state, _ in told if state is NoticeState.SEALED]
    assert len(sealed) == len(set(sealed)) == len([call for call in hall.calls() if call.detail != "taken back"])
    waiting = [call for call in hall.calls() if call.state == "waiting"]
    assert {call.schedule_version for call in waiting} == {part.schedule_version}
    assert sorted(call.account_id for call in waiting) == sorted({call.account_id for call in waiting})
    moved = [one for one in sealed if one[1:] == (NoticeKind.MOVED, part.schedule_version)]
    assert len(moved) == PEOPLE
    left = {one.kind for one, state, _ in told if state is NoticeState.WAITING}
    assert left == {NoticeKind.DAY_BEFORE, NoticeKind.HOUR_BEFORE}
    assert hall.read(lambda c: notices.list_due(c, hall.town.now, 1)) == []


def test_two_that_seal_at_once_take_different_people_and_wait_for_nobody(hall: Hall) -> None:
    event, clock = hall.event(), hall.house.clock
    for _ in range(2 * PIECE):
        hall.seat(event, hall.town.citizen())
    hall.town.now = DAY_BEFORE_AT
    has_sealed, may_end = threading.Event(), threading.Event()

    def seal_slowly(connection: Connection) -> list[Sealed]:
        sealed = sealing.seal_due(connection, hall.house, clock.now(), clock.real(), limit=PIECE)
        has_sealed.set()
        assert may_end.wait(60)
        return sealed

    slow = hall.database.write(seal_slowly)
    assert has_sealed.wait(60)
    quick = hall.seal(limit=PIECE)
    may_end.set()
    told = [one.notice.person_id for one in (*slow.result(), *quick)]
    assert len(quick) == PIECE
    assert len(set(told)) == len(told) == 2 * PIECE
