"""Writing a broadcast in a real browser: phones drawn while one types, and the whole way by the keyboard alone.

To look at the pages: ``SCREENSHOTS=folder pytest tests/end_to_end/test_composing.py``.
"""

from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from storage import people, quotas
from storage.facts import ChannelName, StaffRole
from tests.chromium import needs_chromium
from tests.end_to_end.browsers import SIZES, context_of
from tests.end_to_end.conftest import keep_picture
from tests.end_to_end.office import Office

pytestmark = needs_chromium
MOST_TABS = 200
WHERE = """place => {
  const at = document.activeElement;
  return [place === at, getComputedStyle(at).outlineStyle, at.outerHTML];
}"""


def photograph() -> bytes:
    out = BytesIO()
    Image.linear_gradient("L").resize((640, 400)).convert("RGB").save(out, "JPEG")
    return out.getvalue()


@pytest.mark.parametrize("size", SIZES)
def test_phones_are_drawn_while_one_types_and_show_the_picture(browser: Browser, office: Office, size: str) -> None:
    with context_of(browser, size) as context:
        context.add_cookies([office.cookie()])
        page = context.new_page()
        page.goto(f"{office.url}/staff/broadcasts/new")
        page.locator("[name='headline.ja']").fill("川の清掃のお知らせ")
        live = page.locator("#live")
        expect(live.locator(".line .bubble")).to_contain_text("川の清掃のお知らせ")
        page.locator("[name='body.en']").press_sequentially("Bring gloves.")
        expect(live.locator(".telegram .bubble").locator("visible=true")).to_have_text("Bring gloves.")
        expect(live.get_by_text("川の清掃のお知らせ").first).to_be_hidden()
        page.locator("[name='alt.ja']").fill("紫川")
        page.get_by_label("管理用の名前").fill("清掃")
        page.locator("[name=file]").set_input_files(
            {"name": "川.jpg", "mimeType": "image/jpeg", "buffer": photograph()}
        )
        page.get_by_role("button", name="保存せずに見た目を見る").click()
        expect(page.locator("#looks + section .line img")).to_have_js_property("naturalWidth", 640)
        page.locator("[name='body.ja']").press_sequentially("軍手を持ってきてください。")
        expect(live.locator(".line .bubble").locator("visible=true")).to_contain_text("軍手を持ってきてください。")
        expect(live.locator(".line img").locator("visible=true")).to_have_js_property("naturalWidth", 640)
        keep_picture(page, f"composing-live-{size}")
        keep_picture(page, f"composing-{size}", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]


def tab_to(page: Page, place: Locator) -> None:
    """Press Tab until a place has the focus; every place on the way shows where one is."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        is_there, outline, seen = place.evaluate(WHERE)
        assert outline == "solid", seen
        if is_there:
            return
    pytest.fail(f"the keyboard does not reach {place}")


def write(page: Page, name: str, words: str) -> None:
    """Go to a field and write into it."""
    tab_to(page, page.locator(f"form.compose [name='{name}']"))
    page.keyboard.type(words)


def press(page: Page, words: str, role: str = "button") -> None:
    """Go to a button or link and press it."""
    tab_to(page, page.get_by_role("link" if role == "link" else "button", name=words).first)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def enlarge(page: Page) -> None:
    """Let text be of twice the size on every page that is opened."""
    page.add_init_script(
        "document.addEventListener('DOMContentLoaded', () => {document.documentElement.style.fontSize = '200%' })"
    )


def test_the_keyboard_alone_leads_a_broadcast_from_its_first_word_to_its_time_with_text_of_twice_the_size(
    browser: Browser, office: Office
) -> None:
    person_id = office.host("みどり")
    office.do(lambda c: people.change(c, person_id, consent_version="1"))
    office.do(lambda c: quotas.put(c, ChannelName.LINE, 200, 0, office.app.clock.real()))
    with context_of(browser, "desk") as one, context_of(browser, "desk") as another:
        one.add_cookies([office.cookie()])
        another.add_cookies([office.cookie(StaffRole.APPROVER)])
        author, approver = one.new_page(), another.new_page()
        for page in (author, approver):
            enlarge(page)
        author.goto(f"{office.url}/staff/broadcasts")
        press(author, "新しく書く", "link")
        write(author, "title", "清掃")
        write(author, "headline.ja", "川の清掃のお知らせ")
        write(author, "body.ja", "軍手を持ってきてください。")
        keep_picture(author, "keyboard-1-written")
        press(author, "下書きを保存する")
        press(author, "人数・費用・まちがいを確かめる", "link")
        keep_picture(author, "keyboard-2-check", full_page=True)
        press(author, "申請する")
        approver.goto(author.url.partition("?")[0])
        press(approver, "人数・費用・まちがいを確かめる", "link")
        press(approver, "承認する")
        press(author, "人数・費用・まちがいを確かめる", "link")
        tab_to(author, author.get_by_label("届くアカウントの数"))
        author.keyboard.type("1")
        press(author, "配信待ちにする")
        expect(author.get_by_text("配信待ち", exact=True)).to_be_visible()
        assert author.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
