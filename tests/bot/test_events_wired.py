"""Events in the bot put together: seeded once, linked to the chats, the form opened by the link of the chat."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Connection

from bot.app import App
from bot.settings import Settings
from storage import events, people, registrations
from storage.facts import ChannelName, EventFacts, EventState, RegistrationState
from tests.town import KITAQ
from tests.web.town_events import a_part, add, an_event

CODES = ["decarbonised_business", "kzc_and_business", "seminar_march_2022", "workshop_march_2022", "gx_school"]


def built(folder: Path, **settings: str) -> App:
    return App(Settings(_env_file=None, data_dir=folder, programme_file=KITAQ, **settings))  # type: ignore[arg-type]


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    app = built(tmp_path)
    yield app
    app.database.close()


@pytest.fixture
def real(tmp_path: Path) -> Iterator[App]:
    """A bot with real tokens, whose platforms nobody asks here."""
    secrets = {
        "line_channel_secret": "s" * 32,
        "line_channel_access_token": "t",
        "telegram_bot_token": f"42:{'x' * 35}",
    }
    app = built(tmp_path, **secrets, public_url="https://bot.example")
    yield app
    app.database.close()


def coming(app: App) -> list[EventFacts]:
    return app.database.read(lambda c: events.list_coming(c, app.clock.now(), 99)).result()


def browser(app: App) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app.web), base_url="http://127.0.0.1:8080")


def test_the_first_start_seeds_the_citys_events_and_the_next_one_leaves_them_alone(tmp_path: Path) -> None:
    first = built(tmp_path)
    seeded = coming(first)
    first.database.write(lambda c: events.change_details(c, seeded[0].id, seeded[1], first.clock.now())).result()
    first.database.close()
    second = built(tmp_path)
    try:
        again = coming(second)
    finally:
        second.database.close()
    assert [event.code for event in seeded] == CODES
    assert [(event.id, event.title) for event in again[:2]] == [(e.id, seeded[1].title) for e in seeded[:2]]
    assert len(again) == len(seeded)
    assert second.programme.events == ()  # they live in the database, not in a version


async def test_in_the_sandbox_an_event_leads_to_the_phones(app: App) -> None:
    async with browser(app) as client:
        page = (await client.get("/events/1")).text
        found = (await client.get("/api/v1/events")).json()["events"]
        calendar = (await client.get("/calendar.ics")).text
    assert 'href="/sandbox"' in page
    assert [event["code"] for event in found] == CODES
    assert calendar.count("BEGIN:VEVENT") == 8


async def test_each_chat_that_is_known_gets_a_link_that_opens_it_at_the_event(real: App) -> None:
    event = add(real.database, an_event("open", a_part(None)), real.clock.now())
    real.addresses[ChannelName.LINE] = "https://line.me/R/ti/p/%40city"
    async with browser(real) as client:
        before = (await client.get(f"/events/{event.id}")).text
        real.addresses[ChannelName.TELEGRAM] = "https://t.me/city_bot"
        page = (await client.get(f"/events/{event.id}")).text
        (found,) = [each for each in (await client.get("/api/v1/events")).json()["events"] if each["id"] == event.id]
    line, telegram = "https://line.me/R/oaMessage/%40city/?e_open", "https://t.me/city_bot?start=e_open"
    assert line in before
    assert "t.me" not in before
    assert f'href="{line}">LINEで申し込む' in page
    assert f'href="{telegram}">Telegramで申し込む' in page
    assert found["register"] == [{"name": "LINE", "url": line}, {"name": "Telegram", "url": telegram}]
    assert found["page"] == f"https://bot.example/events/{event.id}"


async def test_the_link_that_the_chat_shows_opens_the_form(app: App) -> None:
    def register(connection: Connection) -> int:
        person = people.add_without_account(connection)
        values = {"event_id": 1, "state": RegistrationState.SEATED, "queued": 1, "as_company": True}
        registrations.put(connection, coming_part, person, app.clock.now(), **values)
        return person

    coming_part = coming(app)[0].parts[0].id
    person = app.database.write(register).result()
    link = app._make_link("company", f"1-{person}")
    path = "/" + link.split("/", 3)[3]
    async with browser(app) as client:
        assert (await client.get(path)).status_code == 200
        given = {"company": "はとば製作所", "email": "desk@hatoba.example"}
        answer = await client.post(path, data=given, headers={"sec-fetch-site": "same-origin"})
    assert "ありがとうございます" in answer.text
    kept = app.database.read(lambda c: registrations.find_company_form(c, 1, person)).result()
    assert kept == ("はとば製作所", "desk@hatoba.example")


def test_events_that_were_over_before_the_bot_began_are_drafts_that_nobody_counts(real: App) -> None:
    stored = real.database.read(lambda c: events.list_all(c, 99)).result()
    assert {event.code for event in stored} == set(CODES)
    assert {event.state for event in stored} == {EventState.DRAFT}
    assert coming(real) == []
