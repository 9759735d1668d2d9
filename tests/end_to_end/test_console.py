"""The staff's console in a real browser: from the one-time link to a second person who is invited; for all to use.

To look at the pages: ``SCREENSHOTS=folder pytest tests/end_to_end/test_console.py``.
"""

import secrets
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.signed import hash_token
from handlers import staffing
from handlers.staffing import Doing
from storage.facts import StaffRole
from tests.chromium import needs_chromium
from tests.end_to_end.accessibility import look_through
from tests.end_to_end.browsers import SIZES, context_of
from tests.end_to_end.conftest import keep_picture
from tests.end_to_end.office import START, Office
from tests.end_to_end.staff_browsers import PASSWORD, join, shown_link, sign_in, unfold

pytestmark = needs_chromium
CHIEF, NEWCOMER = "管理 一郎", "新人 花子"


def link(office: Office, name: str = CHIEF, role: StaffRole = StaffRole.ADMINISTRATOR) -> str:
    """Invite somebody as the command does; gives the link."""
    token, clock = secrets.token_urlsafe(32), office.app.clock
    doing = Doing(by="root", now=clock.now(), real_now=clock.real())
    office.do(lambda c: staffing.let_in(c, name, role, hash_token(token), doing))
    return f"{office.url}/staff/join/{token}"


@pytest.mark.parametrize("size", SIZES)
def test_a_new_administrator_enters_by_the_link_and_invites_a_second_person_without_any_script(
    browser: Browser, office: Office, size: str
) -> None:
    with context_of(browser, size, scripted=False) as context, context_of(browser, size, scripted=False) as other:
        page, second = context.new_page(), other.new_page()
        page.goto(link(office))
        keep_picture(page, f"console-1-link-{size}", full_page=True)
        codes = join(page, page.url)
        keep_picture(page, f"console-2-codes-{size}", full_page=True)
        page.get_by_role("link", name="書き写しました。次へ").click()
        keep_picture(page, f"console-3-today-{size}", full_page=True)
        unfold(page).get_by_role("link", name="職員", exact=True).click()
        page.get_by_label("名前").last.fill(NEWCOMER)
        page.get_by_label("役割").last.select_option("approver")
        keep_picture(page, f"console-4-accounts-{size}", full_page=True)
        page.get_by_role("button", name="招く…").click()
        keep_picture(page, f"console-5-invited-{size}", full_page=True)
        join(second, shown_link(page))
        second.get_by_role("link", name="書き写しました。次へ").click()
        expect(second.get_by_role("link", name=f"{NEWCOMER}さん")).to_be_visible()
        expect(unfold(second).get_by_role("link", name="操作の記録")).to_be_visible()
        expect(second.get_by_role("link", name="職員", exact=True)).to_have_count(0)
        page.get_by_role("button", name="出る").click()
        keep_picture(page, f"console-6-sign-in-{size}", full_page=True)
        sign_in(page, CHIEF, codes[0])
        unfold(page).get_by_role("link", name="操作の記録").click()
        expect(page.get_by_role("cell", name="職員を招いた").first).to_be_visible()
        keep_picture(page, f"console-7-records-{size}", full_page=True)


def test_what_was_typed_when_the_time_was_over_is_done_after_signing_in(browser: Browser, office: Office) -> None:
    with context_of(browser) as context:
        page = context.new_page()
        codes = join(page, link(office, role=StaffRole.EDITOR))
        page.goto(f"{office.url}/staff/events/{office.event.id}")
        page.get_by_label("名前").fill("電話 花子")
        office.do(lambda c: staffing.sign_out_everywhere(c, 1, Doing(by="", now=START, real_now=START)))
        page.get_by_role("button", name="申し込みを受ける").click()
        expect(page.get_by_text("書いたものは残っています")).to_be_visible()
        keep_picture(page, "console-8-time-over", full_page=True)
        sign_in(page, CHIEF, codes[0])
        expect(page.get_by_text("電話 花子")).to_be_visible()
        keep_picture(page, "console-9-again", full_page=True)
        page.get_by_role("button", name="続ける").click()
        expect(page.get_by_text("申し込みを受け付けました")).to_be_visible()


def everywhere(page: Page, office: Office) -> Iterator[str]:
    """Go through every page of the console; gives the name of each as it is open."""
    page.goto(f"{office.url}/staff/sign-in")
    yield "sign-in"
    page.goto(link(office))
    yield "link"
    join(page, page.url)
    yield "codes"
    link(office, NEWCOMER, StaffRole.EDITOR)
    pages = {"accounts": "accounts", "records": "records", "mondays": "mondays", "own": "me"}
    for name, path in pages.items():
        page.goto(f"{office.url}/staff/{path}")
        for summary in page.locator("summary").all():
            summary.click()
        yield name
    page.get_by_role("button", name="アプリを使えるようにする…").click()
    yield "app"
    page.goto(f"{office.url}/staff/me")
    page.get_by_role("button", name="パスワードを変える…").click()
    yield "password"
    page.goto(f"{office.url}/staff/accounts")
    page.get_by_label("名前").last.fill("次の 人")
    page.get_by_role("button", name="招く…").click()
    yield "invited"
    page.goto(f"{office.url}/staff/me")
    office.do(lambda c: c.exec_driver_sql("UPDATE staff_session SET proved_at = '2022-01-01 00:00:00.000000'"))
    page.get_by_role("button", name="新しく10個作る…").click()
    yield "prove"
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="確かめる").click()
    yield "again"


@pytest.mark.parametrize(("size", "scheme"), [("phone", "light"), ("desk", "dark")])
def test_axe_finds_nothing_to_mend_and_text_of_twice_the_size_fits(
    browser: Browser, office: Office, size: str, scheme: str
) -> None:
    look_through(browser, size, scheme, "console", lambda page: everywhere(page, office))


def test_the_keyboard_alone_signs_in_and_always_shows_where_it_is(browser: Browser, office: Office) -> None:
    with context_of(browser, "desk") as context:
        page = context.new_page()
        codes = join(page, link(office))
        context.clear_cookies()
        page.goto(f"{office.url}/staff/sign-in")
        typed = iter([CHIEF, PASSWORD, codes[0]])
        while True:
            page.keyboard.press("Tab")
            shown = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert shown == "solid", page.evaluate("document.activeElement.outerHTML")
            if page.evaluate("document.activeElement.tagName") == "INPUT":
                page.keyboard.type(next(typed))
            if page.evaluate("document.activeElement.tagName") == "BUTTON":
                break
        page.keyboard.press("Enter")
        expect(page.get_by_role("link", name=f"{CHIEF}さん")).to_be_visible()
