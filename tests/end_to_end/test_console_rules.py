"""The pages of the catalogue, the switches and the names that wait, in a real browser: a draft begun, at both widths.

To look at the pages: ``SCREENSHOTS=folder pytest tests/end_to_end/test_console_rules.py``.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import Connection

from handlers import ruling, switching
from storage import people
from tests.chromium import needs_chromium
from tests.end_to_end.accessibility import look_through
from tests.end_to_end.office import START, Office
from tests.end_to_end.staff_browsers import join
from tests.end_to_end.test_console import link

pytestmark = needs_chromium


def settle(connection: Connection) -> None:
    """Let two names wait, and the catalogue have a second version."""
    for name in ("川の番人", "ひびきのホタル"):
        person_id = people.add(connection, name, START)
        people.change(connection, person_id, nickname_is_own=True, board_name="みどりのカササギ12", name_asked_at=START)
    action = ruling.find_next(connection).action("my_bottle")
    assert action is not None
    ruling.change_action(connection, action, "", "佐藤 花子", START)


def everywhere(page: Page, office: Office) -> Iterator[str]:
    """Go through the pages; gives the name of each as it is open."""
    office.do(settle)
    join(page, link(office))
    page.goto(f"{office.url}/staff/catalogue/draft/actions/my_bag")
    page.get_by_label("ポイント", exact=True).fill("4")
    yield "action"
    page.get_by_role("button", name="下書きに入れる").click()
    page.get_by_label("変えるわけ").fill("レジ袋の有料化が広まったため")
    yield "draft"
    page.get_by_role("button", name="この版を始める…").click()
    expect(page.get_by_text("新しい版を始めました")).to_be_visible()
    page.get_by_text("数えるもの・目安").first.click()
    yield "catalogue"
    page.get_by_role("link", name="第2版").click()
    expect(page.get_by_text("マイバッグを使う：ポイント")).to_be_visible()
    yield "version"
    page.goto(f"{office.url}/staff/names")
    page.get_by_text("断る", exact=True).first.click()
    yield "names"
    page.goto(f"{office.url}/staff/switches")
    page.get_by_role("button", name="きょうを加える").click()
    page.get_by_text("日を選んで加える").click()
    yield "switches"
    page.get_by_role("button", name="災害時に切りかえる").click()
    yield "disaster"
    assert office.do(lambda c: switching.switches.is_disaster(c))


@pytest.mark.parametrize(("size", "scheme"), [("phone", "light"), ("desk", "dark")])
def test_a_version_is_begun_and_a_disaster_switched_on_with_nothing_for_axe_to_mend(
    browser: Browser, office: Office, size: str, scheme: str
) -> None:
    look_through(browser, size, scheme, "rules", lambda page: everywhere(page, office))
