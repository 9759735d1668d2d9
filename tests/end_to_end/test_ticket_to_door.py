"""From a chat to the city's total: registered on a phone, the ticket opened from the chat, seen by a camera.

The bot is a process of its own, the event is the city's own, and the calendar is moved to its day.
"""

import re
from pathlib import Path

import httpx
from playwright.sync_api import Page, Playwright, expect

from tests.chromium import needs_chromium
from tests.end_to_end.browsers import CAMERA, browser_of, context_of, link_for
from tests.end_to_end.conftest import keep_picture
from tests.end_to_end.hands import Phone
from tests.end_to_end.office import film
from tests.running import Bot

pytestmark = needs_chromium
COURSE = "GXエグゼクティブビジネススクール"


def set_calendar(bot: Bot, moment: str) -> None:
    """Move the calendar; the bot looks at it every second."""
    httpx.post(f"{bot.url}/sandbox/clock", json={"set": moment}, timeout=20).raise_for_status()


def register(page: Page, phone: Phone) -> Page:
    """Join, register for the first date of the course, and open the ticket from the chat."""
    phone.join()
    phone.write("イベント")
    phone.newest.get_by_role("button", name=re.compile(rf"^\d\. {COURSE[:8]}")).click()
    for label in ("第1回だけ申し込む", "申し込みを見る", "第1回：入場コードを見る"):
        expect(phone.button(label)).to_be_visible()
        phone.tap(label)
    with page.expect_popup() as opened:
        phone.tap("QRコードを開く", answers=False)
    return opened.value


def test_a_ticket_opened_from_a_chat_is_seen_at_the_door_and_the_city_counts_one_more(
    bot: Bot, playwright: Playwright, tmp_path: Path
) -> None:
    set_calendar(bot, "2024-08-30T09:00:00+09:00")
    video = tmp_path / "ticket.y4m"
    with browser_of(playwright, *CAMERA, f"--use-file-for-fake-video-capture={video}") as browser:
        with context_of(browser, "desk", bypass_csp=True) as device:  # to film a page is the test's doing
            page = device.new_page()
            page.goto(f"{bot.url}/sandbox")
            phone = Phone(page, "line")
            phone.give_to("受講する人", "ja")
            ticket = register(page, phone)
            digits = ticket.locator(".ticket .figure").inner_text()
            assert digits in phone.text()
            keep_picture(ticket, "ticket-from-a-chat")
            film(ticket, video)
        set_calendar(bot, "2024-09-04T13:50:00+09:00")
        before = bot.totals()["participants"]["total"]
        page = context_of(browser).new_page()
        page.goto(link_for(bot, "受付 花"))
        page.wait_for_url("**/staff")
        page.get_by_role("link", name=re.compile(COURSE)).click()
        page.get_by_role("link", name="受付をする").first.click()
        page.get_by_role("button", name="カメラを始める").click()
        expect(page.locator("#result")).to_contain_text("受け付けました")
        expect(page.locator("#result")).to_contain_text("+300ポイント")  # six half hours: the most there is for a day
        keep_picture(page, "ticket-at-the-door")
    assert bot.totals()["participants"]["total"] == before + 1
