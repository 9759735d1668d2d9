"""In a disaster nothing goes out to many, sealed calls included; afterwards nothing of it goes on by itself."""

from datetime import timedelta

from bot.channels.line.channel import Line
from handlers import switching
from scheduler import ending
from scheduler.broadcasts import Progress
from storage import audit
from storage.clock import real_now
from storage.database import Database
from storage.facts import BroadcastState
from tests.scheduler.bureau import Bureau
from tests.scheduler.telling import LINE, NOON, House, arm, calls_of, clock_at, facts, friends, lead, line_key
from tests.town import Town


def switch(database: Database, *, on: bool) -> None:
    act = switching.begin_disaster if on else switching.end_disaster
    assert database.write(lambda c: act(c, "佐藤 花子", NOON, real_now())).result()


def test_what_was_armed_and_is_due_becomes_a_draft_when_the_disaster_is_over(database: Database) -> None:
    friends(database, [line_key(1)])
    house = House({LINE: Line(bot_id="bot", channel_secret="s", access_token="t")}, clock_at())
    due, later = arm(database), arm(database, send_at=NOON + timedelta(days=1), not_after=NOON + timedelta(days=2))
    switch(database, on=True)
    assert lead(database, house, due) is Progress.REST
    assert calls_of(database, due) == []
    switch(database, on=False)
    assert facts(database, due).state is BroadcastState.DRAFT
    assert facts(database, later).state is BroadcastState.ARMED


def test_what_is_being_told_stops_with_its_sealed_calls_and_is_paused_afterwards(database: Database) -> None:
    friends(database, [line_key(number) for number in range(1, 4)])
    house = House({LINE: Line(bot_id="bot", channel_secret="s", access_token="t")}, clock_at())
    number = arm(database)
    lead(database, house, number)
    assert len(calls_of(database, number)) == 1
    assert database.read(lambda c: ending.list_sendable(c, "", NOON)).result() == [number]
    switch(database, on=True)
    assert database.read(lambda c: ending.list_sendable(c, "", NOON)).result() == []
    switch(database, on=False)
    assert (facts(database, number).state, facts(database, number).paused_why) == (BroadcastState.PAUSED, "disaster")
    assert database.read(lambda c: ending.list_sendable(c, "", NOON)).result() == []


def test_mondays_message_is_not_made(town: Town) -> None:
    bureau = Bureau(town)
    bureau.order()
    bureau.asking()
    switch(town.database, on=True)
    bureau.tick()
    assert (bureau.broadcasts(), bureau.posts()) == ([], [])


def test_a_second_press_does_nothing_and_both_acts_are_told_to_the_approver(database: Database) -> None:
    switch(database, on=True)
    assert not database.write(lambda c: switching.begin_disaster(c, "鈴木 一", NOON, real_now())).result()
    switch(database, on=False)
    assert not database.write(lambda c: switching.end_disaster(c, "鈴木 一", NOON, real_now())).result()
    rows = database.read(lambda c: audit.list_newest(c, 9, to_report=True)).result()
    assert [(row.act, row.actor) for row in rows] == [("disaster.off", "佐藤 花子"), ("disaster.on", "佐藤 花子")]
