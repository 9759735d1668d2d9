"""The table of jobs: what is due when, in Tokyo, and how late it may still be run. Another job is another line here.

Each is done in pieces and may be begun again at any point. docs/OPERATIONS.md lists them; a test compares.
"""

from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from apscheduler.triggers.cron import CronTrigger

from scheduler import upkeep
from scheduler.slots import Job
from storage.clock import TOKYO


def table(erased_file: Path) -> tuple[Job, ...]:
    """List every job; ``erased_file`` is where upkeep writes erasures down, outside the database."""
    return (Job("upkeep", _at(minute="*/10"), timedelta(minutes=10), partial(upkeep.run, erased_file=erased_file)),)


def _at(**fields: Any) -> CronTrigger:
    """Make a trigger in Tokyo's zone; weekdays by name."""
    return CronTrigger(**fields, timezone=TOKYO)
