"""Moves: told once with the time people know, reminders follow, and what was untold is told after it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from handlers import arranging
from handlers.arranging import NotArranged
from handlers.seating import CompanionAdded
from storage import registrations
from storage.clock import TOKYO
from storage.database import Database
from storage.facts import REMINDERS, EventState, NoticeKind
from storage.outbox import OUTBOX, OutboxState
from tests.handlers.seats import NOW, STAFF, START, Hall, a_part, acts, knew, refused, times

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NIGHT = datetime(2022, 1, 20, 23, tzinfo=TOKYO)
MORNING = datetime(2022, 1, 21, 8, tzinfo=TOKYO)
LATER = START + 7 * DAY


@pytest.fixture
def hall(database: Database) -> Hall:
    return Hall(database)


def test_a_move_is_told_once_to_all_who_registered_and_reminders_follow(hall: Hall) -> None:
    hall.hold(a_part(1))
    seated, waiting = hall.seated(2)
    hall.move(LATER)
    moved = hall.notices(NoticeKind.MOVED)
    assert [(one.person, knew(one.detail), one.due_at) for one in moved] == [
        (seated, times(START), NOW),
        (waiting, times(START), NOW),
    ]
    assert [(one.person, one.due_at) for one in hall.notices(*REMINDERS)] == [
        (seated, LATER.replace(day=1, hour=18)),
        (seated, LATER - HOUR),
    ]
    assert {one.version for one in hall.notices()} == {2} == {hall.part.schedule_version}
    assert acts(hall) == [("part.move", f"part:{hall.part.id}", STAFF, False)]


def test_a_second_move_before_the_first_was_told_is_told_with_the_time_people_know(hall: Hall) -> None:
    hall.hold(a_part(2))
    hall.now = NIGHT
    (early,) = hall.seated(1)
    hall.move(LATER)
    (late,) = hall.seated(1)
    hall.move(LATER + DAY)
    moved = hall.notices(NoticeKind.MOVED)
    assert [(one.person, knew(one.detail), one.due_at) for one in moved] == [
        (early, times(START), MORNING),
        (late, times(LATER), MORNING),
    ]


def test_a_second_move_after_the_first_was_told_is_told_too(hall: Hall) -> None:
    hall.hold(a_part(1))
    (person,) = hall.seated(1)
    hall.move(LATER)
    hall.send_due()
    hall.move(LATER + DAY)
    assert [knew(one.detail) for one in hall.notices(NoticeKind.MOVED)] == [times(START), times(LATER)]
    assert hall.told(NoticeKind.MOVED) == [("moved", person)] * 2


def test_a_move_back_that_nobody_learnt_of_is_not_told(hall: Hall) -> None:
    hall.hold(a_part(1))
    hall.now = NIGHT
    (person,) = hall.seated(1)
    hall.move(LATER)
    hall.move(START)
    assert hall.told(NoticeKind.MOVED) == []
    assert hall.told(*REMINDERS) == [("day_before", person), ("hour_before", person)]
    assert {one.version for one in hall.notices()} == {3}


def test_a_move_after_reminders_went_out_gives_one_more_reminder_at_the_new_time(hall: Hall) -> None:
    hall.hold(a_part(1))
    hall.seated(1)
    hall.now = START.replace(day=25, hour=18)
    hall.send_due()
    hall.move(LATER)
    waiting = [one for one in hall.notices(*REMINDERS) if one.version == 2]
    assert [one.due_at for one in waiting] == [LATER.replace(day=1, hour=18), LATER - HOUR]


def test_a_change_within_twelve_hours_is_told_at_once_at_night_and_reported(hall: Hall) -> None:
    hall.hold(a_part(1, days=-5 / 24))  # at 9:00
    hall.seated(1)
    hall.now = START.replace(day=25, hour=23)
    hall.move(LATER)
    assert [one.due_at for one in hall.notices(NoticeKind.MOVED)] == [hall.now]
    hall.move(START.replace(hour=10))  # nearer again
    hall.staff(arranging.cancel_event, hall.event_id)
    assert [one.due_at for one in hall.notices(NoticeKind.CANCELLED)] == [hall.now]
    assert [row[3] for row in acts(hall)] == [True, True, True]


def test_a_distant_change_at_night_waits_for_the_morning(hall: Hall) -> None:
    hall.hold(a_part(1))
    hall.seated(1)
    hall.now = NIGHT
    hall.staff(arranging.cancel_event, hall.event_id)
    assert [one.due_at for one in hall.notices(NoticeKind.CANCELLED)] == [MORNING]


def test_setting_an_open_date_is_told_and_brings_reminders(hall: Hall) -> None:
    hall.hold(a_part(1, open_date=True))
    (person,) = hall.seated(1)
    hall.move(START)
    assert [knew(one.detail) for one in hall.notices(NoticeKind.MOVED)] == [times(None)]
    assert hall.told(*REMINDERS) == [("day_before", person), ("hour_before", person)]
    hall.send_due()
    hall.move(None)
    assert hall.told(*REMINDERS) == []
    assert [knew(one.detail) for one in hall.notices(NoticeKind.MOVED)] == [times(None), times(START)]


@pytest.mark.parametrize(
    ("start", "end", "reason"),
    [
        (NOW, NOW + HOUR, NotArranged.IN_THE_PAST),
        (LATER, LATER, NotArranged.ENDS_FIRST),
        (None, LATER, NotArranged.ENDS_FIRST),
        (LATER.replace(tzinfo=None), None, NotArranged.NO_ZONE),
        (LATER, (LATER + HOUR).replace(tzinfo=None), NotArranged.NO_ZONE),
        (START, START + 2 * HOUR, NotArranged.SAME_TIME),
    ],
)
def test_a_time_that_makes_no_sense_is_refused(
    hall: Hall, start: datetime | None, end: datetime | None, reason: NotArranged
) -> None:
    hall.hold()
    assert refused(lambda: hall.staff(arranging.move, hall.part.id, start, end)) is reason
    assert hall.part.schedule_version == 1


def test_what_is_over_or_cancelled_is_not_moved_cancelled_or_resized(hall: Hall) -> None:
    hall.hold()
    hall.staff(arranging.cancel_event, hall.event_id)
    part_id = hall.part.id
    attempts: list[Callable[[], Any]] = [
        lambda: hall.move(LATER),
        lambda: hall.staff(arranging.cancel_part, part_id),
        lambda: hall.staff(arranging.cancel_event, hall.event_id),
        lambda: hall.staff(arranging.set_capacity, part_id, 9),
    ]
    assert [refused(attempt) for attempt in attempts] == [NotArranged.NOT_GOING] * 4
    hall.hold()
    hall.now, part_id = START + 2 * HOUR, hall.part.id
    assert refused(lambda: hall.move(LATER)) is NotArranged.NOT_GOING


def test_what_was_untold_before_a_move_is_told_under_the_new_schedule(hall: Hall) -> None:
    hall.hold(a_part(1))
    holder, first = hall.seated(2)
    hall.now = NIGHT
    hall.cancel(holder)
    hall.move(LATER)
    told = [
        (one.kind, one.person, one.version, one.due_at) for one in hall.notices(NoticeKind.SEATED, NoticeKind.MOVED)
    ]
    assert sorted(told) == [(NoticeKind.MOVED, first, 2, MORNING), (NoticeKind.SEATED, first, 2, MORNING)]


def test_what_was_sealed_and_not_sent_before_a_move_is_told_after_it(hall: Hall) -> None:
    hall.hold(a_part(1))
    holder, first = hall.seated(2)
    hall.cancel(holder)
    hall.move(LATER)
    hall.send_due(OutboxState.WAITING)  # the platform takes nothing for a while
    hall.move(LATER + DAY)
    open_calls = hall.ask(lambda c: [row.state for row in c.execute(OUTBOX.select())])
    assert open_calls == ["skipped", "skipped"]
    told = hall.notices(NoticeKind.SEATED, NoticeKind.MOVED)
    assert sorted((one.kind, one.person, one.version) for one in told) == [("moved", first, 3), ("seated", first, 3)]
    assert [knew(one.detail) for one in told if one.kind is NoticeKind.MOVED] == [times(START)]


def test_the_news_of_a_first_publication_is_posted_once_and_outlives_a_move(hall: Hall) -> None:
    hall.hold(state=EventState.DRAFT)
    hall.now = NIGHT
    hall.staff(arranging.publish, hall.event_id)
    hall.staff(arranging.close, hall.event_id)
    hall.staff(arranging.publish, hall.event_id)
    hall.move(LATER)
    assert [(one.kind, one.due_at) for one in hall.notices()] == [(NoticeKind.POST, MORNING)]


def test_a_move_to_the_next_morning_tells_at_once_what_would_have_waited(hall: Hall) -> None:
    hall.hold(a_part(1))
    holder, _ = hall.seated(2)
    hall.now = NIGHT
    hall.cancel(holder)
    hall.move(NIGHT + 9 * HOUR)
    assert {one.due_at for one in hall.notices(NoticeKind.SEATED, NoticeKind.MOVED)} == {NIGHT}


def test_an_offer_ends_with_the_beginning_of_a_part_that_is_moved_nearer(hall: Hall) -> None:
    hall.hold(a_part(1))
    holder, first = hall.seated(2)
    hall.now = START - 30 * HOUR
    hall.cancel(holder)
    nearer = hall.now + 3 * HOUR
    hall.move(nearer)
    assert hall.registration(first).offered_until == nearer
    (offer,) = hall.notices(NoticeKind.OFFERED)
    assert offer.not_after == nearer


def test_a_move_further_away_serves_the_line_that_stood(hall: Hall) -> None:
    hall.hold(a_part(1))
    holder, first = hall.seated(2)
    hall.now = START - 11 * HOUR
    hall.cancel(holder)
    hall.move(LATER)
    assert hall.state(first) == "seated"
    assert hall.told(NoticeKind.MOVED, NoticeKind.SEATED) == [("moved", first), ("seated", first)]


def test_a_move_keeps_the_names_of_companions_until_after_it(hall: Hall) -> None:
    hall.hold(a_part(2))
    (host,) = hall.seated(1)
    added = hall.bring(host)
    assert isinstance(added, CompanionAdded)
    hall.move(START + 200 * DAY)
    guest = hall.ask(registrations.list_guests, [added.person_id])[added.person_id]
    assert guest.forget_at == START + 290 * DAY + 2 * HOUR


def test_a_cancellation_after_an_untold_move_names_the_time_people_know(hall: Hall) -> None:
    hall.hold(a_part(1))
    hall.now = NIGHT
    (person,) = hall.seated(1)
    hall.move(LATER)
    hall.staff(arranging.cancel_event, hall.event_id)
    (told,) = hall.notices()
    assert (told.kind, told.person, knew(told.detail)) == (NoticeKind.CANCELLED, person, times(START))


def test_a_bumped_party_moves_together_and_is_told_once(hall: Hall) -> None:
    hall.hold(a_part(3))
    first, host = hall.seated(2)
    added = hall.bring(host)
    assert isinstance(added, CompanionAdded)
    hall.staff(arranging.set_capacity, hall.part.id, 2, bump=True)
    assert hall.states([first, host, added.person_id]) == ["seated", "waiting", "waiting"]
    assert hall.told(NoticeKind.BUMPED) == [("bumped", host)]
    hall.send_due()
    hall.staff(arranging.set_capacity, hall.part.id, 3)
    assert hall.states([host, added.person_id]) == ["seated", "seated"]
    assert hall.told(NoticeKind.SEATED) == [("seated", host)]


def test_a_bump_leaves_an_untold_move_to_be_told(hall: Hall) -> None:
    hall.hold(a_part(2))
    _, second = hall.seated(2)
    hall.now = NIGHT
    hall.move(LATER)
    hall.staff(arranging.set_capacity, hall.part.id, 1, bump=True)
    told = [kind for kind, person in hall.told(NoticeKind.MOVED, NoticeKind.BUMPED) if person == second]
    assert sorted(told) == ["bumped", "moved"]
