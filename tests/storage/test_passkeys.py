"""Challenges are taken once, counts only grow, and a number of the directory leads to one account."""

from datetime import UTC, datetime, timedelta

import pytest

from storage import directory_links, passkeys
from storage.database import ConflictError, Database
from storage.facts import PasskeyFacts

NOW = datetime(2022, 1, 20, 3, tzinfo=UTC)
SOON = NOW + timedelta(minutes=5)


def a_passkey(credential_id: str, staff_id: int) -> PasskeyFacts:
    return PasskeyFacts(
        credential_id=credential_id,
        staff_id=staff_id,
        name="窓口",
        public_key=b"\x00\xff",
        sign_count=0,
        made_at=NOW,
        used_at=None,
    )


def test_a_challenge_is_taken_once_for_what_it_was_made_for_and_in_time(database: Database) -> None:
    for name in ("one", "late"):
        database.write(lambda c, name=name: passkeys.put_challenge(c, name, "sign-in", NOW, SOON)).result()
    tries = [("one", "prove:x", NOW), ("one", "sign-in", NOW), ("one", "sign-in", NOW), ("late", "sign-in", SOON)]
    taken = [database.write(lambda c, t=t: passkeys.take_challenge(c, *t)).result() for t in tries]
    assert taken == [False, True, False, False]


def test_a_count_only_grows_and_a_device_that_does_not_count_stays_at_nought(database: Database) -> None:
    database.write(lambda c: passkeys.add(c, a_passkey("key", 1))).result()
    used = [
        database.write(lambda c, t=t: passkeys.use(c, "key", *t, NOW)).result()
        for t in ((1, 0), (1, 0), (2, 5), (1, 5), (1, 5), (1, 4), (1, 0), (1, 6))
    ]
    assert used == [True, True, False, True, False, False, False, True]


def test_a_passkey_is_found_and_removed_only_by_its_own_account(database: Database) -> None:
    database.write(lambda c: passkeys.add(c, a_passkey("key", 1))).result()
    assert database.read(lambda c: passkeys.find(c, "key", 2)).result() is None
    assert not database.write(lambda c: passkeys.remove(c, "key", 2)).result()
    assert database.read(lambda c: passkeys.find(c, "key", 1)).result() == a_passkey("key", 1)


def test_a_number_of_the_directory_leads_to_one_account(database: Database) -> None:
    database.write(lambda c: directory_links.put(c, 1, "https://a.example", "u", NOW)).result()
    with pytest.raises(ConflictError):
        database.write(lambda c: directory_links.put(c, 2, "https://a.example", "u", NOW)).result()
    database.write(lambda c: directory_links.put(c, 2, "https://b.example", "u", NOW)).result()
    database.write(lambda c: directory_links.put(c, 1, "https://a.example", "v", NOW)).result()
    assert database.read(lambda c: directory_links.find(c, "https://a.example", "u")).result() is None
    assert database.read(lambda c: directory_links.list_linked(c, "https://a.example")).result() == {1: "v"}
