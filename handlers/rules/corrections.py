"""What a correction of points by staff may do: how many, of which day, and never below nothing. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

MOST = 1_000
"""Points of one correction, up or down: ten times what anything earns, so that a slip of a finger is caught."""
OLDEST = timedelta(days=366)
UNNAMED = "correction"
"""In the place of an action's code, for points that belong to no action."""


class Reason(StrEnum):
    """Why points are corrected. A closed list: it is told in every language, and names nobody in the ledger."""

    DOUBLE = "double"
    MISSED = "missed"
    AGAINST_RULES = "against_rules"
    MISTAKE = "mistake"
    PRACTICE = "practice"
    TAKEN_BACK = "taken_back"  # an earlier correction was wrong


class Problem(StrEnum):
    """Why a correction cannot be made."""

    NOTHING = "nothing"  # no points to correct
    TOO_MANY = "too_many"
    TO_COME = "to_come"
    TOO_OLD = "too_old"
    BELOW_ACTION = "below_action"
    BELOW_WEEK = "below_week"
    ALREADY = "already"  # the same form, sent twice


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionFacts:
    """What is decided on. ``stands`` is what the person has of this action, confirmed or self-reported as is corrected.

    ``on_board`` is what the boards count for them in the day's week; None once that week is closed.
    """

    points: int
    on: date
    today: date
    stands: int
    on_board: int | None


def find_problem(facts: CorrectionFacts) -> Problem | None:
    """Say why a correction cannot be made; None where it can."""
    tried: Mapping[Problem, bool] = {
        Problem.NOTHING: facts.points == 0,
        Problem.TOO_MANY: abs(facts.points) > MOST,
        Problem.TO_COME: facts.on > facts.today,
        Problem.TOO_OLD: facts.on < facts.today - OLDEST,
        Problem.BELOW_ACTION: facts.points < 0 and facts.stands + facts.points < 0,
        Problem.BELOW_WEEK: facts.points < 0 and facts.on_board is not None and facts.on_board + facts.points < 0,
    }
    return next((problem for problem, holds in tried.items() if holds), None)
