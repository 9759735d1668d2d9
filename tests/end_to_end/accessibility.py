"""Looks through pages of the console by axe and with text of twice the size; opens and changes none."""

from collections.abc import Callable, Iterator

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.end_to_end.browsers import context_of
from tests.end_to_end.conftest import keep_picture

RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    "resultTypes": ["violations"],  # what is in order is not written out, which takes most of the time
}


def look_through(browser: Browser, size: str, scheme: str, title: str, pages: Callable[[Page], Iterator[str]]) -> None:
    """Let ``pages`` open one page after another and name it; fail at the first where something is found."""
    with context_of(browser, size, bypass_csp=True) as context:  # axe itself is a script put into the page
        page = context.new_page()
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        for name in pages(page):
            keep_picture(page, f"{title}-{name}-{size}-{scheme}", full_page=True)
            look_at(page, name)


def look_at(page: Page, name: str) -> None:
    """Fail where axe finds something on the page that is open, or where text of twice the size runs out at the side."""
    found = Axe().run(page, options=RULES)
    assert found.violations_count == 0, f"{name}\n{found.generate_report()}"
    for percent in ("100%", "200%"):
        page.evaluate("size => { document.documentElement.style.fontSize = size }", percent)
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, (name, percent)
    page.evaluate("document.documentElement.style.fontSize = ''")
