"""The one clock: real time for leases and deadlines, calendar time (movable in the sandbox) for the city's rules."""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

TOKYO = ZoneInfo("Asia/Tokyo")


def real_now() -> datetime:
    """Tell the real time, aware UTC: for leases, deadlines, budgets and sign-in."""
    return datetime.fromtimestamp(time.time(), UTC)


class Clock:
    """Tells calendar time, which is real time plus an offset that only the sandbox ever moves.

    ``source`` gives real time; tests give their own.
    """

    def __init__(self, offset: timedelta = timedelta(0), source: Callable[[], datetime] = real_now) -> None:
        self.offset = offset
        self.real = source

    def now(self) -> datetime:
        """Tell the calendar time, aware UTC: what is due, which day it is, whether a cap is reached."""
        return self.real() + self.offset

    def calendar(self, real_at: datetime) -> datetime:
        """Turn a platform's real time into calendar time, never later than now."""
        return min(real_at + self.offset, self.now())

    def today(self) -> date:
        """Tell the Tokyo day of calendar time."""
        return self.now().astimezone(TOKYO).date()
