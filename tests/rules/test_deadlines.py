"""Staff answer within working days: not on weekends, days off and holidays, and counted from when they can read it."""

from datetime import date, datetime

import pytest

from handlers.rules.calendar import TOKYO
from handlers.rules.deadlines import due_on
from storage.facts import StaffHours

HOURS = StaffHours(answer_days=2, closed_on=(date(2022, 2, 11),))


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        (datetime(2022, 1, 18, 10), date(2022, 1, 20)),  # a Tuesday morning
        (datetime(2022, 1, 18, 17), date(2022, 1, 21)),  # after they closed
        (datetime(2022, 1, 21, 10), date(2022, 1, 25)),  # a Friday
        (datetime(2022, 1, 22, 10), date(2022, 1, 26)),  # a Saturday is read on Monday
        (datetime(2022, 2, 10, 10), date(2022, 2, 15)),  # before a public holiday
        (datetime(2021, 12, 28, 10), date(2022, 1, 5)),  # over the new year
    ],
)
def test_the_day_is_counted_in_working_days(asked: datetime, due: date) -> None:
    assert due_on(asked.replace(tzinfo=TOKYO), HOURS) == due


def test_a_year_of_closed_days_still_ends() -> None:
    every_day = tuple(f"{month:02}-{day:02}" for month in range(1, 13) for day in range(1, 32))
    hours = StaffHours(answer_days=1, closed_each_year=every_day)
    assert due_on(datetime(2022, 1, 18, 10, tzinfo=TOKYO), hours) == date(2022, 1, 20)
