"""Stores what arrives and works each account's events off, one after another, each in its own transaction."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

import structlog
from sqlalchemy import Connection

from bot import dispatch, metrics
from bot.dispatch import Address, House
from bot.intake import Intake
from bot.waiting import WaitingSigns
from handlers.messages import Arrived
from scheduler.delivery import Delivery
from storage import inbox
from storage.database import ConflictError, Database, StorageUnavailableError
from storage.facts import ChannelName
from storage.inbox import NewEvent, StoredEvent

TRIES = 3  # of one event, before its account goes on without it
LOOK_SECONDS = 1.0  # between looks for events that nobody works on
ARRIVAL_SECONDS = 0.05  # between looks for what other processes have just stored
OVERLAP = 4  # looks that long ago are the start of the next one: numbers become visible out of order
ARRIVED_LIMIT = 64  # new events taken up at once; the rest are for the next look, or for another process
IDLE_HANDS = 8  # with so many accounts in work, others may take what is new
STORAGE_DELAY = 1.0  # seconds until a storage that was unavailable is tried again

log = structlog.get_logger()
Result = TypeVar("Result")


class Worker:
    """Takes events in and sees to it that each is handled once, in the platform's order for each account.

    A first try is not counted before it is made (that would cost a commit a message); from the first failure on, and
    for everything that waited when the program started, each try is counted first, in case it kills the process.
    Counted tries are made one at a time, so that only the message that killed the process is held against it.
    ``active`` is False in a process that only takes events in for others to work on.
    """

    def __init__(self, database: Database, house: House, delivery: Delivery, *, active: bool = True) -> None:
        self._database, self._house, self._delivery, self._active = database, house, delivery, active
        self._intake = Intake(database)
        self._woken: dict[Address, bool] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._one_suspect = asyncio.Lock()
        self._signs = WaitingSigns(lambda address: self._delivery.show_waiting(address[0], address[2]))

    async def take_in(self, channel: ChannelName, arrived: Sequence[Arrived]) -> None:
        """Store events and return once that is durable; StorageUnavailableError when they could not be stored."""
        if not arrived:
            return
        now = self._house.clock.real()
        events = [_new_event(one, now) for one in arrived]
        await self._intake.store(channel, events, now)
        for address in dict.fromkeys((channel, event.bot_id, event.account_key) for event in events):
            self.wake(address)

    async def recover(self) -> None:
        """Take up every event that still waits."""
        await self._look(careful=True)

    async def run(self) -> None:
        """Look now and then for events that nobody works on: another process stored them, or the one that did died."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                self._signs.look(await self._look(careful=False))
            except StorageUnavailableError as error:
                log.warning("storage_unavailable", error=str(error))
            except Exception as error:  # what another process stored must not wait for a restart
                log.error("inbox_not_read", error=type(error).__name__, exc_info=error)

    async def listen(self) -> None:
        """Take up what other processes have just stored, while this one has idle hands; only PostgreSQL has others."""
        seen: deque[int] = deque(maxlen=OVERLAP)
        while True:
            await asyncio.sleep(ARRIVAL_SECONDS)
            if len(self._woken) >= IDLE_HANDS:
                continue
            try:
                seen.append(await self._take_up_new(seen))
            except StorageUnavailableError:
                continue  # the slower look says so
            except Exception as error:
                log.error("inbox_not_read", error=type(error).__name__, exc_info=error)

    async def _take_up_new(self, seen: Sequence[int]) -> int:
        """Wake the accounts of new events, those in work here left out; gives the highest number seen."""
        if not seen:
            return await self._read(inbox.find_newest)
        arrived = await self._read(lambda c: inbox.list_arrived(c, seen[0], ARRIVED_LIMIT))
        for address in dict.fromkeys(address for _, address in arrived):
            if address not in self._woken:
                self.wake(address)
        return arrived[-1][0] if arrived else seen[-1]

    async def _look(self, *, careful: bool) -> list[Address]:
        """Take up what waits; gives whose it is, where it is worked on here."""
        waiting = await self._read(inbox.list_waiting_accounts)
        for address in waiting:
            self.wake(address, careful=careful)
        return [address for address in waiting if address in self._woken]

    def wake(self, address: Address, *, careful: bool = False) -> None:
        """See that an account's waiting events are worked off."""
        if not self._active or address[0] not in self._house.channels:
            return
        working = address in self._woken
        self._woken[address] = True
        if not working:
            task = asyncio.create_task(self._work(address, careful))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def settle(self) -> None:
        """Wait until nothing is being worked on."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def stop(self, patience: float = 10.0) -> None:
        """Take up no more, and give the work in hand some seconds to end; what waits, waits in the inbox."""
        self._active = False
        if self._tasks:
            _, late = await asyncio.wait(set(self._tasks), timeout=patience)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _work(self, address: Address, careful: bool) -> None:
        """Work one account off until nothing waits and nobody woke it again."""
        try:
            while self._woken[address]:
                self._woken[address] = False
                try:
                    careful = await self._work_off(address, careful)
                except StorageUnavailableError as error:
                    log.warning("storage_unavailable", error=str(error))
                    self._woken[address], careful = True, False  # a full disk must not use up a message's tries
                    await asyncio.sleep(STORAGE_DELAY)
        finally:
            del self._woken[address]

    async def _work_off(self, address: Address, careful: bool) -> bool:
        """Handle what waits; True after a failure, from which on each try is counted first."""
        try:
            while await self._step(address, careful):
                careful = False
        except StorageUnavailableError:
            raise
        except Exception as error:
            await self._note_failure(address, error, counted=careful)
            self._woken[address] = True
            return True
        return False

    async def _step(self, address: Address, careful: bool) -> bool:
        """Handle one event; False when no more wait."""
        if not careful:
            return await self._handle(address)
        async with self._one_suspect:
            return not await self._may_try(address) or await self._handle(address)

    async def _handle(self, address: Address) -> bool:
        house, owner = self._house, self._delivery.owner
        done = await self._with_fresh_facts(lambda c: dispatch.decide(c, house, owner, address))
        if done is None:
            return False
        metrics.handled_events.labels(address[0]).inc()
        self._delivery.take(done.calls)
        return done.more_wait or not self._database.is_sqlite  # another process may have left us what it just stored

    async def _with_fresh_facts(self, unit: Callable[[Connection], Result]) -> Result:
        """Run a unit again when another transaction was first."""
        for _ in range(TRIES - 1):
            try:
                return await self._write(unit)
            except ConflictError:
                continue
        return await self._write(unit)

    async def _may_try(self, address: Address) -> bool:
        """Count a try before it is made; an event that used its tries up is given up instead."""
        event = await self._oldest(address)
        if event is None:
            return True
        if event.attempts >= TRIES:
            await self._give_up(event)
            return False
        await self._write(lambda c: inbox.add_attempt(c, event.id))
        return True

    async def _note_failure(self, address: Address, error: Exception, *, counted: bool) -> None:
        event = await self._oldest(address)
        if event is None:
            return
        trouble = type(error).__name__
        log.error("event_failed", message_id=event.id, channel=event.channel, error=trouble, exc_info=error)
        if not counted:
            await self._write(lambda c: inbox.add_attempt(c, event.id, trouble))

    async def _give_up(self, event: StoredEvent) -> None:
        """Let the account go on without an event: the person gets a kind word if that much works, staff see it."""
        house, owner = self._house, self._delivery.owner
        log.error("event_given_up", message_id=event.id, channel=event.channel)
        metrics.failed_events.labels(event.channel).inc()
        if await self._write(lambda c: inbox.add_attempt(c, event.id)) > TRIES + 1:  # the kind word was a try as well
            await self._write(lambda c: inbox.mark_failed(c, event.id, house.clock.real()))
            return
        try:
            calls = await self._write(lambda c: dispatch.apologise(c, house, owner, event))
        except StorageUnavailableError:
            raise
        except Exception:
            await self._write(lambda c: inbox.mark_failed(c, event.id, house.clock.real()))
        else:
            self._delivery.take(calls)

    async def _oldest(self, address: Address) -> StoredEvent | None:
        return await self._read(lambda c: inbox.find_oldest_waiting(c, *address))

    async def _read(self, question: Callable[[Connection], Result]) -> Result:
        return await asyncio.wrap_future(self._database.read(question))

    async def _write(self, unit: Callable[[Connection], Result]) -> Result:
        return await asyncio.wrap_future(self._database.write(unit))


def _new_event(arrived: Arrived, now: datetime) -> NewEvent:
    until = now + timedelta(seconds=arrived.reply_seconds) if arrived.reply_token else None
    return NewEvent(
        bot_id=arrived.bot_id,
        event_id=arrived.event_id,
        account_key=arrived.account_key,
        occurred_at=arrived.occurred_at,
        raw=arrived.raw,
        reply_token=arrived.reply_token,
        reply_until=until,
    )
