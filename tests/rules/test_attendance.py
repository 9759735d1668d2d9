"""What an attendance earns, when a check-in may be made, and what is taken for a word."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.rules import attendance as rule
from handlers.rules.attendance import CheckInFacts, NotAttending
from storage.clock import TOKYO
from storage.facts import (
    ActionGroup,
    AttendanceFacts,
    AttendanceState,
    Cap,
    CheckInWay,
    EventState,
    PartFacts,
    PartState,
    Per,
    RegistrationFacts,
    RegistrationState,
)
from tests.factories import an_action
from tests.town import kitaq

START = datetime(2022, 1, 26, 14, tzinfo=TOKYO)
ATTEND = an_action(
    rule.ACTION, group=ActionGroup.CHECKED_IN, points=0, confirmed_points=50, cap=Cap(times=6, per=Per.DAY)
)
BIRDS = ("カササギ", "メジロ", "ツバメ", "カワセミ", "ウグイス", "ジョウビタキ", "ルリビタキ", "キビタキ")


def a_part(minutes: float | None = 120, **changes: Any) -> PartFacts:
    part = PartFacts(
        id=7,
        event_id=3,
        number=1,
        title={},
        starts_at=START,
        ends_at=None if minutes is None else START + timedelta(minutes=minutes),
        capacity=30,
        taken=1,
        state=PartState.PLANNED,
        schedule_version=1,
    )
    return replace(part, **changes)


def a_seat(state: RegistrationState = RegistrationState.SEATED) -> RegistrationFacts:
    return RegistrationFacts(
        id=1,
        event_id=3,
        part_id=7,
        person_id=9,
        host_id=None,
        account_id=None,
        state=state,
        queued=1,
        offered_until=None,
        code="0001",
        as_company=False,
        made_at=START,
    )


def an_attendance(state: AttendanceState) -> AttendanceFacts:
    return AttendanceFacts(
        id=1,
        event_id=3,
        part_id=7,
        person_id=9,
        account_id=None,
        way=CheckInWay.QR,
        state=state,
        at=START,
        entered_at=START,
        entered_by="staff",
        times=1,
        entry_id=1,
    )


def facts(at: datetime = START, **changes: Any) -> CheckInFacts:
    plain = CheckInFacts(
        event_state=EventState.PUBLISHED,
        part=a_part(),
        registration=a_seat(),
        attendance=None,
        way=CheckInWay.QR,
        at=at,
        now=at,
    )
    return replace(plain, **changes)


@pytest.mark.parametrize(
    ("minutes", "points"),
    [(1, 50), (30, 50), (30.1, 100), (60, 100), (90, 150), (120, 200), (180, 300), (181, 300), (600, 300)],
)
def test_each_half_hour_begun_earns_fifty_up_to_three_hundred(minutes: float, points: int) -> None:
    assert rule.worth(ATTEND, a_part(minutes), 0) == points


def test_a_part_without_an_end_counts_one_half_hour() -> None:
    assert rule.worth(ATTEND, a_part(None), 0) == 50
    assert rule.end_of(a_part(None)) == START + timedelta(minutes=30)


@pytest.mark.parametrize(("earned", "points"), [(0, 200), (100, 200), (150, 150), (299, 1), (300, 0), (900, 0)])
def test_other_parts_of_the_day_leave_what_is_left_of_three_hundred(earned: int, points: int) -> None:
    assert rule.worth(ATTEND, a_part(), earned) == points


def test_a_programme_without_the_action_gives_no_points() -> None:
    assert rule.worth(None, a_part(), 0) == 0
    assert rule.worth(replace(ATTEND, confirmed_points=None), a_part(), 0) == 0


@pytest.mark.parametrize(
    ("minutes", "refusal"),
    [
        (-121, NotAttending.TOO_EARLY),
        (-120, None),
        (0, None),
        (120 + 24 * 60, None),
        (121 + 24 * 60, NotAttending.TOO_LATE),
    ],
)
@pytest.mark.parametrize("way", [CheckInWay.QR, CheckInWay.DIGITS, CheckInWay.WORD])
def test_codes_work_from_two_hours_before_until_a_day_after(
    minutes: int, refusal: NotAttending | None, way: CheckInWay
) -> None:
    assert rule.decide_check_in(facts(START + timedelta(minutes=minutes), way=way)) is refusal


@pytest.mark.parametrize("way", [CheckInWay.HAND, CheckInWay.IMPORT])
def test_staff_may_enter_who_came_at_any_later_time_but_not_before_the_day(way: CheckInWay) -> None:
    assert rule.decide_check_in(facts(START + timedelta(days=90), way=way)) is None
    assert rule.decide_check_in(facts(START.replace(hour=0), way=way)) is None
    assert rule.decide_check_in(facts(START.replace(hour=0) - timedelta(seconds=1), way=way)) is NotAttending.TOO_EARLY


@pytest.mark.parametrize("way", [CheckInWay.HAND, CheckInWay.IMPORT])
def test_staff_enter_who_comes_before_midnight_to_what_begins_just_after_it(way: CheckInWay) -> None:
    midnight = START.replace(hour=0)
    part = a_part(starts_at=midnight, ends_at=midnight + timedelta(hours=2))
    assert rule.decide_check_in(facts(midnight - timedelta(hours=2), part=part, way=way)) is None
    early = facts(midnight - timedelta(hours=2, seconds=1), part=part, way=way)
    assert rule.decide_check_in(early) is NotAttending.TOO_EARLY


def test_nobody_was_at_a_part_whose_date_is_open() -> None:
    undated = a_part(starts_at=None, ends_at=None)
    for way in CheckInWay:
        assert rule.decide_check_in(facts(part=undated, way=way)) is NotAttending.TOO_EARLY


def test_a_cancelled_part_or_event_takes_nobody() -> None:
    cancelled = a_part(state=PartState.CANCELLED)
    assert rule.decide_check_in(facts(part=cancelled)) is NotAttending.CANCELLED
    assert rule.decide_check_in(facts(event_state=EventState.CANCELLED)) is NotAttending.CANCELLED


@pytest.mark.parametrize("state", sorted(set(RegistrationState) - {RegistrationState.SEATED}))
def test_only_a_seat_lets_in_and_only_an_import_needs_none(state: RegistrationState) -> None:
    for registration in (None, a_seat(state)):
        assert rule.decide_check_in(facts(registration=registration)) is NotAttending.NOT_REGISTERED
        assert rule.decide_check_in(facts(registration=registration, way=CheckInWay.IMPORT)) is None


def test_a_provisional_attendance_is_confirmed_by_another_way_but_not_entered_twice() -> None:
    provisional = an_attendance(AttendanceState.PROVISIONAL)
    assert rule.decide_check_in(facts(attendance=provisional)) is None
    assert rule.decide_check_in(facts(attendance=provisional, provisional=True)) is NotAttending.ALREADY
    confirmed = an_attendance(AttendanceState.CONFIRMED)
    assert rule.decide_check_in(facts(attendance=confirmed)) is NotAttending.ALREADY
    assert rule.decide_check_in(facts(attendance=an_attendance(AttendanceState.TAKEN_BACK))) is None


@pytest.mark.parametrize(
    "said",
    [
        "カササギ", "かささぎ", "ｶｻｻｷﾞ", " カサ サギ ", "「カササギ」", "カササギ！", "かささぎです", "カササキ",
        "カサギ", "カサササギ", "カササ", "サカサギ", "かささぎでした。",
    ],
)  # fmt: skip
def test_width_kana_spaces_and_one_slip_are_forgiven(said: str) -> None:
    assert rule.is_word(said, "カササギ", BIRDS)


@pytest.mark.parametrize(
    "said",
    ["", "です", "カサ", "かささぎを見た", "サササギサ", "カモメ", "メジロ", "きょうはバスに乗った", "ポイント", "🐦"],
)
def test_something_else_is_not_the_word(said: str) -> None:
    assert not rule.is_word(said, "カササギ", BIRDS)


def test_a_short_word_forgives_no_wrong_letter() -> None:
    assert rule.is_word("めじろ", "メジロ", BIRDS)
    assert not rule.is_word("めじる", "メジロ", BIRDS)


def test_a_slip_that_is_another_word_of_the_list_is_that_word() -> None:
    near = ("さくらんぼ", "さくらんほ", "つくらんぼ")
    assert rule.is_word("さくらんぼ", near[0], near)
    for other in near[1:]:
        assert not rule.is_word(other, near[0], near)
    assert not rule.is_word("むくらんぼ", near[0], near)  # as near to the one as to the other


def test_no_word_of_the_citys_list_is_taken_for_another() -> None:
    words = kitaq().names.second["ja"]
    for word in words:
        assert [other for other in words if rule.is_word(other, word, words)] == [word]


kana = st.text("あかさたなはまやらわ", min_size=0, max_size=7)


def edits(one: str, other: str) -> int:
    """Optimal string alignment by its textbook recurrence: another telling than the program's."""
    rows = [[max(i, j) if not i * j else 0 for j in range(len(other) + 1)] for i in range(len(one) + 1)]
    for i in range(1, len(one) + 1):
        for j in range(1, len(other) + 1):
            change = one[i - 1] != other[j - 1]
            rows[i][j] = min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + change)
            if i > 1 and j > 1 and one[i - 1] == other[j - 2] and one[i - 2] == other[j - 1]:
                rows[i][j] = min(rows[i][j], rows[i - 2][j - 2] + 1)
    return rows[-1][-1]


@given(said=kana, word=kana.filter(bool))
def test_a_word_is_heard_exactly_when_it_is_within_one_slip(said: str, word: str) -> None:
    allowed = 1 if len(word) >= rule.FORGIVING_FROM else 0
    assert rule.is_word(said, word) == (edits(said, word) <= allowed)


@pytest.mark.parametrize(("seconds", "is_open"), [(-1, False), (0, True), (599, True), (600, False)])
def test_a_word_is_open_for_ten_minutes(seconds: int, is_open: bool) -> None:
    part = a_part(word="カササギ", word_opened_at=START)
    assert rule.is_word_open(part, START + timedelta(seconds=seconds)) is is_open
    assert not rule.is_word_open(a_part(), START)


HELD, PLANNED, CANCELLED = PartState.HELD, PartState.PLANNED, PartState.CANCELLED


@pytest.mark.parametrize(
    ("attended", "states", "completed"),
    [
        (6, [HELD] * 6, True),
        (5, [HELD] * 6, False),
        (5, [HELD] * 5 + [CANCELLED], True),
        (5, [HELD] * 5 + [PLANNED], False),
        (0, [CANCELLED] * 2, False),
        (0, [], False),
    ],
)
def test_a_course_is_completed_by_every_part_that_was_held(
    attended: int, states: list[PartState], completed: bool
) -> None:
    assert rule.is_completed(attended, states) is completed
