"""A photo from a phone to the desk in a real browser: sent without script, accepted by staff, nothing for axe to mend.

To look at the pages: ``SCREENSHOTS=folder pytest tests/end_to_end/test_evidence.py``.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import Connection

from bot.photos import MOST_UPLOADED
from storage import evidence, ledger, people, totals
from storage.ledger import EntryKind
from tests.chromium import needs_chromium
from tests.end_to_end.accessibility import look_through
from tests.end_to_end.office import START, Office
from tests.end_to_end.staff_browsers import join
from tests.end_to_end.test_console import link

pytestmark = needs_chromium
TOKEN = "a-link-that-somebody-got"


def report(connection: Connection, office: Office) -> None:
    """Let somebody have reported, and got the link."""
    person = people.add(connection, "みどりのカササギ", START)
    made = {"person_id": person, "account_id": 0, "kind": EntryKind.REPORT, "reference": "e:1", "action": "cleanup"}
    made |= {"acted_on": START.date(), "entered_at": START, "points": 20, "counts_for_board": True, "rule_version": 1}
    made["confirmed"] = False
    entry = ledger.add_entry(connection, **made, period="2022-01-26", n=1)
    asked = {"person_id": person, "action": "cleanup", "acted_on": START.date(), "points": 50, "rule_version": 1}
    until = office.app.clock.real() + timedelta(days=1)
    hashed = office.app.house.keyed_hash(f"evidence:{TOKEN}")
    evidence.ask(connection, entry, **asked, token_hash=hashed, token_until=until, language="ja", asked_at=START)


def everywhere(page: Page, office: Office, folder: Path) -> Iterator[str]:
    """Go from the phone to the desk; gives the name of each page as it is open."""
    office.do(lambda c: report(c, office))
    photo, words = folder / "photo.jpg", folder / "words.jpg"
    Image.effect_noise((4000, 3000), 90).convert("RGB").save(photo, quality=92)
    assert 8_000_000 < photo.stat().st_size < MOST_UPLOADED  # as large as a telephone's best
    words.write_text("no photo")
    page.goto(f"{office.url}/evidence/{TOKEN}")
    yield "page"
    page.get_by_label("写真（JPEG").set_input_files(words)
    page.get_by_role("button", name="送る").click()
    expect(page.get_by_role("alert")).to_contain_text("写真として読めません")
    yield "refused"
    page.get_by_label("写真（JPEG").set_input_files(photo)
    page.get_by_role("button", name="送る").click()
    expect(page.get_by_role("heading", name="写真を受け取りました")).to_be_visible()
    yield "sent"
    page.goto(f"{office.url}/evidence/{TOKEN}")
    yield "used"
    join(page, link(office))
    page.goto(f"{office.url}/staff")
    page.get_by_role("link", name="確認を待っている写真").click()
    yield "list"
    page.get_by_role("link", name="ごみ拾い").click()
    assert page.locator(".proof").evaluate("image => image.decode().then(() => image.naturalWidth)") > 1000
    page.get_by_text("断る", exact=True).first.click()
    yield "one"
    page.get_by_role("button", name="確かめた").click()
    expect(page.get_by_role("status")).to_contain_text("ポイントがつきました")


@pytest.mark.parametrize(("size", "scheme"), [("phone", "light"), ("desk", "dark")])
def test_a_photo_is_sent_from_a_phone_and_accepted_at_the_desk(
    browser: Browser, office: Office, tmp_path: Path, size: str, scheme: str
) -> None:
    look_through(browser, size, scheme, "evidence", lambda page: everywhere(page, office, tmp_path))
    found = office.do(lambda c: totals.find_totals(c, office.app.programme, office.app.clock.now()))
    assert (found.points_confirmed, found.points_self_reported) == (50, 0)
