"""Platforms that fail for seconds on end: no busy loop, no more calls than they permit, replies first, all adds up."""

import asyncio
import contextlib
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest

from bot.channels.line.channel import Line
from bot.channels.telegram.channel import Telegram
from bot.sandbox.server import Sandbox
from scheduler import outcomes
from scheduler.pacing import Pacer
from storage.database import Database
from tests.scheduler.post import TELEGRAM_TOKEN, ended, line, reply, store
from tests.scheduler.telling import TELEGRAM, arm, became, clock_at, friends, telling, until_ended

MULTICAST, REPLY, MESSAGE = "message/multicast", "message/reply", "sendMessage"
STORM = ("429", "500", "timeout", "drip", "cut", "reset")
RETRY_AFTER = 2  # seconds
SECONDS = 3.0
LITTLE = 0.25
"""Of one processor, with the played platform in the same process: a loop without a rest would take all of it."""


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.running() as running:
        running.line.settings(quota=None)
        yield running


@contextlib.asynccontextmanager
async def using_little() -> AsyncIterator[None]:
    """Let the storm rage to the end of its seconds; fail if it kept the processor busy."""
    began, used = time.monotonic(), time.process_time()
    yield
    await asyncio.sleep(began + SECONDS - time.monotonic())
    share = (time.process_time() - used) / (time.monotonic() - began)
    assert share < LITTLE, f"{share:.0%} of a processor"


def calls_named(sandbox: Sandbox, name: str) -> list[dict[str, Any]]:
    return [call for call in sandbox.calls() if call["name"] == name]


def times(call: dict[str, Any]) -> tuple[float, float]:
    """Give when a call came, and when it was answered."""
    answered = datetime.fromisoformat(call["at"]).timestamp()
    return answered - call["took_ms"] / 1000, answered


def tries(calls: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Sort calls by their retry key: each stored call's tries, in their order."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for call in calls:
        found[call["key"]].append(call)
    return list(found.values())


async def test_a_storm_on_line_makes_no_busy_loop_no_early_try_and_no_late_reply_and_all_are_told_once(
    sandbox: Sandbox, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Line, "multicast_limit", 3)
    keys = [sandbox.line.person() for _ in range(24)]
    for key in keys:
        sandbox.line.follow(key, hold=True)
    friends(database, keys)
    for fault in STORM * 50:
        sandbox.order_fault("line", fault, MULTICAST, seconds=0.2)
    token = sandbox.line.text(keys[0], "hello", hold=True)["event"]["replyToken"]
    number = arm(database)
    async with telling(database, clock_at(), line(sandbox)):
        async with using_little():
            await asyncio.sleep(1.0)
            stored, asked = store(database, keys[0], **reply(token)), time.monotonic()
            assert await ended(database, stored) == ["accepted"]
            assert time.monotonic() - asked < 2.5
        assert set(STORM) <= {call["fault"] for call in calls_named(sandbox, MULTICAST)}
        sandbox.clear_faults()
        await until_ended(database, number)
    assert became(database, number) == {"accepted": 24}
    for calls in tries(calls_named(sandbox, MULTICAST)):
        came = [times(call)[0] for call in calls]
        gaps = [after - before for before, after in pairwise(came)]
        assert all(gap > outcomes.FIRST_DELAY * 2**number for number, gap in enumerate(gaps)), gaps


async def test_while_telegram_asks_for_a_rest_no_call_is_begun(
    sandbox: Sandbox, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [sandbox.telegram.person() for _ in range(30)]
    for person in people:
        sandbox.telegram.text(person, "/start", hold=True)
    friends(database, [str(person) for person in people], TELEGRAM)
    sandbox.order_fault("telegram", "429", MESSAGE, after=3, times=1_000, retry_after=RETRY_AFTER)
    number = arm(database)
    slow = Telegram(token=TELEGRAM_TOKEN, webhook_secret="s", api_url=sandbox.telegram_url, rate=10)
    begun = moments_of(slow.send, lambda noting: monkeypatch.setattr(slow, "send", noting))
    asked = moments_of(Pacer.hold, lambda noting: monkeypatch.setattr(Pacer, "hold", noting))
    async with telling(database, clock_at(), slow):
        async with using_little():
            pass
        sandbox.clear_faults()
        await until_ended(database, number)
    assert became(database, number) == {"accepted": 30}
    assert asked[-1] - asked[0] > RETRY_AFTER, "Telegram was asked once and never again"
    assert not [(rest, call) for rest in asked for call in begun if rest < call < rest + RETRY_AFTER]


def moments_of(original: Callable[..., Any], put: Callable[[Callable[..., Any]], None]) -> list[float]:
    """Put something in a function's place that notes when it is called, and calls it."""
    moments: list[float] = []

    def noting(*given: Any) -> Any:
        moments.append(time.monotonic())
        return original(*given)

    put(noting)
    return moments
