"""Keeps the updates not yet delivered, numbers them and hands them out; knows no HTTP and no person.

Kinds and default selection: manual, getUpdates.allowed_updates. Queues, expiry and the cut of a negative offset:
published server (see limits.py).
"""

import asyncio
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.telegram import limits
from bot.sandbox.telegram.errors import RefusedError, conflict

Json = dict[str, Any]
_KINDS = (
    "message edited_message channel_post edited_channel_post business_connection business_message"
    " edited_business_message deleted_business_messages guest_message message_reaction message_reaction_count"
    " inline_query chosen_inline_result callback_query shipping_query pre_checkout_query purchased_paid_media poll"
    " poll_answer my_chat_member chat_member chat_join_request chat_boost removed_chat_boost managed_bot"
)
KINDS = frozenset(_KINDS.split())
DEFAULT = KINDS - {"chat_member", "message_reaction", "message_reaction_count"}


@dataclass
class Pending:
    """An update waiting; `queue` orders it: one queue's updates never overlap. `expires` is monotonic."""

    body: Json
    queue: tuple[str, int]
    expires: float
    tried: asyncio.Future[Json] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def note(self, status: int | None, ms: float) -> None:
        """Remember how the first delivery went."""
        if not self.tried.done():
            self.tried.set_result({"status": status, "ms": round(ms, 1)})


class Updates:
    """The waiting updates of one bot."""

    def __init__(self, timing: limits.Timing, first_id: int = 100_000_001):
        self.timing = timing
        self.allowed = DEFAULT
        self.on_new: Callable[[Pending], None] = lambda _: None
        self._waiting: dict[int, Pending] = {}  # by update_id, which only grows
        self._queues: dict[tuple[str, int], dict[int, Pending]] = {}
        self._ids = itertools.count(first_id)
        self._arrived = asyncio.Event()
        self._poll: asyncio.Future[RefusedError] | None = None
        self._last_conflict = -1e9

    def allow(self, kinds: list[Any]) -> None:
        """Choose the kinds to keep from now on; an empty list means the default (manual)."""
        chosen = frozenset(kind for kind in kinds if isinstance(kind, str)) & KINDS
        self.allowed = chosen or DEFAULT

    def chosen(self) -> list[str]:
        """List the kinds that were chosen, in the manual's order; empty while they are the default."""
        return [] if self.allowed == DEFAULT else [kind for kind in _KINDS.split() if kind in self.allowed]

    def add(self, kind: str, content: Json, queue: tuple[str, int]) -> Pending | None:
        """Number and keep an update; None for a kind the bot did not ask for."""
        if kind not in self.allowed:
            return None
        kept = self.timing.press_kept if kind == "callback_query" else self.timing.update_kept
        number = self.next_id()
        pending = Pending({"update_id": number, kind: content}, queue, time.monotonic() + kept)
        self._waiting[number] = pending
        self._queues.setdefault(queue, {})[number] = pending
        self._arrived.set()
        self.on_new(pending)
        return pending

    def next_id(self) -> int:
        """Return a fresh update_id."""
        return next(self._ids)

    def first(self, queue: tuple[str, int]) -> Pending | None:
        """Return the oldest update of a queue that is not too old."""
        now = time.monotonic()
        for pending in list(self._queues.get(queue, {}).values()):
            if pending.expires > now:
                return pending
            self.drop(pending)
        return None

    def all(self) -> list[Pending]:
        """Return all waiting updates that are not too old, oldest first."""
        now = time.monotonic()
        for pending in [pending for pending in self._waiting.values() if pending.expires <= now]:
            self.drop(pending)
        return list(self._waiting.values())

    def drop(self, pending: Pending) -> None:
        """Forget one update, delivered or given up."""
        number = pending.body["update_id"]
        self._waiting.pop(number, None)
        queue = self._queues.get(pending.queue, {})
        queue.pop(number, None)
        if not queue:
            self._queues.pop(pending.queue, None)
        pending.note(None, 0.0)

    def clear(self) -> None:
        """Forget all (drop_pending_updates)."""
        for pending in self.all():
            self.drop(pending)

    def take(self, offset: int, limit: int) -> list[Json]:
        """Return updates from `offset` on and forget those before it; below 0 counts from the end."""
        waiting = self.all()
        first = next(
            (place for place, pending in enumerate(waiting) if pending.body["update_id"] >= offset), len(waiting)
        )
        if offset < 0:
            first = max(0, len(waiting) + offset)
        for pending in waiting[:first]:
            self.drop(pending)
        taken = waiting[first : first + limit]
        for pending in taken:
            pending.note(200, 0.0)
        return [pending.body for pending in taken]

    async def poll(self, offset: int, limit: int, seconds: float) -> list[Json]:
        """Wait up to `seconds` for updates; a second poll ends this one with 409."""
        self.stop_poll("terminated by other getUpdates request; make sure that only one bot instance is running")
        mine: asyncio.Future[RefusedError] = asyncio.get_running_loop().create_future()
        self._poll = mine
        deadline = time.monotonic() + seconds
        try:
            while not (found := self.take(offset, limit)) and (left := deadline - time.monotonic()) > 0:
                self._arrived.clear()
                await self._wait(mine, left)
                if mine.done():
                    raise await self._held_back(mine.result())
            return found
        finally:
            if self._poll is mine:
                self._poll = None

    async def _wait(self, mine: asyncio.Future[RefusedError], seconds: float) -> None:
        arrival: asyncio.Future[Any] = asyncio.ensure_future(self._arrived.wait())
        ends: set[asyncio.Future[Any]] = {arrival, mine}
        try:
            await asyncio.wait(ends, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            arrival.cancel()

    async def _held_back(self, refusal: RefusedError) -> RefusedError:
        """Let a loop of two pollers run slowly: a conflict soon after another waits (server)."""
        now = time.monotonic()
        soon = now < self._last_conflict + self.timing.between_conflicts
        self._last_conflict = now
        if soon:
            await asyncio.sleep(self.timing.between_conflicts)
        return refusal

    def stop_poll(self, reason: str) -> None:
        """End a waiting getUpdates with 409."""
        if self._poll and not self._poll.done():
            self._poll.set_result(conflict(reason))
