"""The table of jobs: what is due when, in Tokyo, and how late it may still be run. Another job is another line here.

Each is done in pieces and may be begun again at any point. docs/OPERATIONS.md lists them; a test compares.
"""

from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from apscheduler.triggers.cron import CronTrigger

from handlers import forgetting, queueing
from scheduler import upkeep
from scheduler.slots import Job, SlotRun
from storage.clock import TOKYO

OFFERS, GUESTS = 50, 500  # a transaction: each offer that lapses serves a line, a guest is one row


def table(erased_file: Path) -> tuple[Job, ...]:
    """List every job; ``erased_file`` is where upkeep writes erasures down, outside the database."""
    short, long = timedelta(minutes=10), timedelta(days=1)
    return (
        Job("upkeep", _at(minute="*/10"), short, partial(upkeep.run, erased_file=erased_file)),
        Job("offers", _at(minute="*"), short, _expire_offers),
        Job("forgetting", _at(hour=3, minute=30), long, _forget_guests),
    )


def _at(**fields: Any) -> CronTrigger:
    """Make a trigger in Tokyo's zone; weekdays by name."""
    return CronTrigger(**fields, timezone=TOKYO)


def _expire_offers(run: SlotRun) -> None:
    run.in_pieces(lambda c, limit: queueing.expire_offers(c, run.clock.now(), limit), OFFERS)


def _forget_guests(run: SlotRun) -> None:
    run.in_pieces(lambda c, limit: forgetting.forget_guests(c, run.clock.now(), limit), GUESTS)
