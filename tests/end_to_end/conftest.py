"""The real bot, its sandbox and a real browser: started once, skipped with the reason where one of them is missing."""

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from tests.chromium import find_chromium, need_japanese_font
from tests.end_to_end.hands import Phone
from tests.end_to_end.office import Office, open_office
from tests.running import Bot, running

SIZES = {"handset": (390, 844), "desk": (1440, 900)}
NUMBERS = itertools.count(1)
WAIT_MS = 20_000  # a loaded machine is slow, and waiting costs nothing where all is well
# No sandboxing inside a container, and no look-ups of the browser's own.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def keep_picture(page: Page, name: str, *, full_page: bool = False) -> None:
    """Keep a screenshot, to be looked at, where ``SCREENSHOTS=folder`` asks for it: each costs half a second."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=full_page)


class Desk:
    """One browser window with the two phones, each held by a person of its own."""

    def __init__(self, page: Page, name: str) -> None:
        self.page, self.name = page, name
        self.line, self.telegram = Phone(page, "line"), Phone(page, "telegram")

    @property
    def phones(self) -> tuple[Phone, Phone]:
        return self.line, self.telegram

    def picture(self, what: str) -> None:
        """Keep a screenshot, to be looked at."""
        keep_picture(self.page, f"{self.name}-{what}")

    def order_fault(self, platform: str, kind: str) -> None:
        """Order one failure of the next call, in the panel."""
        form = self.page.locator("#faults form")
        form.locator("select").nth(0).select_option(platform)
        form.locator("select").nth(1).select_option(kind)
        form.get_by_role("button", name="故障を起こす").click()
        expect(self.page.locator("#faults")).not_to_contain_text("起こす故障はありません")

    def next_day(self) -> None:
        """Move the bot's calendar on by a day, as the panel offers it."""
        face = self.page.locator("#clock .face")
        before = face.inner_text()
        self.page.locator("#clock").get_by_role("button", name="+1日").click()
        expect(face).not_to_have_text(before)


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bot]:
    with running(tmp_path_factory.mktemp("city")) as started:
        yield started


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """Start Playwright for tests that open several browsers, each its own way."""
    expect.set_options(timeout=WAIT_MS)
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    path = find_chromium()
    need_japanese_font()
    opened = playwright.chromium.launch(executable_path=path, args=FLAGS)
    yield opened
    opened.close()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """The staff's pages over a new sandbox, in this process."""
    with open_office(tmp_path) as opened:
        yield opened


class Window:
    """One browser window for a file's tests: to open one anew costs more than most of what a test does in it."""

    def __init__(self, browser: Browser) -> None:
        self._context = browser.new_context(locale="ja-JP", timezone_id="Asia/Tokyo")
        self.page = self._context.new_page()
        self.page.set_default_timeout(WAIT_MS)
        self.troubles: list[str] = []
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.page.on("console", lambda message: message.type == "error" and self.troubles.append(message.text))

    def clear(self) -> None:
        """Leave nothing to the next test: not what was stored, no other page, and nothing that this one still does."""
        for page in self._context.pages[1:]:
            page.close()
        self._context.clear_cookies()
        self.page.evaluate("localStorage.clear()")


@pytest.fixture(scope="module")
def window(browser: Browser) -> Window:
    return Window(browser)


@pytest.fixture
def sit_down(bot: Bot, window: Window, request: pytest.FixtureRequest) -> Iterator[Callable[..., Desk]]:
    """Load the page in a window of a size, with two persons of one's own; nothing may go wrong in the page itself."""
    window.troubles.clear()

    def open_desk(size: str, language: str = "ja") -> Desk:
        width, height = SIZES[size]
        window.page.set_viewport_size({"width": width, "height": height})
        window.page.goto(f"{bot.url}/sandbox")
        desk = Desk(window.page, f"{request.node.name.removeprefix('test_').split('[')[0]}-{size}")
        for phone in desk.phones:
            phone.give_to(f"練習の人{next(NUMBERS)}", language)
        return desk

    yield open_desk
    window.clear()
    assert window.troubles == []
