"""The table of jobs: what is due when, in Tokyo, and how late it may still be run. Another job is another line here.

Each is done in pieces and may be begun again at any point. docs/OPERATIONS.md lists them; a test compares.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from apscheduler.triggers.cron import CronTrigger

from handlers import attending, broadcasting, burying, forgetting, queueing, ruling
from scheduler import backups, upkeep, weekly
from scheduler.slots import Job, SlotRun
from storage.clock import TOKYO
from storage.facts import Programme

OFFERS, GUESTS = 50, 500  # a transaction: each offer that lapses serves a line, a guest is one row
BURIED = 50  # a transaction: an account and perhaps its person, about ten statements
BROADCASTS = 20  # a transaction
PARTS = 1  # a transaction: a part may have thousands to thank, and two events are never locked in any order


def table(
    erased_file: Path,
    programme: Callable[[], Programme],
    keyed_hash: Callable[[str], str],
    push_weekly: Callable[[SlotRun], None],
) -> tuple[Job, ...]:
    """List every job; ``programme`` gives the one in force.

    ``erased_file`` is where upkeep writes erasures down; backups and the note on the last one lie beside it.
    ``keyed_hash`` makes the only trace of accounts that were unreachable for a year; ``push_weekly`` makes Monday's
    message (scheduler/weekly.py).
    """
    short, long = timedelta(minutes=10), timedelta(days=1)
    return (
        Job("upkeep", _at(minute="*/10"), short, partial(upkeep.run, erased_file=erased_file)),
        Job("offers", _at(minute="*"), short, _expire_offers),
        Job("held", _at(minute="*/10"), timedelta(hours=1), partial(_note_held, programme=programme)),
        Job("backup", _at(hour=2, minute=30), long, partial(backups.run, data_dir=erased_file.parent)),
        Job("rules", _at(hour=0, minute=0), long, _begin_rules),
        Job("stale_broadcasts", _at(minute=20), long, _expire_broadcasts),
        Job("forgetting", _at(hour=3, minute=30), long, _forget_guests),
        Job("tombstones", _at(hour=4, minute=10), long, partial(_bury, programme=programme, keyed_hash=keyed_hash)),
        Job("boards", _at(day_of_week="mon", hour=0, minute=10), 6 * long, partial(weekly.close, programme=programme)),
        Job("weekly", _at(day_of_week="mon", hour=8, minute=30), long / 2, push_weekly),
    )


def _at(**fields: Any) -> CronTrigger:
    """Make a trigger in Tokyo's zone; weekdays by name."""
    return CronTrigger(**fields, timezone=TOKYO)


def _expire_offers(run: SlotRun) -> None:
    run.in_pieces(lambda c, limit: queueing.expire_offers(c, run.clock.now(), limit), OFFERS)
    run.in_pieces(lambda c, limit: queueing.serve_idle_lines(c, run.clock.now(), limit), queueing.SERVED_AT_ONCE)


def _note_held(run: SlotRun, programme: Callable[[], Programme]) -> None:
    run.in_pieces(lambda c, limit: attending.hold_ended(c, programme(), run.clock.now(), limit), PARTS)


def _expire_broadcasts(run: SlotRun) -> None:
    run.in_pieces(lambda c, limit: broadcasting.expire_overdue(c, run.clock.now(), limit), BROADCASTS)


def _begin_rules(run: SlotRun) -> None:
    run.write(lambda c: ruling.begin_due(c, run.clock.now()))


def _forget_guests(run: SlotRun) -> None:
    run.in_pieces(lambda c, limit: forgetting.forget_guests(c, run.clock.now(), limit), GUESTS)


def _bury(run: SlotRun, programme: Callable[[], Programme], keyed_hash: Callable[[str], str]) -> None:
    run.in_pieces(lambda c, limit: burying.bury_unreachable(c, programme(), keyed_hash, run.clock.now(), limit), BURIED)
