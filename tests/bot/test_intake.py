"""From the webhook into the inbox: what is refused, what is kept, and what a storage that fails does to it."""

import asyncio
import sqlite3
import threading
import time
from datetime import timedelta

import pytest

from storage.database import Database
from tests.bot.desk import Desk, Writer
from tests.full_disk import full_disk


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


@pytest.fixture
def writer(desk: Desk) -> Writer:
    return Writer(desk, "U" + 32 * "1")


@pytest.mark.parametrize("signature", ["", "AAAA", "日本", "x" * 10_000])
async def test_a_wrong_signature_stores_and_echoes_nothing(desk: Desk, writer: Writer, signature: str) -> None:
    answer = await desk.post(writer.text("my secret words"), signature=signature.encode())  # type: ignore[arg-type]
    assert answer.status_code == 401
    assert "my secret words" not in answer.text
    assert desk.inbox("id") == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"events": 7}', b"\xff\xfe", b'{"events": [' + b"[" * 100_000])
async def test_a_body_that_is_no_webhook_is_refused_with_400(desk: Desk, body: bytes) -> None:
    answer = await desk.post(body=body)
    assert (answer.status_code, desk.inbox("id")) == (400, [])


async def test_line_s_own_check_without_events_is_answered(desk: Desk) -> None:
    assert (await desk.post()).status_code == 200


async def test_strange_events_in_a_batch_leave_the_good_ones_alone(desk: Desk, writer: Writer) -> None:
    others = [Writer(desk, "U" + 32 * digit) for digit in "2345"]
    bare = others[1].text("menu")
    del bare["deliveryContext"]
    batch = [
        writer.text("menu"),
        others[0].event("teleported", beam={"up": True}),
        bare,
        {**others[2].text("menu"), "mode": "dreaming"},
        others[3].text("menu"),
    ]
    assert (await desk.post(*batch)).status_code == 200
    await desk.settle()
    assert desk.inbox("state") == ["done"] * 5
    answered = {call.token for call in desk.platform.taken}
    assert answered == {batch[0]["replyToken"], bare["replyToken"], batch[4]["replyToken"]}


async def test_a_repeat_is_taken_with_200_and_handled_once(desk: Desk, writer: Writer) -> None:
    said = writer.text("menu")
    for _ in range(3):
        assert (await desk.post(said, said)).status_code == 200
        await desk.settle()
    assert len(desk.platform.taken) == 1


async def test_a_redelivery_renews_the_token_of_what_still_waits_and_of_nothing_else(
    desk: Desk, writer: Writer
) -> None:
    desk.worker.wake = lambda *_, **__: None  # type: ignore[method-assign]  # nobody is at work yet
    waits = writer.text("menu")
    await desk.post(waits)
    before = desk.inbox("reply_until")[0]
    desk.town.now += timedelta(seconds=50)
    await desk.post(waits)
    assert desk.inbox("reply_until") == [before + timedelta(seconds=50)]
    del desk.worker.wake
    await desk.worker.recover()
    await desk.settle()
    desk.town.now += timedelta(seconds=50)
    await desk.post(waits)
    assert desk.inbox("reply_until", "state") == [(before + timedelta(seconds=50), "done")]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # a full disk cannot be had here for PostgreSQL alone
async def test_a_full_disk_is_503_and_nothing_is_half_stored(desk: Desk, writer: Writer) -> None:
    batch = [writer.text("x" * 5_000) for _ in range(20)]
    with full_disk(desk.database) as disk:
        refused = await desk.post(*batch)
        assert (refused.status_code, refused.headers["Retry-After"], desk.inbox("id")) == (503, "5", [])
        disk.make_room()
        assert (await desk.post(*batch)).status_code == 200
        await desk.settle()
    assert desk.inbox("state") == ["done"] * 20


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # nothing locks a whole PostgreSQL database
async def test_a_locked_database_is_503_and_what_waits_is_handled_once_it_is_free(desk: Desk, writer: Writer) -> None:
    desk.worker.wake = lambda *_, **__: None  # type: ignore[method-assign]
    stored = writer.text("menu")
    await desk.post(stored)
    del desk.worker.wake
    locked = threading.Event()
    holder = threading.Thread(target=_hold, args=(desk.database.url.database, locked, 7.0))
    holder.start()
    locked.wait()
    await desk.worker.recover()
    refused = await desk.post(writer.text("help"))
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    holder.join()
    await desk.settle()
    assert desk.inbox("state") == ["done"]
    assert [call.token for call in desk.platform.taken] == [stored["replyToken"]]


async def test_a_slow_storage_holds_nobody_else_up(desk: Desk, database: Database) -> None:
    writers = [Writer(desk, "U" + 32 * digit) for digit in "23456789"]
    busy = database.write(lambda _: time.sleep(0.6))
    posting = asyncio.gather(*(desk.post(one.text("menu")) for one in writers))
    longest, before = 0.0, time.monotonic()
    while not busy.done():
        await asyncio.sleep(0.001)
        longest, before = max(longest, time.monotonic() - before), time.monotonic()
    assert longest < 0.3, "the loop went on while the storage was busy"
    assert [answer.status_code for answer in await posting] == [200] * len(writers)


def _hold(path: str, locked: threading.Event, seconds: float) -> None:
    """Lock the file as another program would, for longer than our own patience of five seconds."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    locked.set()
    time.sleep(seconds)
    other.execute("ROLLBACK")
    other.close()
