"""Each slip in a city's challenges is told by field, in words that say what to do."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from storage import challenge_checks
from storage.facts import Challenge
from storage.programme_file import from_document, to_document
from tests.town import kitaq


def challenge(**changes: Any) -> Challenge:
    plain = {"code": "plastic", "title": {"ja": "減らす"}, "starts_on": date(2022, 1, 17), "goal": 5}
    return Challenge(**{**plain, "actions": ("my_bag",), **changes})


def problems(*challenges: Challenge) -> list[str]:
    return list(challenge_checks.find_problems(replace(kitaq(), challenges=challenges)))


def test_a_good_one_has_no_problem_and_runs_for_two_weeks() -> None:
    one = challenge()
    assert problems(one) == []
    held = [date(2022, 1, day) for day in (16, 17, 30, 31) if one.holds(date(2022, 1, day))]
    assert held == [date(2022, 1, 17), date(2022, 1, 30)]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"days": 0}, "challenges[plastic].days: must be from 1 to 62"),
        ({"goal": 0}, "challenges[plastic].goal: must be from 1 to 1000"),
        ({"actions": ("nothing",)}, 'challenges[plastic].actions: there is no action "nothing"'),
        ({"actions": ("solar",)}, 'challenges[plastic].actions: "solar" is a milestone: nobody is challenged to buy'),
        ({"actions": ("my_bag", "my_bag")}, 'actions: "my_bag" stands there 2 times'),
    ],
)
def test_a_slip_is_told(changes: dict[str, Any], told: str) -> None:
    assert any(told in one for one in problems(challenge(**changes)))


def test_challenges_come_back_equal_from_a_stored_version() -> None:
    programme = replace(kitaq(), challenges=(challenge(),))
    assert from_document(to_document(programme)).challenges == programme.challenges
