"""Draws (抽選): who has a lot, and how far a draw has come."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class DrawKind(StrEnum):
    """What gives a lot: always something done, never something bought, and one lot however much it was."""

    REPORTS = "reports"  # at least so many reports that stand
    CONFIRMED = "confirmed"  # at least so many reports whose evidence was accepted
    ATTENDED = "attended"  # at least so many parts attended, confirmed


class DrawState(StrEnum):
    """How far a draw has come."""

    PLANNED = "planned"
    FROZEN = "frozen"  # the lots are written and hashed; no seed was taken yet
    DRAWN = "drawn"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawTerms:
    """What staff set up: the days looked at, the condition, how many prizes, and what winners read."""

    name: str
    first_on: date
    last_on: date
    kind: DrawKind
    at_least: int
    prizes: int
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawFacts:
    """A draw with its proof: hash of the lots first, then the seed. ``made_by_id`` is a staff account's number."""

    id: int
    terms: DrawTerms
    state: DrawState
    made_by: str
    made_by_id: int
    made_at: datetime
    frozen_at: datetime | None
    lots: int
    lots_hash: str
    seed: str
    drawn_by: str
    drawn_at: datetime | None
    withdrawn_by: str
    withdrawn_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Winner:
    """Whose lot was drawn, from 1; ``person_id`` is None once the person left."""

    place: int
    lot: int
    person_id: int | None
