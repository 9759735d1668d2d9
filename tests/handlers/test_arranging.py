"""What staff do with an event, and that everyone concerned is told once, whatever follows upon what."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection

from handlers import arranging, attending, queueing
from handlers.arranging import NotArranged
from storage import events
from storage.clock import TOKYO
from storage.database import Database
from storage.facts import REMINDERS, CheckInWay, EventState, NoticeKind, PartState
from storage.notices import NoticeState
from tests.factories import a_programme
from tests.handlers.seats import DETAILS, NOW, STAFF, START, Hall, a_part, acts, knew, refused, times

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NIGHT = datetime(2022, 1, 20, 23, tzinfo=TOKYO)
LATER = START + 7 * DAY


@pytest.fixture
def hall(database: Database) -> Hall:
    return Hall(database)


def test_a_draft_is_published_once_and_closed_once_and_may_be_opened_again(hall: Hall) -> None:
    hall.hold(state=EventState.DRAFT)
    assert refused(lambda: hall.staff(arranging.close, hall.event_id)) is NotArranged.NOT_PUBLISHED
    hall.staff(arranging.publish, hall.event_id)
    assert (hall.event.state, hall.event.published_at) == (EventState.PUBLISHED, NOW)
    assert refused(lambda: hall.staff(arranging.publish, hall.event_id)) is NotArranged.NOT_A_DRAFT
    hall.now += HOUR
    hall.staff(arranging.close, hall.event_id)
    assert hall.event.state is EventState.CLOSED
    hall.staff(arranging.publish, hall.event_id)
    assert (hall.event.state, hall.event.published_at) == (EventState.PUBLISHED, NOW)
    subject = f"event:{hall.event_id}"
    words = ["event.publish", "event.close", "event.publish"]
    assert acts(hall) == [(word, subject, STAFF, False) for word in words]


def test_an_event_of_the_past_is_not_published(hall: Hall) -> None:
    hall.hold(state=EventState.DRAFT)
    hall.now = START + 2 * HOUR
    assert refused(lambda: hall.staff(arranging.publish, hall.event_id)) is NotArranged.IN_THE_PAST


def test_an_act_on_an_event_that_does_not_exist_is_refused(hall: Hall) -> None:
    for act in (arranging.publish, arranging.close, arranging.cancel_event, arranging.cancel_part):
        assert refused(lambda act=act: hall.staff(act, 99)) is NotArranged.NOT_FOUND


def test_a_refused_act_changes_nothing_and_leaves_no_audit_row(hall: Hall) -> None:
    before = hall.hold(a_part(2))
    hall.seated(2)
    refused(lambda: hall.staff(arranging.set_capacity, hall.part.id, 1))
    assert hall.event.sequence == before.sequence
    assert acts(hall) == []


def test_the_words_of_an_event_change_but_not_its_code(hall: Hall) -> None:
    event = hall.hold()
    changed = replace(DETAILS, code=event.code, title={"ja": "みどりの会"})
    hall.staff(arranging.change_details, event.id, changed)
    assert hall.event.title == {"ja": "みどりの会"}
    assert hall.event.sequence == event.sequence + 1
    other = replace(changed, code="other")
    assert refused(lambda: hall.staff(arranging.change_details, event.id, other)) is NotArranged.OTHER_CODE


def test_a_cancelled_event_is_told_once_to_each_party_and_nobody_keeps_a_seat(hall: Hall) -> None:
    event = hall.hold(a_part(2), a_part(2, days=7))
    host, other = hall.seated(2)
    waiting = hall.person()
    hall.register(waiting, part_ids=[event.parts[1].id])
    hall.bring(waiting)
    gone = hall.person()
    hall.register(gone)
    hall.cancel(gone)
    hall.staff(arranging.cancel_event, event.id)
    assert hall.told() == [("cancelled", host), ("cancelled", other), ("cancelled", waiting)]
    details = [{**one.detail, **knew(one.detail)} for one in hall.notices()]
    assert details == [{"whole": "yes", **times(start)} for start in (START, START, LATER)]
    assert {hall.state(person, event.parts[1]) for person in (host, other, waiting, gone)} == {"cancelled"}
    assert [(part.taken, part.state, part.schedule_version) for part in hall.event.parts] == [
        (0, PartState.CANCELLED, 2)
    ] * 2
    assert hall.event.state is EventState.CANCELLED


def test_a_cancellation_after_reminders_went_out_is_told_once(hall: Hall) -> None:
    hall.hold(a_part(1))
    (person,) = hall.seated(1)
    hall.now = START.replace(day=25, hour=18)
    hall.send_due()
    hall.staff(arranging.cancel_event, hall.event_id)
    assert hall.told(NoticeKind.CANCELLED, NoticeKind.HOUR_BEFORE) == [("cancelled", person)]
    refused(lambda: hall.staff(arranging.cancel_event, hall.event_id))
    assert hall.told(NoticeKind.CANCELLED) == [("cancelled", person)]


def test_a_cancellation_is_worth_telling_until_the_part_would_have_ended(hall: Hall) -> None:
    hall.hold(a_part(1))
    hall.seated(1)
    hall.now = START + HOUR
    hall.staff(arranging.cancel_event, hall.event_id)
    (told,) = hall.notices(NoticeKind.CANCELLED)
    assert (told.due_at, told.not_after) == (START + HOUR, START + 2 * HOUR)


def test_that_all_is_off_is_worth_telling_until_the_last_part_that_one_registered_for_would_have_ended(
    hall: Hall,
) -> None:
    event = hall.hold(a_part(2), a_part(2, days=7))
    both, first_only = hall.people(2)
    hall.register(both)
    hall.register(first_only, part_ids=[event.parts[0].id])
    hall.staff(arranging.cancel_event, event.id)
    told = {one.person: (one.part, one.not_after) for one in hall.notices(NoticeKind.CANCELLED)}
    first = event.parts[0].id
    assert told == {both: (first, LATER + 2 * HOUR), first_only: (first, START + 2 * HOUR)}


def test_what_was_not_told_of_a_later_part_is_told_with_the_whole_for_as_long(hall: Hall) -> None:
    event = hall.hold(a_part(2), a_part(2, days=7))
    (person,) = hall.people(1)
    hall.register(person)
    hall.staff(arranging.cancel_part, event.parts[1].id)
    hall.staff(arranging.cancel_event, event.id)
    (told,) = (one for one in hall.notices(NoticeKind.CANCELLED) if one.state is NoticeState.WAITING)
    assert (told.part, told.not_after) == (event.parts[0].id, LATER + 2 * HOUR)


def test_one_cancelled_part_of_a_course_leaves_the_others(hall: Hall) -> None:
    event = hall.hold(a_part(2), a_part(2, days=7))
    (person,) = hall.seated(1)
    hall.staff(arranging.cancel_part, event.parts[0].id)
    assert [hall.state(person, part) for part in event.parts] == ["cancelled", "seated"]
    assert hall.event.state is EventState.PUBLISHED
    assert "whole" not in hall.notices(NoticeKind.CANCELLED)[0].detail
    hall.staff(arranging.cancel_part, event.parts[1].id)
    assert hall.event.state is EventState.CANCELLED
    (told,) = hall.notices(NoticeKind.CANCELLED)  # what had not been told of the first part is told with the whole
    assert told.detail["whole"] == "yes"


@pytest.mark.parametrize("last", [arranging.cancel_part, arranging.cancel_event])
def test_who_hears_that_all_is_off_does_not_hear_of_one_part_afterwards(hall: Hall, last: Callable[..., None]) -> None:
    event = hall.hold(a_part(2), a_part(2, days=7))
    both, first_only = hall.people(2)
    hall.register(both)
    hall.register(first_only, part_ids=[event.parts[0].id])
    hall.staff(arranging.cancel_part, event.parts[0].id)
    hall.staff(last, event.id if last is arranging.cancel_event else event.parts[1].id)
    waiting = [one for one in hall.notices(NoticeKind.CANCELLED) if one.state is NoticeState.WAITING]
    assert {one.person: "whole" in one.detail for one in waiting} == {both: True, first_only: False}
    assert len(waiting) == 2


def test_a_course_cancelled_half_way_keeps_the_parts_that_were(hall: Hall) -> None:
    event = hall.hold(a_part(2), a_part(2, days=7))
    (person,) = hall.seated(1)
    hall.now = START + 3 * HOUR
    hall.staff(arranging.cancel_event, event.id)
    assert [hall.state(person, part) for part in event.parts] == ["seated", "cancelled"]
    assert hall.told(NoticeKind.CANCELLED) == [("cancelled", person)]


def test_more_seats_are_given_to_the_line_at_once(hall: Hall) -> None:
    hall.hold(a_part(1))
    came = hall.seated(4)
    hall.staff(arranging.set_capacity, hall.part.id, 3)
    assert hall.states(came) == ["seated", "seated", "seated", "waiting"]
    hall.staff(arranging.set_capacity, hall.part.id, None)
    assert hall.states(came) == ["seated"] * 4
    assert hall.told(NoticeKind.SEATED) == [("seated", person) for person in came[1:]]


def test_a_long_line_is_served_in_pieces_and_nobody_is_passed_meanwhile(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queueing, "SERVED_AT_ONCE", 2)
    hall.hold(a_part(1))
    line = hall.seated(6)
    hall.staff(arranging.set_capacity, hall.part.id, None)
    assert hall.states(line) == ["seated"] * 3 + ["waiting"] * 3
    line += hall.seated(1)  # a newcomer stands behind them, though there is a seat for everybody
    assert hall.state(line[-1]) == "waiting"
    assert [hall.do(queueing.serve_idle_lines, limit=2) for _ in range(3)] == [2, 2, 0]
    assert hall.states(line) == ["seated"] * 7
    assert hall.part.taken == 7
    assert [person for _, person in hall.told(NoticeKind.SEATED)] == line[1:]


def test_a_shrink_below_its_registrations_is_refused_unless_the_newest_are_bumped(hall: Hall) -> None:
    hall.hold(a_part(3))
    came = hall.seated(4)
    for capacity, reason in ((2, NotArranged.BELOW_TAKEN), (0, NotArranged.TOO_FEW), (-1, NotArranged.TOO_FEW)):
        attempt = lambda capacity=capacity: hall.staff(arranging.set_capacity, hall.part.id, capacity)  # noqa: E731
        assert refused(attempt) is reason
    hall.staff(arranging.set_capacity, hall.part.id, 1, bump=True)
    assert hall.states(came) == ["seated", "waiting", "waiting", "waiting"]
    assert hall.part.taken == 1
    assert sorted(hall.told(NoticeKind.BUMPED)) == sorted([("bumped", came[1]), ("bumped", came[2])])
    assert [person for _, person in hall.told(*REMINDERS)] == [came[0]] * 2
    hall.cancel(came[0])
    assert hall.states(came[1:]) == ["seated", "waiting", "waiting"]  # the earliest of the bumped is first in line
    hall.staff(arranging.set_capacity, hall.part.id, 2)
    assert hall.states(came[1:]) == ["seated", "seated", "waiting"]


def test_a_part_that_has_begun_bumps_nobody(hall: Hall) -> None:
    hall.hold(a_part(2))
    hall.seated(2)
    hall.now = START
    attempt = lambda: hall.staff(arranging.set_capacity, hall.part.id, 1, bump=True)  # noqa: E731
    assert refused(attempt) is NotArranged.BELOW_TAKEN


def test_who_never_learnt_of_a_seat_is_not_told_of_losing_it(hall: Hall) -> None:
    hall.hold(a_part(1))
    holder, first = hall.seated(2)
    hall.now = NIGHT
    hall.staff(arranging.set_capacity, hall.part.id, 2)
    hall.staff(arranging.set_capacity, hall.part.id, 1, bump=True)
    assert hall.states([holder, first]) == ["seated", "waiting"]
    assert hall.told(NoticeKind.SEATED, NoticeKind.BUMPED) == []


def test_who_never_learnt_of_losing_a_seat_is_not_told_of_having_it_again(hall: Hall) -> None:
    hall.hold(a_part(2))
    _, second = hall.seated(2)
    hall.now = NIGHT
    hall.staff(arranging.set_capacity, hall.part.id, 1, bump=True)
    assert hall.told(NoticeKind.BUMPED) == [("bumped", second)]
    hall.staff(arranging.set_capacity, hall.part.id, 2)
    assert hall.state(second) == "seated"
    assert hall.told(NoticeKind.SEATED, NoticeKind.BUMPED) == []
    assert [person for _, person in hall.told(*REMINDERS)].count(second) == 2


def test_an_offered_party_is_bumped_before_an_older_one(hall: Hall) -> None:
    hall.hold(a_part(2, days=0.5))
    first, leaver, third = hall.seated(3)
    hall.now = START - 30 * HOUR
    hall.cancel(leaver)
    hall.send_due()
    hall.staff(arranging.set_capacity, hall.part.id, 1, bump=True)
    assert hall.states([first, third]) == ["seated", "waiting"]
    assert hall.told(NoticeKind.BUMPED) == [("bumped", third)]


def test_a_party_larger_than_the_whole_part_holds_nobody_up(hall: Hall) -> None:
    hall.hold(a_part(3))
    host = hall.seated(1)[0]
    for name in "ab":
        hall.bring(host, name)
    behind = hall.seated(1)[0]
    hall.staff(arranging.set_capacity, hall.part.id, 2, bump=True)
    assert hall.states([host, behind]) == ["waiting", "seated"]


def test_every_act_raises_the_sequence_that_calendars_read(hall: Hall) -> None:
    before = hall.hold(a_part(1)).sequence
    hall.move(LATER)
    moved = hall.event.sequence
    hall.staff(arranging.cancel_event, hall.event_id)
    assert before < moved < hall.event.sequence


def test_two_members_of_staff_at_once_do_not_mix_their_acts(hall: Hall) -> None:
    hall.hold(a_part(5))
    hall.seated(5)
    part_id = hall.part.id

    def shrink(connection: Connection) -> None:
        arranging.set_capacity(connection, part_id, 3, by=STAFF, now=NOW, bump=True)

    def move(connection: Connection) -> None:
        arranging.move(connection, part_id, LATER, None, by=STAFF, now=NOW)

    for future in [hall.database.write(unit) for unit in (shrink, move)]:
        future.result()
    part = hall.ask(events.find, hall.event_id).parts[0]
    assert (part.capacity, part.taken, part.starts_at, part.schedule_version) == (3, 3, LATER, 2)
    assert len(hall.told(NoticeKind.MOVED)) == 5


def test_a_part_at_which_somebody_was_seen_is_not_cancelled_under_their_feet(hall: Hall) -> None:
    hall.hold(a_part(5), a_part(5, days=7))
    (person,) = hall.seated(1)
    hall.now = START
    seen = {"way": CheckInWay.HAND, "by": STAFF, "at": START}
    hall.do(attending.check_in, a_programme(), hall.part.id, person, **seen)
    assert refused(lambda: hall.staff(arranging.cancel_part, hall.part.id)) is NotArranged.ATTENDED
    assert refused(lambda: hall.staff(arranging.cancel_event, hall.event_id)) is NotArranged.ATTENDED
    hall.staff(arranging.cancel_part, hall.event.parts[1].id)
    assert [part.state for part in hall.event.parts] == [PartState.PLANNED, PartState.CANCELLED]
    assert hall.do(attending.take_back, a_programme(), hall.part.id, person, by=STAFF)
    hall.staff(arranging.cancel_event, hall.event_id)
    assert hall.event.state is EventState.CANCELLED
