"""Measures 100,000 reminders that come due at one moment, until all are stored calls, while people go on writing."""

import contextlib
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, bindparam, create_engine, text

from bench import filling, machine, platform, servers
from bench.prove import durable_postgresql
from storage import events, programme_file, schema
from storage.clock import real_now
from storage.database import Database, Instant
from storage.facts import EventState, PartFacts, PlannedPart
from tests import running

PEOPLE, EVENTS = 100_000, 40
WRITERS_A_SECOND, SECONDS = 20, 15.0
PROGRAMME = running.ROOT / "programmes" / "kitaq.toml"
NEVER = timedelta(days=30)


def fill(url: str, count: int, event_count: int) -> None:
    """Let people hold a seat at one of some events each, reminded of it at a moment that has not come yet."""
    now, programme = real_now(), programme_file.read_programme(PROGRAMME)
    database = Database(url)
    try:
        schema.upgrade(database)
        part_ids = [_hold(database, number, now).id for number in range(event_count)]
    finally:
        database.close()
    engine = filling.open_for_filling(url)
    filling.people(engine, count, now, consent=programme.consent.version, bot_id=platform.BOT)
    filling.seats(engine, count, part_ids, now)
    filling.reminders(engine, count, part_ids, now + NEVER, now + 2 * NEVER)
    filling.settle(engine)
    engine.dispose()


def _hold(database: Database, number: int, now: datetime) -> PartFacts:
    """Add an event like one of the programme's, with one part of its own that begins after the reminders."""
    like = programme_file.read_programme(PROGRAMME).events[0]
    starts_at = now + 3 * NEVER
    details = replace(like, code=f"bench-{number}", opens_at=None, closes_at=None)
    part = PlannedPart(starts_at=starts_at, ends_at=starts_at + timedelta(hours=2))
    added = database.write(lambda c: events.add(c, details, [part], EventState.PUBLISHED, now)).result()
    found = database.read(lambda c: events.find(c, added)).result()
    assert found is not None
    return found.parts[0]


@contextlib.contextmanager
def _bot(folder: Path, url: str, port: int, platform_port: int) -> Iterator[running.Bot]:
    settings = {
        "DATABASE_URL": url,
        "SANDBOX": "off",
        "PUBLIC_URL": "https://bot.example",
        "LINE_CHANNEL_SECRET": platform.SECRET,
        "LINE_CHANNEL_ACCESS_TOKEN": platform.TOKEN,
        "LINE_API_URL": f"http://127.0.0.1:{platform_port}",
    }
    with running.start(folder, port, **settings) as process:
        bot = running.Bot(process, port, folder)
        try:
            bot.wait_until_ready()
            yield bot
        finally:
            process.terminate()
            process.communicate(timeout=60)


def _let_come_due(engine: Engine, at: datetime) -> None:
    due = text("UPDATE notice SET due_at = :at WHERE state = 'waiting'").bindparams(bindparam("at", type_=Instant()))
    with engine.begin() as connection:
        connection.execute(due, {"at": at})


def _waiting(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM notice WHERE state = 'waiting'")).scalar_one())


def _seconds_until_sealed(engine: Engine, at: datetime) -> float:
    while _waiting(engine):
        time.sleep(0.25)
    return (real_now() - at) / timedelta(seconds=1)


def measure(
    url: str, folder: Path, count: int = PEOPLE, event_count: int = EVENTS, seconds: float = SECONDS
) -> dict[str, float]:
    """Fill a database and let the reminders come due in a running bot, while people write for some seconds.

    Gives how long sealing took, the bot's processor time meanwhile, and the replies' milliseconds.
    """
    fill(url, count, event_count)
    requests, asked = folder / "requests", int(WRITERS_A_SECOND * seconds)
    people = (filling.account_key(1 + number * (count // asked)) for number in range(asked))
    port, engine, came = running.two_free_ports(), create_engine(url), {}
    platform.write(requests, [platform.press(key, "menu") for key in people])
    with _bot(folder, url, port, port + 1) as bot:
        servers.Server([bot.process], [port]).await_calm()
        line = platform.Platform(platform.build(folder), port + 1, requests, [port])
        before = machine.cpu_seconds(machine.family(bot.process.pid))
        at = real_now() + timedelta(seconds=3)
        _let_come_due(engine, at)
        writers = threading.Thread(
            target=lambda: came.update(line.run(0, asked, 16, rate=WRITERS_A_SECOND, until_reply=True))
        )
        writers.start()
        sealed_after = _seconds_until_sealed(engine, at)
        cpu = machine.cpu_seconds(machine.family(bot.process.pid)) - before
        writers.join()
        line.close()
    engine.dispose()
    return {"seconds": sealed_after, "cpu": cpu, **came}


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        _measure("SQLite", f"sqlite:///{Path(name) / 'bench.sqlite'}", Path(name))
    with tempfile.TemporaryDirectory() as name, durable_postgresql() as url:
        _measure("PostgreSQL", url, Path(name))


def _measure(engine: str, url: str, folder: Path) -> None:
    found = measure(url, folder)
    print(
        f"{engine:10}  {PEOPLE:,} due at once: all in the outbox after {found['seconds']:.1f} s"
        f" ({found['cpu'] / PEOPLE * 1e6:.0f} µs of processor each, with all else the bot did);"
        f" replies meanwhile: median {found['reply_ms_p50']:.0f} ms, 99 % {found['reply_ms_p99']:.0f} ms,"
        f" longest {found['reply_ms_max']:.0f} ms, {found['replied']:.0f} of {found['asked']:.0f}",
        flush=True,
    )
