"""LINE tells a general notice to all its friends once, whatever happens on the way; whom, nobody here can tell."""

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.sandbox.server import Sandbox
from handlers import messages
from handlers.messages import Text, Way
from scheduler import friends as sealing
from scheduler.friends import CannotBeToldError
from storage import friends
from storage.clock import real_now
from storage.database import Database
from storage.facts import Audience, BroadcastState, ChannelName
from storage.outbox import OUTBOX, OutboxState
from tests.rules.broadcast_facts import broadcast, content
from tests.scheduler import post

ALL = Audience(channels=(ChannelName.LINE,), friends=True, by_line_itself=True)
WORDS = "1月26日(水)にセミナーがあります。"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.running() as running:
        yield running


def a_notice(*said: messages.Message) -> Any:
    now = real_now()
    texts = {"ja": messages.dump(said or (Text(WORDS),))}
    told = content(audience=ALL, texts=texts, send_at=now, not_after=now + timedelta(hours=2))
    return broadcast(BroadcastState.SENDING, content=told)


def seal(database: Database, sandbox: Sandbox, notice: Any) -> bool:
    line, now = post.line(sandbox), real_now()
    return database.write(lambda c: sealing.seal(c, line, notice, now=now, real_now=now)).result()


def found(database: Database) -> friends.FriendsCallFacts:
    call = database.read(lambda c: friends.find(c, 1)).result()
    assert call is not None
    return call


def phones(sandbox: Sandbox, number: int) -> list[str]:
    keys = [sandbox.line.person() for _ in range(number)]
    for key in keys:
        sandbox.line.follow(key, hold=True)
    return keys


def read_on(sandbox: Sandbox, key: str) -> list[str]:
    return [one["text"] for one in sandbox.line.screen(key)["messages"] if one["from"] != "me"]


@pytest.mark.parametrize("fault", [None, "500", "accepted-no-answer", "reset"])
async def test_every_friend_reads_it_once_whatever_happens_to_the_call(
    database: Database, sandbox: Sandbox, fault: str | None
) -> None:
    keys, stranger = phones(sandbox, 4), sandbox.line.person()
    if fault:
        sandbox.order_fault("line", fault, "message/broadcast")
    assert seal(database, sandbox, a_notice())
    assert not seal(database, sandbox, a_notice())
    async with post.delivering(database, post.line(sandbox)):
        assert await post.ended(database, found(database).outbox_id) == ["accepted"]
    assert [read_on(sandbox, key) for key in keys] == [[WORDS]] * 4
    assert read_on(sandbox, stranger) == []
    assert not found(database).is_open
    assert sandbox.line.settings()["used"] == 4


def test_one_call_is_stored_for_nobody_in_particular(database: Database, sandbox: Sandbox) -> None:
    seal(database, sandbox, a_notice())
    row = database.read(lambda c: c.execute(select(OUTBOX)).one()).result()
    assert (row.way, row.to_key, row.account_id) == (Way.BROADCAST, "", None)
    assert row.retry_key
    assert timedelta(minutes=119) < row.not_after - row.made_at <= timedelta(hours=2)


def test_what_takes_more_than_one_call_is_not_begun(database: Database, sandbox: Sandbox) -> None:
    with pytest.raises(CannotBeToldError):
        seal(database, sandbox, a_notice(*[Text("x" * 4_000)] * 6))
    assert database.read(lambda c: friends.find(c, 1)).result() is None


def test_one_that_was_not_tried_yet_can_be_withdrawn(database: Database, sandbox: Sandbox) -> None:
    seal(database, sandbox, a_notice())
    assert database.write(lambda c: sealing.withdraw(c, 1, real_now())).result()
    assert found(database).state is OutboxState.SKIPPED
    assert not database.read(lambda c: sealing.is_open(c, 1)).result()


async def test_a_month_without_room_tells_nobody_and_waits(database: Database, sandbox: Sandbox) -> None:
    keys = phones(sandbox, 3)
    sandbox.line.settings(quota=2)
    seal(database, sandbox, a_notice())
    async with post.delivering(database, post.line(sandbox)) as sending:
        ends = time.monotonic() + 10
        while ChannelName.LINE not in sending.halted:
            assert time.monotonic() < ends
            await post.asyncio.sleep(0.05)
    assert [read_on(sandbox, key) for key in keys] == [[], [], []]
    assert found(database).is_open
