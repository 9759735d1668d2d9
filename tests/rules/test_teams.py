"""Teams by the rules: codes that no word is taken for, who may make one, and two neutral weeks from joining."""

from datetime import date, datetime, timedelta

import pytest

from handlers.rules import boards, teams
from handlers.rules.boards import Acted, Joined
from handlers.rules.calendar import TOKYO
from handlers.rules.teams import JoinProblem
from storage.facts import BoardLimits, TeamFacts, TeamKind

WEEK = date(2022, 1, 17)
CLOSE = datetime(2022, 1, 24, tzinfo=TOKYO)
LIMITS = BoardLimits()


def team(number: int = 7, *, is_closed: bool = False) -> TeamFacts:
    return TeamFacts(
        id=number, code="7C3K94W", kind=TeamKind.GROUP, shown_name="a", own_name="a", made_by=None,
        name_asked_at=None, name_verdict=None, is_closed=is_closed,
    )  # fmt: skip


@pytest.mark.parametrize("typed", ["7C3K94W", "7c3-k94w", " ７Ｃ３－Ｋ９４Ｗ ", teams.write_code("7C3K94W")])
def test_a_code_is_read_as_people_type_it(typed: str) -> None:
    assert teams.read_code(typed) == "7C3K94W"


@pytest.mark.parametrize("typed", ["THANKYR", "3467946", "7C3K94WX", "7C3K94", "7C3K940", "マイボトル", ""])
def test_a_word_a_number_and_another_length_are_no_code(typed: str) -> None:
    assert teams.read_code(typed) is None


def test_a_person_comes_into_an_open_team_that_is_not_theirs_already() -> None:
    assert teams.join_problem(team(), None) is None
    assert teams.join_problem(team(), 8) is None
    assert teams.join_problem(team(), 7) is JoinProblem.ALREADY
    assert teams.join_problem(team(is_closed=True), None) is JoinProblem.UNKNOWN
    assert teams.join_problem(None, None) is JoinProblem.UNKNOWN


def test_persons_make_companies_and_groups_up_to_three_and_no_school_class() -> None:
    assert [teams.may_make(kind, 0) for kind in TeamKind] == [True, False, True]
    assert [teams.may_make(TeamKind.GROUP, made) for made in (2, 3)] == [True, False]


def test_only_a_schools_class_keeps_off_the_person_board() -> None:
    assert [kind for kind in TeamKind if teams.keeps_off_person_board(kind)] == [TeamKind.SCHOOL]


def test_who_joined_a_team_less_than_two_weeks_ago_neither_lifts_nor_lowers_it() -> None:
    old, new = CLOSE - timedelta(days=14), CLOSE - timedelta(days=13)
    acted = [Acted(person, WEEK + timedelta(days=day), CLOSE, 5) for person in (1, 3) for day in (0, 1)]
    acted = [Acted(one.person, one.on, datetime(2022, 1, 20, tzinfo=TOKYO), one.points) for one in acted]
    places = [Joined(1, "7", old), Joined(2, "7", old), Joined(3, "7", new), Joined(4, "7", new)]
    (summed,) = teams.team_weeks((7,), places, boards.person_weeks(acted), WEEK, LIMITS)
    assert (summed.code, summed.persons, summed.active, summed.points) == ("7", 2, 1, 10)
