"""What a key figure must say before it is kept: a name, a unit, and numbers with their source. Pure."""

import re
import unicodedata
from datetime import date
from enum import StrEnum

from storage.facts import KpiWords

NUMBER = re.compile(r"-?\d{1,12}(\.\d{1,6})?", re.ASCII)


class Problem(StrEnum):
    """Why a key figure or a value cannot be kept as it was written."""

    NO_NAME = "no_name"
    NO_NUMBER = "no_number"
    NO_SOURCE = "no_source"
    TO_COME = "to_come"
    CHANGED = "changed"  # somebody else changed it meanwhile


def plain_number(text: str) -> str:
    """Write a number as it is kept: ASCII digits without separators (１，２００ is 1200); other words stay."""
    return unicodedata.normalize("NFKC", text).replace(",", "").replace("−", "-").strip()


def find_problem(words: KpiWords) -> Problem | None:
    """Say what a figure's words lack; base and target may be unknown, but no base stands without its source."""
    if not words.name or not words.unit:
        return Problem.NO_NAME
    if any(amount and not NUMBER.fullmatch(amount) for amount in (words.base, words.target)):
        return Problem.NO_NUMBER
    return Problem.NO_SOURCE if words.base and not words.base_source else None


def find_value_problem(on: date, amount: str, source: str, today: date) -> Problem | None:
    """Say why a value cannot be entered; an amount of "" takes the day's value back, and needs its reason as source."""
    if on > today:
        return Problem.TO_COME
    if amount and not NUMBER.fullmatch(amount):
        return Problem.NO_NUMBER
    return None if source else Problem.NO_SOURCE
