"""Backups: each is one SQLite file that holds everything, of whichever engine, made while the bot works. Restores none.

No program besides this one is needed, neither to make a backup nor to put it back.
"""

import os
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from sqlalchemy import Connection, text

from storage import copying, schema
from storage.database import Database

PAGES = 2_000  # of 4 kB between two signs of progress
Progress = Callable[[], None]
"""Called between pieces of the work; what it raises ends the backup, and nothing of it stays."""


class BackupError(Exception):
    """A backup could not be made, or is none; the message says why."""


def name_at(now: datetime) -> str:
    """Name the backup of a moment, so that names sort by time."""
    return f"bot-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.sqlite"


def make(database: Database, path: Path, progress: Progress = lambda: None) -> int:
    """Write everything the database holds at one moment into a new file, readable by its owner only; gives its bytes.

    The file appears under its name when it is whole, was read again and lies on the disk. BackupError or OSError
    otherwise.
    """
    if path.exists():
        raise BackupError(f"{path} is there already")
    unfinished = path.with_name(f".{path.name}.unfinished")
    remove(unfinished)
    try:
        unfinished.touch(mode=0o600)
        if database.is_sqlite:
            database.read(lambda connection: _copy_pages(connection, unfinished, progress)).result()
        else:
            _copy_rows(database, unfinished, progress)
        check(unfinished)
        settle(unfinished)
        unfinished.replace(path)
        sync(path.parent)
    finally:
        remove(unfinished)
    return path.stat().st_size


def _copy_pages(connection: Connection, path: Path, progress: Progress) -> None:
    connection.execute(text("SELECT count(*) FROM sqlite_master"))  # holds this moment until the last page is copied
    source = cast(sqlite3.Connection, connection.connection.driver_connection)
    into = sqlite3.connect(path)
    try:
        source.backup(into, pages=PAGES, progress=lambda *_: progress(), sleep=0)
    finally:
        into.close()


def _copy_rows(database: Database, path: Path, progress: Progress) -> None:
    into = Database(f"sqlite:///{path}")
    try:
        schema.upgrade(into)
        copying.copy(database, into, lambda *_: progress())
    finally:
        into.close()
        Path(f"{path}.lock").unlink()


def check(path: Path) -> None:
    """Read a backup through; BackupError when it is damaged, or no database of this bot."""
    if not path.exists():
        raise BackupError(f"{path} is not there")
    opened = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    try:
        (found,) = opened.execute("PRAGMA quick_check(1)").fetchone()
        tables = {name for (name,) in opened.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    except sqlite3.DatabaseError as error:
        raise BackupError(f"{path} cannot be read: {error}") from None
    finally:
        opened.close()
    if found != "ok":
        raise BackupError(f"{path} is damaged: {found}")
    if not {"mark", "ledger", "alembic_version"} <= tables:
        raise BackupError(f"{path} is no backup of this bot")


def settle(path: Path) -> None:
    """Bring a SQLite file that nobody has open into one piece (no log beside it) and onto the disk."""
    opened = sqlite3.connect(path)
    try:
        opened.execute("PRAGMA journal_mode=DELETE")
    finally:
        opened.close()
    sync(path)


def sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, lie on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def prune(folder: Path, keep: int) -> list[Path]:
    """Remove all but the newest backups of a folder, known by their names; gives those removed."""
    old = sorted(folder.glob("bot-????????T??????Z.sqlite"))[:-keep]
    for path in old:
        path.unlink()
    return old


def remove(path: Path) -> None:
    """Remove a SQLite file with all that may lie beside it."""
    for ending in ("", "-wal", "-shm", "-journal"):
        Path(f"{path}{ending}").unlink(missing_ok=True)
