"""Days as people write them in notices, with the weekday that they are said to fall on."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.rules.dates import find_days
from handlers.texts import format_day

NEAR = date(2022, 1, 20)


@pytest.mark.parametrize(
    "text",
    [
        "1月26日(水) 午後2時から",
        "１月２６日（水）",
        "1月26日水曜日",
        "2022年1月26日（水）",
        "令和4年1月26日(水)",
        "1/26(水)",
        "2022/1/26（水・祝）",
        "2022-01-26 (水)",
        "Wed 26 Jan, 2:00 pm",
        "Wednesday, January 26, 2022",
        "Wednesday the 26th of January",
        "26 January (Wed)",
        "Jan 26 (Wed.)",
    ],
)
def test_a_day_is_read_with_its_weekday(text: str) -> None:
    (named,) = find_days(text, NEAR)
    assert (named.on, named.weekday) == (date(2022, 1, 26), 2)
    assert not named.is_wrong


@pytest.mark.parametrize("text", ["1月26日(木)", "Thu 26 Jan", "January 26 (Tuesday)", "2022年1月26日 火曜日"])
def test_another_weekday_than_the_day_has_is_wrong(text: str) -> None:
    (named,) = find_days(text, NEAR)
    assert named.is_wrong


@pytest.mark.parametrize("text", ["2月30日", "2022年2月29日(火)", "13/45(土)"])
def test_a_day_that_does_not_exist_is_wrong(text: str) -> None:
    (named,) = find_days(text, NEAR)
    assert named.on is None
    assert named.is_wrong


def test_the_29th_of_february_is_that_of_the_closest_leap_year() -> None:
    (named,) = find_days("2月29日(木)", date(2024, 1, 10))
    assert named.on == date(2024, 2, 29)


def test_a_number_with_a_stroke_is_no_day() -> None:
    assert find_days("24/7で受付、13/45", NEAR) == []


def test_a_day_without_a_year_is_the_one_closest_to_the_day_of_reading() -> None:
    (new_year,) = find_days("1月5日", date(2021, 12, 20))
    assert new_year.on == date(2022, 1, 5)
    (just_over,) = find_days("12月28日", date(2022, 1, 4))
    assert just_over.on == date(2021, 12, 28)


def test_several_days_are_read_in_order_and_none_twice() -> None:
    named = find_days("申し込みは1/20(木)から。開催は2022年1月26日(水)、予備日は2月2日(水)。", NEAR)
    assert [one.on for one in named] == [date(2022, 1, 20), date(2022, 1, 26), date(2022, 2, 2)]


@pytest.mark.parametrize("text", ["24/7で受付", "10:30", "https://city.test/2022/01/26/a", "3/4カップ", "100%"])
def test_what_is_no_day_with_a_weekday_is_never_called_wrong_for_its_weekday(text: str) -> None:
    assert all(one.weekday is None for one in find_days(text, NEAR))


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.sampled_from(["ja", "en", "ja-easy"]), st.booleans())
def test_every_day_that_we_write_ourselves_is_read_back(on: date, language: str, year: bool) -> None:
    (named,) = find_days(format_day(on, language, year=year), on + timedelta(days=100))
    assert named.on == on
    assert not named.is_wrong
