"""Who waits longer than a look for an answer sees that it is worked on; nobody else, and never for long."""

import asyncio
import contextlib
import threading

import pytest

from bot import waiting, worker
from bot.dispatch import Address
from bot.waiting import AT_ONCE, WaitingSigns
from handlers import commands
from handlers.messages import Call, Outcome
from handlers.talk import Answer, Talk
from scheduler import delivery
from storage.database import Database
from storage.facts import ChannelName
from tests.bot.desk import Accepting, Desk, Writer

KEY = "U" + 32 * "1"


def address(number: int) -> Address:
    return (ChannelName.LINE, "bot", f"U{number}")


@pytest.fixture
def shown() -> list[Address]:
    return []


@pytest.fixture
def signs(shown: list[Address]) -> WaitingSigns:
    return WaitingSigns(shown.append)


def test_who_waits_at_one_look_only_sees_no_sign(signs: WaitingSigns, shown: list[Address]) -> None:
    signs.look([address(1)])
    signs.look([address(2)])
    signs.look([])
    assert shown == []


def test_who_still_waits_sees_one_sign_for_as_long_as_it_lasts(signs: WaitingSigns, shown: list[Address]) -> None:
    for _ in range(4):
        signs.look([address(1)])
    assert shown == [address(1)]


def test_who_waits_longer_than_a_sign_lasts_sees_another(
    signs: WaitingSigns, shown: list[Address], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "SIGN_SECONDS", 0.0)
    for _ in range(3):
        signs.look([address(1)])
    assert shown == [address(1), address(1)]


def test_a_rush_brings_few_signs_at_once_and_the_others_at_the_next_look(
    signs: WaitingSigns, shown: list[Address]
) -> None:
    rush = [address(number) for number in range(AT_ONCE + 5)]
    signs.look(rush)
    signs.look(rush)
    assert len(shown) == AT_ONCE
    signs.look(rush)
    assert sorted(shown) == sorted(rush)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Hold up every answer until this is set."""
    answer, go_on = commands.answer, threading.Event()

    def slow(talk: Talk) -> Answer:
        assert go_on.wait(30)
        return answer(talk)

    monkeypatch.setattr(commands, "answer", slow)
    monkeypatch.setattr(worker, "LOOK_SECONDS", 0.05)
    return go_on


async def run_until(desk: Desk, held: threading.Event, enough: int) -> None:
    """Let the worker look until so many signs were asked for, and then let the answer go."""
    looking = asyncio.create_task(desk.worker.run())
    async with asyncio.timeout(30):
        while len(desk.platform.signs) < enough:  # noqa: ASYNC110 - a platform sets no event
            await asyncio.sleep(0.01)
    held.set()
    await desk.settle()
    looking.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await looking


async def test_a_slow_answer_is_announced_by_a_sign_and_still_comes(database: Database, held: threading.Event) -> None:
    desk = Desk(database)
    await desk.post(Writer(desk, KEY).text("menu"))
    await run_until(desk, held, 1)
    assert [call.to for call in desk.platform.signs] == [KEY]
    assert len(desk.platform.taken) == 1


async def test_a_sign_that_hangs_holds_up_no_answer(
    database: Database, held: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Hanging(Accepting):
        async def send(self, call: Call) -> Outcome:
            outcome = await super().send(call)
            if call in self.signs:
                await asyncio.sleep(60)
            return outcome

    monkeypatch.setattr(delivery, "SIGN_DEADLINE", 0.1)
    desk = Desk(database)
    desk.platform = desk.delivery._senders[ChannelName.LINE] = Hanging()
    await desk.post(Writer(desk, KEY).text("menu"))
    async with asyncio.timeout(20):
        await run_until(desk, held, 1)
    assert len(desk.platform.taken) == 1
