"""The words of those who approve: kept so that a stolen database does not give them away."""

from datetime import UTC, datetime

from sqlalchemy import select

from storage import approvers
from storage.approvers import SecretWord
from storage.database import Database

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
