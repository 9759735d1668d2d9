"""Connect: brings both platforms in line with the settings, says what it did, and changes nothing the second time."""

import pytest

from bot import dressing
from bot.channels.telegram import limits
from bot.sandbox.server import Sandbox
from handlers import commands
from handlers.texts import Texts
from tests.bot.conftest import PUBLIC_URL, Desk
from tests.town import kitaq

CHANGES = {"setWebhook", "deleteWebhook", "setMyCommands", "setMyDescription", "setMyShortDescription"}


def changes(sandbox: Sandbox) -> list[str]:
    return [call["name"] for call in sandbox.calls() if call["name"] in CHANGES or call["name"].startswith("PUT ")]


def test_the_first_time_everything_is_set_and_the_second_time_nothing(desk: Desk, sandbox: Sandbox) -> None:
    with desk.serving():
        first = desk.say("connect")
        made = changes(sandbox)
        second = desk.say("connect")
        citizen = sandbox.telegram.person("花子", "ja")
        assert sandbox.telegram.start(citizen)["delivery"]["status"] == 200  # the secret that was set is the right one
    assert (first.code, second.code) == (0, 0), first.out + second.out
    assert f"line: webhook changed to {PUBLIC_URL}/webhooks/line" in first.out
    assert f"telegram: webhook changed to {PUBLIC_URL}/webhooks/telegram" in first.out
    assert "telegram: commands changed for all others, en" in first.out
    assert "was answered" in first.out
    assert "changed" not in second.out
    assert second.out.count("already right") == 5
    assert {"setWebhook", "setMyCommands", "setMyDescription"} <= set(made)
    assert changes(sandbox) == made


def test_telegram_is_told_which_kinds_of_updates_to_send(desk: Desk, sandbox: Sandbox) -> None:
    desk.set(LINE_CHANNEL_SECRET="", LINE_CHANNEL_ACCESS_TOKEN="")
    assert desk.say("connect").code == 0
    asked = next(call["request"] for call in sandbox.calls() if call["name"] == "setWebhook")
    assert tuple(asked["allowed_updates"]) == limits.ALLOWED_UPDATES


def test_a_bot_that_does_not_run_is_left_to_do(desk: Desk, sandbox: Sandbox) -> None:
    said = desk.say("connect")
    assert said.code == 1
    assert "line: LINE called" in said.out
    assert "is the bot running" in said.out


def test_polling_takes_the_webhook_away_once(desk: Desk, sandbox: Sandbox) -> None:
    sandbox.webhook("telegram", "https://old.example.jp/x")
    desk.set(TELEGRAM_MODE="polling", LINE_CHANNEL_SECRET="", LINE_CHANNEL_ACCESS_TOKEN="", PUBLIC_URL="")
    first, second = desk.say("connect"), desk.say("connect")
    assert "webhook deleted" in first.out
    assert "webhook none, as wanted" in second.out
    assert sandbox.webhook_statistics("telegram")["url"] == ""


def test_a_refused_token_is_said_without_the_token(desk: Desk, sandbox: Sandbox) -> None:
    desk.set(LINE_CHANNEL_ACCESS_TOKEN="not-the-token", TELEGRAM_BOT_TOKEN="43:not-the-token-of-this-bot")
    said = desk.say("connect")
    assert said.code == 1
    assert "line: refused" in said.out
    assert "telegram: refused" in said.out
    assert "not-the-token" not in said.out + said.err


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ({"PUBLIC_URL": "", "HOST": "0.0.0.0"}, "PUBLIC_URL: is missing"),
        (dict.fromkeys(("LINE_CHANNEL_SECRET", "LINE_CHANNEL_ACCESS_TOKEN", "TELEGRAM_BOT_TOKEN"), ""), "no channel"),
    ],
)
def test_without_an_address_or_a_channel_there_is_nothing_to_connect(
    desk: Desk, sandbox: Sandbox, missing: dict[str, str], words: str
) -> None:
    desk.set(**missing)
    said = desk.say("connect")
    assert (said.code, said.out) == (2, "")
    assert words in said.err


def test_every_command_of_the_menu_is_one_the_bot_knows() -> None:
    texts = Texts(kitaq().city.languages)
    for language in texts.languages:
        menu = dressing.menu(texts, language)
        assert {f"/{command}" for command in menu} <= commands.WORDS.keys()
        assert all(1 <= len(words) <= limits.COMMAND_DESCRIPTION for words in menu.values())


def test_the_description_names_project_and_office_in_every_language() -> None:
    texts = Texts(kitaq().city.languages)
    city = kitaq().city
    for language in texts.languages:
        said = dressing.describe(texts, kitaq(), language)
        assert city.project[language] in said
        assert len(said) <= limits.DESCRIPTION
    assert dressing.describe(texts, kitaq(), "ja") != dressing.describe(texts, kitaq(), "en")
