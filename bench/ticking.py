"""One process that looks at a table of jobs whenever it is told what the calendar says; it may kill itself in a slot.

Started as ``python -m bench.ticking`` with the ``Orders`` as JSON. Each line on its standard input is a moment of the
calendar; each line of its answer is that moment, once it has looked. It runs the product's own ``scheduler.slots``.
"""

import dataclasses
import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from apscheduler.triggers.cron import CronTrigger

from scheduler import slots as running
from scheduler.slots import Job, SlotRun
from storage import slots
from storage.clock import TOKYO, Clock
from storage.database import Database
from storage.slots import SlotState, StoredSlot

HOUR = timedelta(hours=1)
TRIGGERS: dict[str, tuple[dict[str, Any], timedelta]] = {
    "often": ({"minute": "*/10"}, HOUR),
    "four_hourly": ({"hour": "*/4"}, HOUR),
    "nightly": ({"hour": 3, "minute": 30}, 3 * HOUR),
    "weekly": ({"day_of_week": "mon", "hour": 8}, 6 * HOUR),
    "monthly": ({"day": "last", "hour": 23, "minute": 50}, HOUR),
}
"""When each job of the proof is due, and its limit."""


@dataclass(frozen=True, kw_only=True)
class Orders:
    """What a process is told: the database, the file for what it did, a lease, where to die, and a promise to break."""

    url: str
    record: str
    lease: float  # seconds
    jobs: list[str]
    deaths: list[str]  # "job moment": whoever tries it first dies in it
    flaw: str = ""

    def dump(self) -> str:
        """Write them as one argument."""
        return json.dumps(asdict(self))


def table(orders: Orders) -> list[Job]:
    """Make the jobs: each writes down that it begins and that it has ended, and may die between."""

    def work(run: SlotRun) -> None:
        name = f"{run.slot.job} {run.due_at.isoformat()}"
        _record(orders.record, f"{name} begun {os.getpid()}")
        if name in orders.deaths and run.slot.attempts == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        run.write(lambda _: None)
        _record(orders.record, f"{name} ended {os.getpid()}")

    wanted = {name: TRIGGERS[name] for name in orders.jobs}
    return [Job(name, CronTrigger(**when, timezone=TOKYO), limit, work) for name, (when, limit) in wanted.items()]


def _record(path: str, line: str) -> None:
    """Append a line in one write, which no other process can cut in two."""
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(file, f"{line}\n".encode())
    os.close(file)


def spoil(flaw: str) -> None:
    """Take the promise away, to see that the proof notices: ``memory``, each process remembers for itself."""
    if flaw == "memory":
        running.slots = _Memory()  # type: ignore[assignment, attr-defined]


class _Memory:
    """What a scheduler in each process would be: claims that nobody else sees."""

    def __init__(self) -> None:
        self._claimed: set[tuple[str, datetime]] = set()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return getattr(slots, name)

    def claim(self, _: Any, job: str, due_at: datetime, owner: str, now: datetime, lease: timedelta) -> Any:
        if (job, due_at) in self._claimed:
            return None
        self._claimed.add((job, due_at))
        times = {"due_at": due_at, "leased_until": now + lease, "started_at": now, "ended_at": None}
        return StoredSlot(job=job, state=SlotState.CLAIMED, owner=owner, attempts=1, detail="", **times)

    def mark_ended(self, _: Any, slot: StoredSlot, state: SlotState, now: datetime, detail: str = "") -> StoredSlot:
        return dataclasses.replace(slot, state=state, ended_at=now)


def main(orders: Orders) -> None:
    """Look at every job as often as asked."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    spoil(orders.flaw)
    database, clock, jobs = Database(orders.url), Clock(), table(orders)
    hands = running.Slots(database, clock, timedelta(seconds=orders.lease))
    print("ready", flush=True)
    for line in sys.stdin:
        clock.offset = datetime.fromisoformat(line.strip()) - clock.real()
        for job in jobs:
            hands.run_due(job)
        print(line.strip(), flush=True)
    database.close()


if __name__ == "__main__":
    main(Orders(**json.loads(sys.argv[1])))
