"""A passkey in a real browser, on Chromium's own virtual authenticator: made, used to sign in and to prove oneself."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from storage.facts import StaffRole
from tests.chromium import needs_chromium
from tests.end_to_end.accessibility import look_at, look_through
from tests.end_to_end.browsers import browser_of, context_of
from tests.end_to_end.conftest import keep_picture
from tests.end_to_end.office import open_office
from tests.end_to_end.staff_browsers import PASSWORD, join
from tests.end_to_end.test_console import link

pytestmark = needs_chromium
NAME = "管理 一郎"
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def plug_in(page: Page) -> None:
    """Give the browser a device that holds passkeys and says yes to everything."""
    wire = page.context.new_cdp_session(page)
    wire.send("WebAuthn.enable")
    wire.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})


def test_a_passkey_is_made_and_stands_in_for_the_code_and_for_the_password_again(
    playwright: Playwright, tmp_path: Path
) -> None:
    with (
        open_office(tmp_path) as office,
        browser_of(playwright) as browser,
        context_of(browser, "phone", bypass_csp=True) as context,
    ):
        page = context.new_page()
        plug_in(page)
        home = office.url.replace("127.0.0.1", "localhost")
        join(page, link(office, NAME, StaffRole.EDITOR).replace("127.0.0.1", "localhost"))
        page.goto(f"{home}/staff/me")
        page.get_by_role("button", name="パスキーを加える…").click()
        page.get_by_label("パスキーの名前").fill("窓口のパソコン")
        keep_picture(page, "console-passkey-phone", full_page=True)
        look_at(page, "a new passkey")
        page.get_by_role("button", name="パスキーを作る").click()
        expect(page.get_by_text("パスキーを加えました")).to_be_visible()
        keep_picture(page, "console-own-passkey-phone", full_page=True)
        look_at(page, "one's own account with a passkey")
        page.get_by_role("button", name="出る", exact=True).click()
        page.get_by_label("名前").fill(NAME)
        page.get_by_label("パスワード").fill(PASSWORD)
        keep_picture(page, "console-sign-in-passkey-phone", full_page=True)
        look_at(page, "signing in by a passkey")
        page.get_by_role("button", name="確認コードの代わりにパスキーを使う").click()
        expect(page.get_by_text(f"{NAME}さん")).to_be_visible()
        page.goto(f"{home}/staff/me")
        expect(page.get_by_text("最後に使ったのは").first).to_be_visible()
        office.do(lambda c: c.exec_driver_sql("UPDATE staff_session SET proved_at = '2022-01-01 00:00:00.000000'"))
        page.get_by_role("button", name="外す").click()
        look_at(page, "proving oneself by a passkey")
        page.get_by_role("button", name="パスキーで確かめる").click()
        expect(page.get_by_role("heading", name="続きから進めます")).to_be_visible()


@pytest.mark.parametrize(("size", "scheme"), [("phone", "light"), ("desk", "dark")])
def test_axe_finds_nothing_to_mend_on_the_way_in_by_a_directory(
    playwright: Playwright, tmp_path: Path, size: str, scheme: str
) -> None:
    """A page is shown as the desk renders it: the directory itself is tried over HTTP, in tests/web."""
    shown = {
        "directory.html": {"error": "確認コードが違います", "ticket": "ticket", "name": NAME},
        "directory_in.html": {"name": NAME},
    }
    with open_office(tmp_path) as office, browser_of(playwright) as browser:

        def pages(page: Page) -> Iterator[str]:
            html = ""
            page.route("**/staff/directory", lambda route: route.fulfill(body=html, content_type="text/html"))
            for template, values in shown.items():
                written = bytes(office.app._desk().render(template, **values).body).decode()
                html = written.replace('http-equiv="refresh"', 'name="refresh"')  # it would lead on
                page.goto(f"{office.url}/staff/directory")
                yield template

        look_through(browser, size, scheme, "console-directory", pages)
