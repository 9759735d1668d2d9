"""Broadcasts from armed to finished on the wire: strict platforms over HTTP, both databases."""

from collections.abc import Iterator

import pytest

from bot.sandbox.server import Sandbox
from storage.database import Database
from storage.facts import BroadcastState
from tests.scheduler.post import line
from tests.scheduler.telling import (
    arm,
    became,
    calls_of,
    clock_at,
    facts,
    friends,
    telling,
    until_ended,
)

MULTICAST, PUSH = "message/multicast", "message/push"


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
