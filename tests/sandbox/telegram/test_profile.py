"""What the bot says about itself: commands, descriptions, name, menu button; and what it learns of chats."""

import pytest
from telegram import (
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BotCommandScopeChatMember,
    MenuButtonCommands,
    MenuButtonWebApp,
    WebAppInfo,
)
from telegram.error import BadRequest

from tests.sandbox.telegram.refusals import refused

HELP = [BotCommand("help", "使い方")]


async def test_commands_are_kept_apart_by_scope_and_language(sandbox, bot, person):
    private = BotCommandScopeAllPrivateChats()
    await bot.set_my_commands(HELP)
    await bot.set_my_commands([BotCommand("events", "講座")], scope=private)
    await bot.set_my_commands([BotCommand("events", "Events")], scope=private, language_code="en")
    assert await bot.get_my_commands() == tuple(HELP)
    assert (await bot.get_my_commands(private, "en"))[0].description == "Events"
    assert await bot.get_my_commands(private, "de") == ()
    assert sandbox.telegram.screen(person)["commands"] == [{"command": "events", "description": "講座"}]
    await bot.delete_my_commands(private)
    assert sandbox.telegram.screen(person)["commands"] == [{"command": "help", "description": "使い方"}]


async def test_a_hundred_commands_are_taken_and_one_more_refused(bot):
    commands = [BotCommand(f"c{number}", "x") for number in range(101)]
    assert await bot.set_my_commands(commands[:100])
    with refused(BadRequest, "Bot_commands_too_much"):
        await bot.set_my_commands(commands)


@pytest.mark.parametrize(
    ("name", "words", "refusal"),
    [
        ("", "x", "Command must be non-empty"),
        ("x" * 33, "x", "Command length must not exceed 32"),
        ("help", " ", "Command description must be non-empty"),
        ("help", "環" * 257, "Command description length must not exceed 256"),
        ("Help", "x", "Bot_command_invalid"),
        ("help-me", "x", "Bot_command_invalid"),
        ("使い方", "x", "Bot_command_invalid"),
    ],
)
async def test_a_command_telegram_would_not_take_is_refused(raw, name, words, refusal):
    answer = raw("setMyCommands", json={"commands": [{"command": name, "description": words}]})
    assert answer.status_code == 400
    assert answer.json()["description"].lower() == f"bad request: {refusal.lower()}"


async def test_commands_at_the_limits_are_taken(bot):
    assert await bot.set_my_commands([BotCommand("x" * 32, "環" * 256)])


async def test_scopes_must_fit_their_chat(sandbox, bot, person):
    group = sandbox.telegram.chat("supergroup", "町内会")
    assert await bot.set_my_commands(HELP, BotCommandScopeChat(person))
    assert await bot.set_my_commands(HELP, BotCommandScopeChatMember(group, person))
    with refused(BadRequest, "Can't use specified scope in private chats"):
        await bot.set_my_commands(HELP, BotCommandScopeChatMember(person, person))
    with refused(BadRequest, "Invalid language code specified"):
        await bot.set_my_commands(HELP, language_code="jpn")


@pytest.mark.parametrize(("field", "most"), [("name", 64), ("description", 512), ("short_description", 120)])
async def test_texts_about_the_bot_have_their_lengths_per_language(bot, field, most):
    write, read = getattr(bot, f"set_my_{field}"), getattr(bot, f"get_my_{field}")
    assert await write("環" * most)
    assert await write("Zero carbon", language_code="en")
    assert getattr(await read(), field) == "環" * most
    assert getattr(await read("en"), field) == "Zero carbon"
    assert getattr(await read("de"), field) == "環" * most
    with refused(BadRequest, f"{field.replace('_', ' ')} is too long"):
        await write("環" * (most + 1))


async def test_the_menu_button_is_set_for_all_or_for_one_chat(bot, person):
    button = MenuButtonWebApp("開く", WebAppInfo("https://sandbox.test/app"))
    assert await bot.get_chat_menu_button(person) == MenuButtonCommands()
    await bot.set_chat_menu_button(menu_button=button)
    assert await bot.get_chat_menu_button(person) == button
    await bot.set_chat_menu_button(person, MenuButtonCommands())
    assert await bot.get_chat_menu_button(person) == MenuButtonCommands()
    with refused(BadRequest, "Menu button Web App URL 'http://e.jp' is invalid: Only HTTPS links are allowed"):
        await bot.set_chat_menu_button(menu_button=MenuButtonWebApp("開く", WebAppInfo("http://e.jp")))


async def test_chats_can_be_asked_for(sandbox, bot, person):
    group = sandbox.telegram.chat("supergroup", "町内会")
    sandbox.telegram.act(person, "join", chat=group)
    assert (await bot.get_chat(person)).first_name == "花子"
    assert (await bot.get_chat(group)).title == "町内会"
    assert await bot.get_chat_member_count(person) == 2
    assert await bot.get_chat_member_count(group) == 2
    with refused(BadRequest, "Chat not found"):
        await bot.get_chat("@nobody")


async def test_the_bot_knows_itself(bot):
    assert (bot.id, bot.username, bot.bot.is_bot) == (42, "sandbox_city_bot", True)
    assert bot.can_read_all_group_messages is False
