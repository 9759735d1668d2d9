"""A real sandbox with an echo bot behind it, looked at in a real browser; skips with the reason where none is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, expect, sync_playwright

from bot.sandbox.platform import Settings
from bot.sandbox.server import Sandbox
from tests.chromium import find_chromium, need_japanese_font
from tests.sandbox.phones import echo as echo_bot

LINE_SECRET, LINE_TOKEN, TELEGRAM_TOKEN = "line-secret", "line-token", "42:telegram-token"
expect.set_options(timeout=10_000)  # a loaded machine is slow, and waiting costs nothing where all is well
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


@dataclass
class Desk:
    """The sandbox, the bot behind it, and how to open the page."""

    sandbox: Sandbox
    echo: echo_bot.Echo
    open: Callable[..., Page]
    troubles: list[str]

    def line_text(self, page: Page, text: str) -> None:
        """Write a text on the LINE phone."""
        page.locator("#line textarea").fill(text)
        page.locator("#line textarea").press("Enter")

    def telegram_text(self, page: Page, text: str) -> None:
        """Write a text on the Telegram phone."""
        page.locator("#telegram textarea").fill(text)
        page.locator("#telegram textarea").press("Enter")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = find_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def window(browser: Browser) -> Page:
    """One window for all tests: to open one costs far more than to show the next sandbox, an origin of its own."""
    return browser.new_context(locale="ja-JP").new_page()


@pytest.fixture
def japanese_font() -> None:
    need_japanese_font()


@pytest.fixture
def desk(window: Page) -> Iterator[Desk]:
    with echo_bot.running() as echo, _sandbox(echo, f"{echo.url}/clock") as sandbox:
        yield from _desk(window, sandbox, echo)


@pytest.fixture
def desk_without_clock(window: Page) -> Iterator[Desk]:
    with echo_bot.running() as echo, _sandbox(echo, "") as sandbox:
        yield from _desk(window, sandbox, echo)


def _sandbox(echo: echo_bot.Echo, clock_url: str):  # type: ignore[no-untyped-def]
    return Sandbox.running(
        line_webhook=f"{echo.url}/line",
        line_secret=LINE_SECRET,
        line_token=LINE_TOKEN,
        telegram_webhook=f"{echo.url}/telegram",
        telegram_token=TELEGRAM_TOKEN,
        clock_url=clock_url,
        account_name="ゼロカーボン窓口",
        public_url=Settings().public_url,
        public_url_is=echo.url,
    )


def _desk(window: Page, sandbox: Sandbox, echo: echo_bot.Echo) -> Iterator[Desk]:
    echo.sandbox_url, echo.line_token, echo.telegram_token = sandbox.url, LINE_TOKEN, TELEGRAM_TOKEN
    troubles: list[str] = []
    idle = [window]

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error":
            troubles.append(message.text)

    def fail(error: Error) -> None:
        troubles.append(str(error))

    def open_page(width: int = 1440, height: int = 900, scheme: str = "light") -> Page:
        page = idle.pop() if idle else window.context.new_page()
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.set_default_timeout(10_000)
        page.on("pageerror", fail)
        page.on("console", listen)
        page.goto(sandbox.url)
        page.locator("#line .account").wait_for()
        return page

    yield Desk(sandbox, echo, open_page, troubles)
    if not idle:
        window.remove_listener("pageerror", fail)
        window.remove_listener("console", listen)
    for page in window.context.pages[1:]:
        page.close()
    window.context.set_offline(False)
    window.goto("about:blank")
