"""The city's own events as a citizen meets them: found, registered for and reminded of, on both phones."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from storage.clock import TOKYO
from tests.end_to_end.conftest import SIZES, WAIT_MS, Desk, keep_picture
from tests.end_to_end.hands import Phone
from tests.running import ROOT, Bot, running

SitDown = Callable[..., Desk]
FIRST, SECOND = "脱炭素経営が求められる背景とその実践方法", "KitaQ Zero Carbon とは？脱炭素の現状とビジネス展開"
OPEN_DATE, COURSE = "Webワークショップ（3月下旬）", "GXエグゼクティブビジネススクール"
TO_BE_DATED = "Webセミナー（3月上旬）"  # of one test only: it sets the date


def move_calendar(bot: Bot, to: datetime) -> None:
    """Move the bot's calendar, as the panel does."""
    httpx.post(f"{bot.url}/sandbox/clock", json={"set": to.isoformat()}, timeout=20).raise_for_status()


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[Bot]:
    """Give each test a bot of its own: an event that was held once is not to come again when the calendar goes back."""
    with running(tmp_path) as started:
        yield started


def now(bot: Bot) -> datetime:
    return datetime.fromisoformat(httpx.get(f"{bot.url}/sandbox/clock", timeout=20).json()["now"])


def open_event(phone: Phone, title: str) -> None:
    """Open the list by its button in the menu, and an event by its own button there."""
    phone.write("メニュー")
    phone.tap("イベント")
    expect(phone.newest).to_contain_text("これからのイベント")
    button = phone.desk.locator(".phone").get_by_role("button", name=re.compile(rf"^\d\. {re.escape(title[:8])}"))
    phone.press(button.last)
    expect(phone.newest).to_contain_text(title)


@pytest.mark.parametrize("size", SIZES)
def test_an_event_is_found_and_registered_for_in_three_taps_on_both_phones(
    sit_down: SitDown, bot: Bot, size: str
) -> None:
    desk = sit_down(size)
    for phone in desk.phones:
        phone.show()
        phone.join()
        open_event(phone, FIRST)
        desk.picture(f"{phone.platform}-1-event")
        expect(phone.newest).to_contain_text("1月26日(水) 午後2時から3時30分まで")
        phone.tap("申し込む")
        expect(phone.newest).to_contain_text("申し込みました")
        desk.picture(f"{phone.platform}-2-registered")
        phone.tap("申し込む")  # a double tap
        expect(phone.newest).to_contain_text(FIRST)
        open_event(phone, OPEN_DATE)
        expect(phone.newest).to_contain_text("くわしい日時は未定です")
        phone.tap("申し込む")
        desk.picture(f"{phone.platform}-3-date-open")
        expect(phone.newest).to_contain_text("申し込みました")
        phone.tap("申し込みを見る")
        desk.picture(f"{phone.platform}-4-mine")
        expect(phone.newest).to_contain_text(OPEN_DATE)


def test_a_course_is_registered_for_as_a_whole_or_for_one_session(sit_down: SitDown) -> None:
    desk = sit_down("desk")
    for phone in desk.phones:
        phone.join()
    whole, single = desk.phones
    open_event(whole, COURSE)
    desk.picture("1-course")
    whole.tap("全6回に申し込む")
    expect(whole.newest).to_contain_text("第6回")
    desk.picture("2-whole-course")
    open_event(single, COURSE)
    single.tap("第3回だけ申し込む")
    desk.picture("3-one-session")
    expect(single.newest).to_contain_text("第3回")
    expect(single.newest).not_to_contain_text("第4回")


def test_reminders_come_at_their_minute_and_to_who_registered_in_time_only(sit_down: SitDown, bot: Bot) -> None:
    desk = sit_down("desk")
    early, late = desk.phones
    early.join()
    open_event(early, SECOND)
    early.tap("申し込む")
    told = early.said.count()
    evening = datetime(2022, 2, 1, 18, tzinfo=TOKYO)
    move_calendar(bot, evening - timedelta(seconds=6))
    early.desk.page.wait_for_timeout(3000)
    assert (early.said.count(), now(bot) < evening) == (told, True)
    expect(early.said.nth(told)).to_contain_text("明日のイベントです")
    assert evening <= now(bot) < evening + timedelta(minutes=1)
    desk.picture("1-day-before")
    late.join()
    open_event(late, SECOND)
    late.tap("申し込む")
    heard = late.said.count()
    move_calendar(bot, datetime(2022, 2, 2, 13, tzinfo=TOKYO) - timedelta(seconds=2))
    expect(early.said.nth(told + 1)).to_contain_text("まもなく始まります")
    expect(late.said.nth(heard)).to_contain_text("まもなく始まります")
    desk.picture("2-hour-before")
    assert late.desk.get_by_text("明日のイベントです").count() == 0


def enter(desk: Desk, bot: Bot) -> Page:
    """Let somebody of the staff in beside the phones, by the command beside the running bot."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "DATA_DIR": "data", "PORT": str(bot.port)}
    command = [sys.executable, "-m", "bot", "staff", "desk", "--name", "受付 花"]
    link = subprocess.run(command, cwd=bot.folder, env=environment, capture_output=True, text=True, check=True).stdout
    page = desk.page.context.new_page()
    page.set_default_timeout(WAIT_MS)
    page.goto(link.strip())
    page.wait_for_url("**/staff")
    return page


def test_a_date_is_set_people_are_told_come_and_are_counted(sit_down: SitDown, bot: Bot) -> None:
    desk = sit_down("desk")
    for phone in desk.phones:
        phone.join()
        open_event(phone, TO_BE_DATED)
        phone.tap("申し込む")
    staff = enter(desk, bot)
    staff.get_by_role("link", name=TO_BE_DATED).click()
    staff.get_by_text("日時・定員・中止").click()
    staff.get_by_label("始まり").fill("2022-03-08T14:00")
    staff.get_by_label("終わり").fill("2022-03-08T16:00")
    staff.get_by_role("button", name="日時を決める").click()
    expect(staff.get_by_text("2人")).to_be_visible()
    staff.get_by_role("button", name="この日時にする").click()
    for phone in desk.phones:
        expect(phone.newest).to_contain_text("日時が決まりました")
        expect(phone.newest).to_contain_text("3月8日(火) 午後2時から4時まで")
    desk.picture("1-told")
    move_calendar(bot, datetime(2022, 3, 8, 13, 45, tzinfo=TOKYO))
    codes = []
    for phone in desk.phones:
        expect(phone.newest).to_contain_text("まもなく始まります")
        phone.tap("入場コードを見る")
        codes.append(phone.read(r"入場コード (\d{4})"))
    desk.picture("2-codes")
    before = bot.totals()["participants"]
    staff.get_by_role("link", name="受付をする").click()
    for code in codes:
        box = staff.get_by_role("textbox", name="番号")
        box.fill(code)
        box.press("Enter")
        expect(box).to_have_value("")
        expect(staff.locator("#result")).to_contain_text("受け付けました")
    expect(staff.locator("#unsent")).to_have_text("0")
    keep_picture(staff, "staff-door")
    after = bot.totals()["participants"]
    assert (after["total"] - before["total"], after["distinct"] - before["distinct"]) == (2, 2)
    for phone in desk.phones:
        phone.write("ポイント")
        expect(phone.newest).to_contain_text("確認済み 200")
