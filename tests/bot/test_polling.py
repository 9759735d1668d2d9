"""A city without a public address: the real bot fetches its updates from the strict Telegram and answers them."""

import time
from pathlib import Path

from bot.sandbox.server import Sandbox
from tests.running import running

SECONDS = 30


def settings(sandbox: Sandbox) -> dict[str, str]:
    return {
        "TELEGRAM_BOT_TOKEN": "42:sandbox-telegram-token",
        "TELEGRAM_API_URL": sandbox.telegram_url,
        "TELEGRAM_MODE": "polling",
        "SANDBOX": "off",
    }


def answers(sandbox: Sandbox, person: int, count: int) -> list[str]:
    """Wait until the phone shows so many messages of the bot."""
    deadline = time.monotonic() + SECONDS
    while True:
        shown = [m["text"] for m in sandbox.telegram.screen(person)["messages"] if m["from"] == "bot"]
        if len(shown) >= count:
            return shown
        assert time.monotonic() < deadline, shown
        time.sleep(0.1)


def test_a_polling_bot_answers_and_what_was_sent_while_it_was_down_it_answers_when_it_is_back_and_once(
    tmp_path: Path,
) -> None:
    with Sandbox.running() as sandbox:
        person = sandbox.telegram.person("Hana", "en")
        with running(tmp_path, **settings(sandbox)):
            sandbox.telegram.start(person)
            assert "choose your language" in answers(sandbox, person, 1)[0]
        sandbox.telegram.text(person, "menu")
        with running(tmp_path, **settings(sandbox)):
            answers(sandbox, person, 2)
            time.sleep(2)  # long enough for a second answer to show
            assert len(answers(sandbox, person, 2)) == 2
