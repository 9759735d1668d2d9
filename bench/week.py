"""The proof of the jobs: several processes tick through a week, some are killed in a slot, and each slot is run once.

``python -m bench.week`` (part of ``make prove``) starts real processes on one PostgreSQL and tells them all at the same
time what the calendar says; which of them gets a slot is left to them. What must have been run is worked out here by
plain counting, without the product's triggers. Exit status 1 when a promise is broken.
"""

import argparse
import contextlib
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bench.nursery import surroundings
from bench.ticking import Orders
from storage import schema
from storage.clock import TOKYO
from storage.database import Database

START = datetime(2022, 1, 31, tzinfo=TOKYO)  # a Monday, and the end of a month
WEEK = timedelta(days=7)
PAUSE = 1.3  # leases: how long a killed process's slot is waited for
FLAWS = ("memory",)
ZONES = ("UTC", "Asia/Tokyo", "America/New_York")


def expected(jobs: Sequence[str], step: timedelta) -> list[str]:
    """Count out, minute by minute of Tokyo's calendar, what must be run: "job moment", as the processes write it."""
    found, minute = [], START
    while minute <= START + WEEK - step:
        due = {
            "often": minute.minute % 10 == 0,
            "four_hourly": (minute.hour % 4, minute.minute) == (0, 0),
            "nightly": (minute.hour, minute.minute) == (3, 30),
            "weekly": (minute.weekday(), minute.hour, minute.minute) == (0, 8, 0),
            "monthly": (minute.hour, minute.minute) == (23, 50) and (minute + timedelta(days=1)).day == 1,
        }
        found += [f"{job} {minute.astimezone(UTC).isoformat()}" for job in jobs if due[job]]
        minute += timedelta(minutes=1)
    return found


class Ticker:
    """One process of ``bench.ticking``; ``zone`` is its machine's."""

    def __init__(self, orders: Orders, folder: Path, zone: str) -> None:
        self._orders, self._folder, self._zone = orders, folder, zone
        self.start()

    def start(self) -> None:
        """Begin a life."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bench.ticking", self._orders.dump()],
            cwd=self._folder,
            env=surroundings({"TZ": self._zone}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=(self._folder / "ticking.log").open("ab"),
            text=True,
        )

    def wait_until_ready(self) -> None:
        """Wait until it has begun."""
        if not self.answers():
            raise RuntimeError(f"a process did not start: see {self._folder / 'ticking.log'}")

    def tell(self, moment: datetime) -> None:
        """Say what the calendar says; a process that is dead hears nothing."""
        assert self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(f"{moment.isoformat()}\n")
            self.process.stdin.flush()

    def answers(self) -> bool:
        """Wait for its next line; False when it has died."""
        assert self.process.stdout is not None
        return self.process.stdout.readline() != ""

    def end(self) -> None:
        """Let it stop, dead or alive."""
        for pipe in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(BrokenPipeError):
                pipe.close()  # type: ignore[union-attr]
        self.process.wait(timeout=30)


@dataclass(kw_only=True)
class Week:
    """What is asked for, and what came of it. The jobs and the step between two looks decide how long it takes."""

    url: str
    folder: Path
    jobs: Sequence[str]
    step: timedelta
    kills: int = 0
    processes: int = 3
    zones: Sequence[str] = ZONES[:1]
    lease: float = 1.0
    seed: int = 0
    flaw: str = ""
    killed: Counter[str] = field(default_factory=Counter)
    figures: dict[str, Any] = field(default_factory=dict)
    promises: dict[str, list[str]] = field(default_factory=dict)
    rows: dict[str, tuple[str, int]] = field(default_factory=dict)

    def run(self) -> None:
        """Run it; afterwards ``figures``, ``promises`` and ``rows`` are filled."""
        started, self.due = time.monotonic(), expected(self.jobs, self.step)
        self.deaths = random.Random(self.seed).sample(self.due, self.kills)
        self._record = self.folder / f"record-{len(list(self.folder.glob('record-*')))}"
        with self._tickers() as tickers:
            moment = START
            while moment < START + WEEK:
                if self._tick(tickers, moment):
                    time.sleep(self.lease * PAUSE)  # in a real week the next look comes after the lease as well
                else:
                    moment += self.step
        self._judge()
        self.figures["seconds"] = round(time.monotonic() - started)

    @contextlib.contextmanager
    def _tickers(self) -> Iterator[list[Ticker]]:
        orders = Orders(
            url=self.url,
            record=str(self._record),
            lease=self.lease,
            jobs=list(self.jobs),
            deaths=self.deaths,
            flaw=self.flaw,
        )
        tickers = [Ticker(orders, self.folder, self.zones[n % len(self.zones)]) for n in range(self.processes)]
        try:
            for ticker in tickers:
                ticker.wait_until_ready()
            yield tickers
        finally:
            for ticker in tickers:
                ticker.end()

    def _tick(self, tickers: Sequence[Ticker], moment: datetime) -> bool:
        """Let all processes look at once; those that died are started anew. Gives whether any did."""
        for ticker in tickers:
            ticker.tell(moment)
        dead = [ticker for ticker in tickers if not ticker.answers()]
        for ticker in dead:
            ticker.end()
            self.killed[f"ended by {ticker.process.returncode}"] += 1
            ticker.start()
            ticker.wait_until_ready()
        return bool(dead)

    def _judge(self) -> None:
        lines = [line.rsplit(" ", 2) for line in self._record.read_text().splitlines()]
        begun, ended = (Counter(slot for slot, what, _ in lines if what == word) for word in ("begun", "ended"))
        self.rows = self._read_rows()
        wanted = {slot: 1 + (slot in self.deaths) for slot in self.due}
        self.promises = {
            "each slot was run to its end once": _apart(dict.fromkeys(self.due, 1), ended),
            "a killed slot was begun once more, no other was": _apart(wanted, begun),
            "each slot stands as done, with its tries": _apart({s: ("done", n) for s, n in wanted.items()}, self.rows),
            "every kill ended its process": _apart({"ended by -9": self.kills} if self.kills else {}, self.killed),
        }
        self.figures |= {
            "processes": self.processes,
            "slots": len(self.due),
            "killed in a slot": self.killed.total(),
            "slots run by each process": sorted(Counter(pid for _, what, pid in lines if what == "ended").values()),
        }

    def _read_rows(self) -> dict[str, tuple[str, int]]:
        """Read the table: slot to its state and tries, without those that were due before the week."""
        database = Database(self.url, read_only=True)
        try:
            rows = database.read(lambda c: c.execute(text(_ROWS)).all()).result()
        finally:
            database.close()
        moments = [(row, datetime.fromisoformat(str(row.due_at))) for row in rows]
        utc = [(row, at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)) for row, at in moments]
        return {f"{row.job} {at.isoformat()}": (row.state, row.attempts) for row, at in utc}

    @property
    def broken(self) -> list[str]:
        """Everything that was not as promised."""
        return [wrong for found in self.promises.values() for wrong in found]

    def summary(self) -> str:
        """Write it all down as Markdown."""
        lines = ["| figure | |", "|---|---|", *(f"| {name} | {value} |" for name, value in self.figures.items())]
        kept = [f"| {name} | {'; '.join(wrong[:3]) or 'kept'} |" for name, wrong in self.promises.items()]
        return "\n".join([*lines, "", "| promise | |", "|---|---|", *kept])


_ROWS = "SELECT job, due_at, state, attempts FROM slot WHERE state <> 'before'"


def _apart(wanted: dict[str, Any], found: dict[str, Any]) -> list[str]:
    names = sorted(wanted.keys() | found.keys())
    return [f"{n}: {found.get(n)}, not {wanted.get(n)}" for n in names if wanted.get(n) != found.get(n)]


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.week", description=__doc__)
    parser.add_argument("--minutes", type=int, default=10, help="of the calendar between two looks")
    parser.add_argument("--kills", type=int, default=12)
    parser.add_argument("--processes", type=int, default=3)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--flaw", choices=FLAWS, default="", help="take a promise away: the proof must then fail")
    return parser.parse_args(given)


def main() -> int:
    """Prove it on a durable PostgreSQL, the processes in different zones; 1 when a promise was broken."""
    from bench.prove import durable_postgresql

    given = arguments()
    seed = random.SystemRandom().randrange(10**6) if given.seed is None else given.seed
    print(f"## A week of jobs, seed {seed}\n", flush=True)
    asked = {"kills": given.kills, "processes": given.processes, "seed": seed, "flaw": given.flaw, "zones": ZONES}
    jobs = ("often", "four_hourly", "nightly", "weekly", "monthly")
    with tempfile.TemporaryDirectory(prefix="week-") as folder, durable_postgresql() as url:
        database = Database(url)
        schema.upgrade(database)
        database.close()
        week = Week(url=url, folder=Path(folder), jobs=jobs, step=timedelta(minutes=given.minutes), **asked)
        week.run()
    print(week.summary() + "\n", flush=True)
    return int(bool(week.broken))


if __name__ == "__main__":
    sys.exit(main())
