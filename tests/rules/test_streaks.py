"""A streak forgives a missed day, and never counts a day on which nothing was done."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.rules.streaks import count_days

TODAY = date(2022, 1, 20)


def ago(*days: int) -> set[date]:
    return {TODAY - timedelta(days=day) for day in days}


@pytest.mark.parametrize(
    ("acted", "days"),
    [
        ((), 0),
        ((0,), 1),
        ((0, 1, 2), 3),
        ((1, 2), 2),  # today is not over
        ((0, 2, 3), 3),  # one missed day is forgiven
        ((2, 3), 2),  # so is yesterday
        ((0, 3, 4), 1),  # two in a row are not
        ((3, 4), 0),
        ((0, 2, 4, 6), 4),
    ],
)
def test_a_missed_day_is_forgiven_and_two_in_a_row_end_it(acted: tuple[int, ...], days: int) -> None:
    assert count_days(ago(*acted), TODAY, ()) == days


def test_days_of_a_heat_alert_are_not_missed_and_not_counted() -> None:
    assert count_days(ago(0, 5), TODAY, ago(1, 2, 3, 4)) == 2
    assert count_days(ago(0, 5), TODAY, ago(1, 2, 3)) == 2
    assert count_days(ago(0, 5), TODAY, ago(1, 2)) == 1


@given(st.sets(st.integers(0, 30)), st.sets(st.integers(0, 30)))
def test_an_excuse_never_shortens_and_no_day_is_made_up(acted: set[int], excused: set[int]) -> None:
    plain, forgiven = count_days(ago(*acted), TODAY, ()), count_days(ago(*acted), TODAY, ago(*excused))
    assert plain <= forgiven <= len(acted)
