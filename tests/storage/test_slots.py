"""A slot belongs to one try of one owner at a time: nobody else's end is written over it."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection

from storage import slots
from storage.database import Database
from storage.slots import SlotState, StoredSlot

NOW = datetime(2022, 1, 20, 3, tzinfo=UTC)
LEASE = timedelta(minutes=2)
LATER = NOW + LEASE


def claimed(connection: Connection, owner: str = "a") -> StoredSlot:
    slot = slots.claim(connection, "nightly", NOW, owner, NOW, LEASE)
    assert slot is not None
    return slot


def test_a_slot_is_claimed_once_whatever_became_of_it(database: Database) -> None:
    def unit(connection: Connection) -> None:
        first = claimed(connection)
        assert slots.claim(connection, "nightly", NOW, "b", NOW, LEASE) is None
        assert slots.mark_ended(connection, first, SlotState.DONE, NOW)
        assert slots.claim(connection, "nightly", NOW, "b", NOW, LEASE) is None
        assert slots.add(connection, "nightly", NOW, SlotState.MISSED) is None
        assert slots.claim(connection, "weekly", NOW, "b", NOW, LEASE)

    database.write(unit).result()


def test_after_a_takeover_the_first_owner_can_change_nothing(database: Database) -> None:
    def unit(connection: Connection) -> None:
        first = claimed(connection)
        second = slots.take_over(connection, first, "b", LATER, LEASE)
        assert second
        assert (second.owner, second.attempts, second.leased_until) == ("b", 2, LATER + LEASE)
        assert not slots.renew(connection, first, LATER, LEASE)
        assert slots.put_back(connection, first, LATER, "LookupError") is None
        assert slots.mark_ended(connection, first, SlotState.DONE, LATER) is None
        assert slots.list_begun(connection, "nightly") == [second]
        assert slots.mark_ended(connection, second, SlotState.DONE, LATER)

    database.write(unit).result()


def test_the_same_owner_in_a_later_try_is_another(database: Database) -> None:
    def unit(connection: Connection) -> None:
        first = claimed(connection)
        assert slots.take_over(connection, first, "a", LATER, LEASE)
        assert slots.mark_ended(connection, first, SlotState.FAILED, LATER) is None

    database.write(unit).result()


@pytest.mark.parametrize("meanwhile", ["renewed", "taken over"])
def test_a_claim_that_changed_since_it_was_read_is_not_taken_over(database: Database, meanwhile: str) -> None:
    def unit(connection: Connection) -> None:
        read = claimed(connection)
        if meanwhile == "renewed":
            assert slots.renew(connection, read, NOW + timedelta(seconds=1), LEASE)
        else:
            assert slots.take_over(connection, read, "b", LATER, LEASE)
        assert slots.take_over(connection, read, "c", LATER, LEASE) is None

    database.write(unit).result()


def test_what_failed_or_was_missed_is_listed_newest_first_and_counted(database: Database) -> None:
    def unit(connection: Connection) -> None:
        for day, state in enumerate((SlotState.MISSED, SlotState.DONE, SlotState.FAILED, SlotState.BEFORE)):
            slots.add(connection, "nightly", NOW + timedelta(days=day), state, ended_at=NOW + timedelta(hours=day))
        shown = slots.list_shown(connection, 10)
        assert [(slot.due_at - NOW).days for slot in shown] == [2, 0]
        assert slots.list_shown(connection, 1) == shown[:1]
        assert slots.count_states(connection)["nightly", SlotState.FAILED] == 1
        assert slots.list_last_done(connection) == {"nightly": NOW + timedelta(hours=1)}

    database.write(unit).result()
