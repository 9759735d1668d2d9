"""Who follows a verified account is taken in whole, once, and goes on where it was cut off."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest

from bot.channels.line.account import Account
from bot.channels.line.channel import Line
from bot.sandbox.server import Sandbox
from handlers import burying
from scheduler import followers
from scheduler.followers import NotListedError, NotVerifiedError, Progress
from storage import accounts, reach
from storage.clock import Clock, real_now
from storage.database import Database
from storage.facts import AccountState, ChannelName, Reach
from tests.scheduler import post

LIST = "followers/ids"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.running() as running:
        running.line.settings(verified=True)
        yield running


@pytest.fixture
async def line(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Line]:
    monkeypatch.setattr(Account.followers, "__defaults__", ("", 5))  # five a page instead of a thousand
    opened = post.line(sandbox, deadline=5.0)
    await opened.open()
    yield opened
    await opened.close()


def friends(sandbox: Sandbox, number: int) -> list[str]:
    keys = [sandbox.line.person() for _ in range(number)]
    for key in keys:
        sandbox.line.follow(key, hold=True)
    return keys


def hashed(words: str) -> str:
    return f"<{words[::-1]}>"


async def take_in(database: Database, line: Line) -> Progress:
    return await followers.take_in(database, Clock(), line, hashed)


def standing(database: Database) -> dict[Reach, int]:
    found = database.read(reach.find_all).result().get(ChannelName.LINE, {})
    return {one: number for one, number in found.items() if number}


async def test_all_pages_are_taken_in_once(sandbox: Sandbox, database: Database, line: Line) -> None:
    friends(sandbox, 12)
    done = await take_in(database, line)
    assert (done.listed, done.new, bool(done.done_at)) == (12, 12, True)
    assert standing(database) == {Reach.FOLLOWED: 12}
    again = await take_in(database, line)
    assert (again.listed, again.new) == (12, 0)
    assert standing(database) == {Reach.FOLLOWED: 12}


async def test_a_list_that_was_cut_off_goes_on_at_the_same_page(
    sandbox: Sandbox, database: Database, line: Line
) -> None:
    friends(sandbox, 12)
    tell_after_one = _order_a_fault(sandbox)
    with pytest.raises(NotListedError):
        await followers.take_in(database, Clock(), line, hashed, tell_after_one)
    assert standing(database) == {Reach.FOLLOWED: 5}
    done = await take_in(database, line)
    assert (done.listed, done.new) == (12, 12)
    answered = [call for call in sandbox.calls() if call["name"] == LIST and call["status"] == 200]
    assert len(answered) == 3  # no page was asked for twice
    late = Clock(source=lambda: real_now() + timedelta(days=8))
    assert (await followers.take_in(database, late, line, hashed)).listed == 12


def _order_a_fault(sandbox: Sandbox):  # type: ignore[no-untyped-def]
    return lambda progress: sandbox.order_fault("line", "500", LIST) if progress.listed == 5 else None


async def test_who_blocked_before_and_follows_now_is_reached_again_and_who_blocks_later_is_not(
    sandbox: Sandbox, database: Database, line: Line
) -> None:
    before, after = friends(sandbox, 2)
    bot_id, now = await line.find_bot_id(), real_now()

    def unit(connection):  # type: ignore[no-untyped-def]
        for key, at in ((before, now - timedelta(days=3)), (after, now + timedelta(hours=1))):
            account = accounts.add(connection, ChannelName.LINE, bot_id, key, now)
            accounts.mark_unreachable(connection, account.id, AccountState.BLOCKED, at, state_at=at)

    database.write(unit).result()
    assert (await take_in(database, line)).new == 0
    assert standing(database) == {Reach.FOLLOWED: 1, Reach.BLOCKED: 1}


async def test_who_was_buried_and_follows_again_is_known(sandbox: Sandbox, database: Database, line: Line) -> None:
    (key,) = friends(sandbox, 1)
    bot_id = await line.find_bot_id()

    def unit(connection):  # type: ignore[no-untyped-def]
        account = accounts.add(connection, ChannelName.LINE, bot_id, key, real_now())
        accounts.bury(connection, account.id, burying.hash_of(hashed, ChannelName.LINE, bot_id, key))
        return account.id

    number = database.write(unit).result()
    assert (await take_in(database, line)).new == 0
    assert database.read(lambda c: accounts.get(c, number)).result().key == key
    assert standing(database) == {Reach.FOLLOWED: 1}


async def test_an_account_that_is_not_verified_lists_nobody_and_is_asked_again_in_a_week(
    sandbox: Sandbox, database: Database, line: Line
) -> None:
    friends(sandbox, 3)
    sandbox.line.settings(verified=False)
    with pytest.raises(NotVerifiedError):
        await take_in(database, line)
    kept = database.read(followers.find_progress).result()
    assert kept is not None
    assert (kept.is_verified, bool(kept.done_at)) == (False, True)
    await followers._take_in_when_due(database, Clock(), line, hashed)
    assert [call["status"] for call in sandbox.calls() if call["name"] == LIST] == [403]
    assert standing(database) == {}
