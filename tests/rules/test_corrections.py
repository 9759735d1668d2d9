"""A correction by staff never takes below nothing, is of a day that was, and of a size that is no slip of a finger."""

from datetime import date, timedelta
from typing import Any

import pytest

from handlers.rules.corrections import MOST, CorrectionFacts, Problem, find_problem

TODAY = date(2022, 1, 20)


def facts(**changes: Any) -> CorrectionFacts:
    plain = {"points": -5, "on": TODAY, "today": TODAY, "stands": 5, "on_board": 5}
    return CorrectionFacts(**{**plain, **changes})


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({}, None),
        ({"points": 0}, Problem.NOTHING),
        ({"points": MOST, "stands": 0, "on_board": 0}, None),
        ({"points": MOST + 1}, Problem.TOO_MANY),
        ({"points": -MOST - 1, "stands": 9_999, "on_board": 9_999}, Problem.TOO_MANY),
        ({"on": TODAY + timedelta(days=1)}, Problem.TO_COME),
        ({"on": TODAY - timedelta(days=366), "on_board": None}, None),
        ({"on": TODAY - timedelta(days=367), "on_board": None}, Problem.TOO_OLD),
        ({"points": -6}, Problem.BELOW_ACTION),
        ({"points": -5, "stands": 20, "on_board": 4}, Problem.BELOW_WEEK),
        ({"points": -5, "stands": 20, "on_board": None}, None),
        ({"points": 5, "stands": 0, "on_board": 0}, None),
        ({"points": 1, "stands": -3, "on_board": -3}, None),
    ],
)
def test_what_can_be_corrected_and_what_not(changes: dict[str, Any], problem: Problem | None) -> None:
    assert find_problem(facts(**changes)) is problem
