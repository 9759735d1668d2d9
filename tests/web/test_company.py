"""The company's form: only for who is registered, only for an hour, checked, corrected, and told to nobody else."""

from datetime import timedelta
from urllib.parse import quote

import httpx
import pytest

from bot import signed
from storage import registrations
from storage.database import Database
from storage.facts import EventFacts, RegistrationState
from tests.web.public_app import NOON, SECRET, app_of, public_parts, reader
from tests.web.town_events import NOW, add, an_event

PERSON = 7
OURS = {"sec-fetch-site": "same-origin"}
GIVEN = {"company": "はとば製作所（株）", "email": "desk@hatoba.example"}


def address(event: EventFacts, person: int = PERSON, life: timedelta = signed.LINK_LIFE) -> str:
    token = signed.sign(SECRET, "company", f"{event.id}-{person}", NOON + life)
    return f"/company/{quote(token)}"


def registered(database: Database, state: RegistrationState = RegistrationState.SEATED) -> EventFacts:
    event = add(database, an_event())
    put(database, event, state)
    return event


def put(database: Database, event: EventFacts, state: RegistrationState) -> None:
    part, values = event.parts[0].id, {"event_id": event.id, "state": state, "queued": 1, "as_company": True}
    database.write(lambda c: registrations.put(c, part, PERSON, NOW, **values)).result()


def kept(database: Database, event: EventFacts) -> tuple[str, str] | None:
    return database.read(lambda c: registrations.find_company_form(c, event.id, PERSON)).result()


async def test_the_form_says_for_which_event_it_is_and_is_kept_nowhere_on_the_way(database: Database) -> None:
    event = registered(database)
    async with reader(app_of(public_parts(database))) as browser:
        answer = await browser.get(address(event))
    assert answer.status_code == 200
    assert "冬の省エネ講座" in answer.text
    assert "2022年1月26日(水) 午後2時から" in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-robots-tag"] == "noindex"
    assert answer.headers["referrer-policy"] == "same-origin"


async def test_what_was_written_is_kept_thanked_for_shown_again_and_can_be_corrected(database: Database) -> None:
    event = registered(database)
    async with reader(app_of(public_parts(database)), **OURS) as browser:
        thanks = await browser.post(address(event), data=GIVEN)
        assert "ありがとうございます" in thanks.text
        assert kept(database, event) == (GIVEN["company"], GIVEN["email"])
        again = await browser.get(address(event))
        assert 'value="desk@hatoba.example"' in again.text
        await browser.post(address(event), data={**GIVEN, "company": "はとば商店"})
    assert kept(database, event) == ("はとば商店", GIVEN["email"])


@pytest.mark.parametrize("state", [RegistrationState.WAITING, RegistrationState.OFFERED])
async def test_who_waits_may_write_as_well(database: Database, state: RegistrationState) -> None:
    event = registered(database, state)
    async with reader(app_of(public_parts(database)), **OURS) as browser:
        assert (await browser.post(address(event), data=GIVEN)).status_code == 200
    assert kept(database, event) is not None


async def test_spaces_around_go_the_company_stays_as_written_and_the_address_is_folded_in_width(
    database: Database,
) -> None:
    event = registered(database)
    written = {"company": " ㈱髙﨑 ﾊﾄﾊﾞ　", "email": " ｄｅｓｋ＠ｈａｔｏｂａ．ｅｘａｍｐｌｅ\n"}
    async with reader(app_of(public_parts(database)), **OURS) as browser:
        assert (await browser.post(address(event), data=written)).status_code == 200
    assert kept(database, event) == ("㈱髙﨑 ﾊﾄﾊﾞ", "desk@hatoba.example")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"company": "  "}, "会社名を入力してください。"),
        ({"company": "あ" * 101}, "会社名は100文字までで入力してください。"),
        ({"company": "はとば\x00製作所"}, "使えない文字が入っています。"),
        ({"company": "はとば\r\n製作所"}, "使えない文字が入っています。"),
        ({"company": "はとば\u202e製作所"}, "使えない文字が入っています。"),
        ({"email": ""}, "メールアドレスを入力してください。"),
        *(
            ({"email": email}, "メールアドレスの形を確かめてください。")
            for email in (
                "desk", "desk@hatoba", "a@b@hatoba.example", "@hatoba.example", "desk@.example", "desk@hatoba..example",
                "de sk@hatoba.example", "desk@hatoba.example\nBcc: x@y.example", f"{'a' * 65}@hatoba.example",
                f"desk@{'a' * 250}.example", "desk@hatoba.\x07example",
            )
        ),
    ],
)  # fmt: skip
async def test_what_cannot_be_right_is_told_beside_its_field_and_not_kept(
    database: Database, changes: dict[str, str], told: str
) -> None:
    event = registered(database)
    async with reader(app_of(public_parts(database)), **OURS) as browser:
        answer = await browser.post(address(event), data={**GIVEN, **changes})
    assert answer.status_code == 422
    assert told in answer.text
    assert answer.text.count('aria-invalid="true"') == 1
    assert kept(database, event) is None


async def test_what_was_written_cannot_carry_markup(database: Database) -> None:
    event = registered(database)
    async with reader(app_of(public_parts(database)), **OURS) as browser:
        answer = await browser.post(address(event), data={**GIVEN, "company": '"><script>alert(1)</script>'})
        form = await browser.get(address(event))
    assert "<script" not in answer.text + form.text


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://elsewhere.example"},
        {"origin": "null"},
        {"referer": "https://elsewhere.example/city.test"},
        {},
    ],
)
async def test_a_form_that_another_site_sends_is_refused(database: Database, headers: dict[str, str]) -> None:
    event = registered(database)
    async with reader(app_of(public_parts(database)), **headers) as browser:
        answer = await browser.post(address(event), data=GIVEN)
    assert answer.status_code == 403
    assert kept(database, event) is None


@pytest.mark.parametrize(
    "headers", [{"origin": "http://city.test"}, {"origin": "https://city.test"}, {"referer": "http://city.test/x"}]
)
async def test_a_browser_that_only_names_the_origin_is_known_by_it(database: Database, headers: dict[str, str]) -> None:
    event = registered(database)
    async with reader(app_of(public_parts(database)), **headers) as browser:
        assert (await browser.post(address(event), data=GIVEN)).status_code == 200


async def gone(database: Database, path: str) -> None:
    async with reader(app_of(public_parts(database)), **OURS) as browser:
        for answer in (await browser.get(path), await browser.post(path, data=GIVEN)):
            assert answer.status_code == 404
            assert "このページは使えなくなりました" in answer.text
            assert answer.headers["cache-control"] == "no-store"


async def test_a_link_ends_after_its_hour(database: Database) -> None:
    event = registered(database)
    await gone(database, address(event, life=timedelta(seconds=-2)))
    assert kept(database, event) is None


async def test_a_token_that_is_not_ours_or_made_for_another_page_opens_nothing(database: Database) -> None:
    event = registered(database)
    other_page = signed.sign(SECRET, "mydata", f"{event.id}-{PERSON}", NOON + signed.LINK_LIFE)
    other_form = signed.sign(SECRET, "company", "all", NOON + signed.LINK_LIFE)
    for path in (f"/company/{other_page}", f"/company/{other_form}", "/company/x", address(event)[:-1] + "_"):
        await gone(database, path)


async def test_who_is_not_registered_or_no_more_can_leave_nothing(database: Database) -> None:
    event = registered(database, RegistrationState.CANCELLED)
    await gone(database, address(event))
    await gone(database, address(event, person=PERSON + 1))
    assert kept(database, event) is None


async def test_more_than_a_form_holds_is_not_read(database: Database) -> None:
    event = registered(database)
    async with reader(app_of(public_parts(database)), **OURS) as browser:
        answer = await browser.post(address(event), data={**GIVEN, "more": "x" * 9000})
    assert answer.status_code == 413
    assert kept(database, event) is None


@pytest.mark.parametrize("body", [b"\xff\xfe", b"company=%ff&email=%ff", b"{}", b"&".join([b"a=1"] * 20)])
async def test_what_is_no_form_is_asked_for_again(database: Database, body: bytes) -> None:
    event = registered(database)
    async with reader(app_of(public_parts(database)), **OURS) as browser:
        answer = await browser.post(address(event), content=body)
    assert answer.status_code == 422


async def test_the_form_speaks_english_and_keeps_to_it(database: Database) -> None:
    event = registered(database)
    async with reader(app_of(public_parts(database)), **OURS) as browser:
        answer: httpx.Response = await browser.post(f"{address(event)}?lang=en", data={"company": "", "email": "x"})
        thanks = await browser.post(
            f"{address(event)}?lang=en", data={"company": "Hatoba Works", "email": "a@b.example"}
        )
    for told in ("Please enter the name of your company.", "Saving energy in winter", "Wed 26 Jan"):
        assert told in answer.text
    assert f"{address(event)}?lang=en" in thanks.text
    for page in (answer, thanks):
        told = page.text.replace("やさしい日本語", "").replace("日本語", "")
        assert [letter for letter in told if "\u3041" <= letter <= "\u9fff"] == []
