"""Counts the working days in which staff answer a question. Pure."""

from datetime import date, datetime, time, timedelta

from handlers.rules.calendar import TOKYO
from storage.facts import StaffHours

SATURDAY = 5


def due_on(asked_at: datetime, hours: StaffHours) -> date:
    """Give the day by which staff answer: so many working days after the one on which they can first read it.

    What is asked after they close, or on a day off, is read on the next working day.
    """
    asked = asked_at.astimezone(TOKYO)
    day = asked.date()
    if not is_working(day, hours) or asked.time() >= time.fromisoformat(hours.closes):
        day = next_working(day, hours)
    for _ in range(hours.answer_days):
        day = next_working(day, hours)
    return day


def is_working(on: date, hours: StaffHours) -> bool:
    """Tell whether staff work on a day."""
    is_closed = on in hours.closed_on or on.strftime("%m-%d") in hours.closed_each_year
    return on.weekday() < SATURDAY and not is_closed


def next_working(on: date, hours: StaffHours) -> date:
    """Give the first working day after a day; after a year of closed days the next day, so that it always ends."""
    following = (on + timedelta(days=n) for n in range(1, 367))
    return next((day for day in following if is_working(day, hours)), on + timedelta(days=1))
