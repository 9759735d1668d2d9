"""What boards are made of: what a person did in a week, what a ward did together, and the lines that are shown."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Band(StrEnum):
    """Where somebody stands among all who earned points in a week: never a place in the thousands."""

    FIRST_TENTH = "first_tenth"
    FIRST_QUARTER = "first_quarter"
    FIRST_HALF = "first_half"
    UNDER_WAY = "under_way"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonWeek:
    """What one person did in the week that begins on a Monday; only entries made by its Sunday 24:00 Tokyo count.

    ``days`` is on how many days they acted.
    """

    week: date
    person_id: int
    points: int
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupWeek:
    """What a ward's persons did together in a week, newcomers left out on both sides.

    ``active`` of ``persons`` acted on enough days; ``points`` are theirs, each one's part capped.
    """

    code: str
    persons: int
    active: int
    points: int


@dataclass(frozen=True, slots=True)
class GroupLine:
    """One ward's line of a board: groups alike share a place."""

    place: int
    group: GroupWeek


@dataclass(frozen=True, slots=True)
class PersonLine:
    """One line of the person board, which holds nobody who did not ask for it: persons alike share a place."""

    place: int
    person_id: int
    name: str
    points: int


@dataclass(frozen=True, slots=True)
class Crowd:
    """All who earned points in a week: how many there are, and how many have more than somebody."""

    persons: int
    ahead: int
