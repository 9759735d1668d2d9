"""Check-in: once a person and part, whichever ways concur; taken back and redone; points and totals follow."""

from concurrent.futures import Future
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Connection, select

from handlers import attending
from handlers.attending import CheckedIn, NotAttending, NotCheckedIn
from storage import events, notices, recount, registrations, totals
from storage.clock import TOKYO
from storage.database import Unit
from storage.facts import AttendanceState, CheckInWay, EventState, NoticeFacts, NoticeKind, PartState
from storage.ledger import LEDGER
from storage.notices import NoticeState
from tests.handlers.occasions import (
    START,
    add_event,
    add_guest,
    attendance,
    check_in,
    city,
    differences,
    participants,
    person_of,
    points_of,
    seat_at,
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


def test_parts_of_one_day_share_its_limit_and_taking_one_back_makes_room(town: Town) -> None:
    morning, evening = add_event(town, START.replace(hour=9), START.replace(hour=17), minutes=150)
    person = seated(town, morning)
    seat_at(town, evening, person)
    town.now = START.replace(hour=18)
    assert check_in(town, morning, person).points == 250
    assert check_in(town, evening, person).points == 50
    assert take_back(town, morning, person)
    assert points_of(town, person) == 250
    assert city(town) == (1, 1, 0, 250)
    assert check_in(town, morning, person).points == 50
    assert points_of(town, person) == 300
    assert differences(town) == recount.Differences((), (), ())


def test_the_same_person_at_two_parts_is_two_participations_of_one_person(town: Town) -> None:
    first, second = add_event(town, START, START + timedelta(days=7))
    person = seated(town, first)
    seat_at(town, second, person)
    for part, at in ((first, START), (second, START + timedelta(days=7))):
        town.now = at
        check_in(town, part, person)
    assert city(town)[:2] == (2, 1)
    take_back(town, first, person)
    assert city(town)[:2] == (1, 1)
    assert participants(town) == {person: 1}


def test_a_host_and_companions_each_count(at_the_door: tuple[Town, int]) -> None:
    town, part = at_the_door
    host = seated(town, part, town.citizen())
    companions = [add_guest(town, name, host_id=host) for name in ("連れ 一", "連れ 二")]
    for companion in companions:
        seat_at(town, part, companion, host_id=host)
    for person in (host, *companions):
        assert isinstance(check_in(town, part, person), CheckedIn)
    assert city(town) == (3, 3, 0, 600)


def test_four_digits_check_in_whose_they_are(at_the_door: tuple[Town, int]) -> None:
    town, part = at_the_door
    person = seated(town, part)
    code = town.database.read(lambda c: registrations.find(c, part, person)).result().code
    how = {"by": "staff", "at": town.now, "now": town.now}
    done = town.database.write(
        lambda c: attending.check_in_by_code(c, town.programme, part, f" {code} ", **how)
    ).result()
    assert isinstance(done, CheckedIn)
    assert done.attendance.person_id == person
    wrong = f"{(int(code) + 1) % 10_000:04}"
    again = town.database.write(lambda c: attending.check_in_by_code(c, town.programme, part, wrong, **how)).result()
    assert again == NotCheckedIn(NotAttending.WRONG_CODE)


def test_a_scan_from_a_clock_that_is_ahead_was_made_now(at_the_door: tuple[Town, int]) -> None:
    town, part = at_the_door
    person = seated(town, part)
    done = check_in(town, part, person, at=town.now + timedelta(days=2))
    assert isinstance(done, CheckedIn)
    assert done.attendance.at == town.now


def test_a_scan_that_was_kept_on_the_device_counts_when_it_arrives_with_its_own_time(
    at_the_door: tuple[Town, int],
) -> None:
    town, part = at_the_door
    person = seated(town, part)
    scanned, town.now = town.now, town.now + timedelta(days=3)
    done = check_in(town, part, person, at=scanned)
    assert isinstance(done, CheckedIn)
    assert done.attendance.at == scanned


def test_an_attendance_is_shown_as_confirmed_and_is_not_ones_own_to_take_back(at_the_door: tuple[Town, int]) -> None:
    town, part = at_the_door
    citizen = town.citizen()
    check_in(town, part, seated(town, part, citizen))
    citizen.press("points")
    assert "確認済み 200・自己申告 0" in citizen.words()
    assert "・イベント参加 1回、200ポイント" in citizen.words()
    citizen.press("undo")
    assert "取り消せる記録はありません" in citizen.words()
    entry = town.database.read(lambda c: c.execute(select(LEDGER.c.id)).scalar_one()).result()
    citizen.press(f"w:{entry}")
    assert "見つかりませんでした" in citizen.words()
    assert points_of(town, person_of(town, citizen)) == 200


# --- what took place ---------------------------------------------------------------------------------------------


def hold(town: Town, part: int) -> bool:
    return town.database.write(lambda c: attending.mark_held(c, town.programme, part, town.now)).result()


def thanks(town: Town, part: int) -> list[NoticeFacts]:
    planned = town.database.read(lambda c: notices.list_of_part(c, part)).result()
    return [one for one, state, _ in planned if one.kind is NoticeKind.THANKS and state is NoticeState.WAITING]


def test_a_part_is_held_once_it_has_ended_and_counts_once(at_the_door: tuple[Town, int]) -> None:
    town, part = at_the_door
    assert not hold(town, part)
    town.now += timedelta(hours=2)
    assert hold(town, part)
    assert not hold(town, part)
    assert city(town)[2] == 1
    event = town.database.read(lambda c: events.find_by_part(c, part)).result()
    assert event.state is EventState.HELD
    assert event.sequence == 0  # calendars need not fetch it again


def test_parts_that_have_ended_are_found_and_held(town: Town) -> None:
    first, later = add_event(town, START, START + timedelta(days=7))
    town.now = START + timedelta(hours=2)
    assert town.database.write(lambda c: attending.hold_ended(c, town.programme, town.now, 10)).result() == 1
    states = [part.state for part in town.database.read(lambda c: events.find_by_part(c, later)).result().parts]
    assert states == [PartState.HELD, PartState.PLANNED]
    assert town.database.read(lambda c: events.find_by_part(c, first)).result().state is EventState.PUBLISHED


def test_one_part_that_is_not_over_does_not_stand_in_the_way_of_another(town: Town) -> None:
    add_event(town, START + timedelta(hours=1, minutes=45), minutes=None, code="endless")
    add_event(town, START + timedelta(hours=1, minutes=50), minutes=5, code="short")
    add_event(town)
    for minutes, ended in ((0, 1), (15, 1), (20, 1), (60, 0)):
        town.now = START + timedelta(hours=2, minutes=minutes)
        assert town.database.write(lambda c: attending.hold_ended(c, town.programme, town.now, 1)).result() == ended


def test_everybody_with_an_account_is_thanked_once_half_an_hour_later(at_the_door: tuple[Town, int]) -> None:
    town, part = at_the_door
    sure, unsure = seated(town, part, town.citizen()), seated(town, part, town.citizen())
    check_in(town, part, sure)
    check_in(town, part, unsure, way=CheckInWay.WORD, provisional=True)
    check_in(town, part, seated(town, part))  # a guest: no account to write to
    town.now += timedelta(hours=2)
    hold(town, part)
    late = seated(town, part, town.citizen())
    check_in(town, part, late)
    planned = {one.person_id: one for one in thanks(town, part)}
    assert {person: one.detail["points"] for person, one in planned.items()} == {sure: "200", unsure: "0", late: "200"}
    assert {one.due_at for one in planned.values()} == {START + timedelta(hours=2, minutes=30)}
    assert {one.not_after for one in planned.values()} == {START + timedelta(hours=26, minutes=30)}
    take_back(town, part, late)
    assert {one.person_id for one in thanks(town, part)} == {sure, unsure}


def test_nobody_is_thanked_at_night(town: Town) -> None:
    (part,) = add_event(town, START.replace(hour=19))
    town.now = START.replace(hour=19)
    check_in(town, part, seated(town, part, town.citizen()))
    town.now = START.replace(hour=21)
    hold(town, part)
    (one,) = thanks(town, part)
    assert one.due_at == START.replace(hour=8) + timedelta(days=1)


def test_a_part_that_did_not_take_place_counts_and_earns_nothing(at_the_door: tuple[Town, int]) -> None:
    town, part = at_the_door
    person = seated(town, part, town.citizen())
    check_in(town, part, person)
    town.now += timedelta(hours=3)
    hold(town, part)
    assert city(town) == (1, 1, 1, 200)

    def undo(connection: Connection) -> bool:
        return attending.mark_not_held(connection, town.programme, part, by="staff", now=town.now)

    assert town.database.write(undo).result()
    assert not town.database.write(undo).result()
    assert city(town) == (0, 0, 0, 0)
    assert points_of(town, person) == 0
    assert thanks(town, part) == []
    assert check_in(town, part, person, way=CheckInWay.HAND) == NotCheckedIn(NotAttending.CANCELLED)
    assert not differences(town)


def test_a_list_that_arrives_after_the_periods_end_still_counts_for_it(town: Town) -> None:
    last_day = datetime(2024, 12, 27, 14, tzinfo=TOKYO)
    (part,) = add_event(town, last_day)
    town.now = datetime(2025, 1, 10, 9, tzinfo=TOKYO)
    check_in(town, part, add_guest(town), way=CheckInWay.IMPORT)
    hold(town, part)
    months = town.database.read(lambda c: totals.sum_counters(c, date(2024, 12, 1), date(2024, 12, 31))).result()
    assert (months["participations"], months["participants_distinct"], months["events_held"]) == (1, 1, 1)
    assert months.get("points_confirmed") is None
    assert not differences(town)


def test_a_course_is_completed_when_every_part_that_was_held_was_attended(town: Town) -> None:
    parts = add_event(town, *[START + timedelta(days=7 * n) for n in range(6)])
    keen, busy = seated(town, parts[0]), seated(town, parts[0])
    event = town.database.read(lambda c: events.find_by_part(c, parts[0])).result().id
    for number, part in enumerate(parts):
        town.now = START + timedelta(days=7 * number)
        seat_at(town, part, keen)
        seat_at(town, part, busy)
        check_in(town, part, keen)
        if number < 4:
            check_in(town, part, busy)
        assert town.database.read(lambda c: attending.list_completed(c, event)).result() == []
        town.now += timedelta(hours=2)
        hold(town, part)
    assert town.database.read(lambda c: attending.list_completed(c, event)).result() == [keen]
    assert town.database.read(lambda c: attending.progress(c, event, busy)).result() == (4, 6)


# --- at the same moment ------------------------------------------------------------------------------------------


def test_however_many_ways_concur_one_person_counts_once(at_the_door: tuple[Town, int]) -> None:
    town, part = at_the_door
    person = seated(town, part, town.citizen())
    how = {"by": "staff", "at": town.now, "now": town.now}

    def enter(way: CheckInWay) -> Unit[CheckedIn | NotCheckedIn]:
        provisional = way is CheckInWay.WORD
        return lambda c: attending.check_in(c, town.programme, part, person, way=way, provisional=provisional, **how)

    futures = [town.database.write(enter(way)) for way in [*CheckInWay] * 4]
    came = [future.result() for future in futures]
    confirmed = AttendanceState.CONFIRMED
    entered = [one for one in came if isinstance(one, CheckedIn) and one.attendance.state is confirmed]
    assert len(entered) == 1
    assert city(town) == (1, 1, 0, 200)
    assert not differences(town)


def test_many_people_at_one_door_and_one_who_is_taken_back_meanwhile_all_add_up(at_the_door: tuple[Town, int]) -> None:
    town, part = at_the_door
    persons = [seated(town, part) for _ in range(12)]
    check_in(town, part, persons[0])
    how = {"by": "staff", "now": town.now}

    def enter(person: int) -> Unit[CheckedIn | NotCheckedIn]:
        return lambda c: attending.check_in(c, town.programme, part, person, way=CheckInWay.QR, at=town.now, **how)

    futures: list[Future[object]] = [town.database.write(enter(person)) for person in persons[1:]]
    futures.append(town.database.write(lambda c: attending.take_back(c, town.programme, part, persons[0], **how)))
    for future in futures:
        future.result()
    assert city(town) == (11, 11, 0, 2200)
    assert not differences(town)
