"""The page as a whole: its languages, its widths, and what people who cannot see or use a mouse need."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.running import two_free_ports
from tests.sandbox.phones.conftest import Desk


def test_every_text_stands_in_both_languages(desk: Desk) -> None:
    page = desk.open()
    page.locator("#line .invitation").click()
    page.locator("#line textarea").fill("途中")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("heading", level=1)).to_have_text("Practice phones")
    expect(page.locator("#line .state")).to_have_text("Friend")
    expect(page.locator("#line textarea")).to_have_value("途中")
    words = page.evaluate(
        """async () => {
            const { t, chooseLanguage } = await import("/phones/texts.js");
            const source = await (await fetch("/phones/texts.js")).text();
            const keys = [...source.matchAll(/^  "?([\\w-]+)"?: \\[/gm)].map((match) => match[1]);
            const say = (code) => { chooseLanguage(code); return keys.map((key) => t(key)); };
            return { keys, ja: say("ja"), en: say("en") };
        }"""
    )
    assert len(words["keys"]) > 80
    assert "" not in words["ja"] + words["en"]
    assert not [text for text in words["en"] if any(ord(sign) > 0x3000 for sign in text)]
    assert desk.troubles == []


WIDTHS = (1440, 1180, 820, 600, 390)


def widen(page: Page, width: int) -> None:
    """Give the filled page another width; on a narrow one both phones are asked for."""
    page.set_viewport_size({"width": width, "height": 900})
    if width < 800:
        page.get_by_role("button", name="両方").click()
    for phone in ("#line", "#telegram"):
        expect(page.locator(f"{phone} .said.theirs").first).to_be_visible()


def test_axe_finds_nothing(desk: Desk, japanese_font: None) -> None:
    page = desk.open()
    fill(desk, page)
    for width in (WIDTHS[0], WIDTHS[-1]):
        widen(page, width)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            found = Axe().run(page)
            assert found.violations_count == 0, f"{width} {scheme}\n{found.generate_report()}"


def fill(desk: Desk, page: Page) -> None:
    """Put one of everything on both phones."""
    page.locator("#line .invitation").click()
    expect(page.locator("#line .said.theirs")).to_have_count(1)
    for count, name in enumerate(("events", "points", "confirm", "carousel", "sticker", "quick"), 2):
        desk.line_text(page, f"show {name}")
        expect(page.locator("#line .said.theirs")).to_have_count(count)
    page.locator("#telegram .invitation").click()
    expect(page.locator("#telegram .said.theirs")).to_have_count(1)
    desk.telegram_text(page, "show")
    expect(page.locator("#telegram .keyboard")).to_be_visible()
    page.locator("#calls summary").first.click()


def test_nothing_sticks_out_sideways(desk: Desk) -> None:
    page = desk.open()
    fill(desk, page)
    for width in WIDTHS:
        widen(page, width)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_narrow_screen_shows_the_phone_that_is_chosen(desk: Desk) -> None:
    page = desk.open(390, 844)
    expect(page.locator("#telegram")).to_be_hidden()
    page.get_by_role("button", name="Telegram", exact=True).click()
    expect(page.locator("#line")).to_be_hidden()
    expect(page.locator("#telegram .account")).to_be_visible()
    page.get_by_role("button", name="両方").click()
    expect(page.locator("#line .account")).to_be_visible()


def test_the_keyboard_alone_is_enough(desk: Desk) -> None:
    page = desk.open()
    page.locator("#line .invitation").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#line .said.theirs")).to_have_count(1)
    page.locator("#line textarea").focus()
    page.keyboard.type("show confirm")
    page.keyboard.press("Enter")
    page.locator("#line .said.theirs .flex-button").first.focus()
    page.keyboard.press("Space")
    expect(page.locator("#line .said.theirs").last).to_contain_text("受け取り: agree")


def test_a_sandbox_that_went_away_is_told_in_words(desk: Desk) -> None:
    page = desk.open()
    page.context.set_offline(True)
    page.locator("#line .invitation").click()
    expect(page.locator("#line .phone-notice")).to_contain_text("返事がありません")
    expect(page.locator("#line .account")).to_be_visible()


@contextmanager
def process(port: int) -> Iterator[None]:
    command = [sys.executable, "-m", "bot.sandbox", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert "ready" in running.stdout.readline()
        yield
        running.terminate()


def test_a_sandbox_started_anew_is_shown_anew(browser: Browser) -> None:
    port = two_free_ports()
    page = browser.new_page(locale="ja-JP")
    with process(port):
        page.goto(f"http://127.0.0.1:{port}/")
        page.locator("#line .invitation").click()
        expect(page.locator("#line .state")).to_have_text("友だち")
    expect(page.locator("#notice")).to_contain_text("返事がありません")
    with process(port):
        expect(page.locator("#notice")).to_be_hidden()
        expect(page.locator("#line .state")).to_have_text("まだ友だちではありません")
        expect(page.locator("#line .said")).to_have_count(0)
    page.close()
