"""The pages about one person in a real browser: found, corrected, erased without a script, at both widths, by axe.

To look at the pages: ``SCREENSHOTS=folder pytest tests/end_to_end/test_console_people.py``.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import Connection

from handlers import founding
from handlers.rules import person_codes
from storage import accounts, inquiries, ledger, people, puzzles
from storage.facts import ChannelName, TeamKind
from tests.chromium import needs_chromium
from tests.end_to_end.accessibility import look_through
from tests.end_to_end.browsers import SIZES, context_of
from tests.end_to_end.office import START, Office
from tests.end_to_end.staff_browsers import join
from tests.end_to_end.test_console import link

pytestmark = needs_chromium
NAME = "みどりのカササギ12"


def settle(office: Office) -> int:
    """Let somebody have joined by LINE with five points, and others have written riddles; gives the person's number."""

    def unit(connection: Connection) -> int:
        person_id = people.add(connection, NAME, START)
        people.add(connection, "みどりのカワセミ3", START)
        people.change(connection, person_id, ward="moji")
        account = accounts.add(connection, ChannelName.LINE, "bot", "U1", START)
        accounts.change(connection, account.id, person_id=person_id, language="ja")
        act = {"action": "my_bottle", "acted_on": START.date(), "entered_at": START, "points": 5, "n": 1}
        how = {"kind": ledger.EntryKind.REPORT, "reference": "1:0", "period": "2022-01-26", "rule_version": 1}
        board = {"counts_for_board": True, "confirmed": False, "account_id": account.id}
        ledger.add_entry(connection, person_id=person_id, **act, **how, **board)
        asked = inquiries.add(connection, person_id, account.id, START.date(), START)
        inquiries.add_line(connection, asked, "太陽光パネルの補助金は、いつからですか", START)
        for words, times in (("粗大ごみの出し方を教えてください", 3), ("使い捨てすとろーことわった", 2)):
            for _ in range(times):
                puzzles.note(connection, "ja", words, words, START.date())
        return person_id

    return int(office.do(unit))


def find(page: Page, office: Office, sought: str) -> None:
    page.goto(f"{office.url}/staff/people")
    page.get_by_label("参加者コード、または名前のはじめ").fill(sought)
    page.get_by_role("button", name="さがす").click()


def fill_correction(page: Page) -> None:
    page.get_by_text("ポイントを訂正する…").click()
    page.locator("select[name=action]").select_option("my_bottle")
    page.locator("input[name=points]").fill("-5")
    page.locator("select[name=reason]").select_option("double")


@pytest.mark.parametrize("size", SIZES)
def test_a_person_is_found_corrected_and_erased_without_any_script(browser: Browser, office: Office, size: str) -> None:
    person_id = settle(office)
    with context_of(browser, size, scripted=False) as context:
        page = context.new_page()
        join(page, link(office))
        find(page, office, "ミドリ")
        expect(page.get_by_role("link", name="みどりのカワセミ3")).to_be_visible()
        page.get_by_role("link", name=NAME).click()
        fill_correction(page)
        page.get_by_role("button", name="確かめる…").click()
        expect(page.get_by_text("この人の合計：5 → 0")).to_be_visible()
        page.get_by_role("button", name="訂正する").click()
        expect(page.get_by_text("訂正しました。")).to_be_visible()
        page.get_by_role("link", name="この人を消す…").click()
        page.get_by_label("参加者コードを書き写してください").fill(person_codes.write(person_id))
        page.get_by_role("button", name="消す").click()
        expect(page.get_by_text("の人を消しました")).to_be_visible()
        assert office.do(lambda c: people.find(c, person_id)) is None


def fill_codes(page: Page, office: Office, person_id: int) -> None:
    """Fill in the codes of the person and of the other one of the two."""
    others = office.do(lambda c: people.list_by_name(c, "", 9))
    other_id = next(one.id for one in others if one.id != person_id)
    page.get_by_label("この人の参加者コード").first.fill(person_codes.write(person_id))
    page.get_by_label("もう1つの記録の参加者コード").fill(person_codes.write(other_id))


def everywhere(page: Page, office: Office) -> Iterator[str]:
    """Go through the pages about persons; gives the name of each as it is open."""
    person_id = settle(office)
    join(page, link(office))
    find(page, office, "みどり")
    yield "found"
    page.get_by_role("link", name=NAME).click()
    page.get_by_text("お知らせを休みにする…").click()
    fill_correction(page)
    yield "person"
    page.get_by_role("button", name="確かめる…").click()
    yield "correct"
    page.get_by_role("button", name="訂正する").click()
    yield "corrected"
    page.goto(f"{office.url}/staff/people/{person_id}/erasure")
    yield "erase"
    page.get_by_label("参加者コードを書き写してください").fill("はい")
    page.get_by_role("button", name="消す").click()
    yield "other-code"
    page.goto(f"{office.url}/staff/people/{person_id}/merge")
    yield "merge"
    fill_codes(page, office, person_id)
    page.get_by_role("button", name="確かめる…").click()
    yield "merging"
    page.get_by_role("button", name="1人にまとめる").click()
    page.get_by_role("link", name="電話が変わった・記録が2つある…").click()
    yield "merged"
    page.get_by_role("button", name="引き継ぎのコードを出す").click()
    yield "handover"
    office.do(lambda c: founding.make_by_staff(c, TeamKind.SCHOOL, "3年2組", "kita", START))
    page.goto(f"{office.url}/staff/teams")
    yield "teams"
    page.goto(f"{office.url}/staff/puzzles")
    yield "puzzles"
    page.get_by_role("button", name="答えを作る").first.click()
    page.get_by_label("答え 一行目").first.fill("粗大ごみは、電話で申し込みます。")
    page.get_by_role("button", name="見た目を確かめる").click()
    yield "answer"
    page.goto(f"{office.url}/staff/answers")
    page.get_by_label("こう書かれたら").fill("火事です")
    page.get_by_role("button", name="ためす").click()
    yield "answers"
    page.goto(f"{office.url}/staff/questions")
    yield "questions"
    page.get_by_role("link", name="太陽光パネル").click()
    yield "question"


@pytest.mark.parametrize(("size", "scheme"), [("phone", "light"), ("desk", "dark")])
def test_axe_finds_nothing_to_mend_and_text_of_twice_the_size_fits(
    browser: Browser, office: Office, size: str, scheme: str
) -> None:
    look_through(browser, size, scheme, "people", lambda page: everywhere(page, office))
