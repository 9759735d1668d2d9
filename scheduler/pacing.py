"""Claims the calls that nobody waits for, as fast as their platform allows, each with its moment. Makes no call."""

import asyncio
import contextlib
from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import Connection

from handlers.messages import Sender, Way
from scheduler import ending
from storage import batches, budgets, claims, generations
from storage.clock import Clock
from storage.database import Database
from storage.facts import ChannelName
from storage.outbox import StoredCall

LEASE = timedelta(seconds=30)  # outlasts any call; a dead process's reply tokens still work when it has run out
POLL_SECONDS = 1.0
SEATS = {
    (ChannelName.LINE, Way.PUSH): 40,
    (ChannelName.LINE, Way.MULTICAST): 8,
    (ChannelName.LINE, Way.BROADCAST): 1,
    (ChannelName.TELEGRAM, Way.PUSH): 12,
}
"""Calls in hand at once, beside those of the replies: few, for a kill leaves those to Telegram unknown."""
AT_ONCE = {(ChannelName.LINE, Way.MULTICAST): 4}
"""Calls being made at once where more are in hand: the next need not wait until the end of one is written."""


def budget_name(channel: ChannelName, way: Way) -> str:
    """Name the budget of one endpoint."""
    return f"{channel}:{way}"


class Pacer:
    """The calls of one channel and way in one process."""

    def __init__(self, database: Database, clock: Clock, owner: str, generation: str, sender: Sender, way: Way) -> None:
        self._database, self._clock, self._owner, self._generation = database, clock, owner, generation
        self._sender, self._way = sender, way
        self._seats, self._in_hand = SEATS.get((sender.name, way), 10), 0
        self.flight = asyncio.Semaphore(AT_ONCE.get((sender.name, way), self._seats))
        self._unasked = 0  # replies made since the last portion: the platform counts them, and they never ask
        self._woken = asyncio.Event()
        self._held_until = 0.0

    async def claim(self, in_hand: Collection[int]) -> tuple[list[tuple[StoredCall, float]], float]:
        """Claim what may be made soon, each call with the seconds until then; and say how long to rest then.

        ``in_hand`` are calls that this process still has under a lease that may have run out.
        """
        free = self._seats - self._in_hand
        if free < self._seats / 2:  # half at a time: a transaction for each call would cost more than the call
            return [], POLL_SECONDS
        unasked = self._unasked
        claimed, rest = await asyncio.wrap_future(self._database.write(lambda c: self._take(c, free, unasked, in_hand)))
        self._unasked -= unasked
        self._in_hand += len(claimed)
        return claimed, rest

    def _take(
        self, connection: Connection, free: int, unasked: int, in_hand: Collection[int]
    ) -> tuple[list[tuple[StoredCall, float]], float]:
        """Hold calls, ask the budget for so many, and lease those that it allows, in one transaction."""
        if not batches.has_paced(connection, self._sender.name, self._way):
            return [], POLL_SECONDS
        if not generations.is_armed(connection, self._generation):
            return [], POLL_SECONDS
        now, name = self._clock.real(), budget_name(self._sender.name, self._way)
        sendable = ending.list_sendable(connection, self._generation, self._clock.now())
        alone, gap = self._database.is_sqlite, timedelta(seconds=self._sender.chat_seconds)
        place = (self._sender.name, self._way, sendable)
        held = batches.hold_paced(connection, self._owner, *place, now, free, alone=alone, held=in_hand, chat_gap=gap)
        portion = budgets.take(connection, name, self._sender.rates[self._way], len(held), now, already=unasked)
        calls = claims.lease_held(connection, held[: len(portion.after)], self._owner, now, LEASE)
        is_held_up = len(portion.after) < len(held)
        rest = min(portion.wait, POLL_SECONDS) if is_held_up else POLL_SECONDS
        return list(zip(calls, portion.after, strict=True)), rest

    def hold(self, seconds: float) -> None:
        """Let the calls in hand wait: the platform said so. The others wait for the budget, in every process."""
        self._held_until = asyncio.get_running_loop().time() + seconds

    @property
    def held_seconds(self) -> float:
        """How long the calls in hand still have to wait; not above 0 for not at all."""
        return self._held_until - asyncio.get_running_loop().time()

    def note_unasked(self) -> None:
        """Note a reply that is made without asking."""
        self._unasked += 1

    def free_seat(self) -> None:
        """Take note that one call is out of hand."""
        self._in_hand -= 1
        if self._in_hand <= self._seats / 2:
            self.wake()

    def wake(self) -> None:
        """End a rest: there is something to do."""
        self._woken.set()

    async def rest(self, seconds: float) -> None:
        """Wait some seconds, or until woken."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), seconds)
        self._woken.clear()
