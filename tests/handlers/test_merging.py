"""Two persons become one and two again: nothing counts twice, no entry is rewritten, and every sum agrees after."""

from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from handlers import merging, seating
from handlers.merging import Merged, NotMerged
from storage import accounts, attendances, inquiries, ledger, people, registrations, weeks
from storage.events import PARTS
from storage.facts import AttendanceState, ChannelName, CheckInWay, NoticeKind, RegistrationState
from storage.ledger import LEDGER
from storage.notices import NOTICES
from tests.handlers.occasions import START, add_event, check_in, city, differences, event_of, participants, person_of
from tests.town import Citizen, Town

TODAY = "2022-01-20"


def two(town: Town) -> tuple[Citizen, Citizen]:
    """Bring two phones; the first joined a minute before the other."""
    first = town.citizen()
    town.pass_minutes(1)
    return first, town.citizen()


def merge(town: Town, one: Citizen, other: Citizen) -> Merged:
    both = (person_of(town, one), person_of(town, other))
    done = town.database.write(lambda c: merging.merge(c, town.programme, *both, town.now)).result()
    assert isinstance(done, Merged)
    assert not differences(town)
    return done


def unmerge(town: Town, merge_id: int) -> Any:
    done = town.database.write(lambda c: merging.unmerge(c, town.programme, merge_id, town.now)).result()
    assert not differences(town)
    return done


def entries(town: Town) -> list[Any]:
    return town.database.read(lambda c: c.execute(select(LEDGER).order_by(LEDGER.c.id)).all()).result()


def points(town: Town, citizen: Citizen) -> int:
    number = person_of(town, citizen)
    tallies = town.database.read(lambda c: ledger.list_tallies(c, number)).result()
    return sum(one.confirmed + one.self_reported for one in tallies)


def test_who_joined_first_stays_and_both_phones_show_one_record(town: Town) -> None:
    one, other = two(town)
    one.press(f"r:my_bottle:{TODAY}:1")
    other.press(f"r:my_bag:{TODAY}:1")
    first, second = person_of(town, one), person_of(town, other)
    done = merge(town, other, one)
    assert (done.kept_id, done.joined_id) == (first, second)
    assert person_of(town, other) == first
    for phone in (one, other):
        phone.press("points")
        assert "きょう 10・今週 10・合計 10" in phone.words()


def test_a_merge_rewrites_no_entry(town: Town) -> None:
    one, other = two(town)
    one.press(f"r:my_bottle:{TODAY}:1")
    other.press(f"r:my_bottle:{TODAY}:1")
    before = entries(town)
    done = merge(town, one, other)
    assert entries(town)[: len(before)] == before
    (offset,) = entries(town)[len(before) :]
    assert (offset.kind, offset.points, offset.detail) == ("withdrawal", -5, f"merge:{done.merge_id}")


def test_a_double_of_one_day_counts_once_and_comes_back_with_unmerge(town: Town) -> None:
    one, other = two(town)
    one.press(f"r:my_bottle:{TODAY}:1")
    other.press(f"r:my_bottle:{TODAY}:1")
    done = merge(town, one, other)
    assert points(town, one) == 5
    unmerge(town, done.merge_id)
    assert (points(town, one), points(town, other)) == (5, 5)
    other.press(f"r:my_bottle:{TODAY}:1")
    assert points(town, other) == 5


def test_what_stands_under_a_cap_of_several_is_kept(town: Town) -> None:
    one, other = two(town)
    one.press(f"r:repair:{TODAY}:1")
    other.press(f"r:repair:{TODAY}:1")
    done = merge(town, one, other)
    assert points(town, one) == 40
    unmerge(town, done.merge_id)
    assert (points(town, one), points(town, other)) == (20, 20)


def test_several_under_one_cap_are_kept_whoever_made_them(town: Town) -> None:
    one, other = two(town)
    one.press(f"r:repair:{TODAY}:1")
    for n in (1, 2):
        other.press(f"r:repair:{TODAY}:{n}")
    done = merge(town, one, other)
    assert points(town, one) == 60
    unmerge(town, done.merge_id)
    assert (points(town, one), points(town, other)) == (20, 40)


def test_what_got_another_place_counts_for_whom_it_came_with_over_two_merges(town: Town) -> None:
    one, other = two(town)
    town.pass_minutes(1)
    third = town.citizen()
    for phone in (one, other, third):
        phone.press(f"r:bicycle_walk:{TODAY}:1")
    first = merge(town, one, other)
    unmerge(town, first.merge_id)
    merge(town, other, third)
    done = merge(town, one, other)
    assert points(town, one) == 30
    unmerge(town, done.merge_id)
    assert (points(town, one), points(town, other)) == (15, 30)


def test_a_shared_cap_holds_for_the_one_person(town: Town) -> None:
    one, other = two(town)
    for n in (1, 2):
        one.press(f"r:bicycle_walk:{TODAY}:{n}")
        other.press(f"r:public_transport:{TODAY}:{n}")
    merge(town, one, other)
    assert points(town, one) == 30


def test_caps_after_a_merge_are_those_of_one_person(town: Town) -> None:
    one, other = two(town)
    one.press(f"r:my_bottle:{TODAY}:1")
    merge(town, one, other)
    other.press(f"r:my_bottle:{TODAY}:1")
    assert points(town, one) == 5


def test_a_report_made_before_can_be_taken_back_after_from_either_phone(town: Town) -> None:
    one, other = two(town)
    other.press(f"r:my_bottle:{TODAY}:1")
    entry = entries(town)[-1]
    done = merge(town, one, other)
    one.press(f"w:{entry.id}")
    assert "取り消しました" in one.words()
    assert points(town, one) == 0
    unmerge(town, done.merge_id)
    assert (points(town, one), points(town, other)) == (0, 0)


def test_unmerge_gives_later_entries_to_the_account_they_came_through(town: Town) -> None:
    one, other = two(town)
    done = merge(town, one, other)
    other.press(f"r:repair:{TODAY}:1")
    taken = entries(town)[-1].id
    one.press(f"r:my_bottle:{TODAY}:1")
    other.press(f"r:my_bag:{TODAY}:1")
    one.press(f"w:{taken}")
    unmerge(town, done.merge_id)
    assert (points(town, one), points(town, other)) == (5, 5)
    assert person_of(town, other) == done.joined_id


def test_a_closed_week_follows_the_person_and_its_points_go_back(town: Town) -> None:
    one, other = two(town)
    one.press(f"r:my_bottle:{TODAY}:1")
    other.press(f"r:my_bag:{TODAY}:1")
    town.pass_days(7)
    monday = date(2022, 1, 17)
    done = merge(town, one, other)
    assert town.database.read(lambda c: weeks.find(c, done.kept_id, monday)).result().points == 10
    unmerge(town, done.merge_id)
    assert town.database.read(lambda c: weeks.find(c, done.kept_id, monday)).result().points == 5


def test_persons_merged_one_after_another_part_the_newest_first(town: Town) -> None:
    one, other = two(town)
    town.pass_minutes(1)
    third = town.citizen()
    for phone in (one, other, third):
        phone.press(f"r:my_bottle:{TODAY}:1")
    older = merge(town, other, third)
    newer = merge(town, one, other)
    assert points(town, third) == 5
    assert unmerge(town, older.merge_id) is NotMerged.NOT_NEWEST
    unmerge(town, newer.merge_id)
    assert person_of(town, third) == person_of(town, other) != person_of(town, one)
    unmerge(town, older.merge_id)
    assert [points(town, phone) for phone in (one, other, third)] == [5, 5, 5]
    assert unmerge(town, older.merge_id) is NotMerged.DONE


def add_small(town: Town, capacity: int) -> int:
    (part_id,) = add_event(town, START + timedelta(days=9))
    change = PARTS.update().where(PARTS.c.id == part_id).values(capacity=capacity)
    town.database.write(lambda c: c.execute(change)).result()
    return part_id


def seat_of(town: Town, part_id: int, person_id: int) -> RegistrationState | None:
    found = town.database.read(lambda c: registrations.find(c, part_id, person_id)).result()
    return found.state if found else None


def waiting_notices(town: Town, part_id: int) -> list[tuple[int, str]]:
    ours = (NOTICES.c.part_id == part_id, NOTICES.c.state == "waiting")
    return town.database.read(
        lambda c: [(row.person_id, row.kind) for row in c.execute(select(NOTICES).where(*ours))]
    ).result()


def test_a_doubled_seat_is_released_and_the_next_in_line_is_served(town: Town) -> None:
    one, other = two(town)
    third = town.citizen()
    part_id = add_small(town, 2)
    event_id = event_of(town, part_id)
    for phone in (one, other, third):
        phone.press(f"reg:{event_id}")
    assert seat_of(town, part_id, person_of(town, third)) is RegistrationState.WAITING
    done = merge(town, one, other)
    assert seat_of(town, part_id, done.kept_id) is RegistrationState.SEATED
    assert seat_of(town, part_id, person_of(town, third)) is RegistrationState.SEATED
    reminded = [who for who, kind in waiting_notices(town, part_id) if kind in ("day_before", "hour_before")]
    assert set(reminded) == {done.kept_id, person_of(town, third)}
    unmerge(town, done.merge_id)
    assert seat_of(town, part_id, done.kept_id) is RegistrationState.SEATED
    assert seat_of(town, part_id, done.joined_id) is RegistrationState.CANCELLED


def test_the_surer_seat_stays_whoever_had_it(town: Town) -> None:
    one, other = two(town)
    part_id = add_small(town, 1)
    event_id = event_of(town, part_id)
    other.press(f"reg:{event_id}")
    one.press(f"reg:{event_id}")
    done = merge(town, one, other)
    assert seat_of(town, part_id, done.kept_id) is RegistrationState.SEATED
    assert NoticeKind.DAY_BEFORE in {kind for who, kind in waiting_notices(town, part_id) if who == done.kept_id}
    unmerge(town, done.merge_id)
    assert seat_of(town, part_id, done.joined_id) is RegistrationState.SEATED
    assert seat_of(town, part_id, done.kept_id) is RegistrationState.CANCELLED
    assert {who for who, _ in waiting_notices(town, part_id)} == {done.joined_id}


def test_one_person_seen_twice_at_a_part_is_one_participation(town: Town) -> None:
    one, other = two(town)
    (part_id,) = add_event(town)
    for phone in (one, other):
        phone.press(f"reg:{event_of(town, part_id)}")
    town.now = START
    for phone in (one, other):
        check_in(town, part_id, person_of(town, phone), way=CheckInWay.HAND)
    assert city(town)[:2] == (2, 2)
    done = merge(town, one, other)
    assert (city(town)[:2], participants(town)) == ((1, 1), {done.kept_id: 1})
    unmerge(town, done.merge_id)
    assert city(town)[:2] == (2, 2)
    assert participants(town) == {done.kept_id: 1, done.joined_id: 1}


def test_two_parts_of_one_person_are_two_participations_of_one(town: Town) -> None:
    one, other = two(town)
    parts = add_event(town, START, START + timedelta(hours=3))
    town.now = START
    for phone, part_id in zip((one, other), parts, strict=True):
        check_in(town, part_id, person_of(town, phone), way=CheckInWay.IMPORT)
    done = merge(town, one, other)
    assert city(town)[:2] == (2, 1)
    found = town.database.read(lambda c: attendances.find(c, parts[1], done.kept_id)).result()
    assert found is not None
    assert found.state is AttendanceState.CONFIRMED
    unmerge(town, done.merge_id)
    assert city(town)[:2] == (2, 2)


def test_a_code_shown_before_a_merge_still_lets_its_holder_in(town: Town) -> None:
    one, other = two(town)
    (part_id,) = add_event(town)
    other.press(f"reg:{event_of(town, part_id)}")
    shown = person_of(town, other)
    done = merge(town, one, other)
    town.now = START
    check_in(town, part_id, shown)
    assert participants(town) == {done.kept_id: 1}


def test_whom_both_bring_is_brought_by_the_one_person(town: Town) -> None:
    one, other = two(town)
    (part_id,) = add_event(town, START + timedelta(days=9), companions=2)
    event_id = event_of(town, part_id)
    for phone, name in ((one, "花子"), (other, "太郎")):
        phone.press(f"reg:{event_id}")
        host = person_of(town, phone)
        add = partial(seating.add_companion, event_id=event_id, host_id=host, name=name, is_child=False)
        town.database.write(partial(add, account_id=None, now=town.now)).result()
    done = merge(town, one, other)
    brought = town.database.read(lambda c: registrations.list_companions(c, done.kept_id)).result()
    assert {guest.name for guest in brought} == {"花子", "太郎"}
    unmerge(town, done.merge_id)
    brought = town.database.read(lambda c: registrations.list_companions(c, done.joined_id)).result()
    assert [guest.name for guest in brought] == ["太郎"]


def test_who_is_merged_is_found_by_no_name_and_counted_by_no_board(town: Town) -> None:
    one, other = two(town)
    done = merge(town, one, other)
    assert town.database.read(lambda c: people.find(c, done.joined_id)).result() is None
    assert town.database.read(lambda c: people.find_root(c, done.joined_id)).result() == done.kept_id


def test_leaving_erases_the_merged_person_too_and_the_totals_hold(town: Town) -> None:
    one, other = two(town)
    one.press(f"r:my_bottle:{TODAY}:1")
    other.press(f"r:my_bag:{TODAY}:1")
    done = merge(town, one, other)
    before = city(town)
    one.press("leave")
    one.press(next(choice.data for choice in one.buttons() if choice.data.startswith("leaving:")))
    assert city(town) == before
    assert not differences(town)
    for number in (done.kept_id, done.joined_id):
        row = town.database.read(
            lambda c, n=number: c.execute(select(people.PEOPLE).where(people.PEOPLE.c.id == n)).first()
        ).result()
        assert row is None
    assert {row.person_id for row in entries(town)}.isdisjoint({done.kept_id, done.joined_id})
    assert town.database.read(lambda c: accounts.find(c, ChannelName.LINE, "bot", other.key)).result() is None


def test_nobody_is_merged_with_themselves_or_with_who_left(town: Town) -> None:
    one, other = two(town)
    first = person_of(town, one)

    def tried(number: int) -> Any:
        return town.database.write(lambda c: merging.merge(c, town.programme, first, number, town.now)).result()

    assert tried(first) is NotMerged.SAME
    assert tried(1) is NotMerged.NOBODY
    done = merge(town, one, other)
    assert tried(done.joined_id) is NotMerged.NOBODY


@pytest.mark.parametrize("reported", [(), ("my_bottle",), ("my_bottle", "repair")])
def test_what_a_merge_would_offset_is_said_before(town: Town, reported: tuple[str, ...]) -> None:
    one, other = two(town)
    for phone in (one, other):
        for code in reported:
            phone.press(f"r:{code}:{TODAY}:1")
    both = (person_of(town, one), person_of(town, other))
    found = town.database.read(lambda c: merging.foresee(c, town.programme, *both)).result()
    assert isinstance(found, merging.Forecast)
    assert [one.action for one in found.doubles] == [code for code in reported if code == "my_bottle"]


def test_what_somebody_asked_staff_goes_with_them_and_comes_back(town: Town) -> None:
    one, other = two(town)
    other.press("ask")
    other.text("生ごみの出し方を教えてください")
    kept, joined = person_of(town, one), person_of(town, other)
    done = merge(town, one, other)
    assert len(town.database.read(lambda c: inquiries.list_of_person(c, kept)).result()) == 1
    unmerge(town, done.merge_id)
    assert len(town.database.read(lambda c: inquiries.list_of_person(c, joined)).result()) == 1
