"""Two people of the staff take in the same list at the same time: everybody still counts once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from bot.importing import attendance, counting, occasions
from bot.importing.counting import Seen, Vouching
from bot.importing.identity import identify
from storage import marks
from storage.attendances import ATTENDANCES
from storage.clock import real_now
from storage.database import Database
from storage.events import EVENTS
from storage.marks import MarkName
from storage.registrations import GUESTS
from tests import databases
from tests.town import Town, kitaq

WHEN = {"starts_at": "2022-01-15T10:00+09:00", "ends_at": "2022-01-15T12:00+09:00"}
PEOPLE = 40


def lines() -> list[Seen]:
    occasion = occasions.read_occasion({"title": "川の清掃", **WHEN})
    return [Seen(number, occasion, identify(b"secret", f"N{number}", "")) for number in range(2, PEOPLE + 2)]


def take(database: Database) -> int:
    vouching = Vouching(by="x", source="s", file="f", programme=kitaq())
    cut = [lines()[first : first + attendance.PIECE] for first in range(0, PEOPLE, attendance.PIECE)]
    return sum(counting.Counting(database, vouching).take(piece).counted[counting.COUNTED] for piece in cut)


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_the_same_list_taken_in_twice_at_once_counts_everybody_once(engine: str) -> None:
    with databases.fresh(engine) as database, ThreadPoolExecutor(2) as staff:
        offset = str((Town.now - real_now()).total_seconds())
        database.write(lambda c: marks.put(c, MarkName.CLOCK_OFFSET_SECONDS, offset)).result()
        counted = list(staff.map(take, [database, database]))
        rows = database.read(
            lambda c: [
                c.execute(select(func.count()).select_from(one)).scalar() for one in (GUESTS, ATTENDANCES, EVENTS)
            ]
        ).result()
    assert (sum(counted), rows) == (PEOPLE, [PEOPLE, PEOPLE, 1])
