"""Donations of points: the local bodies that a city names, and what was given to them together."""

from dataclasses import dataclass
from datetime import date

from storage.facts.texts import Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalBody:
    """An organisation of the city that points may be given to; the name fits a button, ``about`` is one sentence."""

    code: str
    name: Texts
    about: Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenSum:
    """What a body was given in a fiscal year (named by the year it starts in) up to the end of a week."""

    local_body: str
    year: int
    week: date
    points: int
    persons: int
