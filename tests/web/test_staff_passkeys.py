"""Passkeys over HTTP: made, used at sign-in and to prove oneself, removed; and every answer that is refused."""

import html
import json
import re
from datetime import timedelta

import pytest

from handlers import staffing
from handlers.staffing import Doing
from storage import audit, passkeys, staff
from storage.sessions import SESSIONS
from tests.town import Town
from tests.web.soft_passkey import SoftPasskey
from tests.web.staff_clerks import PASSWORD, WRONG, Clerk, hired
from tests.web.staff_desk import Office, text_of

LOCAL = "http://localhost"


@pytest.fixture
def office(town: Town) -> Office:
    return Office(town)


async def at_localhost(office: Office, name: str = "佐藤 花子") -> Clerk:
    """Have somebody enter at a browser that calls the bot localhost."""
    one = await hired(office, name)
    jar = one.browser.cookies
    one.browser = office.browser()
    one.browser.base_url = LOCAL
    for cookie in ("session", "device"):
        one.browser.cookies.set(cookie, jar[cookie])
    return one


async def make(one: Clerk, key: SoftPasskey, name: str = "窓口のパソコン") -> None:
    await one.open("/staff/me")
    await one.press("パスキーを加える…")
    options = re.search(r'data-passkey="([^"]+)"', one.shown.text)
    assert options is not None
    challenge = json.loads(html.unescape(options[1]))["challenge"]
    await one.send("/staff/me", act="passkey", name=name, passkey=key.make(challenge))


async def with_passkey(office: Office, name: str = "佐藤 花子") -> tuple[Clerk, SoftPasskey]:
    one, key = await at_localhost(office, name), SoftPasskey()
    await make(one, key)
    assert "パスキーを加えました" in one.words
    return one, key


async def challenge_of(one: Clerk) -> str:
    answer = await one.browser.post("/staff/challenge", headers={"accept": "application/json"})
    assert answer.status_code == 200
    return str(answer.json()["challenge"])


async def sign_in(one: Clerk, answer: str, password: str = PASSWORD) -> bool:
    await one.open("/staff/sign-in")
    await one.send("/staff/sign-in", name=one.name, password=password, passkey=answer)
    return await one.is_in()


async def leave(one: Clerk) -> None:
    await one.open("/staff/me")
    await one.press("出る")


def age(office: Office) -> None:
    """Let the password have been typed too long ago."""
    long_ago = office.town.house.clock.real() - timedelta(minutes=6)
    office.do(lambda c: c.execute(SESSIONS.update().values(proved_at=long_ago)))


def acts(office: Office) -> list[tuple[str, str]]:
    return [(row.act, row.detail) for row in office.do(lambda c: audit.list_newest(c, 100))]


async def test_a_passkey_stands_in_for_the_code_at_sign_in_and_its_use_is_shown(office: Office) -> None:
    one, key = await with_passkey(office)
    assert "まだ使っていません" in one.words
    await leave(one)
    assert await sign_in(one, key.answer(await challenge_of(one)))
    await one.open("/staff/me")
    assert "最後に使ったのは" in one.words
    assert "窓口のパソコン" in one.words


async def test_a_passkey_without_the_password_lets_nobody_in(office: Office) -> None:
    one, key = await with_passkey(office)
    await leave(one)
    assert not await sign_in(one, key.answer(await challenge_of(one)), "x" * 15)
    assert WRONG in one.words


async def test_an_answer_counts_once(office: Office) -> None:
    one, key = await with_passkey(office)
    await leave(one)
    answer = key.answer(await challenge_of(one))
    assert await sign_in(one, answer)
    await leave(one)
    assert not await sign_in(one, answer)


async def test_a_challenge_is_spent_by_a_wrong_answer_and_over_after_five_minutes(office: Office) -> None:
    one, key = await with_passkey(office)
    await leave(one)
    challenge, late = await challenge_of(one), await challenge_of(one)
    key.is_verified = False
    assert not await sign_in(one, key.answer(challenge))
    key.is_verified = True
    assert not await sign_in(one, key.answer(challenge))
    office.at(office.town.now + timedelta(minutes=5))
    assert not await sign_in(one, key.answer(late))
    assert await sign_in(one, key.answer(await challenge_of(one)))


@pytest.mark.parametrize(
    "wrong", [{"origin": "https://city.example"}, {"rp_id": "city.example"}, {"is_verified": False}, {"count": -1}]
)
async def test_an_answer_for_elsewhere_or_without_the_persons_word_is_refused(
    office: Office, wrong: dict[str, object]
) -> None:
    one, key = await with_passkey(office)
    await leave(one)
    assert await sign_in(one, key.answer(await challenge_of(one)))
    await leave(one)
    for name, value in wrong.items():  # a count of 0 after one of 1 is that of a copy
        setattr(key, name, value)
    assert not await sign_in(one, key.answer(await challenge_of(one)))
    assert ("staff.sign_in_failed", "") in acts(office)


async def test_anothers_passkey_and_a_forged_signature_are_refused(office: Office) -> None:
    one, key = await with_passkey(office)
    other, others_key = await with_passkey(office, "鈴木 次郎")
    await leave(one)
    await leave(other)
    assert not await sign_in(one, others_key.answer(await challenge_of(one)))
    forged = SoftPasskey(id=key.id)
    assert not await sign_in(one, forged.answer(await challenge_of(one)))
    assert await sign_in(one, key.answer(await challenge_of(one)))


@pytest.mark.parametrize("answer", ["x", "{}", "[" * 20_000, '{"id": "a", "rawId": "a", "response": 1}'])
async def test_what_no_browser_wrote_is_refused_in_words(office: Office, answer: str) -> None:
    one, _ = await with_passkey(office)
    await leave(one)
    assert not await sign_in(one, answer)
    assert one.shown.status_code == 403


async def test_a_passkey_proves_who_is_in_and_only_by_a_challenge_of_that_session(office: Office) -> None:
    one, key = await with_passkey(office)
    stranger = Clerk(office, one.name, office.browser())
    stranger.browser.base_url = LOCAL
    age(office)
    await one.press("新しく10個作る…")
    assert "パスキーで確かめる" in one.words
    page = one.page
    await one.send("/staff/prove", passkey=key.answer(await challenge_of(stranger)))
    assert "パスキーで確かめられませんでした" in one.words
    one.page = page
    await one.send("/staff/prove", passkey=key.answer(await challenge_of(one)))
    assert one.shown.status_code == 200
    assert ("staff.prove", "passkey") in acts(office)


async def test_who_has_no_passkey_is_asked_for_the_password_alone(office: Office) -> None:
    one = await at_localhost(office)
    await one.open("/staff/me")
    age(office)
    await one.press("新しく10個作る…")
    assert "パスキー" not in one.words
    assert "パスワード" in one.words


async def test_several_are_named_and_one_is_removed(office: Office) -> None:
    one, first = await with_passkey(office)
    second = SoftPasskey()
    await make(one, second, "鍵 二")
    await one.press("外す…")  # the first on the page
    assert "窓口のパソコン" not in one.words
    assert "鍵 二" in one.words
    await leave(one)
    assert not await sign_in(one, first.answer(await challenge_of(one)))
    assert await sign_in(one, second.answer(await challenge_of(one)))
    assert acts(office).count(("staff.passkey", "on")) == 2
    assert acts(office).count(("staff.passkey", "off")) == 1


async def test_a_passkey_made_for_elsewhere_or_known_already_is_not_kept(office: Office) -> None:
    one, key = await with_passkey(office)
    for wrong in (SoftPasskey(origin="http://localhost:1"), SoftPasskey(is_verified=False), SoftPasskey(id=key.id)):
        await make(one, wrong)
        assert "加えられませんでした" in one.words
    number = office.do(lambda c: staff.find_by_name(c, one.name)).id
    assert len(office.do(lambda c: passkeys.list_of(c, number))) == 1


async def test_the_end_of_an_account_ends_its_passkeys(office: Office) -> None:
    one, _ = await with_passkey(office)
    number, now = office.do(lambda c: staff.find_by_name(c, one.name)).id, office.town.now
    office.do(lambda c: staffing.end(c, number, Doing(by="root", now=now, real_now=now)))
    assert office.do(lambda c: passkeys.list_of(c, number)) == []


async def test_elsewhere_than_https_or_localhost_no_passkey_is_offered(office: Office) -> None:
    one = await hired(office)  # at http://city.test
    await one.open("/staff/me")
    assert "パスキーを加える…" not in one.words
    answer = await one.browser.post("/staff/challenge", headers={"accept": "application/json"})
    assert answer.status_code == 409
    assert "localhost" in answer.json()["error"]


async def test_on_https_passkeys_are_bound_to_the_public_address_whatever_host_a_request_names(town: Town) -> None:
    office = Office(town, public_url="https://city.test:8443")
    async with office.browser() as browser:
        answer = await browser.post("/staff/challenge", headers={"host": "localhost"})
        assert answer.json()["rpId"] == "city.test"
        assert answer.json()["userVerification"] == "required"
        assert answer.json()["allowCredentials"] == []


async def test_a_challenge_asked_for_by_another_site_is_refused(office: Office) -> None:
    async with office.browser() as browser:
        answer = await browser.post(f"{LOCAL}/staff/challenge", headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403
    assert text_of(answer)
