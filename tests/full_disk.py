"""A disk without room, for tests: SQLite's own "database or disk is full". PostgreSQL's cannot be had here alone."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, event

from storage.database import Database


class Disk:
    """How many pages the database may have; the test says when there is room again."""

    pages = 1

    def make_room(self) -> None:
        self.pages = 1_000_000


@contextmanager
def full_disk(database: Database) -> Iterator[Disk]:
    """Let a database take nothing more, from its next transaction on."""
    disk = Disk()

    def allow(connection: Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {disk.pages}")

    event.listen(database.engine, "begin", allow)
    try:
        yield disk
    finally:
        event.remove(database.engine, "begin", allow)
