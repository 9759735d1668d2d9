"""Persons, accounts, marks and programme versions: what is unique, what changes, what is forgotten."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, text

from storage import accounts, catalogue, marks, people
from storage.database import ConflictError, Database
from storage.facts import AccountFacts, AccountState, ChannelName
from storage.marks import MarkName
from tests.storage.rows import NOW


def an_account(database: Database, key: str = "U1", channel: ChannelName = ChannelName.LINE) -> AccountFacts:
    return database.write(lambda c: accounts.add(c, channel, "bot", key, NOW)).result()


def test_a_new_account_follows_and_belongs_to_nobody(database: Database) -> None:
    account = an_account(database)
    assert (account.state, account.person_id, account.language) == (AccountState.FOLLOWING, None, None)
    assert (account.paused, account.pending, account.greeted_at, account.state_at) == (False, None, None, None)


def test_one_platform_identity_is_one_account(database: Database) -> None:
    an_account(database)
    with pytest.raises(ConflictError):
        an_account(database)
    an_account(database, channel=ChannelName.TELEGRAM)


def test_a_person_may_have_several_accounts_oldest_first(database: Database) -> None:
    ids = [an_account(database, key).id for key in ("U1", "U2", "U3")]

    def join(connection: Connection) -> list[int]:
        person = people.add(connection, "みどりのカササギ12", NOW)
        for account_id in reversed(ids[:2]):
            accounts.change(connection, account_id, person_id=person)
        return [account.id for account in accounts.list_of_person(connection, person)]

    assert database.write(join).result() == ids[:2]


def test_a_removed_account_is_gone(database: Database) -> None:
    account = an_account(database)
    database.write(lambda c: accounts.remove(c, [account.id])).result()
    assert database.read(lambda c: accounts.find(c, ChannelName.LINE, "bot", "U1")).result() is None
    with pytest.raises(LookupError):
        database.read(lambda c: accounts.get(c, account.id)).result()


def test_a_number_of_an_account_is_never_given_again(database: Database) -> None:
    first = an_account(database)
    database.write(lambda c: accounts.remove(c, [first.id])).result()
    assert an_account(database).id > first.id


def test_names_are_kept_byte_for_byte(database: Database) -> None:
    for name in ("𠮷田", "\ufa10本", "e\u0301", "é", "👨‍👩‍👧‍👦", "ＡＢＣ", "'; --"):
        number = database.write(lambda c, name=name: people.add(c, name, NOW)).result()
        found = database.read(lambda c, number=number: people.find(c, number)).result()
        assert found is not None
        assert found.nickname == name


def test_consents_are_kept_each_and_the_last_one_stands(database: Database) -> None:
    number = database.write(lambda c: people.add(c, "a", NOW)).result()
    for version in ("1", "2"):
        database.write(lambda c, v=version: people.add_consent(c, number, 1, v, "ja", NOW)).result()
    assert database.read(lambda c: people.list_consents(c, number)).result() == [("1", "ja", NOW), ("2", "ja", NOW)]
    found = database.read(lambda c: people.find(c, number)).result()
    assert found is not None
    assert found.consent_version == "2"


def test_a_tombstone_bears_another_number_and_nothing_else(database: Database) -> None:
    number = database.write(lambda c: people.add(c, "a", NOW)).result()
    database.write(lambda c: people.add_consent(c, number, 1, "1", "ja", NOW)).result()
    tombstone = database.write(lambda c: people.bury(c, number)).result()
    rows = database.read(lambda c: c.execute(people.PEOPLE.select()).all()).result()
    assert tombstone != number
    assert [row._mapping["id"] for row in rows] == [tombstone]
    kept = {name: value for name, value in rows[0]._mapping.items() if value}
    assert kept == {"id": tombstone, "is_tombstone": True, "plays": True}  # the last as whoever begins has it
    assert database.read(lambda c: people.find(c, tombstone)).result() is None
    assert database.read(lambda c: people.list_consents(c, number)).result() == []


def test_person_numbers_say_nothing_and_survive_json_readers() -> None:
    numbers = [people.draw_number() for _ in range(200)]
    assert len(set(numbers)) == 200
    assert all(0 < number < 2**53 for number in numbers)


def test_an_erasure_waits_to_be_written_and_again_when_it_happens_again(database: Database) -> None:
    for _ in range(2):
        database.write(lambda c: people.add_erasure(c, "h", NOW)).result()
        assert database.read(people.list_unwritten_erasures).result() == [("h", NOW)]
        database.write(lambda c: people.mark_erasures_written(c, ["h"])).result()
        assert database.read(people.list_unwritten_erasures).result() == []


def test_a_moment_comes_back_in_utc_whatever_the_session_speaks(database: Database) -> None:
    number = database.write(lambda c: people.add(c, "a", NOW)).result()

    def far_away(connection: Connection) -> datetime:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET TIME ZONE 'Asia/Tokyo'"))
        found = people.find(connection, number)
        assert found is not None
        return found.joined_at

    joined_at = database.read(far_away).result()
    assert (joined_at, joined_at.utcoffset()) == (NOW, timedelta(0))


def test_a_moment_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(Exception, match="time zone"):
        database.write(lambda c: people.add(c, "a", datetime(2022, 1, 20))).result()


def test_a_mark_says_the_last_thing_put(database: Database) -> None:
    for content in ("2022-01-20", "", "2022-07-20"):
        database.write(lambda c, content=content: marks.put(c, MarkName.HEAT_ALERT, content)).result()
    assert database.read(lambda c: marks.find(c, MarkName.HEAT_ALERT)).result() == "2022-07-20"
    assert database.read(lambda c: marks.find(c, MarkName.SANDBOX)).result() is None


def test_the_salt_of_a_day_is_one_and_gone_with_the_next(database: Database) -> None:
    def salt(days: int) -> str:
        day = NOW.date() + timedelta(days=days)
        return database.write(lambda c: marks.keep_salt(c, day)).result()

    first, again, next_day, too_late = salt(0), salt(0), salt(1), salt(0)
    assert first == again != next_day == too_late
    assert len(first) == 32


def test_the_calendar_is_where_it_was_moved_to(database: Database) -> None:
    assert database.read(marks.find_clock_offset).result() == timedelta(0)
    database.write(lambda c: marks.put(c, MarkName.CLOCK_OFFSET_SECONDS, "-86400.5")).result()
    assert database.read(marks.find_clock_offset).result() == timedelta(seconds=-86400.5)


def test_the_newest_programme_is_in_force_and_older_ones_stay(database: Database) -> None:
    assert database.read(catalogue.find_newest).result() is None
    assert database.read(catalogue.find_newest_version).result() == 0
    documents = ({"city": "北九州"}, {"city": "湊"})
    numbers = [database.write(lambda c, d=d: catalogue.add_version(c, d, "staff", NOW)).result() for d in documents]
    assert numbers == sorted(set(numbers))
    assert database.read(catalogue.find_newest).result() == (numbers[1], {"city": "湊"})
    assert database.read(catalogue.find_newest_version).result() == numbers[1]
    kept = database.read(lambda c: c.execute(catalogue.VERSIONS.select()).all()).result()
    assert len(kept) == 2
