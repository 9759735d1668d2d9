"""Broadcasts that are armed, people to tell them to, and the part of the process that leads them on."""

import asyncio
import contextlib
import itertools
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from handlers import merging
from handlers.merging import Merged
from handlers.messages import Sender, Text, dump
from handlers.rules import broadcasts as rules
from scheduler import broadcasts as leading
from scheduler.broadcasts import Progress
from scheduler.delivery import Delivery
from storage import accounts, broadcasts, deliveries, generations, people, tallies
from storage.accounts import ACCOUNTS
from storage.clock import TOKYO, Clock, real_now
from storage.database import Database
from storage.deliveries import DELIVERIES
from storage.facts import Audience, BroadcastContent, BroadcastFacts, BroadcastKind, BroadcastState, ChannelName
from storage.outbox import OUTBOX
from storage.people import PEOPLE
from tests.scheduler.post import ignore
from tests.town import kitaq

NOON = datetime(2026, 11, 24, 12, tzinfo=TOKYO)
LINE, TELEGRAM = ChannelName.LINE, ChannelName.TELEGRAM
_numbers = itertools.count(1)


@dataclass(frozen=True)
class House:
    """What leads broadcasts on."""

    channels: Mapping[ChannelName, Sender]
    clock: Clock
    generation: str = ""
    secret: bytes = b"secret"
    public_url: str = "https://bot.test"


def clock_at(moment: datetime = NOON) -> Clock:
    """A clock that goes on from a moment of the calendar; its real time is real."""
    return Clock(moment - real_now())


def line_key(number: int) -> str:
    return f"U{number:032x}"


def friends(database: Database, keys: Sequence[str], channel: ChannelName = LINE, **more: Any) -> list[int]:
    """Accounts that joined, a person each; ``more`` are columns of the account."""

    def unit(connection: Connection) -> list[int]:
        persons = [people.draw_number() for _ in keys]
        agreed = {"nickname_is_own": False, "is_tombstone": False, "consent_version": "1", "joined_at": NOON}
        connection.execute(PEOPLE.insert(), [{"id": person, **agreed} for person in persons])
        same = {"channel": channel, "bot_id": "bot", "state": "following", "paused": False, "reminders": "both"}
        same |= {"made_at": real_now(), "language": "ja", **more}
        rows = [{**same, "key": key, "person_id": person} for key, person in zip(keys, persons, strict=True)]
        connection.execute(ACCOUNTS.insert(), rows)
        chosen = select(ACCOUNTS.c.id, ACCOUNTS.c.key).where(ACCOUNTS.c.channel == channel, ACCOUNTS.c.key.in_(keys))
        found = {row.key: row.id for row in connection.execute(chosen)}
        return [found[key] for key in keys]

    return database.write(unit).result()


def change(database: Database, account_id: int, **values: Any) -> None:
    database.write(lambda c: accounts.change(c, account_id, **values)).result()


def join(database: Database, one: int, other: int) -> None:
    """Make two accounts one person's, by the merge that citizens and staff make."""
    first, second = (database.read(lambda c, n=n: accounts.find_person(c, n)).result() or 0 for n in (one, other))
    done = database.write(lambda c: merging.merge(c, kitaq(), first, second, NOON)).result()
    assert isinstance(done, Merged)


def share(database: Database, one: int, other: int) -> None:
    """Give an account to the person who has another, without the work of a merge: where there are hundreds of them."""
    change(database, other, person_id=database.read(lambda c: accounts.find_person(c, one)).result())


def arm(
    database: Database,
    texts: Mapping[str, str] | None = None,
    written: Mapping[str, str] | None = None,
    **changes: Any,
) -> int:
    """Arm a broadcast that another person approved, of words or of messages written down; gives its number."""
    written = written or {language: dump([Text(words)]) for language, words in (texts or {"ja": "お知らせ"}).items()}
    values = {
        "kind": BroadcastKind.NOTICE,
        "title": "お知らせ",
        "audience": Audience(friends=True),
        "texts": written,
        "send_at": NOON - timedelta(hours=1),
        "not_after": NOON + timedelta(hours=6),
        "is_capped": False,
        **changes,
    }
    content = BroadcastContent(**values)

    def unit(connection: Connection) -> int:
        number = broadcasts.add(connection, content, "author", real_now())
        frozen = {"content_hash": rules.content_hash(content), "submitted_by": "author", "approved_by": "approver"}
        broadcasts.change(connection, number, **frozen, generation=generations.find(connection))
        broadcasts.change_state(connection, number, list(BroadcastState), BroadcastState.ARMED)
        return number

    return database.write(unit).result()


def facts(database: Database, number: int) -> BroadcastFacts:
    found = database.read(lambda c: broadcasts.find(c, number)).result()
    assert found is not None
    return found


def set_state(database: Database, number: int, state: BroadcastState) -> None:
    database.write(lambda c: broadcasts.change_state(c, number, list(BroadcastState), state)).result()


def became(database: Database, number: int) -> dict[str, int]:
    """Count deliveries by state, with the reason where there is one."""
    columns = (DELIVERIES.c.state, DELIVERIES.c.reason)
    rows = database.read(lambda c: c.execute(select(*columns).where(DELIVERIES.c.broadcast_id == number)).all())
    return dict(Counter(f"{row.state}: {row.reason}" if row.reason else row.state for row in rows.result()))


def counted(database: Database, number: int) -> dict[str, int]:
    """The same from the counters."""
    found: Counter[str] = Counter()
    for tally in database.read(lambda c: tallies.list_of(c, number)).result():
        found[f"{tally.state}: {tally.reason}" if tally.reason else tally.state] += tally.number
    return {name: count for name, count in found.items() if count}


def lead(database: Database, house: House, number: int, pieces: int = 10_000) -> Progress:
    """Lead a broadcast on by some pieces, or until it rests; nothing is sent."""
    progress = Progress.MORE
    while progress in (Progress.MORE, Progress.SEALED) and pieces:
        progress = database.write(lambda c: leading.advance(c, house, number)).result()
        pieces -= 1
    return progress


def calls_of(database: Database, number: int) -> list[Any]:
    """The outbox rows of a broadcast, oldest first."""
    chosen = select(OUTBOX).where(OUTBOX.c.broadcast_id == number).order_by(OUTBOX.c.id)
    return list(database.read(lambda c: c.execute(chosen).all()).result())


def recipients(row: Any) -> list[str]:
    found: list[str] = json.loads(row.body)["to"]
    return found


@contextlib.asynccontextmanager
async def telling(database: Database, clock: Clock, *channels: Any) -> AsyncIterator[Delivery]:
    """Seal and send for as long as the block lasts, as one process does."""
    senders: dict[ChannelName, Sender] = {channel.name: channel for channel in channels}
    for channel in channels:
        await channel.open()
    delivery = Delivery(database, clock, senders, ignore)
    house = House(senders, clock)
    tasks = [
        asyncio.create_task(delivery.run()),
        asyncio.create_task(leading.run(database, house, delivery.room, delivery.wake)),
    ]
    try:
        yield delivery
    finally:
        await delivery.stop()
        tasks[1].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for channel in channels:
            await channel.close()


async def until(happened: Callable[[], bool], seconds: float = 30.0) -> None:
    late = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < late
        await asyncio.sleep(0.05)


async def until_ended(database: Database, *numbers: int, seconds: float = 30.0) -> None:
    """Wait until broadcasts are finished, and their counters agree with their rows."""
    until = time.monotonic() + seconds
    while any(facts(database, number).ended_at is None for number in numbers):
        assert time.monotonic() < until, [became(database, number) for number in numbers]
        await asyncio.sleep(0.05)
    for number in numbers:
        assert counted(database, number) == became(database, number)


def rows_of(database: Database, number: int) -> dict[Any, int]:
    return database.read(lambda c: deliveries.count_rows(c, number)).result()
