"""Draws: what may be set up, when one may be carried out, and which lots win. Pure; the seed comes from outside."""

import hashlib
from collections.abc import Collection
from datetime import date, timedelta
from enum import Enum

from storage.facts import DrawFacts, DrawState, DrawTerms

MOST_DAYS = 366
MOST_PRIZES = 1_000
MOST_TIMES = 1_000
LONGEST = {"name": 40, "words": 200, "reason": 200}
"""Characters: a card in the chat holds the name and the words beside all else."""


class Problem(Enum):
    """Why something cannot be done."""

    NO_NAME = "no_name"
    NO_WORDS = "no_words"
    DAYS = "days"
    TIMES = "times"
    PRIZES = "prizes"
    NO_REASON = "no_reason"
    NOT_OVER = "not_over"
    WAITING = "waiting"  # evidence of the period is not decided
    SAME_PERSON = "same_person"
    ENDED = "ended"  # drawn or withdrawn before
    NOBODY = "nobody"
    MOVED = "moved"  # a record came in while the lots were gathered


def find_problem(terms: DrawTerms) -> Problem | None:
    """Tell why a draw cannot be set up so; None where it can."""
    days = (terms.last_on - terms.first_on).days + 1
    fits = {
        Problem.NO_NAME: bool(terms.name.strip()),
        Problem.NO_WORDS: bool(terms.words.strip()),
        Problem.DAYS: 1 <= days <= MOST_DAYS,
        Problem.TIMES: 1 <= terms.at_least <= MOST_TIMES,
        Problem.PRIZES: 1 <= terms.prizes <= MOST_PRIZES,
    }
    return next((problem for problem, is_right in fits.items() if not is_right), None)


def opens_on(terms: DrawTerms, late_days: int) -> date:
    """Give the first day on which no report of the period can come in any more."""
    return terms.last_on + timedelta(days=late_days + 1)


def find_obstacle(draw: DrawFacts, staff_id: int, *, waiting: int, today: date, late_days: int) -> Problem | None:
    """Tell why a draw cannot be carried out now by somebody of the staff; None where it can."""
    if draw.state not in (DrawState.PLANNED, DrawState.FROZEN):
        return Problem.ENDED
    if today < opens_on(draw.terms, late_days):
        return Problem.NOT_OVER
    if staff_id == draw.made_by_id:
        return Problem.SAME_PERSON
    # What is frozen was complete when it was: a photo sent again since changes no lot.
    return Problem.WAITING if waiting and draw.state is DrawState.PLANNED else None


def hash_lots(lots: Collection[int]) -> str:
    """Hash the lots: SHA-256 of their numbers, smallest first, one a line."""
    return hashlib.sha256("".join(f"{lot}\n" for lot in sorted(lots)).encode()).hexdigest()


def choose(lots: Collection[int], seed: str, prizes: int) -> list[int]:
    """Choose the lots that win, in order: those whose SHA-256 of ``seed:lot`` is smallest; each has equal chances.

    The same lots and seed give the same winners anywhere, whatever order the lots come in.
    """
    return sorted(lots, key=lambda lot: hashlib.sha256(f"{seed}:{lot}".encode()).digest())[:prizes]
