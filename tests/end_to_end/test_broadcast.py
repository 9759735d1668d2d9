"""Two people of the staff write, approve and send a broadcast in a real browser; both phones show what they wrote.

To look at the pages: ``SCREENSHOTS=folder pytest tests/end_to_end/test_broadcast.py``.
"""

from collections.abc import Callable

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.chromium import needs_chromium
from tests.end_to_end.accessibility import RULES
from tests.end_to_end.browsers import SIZES, context_of
from tests.end_to_end.conftest import Desk, keep_picture
from tests.end_to_end.staff_browsers import PASSWORD, join, staff_link
from tests.running import Bot

pytestmark = needs_chromium
WORDS = {
    "headline.ja": "川の清掃のお知らせ",
    "body.ja": "1月29日(土)の朝9時に、清掃をします。\n軍手を持ってきてください。",
    "headline.en": "River clean-up",
    "body.en": "We clean the river on Sat 29 Jan at 9 am.\nPlease bring gloves.",
}


def write(page: Page) -> None:
    """Fill the form of a new broadcast that is told today."""
    for name, words in WORDS.items():
        page.locator(f"[name='{name}']").fill(words)
    page.get_by_text("ボタン", exact=True).first.click()
    page.locator("[name='label1.ja']").fill("メニューを見る")
    page.locator("[name='target1.ja']").fill("menu")
    page.get_by_label("管理用の名前").fill("川の清掃")
    compose = page.locator("form.compose")
    compose.get_by_label("いつから").fill("2022-01-20T08:00")
    compose.get_by_label("いつまで").fill("2022-01-20T20:00")


def look(page: Page, name: str) -> None:
    """Look at a page at both widths, light and dark: nothing to mend, and nothing beside the screen."""
    for size, scheme in zip(SIZES, ("light", "dark"), strict=True):
        width, height = SIZES[size]
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        found = Axe().run(page, options=RULES)
        keep_picture(page, f"broadcast-{name}-{size}", full_page=True)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name


def test_two_people_send_a_broadcast_which_both_phones_show(
    bot: Bot, browser: Browser, sit_down: Callable[..., Desk]
) -> None:
    phones = sit_down("desk")
    for phone in phones.phones:
        phone.join()
    with context_of(browser, "desk", bypass_csp=True) as one, context_of(browser, "desk") as another:
        author, approver = one.new_page(), another.new_page()
        join(author, staff_link(bot, "作る 花子", "editor"))
        join(approver, staff_link(bot, "承認 太郎", "approver"))
        author.goto(f"{bot.url}/staff/broadcasts")
        author.get_by_role("link", name="新しく書く").click()
        write(author)
        author.get_by_role("button", name="保存せずに見た目を見る").click()
        look(author, "1-written")
        author.get_by_role("button", name="下書きを保存する").click()
        look(author, "2-draft")
        author.get_by_role("link", name="人数・費用・まちがいを確かめる").click()
        expect(author.locator(".total")).to_contain_text("2 件のアカウントに届きます")
        look(author, "3-check")
        author.get_by_role("button", name="申請する").click()
        look(author, "4-submitted")
        _send(approver, author.url.partition("?")[0])
        for phone in phones.phones:
            said = phone.message("川の清掃のお知らせ").inner_text()
            assert "軍手を持ってきてください。" in said
            expect(phone.button("メニューを見る")).to_be_visible()
        expect(approver.locator("#progress")).to_contain_text("2 / 2 件が終わりました")
        expect(approver.get_by_text("配信済み", exact=True)).to_be_visible()
        expect(approver.get_by_role("button", name="一時停止する")).to_have_count(0)
        author.reload()
        look(author, "6-report")
        author.goto(f"{bot.url}/staff/broadcasts")
        look(author, "7-list")


def _send(page: Page, address: str) -> None:
    """Approve a broadcast and arm it by typing how many it reaches, then watch; its policy of scripts is in force."""
    troubles: list[str] = []
    page.on("console", lambda message: message.type == "error" and troubles.append(message.text))
    page.goto(address)
    page.get_by_role("link", name="人数・費用・まちがいを確かめる").click()
    page.get_by_role("button", name="承認する").click()
    expect(page.get_by_text("✓ 承認しました")).to_be_visible()
    page.get_by_role("link", name="人数・費用・まちがいを確かめる").click()
    page.get_by_label("届くアカウントの数").fill("2")
    keep_picture(page, "broadcast-5-arming", full_page=True)
    page.get_by_role("button", name="配信待ちにする").click()
    if page.get_by_label("パスワード").count():  # a machine so slow that five minutes have passed
        page.get_by_label("パスワード").fill(PASSWORD)
        page.get_by_role("button", name="確かめる").click()
        page.get_by_role("button", name="続ける").click()
    expect(page.locator("#progress")).to_be_visible()
    assert troubles == []
