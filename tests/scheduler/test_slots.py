"""Each slot of each job is run once, whichever process comes first, and what could not be run is shown."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from apscheduler.triggers.cron import CronTrigger
from sqlalchemy import Connection, select
from structlog.testing import capture_logs

from scheduler import slots as running
from scheduler.slots import Job, LeaseLostError, SlotRun, Slots, latest_due
from storage import slots
from storage.clock import TOKYO, Clock
from storage.database import Database
from storage.slots import SlotState, StoredSlot

START = datetime(2022, 1, 20, 3, 0, tzinfo=UTC)  # Thursday noon in Tokyo
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def tokyo(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=TOKYO)  # type: ignore[misc, arg-type]


def nothing(_: SlotRun) -> None:
    return None


def a_job(limit: timedelta = HOUR, run: Callable[[SlotRun], None] = nothing, name: str = "nightly", **when: str) -> Job:
    return Job(name, CronTrigger(**(when or {"hour": "3", "minute": "30"}), timezone=TOKYO), limit, run)


class Desk:
    """Some processes on one database, with one movable time: ``at`` moves it, ``look`` lets a process look."""

    def __init__(self, database: Database, processes: int = 1) -> None:
        self.database, self.real = database, START
        self.clock = Clock(source=lambda: self.real)
        self.hands = [Slots(database, self.clock) for _ in range(processes)]
        self.ran: list[tuple[str, datetime, int]] = []

    def job(self, limit: timedelta = HOUR, name: str = "nightly", **when: str) -> Job:
        return a_job(limit, lambda run: self.ran.append((name, run.due_at, run.slot.attempts)), name, **when)

    def at(self, moment: datetime) -> "Desk":
        self.clock.offset = moment - self.real
        return self

    def wait(self, pause: timedelta) -> "Desk":
        self.real += pause
        return self

    def look(self, job: Job, process: int = 0) -> "Desk":
        self.hands[process].run_due(job)
        return self

    def rows(self) -> list[Any]:
        return list(self.database.read(lambda c: c.execute(select(slots.SLOTS)).all()).result())

    def states(self) -> dict[datetime, SlotState]:
        return {row.due_at: SlotState(row.state) for row in self.rows()}

    def shown(self) -> list[StoredSlot]:
        return self.database.read(lambda c: slots.list_shown(c, 10)).result()


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database, processes=3)


# When a job is due


@pytest.mark.parametrize(
    ("when", "now", "due"),
    [
        ({"minute": "*/10"}, tokyo(2022, 1, 20, 12, 9, 59), tokyo(2022, 1, 20, 12, 0)),
        ({"minute": "*/10"}, tokyo(2022, 1, 20, 12, 10), tokyo(2022, 1, 20, 12, 10)),
        ({"hour": "3", "minute": "30"}, tokyo(2022, 1, 20, 3, 29, 59), tokyo(2022, 1, 19, 3, 30)),
        ({"hour": "3", "minute": "30"}, tokyo(2022, 1, 1, 0, 0), tokyo(2021, 12, 31, 3, 30)),
        ({"day_of_week": "mon", "hour": "8"}, tokyo(2022, 1, 20, 12, 0), tokyo(2022, 1, 17, 8, 0)),
        ({"day_of_week": "mon", "hour": "8"}, tokyo(2022, 1, 3, 7, 59), tokyo(2021, 12, 27, 8, 0)),
        ({"day": "last", "hour": "23"}, tokyo(2022, 3, 5, 0, 0), tokyo(2022, 2, 28, 23, 0)),
        ({"day": "1", "hour": "0"}, tokyo(2022, 3, 1, 0, 0), tokyo(2022, 3, 1, 0, 0)),
        ({"month": "2", "day": "29"}, tokyo(2023, 12, 31, 0, 0), tokyo(2020, 2, 29, 0, 0)),
        ({"minute": "5", "second": "*"}, tokyo(2022, 1, 20, 12, 30), tokyo(2022, 1, 20, 12, 5, 59)),
        ({"year": "2021", "month": "4", "day": "1"}, tokyo(2022, 1, 20, 12, 30), tokyo(2021, 4, 1)),
    ],
)
def test_the_latest_slot_is_found_over_ends_of_days_months_and_years(
    when: dict[str, str], now: datetime, due: datetime
) -> None:
    found = latest_due(a_job(**when), now)
    assert found == due
    assert found is not None
    assert found.tzinfo is UTC


def test_a_job_whose_time_has_never_come_has_no_slot() -> None:
    assert latest_due(a_job(year="2023"), START) is None


@pytest.mark.parametrize("night", [tokyo(2022, 3, 13, 12, 0), tokyo(2022, 3, 27, 12, 0), tokyo(2022, 11, 6, 12, 0)])
def test_a_day_on_which_others_change_their_clocks_is_a_day_like_any(night: datetime) -> None:
    job = a_job(minute="30")
    hours = [night + HOUR * n for n in range(-24, 24)]
    assert [latest_due(job, hour) for hour in hours] == [hour - timedelta(minutes=30) for hour in hours]


@pytest.mark.parametrize(
    "trigger",
    [
        CronTrigger(day_of_week="1", timezone=TOKYO),  # Tuesday, to this library
        CronTrigger(hour=3, timezone=UTC),
        CronTrigger(hour=3, timezone=TOKYO, jitter=5),
    ],
)
def test_a_misleading_trigger_is_refused(trigger: CronTrigger) -> None:
    with pytest.raises(ValueError, match="Tokyo's zone, weekdays by name"):
        Job("weekly", trigger, HOUR, nothing)


# Who runs it


def test_a_slot_is_run_once_by_whichever_process_comes_first(desk: Desk) -> None:
    job, due = desk.job(), tokyo(2022, 1, 21, 3, 30)
    desk.at(due)
    for process in (1, 0, 2, 1):
        desk.look(job, process).wait(MINUTE)
    assert desk.ran == [("nightly", due, 1)]
    assert desk.states() == {due: SlotState.DONE}


def test_a_late_start_still_runs_what_is_within_its_limit(desk: Desk) -> None:
    due = tokyo(2022, 1, 21, 3, 30)
    desk.at(due + HOUR).look(desk.job(limit=HOUR))
    assert [slot[1] for slot in desk.ran] == [due]


def test_what_is_too_late_is_marked_missed_and_logged_once(desk: Desk) -> None:
    job, due = desk.job(limit=HOUR), tokyo(2022, 1, 21, 3, 30)
    desk.at(due).look(job)
    with capture_logs() as logged:
        desk.at(due + DAY + HOUR + timedelta(seconds=1)).look(job).look(job, 1)
    assert desk.states() == {due: SlotState.DONE, due + DAY: SlotState.MISSED}
    assert len(desk.ran) == 1
    assert [line["event"] for line in logged] == ["slot_missed"]
    assert [(slot.job, slot.due_at, slot.state) for slot in desk.shown()] == [("nightly", due + DAY, SlotState.MISSED)]


def test_a_new_bot_has_missed_nothing(desk: Desk) -> None:
    due = tokyo(2022, 1, 20, 3, 30)
    desk.at(due + HOUR * 5).look(desk.job(limit=HOUR))
    assert desk.states() == {due: SlotState.BEFORE}
    assert desk.shown() == []


def test_after_six_hours_down_the_latest_slot_of_each_job_runs_once_or_is_shown_as_missed(desk: Desk) -> None:
    often, rare = desk.job(HOUR, "often", minute="*/10"), desk.job(HOUR * 3, "rare", hour="9")
    kept = desk.job(HOUR * 12, "kept", hour="9")
    jobs = (often, rare, kept)
    for job in jobs:
        desk.at(tokyo(2022, 1, 21, 9, 0)).look(job)
    desk.ran.clear()
    for minute in range(3):  # down from 8:00 to 14:00 of the next day
        for job in jobs:
            desk.at(tokyo(2022, 1, 22, 14, minute)).look(job, minute)
    assert desk.ran == [("often", tokyo(2022, 1, 22, 14, 0), 1), ("kept", tokyo(2022, 1, 22, 9, 0), 1)]
    assert [(slot.job, slot.due_at) for slot in desk.shown()] == [("rare", tokyo(2022, 1, 22, 9, 0))]


# A process that dies


def die(database: Database, job: Job, due: datetime, real: datetime, owner: str = "dead") -> None:
    """Leave what a process leaves that is killed after claiming."""
    claimed = database.write(lambda c: slots.claim(c, job.name, due, owner, real, running.LEASE)).result()
    assert claimed is not None


def test_a_dead_claim_is_taken_over_when_its_lease_has_run_out(desk: Desk) -> None:
    job, due = desk.job(), tokyo(2022, 1, 21, 3, 30)
    desk.at(due)
    die(desk.database, job, due, desk.real)
    alone = desk.database.is_sqlite  # no other process can be alive there
    desk.look(job)
    assert [slot[2] for slot in desk.ran] == ([2] if alone else [])
    desk.wait(running.LEASE).look(job).look(job, 1)
    assert desk.ran == [("nightly", due, 2)]
    assert desk.states() == {due: SlotState.DONE}


def test_a_dead_claim_of_an_earlier_slot_is_retried_before_the_latest_runs(desk: Desk) -> None:
    job, due = desk.job(minute="*"), tokyo(2022, 1, 21, 3, 30)
    desk.at(due)
    die(desk.database, job, due, desk.real)
    desk.wait(running.LEASE + MINUTE).look(job)
    assert desk.ran == [("nightly", due, 2), ("nightly", due + 3 * MINUTE, 1)]


def test_a_job_is_never_run_twice_at_once(desk: Desk) -> None:
    """While one process is at a slot, another leaves the next one alone; what became of it is seen afterwards."""
    due = tokyo(2022, 1, 21, 3, 30)
    seen: list[datetime] = []

    def work(run: SlotRun) -> None:
        seen.append(run.due_at)
        if len(seen) == 1:
            desk.wait(MINUTE).look(job, 1)

    job = a_job(run=work, minute="*")
    if desk.database.is_sqlite:
        desk.hands[1] = desk.hands[0]  # there is one process
    desk.at(due).look(job)
    assert seen == [due, due + MINUTE]
    assert set(desk.states().values()) == {SlotState.DONE}


def test_a_slot_whose_process_always_dies_is_given_up_after_three_tries(desk: Desk) -> None:
    due = tokyo(2022, 1, 21, 3, 30)

    def kill(run: SlotRun) -> None:
        raise SystemExit  # as a killed process does, this writes nothing

    job = a_job(run=kill)
    desk.at(due)
    for process in (0, 1, 2):
        with pytest.raises(SystemExit):
            desk.look(job, process)
        desk.wait(running.LEASE)
    desk.look(desk.job())
    (slot,) = desk.rows()
    assert (slot.state, slot.attempts, slot.detail) == (SlotState.FAILED, 3, "did not come to an end")
    assert desk.ran == []


def test_a_dead_claim_that_is_too_late_is_given_up_and_not_run(desk: Desk) -> None:
    job, due = desk.job(limit=HOUR), tokyo(2022, 1, 21, 3, 30)
    desk.at(due)
    die(desk.database, job, due, desk.real)
    desk.wait(HOUR + MINUTE).look(job)
    assert (desk.ran, desk.states()) == ([], {due: SlotState.FAILED})


# A try that fails


def test_a_slot_that_raises_is_tried_three_times_a_lease_apart_and_then_failed_with_the_errors_name(desk: Desk) -> None:
    tries: list[datetime] = []

    def fail(_: SlotRun) -> None:
        tries.append(desk.real)
        raise LookupError("somebody's name")

    job = a_job(run=fail)
    desk.at(tokyo(2022, 1, 21, 3, 30))
    for minute in range(12):
        desk.look(job, minute % 3).wait(MINUTE)
    assert [moment - tries[0] for moment in tries] == [timedelta(0), running.LEASE, running.LEASE * 2]
    (slot,) = desk.rows()
    assert (slot.state, slot.attempts, slot.detail) == (SlotState.FAILED, 3, "LookupError")


def test_the_next_slot_runs_though_the_last_one_rests_after_a_failure(desk: Desk) -> None:
    due, seen = tokyo(2022, 1, 21, 3, 30), []

    def fail_once(run: SlotRun) -> None:
        seen.append(run.due_at)
        if len(seen) == 1:
            raise LookupError

    job = a_job(run=fail_once, minute="*")
    desk.at(due).look(job).wait(MINUTE).look(job).wait(MINUTE).look(job)
    assert seen == [due, due + MINUTE, due, due + 2 * MINUTE]
    assert set(desk.states().values()) == {SlotState.DONE}


# Work in pieces


def test_work_that_goes_on_in_pieces_keeps_its_lease(desk: Desk) -> None:
    if desk.database.is_sqlite:
        desk.hands[1] = desk.hands[0]  # there is one process
    due, left = tokyo(2022, 1, 21, 3, 30), [3] * 9 + [0]

    def piece(_: Connection, limit: int) -> int:
        desk.wait(MINUTE)
        return left.pop(0)

    def work(run: SlotRun) -> None:
        desk.ran.append(("nightly", run.due_at, run.slot.attempts))
        while left:
            run.in_pieces(piece, 4)
            desk.look(job, 1)  # another process keeps looking, far beyond the first lease

    job = a_job(run=work)
    desk.at(due).look(job)
    assert desk.ran == [("nightly", due, 1)]
    assert desk.states() == {due: SlotState.DONE}


def test_pieces_go_on_until_one_is_not_full(desk: Desk) -> None:
    left = [3, 3, 1, 3]
    job = a_job(run=lambda run: run.in_pieces(lambda _, limit: left.pop(0) if limit == 3 else 0, 3))
    desk.at(tokyo(2022, 1, 21, 3, 30)).look(job)
    assert left == [3]


def test_who_lost_the_lease_stops_and_writes_nothing_over_the_others_end(desk: Desk) -> None:
    due, after = tokyo(2022, 1, 21, 3, 30), []

    def work(run: SlotRun) -> None:
        if run.slot.attempts == 1:  # stood still for so long that another took over
            desk.wait(running.LEASE)
            desk.look(job, 1)
            with pytest.raises(LeaseLostError):
                run.hold_on()
            after.append("stopped")
            run.hold_on()

    job = a_job(run=work)
    with capture_logs() as logged:
        desk.at(due).look(job)
    assert after == ["stopped"]
    (slot,) = desk.rows()
    assert (slot.state, slot.attempts) == (SlotState.DONE, 2)
    assert "slot_lost" in [line["event"] for line in logged]


# A calendar that is moved


def test_a_calendar_moved_on_runs_the_latest_slot_only(desk: Desk) -> None:
    job, due = desk.job(limit=HOUR), tokyo(2022, 1, 21, 3, 30)
    desk.at(due).look(job).at(due + 9 * DAY).look(job)
    assert [slot[1] for slot in desk.ran] == [due, due + 9 * DAY]
    assert set(desk.states()) == {due, due + 9 * DAY}


def test_a_calendar_moved_back_runs_nothing_twice(desk: Desk) -> None:
    job, due = desk.job(limit=HOUR), tokyo(2022, 1, 21, 3, 30)
    for moment in (due, due + DAY, due, due + DAY, due + 5 * MINUTE, due + 2 * DAY):
        desk.at(moment).look(job)
    assert [slot[1] for slot in desk.ran] == [due, due + DAY, due + 2 * DAY]


def test_a_calendar_moved_on_frees_no_claim(desk: Desk) -> None:
    job, due = desk.job(limit=30 * DAY), tokyo(2022, 1, 21, 3, 30)
    desk.at(due)
    die(desk.database, job, due, desk.real, owner=desk.hands[1].owner)
    desk.at(due + DAY).look(job, 1)
    assert desk.ran == []


def test_a_begun_slot_waits_while_the_calendar_is_before_it(desk: Desk) -> None:
    job, due = desk.job(limit=DAY), tokyo(2022, 1, 21, 3, 30)
    die(desk.database, job, due, desk.real)
    desk.wait(running.LEASE).at(due - DAY).look(job)
    assert [slot[1] for slot in desk.ran] == [due - DAY]
    desk.at(due).look(job)
    assert [slot[1:] for slot in desk.ran] == [(due - DAY, 1), (due, 2)]
