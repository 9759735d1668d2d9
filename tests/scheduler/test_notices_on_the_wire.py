"""Notices and posts through the real adapters to the strict platforms: what phones and the public channel show."""

import asyncio
import itertools
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from bot.channels.line.channel import Line
from bot.channels.telegram.channel import Telegram
from bot.dispatch import House
from bot.sandbox.server import Sandbox
from handlers import announcing, arranging, seating
from handlers.rules.calendar import tokyo_day
from handlers.texts import format_day
from scheduler import notices as sealing
from scheduler import outcomes, validity
from storage import accounts, events, notices, outbox, people
from storage.clock import Clock, real_now
from storage.database import Database
from storage.facts import ChannelName, EventFacts, EventState, NoticeKind, PlannedPart
from storage.outbox import OUTBOX, OutboxKind
from tests.handlers.test_notifying import an_event
from tests.scheduler.post import delivering, ended, line, outcome_of, row, telegram
from tests.town import Town

NEWS = "@city_news"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.running() as running:
        yield running


class Office:
    """A real house whose platforms are the sandbox's; now is now, and events begin in two days at noon."""

    def __init__(self, database: Database, sandbox: Sandbox, **changes: Any) -> None:
        self.database, self.sandbox = database, sandbox
        self.channels: dict[ChannelName, Line | Telegram] = {
            ChannelName.LINE: line(sandbox),
            ChannelName.TELEGRAM: telegram(sandbox),
        }
        whole = {"channels": self.channels, "clock": Clock(), "public_channel": NEWS, **changes}
        self.house: House = replace(Town(database).house, **whole)

    def write(self, unit: Any) -> Any:
        return self.database.write(unit).result()

    def event(self, state: EventState = EventState.PUBLISHED) -> EventFacts:
        starts_at = real_now() + timedelta(days=2)
        part = PlannedPart(starts_at=starts_at, ends_at=starts_at + timedelta(hours=1))
        return self.write(lambda c: events.find(c, events.add(c, an_event(), (part,), state, real_now())))

    def seat(self, event: EventFacts, channel: ChannelName, bot_id: str, key: str) -> int:
        """Let somebody join, register, and be told that they have a seat."""

        def unit(connection: Connection) -> int:
            account = accounts.add(connection, channel, bot_id, key, real_now())
            person_id = people.add(connection, "Green Firefly", real_now())
            accounts.change(connection, account.id, person_id=person_id, language="en")
            people.add_consent(connection, person_id, account.id, "1", "en", real_now())
            seating.register(connection, event.id, person_id, account_id=account.id, now=real_now())
            part, life = event.parts[0], {"due_at": real_now(), "not_after": real_now() + timedelta(days=1)}
            told = (NoticeKind.SEATED, event.id, part.id, person_id)
            notices.add(connection, *told, schedule_version=part.schedule_version, now=real_now(), **life)
            return person_id

        number: int = self.write(unit)
        return number

    def seal(self) -> list[int]:
        """Seal what is due, in the middle of the day wherever the clock stands; give the calls' numbers."""
        sealed = self.write(lambda c: sealing.seal_due(c, self.house, real_now(), real_now(), limit=100))
        return [number for one in sealed for number in one.call_ids]


@pytest.fixture(autouse=True)
def by_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests run at any hour: there are no quiet hours in them."""
    monkeypatch.setattr("handlers.rules.notices.is_quiet", lambda at: False)


def shown_on_line(sandbox: Sandbox, key: str) -> list[dict[str, Any]]:
    return [one for one in sandbox.line.screen(key)["messages"] if one["from"] != "me"]


async def test_a_notice_reaches_a_line_phone_once_whatever_happens_to_the_first_try(
    sandbox: Sandbox, database: Database
) -> None:
    office, key = Office(database, sandbox), sandbox.line.person()
    sandbox.line.follow(key, hold=True)
    sandbox.order_fault("line", "accepted-no-answer", "message/push", seconds=0.2)
    office.seat(office.event(), ChannelName.LINE, "bot", key)
    numbers = office.seal()
    async with delivering(database, *office.channels.values()):
        assert await ended(database, *numbers) == ["accepted"]
    assert len(shown_on_line(sandbox, key)) == 1
    assert [status for status, _ in outcome_of(sandbox, "message/push")][-1] == 409


def telegram_person(sandbox: Sandbox) -> str:
    person = sandbox.telegram.person()
    sandbox.telegram.start(person, wait=False)
    return str(person)


async def test_on_telegram_a_notice_is_repeated_after_an_unknown_end_while_it_is_true(
    sandbox: Sandbox, database: Database
) -> None:
    office, person = Office(database, sandbox), telegram_person(sandbox)
    sandbox.order_fault("telegram", "cut", "sendMessage")
    office.seat(office.event(), ChannelName.TELEGRAM, "42", person)
    numbers = office.seal()
    async with delivering(database, *office.channels.values()):
        assert await ended(database, *numbers) == ["accepted"]
    assert len(outcome_of(sandbox, "sendMessage")) == 2


def wait_for_a_call(sandbox: Sandbox) -> None:
    while not outcome_of(sandbox, "sendMessage"):
        time.sleep(0.02)


async def test_on_telegram_a_notice_is_not_repeated_once_the_part_was_moved(
    sandbox: Sandbox, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "skip_outdated", lambda *_: 0)  # a call in flight is not touched by it either
    office, person = Office(database, sandbox), telegram_person(sandbox)
    sandbox.order_fault("telegram", "cut", "sendMessage")
    event = office.event()
    office.seat(event, ChannelName.TELEGRAM, "42", person)
    numbers = office.seal()
    async with delivering(database, *office.channels.values()):
        await asyncio.to_thread(wait_for_a_call, sandbox)
        starts_at = real_now() + timedelta(days=3)
        ends_at = starts_at + timedelta(hours=1)
        office.write(lambda c: arranging.move(c, event.parts[0].id, starts_at, ends_at, by="staff", now=real_now()))
        assert await ended(database, *numbers) == ["skipped"]
    assert row(database, numbers[0]).detail == "outdated"
    assert len(outcome_of(sandbox, "sendMessage")) == 1


def post_rows(database: Database) -> list[Any]:
    return database.read(lambda c: c.execute(OUTBOX.select().where(OUTBOX.c.kind == OutboxKind.POST)).all()).result()


async def test_an_event_that_staff_publish_is_posted_to_the_public_channel_once(
    sandbox: Sandbox, database: Database
) -> None:
    channel = sandbox.telegram.chat("channel", "News", NEWS)
    office = Office(database, sandbox, private_chats={ChannelName.TELEGRAM: "https://t.me/sandbox_city_bot"})
    event = office.event(EventState.DRAFT)
    for act in (arranging.publish, arranging.close, arranging.publish):
        office.write(lambda c, act=act: act(c, event.id, by="staff", now=real_now()))
        office.seal()
    (posted,) = post_rows(database)
    async with delivering(database, *office.channels.values()):
        assert await ended(database, posted.id) == ["accepted"]
    (shown,) = sandbox.telegram.screen(str(channel))["messages"]
    assert "省エネの話" in str(shown)
    assert "https://t.me/sandbox_city_bot?start=e_saving" in str(shown)
    assert (posted.account_id, posted.part_id, posted.to_key) == (None, None, NEWS)


async def test_a_post_that_may_have_been_taken_is_not_repeated(sandbox: Sandbox, database: Database) -> None:
    sandbox.telegram.chat("channel", "News", NEWS)
    office = Office(database, sandbox)
    sandbox.order_fault("telegram", "cut", "sendMessage")
    event = office.event(EventState.DRAFT)
    office.write(lambda c: arranging.publish(c, event.id, by="staff", now=real_now()))
    numbers = office.seal()
    async with delivering(database, *office.channels.values()):
        assert await ended(database, *numbers) == ["unknown"]
    assert len(outcome_of(sandbox, "sendMessage")) == 1


async def test_the_post_of_an_event_that_is_moved_or_cancelled_is_edited_in_its_place(
    sandbox: Sandbox, database: Database
) -> None:
    channel = sandbox.telegram.chat("channel", "News", NEWS)
    office = Office(database, sandbox)
    event = office.event(EventState.DRAFT)
    office.write(lambda c: arranging.publish(c, event.id, by="staff", now=real_now()))
    starts_at = real_now() + timedelta(days=40)
    part_id, ends_at = event.parts[0].id, starts_at + timedelta(hours=1)
    async with delivering(database, *office.channels.values()):
        assert await ended(database, *office.seal()) == ["accepted"]
        office.write(lambda c: arranging.move(c, part_id, starts_at, ends_at, by="staff", now=real_now()))
        assert await ended(database, *office.seal()) == ["accepted"]
        (moved,) = sandbox.telegram.screen(str(channel))["messages"]
        assert format_day(tokyo_day(starts_at), "ja") in str(moved)
        office.write(lambda c: arranging.cancel_event(c, event.id, by="staff", now=real_now()))
        assert await ended(database, *office.seal()) == ["accepted"]
    (cancelled,) = sandbox.telegram.screen(str(channel))["messages"]
    assert "中止になりました" in str(cancelled)
    assert [status for status, _ in outcome_of(sandbox, "editMessageText")] == [200, 200]


async def test_an_edit_that_changes_nothing_is_as_good_as_made(sandbox: Sandbox, database: Database) -> None:
    sandbox.telegram.chat("channel", "News", NEWS)
    office = Office(database, sandbox)
    event = office.event(EventState.DRAFT)
    office.write(lambda c: arranging.publish(c, event.id, by="staff", now=real_now()))
    async with delivering(database, *office.channels.values()):
        assert await ended(database, *office.seal()) == ["accepted"]
        published = office.write(lambda c: events.find(c, event.id))
        office.write(lambda c: announcing.amend(c, published, now=real_now()))
        assert await ended(database, *office.seal()) == ["accepted"]
    assert [status for status, _ in outcome_of(sandbox, "editMessageText")] == [400]


def test_an_event_of_the_programme_file_is_not_posted(sandbox: Sandbox, database: Database) -> None:
    office = Office(database, sandbox)
    office.event(EventState.PUBLISHED)
    assert office.seal() == []


async def test_a_notice_that_cannot_be_looked_at_again_waits_and_does_not_stay_with_a_process_that_forgot_it(
    sandbox: Sandbox, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, key = Office(database, sandbox), sandbox.line.person()
    sandbox.line.follow(key, hold=True)
    look, looked = validity.look_again, itertools.count()

    def stumble(*values: Any) -> validity.Verdict:
        if next(looked) == 0:
            raise LookupError("a mistake of ours")
        return look(*values)

    monkeypatch.setattr(validity, "look_again", stumble)
    monkeypatch.setattr(outcomes, "HALT_DELAY", 0.2)
    office.seat(office.event(), ChannelName.LINE, "bot", key)
    numbers = office.seal()
    async with delivering(database, *office.channels.values()):
        assert await ended(database, *numbers) == ["accepted"]
    assert len(shown_on_line(sandbox, key)) == 1
