"""Stores arriving events in groups, so that one commit serves all that came meanwhile. Reads nothing in them."""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from storage import inbox
from storage.database import ConflictError, Database, StorageUnavailableError
from storage.facts import ChannelName
from storage.inbox import NewEvent

WINDOW_SECONDS = 0.004  # a commit to a quick disk takes about that long
TRIES = 3  # of a group that another transaction got in the way of


@dataclass(frozen=True, slots=True)
class _Delivered:
    """What one webhook brought, and its waiting caller."""

    channel: ChannelName
    events: Sequence[NewEvent]
    received_at: datetime
    stored: "asyncio.Future[None]"


class Intake:
    """Stores what arrives, at once when it comes alone, else together with all else that waits.

    Where the group before was of several, the next waits up to WINDOW_SECONDS for half as many: who was answered by
    one commit asks again at about the same time, and the first of them would have a commit of its own.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[_Delivered] = []
        self._storing: asyncio.Task[None] | None = None
        self._expected = 1
        self._enough = asyncio.Event()

    async def store(self, channel: ChannelName, events: Sequence[NewEvent], received_at: datetime) -> None:
        """Return once the events are durable; raises what kept these events, and no others, from being stored."""
        stored = asyncio.get_running_loop().create_future()
        self._waiting.append(_Delivered(channel, events, received_at, stored))
        if len(self._waiting) >= self._expected:
            self._enough.set()
        if self._storing is None:
            self._storing = asyncio.create_task(self._store_all())
        await stored

    async def _store_all(self) -> None:
        try:
            while self._waiting:
                await self._gather()
                group, self._waiting = self._waiting, []
                self._expected = max(1, len(group) // 2)
                self._enough.clear()
                await self._store(group)
        finally:
            self._storing = None

    async def _gather(self) -> None:
        """Wait a little for half as many as were in the last group."""
        if len(self._waiting) < self._expected:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(WINDOW_SECONDS):
                    await self._enough.wait()

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

        await asyncio.wrap_future(self._database.write(unit))


def _tell(one: _Delivered, failure: Exception | None) -> None:
    """Tell a caller, unless it hung up meanwhile."""
    if one.stored.done():
        return
    if failure is None:
        one.stored.set_result(None)
    else:
        one.stored.set_exception(failure)
