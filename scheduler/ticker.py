"""Looks at each job on every full minute and at the start; keeps nothing, decides nothing and does none of the work.

The library keeps no job: a slot that is due is found in the database (``scheduler/slots.py``), by any process.
"""

from collections.abc import Callable, Sequence

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger

from scheduler.slots import Job
from storage.clock import TOKYO, real_now

LATE_SECONDS = 3600  # a look that comes late is still taken; the library's own limit is one second


def start(jobs: Sequence[Job], look: Callable[[Job], None]) -> AsyncIOScheduler:
    """Start the ticker in the running loop. A job that takes long holds up no other: each is looked at in a thread."""
    ticker = AsyncIOScheduler(
        timezone=TOKYO,
        executors={"default": ThreadPoolExecutor(max_workers=len(jobs))},
        job_defaults={"misfire_grace_time": LATE_SECONDS, "coalesce": True, "max_instances": 1},
    )
    minute = CronTrigger(minute="*", timezone=TOKYO)
    for job in jobs:  # by itself the trigger would wait for the next minute first
        ticker.add_job(look, minute, [job], id=job.name, next_run_time=real_now())
    ticker.start()
    return ticker
