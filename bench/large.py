"""Measures questions at 1,000,000 persons and 10,000,000 entries beside a hundredth of that, and 300 reports/s."""

import contextlib
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from sqlalchemy import Connection

from bench import filling
from bench.prove import durable_postgresql
from bot.web import home
from bot.web.staff import overview, today
from storage import (
    accounts,
    boards,
    broadcasts,
    events,
    inbox,
    ledger,
    outbox,
    programme_file,
    reach,
    schema,
    totals,
    weeks,
)
from storage.clock import TOKYO, real_now
from storage.database import Database
from storage.facts import EventState, GroupWeek, PlannedPart, Programme
from tests import running

SMALL, LARGE, EACH = 10_000, 1_000_000, 10
A_PART = 1_000  # registrations: an event's list is as long in a small city as in a large one
ASKED = 200  # times each question is asked, of another person each time
REPORTS_A_SECOND, SECONDS = 300, 10
PROGRAMME = running.ROOT / "programmes" / "kitaq.toml"


@dataclass(frozen=True)
class City:
    """A filled database."""

    database: Database
    programme: Programme
    persons: int
    monday: date
    now: datetime
    part_ids: Sequence[int]

    def person(self, number: int) -> int:
        """Give one of its persons, another for each number."""
        return filling.person_number(1 + number * 7919 % self.persons)


Question = Callable[[Connection, City, int], object]
QUESTIONS: dict[str, Question] = {
    "the running totals": lambda c, city, n: totals.find_totals(c, city.programme, city.now),
    "the months of the curve": lambda c, city, n: totals.list_months(c, city.monday - timedelta(days=365), city.monday),
    "the public first page": lambda c, city, n: home.find(c, city.programme, city.now),
    "the ward board": lambda c, city, n: boards.find_wards(c, city.monday),
    "the weekly top 100": lambda c, city, n: weeks.list_best(c, city.monday, 100),
    "one person's week and rank": lambda c, city, n: _rank(c, city, n),
    "one person's points": lambda c, city, n: _points(c, city, n),
    "one person's last report": lambda c, city, n: ledger.find_last_report(c, city.person(n)),
    "console: first page": lambda c, city, n: overview._list_events(c, city.now),
    "console: what today is due": lambda c, city, n: today.find_work(c, city.now),
    "console: what failed and is left": lambda c, city, n: today.find_state(c, city.programme, city.now, city.now),
    "console: the last count of an audience": lambda c, city, n: broadcasts.find_count(c, 1),
    "console: an event": lambda c, city, n: overview._view(c, _event(c, city, n)),
    "console: a part's people": lambda c, city, n: overview._people(c, city.part_ids[n % len(city.part_ids)]),
    "console: who can be reached": lambda c, city, n: reach.find_all(c),
    "metrics: calls and events": lambda c, city, n: (outbox.count_open(c), inbox.count_states(c)),
}


def _rank(connection: Connection, city: City, number: int) -> object:
    own = weeks.find(connection, city.person(number), city.monday)
    return weeks.find_crowd(connection, city.monday, own.points)


def _points(connection: Connection, city: City, number: int) -> object:
    week_end = city.monday + timedelta(days=6)
    return ledger.find_standing(connection, city.person(number), city.now.date(), city.monday, week_end)


def _event(connection: Connection, city: City, number: int) -> int:
    found = events.find_id(connection, city.part_ids[number % len(city.part_ids)])
    assert found is not None
    return found


def build(url: str, persons: int, each: int = EACH) -> City:
    """Fill a database with persons, what they reported in four weeks, and events for all of them."""
    programme, now = replace(programme_file.read_programme(PROGRAMME), version=1), real_now()
    database = Database(url)
    schema.upgrade(database)
    part_ids = _hold_events(database, max(persons // A_PART, 1), now)
    database.close()
    monday = weeks.week_of(now.astimezone(TOKYO).date()) - timedelta(weeks=1)
    wards = [ward.code for ward in programme.wards]
    engine = filling.open_for_filling(url)
    filling.people(engine, persons, now, consent=programme.consent.version, bot_id="bot", wards=wards)
    filling.reports(engine, persons, each, monday, now)
    filling.seats(engine, persons, part_ids, now)
    filling.settle(engine)
    engine.dispose()
    city = City(Database(url), programme, persons, monday, now, part_ids)
    sums = [GroupWeek(code=ward, persons=persons, active=persons // 2, points=persons) for ward in wards]
    city.database.write(lambda c: boards.close_week(c, monday, sums)).result()
    city.database.write(_count_reach).result()
    return city


def _count_reach(connection: Connection) -> None:
    for difference in reach.compare(connection, accounts.count_anew(connection)):
        reach.mend(connection, difference)


def _hold_events(database: Database, count: int, now: datetime) -> list[int]:
    """Add events of one part each, one a day from tomorrow on and around again."""
    like = programme_file.read_programme(PROGRAMME).events[0]

    def unit(connection: Connection) -> list[int]:
        added = []
        for number in range(count):
            starts_at = now + timedelta(days=1 + number % 200)
            part = PlannedPart(starts_at=starts_at, ends_at=starts_at + timedelta(hours=2), capacity=2 * A_PART)
            details = replace(like, code=f"bench-{number}", opens_at=None, closes_at=None)
            added.append(events.add(connection, details, [part], EventState.PUBLISHED, now))
        found = events.list_by_id(connection, added)
        return sorted(event.parts[0].id for event in found)

    return database.write(unit).result()


def ask(city: City, times: int = ASKED) -> dict[str, float]:
    """Ask each question so many times; gives the median of each in milliseconds."""
    return {name: _median(city, question, times) for name, question in QUESTIONS.items()}


def _median(city: City, question: Question, times: int) -> float:
    def asked(connection: Connection) -> list[float]:
        taken = []
        for number in range(times):
            began = time.perf_counter()
            question(connection, city, number)
            taken.append((time.perf_counter() - began) * 1000)
        return taken

    return median(city.database.read(asked).result())


def report(city: City, a_second: int = REPORTS_A_SECOND, seconds: float = SECONDS, first: int = 0) -> list[float]:
    """Let so many people a second report, each once; gives how long each waited until it was durable, in ms."""
    today, total = city.now.astimezone(TOKYO).date(), int(a_second * seconds)
    waited: list[float] = []
    began = time.perf_counter()
    futures = []
    for number in range(total):
        due = began + number / a_second
        time.sleep(max(0.0, due - time.perf_counter()))
        values = _entry(city, first + number, today)
        future = city.database.write(lambda c, values=values: ledger.add_entry(c, **values))
        future.add_done_callback(lambda _, due=due: waited.append((time.perf_counter() - due) * 1000))
        futures.append(future)
    for future in futures:
        future.result()
    return waited


def _entry(city: City, number: int, today: date) -> dict[str, Any]:
    about = {"kind": ledger.EntryKind.REPORT, "reference": f"measured-{number}", "action": "my_bag", "points": 5}
    when = {"acted_on": today, "entered_at": real_now(), "period": today.isoformat(), "n": 2}
    plain = {"confirmed": False, "counts_for_board": True, "rule_version": 1, "co2_grams": 10, "detail": ""}
    return {"person_id": city.person(number), "account_id": 1, **about, **when, **plain}


def main() -> None:
    for engine in ("SQLite", "PostgreSQL"):
        small, large = (_measure(engine, persons) for persons in (SMALL, LARGE))
        print(f"\n| {engine} | {SMALL:,} persons | {LARGE:,} persons | ratio |\n|---|---|---|---|")
        for name, median_ms in small.items():
            print(f"| {name} | {median_ms:.2f} ms | {large[name]:.2f} ms | {large[name] / median_ms:.2f} |", flush=True)


def _measure(engine: str, persons: int) -> dict[str, float]:
    """Fill a durable database of the engine, ask every question, and let people report."""
    with _new_database(engine) as url:
        began = time.monotonic()
        city = build(url, persons)
        filled = time.monotonic() - began
        print(f"{engine}: {persons:,} persons, {persons * EACH:,} entries filled in {filled:.0f} s", flush=True)
        found, used = ask(city), time.process_time()
        waited = report(city)
        used = time.process_time() - used
        city.database.close()
    print(
        f"{engine}: {REPORTS_A_SECOND} reports a second for {SECONDS} s: durable after {median(waited):.1f} ms,"
        f" 99 % after {quantiles(waited, n=100)[98]:.1f} ms, longest {max(waited):.1f} ms,"
        f" {used / len(waited) * 1000:.2f} ms of processor each",
        flush=True,
    )
    return found


@contextlib.contextmanager
def _new_database(engine: str) -> Iterator[str]:
    if engine == "PostgreSQL":
        with durable_postgresql() as url:
            yield url
        return
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite:///{Path(folder) / 'bench.sqlite'}"
