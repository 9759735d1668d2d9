"""Webhooks that come together are stored together: few commits, and nobody suffers for another's event."""

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, select

from bot import intake
from bot.intake import Intake
from storage import inbox
from storage.database import Database, StorageUnavailableError
from storage.facts import ChannelName
from storage.inbox import INBOX, NewEvent

NOW = datetime(2022, 1, 20, 3, tzinfo=UTC)


def an_event(number: int, raw: str = "{}") -> NewEvent:
    token = {"reply_token": f"token{number}", "reply_until": NOW}
    return NewEvent(bot_id="bot", event_id=f"e{number}", account_key=f"U{number}", occurred_at=NOW, raw=raw, **token)


def stored(database: Database) -> list[str]:
    def question(connection: Connection) -> list[str]:
        return list(connection.execute(select(INBOX.c.event_id).order_by(INBOX.c.id)).scalars())

    return database.read(question).result()


async def test_what_comes_at_once_is_stored_in_few_transactions(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    groups = []
    original = inbox.store_all
    monkeypatch.setattr(inbox, "store_all", lambda c, arrived: (groups.append(len(arrived)), original(c, arrived)))
    door = Intake(database)
    await asyncio.gather(*(door.store(ChannelName.LINE, [an_event(n)], NOW) for n in range(40)))
    assert sorted(stored(database)) == sorted(f"e{n}" for n in range(40))
    assert (sum(groups), len(groups) < 5) == (40, True)


async def test_a_webhook_that_comes_alone_waits_for_nobody(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "WINDOW_SECONDS", 60.0)
    async with asyncio.timeout(10):
        await Intake(database).store(ChannelName.LINE, [an_event(1)], NOW)
    assert stored(database) == ["e1"]


async def test_an_endless_stream_holds_up_nobody_for_longer_than_the_window(database: Database) -> None:
    door, coming = Intake(database), True

    async def stream() -> None:
        tasks, number = [], 0
        while coming:
            tasks.append(asyncio.create_task(door.store(ChannelName.LINE, [an_event(number := number + 1)], NOW)))
            await asyncio.sleep(0)
        await asyncio.gather(*tasks)

    streaming = asyncio.create_task(stream())
    async with asyncio.timeout(10):
        await door.store(ChannelName.LINE, [an_event(0)], NOW)
    coming = False
    await streaming
    assert "e0" in stored(database)


async def test_a_webhook_that_cannot_be_stored_keeps_no_other_from_it(database: Database) -> None:
    door = Intake(database)
    webhooks = [[an_event(1)], [an_event(2, raw=None)], [an_event(3)]]  # type: ignore[arg-type]
    told = await asyncio.gather(
        *(door.store(ChannelName.LINE, events, NOW) for events in webhooks), return_exceptions=True
    )
    assert [isinstance(one, Exception) for one in told] == [False, True, False]
    assert sorted(stored(database)) == ["e1", "e3"]


async def test_the_same_event_twice_in_one_group_is_stored_once(database: Database) -> None:
    door = Intake(database)
    await asyncio.gather(*(door.store(ChannelName.LINE, [an_event(1)], NOW) for _ in range(5)))
    assert stored(database) == ["e1"]


async def test_a_caller_that_hung_up_holds_nobody_up(database: Database) -> None:
    door = Intake(database)
    gone = asyncio.create_task(door.store(ChannelName.LINE, [an_event(1)], NOW))
    await asyncio.sleep(0)
    gone.cancel()
    await door.store(ChannelName.LINE, [an_event(2)], NOW)
    assert stored(database) == ["e1", "e2"]


async def test_a_closed_storage_is_told_to_all_and_the_window_is_short(database: Database) -> None:
    database.close()
    door = Intake(database)
    told = await asyncio.gather(
        *(door.store(ChannelName.LINE, [an_event(n)], NOW) for n in range(3)), return_exceptions=True
    )
    assert all(isinstance(one, StorageUnavailableError) for one in told)
    assert intake.WINDOW_SECONDS <= 0.005
