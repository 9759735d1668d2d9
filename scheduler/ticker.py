"""Says when something is due, in Tokyo time; keeps no job of its own and does none of the work."""

from collections.abc import Callable

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from storage.clock import TOKYO, real_now

LATE_SECONDS = 3600  # a job that comes late by less still runs; the library's own limit is one second


def start(upkeep: Callable[[], None], minutes: int = 10) -> AsyncIOScheduler:
    """Start the ticker in the running loop: upkeep at once, then every few minutes, in a thread."""
    ticker = AsyncIOScheduler(
        timezone=TOKYO,
        job_defaults={"misfire_grace_time": LATE_SECONDS, "coalesce": True, "max_instances": 1},
    )
    every = IntervalTrigger(minutes=minutes, timezone=TOKYO)
    ticker.add_job(upkeep, every, id="upkeep", next_run_time=real_now())  # by itself the trigger waits first
    ticker.start()
    return ticker
