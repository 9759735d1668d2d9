"""Errands of staff with broadcasts: on real storage, here and through the running bot."""

import base64
import hashlib
import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from bot.broadcasting import desk, errands
from bot.broadcasting.office import ERRAND, Errand, ErrandRefusedError, Office
from bot.importing.links import Links
from bot.sandbox.line.pictures import plain
from handlers import arranging, messages
from handlers.messages import Card
from handlers.rules import broadcasts as rules
from handlers.rules.forecast import PLANS
from scheduler.quotas import NotAnsweredError
from storage import approvers, broadcasts, events, pictures, quotas
from storage.facts import BroadcastContent, BroadcastState, ChannelName
from tests.handlers.occasions import add_event
from tests.town import Town

SECRET = b"secret"
FILE = """
title = "清掃"
send_at = 2022-01-20T13:00:00+09:00
[text.ja]
body = "1月29日(土)に清掃をします。"
[text.en]
body = "Clean-up on Sat 29 Jan."
[[text.en.buttons]]
label = "See"
url = "https://city.test/cleanup"
"""


def answers(request: httpx.Request) -> httpx.Response:
    return httpx.Response(404 if request.url.path == "/gone" else 200)


@pytest.fixture
def office(town: Town) -> Office:
    town.citizen()
    return Office(
        database=town.database,
        clock=town.house.clock,
        programme=town.house.programme,
        texts=town.house.texts,
        public_url=town.house.public_url,
        senders=town.house.channels,
        plan=PLANS["standard"],
        rates={ChannelName.LINE: 2_000.0, ChannelName.TELEGRAM: 30.0},
        links=Links(transport=httpx.MockTransport(answers), resolve=lambda host, port: ["93.184.216.34"]),
    )


def do(office: Office, act: str, number: int = 0, by: str = "Ann", **fields: str | bool) -> str:
    return "\n".join(office.do(ERRAND.validate_python({"act": act, "by": by, "number": number, **fields})))


def refused(office: Office, act: str, number: int = 0, by: str = "Ann", **fields: str | bool) -> str:
    with pytest.raises(ErrandRefusedError) as raised:
        do(office, act, number, by, **fields)
    return str(raised.value)


def state(office: Office, number: int = 1) -> BroadcastState:
    found = office.database.read(lambda c: broadcasts.find(c, number)).result()
    assert found is not None
    return found.state


def hash_of(office: Office, number: int = 1) -> str:
    found = office.database.read(lambda c: broadcasts.find(c, number)).result()
    assert found is not None
    return found.content_hash[:12]


def test_a_broadcast_goes_from_a_file_to_armed_with_two_people(office: Office) -> None:
    now = office.clock.now()
    office.database.write(lambda c: quotas.put(c, ChannelName.LINE, 1_000, 0, now)).result()
    assert do(office, "draft", file=FILE).startswith("broadcast 1 is a draft")
    assert do(office, "approver", name="Ben", word="open sesame") == "Ben may approve"
    assert "is submitted as" in do(office, "submit", 1)
    assert do(office, "approve", 1, name="Ben", word="open sesame", seen=hash_of(office)).endswith("by Ben")
    assert "LINE       1 messages" in do(office, "arm", 1)
    assert state(office) is BroadcastState.ARMED
    assert do(office, "stop", 1).startswith("broadcast 1 is stopped")


def test_nobody_waits_for_the_database_while_a_word_is_hashed(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    real, hashed_by = hashlib.scrypt, []

    def scrypt(*args: Any, **more: Any) -> bytes:
        hashed_by.append(threading.current_thread())
        return real(*args, **more)

    monkeypatch.setattr(hashlib, "scrypt", scrypt)
    do(office, "approver", name="Ben", word="open sesame")
    assert "nobody who may approve" in refused(office, "approve", 1, name="Ben", word="wrong")
    assert hashed_by == [threading.current_thread()] * 2, "a thread of the database hashed"


def test_an_approver_is_known_by_their_own_word_and_looks_first(office: Office) -> None:
    do(office, "approver", name="Ben", word="open sesame")
    do(office, "draft", file=FILE)
    do(office, "submit", 1)
    assert "this word" in refused(office, "approve", 1, name="Ben", word="guess", seen=hash_of(office))
    assert "this word" in refused(office, "approve", 1, name="Stranger", word="open sesame", seen=hash_of(office))
    assert "not what was seen" in refused(office, "approve", 1, name="Ben", word="open sesame", seen="0000")
    assert "not what was seen" in refused(office, "approve", 1, name="Ben", word="open sesame", seen="")
    do(office, "no-approver", name="Ben")
    assert "this word" in refused(office, "approve", 1, name="Ben", word="open sesame", seen=hash_of(office))
    assert not office.database.read(lambda c: approvers.list_all(c)).result()


def test_an_author_does_not_approve_although_they_may(office: Office) -> None:
    do(office, "approver", name="ann", word="mine")
    do(office, "draft", file=FILE)
    do(office, "submit", 1)
    assert "nobody approves what they wrote" in refused(
        office, "approve", 1, name="ann", word="mine", seen=hash_of(office)
    )


def test_what_is_wrong_in_a_draft_is_said_at_once_and_keeps_it_back(office: Office) -> None:
    bad = FILE.replace("(土)", "(日)").replace("/cleanup", "/gone")
    said = do(office, "draft", file=bad)
    assert "wrong 1月29日(日) falls on another weekday" in said
    assert "https://city.test/gone answers with 404" in said
    assert "wrong 1月29日(日)" in refused(office, "submit", 1)
    assert state(office) is BroadcastState.DRAFT
    do(office, "edit", 1, file=FILE)
    do(office, "submit", 1)


def test_links_may_be_left_unasked_and_that_is_said(office: Office) -> None:
    do(office, "draft", file=FILE.replace("/cleanup", "/gone"))
    assert "was not asked whether it answers" in do(office, "submit", 1, is_unchecked=True)


def test_an_announcement_says_what_its_event_says_in_every_language(town: Town, office: Office) -> None:
    part_id = add_event(town, town.now + timedelta(days=6))[0]
    event_id = office.database.read(lambda c: events.find_id(c, part_id)).result()
    assert "nothing was found" in do(office, "announce", event=str(event_id))
    found = office.database.read(lambda c: broadcasts.find(c, 1)).result()
    assert found is not None
    assert set(found.content.texts) == set(town.programme.city.languages)
    (card,) = messages.load(found.content.texts["ja"])
    assert isinstance(card, Card)
    assert "1月26日(水)" in card.lines[0]
    assert [choice.data or choice.url for choice in card.buttons] == [
        f"ev:{event_id}",
        f"https://sandbox.test/events/{event_id}",
    ]
    at = town.now + timedelta(days=7)
    office.database.write(
        lambda c: arranging.move(c, part_id, at, at + timedelta(hours=1), by="desk", now=town.now)
    ).result()
    assert "has changed since the announcement was made" in refused(office, "submit", 1)


def test_a_correction_says_that_it_is_one(office: Office) -> None:
    do(office, "draft", file=FILE)
    begun = {"state": BroadcastState.STOPPED, "began_at": office.clock.now()}
    office.database.write(lambda c: broadcasts.change(c, 1, **begun)).result()
    assert "corrects 1" in do(office, "correct", 1, file='[text.ja]\nbody = "正しくは30日(日)です。"')
    found = office.database.read(lambda c: broadcasts.find(c, 2)).result()
    assert found is not None
    assert "訂正" in found.content.texts["ja"]


@pytest.mark.parametrize(
    ("act", "fields"),
    [
        ("draft", {"file": "nonsense"}),
        ("draft", {"file": FILE.replace("[text.ja]", 'event = "nowhere"\n[text.ja]')}),
        ("announce", {"event": "nowhere"}),
        ("stop", {}),
        ("approve", {"name": "Ben"}),
        ("device", {"name": "counter"}),
        ("fly", {}),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(office: Office, act: str, fields: dict[str, str]) -> None:
    assert refused(office, act, 99, **fields)


async def ask(office: Office, errand: Errand, **changes: object) -> httpx.Response:
    body = ERRAND.dump_json(errand)
    token = desk.sign(SECRET, body, office.clock.real())
    sent = {"content": body, "headers": {"authorization": f"Bearer {token}"}, **changes}
    transport = httpx.ASGITransport(Starlette(routes=errands.routes(office, SECRET)))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        return await client.post(desk.PATH, **sent)


async def test_the_running_bot_does_an_errand_for_who_holds_its_key(office: Office) -> None:
    answer = await ask(office, Errand(act="draft", by="Ann", file=FILE))
    assert (answer.status_code, answer.json()["lines"][0]) == (200, "broadcast 1 is a draft")
    refused = await ask(office, Errand(act="resume", by="Ann", number=1))
    assert (refused.status_code, len(refused.json()["lines"])) == (409, 1)


async def test_nobody_else_finds_anything_there(office: Office) -> None:
    errand = Errand(act="draft", by="Ann", file=FILE)
    other = desk.sign(SECRET, ERRAND.dump_json(replace(errand, by="Eve")), office.clock.real())
    old = desk.sign(SECRET, ERRAND.dump_json(errand), office.clock.real() - timedelta(minutes=5))
    foreign = desk.sign(b"guess", ERRAND.dump_json(errand), office.clock.real())
    for token in ("", "x", other, old, foreign):
        answer = await ask(office, errand, headers={"authorization": f"Bearer {token}"})
        assert answer.status_code == 404
    assert (await ask(office, replace(errand, file="x" * errands.LARGEST))).status_code == 404
    assert office.database.read(lambda c: broadcasts.list_newest(c, 1)).result() == []


async def test_the_month_is_asked_for_before_arming_and_for_nothing_else(office: Office) -> None:
    asked: list[str] = []

    async def ask_quota() -> None:
        asked.append("asked")
        raise NotAnsweredError("LINE is silent: the last answer stands")

    transport = httpx.ASGITransport(Starlette(routes=errands.routes(office, SECRET, ask_quota)))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        for act, times in (("draft", 0), ("arm", 1)):
            body = ERRAND.dump_json(Errand(act=act, by="Ann", number=1, file=FILE))
            token = desk.sign(SECRET, body, office.clock.real())
            await client.post(desk.PATH, content=body, headers={"authorization": f"Bearer {token}"})
            assert len(asked) == times


def with_picture(data: bytes) -> str:
    return base64.b64encode(data).decode()


ILLUSTRATED = FILE.replace("[text.ja]", '[text.ja]\nalt = "川辺の清掃"').replace(
    "[text.en]", '[text.en]\nalt = "A river"'
)


def test_a_picture_is_kept_with_its_broadcast_and_is_part_of_what_is_approved(office: Office) -> None:
    found = do(office, "draft", file=ILLUSTRATED, picture=with_picture(plain(300, 200)))
    assert "alt" not in found
    (card,) = messages.load(content_of(office).texts["ja"])
    assert isinstance(card, Card)
    assert card.picture is not None
    assert (card.picture.alt, card.picture.width, card.picture.height) == ("川辺の清掃", 300, 200)
    name = card.picture.url.removeprefix(f"{office.public_url}/pictures/")
    kept = office.database.read(lambda c: pictures.find(c, name)).result()
    assert kept is not None
    assert kept.body == plain(300, 200)
    before = rules.content_hash(content_of(office))
    do(office, "edit", 1, file=ILLUSTRATED, picture=with_picture(plain(300, 201)))
    assert rules.content_hash(content_of(office)) != before


def test_a_picture_without_words_for_it_or_a_public_address_keeps_a_broadcast_back(office: Office) -> None:
    picture = with_picture(plain(300, 200))
    assert "en says nothing of what the picture shows" in do(office, "draft", file=FILE, picture=picture)
    assert "says nothing of what the picture shows" in refused(office, "submit", 1)
    do(replace(office, public_url=""), "draft", file=ILLUSTRATED, picture=picture)
    assert "pictures need PUBLIC_URL" in refused(office, "submit", 2), "it was drafted without an address"


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"GIF89a", "JPEG でも PNG でも"), (plain(8, 8)[:16] + b"\0\0\xff\xff" * 2 + plain(8, 8)[24:], "4096 画素")],
)
def test_a_file_that_phones_could_not_show_is_refused_in_japanese_and_nothing_is_kept(
    office: Office, data: bytes, reason: str
) -> None:
    assert reason in refused(office, "draft", file=ILLUSTRATED, picture=with_picture(data))
    assert office.database.read(lambda c: broadcasts.list_newest(c, 1)).result() == []


def test_words_about_a_picture_that_is_not_there_are_refused(office: Office) -> None:
    assert "no --picture was given" in refused(office, "draft", file=ILLUSTRATED)


def content_of(office: Office, number: int = 1) -> BroadcastContent:
    found = office.database.read(lambda c: broadcasts.find(c, number)).result()
    assert found is not None
    return found.content
