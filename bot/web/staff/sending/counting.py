"""Counts a broadcast's audience, in a large city beside the page that shows it. Decides and sends nothing.

To count reads every account: 11 s at 1,000,000. See docs/decisions/counting-audiences.md.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.web.staff.desk import Desk
from bot.web.staff.sending.outlook import Outlook
from storage import broadcasts, reach
from storage.facts import AudienceCount, BroadcastContent

log = structlog.get_logger()

LARGE = 20_000  # accounts; so many are counted in a tenth of a second, and so at every look
FRESH = timedelta(minutes=5)  # a count this young is shown and not made again


@dataclass(frozen=True, slots=True)
class Counted:
    """How many an audience holds; ``at`` is the real moment of an earlier count, None for one made just now."""

    counts: Sequence[AudienceCount]
    at: datetime | None = None


class Counting:
    """The counts that this process makes, one at a time: they must not take all the readers from everybody else."""

    def __init__(self, desk: Desk, outlook: Outlook) -> None:
        self._desk, self._outlook = desk, outlook
        self._one_at_a_time = asyncio.Lock()
        self._under_way: dict[int, asyncio.Task[None]] = {}

    async def find(self, number: int, content: BroadcastContent) -> Counted | None:
        """Find the count to show now; None where one has only been begun."""
        if not await self._is_large():
            return Counted(await self._count_now(number))
        kept = await self._find_kept(number)
        if kept is None or self._is_old(kept):
            self._begin(number, content)
        return kept

    async def find_sure(self, number: int) -> Sequence[AudienceCount]:
        """Find the count by which a broadcast is armed: what was shown just now, else one that is made first."""
        kept = await self._find_kept(number) if await self._is_large() else None
        return await self._count_now(number) if kept is None or self._is_old(kept) else kept.counts

    async def settle(self) -> None:
        """Wait until nothing is being counted."""
        while self._under_way:
            await asyncio.wait(set(self._under_way.values()))

    async def _count_now(self, number: int) -> Sequence[AudienceCount]:
        return (await asyncio.to_thread(self._outlook.foresee, number)).counts

    async def _find_kept(self, number: int) -> Counted | None:
        kept = await self._desk.read(partial(broadcasts.find_count, broadcast_id=number))
        return Counted(*kept) if kept else None

    def _is_old(self, kept: Counted) -> bool:
        return kept.at is not None and self._desk.clock.real() - kept.at > FRESH

    async def _is_large(self) -> bool:
        known = await self._desk.read(reach.find_all)
        return sum(sum(standings.values()) for standings in known.values()) > LARGE

    def _begin(self, number: int, content: BroadcastContent) -> None:
        if number not in self._under_way:
            task = self._under_way[number] = asyncio.create_task(self._count(number, content))
            task.add_done_callback(partial(self._end, number))

    def _end(self, number: int, task: asyncio.Task[None]) -> None:
        del self._under_way[number]
        error = None if task.cancelled() else task.exception()
        if error is not None:
            log.error("audience_not_counted", broadcast=number, error=type(error).__name__, exc_info=error)

    async def _count(self, number: int, content: BroadcastContent) -> None:
        """Count, and keep it if the broadcast is still for the audience of ``content``."""
        async with self._one_at_a_time:
            counts = await self._count_now(number)
        keep = partial(broadcasts.keep_count, broadcast_id=number, audience=content.audience, counts=counts)
        await self._desk.write(partial(keep, at=self._desk.clock.real()))
