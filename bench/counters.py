"""Measures whether reports of two processes queue on a counter of one PostgreSQL: with stripes, and with one row each.

A third process asks PostgreSQL itself 200 times a second which sessions wait for another's lock.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from statistics import median, quantiles

import psycopg

from bench import large
from bench.prove import durable_postgresql
from storage import programme_file, totals, weeks
from storage.clock import TOKYO, real_now
from storage.database import Database
from tests.running import ROOT

PERSONS, PROCESSES, SECONDS = 10_000, 2, 10
REPORTS_A_SECOND = 300  # of all processes together
LOOK_SECONDS = 0.005
WAITING = """SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND wait_event_type = 'Lock'"""


@dataclass(frozen=True)
class Found:
    """How many looks met how many sessions waiting for a lock, and how long reports took until durable, in ms."""

    waiting: list[int]
    took: list[float]

    @property
    def share(self) -> float:
        """The share of the looks at which anybody waited."""
        return sum(map(bool, self.waiting)) / len(self.waiting)


def measure(url: str, stripes: int, a_second: int = REPORTS_A_SECOND, seconds: float = SECONDS) -> Found:
    """Let processes report at once into a filled database; each counter has so many rows."""
    told = [url, str(stripes), str(a_second // PROCESSES), str(seconds)]
    command = [sys.executable, "-m", "bench.counters", *told]
    people = [
        subprocess.Popen([*command, str(number)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for number in range(PROCESSES)
    ]
    waiting = list(_look(url, people))
    took = [ms for one in people for ms in json.loads(one.communicate()[0])]
    return Found(waiting, took)


def _look(url: str, people: list["subprocess.Popen[str]"]) -> Iterator[int]:
    """Ask, for as long as anybody reports, how many sessions wait for a lock."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        while any(one.poll() is None for one in people):
            row = connection.execute(WAITING).fetchone()
            yield row[0] if row else 0
            time.sleep(LOOK_SECONDS)


def report(url: str, stripes: int, a_second: int, seconds: float, number: int) -> list[float]:
    """Report as one of the processes; gives how long each report took, in ms."""
    totals.STRIPES = weeks.STRIPES = stripes
    programme, now = replace(programme_file.read_programme(large.PROGRAMME), version=1), real_now()
    monday = weeks.week_of(now.astimezone(TOKYO).date())
    city = large.City(Database(url), programme, PERSONS, monday, now, ())
    took = large.report(city, a_second, seconds, first=number * int(a_second * seconds))
    city.database.close()
    return took


def main() -> None:
    print(f"{REPORTS_A_SECOND} reports a second by {PROCESSES} processes for {SECONDS} s, commits synced to disk\n")
    print("| rows a counter | a session waited for a lock | most at once | durable after | 99 % after | longest |")
    print("|---|---|---|---|---|---|")
    for stripes in (totals.STRIPES, 1):
        with durable_postgresql() as url:
            large.build(url, PERSONS, each=1).database.close()
            found = measure(url, stripes)
        took = f"{median(found.took):.1f} ms | {quantiles(found.took, n=100)[98]:.1f} ms | {max(found.took):.0f} ms"
        print(
            f"| {stripes} | {found.share:.1%} of {len(found.waiting):,} looks | {max(found.waiting)} | {took} |",
            flush=True,
        )


if __name__ == "__main__":
    address, rows, pace, span, which = sys.argv[1:]
    print(json.dumps(report(address, int(rows), int(pace), float(span), int(which))))
