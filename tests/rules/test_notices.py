"""When somebody is told: every edge of the quiet hours and of the two reminders, and what holds for any moment."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.rules import notices as rules
from handlers.rules.calendar import TOKYO
from storage.facts import AccountFacts, AccountState, ChannelName, NoticeFacts, NoticeKind, ReminderChoice

DAY, HOUR = NoticeKind.DAY_BEFORE, NoticeKind.HOUR_BEFORE
LONG_BEFORE = datetime(2022, 1, 1, tzinfo=TOKYO)
MOMENTS = st.datetimes(datetime(2021, 12, 1), datetime(2025, 12, 31)).map(lambda at: at.replace(tzinfo=UTC))
QUARTERS = MOMENTS.map(lambda at: at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0))


def tokyo(written: str) -> datetime:
    return datetime.strptime(f"2022-{written}", "%Y-%m-%d %H:%M").replace(tzinfo=TOKYO)


def plan(starts: str, now: datetime = LONG_BEFORE) -> list[tuple[NoticeKind, str, str]]:
    planned = rules.plan_reminders(tokyo(starts), now)
    return [
        (p.kind, *(at.astimezone(TOKYO).strftime("%m-%d %H:%M") for at in (p.due_at, p.not_after))) for p in planned
    ]


@pytest.mark.parametrize(
    ("clock", "quiet"),
    [("00:00", True), ("07:59", True), ("08:00", False), ("20:59", False), ("21:00", True), ("23:59", True)],
)
def test_the_quiet_hours_are_from_21_to_8_in_tokyo(clock: str, quiet: bool) -> None:
    at = tokyo(f"03-01 {clock}")
    assert rules.is_quiet(at) is rules.is_quiet(at.astimezone(UTC)) is quiet


@pytest.mark.parametrize(
    ("at", "freed"),
    [
        ("03-01 08:00", "03-01 08:00"),
        ("03-01 20:59", "03-01 20:59"),
        ("03-01 21:00", "03-02 08:00"),
        ("03-01 00:00", "03-01 08:00"),
        ("03-01 07:59", "03-01 08:00"),
        ("01-31 23:00", "02-01 08:00"),
        ("12-31 21:00", "01-01 08:00"),
    ],
)
def test_what_falls_into_the_quiet_hours_waits_until_8(at: str, freed: str) -> None:
    assert rules.after_quiet(tokyo(at)).strftime("%m-%d %H:%M") == freed


@pytest.mark.parametrize(
    ("starts", "expected"),
    [
        ("03-02 14:00", [(DAY, "03-01 18:00", "03-01 21:00"), (HOUR, "03-02 13:00", "03-02 14:00")]),
        ("03-02 09:00", [(DAY, "03-01 18:00", "03-01 21:00"), (HOUR, "03-02 08:00", "03-02 09:00")]),
        ("03-02 08:59", [(DAY, "03-01 18:00", "03-01 21:00")]),
        ("03-02 08:30", [(DAY, "03-01 18:00", "03-01 21:00")]),
        ("03-02 00:30", [(DAY, "03-01 18:00", "03-01 21:00")]),
        ("03-02 21:59", [(DAY, "03-01 18:00", "03-01 21:00"), (HOUR, "03-02 20:59", "03-02 21:59")]),
        ("03-02 22:00", [(DAY, "03-01 18:00", "03-01 21:00"), (HOUR, "03-02 20:30", "03-02 21:00")]),
        ("03-02 22:30", [(DAY, "03-01 18:00", "03-01 21:00"), (HOUR, "03-02 20:30", "03-02 21:00")]),
        ("03-01 14:00", [(DAY, "02-28 18:00", "02-28 21:00"), (HOUR, "03-01 13:00", "03-01 14:00")]),
        ("03-01 08:30", [(DAY, "02-28 18:00", "02-28 21:00")]),
    ],
)
def test_a_seat_is_reminded_the_day_before_and_an_hour_before_but_not_in_the_quiet_hours(
    starts: str, expected: list[tuple[NoticeKind, str, str]]
) -> None:
    assert plan(starts) == expected


def test_at_the_turn_of_the_year_the_day_before_is_the_last_of_december() -> None:
    day, hour = rules.plan_reminders(datetime(2023, 1, 1, 10, tzinfo=TOKYO), LONG_BEFORE)
    assert (day.due_at, hour.due_at) == (
        datetime(2022, 12, 31, 18, tzinfo=TOKYO),
        datetime(2023, 1, 1, 9, tzinfo=TOKYO),
    )


def test_one_message_the_evening_before_stands_for_both_reminders() -> None:
    (merged,) = rules.plan_reminders(tokyo("03-02 08:30"), LONG_BEFORE)
    assert merged.stands_for == {DAY, HOUR}


@pytest.mark.parametrize(
    ("now", "starts", "kinds"),
    [
        ("03-01 17:59", "03-02 08:30", [(DAY, "03-01 18:00", "03-01 21:00")]),
        ("03-01 18:00", "03-02 08:30", [(HOUR, "03-01 20:30", "03-01 21:00")]),
        ("03-01 19:00", "03-02 08:30", [(HOUR, "03-01 20:30", "03-01 21:00")]),
        ("03-01 20:29", "03-02 08:30", [(HOUR, "03-01 20:30", "03-01 21:00")]),
        ("03-01 20:30", "03-02 08:30", []),
        ("03-01 23:00", "03-02 08:30", []),
        ("03-01 18:00", "03-02 14:00", [(HOUR, "03-02 13:00", "03-02 14:00")]),
        ("03-02 12:59", "03-02 14:00", [(HOUR, "03-02 13:00", "03-02 14:00")]),
        ("03-02 13:00", "03-02 14:00", []),
        ("03-02 15:00", "03-02 14:00", []),
    ],
)
def test_who_registers_after_a_reminder_was_due_does_not_get_it(
    now: str, starts: str, kinds: list[tuple[NoticeKind, str, str]]
) -> None:
    assert plan(starts, tokyo(now)) == kinds


def test_a_part_without_a_date_has_no_reminders() -> None:
    assert rules.plan_reminders(None, LONG_BEFORE) == ()


@pytest.mark.parametrize(
    ("now", "starts", "due"),
    [
        ("03-01 22:00", "03-02 10:00", "03-01 22:00"),
        ("03-01 22:00", "03-02 10:01", "03-02 08:00"),
        ("03-02 02:00", "03-02 09:00", "03-02 02:00"),
        ("03-01 12:00", "03-09 10:00", "03-01 12:00"),
        ("03-01 22:00", None, "03-02 08:00"),
    ],
)
def test_a_change_within_twelve_hours_of_the_start_is_told_at_once(now: str, starts: str | None, due: str) -> None:
    assert rules.due_for_change(tokyo(now), tokyo(starts) if starts else None) == tokyo(due)


@pytest.mark.parametrize(
    ("choice", "wanted"),
    [
        (ReminderChoice.BOTH, (True, True, True)),
        (ReminderChoice.DAY, (True, False, True)),
        (ReminderChoice.HOUR, (False, True, True)),
        (ReminderChoice.NONE, (False, False, False)),
    ],
)
def test_a_merged_reminder_is_wanted_by_who_wants_either(
    choice: ReminderChoice, wanted: tuple[bool, bool, bool]
) -> None:
    stands_for = (frozenset({DAY}), frozenset({HOUR}), frozenset({DAY, HOUR}))
    assert tuple(rules.wants(choice, kinds) for kinds in stands_for) == wanted


def a_notice(kind: NoticeKind, **detail: str) -> NoticeFacts:
    ids = {"id": 1, "event_id": 1, "part_id": 1, "person_id": 1, "schedule_version": 1}
    return NoticeFacts(**ids, kind=kind, due_at=LONG_BEFORE, not_after=LONG_BEFORE, detail=detail)


@pytest.mark.parametrize("kinds", [frozenset({DAY}), frozenset({HOUR}), frozenset((DAY, HOUR))])
def test_what_a_reminder_stands_for_is_read_back_as_it_was_written(kinds: frozenset[NoticeKind]) -> None:
    assert rules.read_kinds(a_notice(DAY, stands_for=rules.write_kinds(kinds))) == kinds


def test_a_notice_stands_for_itself_where_nothing_else_is_written() -> None:
    assert rules.read_kinds(a_notice(NoticeKind.MOVED)) == {NoticeKind.MOVED}


@given(starts_at=MOMENTS, now=MOMENTS)
def test_no_reminder_is_ever_due_in_the_quiet_hours_or_in_the_past_or_once_it_has_begun(
    starts_at: datetime, now: datetime
) -> None:
    planned = rules.plan_reminders(starts_at, now)
    for reminder in planned:
        assert not rules.is_quiet(reminder.due_at)
        assert now < reminder.due_at < reminder.not_after <= starts_at
    kinds = [kind for reminder in planned for kind in reminder.stands_for]
    assert len(kinds) == len(set(kinds)), "nothing is said twice"


@given(starts_at=QUARTERS)
def test_who_registered_long_before_is_reminded_of_both(starts_at: datetime) -> None:
    planned = rules.plan_reminders(starts_at, starts_at - timedelta(days=30))
    assert {kind for reminder in planned for kind in reminder.stands_for} == {DAY, HOUR}
    assert len({reminder.due_at for reminder in planned}) == len(planned)


@given(now=MOMENTS, starts_at=st.none() | MOMENTS)
def test_a_change_is_never_told_before_it_was_made_and_in_the_quiet_hours_only_if_it_begins_soon(
    now: datetime, starts_at: datetime | None
) -> None:
    due_at = rules.due_for_change(now, starts_at)
    assert due_at >= now
    is_soon = starts_at is not None and starts_at <= now + rules.URGENT
    assert due_at == now if is_soon else not rules.is_quiet(due_at)


@given(at=MOMENTS)
def test_the_end_of_the_quiet_hours_is_the_first_free_moment(at: datetime) -> None:
    freed = rules.after_quiet(at)
    assert at <= freed <= at + timedelta(hours=11)
    assert not rules.is_quiet(freed)
    assert freed == at or rules.is_quiet(freed - timedelta(microseconds=1))


def an_account(number: int, channel: ChannelName) -> AccountFacts:
    return AccountFacts(
        id=number,
        channel=channel,
        bot_id="bot",
        key=str(number),
        language=None,
        person_id=1,
        state=AccountState.FOLLOWING,
        paused=False,
        pending=None,
        state_at=None,
        greeted_at=None,
    )


@pytest.mark.parametrize(
    ("preferred", "told"), [(None, 2), (ChannelName.LINE, 1), (ChannelName.TELEGRAM, 2), (ChannelName.TERMINAL, 2)]
)
def test_a_person_is_told_where_they_prefer_else_on_telegram(preferred: ChannelName | None, told: int) -> None:
    owned = [an_account(n, c) for n, c in enumerate((ChannelName.LINE, ChannelName.TELEGRAM, ChannelName.TELEGRAM), 1)]
    assert rules.told_first(owned, preferred).id == told
    assert rules.told_first(owned[:1], preferred).id == 1
