"""Leads broadcasts from armed to finished, a piece a transaction: snapshot, sealing, and proving that it adds up.

A process that dies leaves nothing half done: the next one, or another, goes on from the rows. Makes no call.
"""

import asyncio
import contextlib
import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import Enum, auto
from functools import partial
from typing import Protocol, TypeVar

import structlog
from sqlalchemy import Connection

from handlers.messages import Sender
from handlers.rules import broadcasts as rules
from handlers.rules.broadcasts import Act
from handlers.tracking import open_tracking
from scheduler import ending, friends, mending
from scheduler.friends import CannotBeToldError
from scheduler.house import Armed
from scheduler.sealing import Sealing, batch_size, cap_of, is_shared
from storage import audiences, batches, broadcasts, candidates, deliveries, generations, switches, tallies
from storage import friends as stored_friends
from storage.database import ConflictError, Database, StorageUnavailableError
from storage.deliveries import Draw, Lot
from storage.facts import BroadcastFacts, BroadcastState, ChannelName, DeliveryState

PIECE = 2_000  # accounts a transaction looks at: some 30 ms of SQLite's one writer
CALLS_WITHDRAWN = 100  # calls that a transaction ends, each with its deliveries
CALLS_AHEAD = 12  # calls to many that are sealed and not ended: those in hand, and half as many that come next
LOT_PIECES = 2  # pieces a transaction seals of a lot that is the only one; of several, one of each
SECONDS_AHEAD = 2.0  # of the budget, for calls to one each
MOST_AHEAD = 200
LOOK_SECONDS = 1.0
GATHER_SECONDS = 0.02  # calls that end within it are looked at once: some hundreds a second may
OPEN = (DeliveryState.WAITING, DeliveryState.SEALED)

Result = TypeVar("Result")
log = structlog.get_logger()


class House(Armed, Protocol):
    """What broadcasts need besides the database."""

    @property
    def secret(self) -> bytes:
        """The bot's own key, which signs tracked links."""
        ...


class Progress(Enum):
    """What a piece of work leaves."""

    MORE = auto()  # another piece can be done at once
    SEALED = auto()  # the same, and calls were stored
    REST = auto()  # nothing, until calls end or time passes
    ENDED = auto()  # every delivery has ended


async def run(database: Database, house: House, room: asyncio.Event, wake: Callable[[], None]) -> None:
    """Lead every broadcast on, for ever: at once when ``room`` says that calls ended; ``wake`` is told of new ones."""
    while True:
        try:
            await advance_all(database, house, wake)
        except (StorageUnavailableError, ConflictError) as error:
            log.warning("broadcasts_not_advanced", error=str(error))
        except Exception as error:  # whatever it was, the others must not wait for a restart
            log.error("broadcasts_not_advanced", error=type(error).__name__, exc_info=error)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LOOK_SECONDS):  # wait_for would lose a cancellation that comes with the room
                await room.wait()
                await asyncio.sleep(GATHER_SECONDS)
        room.clear()


async def advance_all(database: Database, house: House, wake: Callable[[], None]) -> None:
    """Lead every open broadcast as far as it can go now, a piece of each in turn."""
    going = await asyncio.wrap_future(database.read(lambda c: list_going(c, house.clock.now())))
    while going:
        more = []
        for number in going:
            progress = await asyncio.wrap_future(database.write(partial(advance, house=house, broadcast_id=number)))
            if progress in (Progress.MORE, Progress.SEALED):
                more.append(number)
            if progress is Progress.SEALED:
                wake()
            elif progress is Progress.ENDED:
                await finish(database, house, number)
        going = more


def list_going(connection: Connection, now: datetime) -> list[int]:
    """List the broadcasts that may have something to do, and those that ended with deliveries left open."""
    left_open = {*deliveries.list_open_broadcasts(connection), *stored_friends.list_open_broadcasts(connection)}
    return sorted({*broadcasts.list_open(connection, now), *left_open})


def advance(connection: Connection, house: House, broadcast_id: int) -> Progress:
    """Lead a broadcast one piece on, in the caller's transaction; who pauses or stops it waits for that piece."""
    broadcast = broadcasts.find(connection, broadcast_id, for_update=True)
    if broadcast is None:
        return Progress.REST
    work = _Work(connection, house, broadcast)
    match broadcast.state:
        case BroadcastState.ARMED:
            return work.start()
        case BroadcastState.SENDING:
            return work.go_on()
        case BroadcastState.PAUSED:
            return work.expire() if house.clock.now() >= broadcast.content.not_after else Progress.REST
    return work.withdraw(DeliveryState.SKIPPED, broadcast.state.value)


async def finish(database: Database, house: House, broadcast_id: int) -> None:
    """Finish a broadcast whose deliveries have all ended, if its rows, its counters and its total agree."""
    rows = await asyncio.wrap_future(database.read(lambda c: deliveries.count_rows(c, broadcast_id)))
    await asyncio.wrap_future(database.write(lambda c: close(c, house, broadcast_id, rows)))


def close(connection: Connection, house: House, broadcast_id: int, rows: Mapping[DeliveryState, int]) -> str:
    """End a broadcast whose ``rows`` add up; pause one whose do not, and say why ("" for ended)."""
    broadcast = broadcasts.find(connection, broadcast_id, for_update=True)
    if broadcast is None or broadcast.state is not BroadcastState.SENDING:
        return ""
    fault = find_fault(connection, broadcast, rows)
    if fault:
        ending.pause(connection, broadcast_id, fault, house.clock.real())
    else:
        _lead(connection, broadcast, Act.FINISH, ended_at=house.clock.now())
    return fault


def find_fault(connection: Connection, broadcast: BroadcastFacts, rows: Mapping[DeliveryState, int]) -> str:
    """Say where a broadcast does not add up: its rows against its total, and against its counters; "" where it does."""
    total = sum(rows.values())
    if total != broadcast.total:
        return f"{total} rows of {broadcast.total}"
    counted = dict.fromkeys(DeliveryState, 0)
    for tally in tallies.list_of(connection, broadcast.id):
        counted[tally.state] += tally.number
    wrong = [state for state in DeliveryState if counted[state] != rows.get(state, 0)]
    return f"counters of {', '.join(wrong)}" if wrong else ""


def _lead(connection: Connection, broadcast: BroadcastFacts, act: Act, **values: object) -> None:
    state = rules.next_state(broadcast.state, act)
    if state is not None:
        broadcasts.change_state(connection, broadcast.id, (broadcast.state,), state, **values)


class _Work:
    """One piece of work on one broadcast that is held."""

    def __init__(self, connection: Connection, house: House, broadcast: BroadcastFacts) -> None:
        self._connection, self._house, self._broadcast = connection, house, broadcast
        self._now, self._real_now = house.clock.now(), house.clock.real()

    def start(self) -> Progress:
        """Begin an armed broadcast when its time has come; end one whose time has passed."""
        content = self._broadcast.content
        if self._now >= content.not_after:
            _lead(self._connection, self._broadcast, Act.EXPIRE, ended_at=self._now, total=0)
            return Progress.REST
        is_ours = self._is_ours() and rules.is_approved(self._broadcast)
        is_held = self._broadcast.held_until is not None and self._now < self._broadcast.held_until
        if not is_ours or is_held or not rules.is_open(content, self._now):
            return Progress.REST
        _lead(self._connection, self._broadcast, Act.BEGIN, began_at=self._now)
        times = {"now": self._now, "real_now": self._real_now}
        mending.mend_post(self._connection, self._house.channels, self._broadcast, **times)
        return Progress.MORE

    def _is_ours(self) -> bool:
        """Tell whether it may go on here, and now: nothing does in a disaster."""
        if switches.is_disaster(self._connection):
            return False
        armed = generations.is_armed(self._connection, self._house.generation)
        return armed and self._broadcast.generation == self._house.generation

    def go_on(self) -> Progress:
        """Fix more of the audience, or seal more of it; or find that nothing is left to do."""
        if self._now >= self._broadcast.content.not_after:
            return self.expire()
        if self._broadcast.total is None:
            begin = self._leave_to_line if self._broadcast.content.audience.by_line_itself else self._snapshot
            return begin() if self._is_ours() else Progress.REST
        lots = deliveries.list_lots(self._connection, self._broadcast.id)
        if not lots:
            return Progress.REST if self._has_calls() else Progress.ENDED
        return self._seal(lots)

    def _has_calls(self) -> bool:
        connection, number = self._connection, self._broadcast.id
        return deliveries.has_sealed(connection, number) or stored_friends.is_open(connection, number)

    def _leave_to_line(self) -> Progress:
        """Let LINE itself tell all its friends by one call; it makes no delivery of ours."""
        line = self._house.channels.get(ChannelName.LINE)
        try:
            friends.seal(self._connection, line, self._broadcast, now=self._now, real_now=self._real_now)
        except CannotBeToldError as error:
            ending.pause(self._connection, self._broadcast.id, str(error), self._real_now)
            return Progress.REST
        broadcasts.change(self._connection, self._broadcast.id, total=0)
        return Progress.REST

    def _snapshot(self) -> Progress:
        """Fix the next piece of the audience."""
        connection, broadcast = self._connection, self._broadcast
        content, after = broadcast.content, broadcast.snapshot_upto
        upto = audiences.find_last(connection, after=after, limit=PIECE)
        if upto is None:
            total = sum(tally.number for tally in tallies.list_of(connection, broadcast.id))
            broadcasts.change(connection, broadcast.id, total=total)
            return Progress.MORE
        chosen = audiences.select_piece(connection, content.audience, self._now, after=after, upto=upto)
        languages, draw = list(content.texts), draw_of(broadcast)
        deliveries.add_piece(
            connection, broadcast.id, chosen, languages, audiences.SPOKEN, draw, is_capped=content.is_capped
        )
        deliveries.tally_piece(connection, broadcast.id, after=after, upto=upto)
        broadcasts.change(connection, broadcast.id, snapshot_upto=upto)
        return Progress.MORE

    def _seal(self, lots: list[Lot]) -> Progress:
        """Seal the next piece of each lot that has room ahead of its calls."""
        if not (self._is_ours() and rules.may_send(self._broadcast, self._house.generation, self._now)):
            return Progress.REST
        sealed = [self._seal_lot(lot) for lot in (lots if len(lots) > 1 else lots * LOT_PIECES)]
        return Progress.SEALED if any(sealed) else Progress.REST

    def _seal_lot(self, lot: Lot) -> bool:
        connection, broadcast = self._connection, self._broadcast
        sender = self._house.channels.get(lot.channel)
        if sender is None:
            ended = DeliveryState.SKIPPED, "channel off", self._now
            return deliveries.end_lot(connection, broadcast.id, lot, *ended, PIECE) > 0
        most, size = _most_ahead(sender, broadcast), batch_size(sender, broadcast)
        room = most - batches.count_ahead(connection, broadcast.id, lot.channel)
        limit = size if is_shared(sender, broadcast) else min(size, room)
        if room < (1 if is_shared(sender, broadcast) else min(size, most / 2)):  # a piece for each call costs too much
            return False
        cap = cap_of(broadcast, self._now)
        held, is_row = candidates.claim_waiting(connection, broadcast.id, lot, limit, cap)
        if held:
            tracking = open_tracking(connection, broadcast, self._house.secret, self._house.public_url)
            times = self._now, self._real_now
            Sealing(connection, sender, broadcast, lot, *times, is_row=is_row, tracking=tracking).seal(held)
        return bool(held)

    def expire(self) -> Progress:
        """End what was not told in time."""
        progress = self.withdraw(DeliveryState.EXPIRED, "too late")
        if progress is Progress.ENDED and self._broadcast.state is BroadcastState.PAUSED:
            _lead(self._connection, self._broadcast, Act.EXPIRE, ended_at=self._now)
            return Progress.REST
        return progress

    def withdraw(self, state: DeliveryState, reason: str) -> Progress:
        """End a piece of what was not tried yet; what may have been taken is unknown, what is in flight ends itself."""
        connection, number = self._connection, self._broadcast.id
        withdrawn = batches.withdraw(connection, number, self._real_now, CALLS_WITHDRAWN)
        for call_id, channel, is_unsure in withdrawn:
            became = DeliveryState.UNKNOWN if is_unsure else state
            deliveries.end_call(connection, number, call_id, ChannelName(channel), became, reason, self._now)
        ended = deliveries.end_waiting(connection, number, state, reason, self._now, PIECE)
        if withdrawn or ended:
            return Progress.MORE
        return Progress.REST if self._has_calls() else Progress.ENDED


def _most_ahead(sender: Sender, broadcast: BroadcastFacts) -> int:
    """Give how many calls may be sealed and not ended, so that a pause or an opt-out acts within a few seconds."""
    if is_shared(sender, broadcast):
        return CALLS_AHEAD
    return int(min(max(max(sender.rates.values(), default=1.0) * SECONDS_AHEAD, 1), MOST_AHEAD))


def draw_of(broadcast: BroadcastFacts) -> Draw:
    """Give the draw by lot of a broadcast: the same for all accounts of a person, another for each broadcast."""
    words = f"{broadcast.id}:{broadcast.content_hash}".encode()
    drawn = [int.from_bytes(hashlib.blake2b(words, digest_size=4, key=key).digest()) >> 1 for key in (b"a", b"b")]
    return Draw(broadcast.content.hold_out_percent, drawn[0] | 1, drawn[1])
