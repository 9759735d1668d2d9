"""When something is told about a part, and in which order; the clock is in the test's hand, on both engines."""

import asyncio
import os
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import structlog

from handlers.messages import Fate, Outcome
from handlers.rules import notices as rules
from scheduler import notices as sealing
from scheduler.cards import Cards
from scheduler.notices import Sealed
from storage import events, notices
from storage.clock import TOKYO
from storage.database import ConflictError
from storage.facts import EventState, NoticeKind, RegistrationState
from storage.notices import NoticeState
from storage.outbox import OutboxState
from tests.scheduler.seats import DAY_BEFORE_AT, START, Hall, one_reminder
from tests.town import Town

TEMPORARY = Outcome(fate=Fate.TEMPORARY, retry_after=30)
HOUR_BEFORE_AT = datetime(2022, 1, 26, 13, tzinfo=TOKYO)


@pytest.fixture
def hall(town: Town) -> Hall:
    return Hall(town)


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


async def test_a_seat_is_reminded_of_the_day_before_at_18_and_an_hour_before(hall: Hall) -> None:
    citizen = hall.town.citizen()
    hall.seat(hall.event(), citizen)
    sent = await hall.until(START + hours(3))
    assert [(one.at, one.to, one.title) for one in sent] == [
        (DAY_BEFORE_AT, citizen.key, "明日のイベントです"),
        (HOUR_BEFORE_AT, citizen.key, "まもなく始まります"),
    ]


async def test_who_registers_after_a_reminder_was_due_does_not_get_it(hall: Hall) -> None:
    event = hall.event()
    hall.town.now = DAY_BEFORE_AT
    hall.seat(event, hall.town.citizen())
    assert [one.at for one in await hall.until(START)] == [HOUR_BEFORE_AT]
    late = hall.event(hall.town.now + hours(1))
    hall.seat(late, hall.town.citizen())
    assert await hall.until(hall.town.now + hours(2)) == []


async def test_a_moved_part_has_one_reminder_of_each_kind_at_the_new_time(hall: Hall) -> None:
    event, citizen = hall.event(), hall.town.citizen("en")
    hall.seat(event, citizen)
    hall.move(event, START + timedelta(days=1))
    sent = await hall.until(START + timedelta(days=2))
    assert [(one.at, one.title) for one in sent] == [
        (datetime(2022, 1, 20, 12, tzinfo=TOKYO), "The time has changed"),
        (DAY_BEFORE_AT + timedelta(days=1), "Your event is tomorrow"),
        (HOUR_BEFORE_AT + timedelta(days=1), "It starts soon"),
    ]
    assert "New time: Thu 27 Jan, 2:00 pm to 4:00 pm\nOld time: Wed 26 Jan, 2:00 pm to 4:00 pm" in sent[0].words


async def test_a_cancelled_event_is_told_once_and_reminds_nobody(hall: Hall) -> None:
    event, citizen = hall.event(), hall.town.citizen()
    hall.seat(event, citizen)
    hall.cancel(event)
    sent = await hall.until(START)
    assert [one.title for one in sent] == ["中止のお知らせ"]
    assert "予定していた日時：1月26日(水) 午後2時から4時まで" in sent[0].words


async def test_a_reminder_that_falls_into_the_quiet_hours_comes_the_evening_before(hall: Hall) -> None:
    early = hall.event(START.replace(hour=8, minute=30))
    hall.seat(early, hall.town.citizen())
    merged = await hall.until(DAY_BEFORE_AT + hours(1))
    assert [one.title for one in merged] == ["明日のイベントです"]
    hall.seat(early, hall.town.citizen())
    assert [(one.at.time(), one.title) for one in await hall.until(START)] == [(rules.EVENING_AT, "明日のイベントです")]


async def test_a_move_within_twelve_hours_is_told_at_once_in_the_night(hall: Hall) -> None:
    event = hall.event(START.replace(hour=9))
    hall.seat(event, hall.town.citizen())
    hall.town.now = START.replace(hour=2)
    hall.move(event, START)
    assert [one.title for one in await hall.tick()] == ["日時が変わりました"]


async def test_a_move_that_can_wait_is_told_when_the_quiet_hours_are_over(hall: Hall) -> None:
    event = hall.event()
    hall.seat(event, hall.town.citizen())
    hall.town.now = datetime(2022, 1, 21, 23, tzinfo=TOKYO)
    hall.move(event, START + hours(1))
    assert [one.at.hour for one in await hall.until(datetime(2022, 1, 22, 12, tzinfo=TOKYO))] == [8]


async def test_what_was_held_up_until_the_quiet_hours_waits_for_their_end(hall: Hall) -> None:
    event = hall.event()
    hall.seat(event, hall.town.citizen())
    hall.move(event, START + hours(1))
    hall.town.now = datetime(2022, 1, 20, 21, 30, tzinfo=TOKYO)
    assert await hall.tick() == []
    assert [one.at.hour for one in await hall.until(datetime(2022, 1, 21, 12, tzinfo=TOKYO))] == [8]


async def test_a_retry_does_not_run_into_the_quiet_hours(hall: Hall) -> None:
    event = hall.event()
    hall.seat(event, hall.town.citizen())
    hall.town.now = datetime(2022, 1, 20, 20, 59, tzinfo=TOKYO)
    hall.move(event, START + hours(1))
    hall.platform.outcomes.append(Outcome(fate=Fate.TEMPORARY, retry_after=90))
    assert await hall.tick() == []
    hall.town.now += timedelta(minutes=10)
    await hall.send()
    assert len(hall.platform.calls) == 1
    assert [one.at.hour for one in await hall.until(datetime(2022, 1, 21, 9, tzinfo=TOKYO))] == [8]
    assert len({call.key for call in hall.platform.calls}) == 1


async def test_after_six_hours_of_downtime_a_reminder_is_expired_and_reported_but_not_sent(hall: Hall) -> None:
    event = hall.event()
    hall.seat(event, hall.town.citizen())
    counted: list[tuple[NoticeKind, NoticeState]] = []
    hall.town.now = DAY_BEFORE_AT - hours(1)
    assert await hall.tick() == []
    hall.town.now += hours(6)
    with structlog.testing.capture_logs() as logs:
        handled = await sealing._seal_piece(
            hall.database, hall.house, lambda *one: counted.append(one), Cards(hall.house)
        )
    await hall.send()
    assert (handled, counted) == (1, [(NoticeKind.DAY_BEFORE, NoticeState.EXPIRED)])
    assert [line["event"] for line in logs] == ["notice_expired"]
    assert hall.platform.calls == []
    assert hall.read(lambda c: notices.count_expired(c, hall.town.now - timedelta(days=7))) == 1
    assert [one.title for one in await hall.until(START)] == ["まもなく始まります"]


async def test_a_sealed_reminder_expires_as_well_when_its_process_comes_back_too_late(hall: Hall) -> None:
    hall.seat(hall.event(), hall.town.citizen())
    hall.town.now = DAY_BEFORE_AT
    hall.seal()
    hall.town.now += hours(6)
    with structlog.testing.capture_logs() as logs:
        await hall.send()
    assert hall.platform.calls == []
    assert [row.state for row in hall.calls()] == [OutboxState.EXPIRED]
    assert [line["event"] for line in logs] == ["notice_expired"]


async def test_a_reminder_due_in_time_survives_a_short_downtime(hall: Hall) -> None:
    hall.seat(hall.event(), hall.town.citizen())
    hall.town.now = DAY_BEFORE_AT + hours(2.5)
    assert [one.title for one in await hall.tick()] == ["明日のイベントです"]


async def test_a_newer_notice_waits_until_an_older_one_about_the_same_part_has_ended(hall: Hall) -> None:
    event, other = hall.event(), hall.event()
    citizen = hall.town.citizen()
    person = hall.seat(event, citizen)
    hall.seat(other, citizen, RegistrationState.WAITING)
    hall.tell(event, NoticeKind.SEATED, person)
    hall.tell(event, NoticeKind.MOVED, person, due_at=hall.town.now + timedelta(seconds=1))
    hall.tell(other, NoticeKind.BUMPED, person, due_at=hall.town.now + timedelta(seconds=1))
    hall.platform.outcomes.append(TEMPORARY)
    assert await hall.tick() == []
    hall.town.now += timedelta(seconds=2)
    assert [one.title for one in await hall.tick()] == ["キャンセル待ちになりました"], "another part is not held up"
    hall.town.now += timedelta(seconds=30)
    assert [one.title for one in await hall.tick()] == ["席が決まりました"]
    assert [one.title for one in await hall.tick()] == ["日時が変わりました"]


async def test_a_cancellation_is_not_held_up_by_what_waits_for_another_try(hall: Hall) -> None:
    event = hall.event()
    person = hall.seat(event, hall.town.citizen())
    one_reminder(hall)
    hall.platform.outcomes.append(Outcome(fate=Fate.TEMPORARY, retry_after=600))
    await hall.send()
    part = hall.part(event)

    def cancel_without_a_new_version(connection: object) -> None:
        events.change(connection, event.id, hall.town.now, state=EventState.CANCELLED)  # type: ignore[arg-type]
        hall.plan(connection, NoticeKind.CANCELLED, part, person)  # type: ignore[arg-type]

    hall.write(cancel_without_a_new_version)
    assert [one.title for one in await hall.tick()] == ["中止のお知らせ"]
    assert [row.state for row in hall.calls()] == [OutboxState.SKIPPED, OutboxState.ACCEPTED]


async def test_sealing_goes_on_after_a_failure_until_nothing_is_due(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    event, seal, tries = hall.event(), sealing.seal_due, []
    monkeypatch.setattr(sealing, "PIECE", 3)
    for _ in range(sealing.PIECE + 1):
        hall.seat(event, hall.town.citizen())
    hall.town.now = DAY_BEFORE_AT

    def fail_once(*given: Any, **more: Any) -> list[Sealed]:
        tries.append(1)
        if len(tries) == 1:
            raise ConflictError("40P01")
        return seal(*given, **more)

    monkeypatch.setattr(sealing, "seal_due", fail_once)
    monkeypatch.setattr(sealing, "LOOK_SECONDS", 0.01)
    counted: list[NoticeState] = []
    running = asyncio.create_task(sealing.run(hall.database, hall.house, lambda _, state: counted.append(state)))
    while len(counted) <= sealing.PIECE:
        await asyncio.sleep(0.01)
        assert not running.done()
    running.cancel()
    assert counted == [NoticeState.SEALED] * (sealing.PIECE + 1)


def test_many_processes_seal_each_notice_once(hall: Hall) -> None:
    event = hall.event()
    for _ in range(12):
        hall.seat(event, hall.town.citizen())
    hall.town.now = DAY_BEFORE_AT
    clock = hall.house.clock
    turns = [
        hall.database.write(lambda c: sealing.seal_due(c, hall.house, clock.now(), clock.real(), limit=5))
        for _ in range(8)
    ]
    sealed = [one.notice.id for turn in turns for one in turn.result()]
    sealed += [one.notice.id for one in hall.seal()]
    assert len(sealed) == len(set(sealed)) == len(hall.calls()) == 12


@pytest.mark.parametrize("was_taken", [False, True])
async def test_a_kill_between_sealing_and_the_end_neither_loses_nor_doubles(hall: Hall, was_taken: bool) -> None:
    citizen = hall.town.citizen()
    hall.seat(hall.event(), citizen)
    one_reminder(hall)
    for call in hall.claim("killed"):
        if was_taken and call.part_id:
            hall.platform.take(call.to_key, call.body, call.retry_key)
    hall.town.now += timedelta(minutes=1)
    await hall.send()
    assert [one.to for one in hall.platform.sent] == [citizen.key]
    assert [(row.state, row.was_unknown, row.attempts) for row in hall.calls()] == [(OutboxState.ACCEPTED, True, 2)]


@pytest.fixture(params=["UTC", "Asia/Tokyo", "America/New_York"])
def zone(request: pytest.FixtureRequest) -> Iterator[str]:
    """Put the machine into a zone."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield request.param
    os.environ.pop("TZ")
    if before is not None:
        os.environ["TZ"] = before
    time.tzset()


async def test_the_same_week_is_told_alike_whatever_the_machine_s_zone(zone: str, hall: Hall) -> None:
    town = hall.town
    town.now = datetime(2022, 1, 28, 12, tzinfo=TOKYO)
    citizen = town.citizen()
    month_end = hall.event(datetime(2022, 2, 1, 10, tzinfo=TOKYO))
    early = hall.event(datetime(2022, 1, 31, 8, 30, tzinfo=TOKYO), title={"ja": "朝", "en": "Morning"})
    late = hall.event(datetime(2022, 1, 30, 22, 30, tzinfo=TOKYO), title={"ja": "夜", "en": "Night"})
    hall.seat(month_end, citizen)
    hall.seat(early, citizen)
    hall.seat(late, citizen)
    await hall.until(datetime(2022, 1, 29, 22, tzinfo=TOKYO))
    hall.move(month_end, datetime(2022, 2, 1, 13, tzinfo=TOKYO))
    await hall.until(datetime(2022, 2, 1, 9, tzinfo=TOKYO))
    hall.cancel(month_end)
    await hall.until(datetime(2022, 2, 2, 9, tzinfo=TOKYO))
    told = [(one.at.strftime("%m-%d %H:%M"), one.title, one.words.split("\n")[1]) for one in hall.platform.sent]
    assert told == [
        ("01-29 18:00", "明日のイベントです", "夜"),
        ("01-30 08:00", "日時が変わりました", "省エネの話"),
        ("01-30 18:00", "明日のイベントです", "朝"),
        ("01-30 20:30", "今日のイベントです", "夜"),
        ("01-31 18:00", "明日のイベントです", "省エネの話"),
        ("02-01 09:00", "中止のお知らせ", "省エネの話"),
    ], zone
