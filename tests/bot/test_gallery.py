"""Addresses of pictures: they say nothing, cannot be guessed, end, and lead to what is there when they are opened."""

import base64
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from starlette.applications import Starlette

from bot.drawing import fonts
from bot.pictures import LIFE, Gallery
from bot.web import drawn
from bot.web.pages import Pages
from handlers.messages import Card
from handlers.picturing import Kind, PersonPicture, Subject, find, read_subject
from handlers.texts import Texts
from storage.clock import TOKYO
from storage.database import Database
from tests.handlers.occasions import person_of
from tests.town import Citizen, Town

URL = "https://sandbox.test"


@pytest.fixture
def town(database: Database) -> Town:
    return Town(database)


@pytest.fixture
def gallery(town: Town) -> Gallery:
    texts = Texts(town.programme.city.languages)
    made = Gallery(town.database, town.house.clock, lambda: town.programme, texts, b"secret", URL)
    town.house = replace(town.house, make_picture=made.address)
    return made


@pytest.fixture
def browser(town: Town, gallery: Gallery) -> Iterator[httpx.AsyncClient]:
    pages = Pages(Texts(town.programme.city.languages, "pages"), lambda: town.programme)
    app = Starlette(routes=drawn.routes(gallery, pages, town.house.clock))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=URL)


def shown(citizen: Citizen, data: str) -> Any:
    (card,) = citizen.press(data)
    assert isinstance(card, Card)
    return card.picture


async def test_my_points_and_the_totals_come_under_a_picture_that_says_the_same(
    town: Town, gallery: Gallery, browser: httpx.AsyncClient
) -> None:
    citizen = town.citizen()
    citizen.press("r:my_bottle:2022-01-20:1")
    for data, alt in (("points", "今週のポイント 5"), ("totals", "目標：60,000人")):
        picture = shown(citizen, data)
        assert alt in picture.alt
        answer = await browser.get(picture.url)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
        assert "noindex" in answer.headers["x-robots-tag"]
        assert (await gallery.fetch(picture.url)) == answer.content


def test_the_streak_stands_on_the_picture_when_it_is_fetched_too_and_never_for_who_wants_no_games(
    town: Town, gallery: Gallery
) -> None:
    citizen = town.citizen()
    words = Texts(town.programme.city.languages).of("ja")
    for day in (20, 21):
        town.now = datetime(2022, 1, day, 12, tzinfo=TOKYO)
        citizen.press(f"r:my_bottle:2022-01-{day}:1")
    subject = Subject(kind=Kind.PERSON, language="ja", on=date(2022, 1, 21), person_id=person_of(town, citizen))

    def fetched() -> PersonPicture:
        found = town.database.read(lambda c: find(c, town.programme, subject, words, town.now)).result()
        assert isinstance(found, PersonPicture)
        return found

    before = shown(citizen, "points")
    assert "続けた日：2日" in before.alt
    assert fetched().alt == before.alt
    citizen.press("play:no")
    without = shown(citizen, "points")
    assert "続けた日" not in without.alt
    assert (fetched().alt, fetched().size) == (without.alt, (without.width, without.height))
    assert before.height > without.height


async def test_the_same_picture_has_one_address_all_day_and_is_drawn_once(town: Town, gallery: Gallery) -> None:
    citizen = town.citizen()
    first = shown(citizen, "points").url
    town.pass_minutes(30)
    second = shown(citizen, "points").url
    assert first == second
    before = await gallery.fetch(first)
    assert before is await gallery.fetch(second)
    citizen.press("r:my_bag:2022-01-20:1")
    assert (await gallery.fetch(first)) != before


async def test_an_address_says_nothing_and_no_other_word_opens_anything(town: Town, gallery: Gallery) -> None:
    url = shown(town.citizen(), "points").url
    word = url.rpartition("/")[2].removesuffix(".png")
    raw = base64.urlsafe_b64decode(word + "=" * (-len(word) % 4))
    assert b"person" not in raw
    assert b"2022" not in raw
    for at in range(len(raw)):
        changed = raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]
        assert await gallery.find(base64.urlsafe_b64encode(changed).decode().rstrip("=")) is None
    for strange in ("", "x", "%%%", "é", "A" * 400, word[:-4]):
        assert await gallery.find(strange) is None
    other = Gallery(town.database, town.house.clock, lambda: town.programme, Texts(("ja",)), b"other", URL)
    assert await other.fetch(url) is None
    assert await gallery.fetch(url.replace(URL, "https://elsewhere.test")) is None


async def test_an_address_ends_after_its_days(town: Town, gallery: Gallery) -> None:
    url = shown(town.citizen(), "points").url
    town.now += LIFE - timedelta(days=1)
    assert await gallery.fetch(url) is not None
    town.now += timedelta(days=2)
    assert await gallery.fetch(url) is None


async def test_who_leaves_takes_their_picture_along(town: Town, gallery: Gallery, browser: httpx.AsyncClient) -> None:
    citizen = town.citizen()
    url = shown(citizen, "points").url
    assert (await browser.get(url)).status_code == 200
    citizen.press("leave")
    citizen.tap("退会して消す")
    assert (await browser.get(url)).status_code == 404


async def test_a_board_with_nobody_to_show_is_no_picture(town: Town, gallery: Gallery) -> None:
    assert shown(town.citizen(), "board") is None
    assert await gallery.draw(Subject(kind=Kind.BOARD, language="ja", on=date(2022, 1, 10))) is None


def test_without_a_font_or_an_address_words_stand_alone(
    town: Town, gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    citizen = town.citizen()
    nowhere = Gallery(town.database, town.house.clock, lambda: town.programme, Texts(("ja",)), b"secret", "")
    town.house = replace(town.house, make_picture=nowhere.address)
    assert shown(citizen, "points") is None
    town.house = replace(town.house, make_picture=gallery.address)
    monkeypatch.setattr(fonts, "_first_with", lambda sign, language: None)
    assert shown(citizen, "points") is None


async def test_what_shared_links_show_is_the_same_all_day_in_each_language(
    town: Town, browser: httpx.AsyncClient
) -> None:
    first = await browser.get("/share.png?lang=en")
    assert (first.status_code, first.headers["content-type"]) == (200, "image/png")
    town.database.write(lambda c: c.execute(text("SELECT 1"))).result()
    assert (await browser.get("/share.png?lang=en")).content == first.content
    assert (await browser.get("/share.png?lang=ja")).content != first.content


def test_a_subject_is_read_as_it_was_written() -> None:
    subject = Subject(kind=Kind.PERSON, language="zh-Hans", on=date(2022, 1, 20), person_id=1_000_000)
    assert read_subject(str(subject)) == subject
    assert [read_subject(strange) for strange in ("", "person", "x.ja.20220120.1", "ring.ja.today.0")] == [None] * 4
