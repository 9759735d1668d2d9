"""The calendar of the rules: Tokyo days, weeks, caps' periods, seasons, late days."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.rules.calendar import (
    counts_for_board,
    in_season,
    late_days_open,
    period_key,
    tokyo_day,
    week_start,
)
from storage.facts import Per, Season
from tests.factories import an_action, some_limits

SUNDAY_24 = datetime(2022, 1, 23, 15, tzinfo=UTC)  # midnight between Sunday and Monday in Tokyo


def test_the_tokyo_day_begins_nine_hours_before_the_utc_day() -> None:
    assert tokyo_day(datetime(2022, 1, 19, 14, 59, 59, tzinfo=UTC)) == date(2022, 1, 19)
    assert tokyo_day(datetime(2022, 1, 19, 15, tzinfo=UTC)) == date(2022, 1, 20)


def test_an_instant_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        tokyo_day(datetime(2022, 1, 20))


@given(st.dates(min_value=date(1, 1, 8)))
def test_a_week_starts_on_the_monday_not_after_the_day(on: date) -> None:
    assert week_start(on).weekday() == 0
    assert 0 <= (on - week_start(on)).days <= 6


@pytest.mark.parametrize(
    ("per", "on", "key"),
    [
        (Per.DAY, date(2022, 1, 20), "2022-01-20"),
        (Per.WEEK, date(2022, 1, 20), "2022-W03"),
        (Per.WEEK, date(2022, 1, 1), "2021-W52"),
        (Per.WEEK, date(2026, 12, 31), "2026-W53"),
        (Per.MONTH, date(2022, 1, 20), "2022-01"),
        (Per.YEAR, date(2022, 3, 31), "FY2021"),
        (Per.YEAR, date(2022, 4, 1), "FY2022"),
        (Per.EVER, date(2022, 1, 20), "ever"),
    ],
)
def test_a_period_is_named_by_the_day_acted_on(per: Per, on: date, key: str) -> None:
    assert period_key(per, on, 4) == key


def test_a_fiscal_year_that_starts_in_january_is_the_calendar_year() -> None:
    assert period_key(Per.YEAR, date(2022, 1, 1), 1) == "FY2022"


@given(st.dates(min_value=date(1, 1, 8)), st.sampled_from(list(Per)))
def test_a_period_key_sorts_out_days_exactly_as_its_calendar_stretch_does(on: date, per: Per) -> None:
    keys = {period_key(per, week_start(on) + timedelta(days=day), 4) for day in range(7)} if on.year < 9998 else {""}
    if per in (Per.WEEK, Per.EVER):
        assert len(keys) == 1
    assert len(keys) <= 7


def test_an_entry_counts_for_the_board_until_sunday_midnight_in_tokyo() -> None:
    acted_on = date(2022, 1, 20)
    assert counts_for_board(acted_on, SUNDAY_24 - timedelta(microseconds=1))
    assert not counts_for_board(acted_on, SUNDAY_24)


def test_an_act_of_sunday_entered_on_monday_is_late_for_its_board() -> None:
    assert not counts_for_board(date(2022, 1, 23), SUNDAY_24 + timedelta(hours=1))
    assert counts_for_board(date(2022, 1, 24), SUNDAY_24 + timedelta(hours=1))


def test_an_action_without_seasons_is_always_in_season() -> None:
    assert in_season(an_action(), date(2024, 2, 29))


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2022, 4, 30), False),
        (date(2022, 5, 1), True),
        (date(2022, 10, 31), True),
        (date(2022, 11, 1), True),
        (date(2023, 1, 1), True),
        (date(2023, 3, 31), True),
        (date(2023, 4, 1), False),
    ],
)
def test_seasons_include_both_ends_and_may_run_over_the_new_year(on: date, expected: bool) -> None:
    seasons = (Season(first="05-01", last="10-31"), Season(first="11-01", last="03-31"))
    assert in_season(an_action(seasons=seasons), on) is expected


def test_today_and_three_days_before_it_may_be_reported() -> None:
    assert late_days_open(date(2022, 1, 2), some_limits()) == (
        date(2022, 1, 2),
        date(2022, 1, 1),
        date(2021, 12, 31),
        date(2021, 12, 30),
    )
