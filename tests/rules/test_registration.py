"""Who may register, what a line is given at which hour, how long an offer stands, and whom a shrinking part bumps."""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.rules.calendar import TOKYO
from handlers.rules.notices import is_quiet
from handlers.rules.registration import (
    Asked,
    NoSeat,
    Serving,
    choose_bumped,
    choose_parts,
    decide_serving,
    forget_guests_at,
    is_over,
    offer_until,
)
from storage.facts import AudienceKind, EventFacts, EventKind, EventMode, EventState, PartFacts, PartState

NOW = datetime(2022, 1, 20, 12, tzinfo=TOKYO)
START = datetime(2022, 1, 26, 14, tzinfo=TOKYO)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def a_part(number: int = 1, **changes: Any) -> PartFacts:
    start = START + (number - 1) * DAY
    part = PartFacts(
        id=number,
        event_id=1,
        number=number,
        title={},
        starts_at=start,
        ends_at=start + 2 * HOUR,
        capacity=10,
        taken=0,
        state=PartState.PLANNED,
        schedule_version=1,
    )
    return replace(part, **changes)


def an_event(*parts: PartFacts, **changes: Any) -> EventFacts:
    event = EventFacts(
        id=1,
        code="seminar",
        kind=EventKind.SEMINAR,
        audiences=(AudienceKind.PUBLIC,),
        title={"ja": "セミナー"},
        description={"ja": "はなし"},
        mode=EventMode.ONLINE,
        source="made up",
        state=EventState.PUBLISHED,
        sequence=0,
        published_at=NOW,
        changed_at=NOW,
        parts=parts or (a_part(),),
    )
    return replace(event, **changes)


def choose(
    event: EventFacts,
    now: datetime = NOW,
    *,
    parts: Collection[int] | None = None,
    as_company: bool = False,
    by_staff: bool = False,
    already: Collection[int] = (),
) -> list[int] | NoSeat:
    asked = Asked(part_ids=parts, as_company=as_company, by_staff=by_staff, already=already)
    chosen = choose_parts(event, asked, now)
    return chosen if isinstance(chosen, NoSeat) else [part.id for part in chosen]


REFUSED = [
    ("a draft", an_event(state=EventState.DRAFT), NOW, NoSeat.NOT_FOUND),
    ("not yet open", an_event(opens_at=NOW + HOUR), NOW, NoSeat.NOT_OPEN_YET),
    ("closed by staff", an_event(state=EventState.CLOSED), NOW, NoSeat.CLOSED),
    ("its window is over", an_event(closes_at=NOW), NOW, NoSeat.CLOSED),
    ("it has begun", an_event(), START, NoSeat.PAST),
    ("it was held", an_event(state=EventState.HELD), NOW, NoSeat.PAST),
    ("its part was held", an_event(a_part(state=PartState.HELD)), NOW, NoSeat.PAST),
    ("cancelled", an_event(state=EventState.CANCELLED), NOW, NoSeat.CANCELLED),
    ("its part is cancelled", an_event(a_part(state=PartState.CANCELLED)), NOW, NoSeat.CANCELLED),
    ("for companies", an_event(audiences=(AudienceKind.COMPANY,)), NOW, NoSeat.FOR_COMPANIES),
]


@pytest.mark.parametrize(("event", "now", "reason"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_a_registration_is_refused_with_its_reason(event: EventFacts, now: datetime, reason: NoSeat) -> None:
    assert choose(event, now) is reason


@pytest.mark.parametrize(
    ("event", "now"),
    [
        (an_event(), NOW),
        (an_event(), START - timedelta(seconds=1)),
        (an_event(opens_at=NOW, closes_at=NOW + HOUR), NOW),
        (an_event(a_part(starts_at=None, ends_at=None)), NOW),
        (an_event(audiences=(AudienceKind.COMPANY, AudienceKind.PUBLIC)), NOW),
    ],
    ids=["open", "until the last second", "in its window", "its date is open", "for both"],
)
def test_a_registration_is_taken(event: EventFacts, now: datetime) -> None:
    assert choose(event, now) == [1]


def test_an_event_for_the_public_takes_no_company() -> None:
    assert choose(an_event(), as_company=True) is NoSeat.FOR_PUBLIC


@pytest.mark.parametrize("event", [row[1] for row in REFUSED[1:7]])
def test_staff_register_whenever_the_event_exists(event: EventFacts) -> None:
    assert choose(event, START + DAY, by_staff=True) == [1]


@pytest.mark.parametrize("event", [REFUSED[0][1], *[row[1] for row in REFUSED[7:9]]])
def test_not_even_staff_register_for_a_draft_or_a_cancelled_part(event: EventFacts) -> None:
    assert isinstance(choose(event, by_staff=True), NoSeat)


COURSE = an_event(a_part(1), a_part(2), a_part(3))
WHOLE = replace(COURSE, whole_only=True)


def test_of_a_course_the_parts_that_can_still_be_had_are_given() -> None:
    assert choose(COURSE) == [1, 2, 3]
    assert choose(COURSE, START + HOUR) == [2, 3]
    assert choose(COURSE, parts=[2]) == [2]
    assert choose(COURSE, already=[1, 3]) == [2]
    assert choose(COURSE, already=[1, 2, 3]) is NoSeat.ALREADY
    assert choose(COURSE, START + HOUR, already=[2, 3]) is NoSeat.ALREADY
    assert choose(COURSE, START + 9 * DAY) is NoSeat.PAST


def test_a_part_of_another_event_is_not_found() -> None:
    assert choose(COURSE, parts=[9]) is NoSeat.NOT_FOUND


def test_a_whole_course_is_had_as_a_whole_or_not_at_all() -> None:
    assert choose(WHOLE) == [1, 2, 3]
    assert choose(WHOLE, parts=[1, 2, 3]) == [1, 2, 3]
    assert choose(WHOLE, parts=[2]) is NoSeat.WHOLE_ONLY
    assert choose(WHOLE, START) is NoSeat.PAST
    assert choose(WHOLE, already=[1, 2, 3]) is NoSeat.ALREADY
    assert choose(WHOLE, parts=[2], by_staff=True) == [2]


def test_a_whole_course_goes_on_without_its_cancelled_part() -> None:
    event = replace(WHOLE, parts=(a_part(1), a_part(2, state=PartState.CANCELLED), a_part(3)))
    assert choose(event) == [1, 3]
    assert choose(event, parts=[1, 3]) == [1, 3]
    assert choose(event, parts=[2]) is NoSeat.WHOLE_ONLY
    assert choose(replace(event, parts=(a_part(2, state=PartState.CANCELLED),))) is NoSeat.CANCELLED


@pytest.mark.parametrize(
    ("before", "at", "serving"),
    [
        (timedelta(hours=48, seconds=1), "12:00", Serving.SEAT),
        (timedelta(hours=48), "12:00", Serving.OFFER),
        (timedelta(hours=18), "08:00", Serving.OFFER),
        (timedelta(hours=18, seconds=-1), "08:00", Serving.HOLD),
        (timedelta(hours=30), "20:00", Serving.OFFER),  # one hour this evening, five tomorrow: until 13:00
        (timedelta(hours=28), "20:00", Serving.HOLD),  # until 13:00 would be in the last 12 hours
        (timedelta(hours=12), "09:00", Serving.HOLD),
        (timedelta(0), "14:00", Serving.HOLD),
        (-HOUR, "15:00", Serving.HOLD),
    ],
)
def test_a_free_seat_is_given_offered_or_left_to_staff(before: timedelta, at: str, serving: Serving) -> None:
    now = datetime.fromisoformat(f"2022-01-24T{at}+09:00")
    assert decide_serving(now + before, now) is serving


def test_a_line_for_an_open_date_is_served_at_once() -> None:
    assert decide_serving(None, NOW) is Serving.SEAT


@pytest.mark.parametrize(
    ("made", "until"),
    [
        ("2022-01-24T08:00", "2022-01-24T14:00"),
        ("2022-01-24T15:00", "2022-01-24T21:00"),
        ("2022-01-24T15:01", "2022-01-25T08:01"),
        ("2022-01-24T20:59", "2022-01-25T13:59"),
        ("2022-01-24T21:00", "2022-01-25T14:00"),
        ("2022-01-25T03:00", "2022-01-25T14:00"),
        ("2022-01-25T07:59", "2022-01-25T14:00"),
    ],
)
def test_an_offers_clock_stands_still_at_night(made: str, until: str) -> None:
    at = datetime.fromisoformat(f"{made}+09:00")
    assert offer_until(at) == datetime.fromisoformat(f"{until}+09:00")
    assert offer_until(at.astimezone(UTC)) == offer_until(at)


def open_minutes(since: datetime, until: datetime) -> int:
    """Count, minute by minute, how long a phone may ring between two moments."""
    minutes = int((until - since) / timedelta(minutes=1))
    return sum(8 <= (since + timedelta(minutes=n)).astimezone(TOKYO).hour < 21 for n in range(minutes))


whole_minutes = st.datetimes(datetime(2022, 1, 1), datetime(2023, 1, 1)).map(
    lambda at: at.replace(second=0, microsecond=0, tzinfo=UTC)
)


@given(whole_minutes)
def test_an_offer_stands_six_open_hours_and_ends_in_one(now: datetime) -> None:
    until = offer_until(now)
    assert open_minutes(now, until) == 6 * 60
    assert not is_quiet(until - timedelta(minutes=1))


@given(whole_minutes, st.integers(-24 * 60, 96 * 60))
def test_an_offer_is_made_only_where_it_stands_in_full_before_the_last_twelve_hours(now: datetime, ahead: int) -> None:
    start = now + timedelta(minutes=ahead)
    serving = decide_serving(start, now)
    if start - now > timedelta(hours=48):
        assert serving is Serving.SEAT
    else:
        has_time = open_minutes(now, start - timedelta(hours=12)) >= 6 * 60
        assert serving is (Serving.OFFER if has_time else Serving.HOLD)


@given(whole_minutes, st.integers(0, 1000))
def test_a_later_offer_never_ends_sooner(now: datetime, later: int) -> None:
    assert offer_until(now) <= offer_until(now + timedelta(minutes=later))


@pytest.mark.parametrize(
    ("parties", "over", "bumped"),
    [
        ([(1, 1), (2, 1), (3, 1)], 0, []),
        ([(1, 1), (2, 1), (3, 1)], -2, []),
        ([(1, 1), (2, 1), (3, 1)], 1, [3]),
        ([(3, 1), (1, 1), (2, 1)], 2, [3, 2]),
        ([(1, 1), (2, 3), (3, 1)], 2, [3, 2]),  # a party moves together, even if more seats are free by it
        ([(1, 1), (2, 1), (-7, 1)], 1, [2]),  # who was bumped before and seated again came earlier
        ([(1, 2)], 5, [1]),
    ],
)
def test_a_shrinking_part_bumps_its_newest_parties(
    parties: list[tuple[int, int]], over: int, bumped: list[int]
) -> None:
    assert choose_bumped(parties, over) == bumped


def test_a_part_is_over_at_its_end_when_held_or_when_cancelled() -> None:
    assert not is_over(a_part(), START + 2 * HOUR - timedelta(seconds=1))
    assert is_over(a_part(), START + 2 * HOUR)
    assert is_over(a_part(ends_at=None), START)
    assert is_over(a_part(state=PartState.HELD), NOW)
    assert is_over(a_part(state=PartState.CANCELLED), NOW)
    assert not is_over(a_part(starts_at=None, ends_at=None), START + 900 * DAY)


def test_guests_are_forgotten_ninety_days_after_the_last_part() -> None:
    assert forget_guests_at([a_part(2), a_part(1)], NOW) == START + DAY + 2 * HOUR + 90 * DAY
    assert forget_guests_at([a_part(starts_at=None, ends_at=None)], NOW) == NOW + (365 + 90) * DAY
