"""Copies between engines: every row and every counter of keys arrives, or nothing does."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from storage import copying, outbox, recount
from storage.copying import CopyRefusedError
from storage.database import Database
from storage.outbox import OUTBOX
from tests import databases
from tests.handlers import occasions
from tests.storage.rows import a_call
from tests.town import Town, kitaq


@pytest.fixture(params=["sqlite", "postgresql"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    (tmp_path / "target").mkdir()
    with databases.fresh(request.param) as opened:
        yield opened


def fill(database: Database) -> None:
    """Let people live here for a while, and the newest call of the outbox be gone again."""
    town = Town(database)
    for _ in range(3):
        citizen = town.citizen()
        citizen.press(f"r:my_bottle:{town.now.date().isoformat()}:1")
    (part,) = occasions.add_event(town, town.now)
    occasions.check_in(town, part, occasions.seated(town, part, citizen))
    database.write(lambda c: outbox.add(c, **a_call(body=b"\x00\xff"))).result()
    database.write(lambda c: c.execute(OUTBOX.delete().where(OUTBOX.c.id == newest(c)))).result()


def newest(connection: Any) -> int:
    return int(connection.execute(select(func.max(OUTBOX.c.id))).scalar_one())


def rows(database: Database) -> dict[str, list[Any]]:
    """Everything that is stored, as values."""

    def all_rows(connection: Any) -> dict[str, list[Any]]:
        found = {table.name: connection.execute(select(table)).all() for table in copying.tables()}
        return {name: sorted(map(tuple, lines), key=repr) for name, lines in found.items()}

    return database.read(all_rows).result()


def ignore(*_: Any) -> None:
    pass


def test_every_row_arrives_and_the_ledger_still_adds_up(database: Database, target: Database) -> None:
    fill(database)
    counted = copying.copy(database, target, ignore)
    assert rows(target) == rows(database)
    assert counted == {name: len(lines) for name, lines in rows(database).items()}
    assert counted["ledger"] > 0
    assert not target.read(lambda c: recount.compare(c, kitaq().periods)).result()


def test_a_key_that_was_given_before_is_not_given_again(database: Database, target: Database) -> None:
    fill(database)
    copying.copy(database, target, ignore)
    here, there = (one.write(lambda c: outbox.add(c, **a_call())).result().id for one in (database, target))
    assert (
        here == there > database.read(lambda c: c.execute(select(func.count()).select_from(OUTBOX))).result().scalar()
    )


def test_a_target_that_holds_something_is_left_as_it_is(database: Database, target: Database) -> None:
    fill(database)
    target.write(lambda c: outbox.add(c, **a_call(detail="mine"))).result()
    with pytest.raises(CopyRefusedError):
        copying.copy(database, target, ignore)
    assert [row[0] for row in target.read(lambda c: c.execute(select(OUTBOX.c.detail)).all()).result()] == ["mine"]


def test_a_copy_that_is_broken_off_leaves_nothing(database: Database, target: Database) -> None:
    fill(database)

    def stop_at_the_outbox(table: str, _: int) -> None:
        if table == "outbox":
            raise InterruptedError

    with pytest.raises(InterruptedError):
        copying.copy(database, target, stop_at_the_outbox)
    assert target.read(copying.is_empty).result()


THIEVES = {
    "sqlite": """CREATE TRIGGER thief AFTER INSERT ON tally BEGIN
        UPDATE tally SET times = 0 WHERE person_id = NEW.person_id; END""",
    "postgresql": """CREATE FUNCTION steal() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN NEW.times := 0; RETURN NEW; END $$;
        CREATE TRIGGER thief BEFORE INSERT ON tally FOR EACH ROW EXECUTE FUNCTION steal()""",
}


def test_a_row_that_is_changed_on_its_way_is_noticed(database: Database, target: Database) -> None:
    fill(database)
    thief = THIEVES["sqlite" if target.is_sqlite else "postgresql"]
    target.write(lambda c: c.exec_driver_sql(thief)).result()
    with pytest.raises(CopyRefusedError, match="tally"):
        copying.copy(database, target, ignore)
