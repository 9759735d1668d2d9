"""The measurement of reminders, in short: all are stored calls, replies come meanwhile, and a piece is a set."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from bench import reminders
from scheduler import notices as sealing
from storage.database import Database
from storage.notices import NOTICES
from tests import databases
from tests.scheduler.seats import Hall
from tests.town import Town

COUNT, EVENTS = 400, 4


@pytest.fixture
def filled(tmp_path: Path) -> Iterator[Hall]:
    """A town in which reminders have just come due."""
    reminders.fill(f"sqlite:///{tmp_path / 'filled.sqlite'}", COUNT, EVENTS)
    database = Database(f"sqlite:///{tmp_path / 'filled.sqlite'}")
    due = database.read(lambda c: c.execute(NOTICES.select()).first()).result()
    yield Hall(Town(database, now=due.due_at))
    database.close()


def questions_of(hall: Hall, limit: int) -> int:
    """Seal a piece; count the questions that were asked for it."""
    asked: list[str] = []

    def unit(connection: Connection) -> None:
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.set_trace_callback(lambda statement: asked.append(statement))
        clock = hall.house.clock
        sealed = sealing.seal_due(connection, hall.house, clock.now(), clock.real(), limit=limit)
        driver.set_trace_callback(None)
        assert len(sealed) == limit

    hall.write(unit)
    return sum(statement.startswith("SELECT") for statement in asked)


def test_a_piece_of_two_hundred_asks_no_more_questions_than_one_notice(filled: Hall) -> None:
    assert questions_of(filled, 200) <= questions_of(filled, 1)


def test_what_many_are_told_alike_is_rendered_once(filled: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    rendered = []
    render = filled.platform.render
    monkeypatch.setattr(filled.platform, "render", lambda messages: rendered.append(1) or render(messages))
    assert len(filled.seal(limit=COUNT)) == COUNT
    assert len(rendered) == 2 * EVENTS, "each event, in Japanese and in English"


@pytest.mark.timeout(300)
@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_reminders_come_due_in_a_running_bot_while_people_write(engine: str, tmp_path: Path) -> None:
    with databases.fresh(engine) as database:
        url = database.url.render_as_string(hide_password=False)
        if database.is_sqlite:
            database.close()
        found = reminders.measure(url, tmp_path, COUNT, EVENTS, seconds=1)
    assert (found["asked"], found["answered_200"], found["replied"], found["replied_twice"]) == (20, 20, 20, 0)
    assert found["seconds"] > 0


def test_the_tables_are_filled_as_the_bot_itself_fills_them(filled: Hall) -> None:
    taken = "SELECT sum(taken) FROM part WHERE id IN (SELECT part_id FROM registration)"
    assert filled.read(lambda c: c.execute(text(taken)).scalar_one()) == COUNT
