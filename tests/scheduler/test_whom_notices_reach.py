"""Whom a notice reaches: who still holds what it says, agreed, follows and wants it; asked until it is sent."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.channels.telegram.channel import Telegram
from handlers import announcing, notifying
from handlers.messages import Fate, Outcome
from scheduler import notices as sealing
from scheduler import validity
from storage import accounts, events, people, registrations
from storage.facts import ChannelName, NoticeFacts, NoticeKind, PartState, RegistrationState, ReminderChoice
from storage.notices import NoticeState
from storage.outbox import OUTBOX, OutboxKind, OutboxState
from tests.scheduler.seats import DAY_BEFORE_AT, START, Hall, fates, one_reminder
from tests.town import Town

TEMPORARY = Outcome(fate=Fate.TEMPORARY, retry_after=30)


@pytest.fixture
def hall(town: Town) -> Hall:
    return Hall(town)


@pytest.mark.parametrize(
    ("choice", "kinds"),
    [
        (ReminderChoice.BOTH, ["明日のイベントです", "まもなく始まります"]),
        (ReminderChoice.DAY, ["明日のイベントです"]),
        (ReminderChoice.HOUR, ["まもなく始まります"]),
        (ReminderChoice.NONE, []),
    ],
)
async def test_each_person_gets_the_reminders_they_chose(hall: Hall, choice: ReminderChoice, kinds: list[str]) -> None:
    citizen = hall.town.citizen()
    hall.seat(hall.event(), citizen)
    change_account(hall, citizen.key, reminders=choice)
    assert [one.title for one in await hall.until(START)] == kinds


async def test_a_merged_reminder_goes_to_who_chose_either(hall: Hall) -> None:
    citizen = hall.town.citizen()
    hall.seat(hall.event(START.replace(hour=8)), citizen)
    change_account(hall, citizen.key, reminders=ReminderChoice.HOUR)
    assert [one.at for one in await hall.until(START)] == [DAY_BEFORE_AT]


def change_account(hall: Hall, key: str, **values: object) -> None:
    hall.write(lambda c: accounts.change(c, accounts.find(c, "line", "bot", key).id, **values))  # type: ignore[arg-type, union-attr]


def test_who_gave_no_consent_is_not_told(hall: Hall) -> None:
    person = hall.seat(hall.event(), hall.town.citizen())
    hall.write(lambda c: people.change(c, person, consent_version=None))
    assert fates(one_reminder(hall)) == [(NoticeState.SKIPPED, "no consent")]


def test_a_newer_consent_text_silences_nobody(hall: Hall) -> None:
    person = hall.seat(hall.event(), hall.town.citizen())
    hall.write(lambda c: people.change(c, person, consent_version="an older one"))
    assert fates(one_reminder(hall)) == [(NoticeState.SEALED, "")]


def test_who_left_is_not_told(hall: Hall) -> None:
    event, citizen = hall.event(), hall.town.citizen()
    person = hall.seat(event, citizen)
    citizen.press("leave")
    citizen.tap("退会して消す")
    assert hall.read(lambda c: people.find(c, person)) is None
    assert one_reminder(hall) == []
    hall.tell(event, NoticeKind.CANCELLED, person)
    hall.cancel(event)
    assert fates(hall.seal()) == [(NoticeState.SKIPPED, "left")]


def test_who_blocked_the_bot_is_not_told(hall: Hall) -> None:
    citizen = hall.town.citizen()
    hall.seat(hall.event(), citizen)
    citizen.block()
    assert fates(one_reminder(hall)) == [(NoticeState.SKIPPED, "not reachable")]


def test_who_paused_gets_no_reminder_and_no_thanks_but_hears_of_seat_and_cancellation(hall: Hall) -> None:
    event, citizen = hall.event(), hall.town.citizen()
    person = hall.seat(event, citizen)
    citizen.press("pause")
    assert fates(one_reminder(hall)) == [(NoticeState.SKIPPED, "paused")]
    hall.tell(event, NoticeKind.SEATED, person)
    assert fates(hall.seal()) == [(NoticeState.SEALED, "")]
    hall.cancel(event)
    assert fates(hall.seal()) == [(NoticeState.SEALED, "")]


@pytest.mark.parametrize("state", [s for s in RegistrationState if s is not RegistrationState.SEATED])
def test_who_holds_no_seat_any_more_is_not_reminded(hall: Hall, state: RegistrationState) -> None:
    event = hall.event()
    person = hall.seat(event, hall.town.citizen())
    part = hall.part(event)
    hall.write(lambda c: registrations.put(c, part.id, person, hall.town.now, state=state))
    assert fates(one_reminder(hall)) == [(NoticeState.CANCELLED, "seat gone")]


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        (NoticeKind.OFFERED, RegistrationState.SEATED),
        (NoticeKind.OFFERED, RegistrationState.LAPSED),
        (NoticeKind.OFFER_LAPSED, RegistrationState.WAITING),
        (NoticeKind.BUMPED, RegistrationState.SEATED),
        (NoticeKind.MOVED, RegistrationState.CANCELLED),
        (NoticeKind.CANCELLED, RegistrationState.SEATED),
        (NoticeKind.THANKS, RegistrationState.SEATED),
    ],
)
def test_what_is_no_longer_true_is_not_told(hall: Hall, kind: NoticeKind, state: RegistrationState) -> None:
    event = hall.event()
    person = hall.seat(event, hall.town.citizen(), state)
    hall.tell(event, kind, person)
    assert [one.state for one in hall.seal()] == [NoticeState.CANCELLED]


def test_a_cancelled_part_reminds_nobody_even_where_the_reminder_was_left(hall: Hall) -> None:
    event = hall.event()
    hall.seat(event, hall.town.citizen())
    part = hall.part(event)
    hall.write(lambda c: events.change_part(c, part, hall.town.now, state=PartState.CANCELLED))
    assert fates(one_reminder(hall)) == [(NoticeState.CANCELLED, "part cancelled")]


def test_a_notice_of_an_earlier_schedule_is_not_sealed(hall: Hall) -> None:
    event = hall.event()
    hall.seat(event, hall.town.citizen())
    part = hall.part(event)
    hall.write(lambda c: events.change_part(c, part, hall.town.now, schedule_version=2))
    assert fates(one_reminder(hall)) == [(NoticeState.CANCELLED, "outdated")]


async def test_a_sealed_reminder_is_not_sent_once_the_seat_is_given_up(hall: Hall) -> None:
    event = hall.event()
    person = hall.seat(event, hall.town.citizen())
    one_reminder(hall)
    part = hall.part(event)
    hall.write(lambda c: registrations.put(c, part.id, person, hall.town.now, state=RegistrationState.CANCELLED))
    await hall.send()
    assert hall.platform.calls == []
    assert [(row.state, row.detail) for row in hall.calls()] == [(OutboxState.SKIPPED, "seat gone")]


async def test_a_call_in_another_process_s_hands_is_not_tried_again_after_a_move(hall: Hall) -> None:
    event = hall.event()
    hall.seat(event, hall.town.citizen())
    one_reminder(hall)
    hall.platform.outcomes.append(TEMPORARY)
    await hall.send()
    part = hall.part(event)
    hall.write(lambda c: events.change_part(c, part, hall.town.now, schedule_version=2))  # and nothing skipped
    hall.town.now += timedelta(minutes=1)
    await hall.send()
    assert len(hall.platform.calls) == 1
    assert [(row.state, row.detail) for row in hall.calls()] == [(OutboxState.SKIPPED, "outdated")]


async def test_a_move_ends_the_calls_about_the_time_before_it(hall: Hall) -> None:
    event = hall.event()
    hall.seat(event, hall.town.citizen())
    one_reminder(hall)
    hall.platform.outcomes.append(TEMPORARY)
    await hall.send()
    hall.move(event, START + timedelta(days=1))
    assert [(row.state, row.detail) for row in hall.calls()] == [(OutboxState.SKIPPED, "outdated")]
    assert [one.title for one in await hall.until(DAY_BEFORE_AT + timedelta(hours=1))] == ["日時が変わりました"]


async def test_the_host_is_told_how_many_seats_and_a_companion_is_not_told(hall: Hall) -> None:
    event = hall.event()
    host = hall.seat(event, hall.town.citizen())
    part = hall.part(event)

    def bring(connection: object) -> None:
        guest = people.draw_number()
        own = {"event_id": event.id, "state": RegistrationState.SEATED, "queued": 1, "host_id": host}
        registrations.put(connection, part.id, guest, hall.town.now, **own)  # type: ignore[arg-type]
        registrations.add_guest(connection, guest, "子", hall.town.now, host_id=host)  # type: ignore[arg-type]
        hall.plan(connection, NoticeKind.SEATED, part, guest)  # type: ignore[arg-type]

    hall.write(bring)
    assert fates(hall.seal()) == [(NoticeState.SKIPPED, "left")]
    assert "人数：2人" in (await hall.until(DAY_BEFORE_AT))[0].words


async def test_a_notice_that_cannot_be_said_holds_up_no_other(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    event = hall.event()
    persons = [hall.seat(event, hall.town.citizen()) for _ in range(2)]
    compose = notifying.compose

    def stumble(told: notifying.Told) -> object:
        if told.notice.person_id == persons[0]:
            raise KeyError("a mistake of ours")
        return compose(told)

    monkeypatch.setattr(notifying, "compose", stumble)
    assert fates(one_reminder(hall)) == [(NoticeState.SKIPPED, "not rendered"), (NoticeState.SEALED, "")]


def test_a_notice_at_which_sealing_breaks_is_tried_again_and_holds_up_no_other(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = hall.event()
    broken, other = (hall.seat(event, hall.town.citizen()) for _ in range(2))
    find = validity.find_fault

    def fail_for_one(notice: NoticeFacts, *facts: Any) -> str:
        if notice.person_id == broken:
            raise TypeError("a mistake of ours")
        return find(notice, *facts)

    with monkeypatch.context() as patch:
        patch.setattr(validity, "find_fault", fail_for_one)
        states = {one.notice.person_id: one.state for one in one_reminder(hall)}
        assert states == {broken: NoticeState.WAITING, other: NoticeState.SEALED}
        assert hall.seal() == []
    hall.town.now += sealing.AGAIN
    assert fates(hall.seal()) == [(NoticeState.SEALED, "")]


def test_an_event_without_a_public_channel_is_posted_nowhere(hall: Hall) -> None:
    event = hall.event()
    hall.write(lambda c: announcing.post(c, event, now=hall.town.now))
    assert fates(hall.seal()) == [(NoticeState.SKIPPED, "no public channel")]


@pytest.mark.parametrize(("preferred", "told"), [(None, ChannelName.TELEGRAM), (ChannelName.LINE, ChannelName.LINE)])
def test_of_two_platforms_telegram_is_told_unless_the_person_chose_the_other(
    hall: Hall, preferred: ChannelName | None, told: ChannelName
) -> None:
    person = hall.seat(hall.event(), hall.town.citizen())
    hall.house = replace(hall.house, channels={**hall.house.channels, ChannelName.TELEGRAM: Telegram(token="42:token")})
    other = hall.write(lambda c: accounts.add(c, ChannelName.TELEGRAM, "bot", "77", hall.town.now))
    hall.write(lambda c: accounts.change(c, other.id, person_id=person))
    hall.write(lambda c: people.change(c, person, preferred_channel=preferred))
    assert fates(one_reminder(hall)) == [(NoticeState.SEALED, "")]
    sealed = select(OUTBOX.c.channel).where(OUTBOX.c.kind == OutboxKind.NOTICE)
    assert hall.read(lambda c: c.execute(sealed).scalars().all()) == [told]
