"""A broadcast to many: calls do not wait for what is written of others."""

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.channels.line.channel import Line
from handlers.messages import Call, Fate, Outcome, Way
from scheduler.pacing import AT_ONCE, SEATS
from storage import outbox
from storage.database import Database
from storage.outbox import OUTBOX
from tests.scheduler.telling import (
    LINE,
    arm,
    became,
    clock_at,
    friends,
    line_key,
    telling,
    until_ended,
)

IN_HAND, IN_FLIGHT = SEATS[LINE, Way.MULTICAST], AT_ONCE[LINE, Way.MULTICAST]


class Platform(Line):
    """LINE's rendering, and a platform that takes every call once its gate is open."""

    def __init__(self) -> None:
        super().__init__(bot_id="bot", channel_secret="secret", access_token="token")
        self.gate, self.in_flight, self.most, self.taken = asyncio.Event(), 0, 0, 0

    async def send(self, call: Call) -> Outcome:
        self.in_flight += 1
        self.most = max(self.most, self.in_flight)
        await self.gate.wait()
        await asyncio.sleep(0)
        self.in_flight -= 1
        self.taken += 1
        return Outcome(fate=Fate.ACCEPTED)


def in_hand(database: Database) -> int:
    leased = select(func.count()).select_from(OUTBOX).where(OUTBOX.c.state == "sending")
    return int(database.read(lambda c: c.execute(leased).scalar_one()).result())


async def until(happened: Callable[[], bool], seconds: float = 30.0) -> None:
    late = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < late
        await asyncio.sleep(0.02)


async def test_the_next_calls_are_made_while_the_ends_of_the_last_are_not_written_yet(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Line, "multicast_limit", 2)
    friends(database, [line_key(number) for number in range(2 * IN_HAND)])
    platform, may_write, mark_ended = Platform(), threading.Event(), outbox.mark_ended

    def held(*place: Any, **notes: Any) -> bool:
        assert may_write.wait(30)
        return mark_ended(*place, **notes)

    monkeypatch.setattr(outbox, "mark_ended", held)
    number = arm(database)
    async with telling(database, clock_at(), platform):
        await until(lambda: in_hand(database) > IN_FLIGHT == platform.in_flight)
        platform.gate.set()
        await until(lambda: platform.taken > IN_FLIGHT)
        assert became(database, number) == {"sealed": 2 * IN_HAND}
        may_write.set()
        await until_ended(database, number)
    assert platform.most == IN_FLIGHT
    assert became(database, number) == {"accepted": 2 * IN_HAND}
