"""Prepared statements are as SQLAlchemy's own on both engines: types, errors, nothing outside a transaction."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, bindparam, select, text
from sqlalchemy.exc import DBAPIError

from storage.accounts import ACCOUNTS
from storage.database import ConflictError, Database, StorageUnavailableError
from storage.prepared import Prepared
from tests import databases

ADD = Prepared(
    ACCOUNTS.insert().returning(ACCOUNTS.c.id, ACCOUNTS.c.made_at),
    columns=("channel", "bot_id", "key", "state", "paused", "made_at", "reminders"),
)
ADD_BLIND = Prepared(ACCOUNTS.insert(), columns=("channel", "bot_id", "key", "state", "paused", "made_at", "reminders"))
FIND = Prepared(select(ACCOUNTS).where(ACCOUNTS.c.key == bindparam("account_key"), ~ACCOUNTS.c.paused))
NOW = datetime(2022, 1, 20, 3, 4, 5, 678, tzinfo=UTC)


def an_account(key: str = "U1", **changes: Any) -> dict[str, Any]:
    account = {"channel": "line", "bot_id": "bot", "key": key, "state": "following", "paused": False}
    return {**account, "made_at": NOW, "reminders": "both", **changes}


def test_values_come_back_as_their_columns_say(database: Database) -> None:
    added = database.write(lambda c: ADD.one(c, **an_account())).result()
    found = database.read(lambda c: FIND.first(c, account_key="U1")).result()
    assert (added.made_at, found.made_at) == (NOW, NOW)
    assert (found.id, found.paused, found.language) == (added.id, False, None)


def test_what_is_not_there_is_none_and_an_empty_list(database: Database) -> None:
    assert database.read(lambda c: FIND.first(c, account_key="nobody")).result() is None
    assert database.read(lambda c: FIND.all(c, account_key="nobody")).result() == []


def test_a_taken_key_is_a_conflict_and_undoes_only_its_own_unit(database: Database) -> None:
    database.write(lambda c: ADD.one(c, **an_account())).result()
    again, other = (database.write(lambda c, k=key: ADD.one(c, **an_account(k))) for key in ("U1", "U2"))
    with pytest.raises(ConflictError):
        again.result()
    other.result()
    assert database.read(lambda c: FIND.first(c, account_key="U2")).result() is not None


def test_a_moment_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(ValueError, match="time zone"):
        database.write(lambda c: ADD.one(c, **an_account(made_at=datetime(2022, 1, 20)))).result()


def test_many_sets_of_values_are_stored_at_once(database: Database) -> None:
    add = Prepared(ACCOUNTS.insert(), columns=("channel", "bot_id", "key", "state", "paused", "made_at", "reminders"))
    database.write(lambda c: add.change_many(c, [an_account(f"U{n}") for n in range(3)])).result()
    rename = Prepared(ACCOUNTS.update().values(language=bindparam("spoken")))
    assert database.write(lambda c: rename.change(c, spoken="ja")).result() == 3


def test_our_own_mistakes_stay_errors_without_the_values(database: Database) -> None:
    wrong = Prepared(text("SELECT * FROM nothing_of_ours WHERE x = :secret"))
    with pytest.raises(DBAPIError) as told:
        database.read(lambda c: wrong.all(c, secret="said in confidence")).result()
    assert "said in confidence" not in str(told.value)


def test_what_a_question_writes_is_rolled_back(database: Database) -> None:
    database.read(lambda c: ADD.one(c, **an_account())).result()
    assert database.read(lambda c: FIND.first(c, account_key="U1")).result() is None


def test_outside_a_transaction_nothing_runs_and_nothing_is_left_to_the_connections_next_user(
    database: Database,
) -> None:
    with database.engine.connect() as connection, pytest.raises(RuntimeError, match="in a transaction"):
        ADD_BLIND.put_off(connection, **an_account("U1"))
    with database.engine.connect() as connection, connection.begin() as transaction:
        ADD_BLIND.put_off(connection, **an_account("U1"))
        transaction.rollback()
    assert database.read(lambda c: FIND.first(c, account_key="U1")).result() is None


def test_a_lost_connection_is_told_as_such_and_not_used_again() -> None:
    end_it = text("SELECT pg_terminate_backend(:pid)")

    with databases.fresh("postgresql") as database:

        def lose(connection: Connection) -> None:
            pid = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
            with database.engine.connect() as other:
                other.execute(end_it, {"pid": pid})
            FIND.first(connection, account_key="U1")

        with pytest.raises(StorageUnavailableError):
            database.write(lose).result()
        assert database.write(lambda c: FIND.first(c, account_key="U1")).result() is None
