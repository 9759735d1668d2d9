"""Offers: a freed seat is held for the first in line, its clock stands still at night, and it moves on."""

from datetime import datetime, timedelta

import pytest

from handlers import seating
from handlers.seating import Taken
from storage.database import Database
from storage.facts import REMINDERS, NoticeKind
from storage.outbox import OutboxState
from tests.handlers.seats import NOW, STAFF, START, THIRTY_BEFORE, Hall, a_part

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LATE = START - 11 * HOUR  # at 3:00 of the day itself: staff only


@pytest.fixture
def hall(database: Database) -> Hall:
    return Hall(database)


def test_later_than_two_days_before_a_freed_seat_is_offered_and_held(hall: Hall) -> None:
    hall.hold(a_part(1))
    holder, first, _ = hall.seated(3)
    hall.now = THIRTY_BEFORE
    hall.cancel(holder)
    assert hall.state(first) == "offered"
    assert hall.part.taken == 1
    (offer,) = hall.notices(NoticeKind.OFFERED)
    until = THIRTY_BEFORE + 6 * HOUR
    assert (offer.person, offer.due_at, offer.not_after) == (first, THIRTY_BEFORE, until)
    assert datetime.fromisoformat(offer.detail["until"]) == until == hall.registration(first).offered_until
    assert hall.told(*REMINDERS) == []


def test_a_newcomer_cannot_take_the_seat_that_is_held(hall: Hall) -> None:
    hall.hold(a_part(1))
    holder, _ = hall.seated(2)
    hall.now = THIRTY_BEFORE
    hall.cancel(holder)
    (newcomer,) = hall.seated(1)
    assert hall.state(newcomer) == "waiting"
    assert hall.part.taken == 1


def test_an_offer_made_at_night_is_told_in_the_morning_and_counts_from_then(hall: Hall) -> None:
    hall.hold(a_part(1))
    holder, first = hall.seated(2)
    hall.now = START.replace(day=24, hour=22)
    hall.cancel(holder)
    (offer,) = hall.notices(NoticeKind.OFFERED)
    assert offer.due_at == START.replace(day=25, hour=8)
    assert hall.registration(first).offered_until == START.replace(day=25, hour=14)


def test_an_accepted_offer_is_a_seat_with_reminders_and_a_second_yes_changes_nothing(hall: Hall) -> None:
    hall.hold(a_part(1))
    holder, first = hall.seated(2)
    hall.now = THIRTY_BEFORE
    hall.cancel(holder)
    assert hall.accept(first) is Taken.SEATED
    assert hall.accept(first) is Taken.SEATED
    assert hall.state(first) == "seated"
    assert hall.part.taken == 1
    assert hall.told() == [("day_before", first), ("hour_before", first)]  # the offer is no longer news


def test_an_offer_lapses_and_moves_on_until_somebody_takes_it(hall: Hall) -> None:
    hall.hold(a_part(1, days=0.5))
    holder, first, second = hall.seated(3)
    hall.now = THIRTY_BEFORE
    hall.cancel(holder)
    hall.send_due()
    hall.now += 6 * HOUR - timedelta(seconds=1)
    assert hall.tick() == 0
    hall.now += timedelta(seconds=1)
    assert hall.tick() == 1
    assert hall.states([first, second]) == ["lapsed", "offered"]
    assert hall.told(NoticeKind.OFFER_LAPSED) == [("offer_lapsed", first)]
    assert hall.told(NoticeKind.OFFERED) == [("offered", first), ("offered", second)]
    assert hall.tick() == 0
    assert hall.part.taken == 1
    assert hall.accept(second) is Taken.SEATED


def test_an_offer_that_was_sealed_and_not_sent_is_made_anew_too(hall: Hall) -> None:
    hall.hold(a_part(1, days=0.5))
    holder, first, second = hall.seated(3)
    hall.now = THIRTY_BEFORE
    hall.cancel(holder)
    hall.send_due(OutboxState.WAITING)
    hall.now += 6 * HOUR
    hall.tick()
    assert hall.states([first, second]) == ["offered", "waiting"]
    assert [(one.person, one.due_at) for one in hall.notices(NoticeKind.OFFERED)] == [(first, hall.now)]


def test_a_yes_that_comes_too_late_is_told_so_once_and_the_next_is_served(hall: Hall) -> None:
    hall.hold(a_part(1, days=0.5))
    holder, first, second = hall.seated(3)
    hall.now = THIRTY_BEFORE
    hall.cancel(holder)
    hall.now += 6 * HOUR
    assert hall.accept(first) is Taken.TOO_LATE
    assert hall.accept(first) is Taken.TOO_LATE
    assert hall.states([first, second]) == ["lapsed", "offered"]
    assert hall.told(NoticeKind.OFFER_LAPSED) == []


def test_who_let_an_offer_lapse_can_register_again_at_the_end(hall: Hall) -> None:
    hall.hold(a_part(1, days=0.5))
    holder, first, second = hall.seated(3)
    hall.now = THIRTY_BEFORE
    hall.cancel(holder)
    hall.send_due()
    hall.now += 6 * HOUR
    hall.tick()
    hall.register(first)
    assert hall.states([first, second]) == ["waiting", "offered"]
    assert hall.told(NoticeKind.OFFER_LAPSED) == []  # they have looked in since


def test_a_declined_offer_goes_to_the_next(hall: Hall) -> None:
    hall.hold(a_part(1, days=0.5))
    holder, first, second = hall.seated(3)
    hall.now = THIRTY_BEFORE
    hall.cancel(holder)
    assert hall.do(seating.give_back, hall.part.id, first) is True
    assert hall.do(seating.give_back, hall.part.id, first) is False
    assert hall.states([first, second]) == ["cancelled", "offered"]


def test_nobody_takes_an_offer_that_was_not_theirs(hall: Hall) -> None:
    hall.hold(a_part(1))
    _, waiting = hall.seated(2)
    assert hall.accept(waiting) is Taken.NOTHING
    assert hall.accept(hall.person()) is Taken.NOTHING


def test_on_the_last_day_only_staff_give_seats_and_the_line_keeps_them(hall: Hall) -> None:
    hall.hold(a_part(1))
    holder, first, second = hall.seated(3)
    hall.now = LATE
    hall.cancel(holder)
    (newcomer,) = hall.seated(1)
    assert hall.tick() == 0
    assert hall.states([first, second, newcomer]) == ["waiting"] * 3
    assert hall.do(seating.seat_by_staff, hall.registration(second).id, by=STAFF) is True
    assert hall.do(seating.seat_by_staff, hall.registration(first).id, by=STAFF) is False
    assert hall.do(seating.seat_by_staff, 99, by=STAFF) is False
    assert hall.states([first, second]) == ["waiting", "seated"]
    assert [(one.person, one.due_at) for one in hall.notices(NoticeKind.SEATED)] == [(second, LATE)]


def test_staff_do_not_pass_the_line_while_it_is_served(hall: Hall) -> None:
    hall.hold(a_part(2))
    _, leaver, host, other = hall.seated(4)
    hall.bring(host)
    hall.cancel(leaver)
    assert hall.do(seating.seat_by_staff, hall.registration(other).id, by=STAFF) is False
    assert hall.states([host, other]) == ["waiting", "waiting"]


def test_staff_can_say_yes_to_an_offer_for_somebody(hall: Hall) -> None:
    hall.hold(a_part(1))
    holder, first = hall.seated(2)
    hall.now = THIRTY_BEFORE
    hall.cancel(holder)
    assert hall.do(seating.seat_by_staff, hall.registration(first).id, by=STAFF) is True
    assert hall.state(first) == "seated"
    assert hall.part.taken == 1


def test_a_clock_set_back_and_forth_neither_loses_nor_doubles_an_offer(hall: Hall) -> None:
    hall.hold(a_part(1, days=0.5))
    holder, first, second = hall.seated(3)
    hall.now = THIRTY_BEFORE
    hall.cancel(holder)
    hall.send_due()
    for now in (NOW, THIRTY_BEFORE + HOUR, NOW - DAY, THIRTY_BEFORE):
        hall.now = now
        hall.tick()
        hall.send_due()
    assert hall.states([first, second]) == ["offered", "waiting"]
    assert hall.told(NoticeKind.OFFERED) == [("offered", first)]
    hall.now = THIRTY_BEFORE + 7 * HOUR
    hall.tick()
    hall.now = NOW
    assert hall.tick() == 0
    assert hall.states([first, second]) == ["lapsed", "offered"]


def test_a_line_that_stood_before_the_clock_was_set_back_is_served_by_the_next_minute(hall: Hall) -> None:
    hall.hold(a_part(1))
    holder, first = hall.seated(2)
    hall.now = LATE
    hall.cancel(holder)
    hall.now = NOW
    hall.tick()
    assert hall.state(first) == "seated"
    assert hall.told(NoticeKind.SEATED) == [("seated", first)]


def test_an_offer_that_nobody_could_be_told_of_is_made_anew_to_the_same_party(hall: Hall) -> None:
    hall.hold(a_part(1, days=0.5))
    holder, first, second = hall.seated(3)
    hall.now = THIRTY_BEFORE
    hall.cancel(holder)
    hall.now += 7 * HOUR  # nothing was sent meanwhile
    hall.tick()
    assert hall.states([first, second]) == ["offered", "waiting"]
    assert hall.part.taken == 1
    (offer,) = hall.notices(NoticeKind.OFFERED)
    until = hall.registration(first).offered_until
    assert until is not None
    assert (offer.person, offer.due_at, offer.not_after) == (first, hall.now, until)
    assert until > hall.now
    hall.send_due()
    hall.now = until
    hall.tick()
    assert hall.state(first) == "lapsed"
