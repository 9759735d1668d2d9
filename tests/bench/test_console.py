"""The measurement of the console, in short: every page has an address there, and one that is too slow is named."""

import pytest

from bench import console
from bench.console import Opened
from bench.large import City
from tests.bench.test_large import PERSONS
from tests.town import Town


@pytest.fixture
def city(town: Town) -> City:
    """A city of which only the numbers are asked."""
    return City(town.database, town.programme, PERSONS, town.now.date(), town.now, [7, 8, 9])


def test_every_page_of_the_console_is_opened_each_time_another_one(city: City) -> None:
    opened = {path: [address(n) for n in range(2)] for path, address in console.pages(city)}
    assert {"/staff", "/staff/events", "/staff/broadcasts/{broadcast_id:number}/check"} <= set(opened)
    assert not any("{" in address for both in opened.values() for address in both)
    for path, (first, second) in opened.items():
        assert (first != second) is any(name in path for name in ("person_id", "part_id", "event_id", "code")), path


def test_a_page_above_the_bar_is_called_missed() -> None:
    slow, fast = [console.BAR + 1] * 40, [console.BAR - 1] * 39 + [9_999.0]
    lines = console.show({"/fast": Opened(fast, 1.0, 1_000), "/slow": Opened(slow, 1.0, 2_000)})
    assert [line.split(" | ")[0] for line in lines[2:]] == ["| /slow", "| /fast"]
    assert ["MISSED" in line for line in lines[2:]] == [True, False]
