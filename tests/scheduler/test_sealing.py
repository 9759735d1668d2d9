"""Whom a broadcast is sealed for, and why the others are skipped: both databases, the channels' own rendering."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.channels.line.channel import Line
from bot.channels.telegram.channel import Telegram
from handlers import tracking
from handlers.messages import Card, Choice, dump
from handlers.rules import broadcasts as rules
from scheduler import broadcasts as leading
from scheduler.broadcasts import Progress
from storage import accounts, batches, deliveries, links, outbox, people
from storage.clock import Clock, real_now
from storage.database import Database
from storage.deliveries import DELIVERIES
from storage.facts import AccountState, BroadcastState, DeliveryState
from storage.outbox import OutboxState
from tests.scheduler.telling import (
    LINE,
    NOON,
    TELEGRAM,
    House,
    arm,
    became,
    calls_of,
    change,
    clock_at,
    counted,
    facts,
    friends,
    join,
    lead,
    line_key,
    recipients,
    rows_of,
    set_state,
    share,
)

KEYS = [line_key(number) for number in range(1, 9)]


def house(moment: Clock | None = None, *, telegram: bool = False) -> House:
    channels = {LINE: Line(bot_id="bot", channel_secret="s", access_token="t")}
    more = {TELEGRAM: Telegram(token="42:token")} if telegram else {}
    return House({**channels, **more}, moment or clock_at())


def fixed(database: Database, number: int, where: House) -> None:
    """Lead a broadcast on until its snapshot is complete, and no further."""
    while facts(database, number).total is None:
        lead(database, where, number, pieces=1)


def block(database: Database, account_id: int) -> None:
    change(database, account_id, state=AccountState.BLOCKED)


def pause(database: Database, account_id: int) -> None:
    change(database, account_id, paused=True)


def take_consent_back(database: Database, account_id: int) -> None:
    person = database.read(lambda c: accounts.find_person(c, account_id)).result()
    assert person is not None
    database.write(lambda c: people.change(c, person, consent_version="")).result()


def leave(database: Database, account_id: int) -> None:
    """What leaving does to an account: its deliveries, its calls, and it itself."""
    database.write(lambda c: batches.forget_accounts(c, [account_id], NOON)).result()
    database.write(lambda c: outbox.forget_account(c, [account_id])).result()
    database.write(lambda c: accounts.remove(c, [account_id])).result()


@pytest.mark.parametrize(
    ("happens", "reason"), [(block, "blocked"), (pause, "paused"), (take_consent_back, "no consent"), (leave, "left")]
)
def test_who_must_not_be_told_any_more_is_skipped_with_the_reason(
    happens: Callable[[Database, int], None], reason: str, database: Database
) -> None:
    known, where, number = friends(database, KEYS), house(), arm(database)
    fixed(database, number, where)
    happens(database, known[3])
    assert lead(database, where, number) is Progress.REST
    assert became(database, number) == counted(database, number) == {"sealed": 7, f"skipped: {reason}": 1}
    (call,) = calls_of(database, number)
    assert recipients(call) == [*KEYS[:3], *KEYS[4:]]


def test_a_pause_on_one_account_holds_for_all_of_its_person(database: Database) -> None:
    one, other = *friends(database, KEYS[:1]), *friends(database, ["7"], TELEGRAM)
    join(database, one, other)
    where, number = house(telegram=True), arm(database)
    fixed(database, number, where)
    pause(database, one)
    lead(database, where, number)
    assert became(database, number) == {"skipped: paused": 2}


def test_a_person_is_told_on_one_account_the_free_one_first_and_on_the_other_where_that_cannot_be(
    database: Database,
) -> None:
    on_line, on_telegram = friends(database, KEYS[:2]), friends(database, ["7", "8"], TELEGRAM)
    for one, other in zip(on_line, on_telegram, strict=True):
        join(database, one, other)
    where, number = house(telegram=True), arm(database)
    fixed(database, number, where)
    block(database, on_telegram[1])
    lead(database, where, number)
    assert became(database, number) == {"sealed": 2, "skipped: another account": 1, "skipped: blocked": 1}
    told = {call.to_key or recipients(call)[0] for call in calls_of(database, number)}
    assert told == {"7", KEYS[1]}


@pytest.mark.parametrize("pieces", [0, 1])
def test_two_accounts_joined_before_or_between_two_seals_are_told_once_as_one_person(
    pieces: int, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Line, "multicast_limit", 4)
    monkeypatch.setattr(leading, "LOT_PIECES", 1)
    known, where, number = friends(database, KEYS), house(), arm(database)
    fixed(database, number, where)
    lead(database, where, number, pieces)
    join(database, known[0], known[7])
    lead(database, where, number)
    assert became(database, number) == {"sealed": 7, "skipped: another account": 1}
    assert sorted(key for call in calls_of(database, number) for key in recipients(call)) == KEYS[:7]


def test_two_accounts_joined_while_their_calls_are_in_flight_are_each_told_once_and_no_more(
    database: Database,
) -> None:
    known, where, number = friends(database, KEYS), house(), arm(database)
    lead(database, where, number)
    before = calls_of(database, number)
    join(database, known[0], known[7])
    lead(database, where, number)
    assert calls_of(database, number) == before
    assert became(database, number) == {"sealed": 8}
    assert sorted(key for call in before for key in recipients(call)) == KEYS
    later = arm(database)
    lead(database, where, later)
    assert became(database, later) == {"sealed": 7, "skipped: another account": 1}


def test_who_was_told_often_enough_this_week_is_skipped_and_the_next_week_told(database: Database) -> None:
    friends(database, KEYS)
    for _ in range(rules.MOST_A_WEEK):
        lead(database, house(), arm(database, is_capped=True))
    over, uncapped = arm(database, is_capped=True), arm(database)
    for number in (over, uncapped):
        lead(database, house(), number)
    assert became(database, over) == {"skipped: weekly cap": 8}
    assert became(database, uncapped) == {"sealed": 8}
    later = NOON + timedelta(days=7)
    number = arm(database, is_capped=True, send_at=later, not_after=later + timedelta(hours=1))
    lead(database, house(clock_at(later)), number)
    assert became(database, number) == {"sealed": 8}


def test_who_is_drawn_is_not_told_the_same_for_both_accounts_and_another_for_each_broadcast(database: Database) -> None:
    on_line = friends(database, [line_key(number) for number in range(400)])
    on_telegram = friends(database, [str(number) for number in range(1, 401)], TELEGRAM)
    for one, other in zip(on_line, on_telegram, strict=True):
        share(database, one, other)
    where, drawn = house(telegram=True), []
    for _ in range(2):
        number = arm(database, hold_out_percent=25)
        fixed(database, number, where)
        held = DELIVERIES.select().where(DELIVERIES.c.broadcast_id == number, DELIVERIES.c.state == "held_out")
        rows = database.read(lambda c, held=held: c.execute(held).all()).result()
        persons = {row.person_id for row in rows}
        assert len(rows) == 2 * len(persons)
        assert 60 <= len(persons) <= 140
        drawn.append(persons)
    assert drawn[0] != drawn[1]
    assert 5 <= len(drawn[0] & drawn[1]) <= 60


def test_who_reads_another_language_since_the_snapshot_is_told_in_it(database: Database) -> None:
    known, where, number = friends(database, KEYS), house(), arm(database, {"ja": "はい", "en": "yes"})
    fixed(database, number, where)
    change(database, known[2], language="en")
    lead(database, where, number)
    in_english = [call for call in calls_of(database, number) if b"yes" in call.body]
    assert [recipients(call) for call in in_english] == [[KEYS[2]]]


def test_nothing_is_sealed_outside_the_hours_of_the_day_before_its_time_or_unapproved(database: Database) -> None:
    friends(database, KEYS)
    night = NOON.replace(hour=21)
    late = arm(database, not_after=NOON + timedelta(days=2))
    early = arm(database, send_at=NOON + timedelta(hours=1))
    for number, clock in ((late, clock_at(night)), (early, clock_at())):
        lead(database, house(clock), number)
        assert facts(database, number).state is BroadcastState.ARMED
    lead(database, house(), late, pieces=3)
    lead(database, house(clock_at(night)), late)
    assert became(database, late) == {"waiting": 8}
    lead(database, house(clock_at(NOON + timedelta(days=1))), late)
    assert became(database, late) == {"sealed": 8}


def test_a_broadcast_whose_time_passed_before_it_began_expires_and_one_under_way_ends_the_rest(
    database: Database,
) -> None:
    friends(database, KEYS)
    after = house(clock_at(NOON + timedelta(hours=6)))
    never, begun = arm(database), arm(database)
    fixed(database, begun, house())
    for number in (never, begun):
        lead(database, after, number)
        asyncio.run(leading.finish(database, after, number))
    assert (facts(database, never).state, became(database, never)) == (BroadcastState.EXPIRED, {})
    assert facts(database, begun).state is BroadcastState.FINISHED
    assert became(database, begun) == {"expired: too late": 8}


def test_a_lot_alone_is_sealed_two_pieces_at_a_time_and_of_several_one_of_each(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Line, "multicast_limit", 2)
    friends(database, KEYS)
    friends(database, ["U9"], language="en")
    where, number = house(), arm(database, {"ja": "こんにちは", "en": "hello"})
    fixed(database, number, where)
    sealed = []
    for _ in range(3):
        lead(database, where, number, pieces=1)
        sealed.append(len(calls_of(database, number)))
    assert sealed == [2, 4, 5]


def test_a_stop_ends_what_waits_and_what_is_sealed_and_was_never_tried(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Line, "multicast_limit", 3)
    monkeypatch.setattr(leading, "LOT_PIECES", 1)
    friends(database, KEYS)
    where, number = house(), arm(database)
    fixed(database, number, where)
    lead(database, where, number, pieces=1)
    set_state(database, number, BroadcastState.STOPPED)
    assert lead(database, where, number) is Progress.ENDED
    assert became(database, number) == counted(database, number) == {"skipped: stopped": 8}
    (call,) = calls_of(database, number)
    assert (call.state, call.body) == (OutboxState.SKIPPED, b"")
    assert number not in database.read(lambda c: leading.list_going(c, NOON)).result()


def test_leaving_takes_a_sealed_batch_apart_that_was_never_tried_and_the_others_are_sealed_anew(
    database: Database,
) -> None:
    known, where, number = friends(database, KEYS), house(), arm(database)
    lead(database, where, number)
    (first,) = calls_of(database, number)
    leave(database, known[5])
    assert lead(database, where, number) is Progress.REST
    apart, again = calls_of(database, number)
    assert (apart.state, apart.body) == (OutboxState.SKIPPED, b"")
    assert recipients(again) == [*KEYS[:5], *KEYS[6:]]
    assert again.retry_key != first.retry_key
    assert became(database, number) == counted(database, number) == {"sealed": 7, "skipped: left": 1}


def test_leaving_leaves_a_batch_that_was_tried_as_it_is_for_its_key_stands_for_its_bytes(database: Database) -> None:
    known, where, number = friends(database, KEYS), house(), arm(database)
    lead(database, where, number)
    (call,) = calls_of(database, number)
    database.write(lambda c: c.execute(outbox.OUTBOX.update().values(attempts=1))).result()
    leave(database, known[5])
    lead(database, where, number)
    assert [row.body for row in calls_of(database, number)] == [call.body]
    assert became(database, number) == {"sealed": 8}


def test_a_broadcast_with_a_row_missing_is_not_finished_but_paused(database: Database) -> None:
    known, where, number = friends(database, KEYS), house(), arm(database)
    lead(database, where, number)
    (call,) = calls_of(database, number)
    end = (number, call.id, LINE, DeliveryState.ACCEPTED, "", NOON)
    database.write(lambda c: deliveries.end_call(c, *end)).result()
    gone = DELIVERIES.delete().where(DELIVERIES.c.account_id == known[4])
    database.write(lambda c: c.execute(gone)).result()
    assert lead(database, where, number) is Progress.ENDED
    fault = database.write(lambda c: leading.close(c, where, number, rows_of(database, number))).result()
    assert fault == "7 rows of 8"
    assert (facts(database, number).state, facts(database, number).paused_why) == (BroadcastState.PAUSED, fault)


def test_a_broadcast_that_was_armed_in_another_generation_is_not_begun(database: Database) -> None:
    friends(database, KEYS)
    number = arm(database)
    elsewhere = House(house().channels, Clock(NOON - real_now()), generation="another")
    lead(database, elsewhere, number)
    assert facts(database, number).state is BroadcastState.ARMED


def test_tracked_buttons_open_each_accounts_own_address_and_so_every_account_has_a_call(database: Database) -> None:
    target = "https://city.test/event"
    shown = dump([Card("題", ("行",), (Choice("見る", url=target), Choice("メニュー", "menu")))])
    number = arm(database, written={"ja": shown}, has_tracked_links=True)
    link_id = database.write(lambda c: links.keep(c, number, [target])).result()[target]
    known, where = friends(database, KEYS[:3]), house()
    lead(database, where, number)
    calls = calls_of(database, number)
    assert [call.to_key for call in calls] == KEYS[:3]
    for account_id, call in zip(known, calls, strict=True):
        assert f"https://bot.test/r/{tracking.sign(b'secret', link_id, account_id)}" in call.body.decode()
        assert target not in call.body.decode()
