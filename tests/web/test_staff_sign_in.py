"""Signing in over HTTP, point by point of OWASP ASVS 5.0 (the number of each stands with its test)."""

import re
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select

from bot.web.staff import cookies
from storage import audit, sessions, staff
from storage.sessions import DEVICES, SESSIONS
from storage.staff import CODES, LINKS, STAFF
from storage.throttles import THROTTLES
from tests.town import Town
from tests.web.staff_clerks import PASSWORD, WRONG, Clerk, clerk, hired, link_of
from tests.web.staff_desk import Office, text_of


@pytest.fixture
def office(town: Town) -> Office:
    return Office(town)


def later(office: Office, **by: float) -> None:
    office.at(office.town.now + timedelta(**by))


def acts(office: Office) -> list[str]:
    return [row.act for row in office.do(lambda c: audit.list_newest(c, 100))]


def everything_stored(office: Office) -> str:
    tables = (STAFF, LINKS, CODES, SESSIONS, DEVICES, THROTTLES, audit.AUDIT)
    return str([[tuple(row) for row in office.do(lambda c, t=t: c.execute(select(t)).all())] for t in tables])


async def test_there_is_no_account_until_somebody_makes_one(office: Office) -> None:  # 6.3.2
    assert office.do(staff.list_all) == []
    for name, password in (("admin", "admin"), ("root", ""), ("", "")):
        one = clerk(office, name)
        assert WRONG in text_of(await one.sign_in("000000", password))


async def test_looking_at_a_link_does_not_use_it_up_and_entering_does(office: Office) -> None:
    link, one = link_of(office, "佐藤 花子"), clerk(office, "佐藤 花子")
    for _ in range(3):
        assert (await one.open(link)).status_code == 200  # mail programs look, too
    await one.join(link)
    assert await one.is_in()
    again = await clerk(office, "だれか").open(link)
    assert again.status_code == 403
    assert "もう使えません" in text_of(again)


async def test_a_used_link_that_is_sent_again_is_refused_and_written_down(office: Office) -> None:
    link, one = link_of(office, "佐藤 花子"), clerk(office, "だれか")
    await one.open(link)
    page = one.page
    await clerk(office, "佐藤 花子").join(link)
    one.page = page
    answer = await one.press("決める", new_password=PASSWORD, again=PASSWORD)
    assert answer.status_code == 403
    assert acts(office)[0] == "link.refused"


@pytest.mark.parametrize(
    ("password", "again", "why"),
    [
        ("short", "short", "15文字以上"),  # 6.2.1
        ("aaaaaaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaaaaaa", "すぐに当てられる"),  # 6.2.4
        ("佐藤 花子佐藤 花子12345", "佐藤 花子佐藤 花子12345", "すぐに当てられる"),
        (PASSWORD, "correct horse batterx", "同じではありません"),
    ],
)
async def test_a_password_that_does_not_fit_is_refused_and_the_link_stays(
    office: Office, password: str, again: str, why: str
) -> None:
    one = clerk(office, "佐藤 花子")
    await one.open(link_of(office, "佐藤 花子"))
    await one.press("決める", new_password=password, again=again)
    assert why in one.words
    await one.press("決める", new_password=PASSWORD, again=PASSWORD)
    assert await one.is_in()


@pytest.mark.parametrize("password", ["ただの言葉をいくつもつなげただけの長い文", "x" * 20 + "Q7!mvk29 z#LwPtr" * 9])
async def test_any_signs_and_long_passwords_are_taken_and_may_be_pasted(office: Office, password: str) -> None:
    one = clerk(office, "佐藤 花子")  # 6.2.5, 6.2.7, 6.2.9
    await one.join(link_of(office, "佐藤 花子"), password)
    await one.leave()
    await one.sign_in(password=password)
    assert await one.is_in()
    assert "onpaste" not in one.shown.text


async def test_only_hashes_are_stored(office: Office) -> None:  # 6.5.2, 7.2
    one = await hired(office)
    stored = everything_stored(office)
    known = [PASSWORD, *one.codes, *(code[2:].replace("-", "") for code in one.codes), *one.browser.cookies.values()]
    assert [secret for secret in known if secret in stored] == []
    assert "$argon2id$" in stored


@pytest.mark.parametrize("wrong", ["name", "password", "code"])
async def test_whatever_was_wrong_the_answer_is_the_same(office: Office, wrong: str) -> None:  # 6.3.8
    one = await hired(office)
    await one.leave()
    name, password, code = one.name, PASSWORD, one.codes[0]
    one.name = "いない 人" if wrong == "name" else name
    answer = await one.sign_in(
        "1-AAA-AAA-AAA" if wrong == "code" else code, "x" * 15 if wrong == "password" else password
    )
    assert answer.status_code == 403
    assert WRONG in one.words
    assert not await one.is_in()


async def test_a_printed_code_works_once_and_is_not_spent_by_a_wrong_password(office: Office) -> None:
    one = await hired(office)
    code = one.codes[0]
    for password, comes_in in (("x" * 15, False), (PASSWORD, True), (PASSWORD, False)):
        await one.browser.aclose()
        one.browser = office.browser()
        await one.sign_in(code, password)
        assert await one.is_in() is comes_in


async def set_up_app(one: Clerk) -> pyotp.TOTP:
    """Set up an app in which the key of the page is typed; gives the app."""
    await one.open("/staff/me")
    await one.press("アプリを使えるようにする…")
    key = re.search(r"打つ文字：<span class=\"digits\">([A-Z2-7 ]+)</span>", one.shown.text)
    assert key is not None
    app = pyotp.TOTP(key[1].replace(" ", ""))
    await one.press("確かめる", code=app.at(one.office.town.now))
    return app


async def test_an_apps_code_lets_in_once(office: Office) -> None:  # 6.5.1, 6.5.5
    one = await hired(office)
    app = await set_up_app(one)
    assert "認証アプリを使えるようにしました" in one.words
    await one.leave()
    assert WRONG in text_of(await one.sign_in(app.at(office.town.now)))  # it was spent on setting the app up
    later(office, seconds=30)
    code = app.at(office.town.now)
    await one.sign_in(code)
    assert await one.is_in()
    second = clerk(office, one.name)
    assert WRONG in text_of(await second.sign_in(code))
    later(office, seconds=90)
    assert WRONG in text_of(await second.sign_in(app.at(office.town.now - timedelta(seconds=61))))


async def test_an_app_that_shows_the_wrong_code_is_not_set_up(office: Office) -> None:
    one = await hired(office)
    await one.open("/staff/me")
    await one.press("アプリを使えるようにする…")
    await one.press("確かめる", code="000000")
    assert "コードが違います" in one.words
    await one.open("/staff/me")
    assert "アプリを使えるようにする" in one.words


async def test_each_sign_in_has_a_cookie_of_its_own_and_ends_the_one_before(office: Office) -> None:  # 7.2.3, 7.2.4
    one = await hired(office)
    first = one.browser.cookies["session"]
    body = {"name": one.name, "password": PASSWORD, "code": one.codes.pop()}
    await one.browser.post("/staff/sign-in", data=body)  # while the first is still good
    second = one.browser.cookies["session"]
    assert first != second
    assert len(second) >= 43  # 256 bits
    with_first = office.browser()
    with_first.cookies.set("session", first)
    assert (await with_first.get("/staff/me")).status_code == 403


@pytest.mark.parametrize(("public_url", "prefix"), [("", ""), ("https://city.test", "__Host-")])
async def test_the_cookies_are_kept_from_scripts_and_other_sites(town: Town, public_url: str, prefix: str) -> None:
    one = clerk(Office(town, public_url=public_url), "佐藤 花子")  # 3.3.1 to 3.3.4
    await one.join(link_of(one.office, "佐藤 花子"))
    said = {line.partition("=")[0]: line for line in one.shown.headers.get_list("set-cookie")}
    assert set(said) == {f"{prefix}session", f"{prefix}device"}
    for line in said.values():
        assert "HttpOnly" in line
        assert "Path=/;" in line
        assert "Domain" not in line
        assert ("Secure" in line) is bool(public_url)
    assert "SameSite=lax" in said[f"{prefix}session"]
    assert "Max-Age" not in said[f"{prefix}session"]
    assert {cookies.Cookie.DEVICE, cookies.Cookie.DESK} == cookies.STRICT


async def test_a_session_ends_after_an_hour_unused_and_after_twelve_in_any_case(office: Office) -> None:  # 7.3.1, 7.3.2
    one = await hired(office)
    for _ in range(12):
        later(office, minutes=59)
        assert await one.is_in()
    later(office, minutes=13)
    assert not await one.is_in()
    await one.sign_in()
    later(office, minutes=61)
    assert not await one.is_in()


async def test_who_leaves_is_out_on_the_server_as_well(office: Office) -> None:  # 7.4.1
    one = await hired(office)
    cookie = one.browser.cookies["session"]
    await one.leave()
    one.browser.cookies.set("session", cookie)
    assert not await one.is_in()


async def test_one_can_end_what_is_open_elsewhere(office: Office) -> None:
    one = await hired(office)
    other = clerk(office, one.name)
    await other.sign_in(one.codes[0])
    await one.open("/staff/me")
    await one.press("ほかの端末から出る…")
    assert await one.is_in()
    assert not await other.is_in()


async def test_failed_sign_ins_of_an_account_are_written_down_without_what_was_typed(office: Office) -> None:  # 16.3.1
    one = await hired(office)
    other = clerk(office, one.name)
    await other.sign_in("000000", "a password typed wrong")
    newest = office.do(lambda c: audit.list_newest(c, 1))[0]
    found = office.do(lambda c: staff.find_by_name(c, one.name))
    assert (newest.act, newest.actor, newest.subject, newest.detail) == (
        "staff.sign_in_failed", "", f"staff:{found.id}", "",
    )  # fmt: skip
    assert "a password typed wrong" not in everything_stored(office)


def from_(office: Office, name: str, address: str) -> Clerk:
    """Sit somebody down at a browser in another network."""
    one = clerk(office, name)
    one.browser = office.browser(address=address)
    return one


async def guess(one: Clerk, times: int) -> str:
    for _ in range(times):
        await one.sign_in("000000", "x" * 15)
    return one.words


async def test_who_guesses_waits_and_waits_longer_each_time(office: Office) -> None:  # 6.1.1
    owner = await hired(office)
    thief = from_(office, owner.name, "192.0.2.66")
    assert WRONG in await guess(thief, 5)
    assert "あと" not in thief.words
    assert "1秒たつと" in await guess(thief, 1)
    later(office, seconds=1)
    assert WRONG in await guess(thief, 1)
    assert "2秒たつと" in await guess(thief, 1)


async def test_the_right_words_do_not_help_before_the_wait_is_over(office: Office) -> None:
    owner = await hired(office)
    thief = from_(office, owner.name, "192.0.2.66")
    await guess(thief, 5)
    await thief.sign_in(owner.codes[0])
    assert not await thief.is_in()
    later(office, seconds=1)
    await thief.sign_in(owner.codes[0])
    assert await thief.is_in()


async def test_whoever_guesses_keeps_the_owner_out_neither_elsewhere_nor_on_a_browser_they_use(office: Office) -> None:
    owner = await hired(office)
    await owner.leave()
    await guess(from_(office, owner.name, "192.0.2.66"), 12)
    second_device = from_(office, owner.name, "198.51.100.7")
    await second_device.sign_in(owner.codes.pop())
    assert await second_device.is_in()
    neighbour = clerk(office, owner.name)  # in the owner's own network, as a whole town hall is
    assert "たつと" in await guess(neighbour, 12)
    await owner.sign_in()
    assert await owner.is_in()


async def test_names_that_nobody_has_wait_just_as_long(office: Office) -> None:
    assert "1秒たつと" in await guess(clerk(office, "いない 人"), 6)


async def test_the_sign_in_form_counts_only_from_our_own_page(office: Office) -> None:
    owner = await hired(office)
    thief = office.browser(**{"sec-fetch-site": "cross-site"})
    body = {"name": owner.name, "password": PASSWORD, "code": owner.codes[0]}
    answer = await thief.post("/staff/sign-in", data=body)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("to", ["https://elsewhere.test/", "//elsewhere.test", "/staff/../open", "/", "javascript:1"])
async def test_signing_in_leads_to_pages_of_ours_only(office: Office, to: str) -> None:
    owner = await hired(office)
    body = {"name": owner.name, "password": PASSWORD, "code": owner.codes[0], "to": to}
    answer = await office.browser().post("/staff/sign-in", data=body)
    assert answer.headers["location"] == "/staff"


async def test_who_was_asked_to_sign_in_is_led_to_where_they_were_going(office: Office) -> None:
    owner = await hired(office)
    await owner.leave()
    await owner.open("/staff/me?done=codes")
    await owner.press("サインイン", name=owner.name, password=PASSWORD, code=owner.codes.pop())
    assert str(owner.shown.url).endswith("/staff/me?done=codes")


async def test_sessions_long_over_are_removed(office: Office) -> None:
    one = await hired(office)
    later(office, hours=13)
    await one.sign_in()
    found = office.do(lambda c: staff.find_by_name(c, one.name))
    assert len(office.do(lambda c: sessions.list_of(c, found.id))) == 1


async def test_who_has_few_printed_codes_left_and_no_app_is_told_on_the_first_page(office: Office) -> None:
    one = await hired(office)
    for left in range(9, 2, -1):
        assert "残りが" not in text_of(await one.open("/staff"))
        await one.leave()
        await one.sign_in()
        assert len(one.codes) == left
    assert "紙の一時コードの残りが3個です" in text_of(await one.open("/staff"))
    await set_up_app(one)
    assert "残りが" not in text_of(await one.open("/staff"))
