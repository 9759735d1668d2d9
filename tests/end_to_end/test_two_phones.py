"""The main job as a stranger meets it: two phones in a browser, an action reported, and the city's total moving."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.end_to_end.conftest import SIZES, Desk
from tests.running import Bot

SitDown = Callable[..., Desk]


@pytest.mark.parametrize("size", SIZES)
def test_a_stranger_joins_and_reports_on_both_phones_and_the_city_moves(sit_down: SitDown, bot: Bot, size: str) -> None:
    desk = sit_down(size)
    before = bot.points()
    earned = 0
    for phone in desk.phones:
        phone.show()
        desk.picture(f"{phone.platform}-1-stranger")
        phone.follow()
        desk.picture(f"{phone.platform}-2-language")
        phone.tap("日本語")
        desk.picture(f"{phone.platform}-3-consent")
        phone.tap("同意してはじめる")
        desk.picture(f"{phone.platform}-4-joined")
        phone.tap("報告する")
        desk.picture(f"{phone.platform}-5-list")
        phone.tap("ほかの行動")
        desk.picture(f"{phone.platform}-5-second-list")
        phone.tap("マイボトル")
        desk.picture(f"{phone.platform}-6-receipt")
        receipt = phone.earned()
        assert receipt > 0
        earned += receipt
        phone.tap("わたしのポイント")
        desk.picture(f"{phone.platform}-7-points")
        expect(phone.newest).to_contain_text(f"きょう {receipt}・今週 {receipt}・合計 {receipt}")
    assert bot.points() - before == earned
    desk.next_day()
    for phone in desk.phones:
        phone.show()
        earned += phone.report("マイボトル")
        desk.picture(f"{phone.platform}-8-next-day")
    assert bot.points() - before == earned
    desk.page.goto(f"{bot.url}/")
    expect(desk.page.locator("body")).to_contain_text(re.compile(rf"\b{bot.points():,}\b"))
    desk.picture("9-public")
