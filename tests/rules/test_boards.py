"""Boards over small made-up weeks, and the properties that every week keeps."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.rules import boards
from handlers.rules.boards import Acted, Joined, band, closed_week, person_weeks, rank_groups, rank_persons, ward_weeks
from handlers.rules.calendar import TOKYO
from storage.facts import Band, BoardLimits, Crowd, GroupWeek

LIMITS = BoardLimits()
WEEK = date(2022, 1, 17)
MONDAY_EVE = datetime(2022, 1, 24, tzinfo=TOKYO)
LONG_AGO = datetime(2021, 1, 1, tzinfo=UTC)
WARDS = ("north", "south", "outside", "rather_not_say")


def acted(person: int, *days: int, points: int = 10) -> list[Acted]:
    """Act once on some days of the week, Monday being 0, and enter it the same noon."""
    on = [WEEK + timedelta(days=day) for day in days]
    return [Acted(person, day, datetime(day.year, day.month, day.day, 12, tzinfo=TOKYO), points) for day in on]


def sums(people: list[Joined], history: list[Acted], limits: BoardLimits = LIMITS) -> dict[str, GroupWeek]:
    return {one.code: one for one in ward_weeks(WARDS, people, person_weeks(history), WEEK, limits)}


def group(code: str = "north", persons: int = 10, active: int = 5, points: int = 100) -> GroupWeek:
    return GroupWeek(code=code, persons=persons, active=active, points=points)


def codes(*groups: GroupWeek) -> list[tuple[int, str]]:
    return [(line.place, line.group.code) for line in rank_groups(groups, LIMITS)]


def test_who_acted_on_two_days_is_active_and_on_one_day_is_not() -> None:
    people = [Joined(1, "north", LONG_AGO), Joined(2, "north", LONG_AGO)]
    found = sums(people, [*acted(1, 0, 6), *acted(2, 3, 3, 3)])
    assert found["north"] == group(persons=2, active=1, points=20)


def test_an_action_taken_back_makes_no_day() -> None:
    history = acted(1, 0, 1)
    history.append(replace(history[0], points=-10, times=-1))
    assert sums([Joined(1, "north", LONG_AGO)], history)["north"].active == 0


def test_an_entry_made_by_sunday_24_counts_and_a_second_later_does_not() -> None:
    sunday = WEEK + timedelta(days=6)
    in_time = Acted(1, sunday, MONDAY_EVE - timedelta(seconds=1), 10)
    late = Acted(1, sunday - timedelta(days=1), MONDAY_EVE, 30)
    week = person_weeks([in_time, late])[WEEK, 1]
    assert (week.points, week.days) == (10, 1)


def test_each_ones_part_in_a_mean_is_capped() -> None:
    history = [*acted(1, 0, 1, points=9_000), *acted(2, 0, 1, points=10)]
    people = [Joined(1, "north", LONG_AGO), Joined(2, "north", LONG_AGO)]
    assert sums(people, history)["north"].points == LIMITS.points_a_week + 20


def test_nobody_stands_for_outside_or_for_a_ward_not_said() -> None:
    assert set(sums([Joined(1, "outside", LONG_AGO)], acted(1, 0, 1))) == {"north", "south"}


@pytest.mark.parametrize(("hours", "counted"), [(0, 1), (-1, 1), (1, 0)])
def test_a_newcomer_is_neutral_for_two_weeks(hours: int, counted: int) -> None:
    joined_at = MONDAY_EVE - timedelta(days=14) + timedelta(hours=hours)
    assert sums([Joined(1, "north", joined_at)], acted(1, 0, 1))["north"].persons == counted


def test_participation_comes_before_points() -> None:
    assert codes(group("rich", active=4, points=4_000), group("many", active=5, points=50)) == [
        (1, "many"),
        (2, "rich"),
    ]


def test_the_mean_decides_between_equal_participation_whatever_the_size() -> None:
    small, large = group("small", 10, 5, 100), group("large", 100, 50, 999)
    assert codes(large, small) == [(1, "small"), (2, "large")]


def test_equal_groups_share_a_place_and_the_next_stands_after_both() -> None:
    third = group("c", active=1)
    assert codes(group("b"), third, group("a", 20, 10, 200)) == [(1, "a"), (1, "b"), (3, "c")]


def test_groups_of_fewer_than_five_are_hidden() -> None:
    assert codes(group("four", persons=4, active=4), group("five", persons=5, active=1)) == [(1, "five")]


def test_a_mean_of_fewer_than_five_is_not_told() -> None:
    assert not boards.can_tell_mean(group(active=4), LIMITS)
    assert boards.can_tell_mean(group(active=5), LIMITS)


def test_a_ward_where_nobody_acted_stands_last_with_nothing() -> None:
    assert codes(group("idle", active=0, points=0), group()) == [(1, "north"), (2, "idle")]
    assert boards.mean(group(active=0)) == 0


def test_the_person_board_shows_twenty_and_equals_share_a_place() -> None:
    best = [(number, f"name {number}", 100 - number // 2 * 2) for number in range(30)]
    lines = rank_persons(best, LIMITS)
    assert len(lines) == 20
    assert [line.place for line in lines[:5]] == [1, 1, 3, 3, 5]


def test_nobody_without_points_is_on_the_person_board() -> None:
    assert rank_persons([(1, "a", 0), (2, "b", 5)], LIMITS) == rank_persons([(2, "b", 5)], LIMITS)


@pytest.mark.parametrize(
    ("ahead", "found"),
    [(0, Band.FIRST_TENTH), (9, Band.FIRST_TENTH), (10, Band.FIRST_QUARTER), (24, Band.FIRST_QUARTER),
     (25, Band.FIRST_HALF), (49, Band.FIRST_HALF), (50, Band.UNDER_WAY), (99, Band.UNDER_WAY)],
)  # fmt: skip
def test_everybody_else_has_a_band(ahead: int, found: Band) -> None:
    assert band(Crowd(100, ahead), LIMITS) is found


def test_there_is_no_band_among_fewer_than_five() -> None:
    assert band(Crowd(4, 0), LIMITS) is None
    assert band(Crowd(5, 0), LIMITS) is Band.FIRST_TENTH


@pytest.mark.parametrize(
    ("now", "week"),
    [
        (MONDAY_EVE - timedelta(seconds=1), date(2022, 1, 10)),
        (MONDAY_EVE, WEEK),
        (MONDAY_EVE + timedelta(days=6), WEEK),
    ],
)
def test_a_week_is_closed_from_monday_on(now: datetime, week: date) -> None:
    assert closed_week(now) == week


groups = st.lists(
    st.builds(GroupWeek, code=st.uuids().map(str), persons=st.integers(5, 40), active=st.integers(0, 5),
              points=st.integers(0, 500)),
    unique_by=lambda one: one.code, max_size=9,
)  # fmt: skip


@given(groups)
def test_no_group_stands_behind_one_it_is_better_than(found: list[GroupWeek]) -> None:
    lines = rank_groups(found, LIMITS)
    merits = [(boards.rate(line.group), boards.mean(line.group)) for line in lines]
    assert merits == sorted(merits, reverse=True)
    for line, merit in zip(lines, merits, strict=True):
        assert line.place == 1 + sum(other > merit for other in merits)


people = st.lists(
    st.builds(Joined, st.integers(1, 9), st.sampled_from(WARDS), st.just(LONG_AGO)), unique_by=lambda p: p.person
)
histories = st.lists(
    st.builds(
        Acted,
        person=st.integers(1, 10),
        on=st.integers(-7, 7).map(lambda day: WEEK + timedelta(days=day)),
        entered_at=st.integers(-24, 24 * 9).map(lambda hour: MONDAY_EVE - timedelta(days=7) + timedelta(hours=hour)),
        points=st.integers(-20, 500),
        times=st.sampled_from([1, 1, -1, 0]),
    )
)


@given(people, histories, st.sampled_from(WARDS))
def test_a_newcomer_changes_nothing_for_their_ward(joined: list[Joined], history: list[Acted], ward: str) -> None:
    newcomer = Joined(10, ward, MONDAY_EVE - timedelta(days=13))
    assert sums([*joined, newcomer], history) == sums(joined, history)


@given(people, histories)
def test_a_sum_is_never_out_of_its_bounds(joined: list[Joined], history: list[Acted]) -> None:
    for one in sums(joined, history).values():
        assert 0 <= one.active <= one.persons <= len(joined)
        assert 0 <= one.points <= one.active * LIMITS.points_a_week
        assert 0 <= boards.rate(one) <= Fraction(1)
