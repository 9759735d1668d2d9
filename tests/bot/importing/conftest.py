"""A desk with a database that holds the programme, as staff have it when they import; and tables written as they do."""

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any, TypeVar

import pytest
from sqlalchemy import Connection

from storage import catalogue, marks
from storage.clock import real_now
from storage.database import Database
from storage.marks import MarkName
from storage.programme_file import to_document
from tests import databases
from tests.bot.conftest import Desk, Said, desk
from tests.town import Town, kitaq

__all__ = ["desk"]
Answer = TypeVar("Answer")


class Office:
    """An office with a desk, one of the two databases, and calendar time as in the town (2022-01-20, noon)."""

    def __init__(self, desk: Desk, url: str) -> None:
        self.desk, self.url = desk, url
        desk.set(DATABASE_URL=url, SECRET_KEY="secret")
        self.ask(self._prepare)

    @staticmethod
    def _prepare(connection: Connection) -> None:
        now = Town.now
        catalogue.add_version(connection, {**to_document(kitaq()), "version": 0}, "test", now)
        marks.put(connection, MarkName.SANDBOX, "False")
        Office.set_clock(connection, now)

    @staticmethod
    def set_clock(connection: Connection, now: Any) -> None:
        """Set the calendar as the sandbox's clock does."""
        marks.put(connection, MarkName.CLOCK_OFFSET_SECONDS, str((now - real_now()).total_seconds()))

    def ask(self, unit: Callable[[Connection], Answer]) -> Answer:
        """Do something in the database, while nothing else has it open."""
        with closing(Database(self.url)) as database:
            return database.write(unit).result()

    def table(self, *rows: str, name: str = "table.csv", encoding: str = "utf-8") -> str:
        """Write a table; gives its path."""
        path = self.desk.folder / name
        path.write_bytes("".join(f"{row}\n" for row in rows).encode(encoding))
        return str(path)

    def say(self, *words: str) -> Said:
        return self.desk.say(*words)


@pytest.fixture(params=["sqlite", "postgresql"])
def office(request: pytest.FixtureRequest, desk: Desk) -> Iterator[Office]:
    """An office on each database."""
    yield from _office(request.param, desk)


@pytest.fixture
def small_office(desk: Desk) -> Iterator[Office]:
    """An office on SQLite, for what does not depend on the database."""
    yield from _office("sqlite", desk)


def _office(engine: str, desk: Desk) -> Iterator[Office]:
    with databases.fresh(engine) as database:
        url = database.url.render_as_string(hide_password=False)
        if database.is_sqlite:
            database.close()
        yield Office(desk, url)
