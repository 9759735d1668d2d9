"""Draws the README's picture anew from the running bot: ``python -m tests.end_to_end.picture``. Checks nothing."""

import tempfile
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

from tests.chromium import CHROMIUM
from tests.end_to_end.conftest import FLAGS, WAIT_MS
from tests.end_to_end.hands import Phone
from tests.running import ROOT, running

PICTURE = ROOT / "docs" / "images" / "phones.png"
WORDS = {
    "ja": ("日本語", "同意してはじめる", "報告する", "自転車・徒歩"),
    "en": ("English", "Agree and start", "Report an action", "Cycle or walk"),
}


def draw() -> None:
    """Let a Japanese speaker on LINE and an English speaker on Telegram report, and keep what the page shows."""
    expect.set_options(timeout=WAIT_MS)
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder)) as bot,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS) as browser,
    ):
        page = browser.new_page(viewport={"width": 1440, "height": 900}, locale="ja-JP", timezone_id="Asia/Tokyo")
        page.goto(f"{bot.url}/sandbox")
        page.get_by_role("button", name="English", exact=True).click()
        for platform, name, language in (("line", "Person A", "ja"), ("telegram", "Person B", "en")):
            phone = Phone(page, platform)
            phone.give_to(name, language)
            phone.follow()
            for label in WORDS[language]:
                phone.tap(label)
            phone.earned()
        page.evaluate("scrollTo(0, 0)")
        page.mouse.move(1430, 890)
        PICTURE.parent.mkdir(exist_ok=True)
        page.screenshot(path=PICTURE)


if __name__ == "__main__":
    draw()
