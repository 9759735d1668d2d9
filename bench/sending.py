"""Arms one broadcast to everybody in the database of a running bot, and says what it took until all were told."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, Engine, create_engine

from bench import filling
from bench.servers import Server
from handlers.messages import Text, dump
from handlers.rules import broadcasts as rules
from storage import broadcasts, deliveries, generations, programme_file, schema
from storage.clock import real_now
from storage.database import Database
from storage.facts import Audience, BroadcastContent, BroadcastFacts, BroadcastKind, BroadcastState, ChannelName
from tests import running

PROGRAMME = running.ROOT / "programmes" / "kitaq.toml"
TEXTS = {
    "ja": "今週の土曜日、地域の清掃活動があります。参加される方は軍手と飲み物をお持ちください。",
    "en": "This Saturday your neighbourhood is cleaned up together. Please bring gloves and something to drink.",
}
LOOK_SECONDS = 0.25  # seldom: looking takes processor time from what is measured
PATIENCE = 1800.0  # seconds without an end, after which something is wrong


@dataclass(frozen=True, slots=True)
class Sent:
    """What a broadcast took: seconds from its first piece to its end, processor seconds, megabytes at the most more."""

    seconds: float
    cpu: float
    grown_mb: float
    states: dict[str, int]


def fill(url: str, channel: ChannelName, bot_id: str, count: int) -> None:
    """Bring a new database up to date and let people have joined on one channel."""
    database = Database(url)
    try:
        schema.upgrade(database)
    finally:
        database.close()
    engine, consent = filling.open_for_filling(url), programme_file.read_programme(PROGRAMME).consent.version
    filling.people(engine, count, real_now(), consent=consent, bot_id=bot_id, channel=channel)
    filling.settle(engine)
    engine.dispose()


def send(url: str, server: Server, until: Callable[[], bool] = lambda: False) -> Sent:
    """Arm a broadcast to everybody and wait until it ended, or until told to; the database's processor time counts."""
    server.await_calm()
    engine = create_engine(url)
    before, resident = server.cpu_seconds(), server.resident_mb()
    most, ends = resident, time.monotonic() + PATIENCE
    with engine.begin() as connection:
        number = _arm(connection)
    while not _has_ended(engine, number) and not until():
        if time.monotonic() > ends:
            raise RuntimeError("the broadcast does not end")
        time.sleep(LOOK_SECONDS)
        most = max(most, server.resident_mb())
    cpu = server.cpu_seconds() - before
    with engine.begin() as connection:
        states = {state.value: many for state, many in deliveries.count_rows(connection, number).items()}
        found = _found(connection, number)
    engine.dispose()
    seconds = ((found.ended_at or real_now()) - (found.began_at or real_now())) / timedelta(seconds=1)
    return Sent(seconds, cpu, most - resident, states)


def _arm(connection: Connection) -> int:
    now = real_now()
    content = BroadcastContent(
        kind=BroadcastKind.NOTICE,
        title="bench",
        audience=Audience(),
        texts={language: dump([Text(words)]) for language, words in TEXTS.items()},
        send_at=now - timedelta(minutes=1),
        not_after=now + timedelta(hours=6),
        opens_hour=0,
        closes_hour=24,
    )
    number = broadcasts.add(connection, content, "author", now)
    approval = {"content_hash": rules.content_hash(content), "submitted_by": "author", "approved_by": "approver"}
    broadcasts.change(connection, number, **approval, generation=generations.find(connection))
    broadcasts.change_state(connection, number, (BroadcastState.DRAFT,), BroadcastState.ARMED)
    return number


def _found(connection: Connection, number: int) -> BroadcastFacts:
    found = broadcasts.find(connection, number)
    assert found is not None
    return found


def _has_ended(engine: Engine, number: int) -> bool:
    with engine.begin() as connection:
        found = _found(connection, number)
    if found.state not in (BroadcastState.ARMED, BroadcastState.SENDING, BroadcastState.FINISHED):
        raise RuntimeError(f"the broadcast is {found.state}: {found.paused_why}")
    return found.state is BroadcastState.FINISHED
