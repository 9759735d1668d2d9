"""Delivery against the strict platforms over HTTP, with faults: what is tried again, how, and how it ends."""

import asyncio
import json
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any

import pytest

from bot.channels.line import limits
from bot.channels.line.channel import Line
from bot.sandbox.server import Sandbox
from handlers.messages import Call, Fate, Outcome, Way
from scheduler import delivery, outcomes, pacing
from storage import accounts, claims, outbox
from storage.clock import Clock, real_now
from storage.database import ConflictError, Database
from storage.facts import ChannelName
from storage.outbox import OutboxKind, OutboxState
from tests.bot.desk import Accepting
from tests.scheduler.post import chat, delivering, ended, line, outcome_of, reply, row, store, telegram

PUSH, REPLY = "message/push", "message/reply"
FAULTS = (
    "429",
    "500",
    "timeout",
    "reset",
    "refuse-before",
    "502-html",
    "drip",
    "cut",
    "junk",
    "accepted-no-answer",
    "accepted-500",
)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.running() as running:
        yield running


def friend(sandbox: Sandbox) -> str:
    key: str = sandbox.line.person()
    sandbox.line.follow(key, hold=True)
    return key


def token_of(sandbox: Sandbox, key: str) -> str:
    token: str = sandbox.line.text(key, "hello", hold=True)["event"]["replyToken"]
    return token


def shown(sandbox: Sandbox, key: str) -> list[str]:
    """What the bot said on a phone."""
    return [one["text"] for one in sandbox.line.screen(key)["messages"] if one["from"] != "me"]


async def test_a_push_is_tried_under_one_key_with_the_same_bytes_and_taken_once_whatever_happens(
    sandbox: Sandbox, database: Database
) -> None:
    people = [friend(sandbox) for _ in FAULTS]
    for fault in FAULTS:
        sandbox.order_fault("line", fault, PUSH, seconds=0.2)
    numbers = [store(database, key) for key in people]
    async with delivering(database, line(sandbox)):
        assert await ended(database, *numbers) == ["accepted"] * len(FAULTS)
    calls = [call for call in sandbox.calls() if call["name"] == PUSH]
    assert {call["fault"] for call in calls} == {None, *FAULTS}
    for key, number in zip(people, numbers, strict=True):
        tries = [call for call in calls if call["key"] == row(database, number).retry_key]
        assert {json.dumps(call["request"]) for call in tries if call["request"]} == {json.dumps(tries[-1]["request"])}
        assert [call["status"] for call in tries].count(200) == 1
        assert len(shown(sandbox, key)) == 1


@pytest.mark.parametrize(
    ("fault", "second"),
    [("accepted-no-answer", 400), ("drip", 400), ("reset", 200), ("timeout", 200), ("500", 200), ("429", 200)],
)
async def test_a_reply_is_tried_again_with_its_own_token_and_never_pushed(
    sandbox: Sandbox, database: Database, fault: str, second: int
) -> None:
    key = friend(sandbox)
    sandbox.order_fault("line", fault, REPLY, seconds=0.2)
    number = store(database, key, **reply(token_of(sandbox, key)), must_arrive=True)
    async with delivering(database, line(sandbox)):
        assert await ended(database, number) == ["accepted"]
    assert [call["status"] for call in sandbox.calls() if call["name"] == REPLY][1:] == [second]
    assert len({call["request"]["replyToken"] for call in sandbox.calls() if call["request"]}) == 1
    assert outcome_of(sandbox, PUSH) == []
    assert len(shown(sandbox, key)) == 1


async def test_a_dead_token_strands_an_answer_and_turns_one_that_must_arrive_into_a_push(
    sandbox: Sandbox, database: Database
) -> None:
    key = friend(sandbox)
    dead = [token_of(sandbox, key) for _ in range(2)]
    sandbox.line.settings(reply_token_seconds=0.0)
    account = database.write(lambda c: accounts.add(c, ChannelName.LINE, "bot", key, real_now())).result().id
    plain = store(database, key, **reply(dead[0]), account_id=account)
    must = store(database, key, **reply(dead[1]), account_id=account, must_arrive=True)
    async with delivering(database, line(sandbox)):
        assert await ended(database, plain, must) == ["stranded", "rode"]
        assert await ended(database, must + 1) == ["accepted"]
    pushed = row(database, must + 1)
    assert (pushed.way, pushed.body) == (Way.PUSH, row(database, must).body)
    assert [call["key"] for call in sandbox.calls() if call["name"] == PUSH] == [pushed.retry_key]


async def test_on_telegram_an_unknown_answer_is_sent_at_most_three_times(sandbox: Sandbox, database: Database) -> None:
    person = sandbox.telegram.person()
    sandbox.telegram.start(person, wait=False)
    sandbox.order_fault("telegram", "cut", "sendMessage", times=9)
    number = store(database, str(person), **chat(), kind=OutboxKind.ANSWER)
    async with delivering(database, telegram(sandbox)):
        assert await ended(database, number) == ["unknown"]
    assert len(outcome_of(sandbox, "sendMessage")) == 3


async def test_a_press_answer_that_comes_too_late_is_not_sent(sandbox: Sandbox, database: Database) -> None:
    late = {"kind": OutboxKind.PRESS_ANSWER, "way": Way.PRESS_ANSWER, "token": "1", "not_after": real_now()}
    number = store(database, "7", **{**chat(), **late})
    async with delivering(database, telegram(sandbox)):
        assert await ended(database, number) == ["expired"]
    assert outcome_of(sandbox, "answerCallbackQuery") == []


async def test_who_blocked_the_bot_or_is_gone_is_remembered_as_such(sandbox: Sandbox, database: Database) -> None:
    person = sandbox.telegram.person()
    sandbox.telegram.start(person, wait=False)
    sandbox.telegram.block(person, wait=False)
    nobody = "U" + 32 * "0"
    ids = [
        database.write(lambda c, a=address: accounts.add(c, *a, real_now())).result().id
        for address in ((ChannelName.TELEGRAM, "42", str(person)), (ChannelName.LINE, "bot", nobody))
    ]
    numbers = [store(database, str(person), **chat(), account_id=ids[0]), store(database, nobody, account_id=ids[1])]
    async with delivering(database, telegram(sandbox), line(sandbox)):
        assert await ended(database, *numbers) == ["refused", "refused"]
    assert [database.read(lambda c, i=i: accounts.get(c, i).state).result() for i in ids] == ["blocked", "gone"]


async def test_a_halted_channel_waits_and_goes_on_by_itself(
    sandbox: Sandbox, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outcomes, "HALT_DELAY", 1.0)
    sandbox.order_fault("line", "401", PUSH)
    number = store(database, friend(sandbox))
    async with delivering(database, line(sandbox)) as sending:
        while not sending.halted:
            assert row(database, number).state != OutboxState.ACCEPTED, "it was never halted"
            await asyncio.sleep(0.05)
        assert row(database, number).state in {OutboxState.WAITING, OutboxState.SENDING}
        assert await ended(database, number) == ["accepted"]
        assert sending.halted == {}


async def test_the_calls_of_a_dead_process_are_taken_over_and_counted_as_perhaps_sent(
    sandbox: Sandbox, database: Database
) -> None:
    dead = {"state": OutboxState.SENDING, "leased_by": "dead", "attempts": 1, "first_tried_at": real_now()}
    over = store(database, friend(sandbox), **dead, leased_until=real_now() - timedelta(seconds=1))
    running = store(database, friend(sandbox), **dead, leased_until=real_now() + timedelta(seconds=60))
    async with delivering(database, line(sandbox)):
        assert await ended(database, over) == ["accepted"]
        if database.is_sqlite:  # the file's lock says that no other process lives
            assert await ended(database, running) == ["accepted"]
        else:
            assert row(database, running).state == OutboxState.SENDING
    assert row(database, over).was_unknown


def test_a_lease_outlasts_a_call_and_leaves_a_reply_token_time_for_another_try() -> None:
    call_seconds = Line.__init__.__kwdefaults__["deadline"]
    assert delivery.FRESH_SECONDS + call_seconds < pacing.LEASE.total_seconds()
    assert pacing.LEASE.total_seconds() < limits.REPLY_SECONDS - call_seconds


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # PostgreSQL has no lock over the whole database
async def test_an_end_that_could_not_be_written_is_written_later_and_the_call_not_made_again(
    sandbox: Sandbox, database: Database
) -> None:
    number = store(database, friend(sandbox))
    sandbox.order_fault("line", "slow", PUSH, seconds=0.8)
    async with delivering(database, line(sandbox, deadline=5.0)):
        threading.Thread(target=hold, args=(database.url.database, 0.4, 7.0)).start()
        assert await ended(database, number, seconds=30) == ["accepted"]
    assert [status for status, _ in outcome_of(sandbox, PUSH)] == [200]


def hold(path: str, after: float, seconds: float) -> None:
    """Lock the file as another program would, for longer than our own patience of five seconds."""
    time.sleep(after)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    time.sleep(seconds)
    other.execute("ROLLBACK")
    other.close()


async def test_the_end_states_add_up(sandbox: Sandbox, database: Database) -> None:
    nobody, over = "U" + 32 * "0", {"not_after": real_now() - timedelta(seconds=1)}
    numbers = [store(database, friend(sandbox)), store(database, nobody), store(database, friend(sandbox), **over)]
    async with delivering(database, line(sandbox)):
        states = await ended(database, *numbers)
    assert states == ["accepted", "refused", "expired"]
    assert set(states) <= outbox.END_STATES
    assert database.read(outbox.count_open).result() == {}


class Stumbling:
    """A sender with a mistake in it: its first call raises."""

    name, has_retry_key = ChannelName.LINE, True
    rates: Mapping[Way, float] = MappingProxyType({})

    def __init__(self) -> None:
        self.taken: list[Call] = []

    async def send(self, call: Call) -> Outcome:
        self.taken.append(call)
        if len(self.taken) == 1:
            raise LookupError("a mistake of ours")
        return Outcome(fate=Fate.ACCEPTED)


async def test_a_mistake_in_a_sender_loses_neither_its_call_nor_those_behind_it(database: Database) -> None:
    numbers = [store(database, "U1"), store(database, "U1")]
    sender = Stumbling()
    made = delivery.Delivery(database, Clock(), {ChannelName.LINE: sender}, lambda *_: None)
    running = asyncio.create_task(made.run())
    assert await ended(database, *numbers) == ["accepted", "accepted"]
    await made.stop()
    await running
    again = [call.key for call in sender.taken]
    assert sorted(again) == sorted([again[0], again[0], again[1]])
    assert row(database, numbers[0]).was_unknown


async def test_a_failing_look_for_calls_is_not_the_last(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    claim, looks = claims.claim_due, []

    def fail_once(*given: Any, **more: Any) -> Any:
        looks.append(1)
        if len(looks) == 1:
            raise ConflictError("40P01")
        return claim(*given, **more)

    monkeypatch.setattr(claims, "claim_due", fail_once)
    number = store(database, "U1")
    made = delivery.Delivery(database, Clock(), {ChannelName.LINE: Accepting()}, lambda *_: None)
    running = asyncio.create_task(made.run())
    assert await ended(database, number) == ["accepted"]
    await made.stop()
    await running


async def test_a_lease_that_its_own_process_never_heard_of_runs_out(database: Database) -> None:
    """As when the connection is lost while the commit that leased the call is under way."""
    made = delivery.Delivery(database, Clock(), {ChannelName.LINE: Accepting()}, lambda *_: None)
    late = real_now() - timedelta(seconds=1)
    leased = {"state": OutboxState.SENDING, "attempts": 1, "leased_by": made.owner, "leased_until": late}
    number = store(database, "U1", **leased)
    running = asyncio.create_task(made.run())
    assert await ended(database, number) == ["accepted"]
    await made.stop()
    await running


def test_a_call_in_hand_is_not_claimed_again_when_its_lease_has_run_out(database: Database) -> None:
    late = real_now() - timedelta(seconds=1)
    leased = {"state": OutboxState.SENDING, "attempts": 1, "leased_by": "me", "leased_until": late}
    in_hand, lost = store(database, "U1", **leased), store(database, "U2", **leased)
    lines, lease = [ChannelName.LINE], timedelta(seconds=30)
    claimed = database.write(
        lambda c: claims.claim_due(c, "me", lines, real_now(), lease, 9, alone=database.is_sqlite, held=[in_hand])
    ).result()
    assert [call.id for call in claimed] == [lost]
