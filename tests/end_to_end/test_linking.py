"""One person on two phones: linked by a code, made one, parted at the desk; the sums are proved each time."""

import os
import subprocess
import sys
from collections.abc import Callable

from playwright.sync_api import Browser, Page, expect

from tests.chromium import needs_chromium
from tests.end_to_end.browsers import context_of
from tests.end_to_end.conftest import Desk
from tests.end_to_end.hands import Phone
from tests.end_to_end.staff_browsers import PASSWORD, join, staff_link
from tests.running import ROOT, Bot

pytestmark = needs_chromium


def compare(bot: Bot) -> str:
    """Hold every tally, counter and claim against the ledger, beside the running bot; gives what the command says."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "DATA_DIR": "data", "PORT": str(bot.port)}
    command = [sys.executable, "-m", "bot", "recompute", "--check"]
    found = subprocess.run(command, cwd=bot.folder, env=environment, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr
    print(f"$ python -m bot recompute --check\n{found.stdout.strip()}\n# the city's points: {bot.points()}")
    return found.stdout


def report(phone: Phone, words: str) -> None:
    phone.write(words)
    phone.tap("記録する")
    expect(phone.newest).to_contain_text("記録しました")


def part(page: Page, bot: Bot, name: str) -> None:
    """Take the newest merge of somebody back, at the desk."""
    page.goto(f"{bot.url}/staff/people")
    page.get_by_label("参加者コード、または名前のはじめ").fill(name)
    page.get_by_role("button", name="さがす").click()
    page.get_by_role("link", name=name).click()
    page.get_by_role("link", name="電話が変わった").click()
    code = page.locator(".digits").first.inner_text()
    form = page.locator("form[action$='/unmerge']")
    form.locator("select").select_option(index=1)
    form.get_by_label("この人の参加者コード").fill(code)
    form.get_by_role("button", name="もとの2人にもどす").click()
    if page.get_by_label("パスワード").count():
        page.get_by_label("パスワード").fill(PASSWORD)
        page.get_by_role("button").last.click()


def test_two_phones_become_one_record_and_two_again_and_no_sum_is_ever_wrong(
    bot: Bot, browser: Browser, sit_down: Callable[..., Desk]
) -> None:
    line, telegram = sit_down("desk").phones
    for phone in (line, telegram):
        phone.join()
        report(phone, "マイボトル使った")
    report(telegram, "バスに乗った")
    compare(bot)
    before = bot.points()
    line.write("連携")
    line.tap("コードを出す")
    code = line.read(r"([A-Z2-9]{3}-[A-Z2-9]{3}-[A-Z2-9]{3}|[A-Z2-9]{3} [A-Z2-9]{3} [A-Z2-9]{3})")
    telegram.write(code)
    expect(telegram.newest).to_contain_text("1回に数え直します")
    telegram.tap("はい、1つにする")
    expect(telegram.newest).to_contain_text("記録が1つになりました")
    compare(bot)
    assert bot.points() == before - 5, "what both had reported counts once"
    line.write("ポイント")
    name = line.read(r"(\S+)さんのポイント")
    with context_of(browser, "desk") as desk:
        page = desk.new_page()
        join(page, staff_link(bot, "承認 花子", "approver"))
        part(page, bot, name)
        expect(page.get_by_role("heading", name=name)).to_be_visible()
    compare(bot)
    assert bot.points() == before
