"""What a team is: a company, a school class or a group that persons belong to, and the name that others see."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from storage.facts.people import NameVerdict


class TeamKind(StrEnum):
    """What binds a team together; a school's class is made by staff alone."""

    COMPANY = "company"
    SCHOOL = "school"
    GROUP = "group"


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamFacts:
    """One team. ``shown_name`` is what others see: a generated one until staff released ``own_name``.

    ``made_by`` is the person who made it; None for staff, and where that person left.
    """

    id: int
    code: str
    kind: TeamKind
    shown_name: str
    own_name: str
    made_by: int | None
    name_asked_at: datetime | None
    name_verdict: NameVerdict | None
    is_closed: bool


@dataclass(frozen=True, slots=True)
class Belonging:
    """A person's place in a team, and since when: it counts in the team's rate after two weeks."""

    team: TeamFacts
    joined_at: datetime


@dataclass(frozen=True, slots=True)
class WaitingTeamName:
    """A team's name that waits for staff to show it to others, and since when (calendar time)."""

    team_id: int
    name: str
    asked_at: datetime
