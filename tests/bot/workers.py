"""Worker processes for tests: each works the inbox off for a platform that is slow and writes down what it took."""

import asyncio
import multiprocessing
import os
import random
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot import dispatch
from bot.worker import Worker
from handlers.messages import Call, Fate, Outcome, Way
from scheduler import delivery
from scheduler.delivery import Delivery
from storage.clock import Clock
from storage.database import Database
from storage.facts import ChannelName
from tests.bot.desk import Accepting
from tests.town import Town

SLOWEST = 0.03  # seconds that the platform takes for a call
MANY_MESSAGES = 100_000


class Slow(Accepting):
    """A platform that answers late and unevenly, and appends one line a call: token and process."""

    def __init__(self, taken: Path) -> None:
        super().__init__()
        self._taken = os.open(taken, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    async def send(self, call: Call) -> Outcome:
        if call.way is Way.WAITING_SIGN:
            return await super().send(call)
        await asyncio.sleep(random.uniform(0, SLOWEST))
        os.write(self._taken, f"{call.token} {os.getpid()}\n".encode())
        await asyncio.sleep(random.uniform(0, SLOWEST))
        return Outcome(fate=Fate.ACCEPTED)


def start(url: str, taken: Path, count: int, lease: timedelta) -> list[Any]:
    """Start worker processes; they run until they are killed."""
    forking = multiprocessing.get_context("forkserver")
    forking.set_forkserver_preload([__name__])  # the libraries are loaded once, not by each process
    processes = [forking.Process(target=work, args=(url, taken, lease), daemon=True) for _ in range(count)]
    for process in processes:
        process.start()
    return processes


def work(url: str, taken: Path, lease: timedelta) -> None:
    """Be one worker process, with leases of a length of its own."""
    delivery.LEASE = dispatch.LEASE = lease
    delivery.FRESH_SECONDS = lease.total_seconds() / 2
    try:
        asyncio.run(_work(url, taken))
    except KeyboardInterrupt:
        sys.exit(1)


async def _work(url: str, taken: Path) -> None:
    database, clock = Database(url), Clock()
    town = Town(database)
    town.programme = replace(town.programme, limits=replace(town.programme.limits, messages_a_minute=MANY_MESSAGES))
    sender = Delivery(database, clock, {ChannelName.LINE: Slow(taken)}, lambda *_: None)
    worker = Worker(database, replace(town.house, clock=clock), sender)
    (taken.parent / f"ready-{os.getpid()}").touch()
    await asyncio.gather(sender.run(), worker.run(), worker.listen())
