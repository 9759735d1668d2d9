"""The main job as a stranger meets it: two phones in a browser, an action reported, and the city's total moving."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from handlers.texts import language_name
from tests.end_to_end.conftest import SIZES, Desk
from tests.running import Bot
from tests.town import kitaq

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


def test_a_typed_report_is_shown_once_and_recorded_by_one_button(sit_down: SitDown, bot: Bot) -> None:
    desk = sit_down("desk")
    phone = desk.telegram
    phone.join()
    before = bot.points()
    phone.write("今日マイボトル使った")
    desk.picture("1-understood")
    expect(phone.newest).to_contain_text("マイボトルを使う")
    assert bot.points() == before
    phone.tap("記録する")
    desk.picture("2-recorded")
    assert bot.points() - before == phone.earned() > 0


def test_a_report_is_taken_back_in_one_tap(sit_down: SitDown, bot: Bot) -> None:
    desk = sit_down("handset")
    phone = desk.line
    phone.join()
    before = bot.points()
    phone.report("マイバッグ")
    assert bot.points() > before
    phone.tap("取り消す")
    desk.picture("1-taken-back")
    expect(phone.newest).to_contain_text("取り消しました")
    assert bot.points() == before


def test_the_same_button_pressed_again_earns_nothing_and_says_so_kindly(sit_down: SitDown, bot: Bot) -> None:
    desk = sit_down("desk")
    phone = desk.line
    phone.join()
    phone.report("テレワーク")
    before = bot.points()
    phone.tap("テレワーク")
    desk.picture("1-again")
    expect(phone.newest).to_contain_text("もう記録してあります")
    assert bot.points() == before


def test_an_english_speaker_joins_and_reports_in_english(sit_down: SitDown, bot: Bot) -> None:
    desk = sit_down("handset", language="en")
    before = bot.points()
    for phone in desk.phones:
        phone.show()
        phone.follow()
        labels = [label.strip() for label in phone.newest.get_by_role("button").all_inner_texts()]
        desk.picture(f"{phone.platform}-1-language")
        assert sorted(labels) == sorted(map(language_name, kitaq().city.languages))
        if phone is desk.telegram:  # LINE's events do not tell the language of the app
            assert labels[0] == "English"
        phone.tap("English")
        desk.picture(f"{phone.platform}-2-consent")
        phone.tap("Agree and start")
        desk.picture(f"{phone.platform}-3-joined")
        phone.tap("Report an action")
        phone.tap("Telework")
        desk.picture(f"{phone.platform}-4-receipt")
        expect(phone.newest).to_contain_text("Recorded: Telework")
        earned = phone.earned()
        assert earned > 0
        before += earned
        phone.tap("My points")
        desk.picture(f"{phone.platform}-5-points")
        assert bot.points() == before


def test_the_rich_menu_speaks_the_language_that_was_chosen_and_its_tabs_answer(sit_down: SitDown) -> None:
    desk = sit_down("handset", language="en")
    phone = desk.line
    phone.follow()
    phone.tap("English")
    phone.tap("Agree and start")
    menu = phone.desk.locator(".rich-menu")
    phone.press(menu.get_by_role("button", name="City totals", exact=True))
    desk.picture("1-totals")
    expect(phone.newest).to_contain_text("City of Kitakyushu: totals")
    expect(menu.get_by_role("button")).to_have_count(6)
    assert menu.locator("img").evaluate("(picture) => picture.decode().then(() => picture.naturalWidth)") == 2500


def test_a_photo_is_answered_kindly_and_not_taken(sit_down: SitDown) -> None:
    desk = sit_down("desk")
    for phone in desk.phones:
        phone.join()
        phone.send_photo()
        expect(phone.newest).to_contain_text("写真")
        expect(phone.newest).to_contain_text("受け取らずにいます")
    desk.picture("1-answered")


def test_who_blocks_and_comes_back_goes_on_where_they_were(sit_down: SitDown) -> None:
    desk = sit_down("desk")
    for phone in desk.phones:
        phone.join()
        earned = phone.report("節水")
        phone.block_and_return()
        phone.write("ポイント")
        expect(phone.newest).to_contain_text(f"合計 {earned}")
    desk.picture("1-back")


def test_who_leaves_is_forgotten_and_the_citys_total_stays(sit_down: SitDown, bot: Bot) -> None:
    desk = sit_down("handset")
    phone = desk.line
    phone.join()
    phone.report("分別・資源化")
    before = bot.points()
    phone.write("退会したい")
    desk.picture("1-asked")
    phone.tap("退会して消す")
    desk.picture("2-left")
    expect(phone.newest).to_contain_text("退会しました")
    assert bot.points() == before
    phone.write("ポイント")
    desk.picture("3-a-stranger-again")
    expect(phone.newest.get_by_role("button", name="日本語", exact=True)).to_be_visible()


def test_a_fault_of_the_platform_is_survived_and_shown_in_the_log(sit_down: SitDown, bot: Bot) -> None:
    desk = sit_down("desk")
    phone = desk.line
    phone.join()
    before = bot.points()
    desk.order_fault("line", "500")
    earned = phone.report("エコドライブ")
    expect(desk.page.locator("#calls .status.bad").filter(has_text="500")).to_have_count(1)
    assert bot.points() - before == earned
