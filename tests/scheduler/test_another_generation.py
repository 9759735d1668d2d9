"""A database that was put back sends nothing but replies until it is armed again."""

import asyncio

from scheduler.delivery import Delivery
from storage import generations
from storage.clock import Clock
from storage.database import Database
from storage.facts import ChannelName
from storage.outbox import OutboxKind
from tests.bot.desk import Accepting
from tests.scheduler.post import ended, reply, row, store
from tests.scheduler.seats import DAY_BEFORE_AT, Hall
from tests.town import Town


async def test_replies_go_out_and_pushes_wait_until_the_generation_is_remembered(database: Database) -> None:
    started = database.write(generations.start).result()
    push, post = store(database, "U1"), store(database, "@city", kind=OutboxKind.POST)
    answer = store(database, "U1", **reply("token"))
    await _deliver(database, "another", answer)
    assert [row(database, number).state for number in (push, post, answer)] == ["waiting", "waiting", "accepted"]
    await _deliver(database, started, push, post)
    assert [row(database, number).state for number in (push, post)] == ["accepted", "accepted"]


async def _deliver(database: Database, remembered: str, *numbers: int) -> None:
    """Let a process that remembers a generation work until some calls have ended."""
    made = Delivery(database, Clock(), {ChannelName.LINE: Accepting()}, lambda *_: None, remembered)
    running = asyncio.create_task(made.run())
    await ended(database, *numbers)
    await made.stop()
    await running


def test_no_notice_is_sealed_in_a_database_that_was_put_back(town: Town) -> None:
    hall = Hall(town)
    hall.seat(hall.event(), town.citizen())
    town.now = DAY_BEFORE_AT
    town.database.write(generations.start).result()
    assert hall.seal() == []
    assert hall.calls() == []
