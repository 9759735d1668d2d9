"""The outbox: leases, ends that only the owner writes, rides, and forgetting."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from storage import claims, outbox
from storage.database import Database
from storage.facts import ChannelName
from storage.outbox import END_STATES, OUTBOX, OutboxKind, OutboxState, StoredCall
from tests.storage.rows import NOW, a_call

LEASE = timedelta(seconds=30)
CHANNELS = [ChannelName.LINE]


def add(database: Database, **changes: object) -> StoredCall:
    return database.write(lambda c: outbox.add(c, **a_call(**changes))).result()


def claim(
    database: Database, owner: str, after: timedelta = timedelta(0), limit: int = 9, *, alone: bool = False
) -> list[StoredCall]:
    return database.write(
        lambda c: claims.claim_due(c, owner, CHANNELS, NOW + after, LEASE, limit, alone=alone)
    ).result()


def row(database: Database, call_id: int) -> dict[str, object]:
    found = database.read(lambda c: c.execute(select(OUTBOX).where(OUTBOX.c.id == call_id)).one()).result()
    return dict(found._mapping)


def test_the_most_urgent_come_first_and_none_before_it_is_due(database: Database) -> None:
    notice, answer = add(database, kind=OutboxKind.NOTICE), add(database)
    press = add(database, kind=OutboxKind.PRESS_ANSWER)
    add(database, due_at=NOW + timedelta(seconds=1))
    assert [call.id for call in claim(database, "a")] == [press.id, answer.id, notice.id]


def test_what_one_holds_no_other_gets_until_the_lease_is_over(database: Database) -> None:
    add(database)
    (held,) = claim(database, "a")
    assert (held.attempts, held.was_unknown) == (1, False)
    assert claim(database, "b") == []
    (taken,) = claim(database, "b", LEASE + timedelta(seconds=1))
    assert (taken.attempts, taken.was_unknown, taken.first_tried_at) == (2, True, NOW)


def test_alone_in_the_house_a_lease_of_a_former_life_is_dead_at_once(database: Database) -> None:
    add(database)
    claim(database, "a")
    assert claim(database, "a", alone=True) == []
    assert len(claim(database, "b", alone=True)) == 1


def test_only_the_owner_says_how_a_call_ended(database: Database) -> None:
    call = add(database)
    claim(database, "a")
    claim(database, "b", LEASE + timedelta(seconds=1))
    ended = (call.id, "a", OutboxState.ACCEPTED, NOW)
    assert not database.write(lambda c: outbox.mark_ended(c, *ended)).result()
    assert not database.write(lambda c: outbox.renew(c, call.id, "a", NOW, LEASE)).result()
    assert database.write(lambda c: outbox.renew(c, call.id, "b", NOW, LEASE)).result()
    assert database.write(lambda c: outbox.mark_ended(c, call.id, "b", OutboxState.UNKNOWN, NOW)).result()
    assert row(database, call.id)["state"] == OutboxState.UNKNOWN


def test_a_call_put_back_waits_until_it_is_due_and_keeps_its_first_try(database: Database) -> None:
    call = add(database, retry_key="k")
    claim(database, "a")
    later = NOW + timedelta(minutes=1)
    database.write(lambda c: outbox.mark_waiting(c, call.id, "a", later, detail="429")).result()
    assert claim(database, "b", timedelta(seconds=59)) == []
    (again,) = claim(database, "b", timedelta(seconds=60))
    assert (again.retry_key, again.first_tried_at, again.was_unknown) == ("k", NOW, False)


@pytest.mark.parametrize("state", sorted(END_STATES | {OutboxState.STRANDED}))
def test_what_has_ended_or_is_stranded_is_never_claimed(database: Database, state: OutboxState) -> None:
    add(database, state=state, leased_by="a", leased_until=NOW - timedelta(days=1))
    assert claim(database, "b", timedelta(days=1), alone=True) == []


def test_stranded_answers_ride_once_oldest_first_while_they_are_fresh(database: Database) -> None:
    stranded = {"state": OutboxState.STRANDED}
    ids = [add(database, content=str(number), **stranded).id for number in (1, 2, 3)]
    add(database, content="stale", not_after=NOW, **stranded)
    add(database, content="another's", account_id=2, **stranded)
    waiting = database.read(lambda c: outbox.list_stranded(c, 1, NOW)).result()
    assert waiting == list(zip(ids, ["1", "2", "3"], strict=True))
    database.write(lambda c: outbox.mark_rode(c, ids[:2], NOW)).result()
    assert database.read(lambda c: outbox.list_stranded(c, 1, NOW)).result() == [(ids[2], "3")]


def test_calls_to_who_left_are_stopped_and_emptied(database: Database) -> None:
    waiting, ended = add(database), add(database, state=OutboxState.ACCEPTED)
    other = add(database, account_id=2)
    database.write(lambda c: outbox.forget_account(c, [1])).result()
    for call, state in ((waiting, OutboxState.SKIPPED), (ended, OutboxState.ACCEPTED)):
        kept = row(database, call.id)
        assert kept["state"] == state
        assert (kept["to_key"], kept["body"], kept["content"], kept["account_id"]) == ("", b"", "", None)
    assert row(database, other.id)["to_key"] == "U1"


def test_the_farewell_is_emptied_once_it_has_ended(database: Database) -> None:
    call = add(database, account_id=None, forget=True, token="t")
    database.write(lambda c: outbox.forget_ended(c, call.id)).result()
    kept = row(database, call.id)
    assert (kept["to_key"], kept["body"], kept["token"]) == ("", b"", None)


def test_open_calls_are_counted_by_state(database: Database) -> None:
    for state in OutboxState:
        add(database, state=state)
    assert database.read(outbox.count_open).result() == {"waiting": 1, "sending": 1, "stranded": 1}


def test_a_call_in_flight_when_its_person_leaves_is_never_put_back(database: Database) -> None:
    call = add(database)
    assert claim(database, "me")
    database.write(lambda c: outbox.forget_account(c, [1])).result()
    database.write(lambda c: outbox.mark_waiting(c, call.id, "me", NOW)).result()
    ended = database.write(lambda c: outbox.mark_ended(c, call.id, "me", OutboxState.STRANDED, NOW)).result()
    assert not ended
    found = row(database, call.id)
    assert (found["state"], found["to_key"], found["body"]) == (OutboxState.SKIPPED, "", b"")
