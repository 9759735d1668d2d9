"""The curve of a year: months add up to the totals, and only the last twelve are shown."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from handlers.rules import curve
from storage.facts import Metric, MonthSums, OpeningBalance
from tests.factories import a_period

BEFORE = OpeningBalance(metric=Metric.PARTICIPANTS, amount=40, on=date(2022, 1, 1), source="made up")


def months(*participations: int) -> list[MonthSums]:
    return [
        MonthSums(month=date(2022 + n // 12, n % 12 + 1, 1), participations=amount, points_confirmed=2 * amount)
        for n, amount in enumerate(participations)
    ]


def test_each_month_stands_on_all_before_it_and_on_what_was_there_before_the_bot() -> None:
    lines = curve.last_year(months(5, 0, 7), [BEFORE])
    assert [(line.participants, line.points) for line in lines] == [(45, 10), (45, 10), (52, 24)]


def test_a_correction_may_lead_down() -> None:
    assert [line.participants for line in curve.last_year(months(5, -2), [])] == [5, 3]


@given(st.lists(st.integers(-50, 500), max_size=40))
def test_only_the_last_twelve_months_are_given_and_they_end_at_the_total(amounts: list[int]) -> None:
    lines = curve.last_year(months(*amounts), [BEFORE])
    assert len(lines) == min(12, len(amounts))
    assert not lines or lines[-1].participants == 40 + sum(amounts)


def test_the_curve_ends_with_the_period_and_not_after_it() -> None:
    period = a_period(starts_on=date(2022, 1, 1), ends_on=date(2022, 12, 31))
    assert curve.days(period, date(2022, 6, 5)) == (date(2022, 1, 1), date(2022, 6, 5))
    assert curve.days(period, date(2024, 6, 5)) == (date(2022, 1, 1), date(2022, 12, 31))
