"""Backups: one file with everything of one moment, made beside the writer, whole or not at all."""

import sqlite3
import stat
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from storage import backups, outbox
from storage.backups import BackupError
from storage.database import Database
from storage.outbox import OUTBOX
from tests.storage.rows import a_call
from tests.storage.test_copying import fill, rows

MONDAY = datetime(2022, 1, 24, 2, 30, 5, tzinfo=UTC)


def test_a_backup_holds_every_row_in_one_file_of_its_owners(database: Database, tmp_path: Path) -> None:
    fill(database)
    path = tmp_path / "backup.sqlite"
    assert backups.make(database, path) == path.stat().st_size
    assert sorted(tmp_path.glob("*backup*")) == [path]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    opened = Database(f"sqlite:///{path}", read_only=True)
    try:
        assert rows(opened) == rows(database)
    finally:
        opened.close()


def test_a_backup_made_while_the_bot_writes_is_of_one_moment(database: Database, tmp_path: Path) -> None:
    """Two rows are always stored together: a backup never holds one of them alone."""
    ending, made = threading.Event(), []

    def write_pairs() -> None:
        while not ending.is_set():
            database.write(lambda c: [outbox.add(c, **a_call(body=b"x" * 9000)) for _ in range(2)]).result()
            made.append(1)

    writer = threading.Thread(target=write_pairs)
    writer.start()
    try:
        while len(made) < 50:
            pass
        before = len(made)
        backups.make(database, tmp_path / "backup.sqlite")
        assert len(made) > before, "the writer was held up"
    finally:
        ending.set()
        writer.join()
    with sqlite3.connect(tmp_path / "backup.sqlite") as opened:
        (held,) = opened.execute("SELECT count(*) FROM outbox").fetchone()
    opened.close()
    assert held % 2 == 0
    assert (
        2 * before
        <= held
        <= database.read(lambda c: c.execute(select(func.count()).select_from(OUTBOX))).result().scalar()
    )


def test_a_backup_that_is_broken_off_leaves_no_file(database: Database, tmp_path: Path) -> None:
    fill(database)
    folder = tmp_path / "backups"
    folder.mkdir()

    def break_off() -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        backups.make(database, folder / "backup.sqlite", break_off)
    assert list(folder.iterdir()) == []


def test_a_backup_never_takes_the_place_of_another(database: Database, tmp_path: Path) -> None:
    backups.make(database, tmp_path / "backup.sqlite")
    with pytest.raises(BackupError, match="there already"):
        backups.make(database, tmp_path / "backup.sqlite")


def test_what_is_damaged_or_another_programs_is_no_backup(database: Database, tmp_path: Path) -> None:
    fill(database)
    path = tmp_path / "backup.sqlite"
    backups.make(database, path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BackupError):
        backups.check(path)
    path.write_bytes(b"words" * 1000)
    with pytest.raises(BackupError, match="cannot be read"):
        backups.check(path)
    with sqlite3.connect(tmp_path / "other.sqlite") as other:
        other.execute("CREATE TABLE t (a)")
    other.close()
    with pytest.raises(BackupError, match="no backup of this bot"):
        backups.check(tmp_path / "other.sqlite")
    with pytest.raises(BackupError, match="not there"):
        backups.check(tmp_path / "nothing.sqlite")


def test_the_newest_backups_are_kept_and_nothing_else_is_touched(tmp_path: Path) -> None:
    names = [backups.name_at(MONDAY.replace(day=day)) for day in range(20, 30)]
    for name in (*names, "bot-mine.sqlite", "notes.txt"):
        (tmp_path / name).touch()
    backups.prune(tmp_path, 7)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*names[3:], "bot-mine.sqlite", "notes.txt"])
    assert backups.name_at(MONDAY) == "bot-20220124T023005Z.sqlite"
