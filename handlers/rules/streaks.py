"""How long somebody has kept at it: days acted on, a missed day forgiven; asks no database, says nothing."""

from collections.abc import Collection
from datetime import date, timedelta

LOOKS_BACK = timedelta(days=365)
"""How far back a streak is looked for: whoever goes on longer has kept at it for a year."""
_FORGIVEN = 1  # missed days in a row
_DAY = timedelta(days=1)


def count_days(acted: Collection[date], today: date, excused: Collection[date]) -> int:
    """Count the days acted on, back from today, that no two missed days part (heat alert: no streak breaks).

    Today is not missed before it is over, and an ``excused`` day never is: a heat alert. What is missed is not counted,
    so the number says what was done.
    """
    if not acted:
        return 0
    days, missed, day, first = 0, 0, today, min(acted)
    while day >= first and missed <= _FORGIVEN:
        if day in acted:
            days, missed = days + 1, 0
        elif day != today and day not in excused:
            missed += 1
        day -= _DAY
    return days
