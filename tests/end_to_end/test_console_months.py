"""The monthly report and the key figures in a real browser: one sheet of paper however full, by axe.

To look at the pages: ``SCREENSHOTS=folder pytest tests/end_to_end/test_console_months.py``.
"""

import os
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page
from sqlalchemy import Connection

from storage import accounts, events, ledger, people, quotas
from storage.clock import TOKYO
from storage.facts import ChannelName, EventState, PartState, PlannedPart
from tests.chromium import needs_chromium
from tests.end_to_end.accessibility import look_through
from tests.end_to_end.office import START, Office
from tests.end_to_end.staff_browsers import join
from tests.end_to_end.test_console import link
from tests.handlers.occasions import details
from tests.town import kitaq

pytestmark = needs_chromium
FEBRUARY = datetime(2022, 2, 3, 9, tzinfo=TOKYO)
TITLE = "脱炭素経営がなぜ求められているのか、どのように進めるのかを学ぶウェブセミナー"


def settle(office: Office) -> None:
    """Let January have been full: each ward on both channels, twelve parts, corrections of nine months."""

    def unit(connection: Connection) -> None:
        entry = {"action": "my_bottle", "n": 1, "rule_version": 1, "counts_for_board": False, "kind": "report"}
        for number, ward in enumerate(kitaq().wards):
            person_id = people.add(connection, f"みどりのカササギ{number}", START)
            people.change(connection, person_id, ward=ward.code)
            for channel in (ChannelName.LINE, ChannelName.TELEGRAM):
                account = accounts.add(connection, channel, "bot", f"U{number}", START)
                earlier = [(START - timedelta(days=30 * back), START) for back in range(1, 10)]
                for about, at in ((START, START), (START, FEBRUARY), *earlier[: 9 if number == 0 else 1]):
                    key = f"{number}:{channel}:{about}:{at}"
                    when = {"acted_on": about.date(), "entered_at": at, "reference": key, "period": key}
                    how = {"points": 12_345, "confirmed": channel is ChannelName.LINE, "account_id": account.id}
                    ledger.add_entry(connection, person_id=person_id, **entry, **when, **how)
        parts = [PlannedPart(starts_at=START - timedelta(days=day), ends_at=START) for day in range(12)]
        said = details("course", title={"ja": TITLE})
        event_id = events.add(connection, said, parts, EventState.PUBLISHED, START)
        event = events.find(connection, event_id)
        for part in event.parts if event else ():
            events.mark_part(connection, part.id, PartState.PLANNED, PartState.HELD)
        quotas.put(connection, ChannelName.LINE, 30_000, 32_400, START)

    office.do(unit)
    office.set_time(FEBRUARY)


def keep_paper(name: str, printed: bytes) -> None:
    if folder := os.environ.get("SCREENSHOTS"):
        Path(folder, f"{name}.pdf").write_bytes(printed)


def everywhere(page: Page, office: Office) -> Iterator[str]:
    """Go through the pages of figures; gives the name of each as it is open."""
    settle(office)
    join(page, link(office))
    page.goto(f"{office.url}/staff/months")
    yield "months"
    page.get_by_role("link", name="2022年1月").click()
    page.get_by_label("この月の訪問者数").fill("1200")
    page.get_by_label("出典（だれが、いつ、どこで数えたか）").fill("ポータルサイトの統計")
    page.get_by_role("button", name="入力する").click()
    yield "month"
    page.get_by_role("button", name="2022年1月を締める").click()
    page.get_by_text("この月を締めました").wait_for()
    printed = page.pdf(prefer_css_page_size=True, print_background=True)
    keep_paper("month", printed)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
    yield "closed"
    page.goto(f"{office.url}/staff/kpis")
    page.get_by_label("名前").fill("家庭ごみの量（1人1日）")
    page.get_by_label("単位").fill("グラム")
    page.get_by_label("基準の値", exact=False).first.fill("452")
    page.get_by_label("基準の値の出典").fill("北九州市の環境基本計画の事業一覧")
    page.get_by_label("公開ページに出す").check()
    page.get_by_role("button", name="加える").click()
    yield "kpis"
    page.get_by_role("link", name="家庭ごみの量（1人1日）").click()
    page.get_by_label("いつの値か", exact=True).fill(date(2022, 1, 31).isoformat())
    page.get_by_label("値（グラム）").fill("440")
    page.get_by_label("出典（取り消すときは、そのわけ）").fill("環境局の集計")
    page.get_by_role("button", name="入力する").click()
    yield "kpi"
    page.goto(office.url)
    yield "public"


def test_a_full_month_is_one_sheet_and_axe_finds_nothing_to_mend(browser: Browser, office: Office) -> None:
    look_through(browser, "phone", "dark", "figures", lambda page: everywhere(page, office))
