"""Events as their time comes: people are reminded, told of a date, let in and counted; the calendar only goes forward.

The tests share a bot, and each finds its own event still to come, whichever of them has moved the calendar before.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import httpx
from playwright.sync_api import Page, expect

from storage.clock import TOKYO
from tests.end_to_end.conftest import WAIT_MS, Desk, keep_picture
from tests.end_to_end.staff_browsers import join, staff_link
from tests.running import Bot

SitDown = Callable[..., Desk]
SECOND = "KitaQ Zero Carbon とは？脱炭素の現状とビジネス展開"  # on 2 February, and this test's alone
TO_BE_DATED = "Webセミナー（3月上旬）"  # of one test only: it sets the date


def move_calendar(bot: Bot, to: datetime) -> None:
    """Move the bot's calendar, as the panel does."""
    httpx.post(f"{bot.url}/sandbox/clock", json={"set": to.isoformat()}, timeout=20).raise_for_status()


def now(bot: Bot) -> datetime:
    return datetime.fromisoformat(httpx.get(f"{bot.url}/sandbox/clock", timeout=20).json()["now"])


def test_reminders_come_at_their_minute_and_to_who_registered_in_time_only(sit_down: SitDown, bot: Bot) -> None:
    desk = sit_down("desk")
    early, late = desk.phones
    early.join()
    early.open_event(SECOND)
    early.register()
    told = early.said.count()
    evening = datetime(2022, 2, 1, 18, tzinfo=TOKYO)
    move_calendar(bot, evening - timedelta(seconds=5))
    count = early.said.count()
    while now(bot) < evening:  # asked after counting: what was counted was there before the evening
        assert count == told
        early.page.wait_for_timeout(200)
        count = early.said.count()
    early.said.nth(told).wait_for()
    assert evening <= now(bot) < evening + timedelta(minutes=1)
    expect(early.said.nth(told)).to_contain_text("明日のイベントです")
    desk.picture("1-day-before")
    late.join()
    late.open_event(SECOND)
    late.register()
    heard = late.said.count()
    move_calendar(bot, datetime(2022, 2, 2, 13, tzinfo=TOKYO) - timedelta(seconds=2))
    expect(early.said.nth(told + 1)).to_contain_text("まもなく始まります")
    expect(late.said.nth(heard)).to_contain_text("まもなく始まります")
    desk.picture("2-hour-before")
    assert late.desk.get_by_text("明日のイベントです").count() == 0


def enter(desk: Desk, bot: Bot) -> Page:
    """Let somebody of the staff in beside the phones, by the command beside the running bot."""
    page = desk.page.context.new_page()
    page.set_default_timeout(WAIT_MS)
    join(page, staff_link(bot, "受付 花", "editor"))
    page.get_by_role("link", name="書き写しました。次へ").click()
    page.wait_for_url("**/staff")
    page.get_by_role("link", name="イベント", exact=True).click()
    return page


def set_date(staff: Page, starts_at: datetime) -> None:
    """Give the event that has no date two hours from then on, once its two people were shown."""
    staff.get_by_role("link", name=TO_BE_DATED).click()
    staff.get_by_text("日時・定員・中止").click()
    for label, moment in (("始まり", starts_at), ("終わり", starts_at + timedelta(hours=2))):
        staff.get_by_label(label).fill(f"{moment:%Y-%m-%dT%H:%M}")
    staff.get_by_role("button", name="日時を決める").click()
    expect(staff.get_by_text("2人")).to_be_visible()
    staff.get_by_role("button", name="この日時にする").click()


def test_a_date_is_set_people_are_told_come_and_are_counted(sit_down: SitDown, bot: Bot) -> None:
    desk = sit_down("desk")
    for phone in desk.phones:
        phone.join()
        phone.open_event(TO_BE_DATED)
        phone.register()
    staff = enter(desk, bot)
    starts_at = now(bot).replace(hour=14, minute=0, second=0, microsecond=0) + timedelta(days=3)
    set_date(staff, starts_at)
    day = f"{starts_at.month}月{starts_at.day}日({'月火水木金土日'[starts_at.weekday()]})"
    for phone in desk.phones:
        phone.message("日時が決まりました", f"{day} 午後2時から4時まで")
    desk.picture("1-told")
    move_calendar(bot, starts_at - timedelta(minutes=15))
    codes = []
    for phone in desk.phones:
        phone.message("まもなく始まります")
        phone.tap("入場コードを見る")
        codes.append(phone.read(r"入場コード (\d{4})"))
    desk.picture("2-codes")
    before = bot.totals()["participants"]
    staff.get_by_role("link", name="受付をする").click()
    for came, code in enumerate(codes, 1):
        box = staff.get_by_role("textbox", name="番号")
        box.fill(code)
        box.press("Enter")
        expect(box).to_have_value("")
        expect(staff.locator("#result")).to_contain_text("受け付けました")
        expect(staff.locator("#counts")).to_have_text(f"来た人 {came} / 2")
    expect(staff.locator("#unsent")).to_have_text("0")
    keep_picture(staff, "staff-door")
    after = bot.totals()["participants"]
    assert (after["total"] - before["total"], after["distinct"] - before["distinct"]) == (2, 2)
    for phone in desk.phones:
        phone.write("ポイント")
        phone.message("確認済み 200")
