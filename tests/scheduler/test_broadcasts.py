"""Broadcasts from armed to finished on the wire: strict platforms over HTTP, both databases."""

import asyncio
import contextlib
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from bot.channels.line.channel import Line
from bot.sandbox.server import Sandbox
from handlers.messages import Call, Outcome, Text, Way, dump
from scheduler import broadcasts as leading
from storage import alerts
from storage.alerts import AlertKind
from storage.database import Database
from storage.facts import BroadcastState
from tests import databases
from tests.scheduler.post import ended, line, reply, store, telegram
from tests.scheduler.telling import (
    TELEGRAM,
    arm,
    became,
    calls_of,
    clock_at,
    counted,
    facts,
    friends,
    join,
    set_state,
    telling,
    until,
    until_ended,
)

MULTICAST = "message/multicast"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.running() as running:
        running.line.settings(quota=None)
        yield running


def phones(sandbox: Sandbox, many: int) -> list[str]:
    """LINE friends on the platform; gives their user ids."""
    keys = [sandbox.line.person() for _ in range(many)]
    for key in keys:
        sandbox.line.follow(key, hold=True)
    return keys


def shown(sandbox: Sandbox, key: str) -> list[str]:
    return [one["text"] for one in sandbox.line.screen(key)["messages"] if one["from"] != "me"]


async def test_two_accounts_joined_while_a_call_to_one_of_them_is_in_flight_are_told_once(
    sandbox: Sandbox, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Line, "multicast_limit", 4)
    monkeypatch.setattr(leading, "CALLS_AHEAD", 1)
    keys, in_flight, let_go = phones(sandbox, 8), asyncio.Event(), asyncio.Event()
    known, number, send = friends(database, keys), arm(database), Line.send

    async def held(self: Line, call: Call) -> Outcome:
        in_flight.set()
        await let_go.wait()
        return await send(self, call)

    monkeypatch.setattr(Line, "send", held)
    async with telling(database, clock_at(), line(sandbox)):
        await in_flight.wait()
        assert became(database, number) == {"sealed": 4, "waiting": 4}
        join(database, known[0], known[7])
        let_go.set()
        await until_ended(database, number)
    assert became(database, number) == {"accepted": 7, "skipped: another account": 1}
    assert [len(shown(sandbox, key)) for key in keys] == [1] * 7 + [0]


async def test_everybody_is_told_once_in_their_language_by_as_few_calls_as_the_platform_allows(
    sandbox: Sandbox, database: Database
) -> None:
    keys = phones(sandbox, 30)
    friends(database, keys[:20])
    friends(database, keys[20:28], language="en")
    friends(database, keys[28:], language="vi")
    number = arm(database, {"ja": "こんにちは", "en": "hello"})
    async with telling(database, clock_at(), line(sandbox)):
        await until_ended(database, number)
    assert facts(database, number).state is BroadcastState.FINISHED
    assert became(database, number) == {"accepted": 30}
    assert [shown(sandbox, key) for key in keys] == [["こんにちは"]] * 20 + [["hello"]] * 8 + [["こんにちは"]] * 2
    assert len([call for call in sandbox.calls() if call["name"] == MULTICAST]) == 2
    assert all(not row.body and not row.to_key for row in calls_of(database, number))


async def test_a_wrong_id_ends_alone_and_the_others_are_told_once_under_new_keys(
    sandbox: Sandbox, database: Database
) -> None:
    keys = phones(sandbox, 13)
    wrong = "U" + 31 * "0" + "x"
    friends(database, [*keys[:7], wrong, *keys[7:]])
    number = arm(database)
    async with telling(database, clock_at(), line(sandbox)):
        await until_ended(database, number)
    assert became(database, number) == {"accepted": 13, "refused: gone": 1}
    assert [len(shown(sandbox, key)) for key in keys] == [1] * 13
    calls = [call for call in sandbox.calls() if call["name"] == MULTICAST]
    assert len({call["key"] for call in calls}) == len(calls) <= 9
    assert facts(database, number).state is BroadcastState.FINISHED


FAULTS = ("429", "500", "timeout", "reset", "refuse-before", "502-html", "drip", "cut", "accepted-no-answer")


async def test_whatever_the_line_does_everybody_is_told_once_and_the_end_states_add_up(
    sandbox: Sandbox, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Line, "multicast_limit", 3)
    keys = phones(sandbox, 30)
    friends(database, keys)
    for fault in FAULTS:
        sandbox.order_fault("line", fault, MULTICAST, seconds=0.2)
    number = arm(database)
    async with telling(database, clock_at(), line(sandbox)):
        await until_ended(database, number, seconds=60)
    assert became(database, number) == {"accepted": 30}
    assert [len(shown(sandbox, key)) for key in keys] == [1] * 30
    bodies: dict[Any, set[str]] = {}
    for call in (call for call in sandbox.calls() if call["name"] == MULTICAST and call["request"]):
        bodies.setdefault(call["key"], set()).add(json.dumps(call["request"]))
    assert all(len(sent) == 1 for sent in bodies.values())


async def test_on_telegram_what_may_have_arrived_is_unknown_and_never_sent_again(
    sandbox: Sandbox, database: Database
) -> None:
    people = [sandbox.telegram.person() for _ in range(12)]
    for person in people:
        sandbox.telegram.text(person, "/start", hold=True)
    friends(database, [str(person) for person in people], TELEGRAM)
    for fault in ("accepted-no-answer", "reset", "429"):
        sandbox.order_fault("telegram", fault, "sendMessage", after=2, retry_after=1)
    number = arm(database)
    async with telling(database, clock_at(), telegram(sandbox)):
        await until_ended(database, number)
    assert became(database, number) == {"accepted": 10, "unknown": 2}
    said = [[one for one in sandbox.telegram.screen(p)["messages"] if one["from"] != "me"] for p in people]
    assert sorted(map(len, said)) == [0] + [1] * 11


async def test_a_pause_a_resume_and_a_stop_act_at_once_on_what_was_not_tried(
    sandbox: Sandbox, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Line, "multicast_limit", 2)
    friends(database, phones(sandbox, 120))
    sandbox.line.settings(rates={MULTICAST: 10.0})
    monkeypatch.setattr(Line, "rates", {Way.PUSH: 10.0, Way.MULTICAST: 10.0})
    number = arm(database)

    def made() -> int:
        return sum(call["name"] == MULTICAST for call in sandbox.calls())

    async with telling(database, clock_at(), line(sandbox)):
        await until(lambda: made() >= 5)
        set_state(database, number, BroadcastState.PAUSED)
        await asyncio.sleep(0.8)  # what was taken before is made within half a second
        paused_at = made()
        await asyncio.sleep(1.0)
        assert made() == paused_at
        set_state(database, number, BroadcastState.SENDING)
        await until(lambda: made() >= paused_at + 5)
        set_state(database, number, BroadcastState.STOPPED)
        await until(lambda: not {"waiting", "sealed"} & became(database, number).keys())
    after = became(database, number)
    assert after["accepted"] == 2 * made()
    assert sum(after.values()) == 120
    assert after == counted(database, number)
    assert all(call["status"] == 200 for call in sandbox.calls() if call["name"] == MULTICAST)


async def test_calls_that_fail_half_the_time_pause_the_broadcast_and_staff_are_told(
    sandbox: Sandbox, database: Database
) -> None:
    people = [sandbox.telegram.person() for _ in range(40)]
    for person in people:
        sandbox.telegram.text(person, "/start", hold=True)
    friends(database, [str(person) for person in people], TELEGRAM)
    sandbox.order_fault("telegram", "500", "sendMessage", times=1_000)
    number = arm(database)
    async with telling(database, clock_at(), telegram(sandbox)):
        await until(lambda: facts(database, number).state is BroadcastState.PAUSED)
    assert 10 <= became(database, number)["unknown"] <= 30
    (alert,) = database.read(alerts.list_open).result()
    assert (alert.kind, alert.key) == (AlertKind.AUTO_PAUSED, str(number))


async def test_a_reply_is_made_at_once_in_the_midst_of_a_broadcast_that_is_held_up(
    sandbox: Sandbox, database: Database
) -> None:
    keys = phones(sandbox, 20)
    friends(database, keys)
    sandbox.order_fault("line", "slow", MULTICAST, times=1_000, seconds=0.7)
    sandbox.order_fault("line", "429", MULTICAST, times=3)
    token = sandbox.line.text(keys[0], "hello", hold=True)["event"]["replyToken"]
    number = arm(database)
    async with telling(database, clock_at(), line(sandbox)):
        await until(lambda: any(call["name"] == MULTICAST for call in sandbox.calls()))
        stored = store(database, keys[0], **reply(token))
        began = time.monotonic()
        assert await ended(database, stored) == ["accepted"]
        assert time.monotonic() - began < 2.5
        await until_ended(database, number)
    assert became(database, number) == {"accepted": 20}


async def test_a_halted_channel_holds_its_broadcast_and_no_reply(sandbox: Sandbox, database: Database) -> None:
    keys = phones(sandbox, 4)
    friends(database, keys)
    sandbox.line.settings(quota=0)
    token = sandbox.line.text(keys[0], "hello", hold=True)["event"]["replyToken"]
    number = arm(database)
    async with telling(database, clock_at(), line(sandbox)):
        await until(lambda: any(call["name"] == MULTICAST for call in sandbox.calls()))
        await asyncio.sleep(1.5)
        stored = store(database, keys[0], **reply(token))
        assert await ended(database, stored) == ["accepted"]
    assert len([call for call in sandbox.calls() if call["name"] == MULTICAST]) == 1
    assert became(database, number) == {"sealed": 4}


async def test_messages_that_need_two_calls_follow_each_other(sandbox: Sandbox, database: Database) -> None:
    keys = phones(sandbox, 3)
    friends(database, keys)
    texts = {"ja": dump([Text(str(number)) for number in range(7)])}
    number = arm(database, written=texts)
    async with telling(database, clock_at(), line(sandbox)):
        await until_ended(database, number)
    assert became(database, number) == {"accepted": 3}
    assert [shown(sandbox, key) for key in keys] == [[str(number) for number in range(7)]] * 3


async def test_three_senders_on_one_budget_never_empty_the_platforms_own_bucket(sandbox: Sandbox) -> None:
    people = [sandbox.telegram.person() for _ in range(150)]
    for person in people:
        sandbox.telegram.text(person, "/start", hold=True)
    with databases.fresh("postgresql") as database:
        friends(database, [str(person) for person in people], TELEGRAM)
        number = arm(database)
        async with contextlib.AsyncExitStack() as senders:
            for _ in range(3):
                await senders.enter_async_context(telling(database, clock_at(), telegram(sandbox, deadline=15.0)))
            await until_ended(database, number, seconds=60)
        assert became(database, number).get("accepted", 0) >= 145  # a machine at its limit may let a call time out
    calls = [call for call in sandbox.calls() if call["name"] == "sendMessage"]
    assert len(calls) == 150
    assert 429 not in {call["status"] for call in calls}
