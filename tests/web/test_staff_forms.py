"""Forms that cannot be taken as they are: forged, grown old, or waiting for the password; nothing typed is lost."""

from datetime import timedelta
from pathlib import Path
from re import DOTALL, findall

import pytest

from bot.web.staff import desk
from storage import audit, staff
from storage.facts import StaffRole
from tests.town import Town
from tests.web.staff_clerks import PASSWORD, Clerk, clerk, hired
from tests.web.staff_desk import SECRET, Office, make_token

TEMPLATES = Path(desk.__file__).parents[1] / "templates" / "staff"


@pytest.fixture
def office(town: Town) -> Office:
    return Office(town)


def later(office: Office, **by: float) -> None:
    office.at(office.town.now + timedelta(**by))


def accounts(office: Office) -> set[str]:
    return {one.name for one in office.do(staff.list_all)}


async def prove(one: Clerk) -> None:
    await one.press("確かめる", password=PASSWORD)


def test_every_form_of_the_staff_carries_the_token_but_those_of_who_is_not_in_yet() -> None:  # 3.5.1
    bare = {
        path.name
        for path in TEMPLATES.glob("*.html")
        for form in findall(r'<form method="post".*?</form>', path.read_text(encoding="utf-8"), DOTALL)
        if "form_token" not in form
    }
    assert bare == {"sign_in.html", "join.html", "directory.html"}  # the last carries a ticket of its browser


def test_no_page_of_the_staff_has_a_script_or_style_inside() -> None:  # 3.4.3
    for path in TEMPLATES.glob("*.html"):
        source = path.read_text(encoding="utf-8")
        assert findall(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|javascript:", source) == [], path.name


@pytest.mark.parametrize("token", ["", "0" * 64, "あ"])
async def test_a_form_without_its_token_does_nothing_and_comes_back(office: Office, token: str) -> None:
    event, one = office.add_event(), await hired(office)
    answer = await one.browser.post(f"/staff/events/{event.id}/people", data={"name": "山田 一", "form_token": token})
    assert answer.status_code == 403
    assert office.event(event.id).parts[0].taken == 0
    one.page = answer
    assert "山田 一" in one.words
    await one.press("続ける")
    assert office.event(event.id).parts[0].taken == 1


async def test_a_token_is_good_for_its_own_session_only(office: Office) -> None:
    event, one, thief = office.add_event(), await hired(office), await hired(office, "別の 人")
    token = make_token(SECRET, thief.browser.cookies["session"])
    body = {"name": "山田 一", "form_token": token}
    assert (await one.browser.post(f"/staff/events/{event.id}/people", data=body)).status_code == 403


async def test_a_form_sent_from_elsewhere_is_refused_and_written_down_whatever_it_carries(office: Office) -> None:
    event, one = office.add_event(), await hired(office)
    token = make_token(SECRET, one.browser.cookies["session"])
    body, headers = {"name": "山田 一", "form_token": token}, {"sec-fetch-site": "cross-site"}
    answer = await one.browser.post(f"/staff/events/{event.id}/people", data=body, headers=headers)
    assert answer.status_code == 403
    assert "山田" not in answer.text
    assert office.event(event.id).parts[0].taken == 0
    assert office.do(lambda c: audit.list_newest(c, 1))[0].act == "form.refused"


async def test_what_was_typed_when_the_session_ended_is_done_after_signing_in(office: Office) -> None:
    event, one = office.add_event(), await hired(office)
    await one.open(f"/staff/events/{event.id}")
    later(office, hours=2)
    await one.press("申し込みを受ける", name="<b>山田</b> 'はじめ'", is_child="yes")
    assert "書いたものは残っています" in one.words
    await one.press("サインイン", name=one.name, password="wrong wrong wrong", code="000000")
    await one.press("サインイン", name=one.name, password=PASSWORD, code=one.codes.pop())
    assert "&lt;b&gt;山田&lt;/b&gt;" in one.shown.text
    assert office.event(event.id).parts[0].taken == 0
    await one.press("続ける")
    assert "申し込みを受け付けました" in one.words
    assert office.event(event.id).parts[0].taken == 1


async def test_what_a_stranger_sends_from_elsewhere_is_not_kept_for_who_signs_in(office: Office) -> None:
    event, stranger = office.add_event(), office.browser(**{"sec-fetch-site": "cross-site"})
    answer = await stranger.post(f"/staff/events/{event.id}/people", data={"name": "山田"})
    assert answer.status_code == 403
    assert "山田" not in answer.text


async def test_no_password_comes_back_in_a_page(office: Office) -> None:
    one = await hired(office)
    await one.open("/staff/me")
    await one.press("パスワードを変える…")
    later(office, hours=2)
    await one.press("変える", new_password="another secret phrase", again="another secret phrase")
    assert "another secret phrase" not in one.shown.text


async def test_an_account_is_made_only_by_who_typed_the_password_a_moment_ago(office: Office) -> None:  # 7.5.3
    one = await hired(office, role=StaffRole.ADMINISTRATOR)
    later(office, minutes=6)
    await one.open("/staff/accounts")
    await one.press("招く…", name="新人 一郎", role="editor")
    assert "もう一度、パスワードを確かめます" in one.words
    await one.press("確かめる", password="x" * 15)
    assert "パスワードが違います" in one.words
    assert "新人 一郎" not in accounts(office)
    await prove(one)
    assert "新人 一郎" in one.words
    await one.press("続ける")
    assert "このリンクを渡してください" in one.words
    assert "新人 一郎" in accounts(office)
    await one.open("/staff/accounts")
    await one.press("招く…", name="新人 二郎", role="viewer")
    assert "新人 二郎" in accounts(office)
    later(office, minutes=5)
    await one.open("/staff/accounts")
    await one.press("招く…", name="新人 三郎", role="viewer")
    assert "新人 三郎" not in accounts(office)


@pytest.mark.parametrize("words", ["パスワードを変える…", "新しく10個作る…", "アプリを使えるようにする…"])
async def test_factors_change_only_after_typing_the_password_again(office: Office, words: str) -> None:  # 7.5.1
    one = await hired(office)
    later(office, minutes=6)
    await one.open("/staff/me")
    await one.press(words)
    assert "もう一度、パスワードを確かめます" in one.words
    await prove(one)
    await one.press("続ける")
    assert one.shown.status_code == 200
    assert "もう一度、パスワードを確かめます" not in one.words


async def test_who_guesses_the_password_in_somebodys_session_waits_as_well(office: Office) -> None:
    one = await hired(office)
    later(office, minutes=6)
    await one.open("/staff/me")
    await one.press("新しく10個作る…")
    for _ in range(6):
        await one.press("確かめる", password="x" * 15)
    assert "1秒たつと" in one.words


async def test_a_new_password_needs_no_old_one_twice_and_counts_at_once(office: Office) -> None:
    one = await hired(office)
    await one.open("/staff/me")
    await one.press("パスワードを変える…")
    await one.press("変える", new_password="another secret phrase", again="another secret phrase")
    assert "パスワードを変えました" in one.words
    await one.leave()
    await one.sign_in(one.codes.pop())
    assert not await one.is_in()
    await one.sign_in(one.codes.pop(), "another secret phrase")
    assert await one.is_in()


async def test_a_new_sheet_of_codes_ends_the_old_one(office: Office) -> None:
    one = await hired(office)
    await one.open("/staff/me")
    await one.press("新しく10個作る…")
    newer = findall(r'<b class="digits">([\w-]+)</b>', one.shown.text)
    other = clerk(office, one.name)
    await other.sign_in(one.codes[0])
    assert not await other.is_in()
    await other.sign_in(newer[0])
    assert await other.is_in()


async def test_every_answer_to_staff_keeps_itself_to_this_browser(office: Office) -> None:  # 3.4, 14.3.2
    one = await hired(office, role=StaffRole.ADMINISTRATOR)
    for path in ("/staff", "/staff/me", "/staff/accounts", "/staff/records", "/staff/sign-in", "/staff/join/x"):
        answer = await one.browser.get(path)
        policy = answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store", path
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        for rule in ("base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'"):
            assert rule in policy, path
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"


async def test_a_form_too_large_is_refused(office: Office) -> None:
    one = await hired(office)
    answer = await one.browser.post("/staff/me", data={"act": "x" * 300_000})
    assert answer.status_code == 409
    assert (await office.browser().post("/staff/sign-in", data={"name": "x" * 300_000})).status_code == 409
