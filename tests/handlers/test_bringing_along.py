"""Companions: a seat and a turn of their own beside their host; a party is seated, offered and ended together."""

from datetime import timedelta

import pytest

from handlers import arranging, seating
from handlers.seating import CompanionAdded, CompanionRefused, NoCompanion
from storage import attendances, registrations
from storage.database import Database
from storage.facts import REMINDERS, NoticeKind
from tests.handlers.seats import STAFF, START, THIRTY_BEFORE, Hall, a_part

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def hall(database: Database) -> Hall:
    return Hall(database)


def test_a_companion_has_a_seat_beside_their_host(hall: Hall) -> None:
    hall.hold(a_part(3))
    (host,) = hall.seated(1)
    added = hall.bring(host, "はな", is_child=True)
    assert isinstance(added, CompanionAdded)
    assert hall.states([host, added.person_id]) == ["seated", "seated"]
    assert hall.part.taken == 2
    assert hall.registration(added.person_id).code != hall.registration(host).code
    guest = hall.ask(registrations.list_guests, [added.person_id])[added.person_id]
    assert (guest.name, guest.is_child, guest.host_id) == ("はな", True, host)
    assert guest.forget_at == START + 2 * HOUR + 90 * DAY
    assert hall.told(*REMINDERS) == [("day_before", host), ("hour_before", host)]  # the companion is never told


def test_two_companions_wait_and_are_seated_together(hall: Hall) -> None:
    hall.hold(a_part(3))
    others = hall.seated(3)
    (host,) = hall.seated(1)
    (behind,) = hall.seated(1)
    family = [host, *(added.person_id for n in "ab" if isinstance(added := hall.bring(host, n), CompanionAdded))]
    hall.cancel(others[0])
    hall.cancel(others[1])
    assert hall.states([*family, behind]) == ["waiting"] * 4  # two seats are free, and the first party holds the line
    assert hall.ask(seating.place_in_line, hall.registration(behind)) == 2
    hall.cancel(others[2])
    assert hall.states([*family, behind]) == ["seated", "seated", "seated", "waiting"]
    assert hall.told(NoticeKind.SEATED) == [("seated", host)]
    assert hall.part.taken == 3


def test_a_newcomer_does_not_pass_a_party_that_does_not_fit(hall: Hall) -> None:
    hall.hold(a_part(2))
    holders = hall.seated(2)
    (host,) = hall.seated(1)
    hall.bring(host)
    hall.cancel(holders[0])
    (newcomer,) = hall.seated(1)
    assert hall.part.taken == 1
    assert hall.states([host, newcomer]) == ["waiting", "waiting"]


def test_a_party_that_grows_smaller_is_seated_when_it_fits(hall: Hall) -> None:
    hall.hold(a_part(2))
    holders = hall.seated(2)
    (host,) = hall.seated(1)
    added = hall.bring(host)
    assert isinstance(added, CompanionAdded)
    hall.cancel(holders[0])
    assert hall.do(seating.remove_companion, hall.event_id, host, added.person_id) is True
    assert hall.do(seating.remove_companion, hall.event_id, host, added.person_id) is False
    assert hall.states([host, added.person_id]) == ["seated", "cancelled"]


def test_nobody_sends_another_persons_companion_home(hall: Hall) -> None:
    hall.hold(a_part(3))
    host, other = hall.seated(2)
    added = hall.bring(host)
    assert isinstance(added, CompanionAdded)
    assert hall.do(seating.remove_companion, hall.event_id, other, added.person_id) is False
    assert hall.do(seating.remove_companion, hall.event_id, host, host) is False
    assert hall.part.taken == 3


def test_a_companion_is_refused_with_the_reason(hall: Hall) -> None:
    hall.hold(a_part(2), companions=1)
    host, other = hall.seated(2)
    (waiting,) = hall.seated(1)
    assert hall.bring(hall.person()) == CompanionRefused(reason=NoCompanion.NOT_REGISTERED)
    assert hall.bring(host) == CompanionRefused(reason=NoCompanion.FULL)
    for name in ("", "  ", "a\nb", "あ" * 21, "090-1234-5678"):
        assert hall.bring(host, name) == CompanionRefused(reason=NoCompanion.NAME)
    assert isinstance(hall.bring(waiting), CompanionAdded)
    assert hall.bring(waiting) == CompanionRefused(reason=NoCompanion.TOO_MANY)
    hall.staff(arranging.close, hall.event_id)
    assert hall.bring(other) == CompanionRefused(reason=NoCompanion.CLOSED)
    assert hall.part.taken == 2


def test_a_party_never_grows_larger_than_the_part(hall: Hall) -> None:
    hall.hold(a_part(2))
    hall.seated(2)
    (host,) = hall.seated(1)
    assert isinstance(hall.bring(host), CompanionAdded)
    assert hall.bring(host) == CompanionRefused(reason=NoCompanion.FULL)


def test_a_seated_host_finds_no_seat_for_a_companion_while_others_wait(hall: Hall) -> None:
    hall.hold(a_part(3))
    host, leaver = hall.seated(2)
    third, waiting = hall.seated(2)
    hall.bring(waiting)
    hall.cancel(leaver)
    assert hall.states([third, waiting]) == ["seated", "waiting"]
    assert hall.part.taken == 2
    assert hall.bring(host) == CompanionRefused(reason=NoCompanion.FULL)


def test_a_party_is_offered_its_seats_together_and_loses_them_together(hall: Hall) -> None:
    hall.hold(a_part(2, days=0.5))
    holders = hall.seated(2)
    (host,) = hall.seated(1)
    added = hall.bring(host)
    assert isinstance(added, CompanionAdded)
    hall.now = THIRTY_BEFORE
    for holder in holders:
        hall.cancel(holder)
    assert hall.states([host, added.person_id]) == ["offered", "offered"]
    assert hall.told(NoticeKind.OFFERED) == [("offered", host)]
    hall.send_due()
    hall.now += 6 * HOUR
    assert hall.tick() == 2
    assert hall.states([host, added.person_id]) == ["lapsed", "lapsed"]
    assert hall.told(NoticeKind.OFFER_LAPSED) == [("offer_lapsed", host)]
    assert hall.part.taken == 0


def test_a_host_who_cancels_takes_the_companions_along(hall: Hall) -> None:
    hall.hold(a_part(3))
    (host,) = hall.seated(1)
    added = hall.bring(host)
    assert isinstance(added, CompanionAdded)
    hall.cancel(host)
    assert hall.states([host, added.person_id]) == ["cancelled", "cancelled"]
    assert hall.part.taken == 0
    hall.register(host)
    assert hall.state(added.person_id) == "cancelled"


def test_whoever_was_checked_in_keeps_the_seat(hall: Hall) -> None:
    hall.hold(a_part(3))
    (host,) = hall.seated(1)
    added = hall.bring(host)
    assert isinstance(added, CompanionAdded)
    hall.now = START + HOUR
    row = {"event_id": hall.event_id, "part_id": hall.part.id, "person_id": added.person_id, "way": "hand"}
    seen = {**row, "state": "confirmed", "at": START, "entered_at": START, "entered_by": STAFF, "times": 1}
    hall.database.write(lambda c: c.execute(attendances.ATTENDANCES.insert().values(**seen))).result()
    assert len(hall.cancel(host)) == 1
    assert hall.states([host, added.person_id]) == ["cancelled", "seated"]
    assert hall.part.taken == 1


def test_a_companion_comes_to_all_parts_of_a_whole_course_or_to_none(hall: Hall) -> None:
    event = hall.hold(a_part(2), a_part(1, days=7), whole_only=True)
    (person,) = hall.seated(1)
    assert hall.bring(person) == CompanionRefused(reason=NoCompanion.FULL)
    assert [part.taken for part in hall.event.parts] == [1, 1]
    hall.staff(arranging.set_capacity, event.parts[1].id, 2)
    added = hall.bring(person)
    assert isinstance(added, CompanionAdded)
    assert len(added.places) == 2


def test_a_companion_comes_to_the_parts_of_an_open_course_where_there_is_room(hall: Hall) -> None:
    event = hall.hold(a_part(2), a_part(1, days=7))
    (person,) = hall.seated(1)
    added = hall.bring(person)
    assert isinstance(added, CompanionAdded)
    assert [placed.part.id for placed in added.places] == [event.parts[0].id]
