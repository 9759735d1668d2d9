"""Staff at a browser, from the one-time link on; for the tests that walk through the console."""

import os
import re
import subprocess
import sys

from playwright.sync_api import Locator, Page, expect

from tests.running import ROOT, Bot

PASSWORD = "correct horse battery"


def staff_link(bot: Bot, name: str, role: str) -> str:
    """Ask the command for an account's link, beside the running bot."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "DATA_DIR": "data", "PORT": str(bot.port)}
    command = [sys.executable, "-m", "bot", "staff", "add", name, "--role", role]
    found = subprocess.run(command, cwd=bot.folder, env=environment, capture_output=True, text=True, check=True)
    return found.stdout.strip()


def join(page: Page, link: str) -> list[str]:
    """Enter by a link; gives the sheet of codes that is shown once."""
    page.goto(link)
    page.get_by_label("新しいパスワード").fill(PASSWORD)
    page.get_by_label("もう一度").fill(PASSWORD)
    page.get_by_role("button", name="決める").click()
    expect(page.get_by_role("heading", name="一時コード")).to_be_visible()
    codes = page.locator(".codes .digits").all_inner_texts()
    assert len(codes) == 10
    return codes


def sign_in(page: Page, name: str, code: str) -> None:
    """Fill the form on the page that is open."""
    page.get_by_label("名前").fill(name)
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_label("確認コード").fill(code)
    page.get_by_role("button", name="サインイン").click()


def shown_link(page: Page) -> str:
    """Read the link that a page shows once."""
    found = re.search(r"http://\S+/staff/join/[\w-]+", page.locator(".link").inner_text())
    assert found is not None
    return found[0]


def unfold(page: Page) -> Locator:
    """Open the pages that are folded up in the menu, unless one of them is shown; gives that part of the menu."""
    folded = page.locator("nav details.folded")
    if folded.get_attribute("open") is None:
        folded.locator("summary").click()
    return folded
