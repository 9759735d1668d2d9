"""The city's own events as a citizen meets them: found and registered for, on both phones; no calendar is moved."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.end_to_end.conftest import SIZES, Desk

SitDown = Callable[..., Desk]
FIRST = "脱炭素経営が求められる背景とその実践方法"
OPEN_DATE, COURSE = "Webワークショップ（3月下旬）", "GXエグゼクティブビジネススクール"


@pytest.mark.parametrize("size", SIZES)
def test_an_event_is_found_and_registered_for_in_three_taps_on_both_phones(sit_down: SitDown, size: str) -> None:
    desk = sit_down(size)
    for phone in desk.phones:
        phone.show()
        phone.join()
        phone.open_event(FIRST)
        desk.picture(f"{phone.platform}-1-event")
        expect(phone.newest).to_contain_text("1月26日(水) 午後2時から3時30分まで")
        phone.register()
        desk.picture(f"{phone.platform}-2-registered")
        if phone.platform == "line":
            phone.tap("申し込む")  # a double tap
            expect(phone.newest).to_contain_text(FIRST)
        else:
            expect(phone.button("申し込む")).to_have_count(0)  # the receipt stands in its place
        phone.open_event(OPEN_DATE)
        expect(phone.newest).to_contain_text("くわしい日時は未定です")
        phone.register()
        desk.picture(f"{phone.platform}-3-date-open")
        phone.tap("申し込みを見る")
        desk.picture(f"{phone.platform}-4-mine")
        expect(phone.newest).to_contain_text(OPEN_DATE)


def test_a_course_is_registered_for_as_a_whole_or_for_one_session(sit_down: SitDown) -> None:
    desk = sit_down("desk")
    for phone in desk.phones:
        phone.join()
    whole, single = desk.phones
    whole.open_event(COURSE)
    desk.picture("1-course")
    whole.tap("全6回に申し込む")
    expect(whole.newest).to_contain_text("第6回")
    desk.picture("2-whole-course")
    single.open_event(COURSE)
    single.tap("第3回だけ申し込む")
    desk.picture("3-one-session")
    expect(single.newest).to_contain_text("第3回")
    expect(single.newest).not_to_contain_text("第4回")
