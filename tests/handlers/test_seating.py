"""Seats as people get them: never oversold, a line in order, whole courses, guests, and what each is told."""

from datetime import datetime, timedelta

import pytest

from handlers import arranging, seating
from handlers.rules.registration import NoSeat
from handlers.seating import NotRegistered, Registered, Taken
from storage import events, people, registrations
from storage.clock import TOKYO
from storage.database import Database
from storage.facts import REMINDERS, AudienceKind, EventState, NoticeKind, PartState
from storage.notices import NoticeState
from tests.handlers.seats import NOW, START, Hall, a_part

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def hall(database: Database) -> Hall:
    return Hall(database)


def test_who_registers_gets_a_seat_until_there_is_none(hall: Hall) -> None:
    hall.hold(a_part(2))
    came = hall.seated(4)
    assert hall.states(came) == ["seated", "seated", "waiting", "waiting"]
    assert hall.part.taken == 2
    places = [hall.ask(seating.place_in_line, hall.registration(person)) for person in came]
    assert places == [0, 0, 1, 2]


def test_the_answer_shows_the_part_as_it_now_is_and_the_place(hall: Hall) -> None:
    hall.hold(a_part(1))
    first, second = hall.register(hall.person()), hall.register(hall.person())
    assert isinstance(first, Registered)
    assert isinstance(second, Registered)
    assert [(one.place, one.part.taken) for one in (*first.places, *second.places)] == [(0, 1), (1, 1)]


def test_an_event_without_a_limit_seats_everybody(hall: Hall) -> None:
    hall.hold(a_part(None))
    assert set(hall.states(hall.seated(5))) == {"seated"}


def test_a_second_tap_changes_nothing_and_says_so(hall: Hall) -> None:
    hall.hold(a_part(2))
    (person,) = hall.seated(1)
    assert hall.register(person) == NotRegistered(reason=NoSeat.ALREADY)
    assert hall.part.taken == 1


def test_two_phones_of_one_person_and_many_taps_at_once_give_one_seat(hall: Hall) -> None:
    hall.hold(a_part(2))
    person, event_id = hall.person(), hall.event_id
    units = [
        hall.database.write(lambda c, n=n: seating.register(c, event_id, person, account_id=n % 2, now=NOW))
        for n in range(16)
    ]
    answers = [unit.result() for unit in units]
    assert sum(isinstance(answer, Registered) for answer in answers) == 1
    assert answers.count(NotRegistered(reason=NoSeat.ALREADY)) == 15
    assert hall.part.taken == 1
    assert len(hall.told(*REMINDERS)) == 2


@pytest.mark.parametrize(
    ("state", "details", "at", "reason"),
    [
        (EventState.DRAFT, {}, NOW, NoSeat.NOT_FOUND),
        (EventState.CLOSED, {}, NOW, NoSeat.CLOSED),
        (EventState.CANCELLED, {}, NOW, NoSeat.CANCELLED),
        (EventState.HELD, {}, NOW, NoSeat.PAST),
        (EventState.PUBLISHED, {}, START, NoSeat.PAST),
        (EventState.PUBLISHED, {"audiences": (AudienceKind.COMPANY,)}, NOW, NoSeat.FOR_COMPANIES),
        (EventState.PUBLISHED, {"opens_at": NOW + DAY}, NOW, NoSeat.NOT_OPEN_YET),
    ],
)
def test_an_event_that_cannot_be_had_gives_no_row_and_takes_no_seat(
    hall: Hall, state: EventState, details: dict[str, object], at: datetime, reason: NoSeat
) -> None:
    hall.hold(state=state, **details)
    hall.now, person = at, hall.person()
    assert hall.register(person) == NotRegistered(reason=reason)
    assert hall.registration(person) is None
    assert hall.part.taken == 0


def test_an_event_that_does_not_exist_is_not_found(hall: Hall) -> None:
    hall.event_id = 99
    assert hall.register(hall.person()) == NotRegistered(reason=NoSeat.NOT_FOUND)
    assert hall.cancel(hall.person()) == ()
    assert hall.do(seating.accept_offer, 99, 1) is Taken.NOTHING
    assert hall.do(seating.give_back, 99, 1) is False


def test_a_cancelled_seat_goes_to_the_first_in_line_who_is_told_at_once(hall: Hall) -> None:
    hall.hold(a_part(1))
    holder, first, second = hall.seated(3)
    (part,) = hall.cancel(holder)
    assert part.id == hall.part.id
    assert hall.states([holder, first, second]) == ["cancelled", "seated", "waiting"]
    assert hall.told(NoticeKind.SEATED) == [("seated", first)]
    assert hall.notices(NoticeKind.SEATED)[0].due_at == NOW


def test_who_is_seated_from_the_line_at_night_is_told_in_the_morning(hall: Hall) -> None:
    hall.hold(a_part(1))
    holder, _ = hall.seated(2)
    hall.now = datetime(2022, 1, 20, 23, tzinfo=TOKYO)
    hall.cancel(holder)
    (told,) = hall.notices(NoticeKind.SEATED)
    assert told.due_at == datetime(2022, 1, 21, 8, tzinfo=TOKYO)
    assert told.not_after == START


def test_a_second_cancellation_cancels_nothing_more(hall: Hall) -> None:
    hall.hold(a_part(1))
    (person,) = hall.seated(1)
    assert len(hall.cancel(person)) == 1
    assert hall.cancel(person) == ()
    assert hall.part.taken == 0


def test_who_cancels_and_registers_again_stands_at_the_end(hall: Hall) -> None:
    hall.hold(a_part(1))
    holder, first, second = hall.seated(3)
    hall.cancel(first)
    hall.register(first)
    hall.cancel(holder)
    assert hall.states([first, second]) == ["waiting", "seated"]


def test_who_is_seated_from_the_line_a_second_time_is_told_a_second_time(hall: Hall) -> None:
    hall.hold(a_part(1))
    holder, person = hall.seated(2)
    hall.cancel(holder)
    hall.send_due()
    hall.cancel(person)
    hall.register(holder)
    hall.register(person)
    hall.cancel(holder)
    assert hall.told(NoticeKind.SEATED) == [("seated", person), ("seated", person)]


def test_reminders_come_with_a_seat_and_go_with_it(hall: Hall) -> None:
    hall.hold(a_part(1))
    holder, waiting = hall.seated(2)
    assert hall.told(*REMINDERS) == [("day_before", holder), ("hour_before", holder)]
    stands_for = {one.kind: one.detail["stands_for"] for one in hall.notices(*REMINDERS)}
    assert stands_for == {NoticeKind.DAY_BEFORE: "day_before", NoticeKind.HOUR_BEFORE: "hour_before"}
    hall.cancel(holder)
    assert hall.told(*REMINDERS) == [("day_before", waiting), ("hour_before", waiting)]


def test_two_reminders_of_an_early_part_are_one_that_stands_for_both(hall: Hall) -> None:
    hall.hold(a_part(1, days=-5.5 / 24))  # from 8:30: an hour before it nobody is written to
    (person,) = hall.seated(1)
    (merged,) = hall.notices(*REMINDERS)
    assert (merged.kind, merged.person) == (NoticeKind.DAY_BEFORE, person)
    assert merged.detail == {"stands_for": "day_before,hour_before"}


def test_who_registers_after_a_reminder_was_due_does_not_get_it(hall: Hall) -> None:
    hall.hold()
    hall.now = START.replace(day=25, hour=18, minute=1)
    (person,) = hall.seated(1)
    assert hall.told(*REMINDERS) == [("hour_before", person)]


def test_a_free_seat_that_nobody_waits_for_is_had_until_the_start(hall: Hall) -> None:
    hall.hold(a_part(1))
    hall.now = START - timedelta(seconds=1)
    assert hall.states(hall.seated(1)) == ["seated"]


def test_a_part_that_is_over_cannot_be_cancelled_any_more(hall: Hall) -> None:
    hall.hold()
    (person,) = hall.seated(1)
    hall.now = START + 2 * HOUR
    assert hall.cancel(person) == ()
    assert hall.state(person) == "seated"


def test_a_course_is_registered_for_part_by_part_in_one_go(hall: Hall) -> None:
    event = hall.hold(a_part(1), a_part(2, days=7), a_part(2, days=14))
    one, two, three = event.parts
    hall.register(hall.person(), part_ids=[one.id])
    (person,) = hall.people(1)
    answer = hall.register(person)
    assert isinstance(answer, Registered)
    assert [(placed.part.id, placed.place) for placed in answer.places] == [(one.id, 1), (two.id, 0), (three.id, 0)]
    assert [part.id for part in hall.cancel(person, part_ids=[two.id])] == [two.id]
    assert [hall.state(person, part) for part in event.parts] == ["waiting", "cancelled", "seated"]
    again = hall.register(person)
    assert isinstance(again, Registered)
    assert [placed.part.id for placed in again.places] == [two.id]


def test_cancelling_a_course_cancels_every_part_that_is_to_come(hall: Hall) -> None:
    event = hall.hold(a_part(1), a_part(1, days=7), a_part(1, days=14))
    person, behind = hall.seated(2)
    hall.now = START + 3 * HOUR
    assert len(hall.cancel(person)) == 2
    assert [hall.state(person, part) for part in event.parts] == ["seated", "cancelled", "cancelled"]
    assert [hall.state(behind, part) for part in event.parts] == ["waiting", "seated", "seated"]


def test_a_course_held_as_a_whole_is_had_and_left_as_a_whole(hall: Hall) -> None:
    event = hall.hold(a_part(2), a_part(2, days=7), whole_only=True)
    person = hall.person()
    assert hall.register(person, part_ids=[event.parts[0].id]) == NotRegistered(reason=NoSeat.WHOLE_ONLY)
    hall.register(person)
    assert hall.do(seating.give_back, event.parts[1].id, person) is True
    assert [hall.state(person, part) for part in event.parts] == ["cancelled", "cancelled"]


def test_an_open_date_takes_registrations_and_serves_its_line_without_reminders(hall: Hall) -> None:
    hall.hold(a_part(1, open_date=True))
    holder, first = hall.seated(2)
    hall.cancel(holder)
    assert hall.state(first) == "seated"
    assert hall.told() == [("seated", first)]


def test_staff_register_somebody_without_an_account_who_is_never_written_to(hall: Hall) -> None:
    hall.hold(a_part(1), state=EventState.CLOSED)
    first, answer = hall.do(seating.register_guest, hall.event_id, "北九 花子")
    assert isinstance(answer, Registered)
    assert hall.ask(people.find, first).nickname == ""
    second, _ = hall.do(seating.register_guest, hall.event_id, "北九 太郎", is_child=True, forget_at=START + DAY)
    assert hall.states([first, second]) == ["seated", "waiting"]
    hall.cancel(first)
    assert hall.states([first, second]) == ["cancelled", "seated"]
    assert hall.told() == []
    guests = hall.ask(registrations.list_guests, [first, second])
    assert guests[first].forget_at == START + 2 * HOUR + 90 * DAY
    assert guests[second].forget_at == START + DAY


def test_a_guest_who_is_refused_leaves_nothing_behind(hall: Hall) -> None:
    hall.hold(state=EventState.CANCELLED)
    answer = hall.do(seating.register_guest, hall.event_id, "北九 花子")
    assert answer == (0, NotRegistered(reason=NoSeat.CANCELLED))
    assert hall.ask(lambda c: c.execute(registrations.GUESTS.select()).all()) == []


def test_at_the_door_staff_seat_a_walk_in_on_a_free_seat_before_the_line(hall: Hall) -> None:
    hall.hold(a_part(1))
    holder, _ = hall.seated(2)
    hall.now = START + timedelta(minutes=5)
    hall.cancel(holder)
    walk_in, _ = hall.do(seating.register_guest, hall.event_id, "北九 花子")
    assert hall.state(walk_in) == "seated"
    another, _ = hall.do(seating.register_guest, hall.event_id, "北九 太郎")
    assert hall.state(another) == "waiting"  # not even staff oversell; they may add seats
    assert hall.part.taken == 1


def test_a_closed_event_still_serves_its_line(hall: Hall) -> None:
    hall.hold(a_part(1))
    holder, first = hall.seated(2)
    hall.staff(arranging.close, hall.event_id)
    hall.cancel(holder)
    assert hall.state(first) == "seated"


def test_a_part_that_was_held_is_no_longer_served(hall: Hall) -> None:
    hall.hold(a_part(1), a_part(1, days=7))
    hall.seated(2)
    part = hall.part
    hall.database.write(lambda c: events.change_part(c, part, NOW, state=PartState.HELD, capacity=2)).result()
    hall.do(seating.serve_line, hall.event_id)
    assert hall.part.taken == 1


def test_a_notice_is_taken_back_with_the_seat_it_spoke_of(hall: Hall) -> None:
    hall.hold(a_part(1))
    holder, first = hall.seated(2)
    hall.now = datetime(2022, 1, 20, 23, tzinfo=TOKYO)
    hall.cancel(holder)
    hall.cancel(first)
    assert hall.told() == []


def test_a_sealed_reminder_is_not_planned_again_for_who_comes_back(hall: Hall) -> None:
    hall.hold(a_part(1))
    (person,) = hall.seated(1)
    hall.now = START.replace(day=25, hour=18)
    hall.send_due()
    hall.cancel(person)
    hall.now = NOW  # the clock was set back
    hall.register(person)
    kinds = [(one.kind, one.state) for one in hall.notices(*REMINDERS)]
    assert kinds == [(NoticeKind.DAY_BEFORE, NoticeState.SEALED), (NoticeKind.HOUR_BEFORE, NoticeState.WAITING)]
