"""The measurement of a large city, in short: what is filled in adds up, no question works harder in a larger one."""

import sqlite3
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection

from bench import large
from bench.large import City
from storage import recount, week_recount
from tests import databases

PERSONS, EACH, STEPS = 1_000, 2, 10
ROOM = 1.5  # how much harder a question may work in a city ten times as large: an index one level deeper


@pytest.fixture(params=["sqlite", "postgresql"])
def city(request: pytest.FixtureRequest) -> Iterator[City]:
    """A small city on each engine."""
    with databases.fresh(request.param) as database:
        url = database.url.render_as_string(hide_password=False)
        if database.is_sqlite:
            database.close()
        found = large.build(url, PERSONS, EACH)
        yield found
        found.database.close()


def test_what_is_filled_in_adds_up_as_the_ledger_s_own_sums_do(city: City) -> None:
    found = city.database.read(lambda c: recount.compare(c, city.programme.periods)).result()
    assert (found.tallies, found.counters, found.weeks, found.steps, found.reaches) == ((), (), (), (), ())


def test_every_question_has_an_answer(city: City) -> None:
    assert set(large.ask(city, times=3)) == set(large.QUESTIONS)


def test_reports_made_at_once_are_all_durable_and_counted(city: City) -> None:
    assert len(large.report(city, a_second=200, seconds=0.2)) == 40
    assert city.database.read(week_recount.compare).result() == ([], [])


def steps(city: City, name: str) -> int:
    """Count what SQLite does to answer a question, in hundreds of its machine's instructions, for some persons."""
    counted = 0

    def note() -> int:
        nonlocal counted
        counted += 1
        return 0

    def asked(connection: Connection) -> int:
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.set_progress_handler(note, STEPS)
        for number in range(20):
            large.QUESTIONS[name](connection, city, number)
        driver.set_progress_handler(None, 0)
        return counted

    return city.database.read(asked).result()


@pytest.fixture(scope="module")
def two_cities(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[City, City]]:
    """A city, and one with ten times as many people and events."""
    folder = tmp_path_factory.mktemp("cities")
    pair = tuple(large.build(f"sqlite:///{folder / str(n)}.sqlite", n, EACH) for n in (2 * PERSONS, 20 * PERSONS))
    yield pair[0], pair[1]
    for city in pair:
        city.database.close()


# Not with people: they sort the events to come, however few they show of them.
GROWS_WITH_EVENTS = {"console: first page", "console: what today is due", "the public first page"}


@pytest.mark.parametrize("name", [name for name in large.QUESTIONS if name not in GROWS_WITH_EVENTS])
def test_no_question_works_harder_in_a_city_ten_times_as_large(two_cities: tuple[City, City], name: str) -> None:
    small, tenfold = (steps(city, name) for city in two_cities)
    assert tenfold <= small * ROOM + 5
