"""Every account stands in one way and is counted there, whatever happens to it; the counters never drift."""

import random
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, select

from storage import accounts, audiences, people, reach, recount, schema
from storage.database import Database
from storage.facts import AccountState, Audience, ChannelName, Reach

NOW = datetime(2022, 1, 20, 3, tzinfo=UTC)
LINE, TELEGRAM = ChannelName.LINE, ChannelName.TELEGRAM


def counted(connection: Connection, channel: ChannelName = LINE) -> dict[str, int]:
    found = reach.find_all(connection).get(channel, {})
    return {str(name): number for name, number in found.items() if number}


def is_equal(connection: Connection) -> bool:
    return reach.compare(connection, accounts.count_anew(connection)) == []


def test_an_account_is_counted_where_it_stands_and_nowhere_else(database: Database) -> None:
    def unit(connection: Connection) -> None:
        one = accounts.add(connection, LINE, "bot", "U1", NOW).id
        assert counted(connection) == {"followed": 1}
        accounts.change(connection, one, person_id=people.add(connection, "Green", NOW))
        assert counted(connection) == {"joined": 1}
        accounts.change(connection, one, paused=True)
        assert counted(connection) == {"paused": 1}
        accounts.mark_unreachable(connection, one, AccountState.BLOCKED, NOW)
        assert counted(connection) == {"blocked": 1}
        accounts.mark_unreachable(connection, one, AccountState.GONE, NOW)
        assert counted(connection) == {"gone": 1}
        accounts.mark_reachable(connection, one)
        assert counted(connection) == {"paused": 1}
        accounts.change(connection, one, language="ja")
        accounts.bury(connection, one, "hash")
        assert counted(connection) == {"tombstone": 1}
        accounts.remove(connection, [one])
        assert counted(connection) == {}
        assert is_equal(connection)

    database.write(unit).result()


def test_a_group_is_no_friend(database: Database) -> None:
    def unit(connection: Connection) -> None:
        group = accounts.add(connection, TELEGRAM, "42", "-100", NOW).id
        accounts.change(connection, group, greeted_at=NOW)
        assert counted(connection, TELEGRAM) == {"group": 1}
        assert is_equal(connection)

    database.write(unit).result()


def test_followers_that_are_known_are_not_counted_again(database: Database) -> None:
    def unit(connection: Connection) -> None:
        accounts.add(connection, LINE, "bot", "U1", NOW)
        assert accounts.add_followers(connection, LINE, "bot", ["U1", "U2", "U3", "U2"], NOW) == 2
        assert accounts.add_followers(connection, LINE, "bot", ["U1", "U2", "U3"], NOW) == 0
        assert counted(connection) == {"followed": 3}
        assert is_equal(connection)

    database.write(unit).result()


@pytest.mark.parametrize("seed", range(3))
def test_any_history_of_accounts_leaves_the_counters_equal_to_the_accounts(database: Database, seed: int) -> None:
    lots = random.Random(seed)
    acts: list[Callable[[Connection, int], Any]] = [
        lambda c, one: accounts.change(c, one, paused=lots.random() < 0.5),
        lambda c, one: accounts.change(c, one, person_id=lots.choice([None, 7])),
        lambda c, one: accounts.mark_unreachable(c, one, lots.choice([AccountState.BLOCKED, AccountState.GONE]), NOW),
        lambda c, one: accounts.mark_reachable(c, one),
        lambda c, one: accounts.change(c, one, greeted_at=lots.choice([None, NOW])),
        lambda c, one: accounts.bury(c, one, f"hash{one}{lots.random()}"),
        lambda c, one: accounts.remove(c, [one]),
        lambda c, one: accounts.add(c, lots.choice([LINE, TELEGRAM]), "bot", f"{lots.random()}", NOW),
        lambda c, one: accounts.add_followers(c, LINE, "bot", [f"U{lots.randrange(30)}" for _ in range(5)], NOW),
    ]

    def unit(connection: Connection) -> None:
        for _ in range(150):
            lots.choice(acts)(connection, lots.randrange(1, 25))
        assert is_equal(connection)
        assert all(number >= 0 for found in reach.find_all(connection).values() for number in found.values())

    database.write(unit).result()


def test_many_who_join_at_once_are_all_counted(database: Database) -> None:
    ids = [
        database.write(lambda c, n=n: accounts.add(c, LINE, "bot", f"U{n}", NOW).id).result()  # type: ignore[misc]
        for n in range(40)
    ]
    writes = [
        database.write(lambda c, one=one, n=n: accounts.change(c, one, paused=bool(n % 3), person_id=n))  # type: ignore[misc]
        for n, one in enumerate(ids * 3)
    ]
    for write in writes:
        write.result()
    assert database.read(is_equal).result()


def test_a_tombstone_belongs_to_no_audience(database: Database) -> None:
    def unit(connection: Connection) -> None:
        ids = [accounts.add(connection, LINE, "bot", f"U{n}", NOW).id for n in range(2)]
        accounts.bury(connection, ids[0], "hash")
        (line,) = audiences.count(connection, Audience(channels=(LINE,), friends=True), NOW)
        assert (line.friends, line.joined, line.paused, line.blocked, line.gone) == (1, 0, 0, 0, 0)

    database.write(unit).result()


def test_recompute_finds_and_mends_a_counter_that_is_off(database: Database) -> None:
    def unit(connection: Connection) -> None:
        accounts.add(connection, LINE, "bot", "U1", NOW)
        reach.add(connection, [(LINE, Reach.JOINED, 5)], stripe=3)
        (found,) = recount.find_differences(connection, ()).reaches
        assert (found.channel, found.reach, found.stored, found.counted) == (LINE, Reach.JOINED, 5, 0)
        reach.mend(connection, found)
        assert not recount.find_differences(connection, ())

    database.write(unit).result()


ACCOUNT = (
    "INSERT INTO account (channel, bot_id, key, state, paused, person_id, made_at, reminders) "
    "VALUES ('line', 'bot', ?, ?, ?, ?, '2022-01-20 00:00:00.000000', 'both')"
)


def test_the_migration_counts_the_accounts_that_are_there(tmp_path: Path) -> None:
    rows = [("following", 0, None), ("following", 0, 7), ("blocked", 1, 7), ("gone", 0, 1)]
    old = Database(f"sqlite:///{tmp_path / 'old.sqlite'}")

    def before(connection: Connection) -> None:
        command.upgrade(schema._config(connection), "0010")
        for number, row in enumerate(rows):
            connection.exec_driver_sql(ACCOUNT, (f"U{number}", *row))

    try:
        old.write(before).result()
        schema.upgrade(old)
        assert old.read(counted).result() == {"followed": 1, "joined": 1, "blocked": 1, "gone": 1}
        assert old.read(is_equal).result()
        since = old.read(lambda c: c.execute(select(accounts.ACCOUNTS.c.unreachable_at)).scalars().all()).result()
        assert [one is not None for one in since] == [False, False, True, True]
    finally:
        old.close()
