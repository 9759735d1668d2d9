"""Stores arriving events in groups, so that one commit serves all that came meanwhile. Reads nothing in them."""

import asyncio
from collections.abc import Sequence
from concurrent import futures
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from storage import inbox
from storage.database import ConflictError, Database, StorageUnavailableError
from storage.facts import ChannelName
from storage.inbox import NewEvent

WINDOW_SECONDS = 0.004  # for which a group is gathered at most, however much keeps coming
REST_SECONDS = 0.005  # for which the loop stands still at most while a group of several is stored
TRIES = 3  # of a group that another transaction got in the way of


@dataclass(frozen=True, slots=True)
class _Delivered:
    """What one webhook brought, and its waiting caller."""

    channel: ChannelName
    events: Sequence[NewEvent]
    received_at: datetime
    stored: "asyncio.Future[None]"


class Intake:
    """Stores what arrives, together with all that is at the door at that moment; what comes alone waits for nobody.

    What the sockets hold is read before a group is stored, and the loop rests while it is: a commit beside a busy
    loop takes far longer than one beside an idle one, for both need the interpreter. What lasts longer is not waited
    for by anybody else, and the next group comes together meanwhile.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[_Delivered] = []
        self._storing: asyncio.Task[None] | None = None

    async def store(self, channel: ChannelName, events: Sequence[NewEvent], received_at: datetime) -> None:
        """Return once the events are durable; raises what kept these events, and no others, from being stored."""
        stored = asyncio.get_running_loop().create_future()
        self._waiting.append(_Delivered(channel, events, received_at, stored))
        if self._storing is None:
            self._storing = asyncio.create_task(self._store_all())
        await stored

    async def _store_all(self) -> None:
        try:
            while self._waiting:
                await self._gather()
                group, self._waiting = self._waiting, []
                await self._store(group)
        finally:
            self._storing = None

    async def _gather(self) -> None:
        """Wait while more comes in, and WINDOW_SECONDS at most."""
        loop = asyncio.get_running_loop()
        ends, counted = loop.time() + WINDOW_SECONDS, 0
        while len(self._waiting) > counted and loop.time() < ends:
            counted = len(self._waiting)
            await asyncio.sleep(0)  # in one turn of the loop a request is read,
            await asyncio.sleep(0)  # in the next one it comes here

    async def _store(self, group: list[_Delivered]) -> None:
        """Store a group; where that fails for a reason of some event's, store each webhook by itself."""
        failure = await self._try(group)
        if failure is None or len(group) == 1 or isinstance(failure, StorageUnavailableError):
            for one in group:
                _tell(one, failure)
            return
        for one in group:
            _tell(one, await self._try([one]))

    async def _try(self, group: list[_Delivered]) -> Exception | None:
        """Store a group, anew where another transaction was first; gives what failed in the end."""
        failure: Exception | None = None
        for _ in range(TRIES):
            try:
                await self._write(group)
            except ConflictError as error:
                failure = error
            except Exception as error:
                return error
            else:
                return None
        return failure

    async def _write(self, group: list[_Delivered]) -> None:
        def unit(connection: Connection) -> None:
            inbox.store_all(connection, [(one.channel, one.events, one.received_at) for one in group])

        storing = self._database.write(unit)
        if len(group) > 1:
            futures.wait([storing], REST_SECONDS)
        await asyncio.wrap_future(storing)


def _tell(one: _Delivered, failure: Exception | None) -> None:
    """Tell a caller, unless it hung up meanwhile."""
    if one.stored.done():
        return
    if failure is None:
        one.stored.set_result(None)
    else:
        one.stored.set_exception(failure)
