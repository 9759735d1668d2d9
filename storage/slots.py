"""Slots: which run of which job was claimed by whom, and how it ended; a dead claim can be taken over. Runs nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, delete, exists, func, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, SQLModel

from storage.database import Instant, table_of


class SlotState(StrEnum):
    """What became of one run of a job."""

    CLAIMED = "claimed"  # being run, resting between two tries, or its process died
    DONE = "done"
    FAILED = "failed"  # given up after its last try; staff are shown it
    MISSED = "missed"  # too late to be worth running; staff are shown it
    BEFORE = "before"  # was due before the job was first looked at here: not run, and nothing to show


SHOWN = (SlotState.FAILED, SlotState.MISSED)


class Slot(SQLModel, table=True):
    """One run of one job: unique per job and due moment (calendar time); the lease is real time."""

    job: str = Field(primary_key=True)
    due_at: datetime = Field(primary_key=True, sa_type=Instant)
    state: str
    owner: str = ""
    leased_until: datetime | None = Field(default=None, sa_type=Instant)
    attempts: int = 0
    started_at: datetime | None = Field(default=None, sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    detail: str = ""


SLOTS = table_of(Slot)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSlot:
    """One slot as it stands. ``due_at`` is calendar time, the rest real. Without an owner it rests between tries."""

    job: str
    due_at: datetime
    state: SlotState
    owner: str
    leased_until: datetime | None
    attempts: int
    started_at: datetime | None
    ended_at: datetime | None
    detail: str


def add(connection: Connection, job: str, due_at: datetime, state: SlotState, **values: Any) -> StoredSlot | None:
    """Write a slot down; None when it is there already, whatever became of it."""
    insert = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(SLOTS)
    row = {"owner": "", "attempts": 0, "detail": "", **values, "job": job, "due_at": due_at, "state": state}
    return _one(connection, insert.values(**row).on_conflict_do_nothing().returning(*SLOTS.c))


def claim(
    connection: Connection, job: str, due_at: datetime, owner: str, now: datetime, lease: timedelta
) -> StoredSlot | None:
    """Claim a slot for its first try; None when it is there already."""
    held = {"owner": owner, "attempts": 1, "started_at": now, "leased_until": now + lease}
    return add(connection, job, due_at, SlotState.CLAIMED, **held)


def take_over(
    connection: Connection, slot: StoredSlot, owner: str, now: datetime, lease: timedelta
) -> StoredSlot | None:
    """Claim a begun slot for its next try; None when it stands otherwise than ``slot`` says."""
    held = {"owner": owner, "attempts": slot.attempts + 1, "started_at": now, "leased_until": now + lease}
    return _change(connection, slot, SLOTS.c.leased_until == slot.leased_until, **held)


def renew(connection: Connection, slot: StoredSlot, now: datetime, lease: timedelta) -> bool:
    """Hold a claimed slot longer; False when it was taken over meanwhile."""
    return _change(connection, slot, leased_until=now + lease) is not None


def put_back(connection: Connection, slot: StoredSlot, until: datetime, detail: str) -> StoredSlot | None:
    """Let a slot rest until its next try; None when it was taken over meanwhile."""
    return _change(connection, slot, owner="", leased_until=until, detail=detail)


def mark_ended(
    connection: Connection, slot: StoredSlot, state: SlotState, now: datetime, detail: str = ""
) -> StoredSlot | None:
    """Write how a claimed slot ended; None when it was taken over meanwhile."""
    return _change(connection, slot, state=state, ended_at=now, leased_until=None, detail=detail)


def list_begun(connection: Connection, job: str) -> list[StoredSlot]:
    """List the slots of a job that have begun and not ended, the longest due first."""
    begun = select(SLOTS).where(SLOTS.c.job == job, SLOTS.c.state == SlotState.CLAIMED)
    return _many(connection, begun.order_by(SLOTS.c.due_at))


def is_known(connection: Connection, job: str) -> bool:
    """Tell whether any slot of a job was ever written down here."""
    return bool(connection.execute(select(exists().where(SLOTS.c.job == job))).scalar())


def list_shown(connection: Connection, limit: int) -> list[StoredSlot]:
    """List the failed and missed slots that are still kept, those due last first."""
    shown = select(SLOTS).where(SLOTS.c.state.in_(SHOWN))
    return _many(connection, shown.order_by(SLOTS.c.due_at.desc(), SLOTS.c.job).limit(limit))


def count_states(connection: Connection) -> dict[tuple[str, SlotState], int]:
    """Count the slots that are kept by job and state: some days of every job, so never many rows."""
    counted = select(SLOTS.c.job, SLOTS.c.state, func.count()).group_by(SLOTS.c.job, SLOTS.c.state)
    return {(row[0], SlotState(row[1])): row[2] for row in connection.execute(counted)}


def list_last_done(connection: Connection) -> dict[str, datetime]:
    """Tell for each job when it last ended well, in real time."""
    last = select(SLOTS.c.job, func.max(SLOTS.c.ended_at)).where(SLOTS.c.state == SlotState.DONE)
    return {row[0]: row[1] for row in connection.execute(last.group_by(SLOTS.c.job))}


def forget_old(connection: Connection, states: Sequence[SlotState], ended_before: datetime, limit: int) -> int:
    """Remove slots that ended so in time past, a piece at a time; gives how many.

    The newest of each job stays: it is the proof that this slot need not be run.
    """
    later = SLOTS.alias()
    newest = select(func.max(later.c.due_at)).where(later.c.job == SLOTS.c.job).scalar_subquery()
    old = (SLOTS.c.state.in_(states), SLOTS.c.ended_at < ended_before, SLOTS.c.due_at < newest)
    chosen = select(SLOTS.c.job, SLOTS.c.due_at).where(*old).limit(limit)
    return connection.execute(delete(SLOTS).where(tuple_(SLOTS.c.job, SLOTS.c.due_at).in_(chosen))).rowcount


def _change(connection: Connection, slot: StoredSlot, *more: ColumnElement[bool], **values: Any) -> StoredSlot | None:
    """Change a slot that still stands as it was read: begun, the same owner, the same try."""
    same = (SLOTS.c.job == slot.job, SLOTS.c.due_at == slot.due_at, SLOTS.c.state == SlotState.CLAIMED)
    ours = (SLOTS.c.owner == slot.owner, SLOTS.c.attempts == slot.attempts)
    return _one(connection, SLOTS.update().where(*same, *ours, *more).values(**values).returning(*SLOTS.c))


def _one(connection: Connection, statement: Any) -> StoredSlot | None:
    row = connection.execute(statement).one_or_none()
    return None if row is None else _slot(row)


def _many(connection: Connection, question: Select[Any]) -> list[StoredSlot]:
    return [_slot(row) for row in connection.execute(question)]


def _slot(row: Row[Any]) -> StoredSlot:
    same = {name: getattr(row, name) for name in StoredSlot.__slots__ if name != "state"}
    return StoredSlot(**same, state=SlotState(row.state))
