"""From SQLite to PostgreSQL by the command: every row, and nothing sends from the old place any more."""

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner, Result

from bot import arming, opening
from bot.__main__ import app
from bot.settings import Settings
from storage import copying, generations
from storage.database import Database
from tests import databases
from tests.storage.test_copying import fill, rows
from tests.town import KITAQ

Moving = tuple[dict[str, str], Database]


@pytest.fixture
def moving(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Moving]:
    """The settings of somebody who moves, and the PostgreSQL database that is to take it all."""
    monkeypatch.chdir(tmp_path)
    data = tmp_path / "data"
    source = opening.open_database(Settings(_env_file=None, data_dir=data))  # type: ignore[call-arg]
    fill(source)
    source.write(generations.start).result()
    arming.write(data / "generation", source.write(generations.arm).result())
    source.close()
    with databases.fresh("postgresql") as target:
        url = target.url.render_as_string(hide_password=False)
        yield {"DATA_DIR": str(data), "DATABASE_URL": url, "PROGRAMME_FILE": str(KITAQ), "SECRET_KEY": "x" * 40}, target


def run(settings: dict[str, str], *words: str) -> Result:
    return CliRunner().invoke(app, ["copy", *words], env=settings)


def test_everything_moves_and_adds_up_and_only_the_new_place_is_armed(moving: Moving) -> None:
    settings, target = moving
    old = Database(f"sqlite:///{settings['DATA_DIR']}/bot.sqlite", read_only=True)
    before = rows(old)
    done = run(settings)
    assert done.exit_code == 0, done.output
    assert "equal to the ledger" in done.output
    assert rows(target) == before
    told = {name: int(count.replace(",", "")) for count, name in re.findall(r"^ *([\d,]+) (\w+)$", done.output, re.M)}
    assert told == {table.name: count(target, table) for table in copying.tables()}
    remembered = arming.read(Path(settings["DATA_DIR"]) / "generation")
    assert target.read(lambda c: generations.is_armed(c, remembered)).result()
    assert not old.read(lambda c: generations.is_armed(c, remembered)).result()
    old.close()


def count(database: Database, table: object) -> int:
    return int(database.read(lambda c: c.execute(select(func.count()).select_from(table)).scalar_one()).result())  # type: ignore[arg-type]


def test_a_second_copy_is_refused(moving: Moving) -> None:
    settings, target = moving
    assert run(settings).exit_code == 0
    before = rows(target)
    again = run(settings)
    assert again.exit_code == 2
    assert "not empty" in again.output
    assert rows(target) == before


def test_a_file_that_the_bot_is_using_is_not_copied(moving: Moving) -> None:
    settings, target = moving
    using = Database(f"sqlite:///{settings['DATA_DIR']}/bot.sqlite")
    assert run(settings).exit_code == 2
    using.close()
    assert target.read(copying.is_empty).result()


def test_a_copy_needs_a_file_and_postgresql(moving: Moving, tmp_path: Path) -> None:
    settings, _ = moving
    assert "no SQLite file" in run(settings, str(tmp_path / "nothing.sqlite")).output
    refused = run({**settings, "DATABASE_URL": ""})
    assert refused.exit_code == 2
    assert "postgresql://" in refused.output


def test_a_file_that_no_longer_adds_up_is_moved_and_told(moving: Moving) -> None:
    settings, _ = moving
    with sqlite3.connect(f"{settings['DATA_DIR']}/bot.sqlite") as opened:
        opened.execute("UPDATE tally SET times = times + 1")
    opened.close()
    done = run(settings)
    assert done.exit_code == 1
    assert "tally:" in done.output
