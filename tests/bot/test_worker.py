"""Working accounts off: in order, each event once, whatever fails in between."""

import asyncio
import itertools
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot import dispatch, worker
from handlers import commands
from handlers.talk import Answer, Talk
from storage import alerts, inbox
from storage.alerts import AlertKind
from storage.database import ConflictError, Database, StorageUnavailableError
from storage.facts import ChannelName
from tests.bot.desk import Desk, Writer
from tests.handlers.test_reporting import city_points


@pytest.fixture(autouse=True)
def kept_logs() -> Iterator[None]:
    """Keep log lines: drawing a planted mistake's trace for a terminal takes many seconds."""
    with capture_logs():
        yield


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


@pytest.fixture
def writer(desk: Desk) -> Writer:
    return Writer(desk, "U" + 32 * "1")


def fail_on(monkeypatch: pytest.MonkeyPatch, words: str, error: Exception) -> list[str]:
    """Plant a mistake in the program: one message cannot be answered. Gives the list of tries."""
    answer, tries = commands.answer, []

    def broken(talk: Talk) -> Answer:
        if talk.incoming.text == words:
            tries.append(words)
            raise error
        return answer(talk)

    monkeypatch.setattr(commands, "answer", broken)
    return tries


async def test_an_account_is_not_asked_for_more_events_than_it_has(
    desk: Desk, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    decide, asked = dispatch.decide, []

    def counting(*values: Any) -> Any:
        asked.append(1)
        return decide(*values)

    monkeypatch.setattr(dispatch, "decide", counting)
    await desk.post(writer.text("menu", ago=2), writer.text("menu", ago=1))
    await desk.settle()
    assert desk.inbox("state") == ["done", "done"]
    # on PostgreSQL another process may have stored one meanwhile and left it to this one
    assert len(asked) == (2 if desk.database.is_sqlite else 3)


async def test_an_account_s_events_are_handled_by_the_platform_s_time(desk: Desk, writer: Writer) -> None:
    said = [writer.text("menu", ago) for ago in (3, 9, 1, 27)]
    await desk.post(*said)
    await desk.settle()
    by_time = sorted(said, key=lambda event: event["timestamp"])
    assert [call.token for call in desk.platform.taken] == [event["replyToken"] for event in by_time]


async def test_a_message_that_always_fails_is_given_up_after_three_tries_and_silences_nobody(
    desk: Desk, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = fail_on(monkeypatch, "bad", RuntimeError("a mistake of ours"))
    neighbour = Writer(desk, "U" + 32 * "2")
    said = [writer.text("bad", 2), writer.text("menu", 1), neighbour.text("menu")]
    await desk.post(*said)
    await desk.settle()
    assert len(tries) == worker.TRIES
    assert desk.inbox("state") == ["failed", "done", "done"]
    assert desk.inbox("trouble") == ["RuntimeError", None, None]
    opened = desk.database.read(alerts.list_open).result()
    assert [(one.kind, one.key) for one in opened] == [(AlertKind.FAILED_ROWS, "inbox")]
    assert {call.token for call in desk.platform.taken} == {event["replyToken"] for event in said}, (
        "a kind word as well"
    )


async def test_a_failure_that_cannot_be_noted_does_not_end_the_account_s_work(
    desk: Desk, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "STORAGE_DELAY", 0.01)
    fail_on(monkeypatch, "bad", RuntimeError("a mistake of ours"))
    count, down = inbox.add_attempt, [True]

    def add_attempt(*values: Any) -> int:
        if down.pop() if down else False:
            raise StorageUnavailableError("SQLITE_BUSY")
        return count(*values)

    monkeypatch.setattr(inbox, "add_attempt", add_attempt)
    await desk.post(writer.text("bad", 2), writer.text("menu", 1))
    await desk.settle()
    assert desk.inbox("state") == ["failed", "done"]


async def test_who_comes_second_is_decided_again_with_fresh_facts(
    desk: Desk, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    decide, lost = dispatch.decide, [True, True]

    def too_late(*values: Any) -> Any:
        if lost:
            lost.pop()
            raise ConflictError("23505")
        return decide(*values)

    monkeypatch.setattr(dispatch, "decide", too_late)
    await desk.post(writer.text("menu"))
    await desk.settle()
    assert desk.inbox("state", "attempts") == [("done", 0)]
    assert len(desk.platform.taken) == 1


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)  # a second process on one SQLite file is refused
async def test_two_processes_on_postgresql_keep_each_account_s_order_and_handle_nothing_twice(
    database: Database,
) -> None:
    other = Database(database.url.render_as_string(hide_password=False))
    desks = [Desk(database), Desk(other)]
    writers = [Writer(desks[0], f"U{n:032x}") for n in range(8)]
    codes = ["my_bag", "my_bottle", "sorting", "save_water"]
    presses = ["lang:ja", "join:1", *(f"l:{code}:2022-01-20:1" for code in codes)]
    turn = itertools.cycle(desks)
    for age, data in enumerate(presses):
        events = [writer.press(data, 100 - age) for writer in writers]
        repeated = (next(turn).post(event) for event in (*events, *events))  # each event to both processes
        assert {answer.status_code for answer in await asyncio.gather(*repeated)} == {200}
    await asyncio.gather(*(desk.settle() for desk in desks))
    assert city_points(desks[0].town) == len(writers) * 20
    assert set(desks[0].inbox("state")) == {"done"}
    taken = [call.token for desk in desks for call in desk.platform.taken]
    assert len(taken) == len(set(taken)) == len(writers) * len(presses)
    assert sum(len(desk.platform.menus) for desk in desks) == len(writers)  # one language each was chosen
    answered = defaultdict(list)
    for key, event in desks[0].outbox("to_key", "inbox_id"):
        answered[key].append(event)
    times = dict(desks[0].inbox("id", "occurred_at"))
    assert all(ids == sorted(ids, key=times.__getitem__) for ids in answered.values())
    other.close()


async def test_a_storage_that_fails_uses_up_nobody_s_tries(
    desk: Desk, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "STORAGE_DELAY", 0.01)
    decide, full = dispatch.decide, [True] * 10

    def disk_full(*values: Any) -> Any:
        if full:
            full.pop()
            raise StorageUnavailableError("SQLITE_FULL")
        return decide(*values)

    monkeypatch.setattr(dispatch, "decide", disk_full)
    desk.worker.wake = lambda *_, **__: None  # type: ignore[method-assign]
    await desk.post(writer.text("menu"))
    del desk.worker.wake
    await desk.worker.recover()
    await desk.settle()
    assert desk.inbox("state", "attempts") == [("done", 1)]
    assert len(desk.platform.taken) == 1


async def test_two_processes_that_give_one_message_up_apologise_once(
    desk: Desk, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk.worker, "wake", lambda *_: None)
    await desk.post(writer.text("poison"))
    address, house = (ChannelName.LINE, "bot", writer.key), desk.town.house
    event = desk.database.read(lambda c: inbox.find_oldest_waiting(c, *address)).result()
    assert event is not None
    said = [desk.database.write(lambda c: dispatch.apologise(c, house, "me", event)).result() for _ in range(2)]
    assert [len(calls) for calls in said] == [1, 0]
    assert desk.inbox("state") == ["failed"]


async def test_events_stored_by_two_processes_at_once_are_taken_in(
    desk: Desk, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, tries = inbox.store_all, []

    def second_in_a_deadlock(*given: Any) -> None:
        tries.append(1)
        if len(tries) == 1:
            raise ConflictError("40P01")
        store(*given)

    monkeypatch.setattr(inbox, "store_all", second_in_a_deadlock)
    assert (await desk.post(writer.text("menu"))).status_code == 200
    await desk.settle()
    assert len(tries) == 2
    assert desk.inbox("state") == ["done"]


async def test_a_message_that_was_given_up_is_answered_once_the_mistake_is_mended_and_somebody_puts_it_back(
    desk: Desk, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as planted:
        fail_on(planted, "menu", RuntimeError("a mistake of ours"))
        await desk.post(writer.text("menu"))
        await desk.settle()
    (failed,) = desk.database.read(lambda c: inbox.list_failed(c, 9)).result()
    assert (failed.trouble, failed.has_body) == ("RuntimeError", True)
    answers = len(desk.outbox("id"))
    assert desk.database.write(lambda c: inbox.put_back(c, [failed.id, 99])).result() == [failed.id]
    assert desk.database.write(lambda c: inbox.put_back(c, [failed.id])).result() == [], "it waits already"
    await desk.worker.recover()
    await desk.settle()
    assert desk.inbox("state") == ["done"]
    assert desk.inbox("trouble") == [None]
    assert len(desk.outbox("id")) == answers + 1
