"""Teams: how their codes look, who may make one, and what joining asks for. Asks no database, ranks nothing.

Wards, teams, boards (docs/decisions/teams.md). The board itself is that of handlers.rules.boards: a team is a group
like a ward, and its persons' two neutral weeks begin when they join the team.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from enum import Enum

from handlers.rules import boards, person_codes
from handlers.rules.boards import Joined
from handlers.rules.person_codes import LETTERS
from storage.facts import BoardLimits, GroupWeek, PersonWeek, TeamFacts, TeamKind

LENGTH = 7  # 31 bits; slips have 8 letters, links 9, persons 12: a typed code says what it is
MOST_MADE = 3
"""Open teams that one person may have made: a name costs staff a look."""
MADE_BY_PERSONS = (TeamKind.COMPANY, TeamKind.GROUP)
_DIGITS = frozenset("0123456789")


class JoinProblem(Enum):
    """Why a person does not come into a team."""

    UNKNOWN = "unknown"
    ALREADY = "already"


def is_code(letters: str) -> bool:
    """Tell whether letters can be a team's code: digits and letters, so no word of a language is."""
    has_both = bool(_DIGITS & set(letters)) and not set(letters) <= _DIGITS
    return len(letters) == LENGTH and has_both and set(letters) <= set(LETTERS)


def read_code(words: str) -> str | None:
    """Read a code in any width and case, with or without its gap; None for what is none."""
    letters = person_codes.fold(words)
    return letters if is_code(letters) else None


def write_code(code: str) -> str:
    """Write a code in two groups that are easy to copy: ``7C3-K94W``."""
    return f"{code[:3]}-{code[3:]}"


def join_problem(team: TeamFacts | None, own_team_id: int | None) -> JoinProblem | None:
    """Say why somebody may not come into a team; None where they may, out of the one they are in."""
    if team is None or team.is_closed:
        return JoinProblem.UNKNOWN
    return JoinProblem.ALREADY if team.id == own_team_id else None


def may_make(kind: TeamKind, made: int) -> bool:
    """Tell whether a person who made so many open teams may make one more of a kind; classes are made by staff."""
    return kind in MADE_BY_PERSONS and made < MOST_MADE


def keeps_off_person_board(kind: TeamKind) -> bool:
    """Tell whether a team's persons stand on no person board and send no photos: a school's class."""
    return kind is TeamKind.SCHOOL


def team_weeks(
    teams: Iterable[int], places: Iterable[Joined], weeks: Mapping[tuple[date, int], PersonWeek], week: date,
    limits: BoardLimits,
) -> tuple[GroupWeek, ...]:  # fmt: skip
    """Sum a week by team; a place's ``ward`` names the team, its ``joined_at`` says since when they are in it."""
    return boards.ward_weeks([str(team) for team in teams], places, weeks, week, limits)
