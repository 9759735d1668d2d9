"""What `connect` and `doctor` ask of Telegram: told in facts, changed only where it differs."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from bot.channels.telegram import Telegram
from bot.channels.telegram.wiring import Wiring, WiringError
from tests.channels.telegram.played import TOKEN, Answer, Played, drip, error, ok, plain, played

URL = "https://city.example.jp/webhooks/telegram"
ALLOWED = ["message", "edited_message", "callback_query", "my_chat_member"]
AS_WANTED = {
    "url": URL,
    "has_custom_certificate": False,
    "pending_update_count": 2,
    "max_connections": 40,
    "allowed_updates": ALLOWED,
}


@asynccontextmanager
async def wiring(*answers: Answer, deadline: float = 5) -> AsyncIterator[tuple[Played, Wiring]]:
    async with played(*answers) as api:
        channel = Telegram(token=TOKEN, webhook_secret="s3cret", api_url=api.url, deadline=deadline)
        await channel.open()
        yield api, channel.wiring
        await channel.close()


def methods(api: Played) -> Sequence[str]:
    return [method for method, _ in api.asked]


async def test_who_the_bot_is() -> None:
    me = {"id": 4242, "is_bot": True, "first_name": "KitaQ", "username": "kitaq_bot", "can_join_groups": True}
    async with wiring(ok(me)) as (_, wires):
        facts = await wires.me()
    assert (facts.bot_id, facts.username, facts.name) == (4242, "kitaq_bot", "KitaQ")
    assert (facts.joins_groups, facts.reads_whole_groups) == (True, False)


async def test_how_the_webhook_stands() -> None:
    failing = AS_WANTED | {"last_error_date": 1642636800, "last_error_message": "Connection timed out"}
    async with wiring(ok(failing)) as (_, wires):
        facts = await wires.webhook()
    assert (facts.url, facts.pending, facts.last_error) == (URL, 2, "Connection timed out")
    assert facts.last_error_at is not None
    assert facts.last_error_at.timestamp() == 1642636800


async def test_a_webhook_as_wanted_is_left_alone() -> None:
    async with wiring(ok(AS_WANTED)) as (api, wires):
        assert not await wires.set_webhook(URL)
    assert methods(api) == ["getWebhookInfo"]


@pytest.mark.parametrize(
    "there",
    [
        {"url": "", "has_custom_certificate": False, "pending_update_count": 0},
        AS_WANTED | {"url": "https://old.example.jp/"},
        AS_WANTED | {"allowed_updates": ["message"]},
        AS_WANTED | {"last_error_message": "Wrong response from the webhook: 401 Unauthorized"},
    ],
)
async def test_a_webhook_that_differs_or_fails_is_set_with_its_secret(there: dict[str, object]) -> None:
    async with wiring(ok(there), ok(True)) as (api, wires):
        assert await wires.set_webhook(URL)
    expected = {"url": URL, "max_connections": 40, "allowed_updates": ALLOWED, "secret_token": "s3cret"}
    assert api.asked[1] == ("setWebhook", expected)


async def test_a_webhook_is_deleted_only_where_there_is_one_and_keeps_what_waits() -> None:
    async with wiring(ok(AS_WANTED), ok(True), ok(AS_WANTED | {"url": ""})) as (api, wires):
        assert await wires.delete_webhook()
        assert not await wires.delete_webhook()
    assert methods(api) == ["getWebhookInfo", "deleteWebhook", "getWebhookInfo"]
    assert not api.asked[1][1].get("drop_pending_updates")


async def test_commands_are_set_only_in_the_languages_that_differ() -> None:
    there = [{"command": "points", "description": "ポイント"}]
    async with wiring(ok(there), ok([]), ok(True)) as (api, wires):
        assert await wires.set_commands({"": {"points": "ポイント"}, "en": {"points": "Points"}}) == ("en",)
    assert methods(api) == ["getMyCommands", "getMyCommands", "setMyCommands"]
    assert api.asked[2][1] == {"commands": [{"command": "points", "description": "Points"}], "language_code": "en"}


@pytest.mark.parametrize("menu", [{"Points": "x"}, {"a" * 33: "x"}, {"points": ""}, {"points": "x" * 257}])
async def test_commands_that_telegram_would_refuse_are_a_programming_error(menu: dict[str, str]) -> None:
    async with wiring(ok([])) as (api, wires):
        with pytest.raises(ValueError, match="command"):
            await wires.set_commands({"": menu})
    assert api.asked == []


async def test_the_menu_button_is_made_to_open_the_commands_only_where_it_does_not() -> None:
    async with wiring(ok({"type": "default"}), ok(True), ok({"type": "commands"})) as (api, wires):
        assert await wires.show_commands()
        assert not await wires.show_commands()
    assert methods(api) == ["getChatMenuButton", "setChatMenuButton", "getChatMenuButton"]
    assert api.asked[1][1] == {"menu_button": {"type": "commands"}}


async def test_descriptions_are_set_only_in_the_languages_that_differ() -> None:
    answers = (ok({"description": "同じ"}), ok({"description": ""}), ok(True), ok({"short_description": "短い"}))
    async with wiring(*answers) as (api, wires):
        assert await wires.set_descriptions({"": "同じ", "en": "New"}, {"": "短い"}) == ("en",)
    assert methods(api) == ["getMyDescription", "getMyDescription", "setMyDescription", "getMyShortDescription"]


async def test_a_description_too_long_is_refused_before_any_call() -> None:
    async with wiring(ok(True)) as (api, wires):
        with pytest.raises(ValueError, match="over 512"):
            await wires.set_descriptions({"": "x" * 513}, {})
    assert api.asked == []


@pytest.mark.parametrize(
    "answer", [error(401, "Unauthorized"), plain(502, "<html>"), plain(200, "<html>"), ok({}), drip]
)
async def test_failures_are_words_without_the_token(answer: Answer) -> None:
    async with wiring(answer, deadline=0.2) as (_, wires):
        with pytest.raises(WiringError, match=r"\w{3}") as failure:
            await wires.me()
    assert TOKEN not in str(failure.value)
    assert failure.value.__cause__ is None
