"""The words of those who approve: kept so that a stolen database does not give them away."""

from datetime import UTC, datetime

from sqlalchemy import select

from storage import approvers, staff
from storage.approvers import SecretWord
from storage.database import Database
from storage.facts import StaffRole

NOW = datetime(2022, 1, 20, 3, tzinfo=UTC)


def test_a_word_is_known_and_no_other_and_is_not_to_be_read_from_the_database(database: Database) -> None:
    word = SecretWord.make("open sesame")
    database.write(lambda c: approvers.put(c, "Sato", word, NOW, is_deputy=False)).result()
    found = database.read(lambda c: approvers.find_word(c, "Sato")).result()
    assert found is not None
    assert found.is_word("open sesame")
    assert not found.is_word("open Sesame")
    assert database.read(lambda c: approvers.find_word(c, "Ito")).result() is None
    stored = database.read(lambda c: c.execute(select(approvers.APPROVERS)).one()).result()
    assert "sesame" not in str(stored)


def test_two_who_have_one_word_store_different_things(database: Database) -> None:
    assert SecretWord.make("same").digest != SecretWord.make("same").digest


def test_to_guess_a_word_costs_16_mb_and_thousands_of_rounds(slow_to_guess: dict[str, int]) -> None:
    assert slow_to_guess["n"] * slow_to_guess["r"] * 128 >= 16 * 2**20


def test_a_staff_account_may_approve_in_that_role_from_its_first_entry_to_its_end(database: Database) -> None:
    def may(name: str) -> bool:
        return database.read(lambda c: approvers.find(c, name)).result() is not None

    numbers = {
        role: database.write(lambda c, r=role: staff.add(c, f"{r}", r, NOW)).result()
        for role in (StaffRole.APPROVER, StaffRole.ADMINISTRATOR, StaffRole.EDITOR)
    }
    approver = numbers[StaffRole.APPROVER]
    assert not may("approver")
    for number in numbers.values():
        database.write(lambda c, n=number: staff.change(c, n, joined_at=NOW)).result()
    assert [may(str(role)) for role in numbers] == [True, False, False]
    database.write(lambda c: staff.change(c, approver, ended_at=NOW)).result()
    assert not may("approver")
