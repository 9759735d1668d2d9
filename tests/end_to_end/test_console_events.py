"""An event in a real browser from the empty form to what was answered, by axe and at both widths.

To look at the pages: ``SCREENSHOTS=folder pytest tests/end_to_end/test_console_events.py``.
"""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from storage import attendances, events, marks
from storage.events import DETAIL_NAMES
from storage.facts import EventDetails
from storage.marks import MarkName
from tests.chromium import needs_chromium
from tests.end_to_end.accessibility import look_through
from tests.end_to_end.office import START, Office
from tests.handlers.occasions import SURVEY

pytestmark = needs_chromium


def ask(office: Office) -> None:
    """Let the event have asked its questions, and five have answered."""
    details = {name: getattr(office.event, name) for name in DETAIL_NAMES} | {"survey": SURVEY}
    now = office.app.clock.now()
    office.do(lambda c: events.change_details(c, office.event.id, EventDetails(**details), now))
    for person in range(1, 6):
        for number, said in enumerate((str(person), "友だち", f"よく分かりました（{person}）"), 1):
            how = {"person_id": person, "question": number, "answer": said, "now": now}
            office.do(lambda c, how=how: attendances.put_answer(c, office.event.id, **how))


def write(page: Page) -> None:
    """Fill the form of a new event, with a weekday that is wrong."""
    page.get_by_role("link", name="イベントを作る").click()
    japanese = page.get_by_role("group", name="日本語", exact=True).first
    japanese.get_by_label("題名").fill("川の清掃")
    japanese.get_by_label("内容").fill("紫川の岸を歩いて、ごみを拾います。\n軍手を持ってきてください。")
    japanese.get_by_label("場所").fill("紫川 勝山公園前")
    page.locator("[name='title.en']").fill("River clean-up")
    page.locator("[name='starts_at.1']").fill("2022-02-05T09:00")
    page.locator("[name='ends_at.1']").fill("2022-02-05T11:00")
    page.locator("[name='weekday.1']").select_option("日")
    page.locator("[name='capacity.1']").fill("30")


def bring(page: Page, office: Office) -> None:
    page.goto(f"{office.url}/staff/attendance?part={office.part.id}")
    content = "会員番号,氏名\r\nA-1,山田 一\r\n,佐藤 二\r\nA-3,鈴木 三\r\n".encode("cp932")
    page.locator("[name=file]").set_input_files({"name": "受付簿.csv", "mimeType": "text/csv", "buffer": content})
    page.get_by_label("どこの名簿か").fill("環境学習課 受付簿")
    page.get_by_role("button", name="確かめる…").click()


def everywhere(page: Page, office: Office) -> Iterator[str]:
    """Write, look at and save an event, bring a list, read answers; gives the name of each page as it is open."""
    page.context.add_cookies([office.cookie()])
    page.goto(f"{office.url}/staff/events")
    write(page)
    page.get_by_role("button", name="下書きを保存する").click()
    expect(page.get_by_role("alert")).to_contain_text("選んだ曜日（日）と合いません")
    yield "faults"
    page.locator("[name='weekday.1']").select_option("土")
    page.get_by_role("button", name="見た目を確かめる").click()
    expect(page.get_by_role("heading", name="見た目（まだ保存していません）")).to_be_visible()
    yield "looks"
    page.get_by_role("button", name="下書きを保存する").click()
    expect(page.get_by_text("保存しました。")).to_be_visible()
    page.goto(f"{office.url}/staff/events/{office.event.id}/edit")
    yield "shown"
    page.goto(f"{office.url}/staff/events/{office.event.id}/questions")
    yield "questions"
    ask(office)
    office.set_time(START + timedelta(hours=3))
    offset = office.app.clock.offset.total_seconds()
    office.do(lambda c: marks.put(c, MarkName.CLOCK_OFFSET_SECONDS, str(offset)))  # the counting asks the database
    page.goto(f"{office.url}/staff/events/{office.event.id}/survey")
    yield "survey"
    bring(page, office)
    yield "list"
    page.get_by_role("button", name="このファイルの2行を取り込む").click()
    expect(page.get_by_role("status")).to_contain_text("2人の出席を数えました。")
    page.goto(f"{office.url}/staff/parts/{office.part.id}/meeting")
    yield "meeting"


@pytest.mark.parametrize(("size", "scheme"), [("phone", "light"), ("desk", "dark")])
def test_an_event_is_written_and_followed_up_and_axe_finds_nothing_to_mend(
    browser: Browser, office: Office, size: str, scheme: str
) -> None:
    look_through(browser, size, scheme, "events", lambda page: everywhere(page, office))
