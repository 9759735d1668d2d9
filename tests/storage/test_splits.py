"""What entries add up to by the month they are about, ward and channel: kept with the ledger, proved against it."""

from datetime import date, datetime, timedelta

import pytest
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, update

from handlers import attending
from storage import ledger, people, recount, schema, split_recount, splits
from storage.clock import TOKYO
from storage.database import Database
from storage.facts import SplitSums
from storage.splits import SPLITS
from tests.handlers import occasions
from tests.town import Town, kitaq

JANUARY, FEBRUARY = date(2022, 1, 1), date(2022, 2, 1)


def compare(database: Database) -> recount.Differences:
    return database.read(lambda c: recount.compare(c, kitaq().periods)).result()


@pytest.fixture
def lively(town: Town) -> Town:
    """A town at the turn of the month: a report in time, one a day late, one taken back, and a seminar attended."""
    (part,) = occasions.add_event(town)
    town.now = occasions.START
    occasions.check_in(town, part, occasions.seated(town, part, town.citizen()))
    occasions.check_in(town, part, occasions.seated(town, part))
    town.now += timedelta(hours=2)
    town.database.write(lambda c: attending.mark_held(c, town.programme, part, town.now)).result()
    town.now = datetime(2022, 1, 31, 23, 30, tzinfo=TOKYO)
    early, late = town.citizen(), town.citizen()
    early.press("r:my_bottle:2022-01-31:1")
    town.now = datetime(2022, 2, 1, 8, 0, tzinfo=TOKYO)
    late.press("r:my_bottle:2022-02-01:1")
    early.press("undo")
    early.tap("取り消す")
    correction = {"person_id": occasions.person_of(town, late), "action": "my_bag", "acted_on": date(2022, 1, 30)}
    signed = {"reference": "1:a", "entered_at": town.now, "detail": "missed", "rule_version": 1}
    points = {"points": 30, "confirmed": True, "counts_for_board": False}
    town.database.write(lambda c: ledger.correct(c, **correction, **signed, **points)).result()
    return town


def test_an_entry_counts_in_its_month_about_the_month_acted_in_by_channel(lively: Town) -> None:
    january = lively.database.read(lambda c: splits.list_of_month(c, JANUARY)).result()
    assert {(s.about, s.ward, s.channel): s.sums for s in january} == {
        (JANUARY, "", ""): SplitSums(confirmed=400, participations=2, events_held=1),
        (JANUARY, "", "line"): SplitSums(self_reported=5),
    }
    february = lively.database.read(lambda c: splits.list_of_month(c, FEBRUARY)).result()
    assert {(s.about, s.channel): s.sums for s in february} == {
        (JANUARY, ""): SplitSums(confirmed=30),
        (JANUARY, "line"): SplitSums(self_reported=-5),
        (FEBRUARY, "line"): SplitSums(self_reported=5),
    }
    assert not compare(lively.database)


@pytest.mark.parametrize("name", splits.SUMS)
def test_a_sum_that_was_tampered_with_is_found_and_mended(lively: Town, name: str) -> None:
    tamper = update(SPLITS).where(SPLITS.c.about == JANUARY).values({name: SPLITS.c[name] + 7})
    lively.database.write(lambda c: c.execute(tamper)).result()
    found = compare(lively.database)
    assert found.splits
    assert {found.stored[name] > found.counted[name] for found in found.splits} == {True}
    for one in found.splits:
        lively.database.write(lambda c, one=one: split_recount.mend(c, one)).result()
    assert not compare(lively.database)


def test_the_migration_counts_a_ledger_that_is_older_than_the_sums(lively: Town) -> None:
    def unit(connection: Connection) -> None:
        before = [splits.list_of_month(connection, month) for month in (JANUARY, FEBRUARY)]
        connection.execute(SPLITS.delete())
        migration = ScriptDirectory.from_config(schema._config(connection)).get_revision("0021")
        with Operations.context(MigrationContext.configure(connection)):
            migration.module._count_what_is_there()
        assert [splits.list_of_month(connection, month) for month in (JANUARY, FEBRUARY)] == before
        assert list(recount.find_differences(connection, kitaq().periods).splits) == []

    lively.database.read(unit).result()


def test_the_ward_is_that_of_the_moment_and_moving_later_moves_nothing(town: Town) -> None:
    citizen = town.citizen()
    person_id = occasions.person_of(town, citizen)
    for ward, action in (("moji", "my_bottle"), ("tobata", "my_bag")):
        town.database.write(lambda c, ward=ward: people.change(c, person_id, ward=ward)).result()
        citizen.press(f"r:{action}:{town.now.date()}:1")
    found = town.database.read(lambda c: splits.list_of_month(c, JANUARY)).result()
    assert {s.ward: s.sums.self_reported for s in found} == {"moji": 5, "tobata": 5}
