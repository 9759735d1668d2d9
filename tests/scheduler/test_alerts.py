"""Each trouble is really made, and two named people read of it on their phones, once, and once more when it is over."""

import asyncio
import contextlib
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from apscheduler.triggers.cron import CronTrigger
from sqlalchemy import Connection, select

from bot.sandbox.server import Sandbox
from scheduler import outcomes, quotas
from scheduler.alerts import Watch
from scheduler.slots import Job, SlotRun, Slots
from storage import alerts, backup_notes, broadcasts, marks
from storage.alerts import AlertKind
from storage.clock import TOKYO, real_now
from storage.database import Database, StorageUnavailableError
from storage.facts import BroadcastState
from storage.outbox import OUTBOX, OutboxKind
from tests.full_disk import full_disk
from tests.rules.broadcast_facts import content
from tests.scheduler.post import chat, reply, store
from tests.scheduler.staff import NAMES, Staff

MINUTE = timedelta(minutes=1)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.running() as running:
        yield running


@pytest.fixture
def staff(database: Database, sandbox: Sandbox, tmp_path: Path) -> Staff:
    return Staff(database, sandbox, tmp_path)


async def until(watch: Watch, condition: Any, seconds: float = 15.0) -> None:
    """Look again and again until something holds."""
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, "it never came"
        await watch.look()
        await asyncio.sleep(0.1)


def is_told(staff: Staff, words: str, platform: str = "telegram") -> Any:
    return lambda: all(any(words in one for one in staff.said(name, platform)) for name in NAMES)


def alert_calls(database: Database) -> int:
    of_alerts = select(OUTBOX.c.id).where(OUTBOX.c.kind == OutboxKind.ALERT)
    return len(database.read(lambda c: c.execute(of_alerts).all()).result())


def a_job(run: Any) -> Job:
    return Job("nightly", CronTrigger(hour=3, minute=30, timezone=TOKYO), timedelta(hours=1), run)


async def test_a_missed_slot_is_told_once_and_its_end_when_the_job_runs_again(staff: Staff) -> None:
    ran: list[SlotRun] = []
    job, hands = a_job(ran.append), Slots(staff.database, staff.clock)
    staff.waited += _until_half_past_three(staff) + timedelta(hours=5)
    hands.run_due(job)  # the first time that the job is looked at: nothing was missed
    staff.waited += timedelta(days=1) - timedelta(hours=3)
    async with staff.delivering() as sending:
        watch = staff.watch(sending)
        hands.run_due(job)
        assert staff.open() == [("missed_slot", "nightly")]
        await until(watch, is_told(staff, "nightly"))
        for _ in range(3):
            await watch.look()
        assert [len(said) for said in staff.everywhere()] == [0, 1, 0, 1]
        staff.waited += timedelta(days=1) - timedelta(hours=2) + MINUTE
        hands.run_due(job)
        assert (len(ran), ("missed_slot", "nightly") in staff.open()) == (1, False)
        await until(watch, is_told(staff, "解消しました"))


def _until_half_past_three(staff: Staff) -> timedelta:
    now = staff.clock.now().astimezone(TOKYO)
    due = now.replace(hour=3, minute=30, second=0, microsecond=0)
    return due - now


async def test_a_job_that_fails_for_good_is_told_as_well(staff: Staff) -> None:
    def fail(_: SlotRun) -> None:
        raise RuntimeError

    job, hands = a_job(lambda _: None), Slots(staff.database, staff.clock)
    staff.waited += _until_half_past_three(staff) + timedelta(hours=5)
    hands.run_due(job)
    staff.waited += timedelta(days=1, minutes=1) - timedelta(hours=5)
    for _ in range(3):
        hands.run_due(a_job(fail))
        staff.waited += timedelta(minutes=3)
    assert staff.open() == [("missed_slot", "nightly")]


async def test_jobs_that_all_stand_still_are_noticed_by_a_process_without_a_ticker(staff: Staff) -> None:
    job, hands = Job("often", CronTrigger(timezone=TOKYO), timedelta(hours=1), lambda _: None), None
    hands = Slots(staff.database, staff.clock)
    staff.waited += timedelta(seconds=1)
    hands.run_due(job)
    async with staff.delivering() as sending:
        watch = staff.watch(sending)
        staff.waited += timedelta(minutes=5)
        await until(watch, is_told(staff, "定期の処理がどれも動いていません"))
        hands.run_due(job)
        await until(watch, is_told(staff, "解消しました"))


async def test_a_halted_channel_is_told_over_the_other(
    staff: Staff, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outcomes, "HALT_DELAY", 1.0)
    sandbox.order_fault("telegram", "401", "sendMessage", times=3)
    key = sandbox.telegram.person()
    sandbox.telegram.start(key, wait=False)
    async with staff.delivering() as sending:
        watch = staff.watch(sending)
        store(staff.database, str(key), **chat())
        await until(watch, lambda: staff.open() == [("channel_halted", "telegram")])
        await until(watch, is_told(staff, "Telegramへの送信が止まっています", "line"))
        await until(watch, is_told(staff, "解消しました", "line"))
        assert [staff.said(name, "telegram") for name in NAMES] == [[], []]


async def test_a_month_used_up_halts_pushes_only_and_a_free_reply_does_not_end_it(
    staff: Staff, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outcomes, "HALT_DELAY", 1.0)
    sandbox.line.settings(quota=0)
    key = sandbox.line.person()
    sandbox.line.follow(key, hold=True)
    async with staff.delivering() as sending:
        watch = staff.watch(sending)
        store(staff.database, key)
        await until(watch, is_told(staff, "今月の通数を使い切り"))
        token = sandbox.line.text(key, "hello", hold=True)["event"]["replyToken"]
        answered = store(staff.database, key, **reply(token))
        await until(watch, lambda: _state(staff.database, answered) == "accepted")
        assert staff.open() == [("channel_halted", "line:quota")]
        sandbox.line.settings(quota=1_000)
        await until(watch, is_told(staff, "解消しました"))
        assert staff.open() == []


def _state(database: Database, number: int) -> str:
    return str(
        database.read(lambda c: c.execute(select(OUTBOX.c.state).where(OUTBOX.c.id == number)).scalar()).result()
    )


async def test_a_token_that_line_refuses_is_told_though_nothing_is_sent(staff: Staff, sandbox: Sandbox) -> None:
    sandbox.order_fault("line", "401", "message/quota")
    async with staff.delivering() as sending:
        watch, channels = staff.watch(sending), staff.house().channels
        with pytest.raises(quotas.TokenRefusedError):
            await quotas.refresh(staff.database, staff.clock, channels)
        await until(watch, is_told(staff, "LINEへの送信が止まっています"))
        await quotas.refresh(staff.database, staff.clock, channels)
        await until(watch, is_told(staff, "解消しました"))


async def test_a_low_quota_is_told_where_it_costs_nothing(staff: Staff, sandbox: Sandbox) -> None:
    sandbox.line.settings(quota=200, used=170)
    async with staff.delivering() as sending:
        watch, channels = staff.watch(sending), staff.house().channels
        await quotas.refresh(staff.database, staff.clock, channels)
        await until(watch, is_told(staff, "予備だけです"))
        assert any("30/200" in one for one in staff.said("sato", "telegram"))
        sandbox.line.settings(quota=5_000)
        await quotas.refresh(staff.database, staff.clock, channels)
        await until(watch, is_told(staff, "解消しました"))


async def test_a_call_that_the_platform_refuses_for_good_is_told_and_is_no_news_after_an_hour(
    staff: Staff, sandbox: Sandbox
) -> None:
    key = sandbox.line.person()
    sandbox.line.follow(key, hold=True)
    async with staff.delivering() as sending:
        watch = staff.watch(sending)
        store(staff.database, key, body=b'{"messages": [{"type": "text", "text": ""}]}')
        await until(watch, lambda: staff.open() == [("failed_rows", "outbox")])
        await until(watch, is_told(staff, "処理できずにあきらめたもの"))
        staff.waited += timedelta(minutes=59)
        await watch.look()
        assert ("failed_rows", "outbox") in staff.open()
        staff.waited += timedelta(minutes=3)
        await until(watch, is_told(staff, "解消しました"))


async def test_who_blocked_is_no_failed_row(staff: Staff, sandbox: Sandbox) -> None:
    nobody = "U" + 32 * "0"
    async with staff.delivering() as sending:
        number = store(staff.database, nobody)
        await until(staff.watch(sending), lambda: _state(staff.database, number) == "refused")
    assert staff.open() == []


async def test_a_failed_backup_and_one_that_was_not_made_for_two_days_are_told(staff: Staff) -> None:
    async with staff.delivering() as sending:
        watch = staff.watch(sending)
        await watch.look()
        assert staff.open() == []  # who makes backups in another way is not warned
        backup_notes.write(staff.folder, staff.clock.real(), "No space left on device")
        await until(watch, is_told(staff, "No space left on device"))
        backup_notes.write(staff.folder, staff.clock.real())
        await until(watch, is_told(staff, "解消しました"))
        staff.waited += timedelta(days=2, minutes=1)
        await watch.look()
        assert ("failed_backup", "backup") in staff.open()
        (staff.folder / backup_notes.FILE_NAME).write_text("{")
        await watch.look()
        assert ("failed_backup", "backup") in staff.open()


async def test_a_disk_with_little_room_is_told(staff: Staff) -> None:
    async with staff.delivering() as sending:
        await until(staff.watch(sending, least_free_bytes=2**60), is_told(staff, "ディスクの空きが少なく"))
        await until(staff.watch(sending, least_free_bytes=0), is_told(staff, "解消しました"))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # a full disk cannot be had here for PostgreSQL alone
async def test_a_full_disk_is_told_from_memory_and_so_is_its_end(staff: Staff, sandbox: Sandbox) -> None:
    async with staff.delivering() as sending:
        watch = staff.watch(sending)
        await watch.look()
        with full_disk(staff.database) as disk:
            sandbox.order_fault("telegram", "500", "sendMessage", times=1)  # the first try of the first name fails
            with pytest.raises(StorageUnavailableError):
                staff.database.write(lambda c: marks.put(c, marks.MarkName.HEAT_ALERT, "x" * 100_000)).result()
            for _ in range(3):
                with contextlib.suppress(StorageUnavailableError):
                    await watch.look()
            told = [[one for one in said if "ディスクがいっぱい" in one] for said in staff.everywhere()]
            assert [len(one) for one in told] == [1, 0, 0, 1]  # the fault made the first name be told on LINE
            assert alert_calls(staff.database) == 0
            disk.make_room()
            await until(watch, lambda: sum(any("解消" in one for one in said) for said in staff.everywhere()) == 2)
        told = [one for said in staff.everywhere() for one in said]
        assert len(told) == 4
        await watch.look()
        assert [one for said in staff.everywhere() for one in said] == told


async def test_who_cannot_be_reached_on_one_platform_is_told_on_the_other(staff: Staff, sandbox: Sandbox) -> None:
    sandbox.telegram.block(staff.phones["sato"]["telegram"], wait=False)
    alert = (AlertKind.MISSED_SLOT, "weekly", "missed")
    staff.database.write(lambda c: alerts.raise_(c, *alert, real_now())).result()
    async with staff.delivering() as sending:
        watch = staff.watch(sending)
        await until(watch, lambda: bool(staff.said("sato", "line") and staff.said("suzuki", "telegram")))
        await watch.look()
        assert [len(said) for said in staff.everywhere()] == [1, 0, 0, 1]


async def test_a_call_that_hangs_is_overtaken_after_a_minute(staff: Staff) -> None:
    alert = (AlertKind.MISSED_SLOT, "weekly", "")
    staff.database.write(lambda c: alerts.raise_(c, *alert, real_now())).result()
    async with staff.delivering(staff.line) as sending:  # nobody makes the calls to Telegram here
        watch = staff.watch(sending)
        await watch.look()
        assert alert_calls(staff.database) == 2
        staff.waited += timedelta(seconds=61)
        await until(watch, is_told(staff, "weekly", "line"))


async def test_two_processes_that_watch_tell_once(staff: Staff) -> None:
    staff.database.write(lambda c: alerts.raise_(c, AlertKind.MISSED_SLOT, "weekly", "", real_now())).result()
    async with staff.delivering() as sending:
        watches = [staff.watch(sending) for _ in range(4)]
        await asyncio.gather(*(watch.look() for watch in watches))
        await until(watches[0], is_told(staff, "weekly"))
        await asyncio.gather(*(watch.look() for watch in watches))
        assert [len(said) for said in staff.everywhere()] == [0, 1, 0, 1]


async def test_an_alert_waits_for_the_first_who_registers_while_it_is_open(
    database: Database, sandbox: Sandbox, tmp_path: Path
) -> None:
    nobody = Staff(database, sandbox, tmp_path, platforms="")
    database.write(lambda c: alerts.raise_(c, AlertKind.MISSED_SLOT, "weekly", "", real_now())).result()
    async with nobody.delivering() as sending:
        await nobody.watch(sending).look()
        late = Staff(database, sandbox, tmp_path)
        await until(late.watch(sending), is_told(late, "weekly"))


def test_an_alert_that_nobody_could_be_told_of_is_closed_with_its_end(database: Database) -> None:
    from scheduler import telling
    from tests.town import Town

    def unit(connection: Connection) -> None:
        house = Town(database).house
        alerts.raise_(connection, AlertKind.MISSED_SLOT, "weekly", "", real_now())
        telling.tell(connection, house, alerts.list_untold(connection)[0], NAMES, real_now())
        assert not alerts.list_untold(connection)[0].told
        alerts.end(connection, AlertKind.MISSED_SLOT, "weekly", real_now())
        for _ in range(2):
            telling.tell(connection, house, alerts.list_untold(connection)[0], NAMES, real_now())
        assert alerts.list_untold(connection) == []

    database.write(unit).result()


async def test_a_paused_broadcast_is_told_and_is_over_once_staff_stopped_it(staff: Staff) -> None:
    number = staff.database.write(lambda c: broadcasts.add(c, content(), "Author", staff.clock.now(), None)).result()
    paused = {"state": BroadcastState.PAUSED, "submitted_by": "Author", "approved_by": "Second"}
    staff.database.write(lambda c: broadcasts.change(c, number, **paused)).result()
    alert = (AlertKind.AUTO_PAUSED, str(number), "12 of 20 failed")
    staff.database.write(lambda c: alerts.raise_(c, *alert, real_now())).result()
    async with staff.delivering() as sending:
        watch = staff.watch(sending)
        await until(watch, is_told(staff, f"番号{number}"))
        assert staff.open() == [("auto_paused", str(number))]
        staff.database.write(lambda c: broadcasts.change(c, number, state=BroadcastState.STOPPED)).result()
        await until(watch, is_told(staff, "解消しました"))
