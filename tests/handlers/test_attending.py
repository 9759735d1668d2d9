"""Check-in: once a person and part, whichever ways concur; taken back and redone; points and totals follow."""

from datetime import timedelta

import pytest

from handlers.attending import CheckedIn, NotAttending, NotCheckedIn
from storage.facts import AttendanceState, CheckInWay
from tests.handlers.occasions import (
    START,
    add_event,
    add_guest,
    attendance,
    check_in,
    city,
    participants,
    points_of,
    seated,
    take_back,
)
from tests.town import Town


@pytest.fixture
def at_the_door(town: Town) -> tuple[Town, int]:
    """A town with a seminar of two hours that begins now."""
    (part,) = add_event(town)
    town.now = START
    return town, part


def test_a_check_in_earns_for_each_half_hour_and_counts_at_once(at_the_door: tuple[Town, int]) -> None:
    town, part = at_the_door
    person = seated(town, part, town.citizen())
    done = check_in(town, part, person)
    assert isinstance(done, CheckedIn)
    assert done.points == 200
    assert points_of(town, person) == 200
    assert city(town) == (1, 1, 0, 200)


def test_a_second_check_in_says_when_the_first_was(at_the_door: tuple[Town, int]) -> None:
    town, part = at_the_door
    person = seated(town, part)
    check_in(town, part, person)
    town.now += timedelta(minutes=9)
    again = check_in(town, part, person, way=CheckInWay.HAND)
    assert isinstance(again, NotCheckedIn)
    assert again.reason is NotAttending.ALREADY
    assert again.first is not None
    assert (again.first.at, again.first.way) == (START, CheckInWay.QR)
    assert city(town) == (1, 1, 0, 200)


def test_a_wrong_check_in_can_be_taken_back_and_redone_any_number_of_times(at_the_door: tuple[Town, int]) -> None:
    town, part = at_the_door
    person = seated(town, part)
    for _ in range(3):
        assert isinstance(check_in(town, part, person), CheckedIn)
        assert city(town) == (1, 1, 0, 200)
        assert take_back(town, part, person)
        assert city(town) == (0, 0, 0, 0)
        assert participants(town) == {}
        assert not take_back(town, part, person)
    check_in(town, part, person)
    assert points_of(town, person) == 200
    assert participants(town) == {person: 1}


def test_a_provisional_attendance_earns_and_counts_nothing_until_it_is_confirmed(at_the_door: tuple[Town, int]) -> None:
    town, part = at_the_door
    person = seated(town, part)
    check_in(town, part, person, way=CheckInWay.WORD, provisional=True)
    assert city(town) == (0, 0, 0, 0)
    assert isinstance(check_in(town, part, person, way=CheckInWay.WORD, provisional=True), NotCheckedIn)
    assert isinstance(check_in(town, part, person, way=CheckInWay.IMPORT), CheckedIn)
    assert city(town) == (1, 1, 0, 200)
    found = attendance(town, part, person)
    assert found is not None
    assert found.state is AttendanceState.CONFIRMED


def test_who_holds_no_seat_is_not_checked_in_by_code_but_by_the_meetings_list(at_the_door: tuple[Town, int]) -> None:
    town, part = at_the_door
    person = add_guest(town)
    for way in (CheckInWay.QR, CheckInWay.DIGITS, CheckInWay.HAND, CheckInWay.WORD):
        assert check_in(town, part, person, way=way) == NotCheckedIn(NotAttending.NOT_REGISTERED)
    assert isinstance(check_in(town, part, person, way=CheckInWay.IMPORT), CheckedIn)
