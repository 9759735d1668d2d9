"""The writer, the transaction and the schema."""

from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text

from storage import marks, schema
from storage.database import ConflictError, Database, StorageUnavailableError
from storage.file_lock import SecondProcessError
from storage.marks import MarkName


def test_migrations_build_exactly_the_schema_in_code(database: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        return compare_metadata(MigrationContext.configure(connection), schema.METADATA)

    assert database.read(differences).result() == []
    assert database.read(schema.is_current).result()


def test_migrating_twice_changes_nothing(database: Database) -> None:
    schema.upgrade(database)
    assert database.read(schema.is_current).result()


def test_a_unit_that_raises_undoes_only_itself(database: Database) -> None:
    def good(connection: Connection) -> str:
        marks.put(connection, MarkName.GENERATION, "kept")
        return "kept"

    def bad(connection: Connection) -> None:
        marks.put(connection, MarkName.SANDBOX, "lost")
        raise ValueError("a mistake of ours")

    kept, lost = database.write(good), database.write(bad)
    assert kept.result() == "kept"
    with pytest.raises(ValueError, match="a mistake of ours"):
        lost.result()
    assert database.read(lambda c: marks.find(c, MarkName.GENERATION)).result() == "kept"
    assert database.read(lambda c: marks.find(c, MarkName.SANDBOX)).result() is None


def test_a_unit_that_raises_alone_leaves_nothing_and_the_next_is_stored(database: Database) -> None:
    def fails(connection: Connection) -> None:
        marks.put(connection, MarkName.SANDBOX, "half")
        raise LookupError("half done")

    with pytest.raises(LookupError):
        database.write(fails).result()
    assert database.read(lambda c: marks.find(c, MarkName.SANDBOX)).result() is None
    database.write(lambda c: marks.put(c, MarkName.SANDBOX, "whole")).result()
    assert database.read(lambda c: marks.find(c, MarkName.SANDBOX)).result() == "whole"


def test_a_unit_whose_waiting_caller_gave_up_does_not_stop_the_writer(database: Database) -> None:
    cancelled = []

    def cancel_what_runs_and_what_waits(connection: Connection) -> None:
        waiting = database.write(lambda c: marks.put(c, MarkName.SANDBOX, "x"))
        cancelled.extend([waiting.cancel(), running.cancel()])

    running = database.write(cancel_what_runs_and_what_waits)
    running.result()
    assert cancelled[1] is False
    assert database.write(lambda c: "still writing").result(5) == "still writing"


def test_a_mistake_in_sql_is_not_taken_for_a_storage_failure(database: Database) -> None:
    with pytest.raises(Exception, match="no_such_table"):
        database.write(lambda c: c.execute(text("SELECT * FROM no_such_table"))).result()


def test_a_taken_key_is_a_conflict(database: Database) -> None:
    insert = text("INSERT INTO mark (name, content) VALUES ('a', '1')")
    database.write(lambda c: c.execute(insert) and None).result()
    with pytest.raises(ConflictError):
        database.write(lambda c: c.execute(insert) and None).result()


def test_what_a_question_writes_is_rolled_back(database: Database) -> None:
    database.read(lambda c: marks.put(c, MarkName.GENERATION, "x")).result()
    assert database.read(lambda c: marks.find(c, MarkName.GENERATION)).result() is None


def test_a_second_process_on_one_sqlite_file_is_refused(database: Database) -> None:
    if database.is_sqlite:
        with pytest.raises(SecondProcessError, match="another process"):
            Database(database.url.render_as_string(hide_password=False))
    else:
        Database(database.url.render_as_string(hide_password=False)).close()


def test_the_ledger_refuses_change_and_removal(database: Database) -> None:
    insert = text(
        "INSERT INTO ledger (person_id, account_id, kind, reference, action, acted_on, entered_at, points, confirmed,"
        " counts_for_board, rule_version, period, n, co2_grams, detail) VALUES (1, 1, 'report', '1', 'a', '2022-01-20',"
        " '2022-01-20 00:00:00', 5, false, true, 1, '2022-01-20', 1, 0, '')"
    )
    database.write(lambda c: c.execute(insert) and None).result()
    for forbidden in ("UPDATE ledger SET points = 6", "DELETE FROM ledger"):
        with pytest.raises(Exception, match="append-only"):
            database.write(lambda c, sql=forbidden: c.execute(text(sql)) and None).result()
    database.write(lambda c: c.execute(text("UPDATE ledger SET person_id = 2")) and None).result()


def test_work_that_comes_after_the_end_is_refused_and_waits_for_nothing(database: Database) -> None:
    database.close()
    with pytest.raises(StorageUnavailableError, match="closed"):
        database.write(lambda c: "too late").result(5)


def test_a_new_sqlite_file_is_its_owners_alone(tmp_path: Path) -> None:
    with closing(Database(f"sqlite:///{tmp_path}/new.sqlite")) as opened:
        schema.upgrade(opened)
        assert {path.stat().st_mode & 0o077 for path in tmp_path.rglob("*") if path.is_file()} == {0}
