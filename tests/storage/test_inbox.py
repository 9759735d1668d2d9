"""The inbox: once each, in the platform's order, renewed while it waits, forgotten when asked."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from storage import inbox
from storage.database import Database
from storage.facts import ChannelName
from storage.inbox import INBOX, NewEvent, StoredEvent
from tests.storage.rows import NOW, an_event

LINE = ChannelName.LINE
MINE = (LINE, "bot", "U1")


def store(database: Database, *events: NewEvent, channel: ChannelName = LINE) -> None:
    database.write(lambda c: inbox.store_all(c, [(channel, events, NOW)])).result()


def oldest(database: Database) -> StoredEvent | None:
    return database.read(lambda c: inbox.find_oldest_waiting(c, *MINE)).result()


def column(database: Database, name: str) -> list[Any]:
    return list(database.read(lambda c: c.execute(select(INBOX.c[name]).order_by(INBOX.c.id)).scalars().all()).result())


def finish(database: Database) -> None:
    event = oldest(database)
    assert event is not None
    database.write(lambda c: inbox.mark_done(c, event.id, NOW)).result()


def test_an_event_is_stored_once_even_within_one_batch(database: Database) -> None:
    store(database, an_event(), an_event())
    store(database, an_event())
    assert column(database, "event_id") == ["e1"]


def test_one_id_of_two_bots_or_two_platforms_is_two_events(database: Database) -> None:
    store(database, an_event(), an_event(bot_id="other"))
    store(database, an_event(), channel=ChannelName.TELEGRAM)
    assert len(column(database, "event_id")) == 3


def test_an_event_without_an_id_is_known_by_its_own_words(database: Database) -> None:
    store(database, an_event(None, raw='{"a":1}'), an_event(None, raw='{"a":2}'), an_event(None, raw='{"a":1}'))
    assert len(set(column(database, "event_id"))) == len(column(database, "event_id")) == 2


def test_a_repeat_renews_the_token_of_what_still_waits(database: Database) -> None:
    later = NOW + timedelta(minutes=5)
    store(database, an_event())
    store(database, an_event(reply_token="t2", reply_until=later, raw='{"changed":1}'))
    event = oldest(database)
    assert event is not None
    assert (event.reply_token, event.reply_until, event.raw) == ("t2", later, "{}")


def test_a_repeat_of_what_was_handled_changes_nothing(database: Database) -> None:
    store(database, an_event())
    finish(database)
    store(database, an_event(reply_token="t2"))
    assert oldest(database) is None
    assert column(database, "reply_token") == ["t1"]


def test_an_account_is_worked_off_by_the_platforms_time(database: Database) -> None:
    store(database, an_event("late", at=NOW), an_event("early", at=NOW - timedelta(minutes=1)), an_event("x", key="U2"))
    event = oldest(database)
    assert event is not None
    assert event.occurred_at == NOW - timedelta(minutes=1)
    waiting = database.read(inbox.list_waiting_accounts).result()
    assert sorted(waiting) == [MINE, (LINE, "bot", "U2")]


def test_a_given_up_event_lets_its_account_go_on_and_is_counted(database: Database) -> None:
    store(database, an_event("bad", at=NOW - timedelta(minutes=1)), an_event("good"))
    event = oldest(database)
    assert event is not None
    tries = [database.write(lambda c: inbox.add_attempt(c, event.id, "ValueError")).result() for _ in range(2)]
    database.write(lambda c: inbox.mark_failed(c, event.id, NOW)).result()
    assert tries == [1, 2]
    assert column(database, "trouble") == ["ValueError", None]
    assert database.read(inbox.count_states).result() == {"failed": 1, "waiting": 1}


def test_an_unsent_message_is_emptied_wherever_it_stands_and_no_others(database: Database) -> None:
    store(database, an_event("e1", raw='{"id":"77"}'), an_event("e2", raw='{"id":"777"}'))
    store(database, an_event("e3", raw='{"id":"77"}', key="U2"))
    assert database.write(lambda c: inbox.empty_unsent(c, LINE, "U1", "77")).result() == 1
    assert column(database, "raw") == ["", '{"id":"777"}', '{"id":"77"}']


def test_signs_of_a_pattern_in_a_message_id_are_only_signs(database: Database) -> None:
    store(database, an_event("e1", raw='{"id":"77"}'))
    for wild in ("%", "7_", "_7", "\\"):
        assert database.write(lambda c, wild=wild: inbox.empty_unsent(c, LINE, "U1", wild)).result() == 0


def test_who_leaves_is_forgotten_but_what_they_just_wrote_still_waits(database: Database) -> None:
    store(database, an_event("old", at=NOW - timedelta(minutes=1)), an_event("new"), an_event("x", key="U2"))
    finish(database)
    database.write(lambda c: inbox.forget_account(c, LINE, "U1")).result()
    assert column(database, "account_key") == ["", "U1", "U2"]
    assert column(database, "raw") == ["", "{}", "{}"]
    assert column(database, "reply_token") == [None, "t1", "t1"]
    store(database, an_event("old"))
    assert column(database, "event_id") == ["old", "new", "x"]


def test_the_bodies_of_an_account_are_listed_for_its_owner(database: Database) -> None:
    store(database, an_event("e1", raw='{"n":1}'), an_event("e2", raw=""), an_event("e3", raw='{"n":3}'))
    assert database.read(lambda c: inbox.list_bodies(c, LINE, "U1")).result() == ['{"n":1}', '{"n":3}']
