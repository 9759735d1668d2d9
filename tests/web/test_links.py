"""Tracked links: they lead where staff said and nowhere else, and count each person once."""

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from starlette.applications import Starlette

from bot.web.links import LinkParts, routes
from handlers import leaving, tracking
from handlers.messages import Card, Choice, Text
from storage import links
from storage.accounts import ACCOUNTS
from storage.database import StorageUnavailableError
from storage.links import VISITS
from tests.town import Town

SECRET = b"secret"
TARGET = "https://city.test/event?a=1&b=2"


def follow(town: Town, token: str, method: str = "GET") -> httpx.Response:
    app = Starlette(routes=routes(LinkParts(town.database, SECRET)))

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="https://bot.test") as browser:
            return await browser.request(method, f"/r/{token}")

    import asyncio

    return asyncio.run(ask())


@pytest.fixture
def link_id(town: Town) -> int:
    return town.database.write(lambda c: links.keep(c, 1, [TARGET])).result()[TARGET]


def newest_account(town: Town) -> int:
    newest = select(ACCOUNTS.c.id).order_by(ACCOUNTS.c.id.desc()).limit(1)
    return town.database.read(lambda c: c.execute(newest).scalar_one()).result()


def persons(town: Town, link_id: int) -> int:
    found = town.database.read(lambda c: links.find(c, link_id)).result()
    assert found is not None
    return found.persons


def test_a_press_leads_to_the_target_and_counts_each_person_once(town: Town, link_id: int) -> None:
    for _ in range(2):
        town.citizen()
        token = tracking.sign(SECRET, link_id, newest_account(town))
        for _ in range(3):
            answer = follow(town, token)
            assert (answer.status_code, answer.headers["location"]) == (302, TARGET)
    assert persons(town, link_id) == 2


def test_a_friend_who_never_joined_is_counted_too(town: Town, link_id: int) -> None:
    town.citizen(joined=False)
    follow(town, tracking.sign(SECRET, link_id, newest_account(town)))
    assert persons(town, link_id) == 1


def test_a_program_that_only_asks_for_headers_is_not_counted(town: Town, link_id: int) -> None:
    town.citizen()
    answer = follow(town, tracking.sign(SECRET, link_id, newest_account(town)), "HEAD")
    assert (answer.status_code, persons(town, link_id)) == (302, 0)


def test_the_address_is_kept_nowhere_and_says_nothing_to_where_it_leads(town: Town, link_id: int) -> None:
    headers = follow(town, tracking.sign(SECRET, link_id, 1)).headers
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("token", ["", "a", "1-1-", "1-1-AAAAAAAAAAAA", "https:evil.test", "x-y-z", "1-2", "%ff%fe"])
def test_what_we_did_not_sign_leads_nowhere(town: Town, link_id: int, token: str) -> None:
    assert follow(town, token).status_code == 404


def test_a_link_that_is_not_in_our_table_leads_nowhere(town: Town, link_id: int) -> None:
    assert follow(town, tracking.sign(SECRET, link_id + 1, 1)).status_code == 404


def test_another_link_or_account_does_not_fit_a_signature(town: Town, link_id: int) -> None:
    signature = tracking.sign(SECRET, link_id, 1).split("-", 2)[2]
    assert tracking.read(SECRET, f"{link_id:x}-2-{signature}") is None
    assert tracking.read(SECRET, f"{link_id + 1:x}-1-{signature}") is None
    assert tracking.read(b"another", tracking.sign(SECRET, link_id, 1)) is None


def test_who_left_is_led_on_and_not_counted_and_what_they_pressed_is_forgotten(town: Town, link_id: int) -> None:
    citizen = town.citizen()
    account_id = newest_account(town)
    token = tracking.sign(SECRET, link_id, account_id)
    follow(town, token)
    taken = town.database.read(lambda c: leaving.collect(c, account_id)).result()
    assert taken["links_pressed"] == [TARGET]
    citizen.press("leave")
    citizen.tap("退会して消す")
    assert follow(town, token).status_code == 302
    assert persons(town, link_id) == 1
    assert town.database.read(lambda c: c.execute(select(VISITS)).all()).result() == []


def test_who_pressed_is_led_on_even_when_nothing_can_be_written(
    town: Town, link_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise StorageUnavailableError("SQLITE_FULL")

    monkeypatch.setattr(tracking, "follow", full)
    assert follow(town, tracking.sign(SECRET, link_id, 1)).status_code == 302


@given(st.integers(1, 2**40), st.integers(1, 2**40))
def test_every_token_of_ours_is_read_back(link: int, account: int) -> None:
    assert tracking.read(SECRET, tracking.sign(SECRET, link, account)) == (link, account)


def test_only_buttons_whose_target_is_tracked_are_changed() -> None:
    buttons = (Choice("見る", url=TARGET), Choice("押す", "menu"), Choice("ほか", url="https://other.test"))
    shown = (Card("題", ("行",), buttons), Text("文", buttons))
    ours = tracking.Tracking(numbers={TARGET: 5}, secret=SECRET, public_url="https://bot.test")
    card, text = ours.personalise(shown, 7)
    own = f"https://bot.test/r/{tracking.sign(SECRET, 5, 7)}"
    assert isinstance(card, Card)
    assert [choice.url for choice in card.buttons] == [own, "", "https://other.test"]
    assert isinstance(text, Text)
    assert [choice.url for choice in text.choices] == [own, "", "https://other.test"]
