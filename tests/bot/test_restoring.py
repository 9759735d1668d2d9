"""Backup, restore and re-arming by command on both engines: nothing is lost, nobody is back, nothing goes out."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection, func, select
from typer.testing import CliRunner, Result

from bot import arming, opening
from bot.__main__ import app
from bot.doctor.database import look_at_database
from bot.enlisting import keyed_hash
from bot.settings import Settings
from scheduler import upkeep
from storage import accounts, backup_notes, generations, inbox, marks, outbox, people, recount
from storage.accounts import ACCOUNTS
from storage.clock import real_now
from storage.database import Database
from storage.facts import ChannelName
from storage.inbox import INBOX
from storage.ledger import LEDGER
from storage.marks import MarkName
from storage.outbox import OUTBOX, OutboxKind, OutboxState
from tests import databases
from tests.storage.rows import a_call, an_event
from tests.town import KITAQ, Citizen, Town, kitaq

SECRET = "a secret of the city that is long enough"


class City:
    """A bot's settings, the database they name, and its command line."""

    def __init__(self, settings: dict[str, str]) -> None:
        self._settings = settings
        self.data_dir = Path(settings["DATA_DIR"])

    def run(self, *words: str) -> Result:
        return CliRunner().invoke(app, [*words], env=self._settings)

    def settings(self) -> Settings:
        return Settings(_env_file=None, **{k.lower(): v for k, v in self._settings.items()})  # type: ignore[arg-type,call-arg]

    @contextmanager
    def town(self) -> Iterator[Town]:
        """The town in this database, under the city's own secret."""
        database = opening.open_database(self.settings())
        try:
            town = Town(database)
            object.__setattr__(town.house, "secret", SECRET.encode())
            yield town
        finally:
            database.close()

    def ask(self, question: Any) -> Any:
        with self.town() as town:
            return town.database.read(question).result()

    def write(self, unit: Any) -> Any:
        with self.town() as town:
            return town.database.write(unit).result()

    def backup(self) -> Path:
        made = self.run("backup")
        assert made.exit_code == 0, made.output
        return Path(made.output.partition(": ")[0])


@pytest.fixture(params=["sqlite", "postgresql"])
def city(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[City]:
    monkeypatch.chdir(tmp_path)
    settings = {
        "DATA_DIR": str(tmp_path / "data"),
        "SECRET_KEY": SECRET,
        "PROGRAMME_FILE": str(KITAQ),
        "LINE_CHANNEL_SECRET": "secret",
        "LINE_CHANNEL_ACCESS_TOKEN": "token",
        "PUBLIC_URL": "https://bot.example.jp",
    }
    with databases.fresh(request.param) as database:
        if not database.is_sqlite:
            settings["DATABASE_URL"] = database.url.render_as_string(hide_password=False)
        found = City(settings)
        found.write(_begin)
        found.ask(lambda c: arming.write(found.data_dir / "generation", generations.find(c)))
        yield found


def _begin(connection: Connection) -> None:
    marks.put(connection, MarkName.SANDBOX, "False")
    generations.start(connection)
    generations.arm(connection)


def report(citizen: Citizen) -> None:
    citizen.press(f"r:my_bottle:{citizen.town.now.date().isoformat()}:1")


def points(connection: Connection) -> int:
    return int(connection.execute(select(func.coalesce(func.sum(LEDGER.c.points), 0))).scalar_one())


def keys(connection: Connection) -> set[str]:
    return set(connection.execute(select(ACCOUNTS.c.key)).scalars())


def test_a_restored_database_is_as_it_was_then_and_what_was_there_is_kept(city: City) -> None:
    with city.town() as town:
        citizen = town.citizen()
        report(citizen)
    file, before = city.backup(), city.ask(points)
    with city.town() as town:
        report(town.citizen())
    after = city.ask(points)
    assert after > before
    done = city.run("restore", str(file), "--yes")
    assert done.exit_code == 0, done.output
    assert city.ask(points) == before
    assert not city.ask(lambda c: recount.compare(c, kitaq().periods))
    kept = Path(re.search(r"kept in (\S+)", done.output)[1])  # type: ignore[index]
    old = Database(f"sqlite:///{kept}", read_only=True)
    assert old.read(points).result() == after
    old.close()
    with city.town() as town:
        report(town.citizen())
    assert city.ask(points) == after


def test_without_yes_only_what_the_backup_holds_is_told(city: City) -> None:
    file = city.backup()
    with city.town() as town:
        report(town.citizen())
    before = city.ask(points)
    told = city.run("restore", str(file))
    assert told.exit_code == 0
    assert "nothing was changed" in told.output
    assert "0 rows of ledger" in told.output
    assert city.ask(points) == before > 0


def test_who_left_since_the_backup_is_erased_again_and_who_came_back_stays(city: City) -> None:
    with city.town() as town:
        gone, stays, returned = (town.citizen() for _ in range(3))
        for one in (gone, stays, returned):
            report(one)
        an_hour_ago = town.now - timedelta(hours=1)
    total = city.ask(points)
    file = city.backup()
    with city.town() as town:
        for citizen in (gone, returned):
            citizen.town = town
            citizen.press("leave")
            citizen.tap("退会して消す")
        upkeep.write_erasures(town.database, city.data_dir / "erased.txt")
        address = ChannelName.LINE, "bot", stays.key
    hashed = keyed_hash(SECRET.encode(), ":".join(address))
    with (city.data_dir / "erased.txt").open("a") as erased:
        erased.write(f"{an_hour_ago.isoformat()} {hashed}\n2022-01-2")  # left long ago, came back; a line cut off
    city.run("restore", str(file), "--yes")
    assert city.ask(keys) == {stays.key}
    assert city.ask(points) == total, "totals do not move"
    assert city.ask(lambda c: c.execute(select(func.count()).select_from(people.CONSENTS)).scalar()) == 1
    bodies = city.ask(lambda c: "".join(c.execute(select(INBOX.c.raw)).scalars()))
    assert stays.key in bodies
    assert gone.key not in bodies
    assert not city.ask(lambda c: recount.compare(c, kitaq().periods))


def test_what_an_erased_person_had_written_is_not_handled_after_a_restore(city: City) -> None:
    with city.town() as town:
        citizen = town.citizen()
    waiting = an_event("late", citizen.key, raw=f'{{"source": "{citizen.key}"}}')
    city.write(lambda c: inbox.store_all(c, [(ChannelName.LINE, [waiting], real_now())]))
    file = city.backup()
    hashed = keyed_hash(SECRET.encode(), f"line:bot:{citizen.key}")
    (city.data_dir / "erased.txt").write_text(f"{real_now().isoformat()} {hashed}\n")
    city.run("restore", str(file), "--yes")
    assert city.ask(inbox.list_waiting_accounts) == []
    assert citizen.key not in city.ask(lambda c: "".join(c.execute(select(INBOX.c.raw)).scalars()))


def test_nothing_but_replies_goes_out_until_the_restored_database_is_armed(city: City) -> None:
    kinds = (OutboxKind.ANSWER, OutboxKind.NOTICE)
    city.write(lambda c: [outbox.add(c, **a_call(kind=kind)) for kind in kinds])
    file = city.backup()
    city.run("restore", str(file), "--yes")
    remembered = arming.read(city.data_dir / "generation")
    assert not city.ask(lambda c: generations.is_armed(c, remembered))
    assert city.ask(_states) == {"answer": "skipped", "notice": "waiting"}, "old answers were given then"
    assert any("is not armed here" in finding.words for finding in look_at_database(city.settings()))
    shown = city.run("rearm")
    assert "1 notice" in shown.output
    assert not city.ask(lambda c: generations.is_armed(c, arming.read(city.data_dir / "generation")))
    city.run("rearm", "--yes")
    assert city.ask(lambda c: generations.is_armed(c, arming.read(city.data_dir / "generation")))
    assert "is armed" in city.run("rearm").output
    assert city.ask(_states)["notice"] == "waiting"


def test_arming_can_drop_what_waits(city: City) -> None:
    city.write(lambda c: outbox.add(c, **a_call(kind=OutboxKind.NOTICE)))
    city.run("restore", str(city.backup()), "--yes")
    city.run("rearm", "--yes", "--drop")
    assert city.ask(_states) == {"notice": OutboxState.SKIPPED}


def test_a_machine_that_remembers_nothing_arms_no_restored_database(city: City) -> None:
    city.run("restore", str(city.backup()), "--yes")
    (city.data_dir / "generation").unlink()
    with city.town() as town:
        settings = Settings(_env_file=None, data_dir=city.data_dir)  # type: ignore[call-arg]
        assert arming.remember(settings, town.database) == ""
        assert not (city.data_dir / "generation").exists()
        name = town.database.write(generations.arm).result()
        assert arming.remember(settings, town.database) == name


def test_a_damaged_backup_changes_nothing(city: City, tmp_path: Path) -> None:
    with city.town() as town:
        report(town.citizen())
    before, file = city.ask(points), city.backup()
    (tmp_path / "half.sqlite").write_bytes(file.read_bytes()[:20_000])
    refused = city.run("restore", str(tmp_path / "half.sqlite"), "--yes")
    assert refused.exit_code == 2
    assert city.ask(points) == before


def test_a_restore_is_refused_while_the_bot_runs(city: City) -> None:
    file = city.backup()
    with city.town() as town:
        if town.database.is_sqlite:
            refused = city.run("restore", str(file), "--yes")
        else:
            url = town.database.url.set(drivername="postgresql").render_as_string(hide_password=False)
            with psycopg.connect(url, application_name="bot elsewhere 1"):
                refused = city.run("restore", str(file), "--yes")
    assert refused.exit_code == 2
    assert "stop" in refused.output


def test_a_restore_without_the_old_key_is_refused(city: City) -> None:
    file = city.backup()
    city._settings["SECRET_KEY"] = ""
    refused = city.run("restore", str(file), "--yes")
    assert refused.exit_code == 2
    assert "secret.key" in refused.output


def test_a_backup_is_noted_and_so_is_one_that_failed(city: City) -> None:
    city.backup()
    note = backup_notes.read(city.data_dir)
    assert note is not None
    assert note.trouble == ""
    assert note.good_at is not None
    assert city.run("backup", str(city.data_dir / "no" / "folder.sqlite")).exit_code != 0
    failed = backup_notes.read(city.data_dir)
    assert failed is not None
    assert "No such file" in failed.trouble
    assert failed.good_at == note.good_at


def _states(connection: Connection) -> dict[str, str]:
    found = connection.execute(select(OUTBOX.c.kind, OUTBOX.c.state).where(OUTBOX.c.to_key == "U1"))
    return {row.kind: row.state for row in found}


def test_the_numbers_of_accounts_go_on_where_they_stood(city: City) -> None:
    with city.town() as town:
        town.citizen()
    city.run("restore", str(city.backup()), "--yes")
    highest = city.ask(lambda c: c.execute(select(func.max(ACCOUNTS.c.id))).scalar())
    added = city.write(lambda c: accounts.add(c, ChannelName.LINE, "bot", "U-new", real_now()))
    assert added.id == highest + 1
