"""What PostgreSQL alone does with prepared statements: planned once a connection, sent in pieces, undone as a whole."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, bindparam, func, select, text

from storage import marks
from storage.database import ConflictError, Database, StorageUnavailableError
from storage.marks import MARKS, MarkName
from storage.prepared import Prepared
from tests import databases

ADD = Prepared(MARKS.insert(), columns=("name", "content"))
FIND = Prepared(select(MARKS.c.content).where(MARKS.c.name == bindparam("mark")))
COUNT = Prepared(select(func.count().label("marks")).select_from(MARKS))
PREPARED = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%mark%'")


@pytest.fixture
def database() -> Iterator[Database]:
    with databases.fresh("postgresql") as opened:
        yield opened


def test_a_statement_stays_prepared_when_its_transaction_is_rolled_back(database: Database) -> None:
    def unit(connection: Connection) -> tuple[int, int]:
        before = connection.execute(PREPARED).scalar_one()
        FIND.first(connection, mark="x")
        return before, connection.execute(PREPARED).scalar_one()

    with database.engine.connect() as connection:
        connection.begin()
        first = unit(connection)
        connection.rollback()
        connection.begin()
        assert unit(connection) == (first[1], first[1])


def test_what_was_put_off_is_there_for_the_next_statement_of_either_kind(database: Database) -> None:
    def unit(connection: Connection) -> list[Any]:
        ADD.put_off(connection, name="a", content="1")
        ADD.put_off(connection, name="b", content="2")
        seen = [COUNT.one(connection).marks]
        ADD.put_off(connection, name="c", content="3")
        seen.append(connection.execute(select(func.count()).select_from(MARKS)).scalar_one())
        ADD.put_off(connection, name="d", content="4")
        return seen

    before = database.read(lambda c: COUNT.one(c).marks).result()
    assert database.write(unit).result() == [before + 2, before + 3]
    assert database.read(lambda c: COUNT.one(c).marks).result() == before + 4


def test_a_taken_key_that_was_put_off_is_a_conflict_at_the_commit_and_nothing_stays(database: Database) -> None:
    def unit(connection: Connection) -> None:
        ADD.put_off(connection, name="new", content="1")
        ADD.put_off(connection, name="taken", content="2")

    database.write(lambda c: ADD.change(c, name="taken", content="1")).result()
    with pytest.raises(ConflictError):
        database.write(unit).result()
    assert database.read(lambda c: FIND.first(c, mark="new")).result() is None
    assert database.read(lambda c: FIND.first(c, mark="taken")).result().content == "1"


def test_what_was_put_off_by_a_unit_that_raises_is_undone(database: Database) -> None:
    def unit(connection: Connection) -> None:
        ADD.put_off(connection, name="new", content="1")
        raise ValueError("a mistake of ours")

    for write in (database.write, database.write_together):
        with pytest.raises(ValueError, match="a mistake of ours"):
            write(unit).result()
        assert database.read(lambda c: FIND.first(c, mark="new")).result() is None


def test_bodies_larger_than_a_sockets_buffer_go_out_in_one_piece(database: Database) -> None:
    body = "x" * 1_000_000

    def unit(connection: Connection) -> int:
        for number in range(12):
            ADD.put_off(connection, name=f"m{number}", content=body)
        return sum(len(FIND.one(connection, mark=f"m{number}").content) for number in range(12))

    assert database.write(unit).result(60) == 12 * len(body)


@pytest.mark.parametrize("is_waiting", [False, True])
def test_a_connection_lost_at_the_commit_is_told_as_such_and_not_used_again(
    database: Database, is_waiting: bool
) -> None:
    def lose(connection: Connection) -> None:
        pid = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        with database.engine.connect() as other:
            other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        if is_waiting:
            ADD.put_off(connection, name="lost", content="1")

    with pytest.raises(StorageUnavailableError):
        database.write(lose).result()
    assert database.write(lambda c: FIND.first(c, mark="lost")).result() is None


def test_units_written_together_share_a_commit_and_fail_alone(database: Database) -> None:
    all_wait = threading.Event()

    def hold(connection: Connection) -> None:
        all_wait.wait(60)

    def keep(connection: Connection) -> int:
        marks.put(connection, MarkName.GENERATION, "kept")
        return int(connection.execute(text("SELECT txid_current()")).scalar_one())

    def fail(connection: Connection) -> None:
        marks.put(connection, MarkName.SANDBOX, "lost")
        raise ValueError("a mistake of ours")

    def also(connection: Connection) -> int:
        return int(connection.execute(text("SELECT txid_current()")).scalar_one())

    holding = database.write_together(hold)
    kept, failed, last = (database.write_together(unit) for unit in (keep, fail, also))
    all_wait.set()
    holding.result()
    assert kept.result() == last.result()
    with pytest.raises(ValueError, match="a mistake of ours"):
        failed.result()
    assert database.read(lambda c: marks.find(c, MarkName.GENERATION)).result() == "kept"
    assert database.read(lambda c: marks.find(c, MarkName.SANDBOX)).result() is None
