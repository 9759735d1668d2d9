"""Browsers for the tests of the door: with a camera that plays a film, and the link that lets them in."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserContext, Playwright

from tests.chromium import CHROMIUM
from tests.end_to_end.conftest import FLAGS, WAIT_MS
from tests.running import ROOT, Bot

SIZES = {"phone": (390, 844), "desk": (1440, 900)}
CAMERA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]


@contextmanager
def browser_of(playwright: Playwright, *flags: str) -> Iterator[Browser]:
    opened = playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, *flags])
    try:
        yield opened
    finally:
        opened.close()


def context_of(
    browser: Browser, size: str = "phone", *, bypass_csp: bool = False, scripted: bool = True
) -> BrowserContext:
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        locale="ja-JP",
        timezone_id="Asia/Tokyo",
        bypass_csp=bypass_csp,
        java_script_enabled=scripted,
    )
    context.set_default_timeout(WAIT_MS)
    return context


def link_for(bot: Bot, name: str) -> str:
    """Ask the command for a link, beside the running bot."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "DATA_DIR": "data", "PORT": str(bot.port)}
    command = [sys.executable, "-m", "bot", "staff", "desk", "--name", name]
    found = subprocess.run(command, cwd=bot.folder, env=environment, capture_output=True, text=True, check=True)
    return found.stdout.strip()
