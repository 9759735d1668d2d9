"""Persons are found by how their nickname begins, a page at a time, whatever its width, case and kana."""

from pathlib import Path

from alembic import command
from sqlalchemy import Connection

from storage import people, schema
from storage.database import Database
from tests.storage.rows import NOW

PERSON = "INSERT INTO person (id, nickname, nickname_is_own, is_tombstone) VALUES (?, ?, 0, ?)"


def add(database: Database, *names: str) -> list[int]:
    return database.write(lambda c: [people.add(c, name, NOW) for name in names]).result()


def names(database: Database, beginning: str, limit: int = 10) -> list[str]:
    found = database.read(lambda c: people.list_by_name(c, beginning, limit)).result()
    return [one.nickname for one in found]


def test_a_nickname_is_found_in_any_width_case_and_kana_and_shown_as_it_was_written(database: Database) -> None:
    add(database, "サクラ", "ｻｸﾗ花", "さくら子", "桜", "Green Magpie 12", "ＧＲＥＥＮ")
    for beginning in ("さくら", "サクラ", "ｻｸﾗ"):
        assert names(database, beginning) == ["サクラ", "さくら子", "ｻｸﾗ花"]
    assert names(database, "green") == ["ＧＲＥＥＮ", "Green Magpie 12"]


def test_signs_that_search_for_anything_elsewhere_are_only_signs_here(database: Database) -> None:
    add(database, "100%", "100人", "a_b", "axb", "𠮷田", "吉田")
    assert names(database, "100%") == ["100%"]
    assert names(database, "a_") == ["a_b"]
    assert names(database, "𠮷") == ["𠮷田"]


def test_the_next_page_goes_on_behind_the_last_also_among_persons_of_one_name(database: Database) -> None:
    numbers = add(database, *["花"] * 5, "花子", "葉")
    seen: list[int] = []
    after = None
    for _ in range(3):
        page = database.read(lambda c, after=after: people.list_by_name(c, "花", 2, after)).result()
        seen += [one.id for one in page]
        after = (page[-1].search_name, page[-1].id)
    assert seen == [*sorted(numbers[:5]), numbers[5]]


def test_a_changed_nickname_is_found_and_the_old_one_is_not(database: Database) -> None:
    (number,) = add(database, "まえ")
    database.write(lambda c: people.change(c, number, nickname="あと")).result()
    assert (names(database, "まえ"), names(database, "あと")) == ([], ["あと"])


def test_who_left_is_not_found(database: Database) -> None:
    (number,) = add(database, "花")
    database.write(lambda c: people.bury(c, number)).result()
    assert names(database, "花") == []


def test_persons_of_an_older_database_are_found(tmp_path: Path) -> None:
    old = Database(f"sqlite:///{tmp_path / 'old.sqlite'}")
    rows = [(number, f"カササギ{number}", False) for number in range(1, 2_102)] + [(9_999, None, True)]

    def before(connection: Connection) -> None:
        command.upgrade(schema._config(connection), "0017")
        connection.exec_driver_sql(PERSON, rows)

    try:
        old.write(before).result()
        schema.upgrade(old)
        assert len(names(old, "かささぎ", 5_000)) == 2_101
    finally:
        old.close()
