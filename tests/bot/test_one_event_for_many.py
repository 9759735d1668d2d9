"""300 people press at once for 30 seats, through the real webhooks; and the same with the guard taken away."""

import asyncio
import re
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Connection, select
from structlog.testing import capture_logs

from handlers.rules.names import generated_name
from storage import accounts, events, people, registrations
from storage.database import Database
from storage.events import PARTS
from storage.facts import ChannelName, EventFacts, EventState, PlannedPart, RegistrationFacts
from storage.registrations import REGISTRATIONS
from tests.bot.desk import Desk, Writer
from tests.handlers.seats import DETAILS, START
from tests.town import Town

PEOPLE, SEATS = 300, 30
ENOUGH_TO_OVERSELL = 100  # the control needs no more
PLACE = re.compile("キャンセル待ち.{0,3}?([0-9]+)番")


@pytest.fixture(autouse=True)
def kept_logs() -> Iterator[None]:
    """Keep log lines: 300 of them drawn for a terminal take long."""
    with capture_logs():
        yield


def join(town: Town, keys: list[str]) -> None:
    """Let people have joined long ago."""

    def unit(connection: Connection) -> None:
        consent = town.programme.consent.version
        for number, key in enumerate(keys):
            account = accounts.add(connection, ChannelName.LINE, "bot", key, town.now)
            name = generated_name(town.programme.names, "ja", number, number, number)
            person = people.add(connection, name, town.now)
            accounts.change(connection, account.id, person_id=person, language="ja", state_at=town.now)
            people.add_consent(connection, person, account.id, consent, "ja", town.now)

    town.database.write(unit).result()


def hold(town: Town) -> EventFacts:
    def unit(connection: Connection) -> EventFacts | None:
        part = PlannedPart(starts_at=START, ends_at=START + timedelta(hours=2), capacity=SEATS)
        state = EventState.PUBLISHED
        return events.find(connection, events.add(connection, DETAILS, [part], state, town.now))

    found: EventFacts | None = town.database.write(unit).result()
    assert found is not None
    return found


async def press_all(database: Database, count: int = PEOPLE) -> tuple[Desk, EventFacts]:
    """Let everybody press the button of one event at once, each in a webhook of their own."""
    desk = Desk(database)
    keys = [f"U{number:032x}" for number in range(count)]
    join(desk.town, keys)
    event = hold(desk.town)
    posted = [desk.post(Writer(desk, key).press(f"reg:{event.id}")) for key in keys]
    answers = await asyncio.gather(*posted)
    assert {answer.status_code for answer in answers} == {200}
    await desk.settle()
    return desk, event


def registered(desk: Desk, event: EventFacts) -> list[RegistrationFacts]:
    rows: list[RegistrationFacts] = desk.database.read(
        lambda c: registrations.list_of_part(c, event.parts[0].id)
    ).result()
    return rows


@pytest.mark.timeout(300)
async def test_of_300_who_press_at_once_exactly_30_are_seated_and_270_wait_in_order(database: Database) -> None:
    desk, event = await press_all(database)
    rows = registered(desk, event)
    assert [str(one.state) for one in rows] == ["seated"] * SEATS + ["waiting"] * (PEOPLE - SEATS)
    assert sorted({one.queued for one in rows}) == [one.queued for one in rows]
    assert len({one.code for one in rows}) == PEOPLE
    assert database.read(lambda c: events.find(c, event.id)).result().parts[0].taken == SEATS
    assert set(desk.outbox("state")) == {"accepted"}
    told = [PLACE.search(content) for content in desk.outbox("content")]
    places = sorted(int(found.group(1)) for found in told if found)
    assert places == list(range(1, PEOPLE - SEATS + 1)), "each who waits was told a place of their own"


@pytest.mark.timeout(300)
async def test_without_the_lock_and_the_guard_the_same_presses_oversell(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: seats are counted in a snapshot, as a program does that counts and then inserts."""

    def count_then_take(connection: Connection, part_id: int, seats: int) -> bool:
        mine = (REGISTRATIONS.c.part_id == part_id, REGISTRATIONS.c.state == "seated")
        held = database.read(lambda c: len(c.execute(select(REGISTRATIONS.c.id).where(*mine)).all())).result()
        time.sleep(0.02)  # the time in which another process counts too, on a busy machine as well
        if held + seats > SEATS:
            return False
        connection.execute(PARTS.update().where(PARTS.c.id == part_id).values(taken=PARTS.c.taken + seats))
        return True

    monkeypatch.setattr(events, "lock", lambda *_: None)
    monkeypatch.setattr(events, "take_seats", count_then_take)
    desk, event = await press_all(database, ENOUGH_TO_OVERSELL)
    assert sum(str(one.state) == "seated" for one in registered(desk, event)) > SEATS
