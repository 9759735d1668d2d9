"""What staff do with an event, and that everyone concerned is told once, whatever follows upon what."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from handlers import arranging
from handlers.arranging import ArrangementRefusedError, NotArranged
from handlers.seating import CompanionAdded
from storage import audit, events, registrations
from storage.clock import TOKYO
from storage.database import Database
from storage.facts import REMINDERS, EventState, NoticeKind, PartState
from storage.outbox import OUTBOX, OutboxState
from tests.handlers.seats import DETAILS, NOW, STAFF, START, Hall, a_part

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NIGHT = datetime(2022, 1, 20, 23, tzinfo=TOKYO)
MORNING = datetime(2022, 1, 21, 8, tzinfo=TOKYO)
LATER = START + 7 * DAY


@pytest.fixture
def hall(database: Database) -> Hall:
    return Hall(database)


def times(start: datetime | None) -> dict[str, str]:
    """What a person knew, as a notice carries it."""
    moments = (start, start + 2 * HOUR) if start else (None, None)
    written = ["" if at is None else at.astimezone(NOW.tzinfo).isoformat() for at in moments]
    return dict(zip(("was_starts_at", "was_ends_at"), written, strict=True))


def knew(detail: dict[str, str]) -> dict[str, str]:
    """Read a notice's times in Tokyo, for comparing."""
    moments = {name: at for name, at in detail.items() if name.startswith("was")}
    return {n: datetime.fromisoformat(at).astimezone(NOW.tzinfo).isoformat() if at else "" for n, at in moments.items()}


def refused(act: Callable[[], Any]) -> NotArranged:
    with pytest.raises(ArrangementRefusedError) as caught:
        act()
    assert str(caught.value) == caught.value.reason.value
    return caught.value.reason


def acts(hall: Hall) -> list[tuple[str, str, str, bool]]:
    rows = hall.ask(audit.list_newest, 20)
    return [(row.act, row.subject, row.actor, row.to_report) for row in reversed(rows)]


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


def test_a_cancellation_after_an_untold_move_names_the_time_people_know(hall: Hall) -> None:
    hall.hold(a_part(1))
    hall.now = NIGHT
    (person,) = hall.seated(1)
    hall.move(LATER)
    hall.staff(arranging.cancel_event, hall.event_id)
    (told,) = hall.notices()
    assert (told.kind, told.person, knew(told.detail)) == (NoticeKind.CANCELLED, person, times(START))


def test_a_cancellation_is_worth_telling_until_the_part_would_have_ended(hall: Hall) -> None:
    hall.hold(a_part(1))
    hall.seated(1)
    hall.now = START + HOUR
    hall.staff(arranging.cancel_event, hall.event_id)
    (told,) = hall.notices(NoticeKind.CANCELLED)
    assert (told.due_at, told.not_after) == (START + HOUR, START + 2 * HOUR)


def test_one_cancelled_part_of_a_course_leaves_the_others(hall: Hall) -> None:
    event = hall.hold(a_part(2), a_part(2, days=7))
    (person,) = hall.seated(1)
    hall.staff(arranging.cancel_part, event.parts[0].id)
    assert [hall.state(person, part) for part in event.parts] == ["cancelled", "seated"]
    assert hall.event.state is EventState.PUBLISHED
    assert "whole" not in hall.notices(NoticeKind.CANCELLED)[0].detail
    hall.staff(arranging.cancel_part, event.parts[1].id)
    assert hall.event.state is EventState.CANCELLED
    assert hall.notices(NoticeKind.CANCELLED)[1].detail["whole"] == "yes"


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


def test_a_bump_leaves_an_untold_move_to_be_told(hall: Hall) -> None:
    hall.hold(a_part(2))
    _, second = hall.seated(2)
    hall.now = NIGHT
    hall.move(LATER)
    hall.staff(arranging.set_capacity, hall.part.id, 1, bump=True)
    told = [kind for kind, person in hall.told(NoticeKind.MOVED, NoticeKind.BUMPED) if person == second]
    assert sorted(told) == ["bumped", "moved"]


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
