"""LINE tells a general notice to all its friends once, whatever happens on the way; whom, nobody here can tell."""

import asyncio
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.channels.line.channel import Line
from bot.sandbox.server import Sandbox
from handlers import messages
from handlers.messages import Text, Way
from storage import friends
from storage.database import Database
from storage.facts import Audience, BroadcastState, ChannelName
from storage.outbox import OUTBOX, OutboxState
from tests.scheduler import post
from tests.scheduler.telling import House, arm, became, calls_of, clock_at, facts, lead, set_state, telling, until_ended
from tests.scheduler.telling import friends as known

ALL = Audience(channels=(ChannelName.LINE,), friends=True, by_line_itself=True)
CALL = "message/broadcast"


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    monkeypatch.setattr(Line, "rates", {**Line.rates, Way.BROADCAST: 20.0})  # or a second try waits a minute
    with Sandbox.running() as running:
        yield running


def phones(sandbox: Sandbox, number: int) -> list[str]:
    keys = [sandbox.line.person() for _ in range(number)]
    for key in keys:
        sandbox.line.follow(key, hold=True)
    return keys


def read_on(sandbox: Sandbox, key: str) -> list[str]:
    return [one["text"] for one in sandbox.line.screen(key)["messages"] if one["from"] != "me"]


def seal(database: Database, sandbox: Sandbox, number: int) -> None:
    """Lead the broadcast on as far as it goes without sending."""
    for _ in range(3):
        lead(database, House({ChannelName.LINE: post.line(sandbox)}, clock_at()), number)


def found(database: Database, number: int) -> friends.FriendsCallFacts:
    call = database.read(lambda c: friends.find(c, number)).result()
    assert call is not None
    return call


@pytest.mark.parametrize("fault", [None, "500", "accepted-no-answer", "reset"])
async def test_every_friend_reads_it_once_whatever_happens_to_the_call(
    database: Database, sandbox: Sandbox, fault: str | None
) -> None:
    keys, stranger = phones(sandbox, 4), sandbox.line.person()
    known(database, keys[:2])  # who is known here is told by the same call, not by another as well
    if fault:
        sandbox.order_fault("line", fault, CALL)
    number = arm(database, {"ja": "大事なお知らせ"}, audience=ALL)
    async with telling(database, clock_at(), post.line(sandbox)):
        await until_ended(database, number)
    assert [read_on(sandbox, key) for key in keys] == [["大事なお知らせ"]] * 4
    assert read_on(sandbox, stranger) == []
    assert facts(database, number).state is BroadcastState.FINISHED
    assert (found(database, number).state, became(database, number)) == (OutboxState.ACCEPTED, {})
    assert sandbox.line.settings()["used"] == 4
    assert len({call["key"] for call in sandbox.calls() if call["name"] == CALL}) == 1


def test_one_call_is_stored_for_nobody_in_particular(database: Database, sandbox: Sandbox) -> None:
    number = arm(database, audience=ALL)
    seal(database, sandbox, number)
    (row,) = calls_of(database, number)
    assert (row.way, row.to_key, row.account_id) == (Way.BROADCAST, "", None)
    assert row.retry_key
    assert timedelta(hours=5, minutes=59) < row.not_after - row.made_at <= timedelta(hours=6)
    assert facts(database, number).state is BroadcastState.SENDING


def test_what_takes_more_than_one_call_pauses_and_stores_nothing(database: Database, sandbox: Sandbox) -> None:
    long = messages.dump([Text("x" * 4_000)] * 6)
    number = arm(database, written={"ja": long}, audience=ALL)
    seal(database, sandbox, number)
    assert facts(database, number).state is BroadcastState.PAUSED
    assert "calls" in facts(database, number).paused_why
    assert calls_of(database, number) == []


async def test_a_broadcast_that_is_stopped_before_its_call_tells_nobody(database: Database, sandbox: Sandbox) -> None:
    keys, number = phones(sandbox, 2), arm(database, audience=ALL)
    seal(database, sandbox, number)
    set_state(database, number, BroadcastState.STOPPED)
    async with telling(database, clock_at(), post.line(sandbox)):
        ends = time.monotonic() + 20
        while found(database, number).is_open:
            assert time.monotonic() < ends
            await asyncio.sleep(0.05)
    assert found(database, number).state is OutboxState.SKIPPED
    assert [read_on(sandbox, key) for key in keys] == [[], []]


async def test_a_month_without_room_tells_nobody_and_waits(database: Database, sandbox: Sandbox) -> None:
    keys, number = phones(sandbox, 3), arm(database, audience=ALL)
    sandbox.line.settings(quota=2)
    async with telling(database, clock_at(), post.line(sandbox)) as sending:
        ends = time.monotonic() + 20
        while ChannelName.LINE not in sending.halted:
            assert time.monotonic() < ends
            await asyncio.sleep(0.05)
    assert [read_on(sandbox, key) for key in keys] == [[], [], []]
    assert found(database, number).is_open
    assert database.read(lambda c: c.execute(select(OUTBOX.c.retry_key)).scalar()).result()
