"""Makes every platform call, after the commit that stored it, and writes down how it ended. Decides no content."""

import asyncio
import contextlib
import uuid
from collections import deque
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

import structlog
from sqlalchemy import Connection

from handlers.messages import Call, Fate, Outcome, Reason, Sender, Way
from scheduler import ending, outcomes, validity
from scheduler.ending import Ending, Errors
from scheduler.outcomes import Next
from scheduler.pacing import LEASE, POLL_SECONDS, Pacer, budget_name
from scheduler.troubles import Troubles
from scheduler.validity import Verdict
from storage import accounts, batches, budgets, claims, generations, outbox
from storage.clock import Clock
from storage.database import ConflictError, Database, StorageUnavailableError
from storage.facts import AccountState, ChannelName
from storage.outbox import OutboxKind, OutboxState, StoredCall

FRESH_SECONDS = 15.0  # a lease this young outlasts any call
CLAIM_LIMIT = 200
SIGN_DEADLINE = 2.0  # seconds for the sign that somebody waits; later it would stand behind the answer
UNHURRIED = tuple(kind for kind in OutboxKind if kind not in outbox.REPLIES)
IN_FLIGHT = {ChannelName.LINE: 50, ChannelName.TELEGRAM: 10, ChannelName.TERMINAL: 1}
"""Calls at once that somebody waits for; the others have seats of their own (scheduler.pacing)."""

log = structlog.get_logger()
Watcher = Callable[[StoredCall, Outcome, datetime], None]
Result = TypeVar("Result")
Lane = tuple[ChannelName, str, Way | None]
"""One account's calls, those that nobody waits for apart (by their way): they never stand before a reply."""


class Delivery:
    """Takes stored calls, makes them in order per account, most urgent first when they are claimed, and ends them.

    ``watch`` is told every outcome (for metrics). A call is made only by the process that holds its lease. While the
    database is of another generation than the one remembered, only replies are claimed. ``room`` is set whenever a
    call of a broadcast has ended, so that more can be sealed.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        senders: Mapping[ChannelName, Sender],
        watch: Watcher,
        generation: str = "",
    ) -> None:
        self._generation = generation
        self.owner = uuid.uuid4().hex
        self.halted: dict[ChannelName, str] = {}
        self._database, self._clock, self._senders, self._watch = database, clock, senders, watch
        self._in_hand: dict[int, float] = {}
        self._lanes: dict[Lane, deque[tuple[StoredCall, float, float]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._seats = {name: asyncio.Semaphore(seats) for name, seats in IN_FLIGHT.items()}
        self._stopping = asyncio.Event()
        self.room = asyncio.Event()
        self._pacers = {
            (name, way): Pacer(database, clock, self.owner, generation, sender, way)
            for name, sender in senders.items()
            for way in sender.rates
        }
        self._ending, self._errors = Ending(senders, generation), Errors()
        self._troubles = Troubles()

    def take(self, calls: Sequence[StoredCall]) -> None:
        """Take calls that are leased to this process: no poll stands between their commit and the platform."""
        for call in calls:
            self._start(call, (call.channel, call.to_key, None), 0.0)

    def _start(self, call: StoredCall, lane: Lane, after: float) -> None:
        """Put a call into its lane, to be made no sooner than some seconds from now."""
        taken = self._in_hand[call.id] = asyncio.get_running_loop().time()
        waiting = self._lanes.get(lane)
        if waiting is not None:
            waiting.append((call, taken, taken + after))
            return
        self._lanes[lane] = deque([(call, taken, taken + after)])
        task = asyncio.create_task(self._drive(lane))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def wake(self) -> None:
        """Look for calls of broadcasts and notices at once: some were stored."""
        for pacer in self._pacers.values():
            pacer.wake()

    async def run(self) -> None:
        """Claim what is due, until stopped: replies put back, those whose process died, and what nobody waits for."""
        await asyncio.gather(self._run_urgent(), *(self._run_paced(pacer) for pacer in self._pacers.values()))

    async def _run_urgent(self) -> None:
        while not self._stopping.is_set():
            async with self._patient():
                self.take(await self._claim())
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), POLL_SECONDS)

    async def _run_paced(self, pacer: Pacer) -> None:
        while not self._stopping.is_set():
            rest = POLL_SECONDS
            async with self._patient():
                claimed, rest = await pacer.claim(self._list_stale())
                for call, after in claimed:
                    self._start(call, (call.channel, call.to_key or f"#{call.id}", Way(call.way)), after)
            await pacer.rest(rest)

    @contextlib.asynccontextmanager
    async def _patient(self) -> AsyncIterator[None]:
        """Go on whatever happens: calls that wait must not wait for a restart."""
        try:
            yield
        except (StorageUnavailableError, ConflictError) as error:
            log.warning("outbox_not_read", error=str(error))
        except Exception as error:
            log.error("outbox_not_read", error=type(error).__name__, exc_info=error)

    async def settle(self) -> None:
        """Wait until no call is in hand."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def stop(self, patience: float = 10.0) -> None:
        """Stop claiming, and give the calls in flight some seconds to end; the next start finds what did not."""
        self._stopping.set()
        self.wake()
        if self._tasks:
            _, late = await asyncio.wait(set(self._tasks), timeout=patience)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _list_stale(self) -> list[int]:
        """List the calls in hand whose lease may have run out."""
        stale = asyncio.get_running_loop().time() - FRESH_SECONDS
        return [number for number, taken in self._in_hand.items() if taken < stale]

    async def _claim(self) -> list[StoredCall]:
        """Claim replies, and whatever goes to a channel that counts nothing."""
        now, alone = self._clock.real(), self._database.is_sqlite
        held = self._list_stale()
        plain = [name for name, sender in self._senders.items() if not sender.rates]

        def unit(connection: Connection) -> list[StoredCall]:
            rest = plain if generations.is_armed(connection, self._generation) else []
            asked = ((list(self._senders), outbox.REPLIES), (rest, UNHURRIED))
            return [
                call
                for channels, kinds in asked
                for call in claims.claim_due(
                    connection, self.owner, channels, now, LEASE, CLAIM_LIMIT, alone=alone, kinds=kinds, held=held
                )
                if channels
            ]

        return await asyncio.wrap_future(self._database.write(unit))

    async def _drive(self, lane: Lane) -> None:
        """Make one account's calls, one after another, until none is left."""
        calls = self._lanes[lane]
        try:
            while calls:
                call, taken, moment = calls.popleft()
                await asyncio.sleep(moment - asyncio.get_running_loop().time())
                try:
                    async with self._seat(lane):
                        await self._deliver(call, taken)
                except Exception as error:  # the calls behind it are leased to us: nobody else would make them
                    log.error("call_failed", call_id=call.id, error=type(error).__name__, exc_info=error)
                finally:
                    del self._in_hand[call.id]
        finally:
            del self._lanes[lane]

    @contextlib.asynccontextmanager
    async def _seat(self, lane: Lane) -> AsyncIterator[None]:
        """Hold a seat for one call: a reply waits for a free one, the others were claimed for free ones."""
        channel, _, way = lane
        if way is None:
            async with self._seats[channel]:
                yield
            return
        try:
            yield
        finally:
            self._pacers[channel, way].free_seat()
            self.room.set()

    async def _deliver(self, call: StoredCall, taken: float) -> None:
        pacer = self._pacer(call)
        async with pacer.flight if pacer else contextlib.nullcontext():
            made = await self._make(call, taken)
        if made is None:
            return
        outcome, step, is_failing = made
        is_plain = call.kind in outbox.REPLIES and outcome.fate is Fate.ACCEPTED  # it ends its own row, and no more
        await self._insist(lambda c: self._end(c, call, outcome, step, is_failing=is_failing), together=is_plain)
        self._troubles.remember(call, outcome)
        self._watch(call, outcome, self._clock.real())

    async def _make(self, call: StoredCall, taken: float) -> tuple[Outcome, Next, bool] | None:
        """Try a call once more; gives how that ended, what follows, and whether its broadcast fails too often.

        None where it was not tried: it was put off or ended here, or another process has taken it over.
        """
        if asyncio.get_running_loop().time() - taken > FRESH_SECONDS and not await self._renew(call):
            return None
        if await self._is_held_up(call) or (call.part_id is not None and await self._is_held_back(call)):
            return None
        step = outcomes.before(call, self._clock.real())
        if step is not None:
            return Outcome(fate=Fate.PERMANENT, detail="out of time"), step, False
        outcome = await self._try(call)
        for way, seconds in self._holds(call, outcome).items():
            self._pacers[call.channel, way].hold(seconds)
        step = outcomes.after(call, outcome, self._clock.real())
        return outcome, step, self._errors.note(call, outcome, step)

    def _pacer(self, call: StoredCall) -> Pacer | None:
        """Give the pacer of a call that nobody waits for; None for a reply, or where the platform counts nothing."""
        return None if call.kind in outbox.REPLIES else self._pacers.get((call.channel, Way(call.way)))

    async def _is_held_up(self, call: StoredCall) -> bool:
        """Put a call that nobody waits for back, where the platform asked for a rest after it was claimed."""
        pacer = self._pacer(call)
        if pacer is None or (rest := pacer.held_seconds) <= 0:
            return False
        step = outcomes.put_off(call, self._clock.real() + timedelta(seconds=rest))
        await self._insist(lambda c: self._end(c, call, Outcome(fate=Fate.TEMPORARY, detail="held up"), step))
        return True

    async def _is_held_back(self, call: StoredCall) -> bool:
        """Look at a notice once more before a try; where even looking fails, it was not sent and waits a minute.

        It is a question, and keeps nobody from writing: what changes behind it would also change behind a write of it.
        """
        now = self._clock.now()
        try:
            verdict = await asyncio.wrap_future(self._database.read(lambda c: validity.look_again(c, call, now)))
        except Exception as error:
            log.error("notice_not_looked_at", call_id=call.id, error=type(error).__name__, exc_info=error)
            outcome = Outcome(fate=Fate.TEMPORARY, detail=type(error).__name__)
            step = outcomes.put_off(call, self._clock.real() + timedelta(seconds=outcomes.HALT_DELAY))
            await self._insist(lambda c: self._end(c, call, outcome, step))
            return True
        if not verdict.fault and verdict.free_from <= now:
            return False
        await self._insist(lambda c: self._hold_back(c, call, verdict, now))
        return True

    def _hold_back(self, connection: Connection, call: StoredCall, verdict: Verdict, now: datetime) -> None:
        """End a notice that is no longer true, or put off one that would come in the quiet hours."""
        step = Next(OutboxState.SKIPPED)
        if not verdict.fault:
            step = outcomes.put_off(call, self._clock.real() + (verdict.free_from - now))
        self._end(connection, call, Outcome(fate=Fate.PERMANENT, detail=verdict.fault or "quiet hours"), step)

    async def _renew(self, call: StoredCall) -> bool:
        """Hold on to a call that waited long for its turn; another process may have taken it over."""
        mine = await self._insist(lambda c: outbox.renew(c, call.id, self.owner, self._clock.real(), LEASE))
        return mine is True

    async def _insist(self, unit: Callable[[Connection], Result], *, together: bool = False) -> Result | None:
        """Write as often as it takes, for a call whose end is not written would be lost or made again.

        None when this process stops before: the next one finds the call as one that was perhaps sent.
        """
        write = self._database.write_together if together else self._database.write
        while True:
            try:
                return await asyncio.wrap_future(write(unit))
            except (StorageUnavailableError, ConflictError) as error:
                log.warning("outbox_not_written", error=str(error))
            if self._stopping.is_set():
                return None
            await asyncio.sleep(POLL_SECONDS)

    async def _try(self, call: StoredCall) -> Outcome:
        if call.kind in outbox.REPLIES and (pacer := self._pacers.get((call.channel, Way(call.way)))):
            pacer.note_unasked()
        sealed = Call(way=Way(call.way), to=call.to_key, body=call.body, token=call.token, key=call.retry_key)
        try:
            outcome = await self._senders[call.channel].send(sealed)
        except Exception as error:  # a mistake of ours, and nobody knows how far the call had come
            log.error("sender_failed", call_id=call.id, channel=call.channel, exc_info=error)
            outcome = Outcome(fate=Fate.UNKNOWN, detail=f"perhaps sent: {type(error).__name__}")
        if outcome.fate is Fate.HALTED:
            if call.channel not in self.halted:
                log.error("channel_halted", channel=call.channel, detail=outcome.detail)
            self.halted[call.channel] = outcome.detail
        elif outcome.fate is Fate.ACCEPTED and self.halted.pop(call.channel, None) is not None:
            log.info("channel_resumed", channel=call.channel)
        return outcome

    def show_waiting(self, channel: ChannelName, key: str) -> None:
        """Show an account that its answer is worked on. No row stands for it: nobody misses one that did not come."""
        body = self._senders[channel].render_waiting_sign(key)
        if body is None or (channel, key, None) in self._lanes:  # its answer is on the way
            return
        task = asyncio.create_task(self._show(channel, Call(way=Way.WAITING_SIGN, to=key, body=body)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _show(self, channel: ChannelName, call: Call) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SIGN_DEADLINE):
                await self.tell_from_memory(channel, call)

    async def tell_from_memory(self, channel: ChannelName, call: Call) -> Outcome:
        """Make a call that no row stands for: to say that no row can be stored, or what nobody would miss."""
        try:
            return await self._senders[channel].send(call)
        except Exception as error:
            log.error("sender_failed", channel=channel, exc_info=error)
            return Outcome(fate=Fate.UNKNOWN, detail=f"perhaps sent: {type(error).__name__}")

    def _end(
        self, connection: Connection, call: StoredCall, outcome: Outcome, step: Next, *, is_failing: bool = False
    ) -> None:
        """Write what became of a try, in one transaction with what it says about the account and its broadcast."""
        now = self._clock.real()
        self._troubles.note(connection, call, outcome, step, now=now)
        for way, seconds in self._holds(call, outcome).items():
            budgets.hold(connection, budget_name(call.channel, way), seconds, now)
        if is_failing and call.broadcast_id is not None:
            ending.pause(connection, call.broadcast_id, outcome.detail[:200], now)
        notes: dict[str, Any] = {"request_id": outcome.request_id, "detail": outcome.detail[:200]}
        if step.state is OutboxState.WAITING and step.due_at is not None:
            outbox.mark_waiting(connection, call.id, self.owner, step.due_at, **notes, **step.columns)
            return
        mine = outbox.mark_ended(connection, call.id, self.owner, step.state, now, **notes)
        if mine and call.kind is OutboxKind.BULK:
            batches.empty_ended(connection, call.id)
            self._ending.end(connection, call, outcome, step, self._clock.now(), now)
        if mine and step.state is OutboxState.EXPIRED and call.kind is OutboxKind.NOTICE:
            log.warning("notice_expired", call_id=call.id)
        if mine and step.push:
            self._push_instead(connection, call, now)
        if mine and outcome.reason in (Reason.BLOCKED, Reason.GONE) and call.account_id is not None:
            state = AccountState.BLOCKED if outcome.reason is Reason.BLOCKED else AccountState.GONE
            accounts.mark_unreachable(connection, call.account_id, state, self._clock.now())
        if mine and call.forget and not step.push:
            outbox.forget_ended(connection, call.id)

    def _holds(self, call: StoredCall, outcome: Outcome) -> dict[Way, float]:
        """Say which budgets rest for how many seconds: all of a halted channel, or the one that was used too fast."""
        ways: Collection[Way] = ()
        if outcome.fate is Fate.HALTED:
            ways = self._senders[call.channel].rates
        elif outcome.fate is Fate.TEMPORARY and outcome.retry_after is not None:
            ways = {Way(call.way)} & self._senders[call.channel].rates.keys()
        return dict.fromkeys(ways, outcome.retry_after or outcomes.HALT_DELAY)

    def _push_instead(self, connection: Connection, call: StoredCall, now: datetime) -> None:
        """Put a push under a new key in the place of a must-arrive answer whose reply token died unused."""
        same = {name: getattr(call, name) for name in ("account_id", "channel", "bot_id", "kind", "to_key", "body")}
        times = {"due_at": now, "made_at": now, "not_after": call.not_after}
        key = str(uuid.uuid4()) if self._senders[call.channel].has_retry_key else None
        new = {"way": Way.PUSH, "retry_key": key, "must_arrive": True, "forget": call.forget}
        outbox.add(connection, state=OutboxState.WAITING, **same, **new, **times)
        if call.forget:
            outbox.forget_ended(connection, call.id)
