"""Slots: which run of which job was claimed by whom, and how it ended; a dead claim can be taken over. Runs nothing."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from storage.database import Instant, table_of


class SlotState(StrEnum):
    """What became of one run of a job."""

    CLAIMED = "claimed"
    DONE = "done"
    FAILED = "failed"
    MISSED = "missed"  # too late to be worth running; staff are shown it


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
