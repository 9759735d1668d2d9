"""Runs each job of the table once for each slot it is due, whichever process comes first. Does none of the work itself.

A slot is one due moment of one job, in calendar time. Only the latest is looked at: what was skipped meanwhile is not
made up for. Leases are real time, so a moved calendar frees no claim.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import structlog
from apscheduler.triggers.cron import CronTrigger
from sqlalchemy import Connection

from storage import alerts, slots
from storage.alerts import AlertKind
from storage.clock import TOKYO, Clock
from storage.database import ConflictError, Database, StorageUnavailableError, lock_job
from storage.slots import SlotState, StoredSlot

LEASE = timedelta(minutes=2)  # outlasts any piece of work; also the pause between two tries
TRIES = 3
FIRST_LOOK, LONGEST_LOOK = timedelta(minutes=1), timedelta(days=10 * 366)  # back from now, for the latest slot
SECOND = timedelta(seconds=1)  # triggers count in whole seconds

log = structlog.get_logger()
Result = TypeVar("Result")


class LeaseLostError(Exception):
    """Another process took the slot over: leave the rest of the work to it."""


class SlotRun:
    """One try of one slot, as its job sees it. The work is idempotent: a try before may have done any part of it."""

    def __init__(self, database: Database, clock: Clock, slot: StoredSlot, lease: timedelta = LEASE) -> None:
        self.database, self.clock, self.slot = database, clock, slot
        self._lease, self._renewed = lease, clock.real()

    @property
    def due_at(self) -> datetime:
        """When this slot was due, in calendar time."""
        return self.slot.due_at

    def hold_on(self) -> None:
        """Renew the lease when it has grown old; call it between pieces of work. LeaseLostError: stop."""
        now = self.clock.real()
        if now - self._renewed < self._lease / 4:
            return
        if not self.database.write(lambda c: slots.renew(c, self.slot, now, self._lease)).result():
            raise LeaseLostError(self.slot.job)
        self._renewed = now

    def write(self, unit: Callable[[Connection], Result]) -> Result:
        """Do a piece of the work in a transaction of its own, while the slot is ours."""
        self.hold_on()
        return self.database.write(unit).result()

    def in_pieces(self, piece: Callable[[Connection, int], int], limit: int) -> None:
        """Do pieces of at most ``limit`` rows until one finds fewer."""
        while self.write(lambda c: piece(c, limit)) >= limit:
            pass


@dataclass(frozen=True, slots=True)
class Job:
    """One job: when it is due in Tokyo, how late it may still be run, its work. ValueError for a misleading trigger.

    The library counts weekdays from Monday = 0, so they are named (``mon``), and it takes the machine's zone by itself.
    """

    name: str
    trigger: CronTrigger
    limit: timedelta
    run: Callable[[SlotRun], None]

    def __post_init__(self) -> None:
        days = next(str(field) for field in self.trigger.fields if field.name == "day_of_week")
        if self.trigger.timezone != TOKYO or self.trigger.jitter or any(letter.isdigit() for letter in days):
            raise ValueError(f"{self.name}: a trigger needs Tokyo's zone, weekdays by name and no jitter")


def latest_due(job: Job, now: datetime) -> datetime | None:
    """Find the latest slot of a job at or before ``now``, aware UTC; None when there was none in ten years.

    The library only looks forward: look from ever further back until a slot is met, then halve what lies behind it.
    """
    back, found = FIRST_LOOK, None
    while found is None and back < LONGEST_LOOK:
        found, back = _first(job, now - back, now), back * 2
    late = now + SECOND
    while found is not None and late - found > SECOND:
        middle = found + (late - found) / 2
        nearer = _first(job, middle, now)
        found, late = (found, middle) if nearer is None else (nearer, late)
    return found


def _first(job: Job, since: datetime, until: datetime) -> datetime | None:
    """Find the first slot from one moment to another, both included."""
    found = job.trigger.get_next_fire_time(None, since)
    return None if found is None or found > until else found.astimezone(UTC)


class Slots:
    """This process's hands in the jobs. On SQLite it is alone: the claims of any other owner are dead at once."""

    def __init__(self, database: Database, clock: Clock, lease: timedelta = LEASE) -> None:
        self.owner = uuid.uuid4().hex
        self._database, self._clock, self._lease = database, clock, lease

    def run_due(self, job: Job) -> None:
        """Run what is due of one job now: a try that waits for its turn, then the latest slot. Raises nothing."""
        try:
            while (slot := self._step(job)) is not None:
                if slot.state is SlotState.CLAIMED:
                    self._try(job, slot)
                else:
                    _tell(slot)
        except LeaseLostError:
            log.warning("slot_lost", job=job.name)
        except (StorageUnavailableError, ConflictError) as error:
            log.warning("slots_not_written", job=job.name, error=str(error))
        except Exception as error:  # a mistake of ours in one job must not end the ticking
            log.error("slots_not_written", job=job.name, error=type(error).__name__, exc_info=error)

    def _step(self, job: Job) -> StoredSlot | None:
        """Claim, give up or miss one slot; None when nothing is left to do now."""
        now = self._clock.now()
        latest = latest_due(job, now)
        return self._database.write(lambda c: self._decide(c, job, latest, now - job.limit)).result()

    def _decide(self, connection: Connection, job: Job, latest: datetime | None, oldest: datetime) -> StoredSlot | None:
        lock_job(connection, job.name)
        real, begun = self._clock.real(), slots.list_begun(connection, job.name)
        if latest is None or any(slot.owner and self._is_leased(slot, real) for slot in begun):
            return None  # one try of a job at a time, in all processes together
        waiting = [slot for slot in begun if slot.due_at <= latest and not self._is_leased(slot, real)]
        if waiting:
            return self._go_on(connection, waiting[0], oldest, real)
        if latest >= oldest:
            return slots.claim(connection, job.name, latest, self.owner, real, self._lease)
        if not slots.is_known(connection, job.name):
            return slots.add(connection, job.name, latest, SlotState.BEFORE, ended_at=real)
        missed = slots.add(connection, job.name, latest, SlotState.MISSED, ended_at=real)
        if missed is not None:
            _alert(connection, missed, real)
        return missed

    def _go_on(self, connection: Connection, slot: StoredSlot, oldest: datetime, real: datetime) -> StoredSlot | None:
        """Take a begun slot over for another try; give it up when it had all its tries, or is too late."""
        if slot.attempts < TRIES and slot.due_at >= oldest:
            return slots.take_over(connection, slot, self.owner, real, self._lease)
        return _end(connection, slot, SlotState.FAILED, real, slot.detail or "did not come to an end")

    def _is_leased(self, slot: StoredSlot, real: datetime) -> bool:
        """Tell whether a claim is alive, or rests after a try that failed."""
        if self._database.is_sqlite and slot.owner not in ("", self.owner):
            return False
        return slot.leased_until is not None and slot.leased_until > real

    def _try(self, job: Job, slot: StoredSlot) -> None:
        try:
            job.run(SlotRun(self._database, self._clock, slot, self._lease))
        except (StorageUnavailableError, LeaseLostError):
            raise  # nothing can be written, or nothing is ours to write: the slot goes on when its lease has run out
        except Exception as error:
            ended = self._put_back(slot, error)
        else:
            ended = self._database.write(lambda c: _end(c, slot, SlotState.DONE, self._clock.real())).result()
        if ended is None:
            log.warning("slot_lost", job=slot.job)
        elif ended.state is SlotState.FAILED:
            _tell(ended)

    def _put_back(self, slot: StoredSlot, error: Exception) -> StoredSlot | None:
        """Let a slot whose try raised rest for a lease, or give it up after its last try."""
        name, real = type(error).__name__, self._clock.real()
        log.error("slot_try_failed", job=slot.job, attempts=slot.attempts, error=name, exc_info=error)
        if slot.attempts < TRIES:
            return self._database.write(lambda c: slots.put_back(c, slot, real + self._lease, name)).result()
        return self._database.write(lambda c: _end(c, slot, SlotState.FAILED, real, name)).result()


def _end(
    connection: Connection, slot: StoredSlot, state: SlotState, real: datetime, detail: str = ""
) -> StoredSlot | None:
    """End a slot, and with it raise or end the alert of its job."""
    ended = slots.mark_ended(connection, slot, state, real, detail)
    if ended is not None and state is SlotState.DONE:
        alerts.end(connection, AlertKind.MISSED_SLOT, slot.job, real)
    elif ended is not None:
        _alert(connection, ended, real)
    return ended


def _alert(connection: Connection, slot: StoredSlot, real: datetime) -> None:
    alerts.raise_(connection, AlertKind.MISSED_SLOT, slot.job, f"{slot.state} {slot.due_at.isoformat()}", real)


def _tell(slot: StoredSlot) -> None:
    """Log a slot that was not run to its end."""
    names = {SlotState.FAILED: "slot_failed", SlotState.MISSED: "slot_missed"}
    if slot.state in names:
        log.error(names[slot.state], job=slot.job, due_at=slot.due_at.isoformat(), detail=slot.detail)
