"""What people do, and what the bot is told of it."""

import httpx
import pytest

from bot.sandbox.platform import WishError


async def last(bot):
    updates = await bot.get_updates()
    return updates[-1] if updates else None


async def test_start_through_a_deep_link_brings_its_payload(sandbox, bot):
    person = sandbox.telegram.person("花子", "ja")
    sandbox.telegram.start(person, "line-4f2a_9")
    update = await last(bot)
    assert (update.message.text, update.effective_user.language_code) == ("/start line-4f2a_9", "ja")
    assert (update.message.entities[0].type, update.message.entities[0].length) == ("bot_command", 6)
    with pytest.raises(WishError):
        sandbox.telegram.start(person, "x" * 65)
    with pytest.raises(WishError):
        sandbox.telegram.start(person, "a b")
    assert sandbox.telegram.start(person, "x" * 64)


async def test_the_language_of_the_app_may_be_unknown(sandbox, bot):
    sandbox.telegram.start(sandbox.telegram.person("花子", ""))
    assert (await last(bot)).effective_user.language_code is None


async def test_a_sticker_arrives(sandbox, bot, person):
    sandbox.telegram.sticker(person)
    assert (await last(bot)).message.sticker.file_id


async def test_a_press_brings_message_person_data_and_chat_instance(sandbox, bot, person):
    markup = {"inline_keyboard": [[{"text": "登録", "callback_data": "register:1"}]]}
    sent = await bot.send_message(person, "講座", reply_markup=markup)
    for _ in range(2):
        sandbox.telegram.press(person, sent.message_id, "register:1")
    first, second = [update.callback_query for update in await bot.get_updates() if update.callback_query]
    assert (first.data, first.from_user.id, first.message.text) == ("register:1", person, "講座")
    assert first.id != second.id
    assert first.chat_instance == second.chat_instance


async def test_a_button_that_is_gone_can_be_pressed_only_as_a_stale_one(sandbox, bot, person):
    markup = {"inline_keyboard": [[{"text": "登録", "callback_data": "x"}]]}
    sent = await bot.send_message(person, "講座", reply_markup=markup)
    await bot.edit_message_text("満員", person, sent.message_id)
    with pytest.raises(WishError):
        sandbox.telegram.press(person, sent.message_id, "x")
    sandbox.telegram.press(person, sent.message_id, "x", stale=True)
    assert (await last(bot)).callback_query.message.text == "満員"


async def test_blocking_and_unblocking_are_told_as_membership(sandbox, bot, person):
    sandbox.telegram.block(person)
    change = (await last(bot)).my_chat_member
    assert (change.old_chat_member.status, change.new_chat_member.status) == ("member", "kicked")
    with pytest.raises(WishError):
        sandbox.telegram.text(person, "x")
    assert sandbox.telegram.screen(person)["person"]["blocked"]
    sandbox.telegram.unblock(person)
    change = (await last(bot)).my_chat_member
    assert (change.old_chat_member.status, change.new_chat_member.status) == ("kicked", "member")


async def test_start_after_a_block_unblocks_first(sandbox, bot, person):
    sandbox.telegram.block(person)
    sandbox.telegram.start(person)
    updates = await bot.get_updates()
    assert updates[-2].my_chat_member.new_chat_member.status == "member"
    assert updates[-1].message.text == "/start"


async def test_a_first_start_is_no_change_of_membership(sandbox, bot, person):
    assert [update.my_chat_member for update in await bot.get_updates()] == [None]


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("こんにちは", False),
        ("@sandbox_city_bot 講座は", False),
        ("/events", True),
        ("/events@sandbox_city_bot", True),
        ("/events@other_bot", False),
    ],
)
async def test_in_a_group_privacy_mode_shows_only_commands_for_the_bot(sandbox, bot, person, text, seen):
    group = sandbox.telegram.chat("supergroup", "町内会")
    event = sandbox.telegram.text(person, text, chat=group)["event"]
    assert (event is not None) == seen
    assert ((await last(bot)).effective_chat.id == group) == seen


async def test_in_a_group_a_reply_to_the_bot_and_service_messages_are_seen(sandbox, bot, person):
    group = sandbox.telegram.chat("group", "町内会")
    sandbox.telegram.act(person, "join", chat=group)
    assert (await last(bot)).message.new_chat_members[0].id == person
    sent = await bot.send_message(group, "次の講座は土曜です")
    sandbox.telegram.text(person, "行きます", chat=group, reply_to=sent.message_id)
    update = await last(bot)
    assert update.message.text == "行きます"
    assert update.message.reply_to_message.from_user.id == bot.id


async def test_an_administrator_bot_sees_everything_in_its_group(sandbox, bot, person):
    group = sandbox.telegram.chat("supergroup", "町内会")
    sandbox.telegram.bot_status(group, "administrator")
    change = (await last(bot)).my_chat_member
    assert change.new_chat_member.status == "administrator"
    sandbox.telegram.text(person, "こんにちは", chat=group)
    assert (await last(bot)).message.text == "こんにちは"


async def test_an_upgraded_group_tells_its_new_id_on_both_sides(sandbox, bot, person):
    group = sandbox.telegram.chat("group", "町内会")
    sandbox.telegram.text(person, "/start", chat=group)
    new = sandbox.telegram.upgrade(group)
    old_side, new_side = [update.message for update in await bot.get_updates()][-2:]
    assert (old_side.chat.id, old_side.migrate_to_chat_id) == (group, new)
    assert (new_side.chat.id, new_side.migrate_from_chat_id) == (new, group)


def test_wishes_that_make_no_sense_are_refused(sandbox, person):
    for wish in (
        {"act": "dance"},
        {"act": "text", "text": " "},
        {"act": "text", "text": "x", "chat": 999},
        {"act": "press", "message_id": 99, "data": "x"},
        {"act": "unblock"},
        {"act": "photo", "data": "aGVsbG8="},
    ):
        with pytest.raises(WishError):
            sandbox.telegram.act(person, **wish)
    with pytest.raises(WishError):
        sandbox.telegram.text(123, "x")


def test_everybody_is_listed(sandbox, person):
    other = httpx.post(f"{sandbox.url}/control/people", json={"platform": "telegram", "name": "Ann", "language": "en"})
    people = httpx.get(f"{sandbox.url}/control/people").json()["people"]
    mine = [(one["id"], one["name"], one["started"]) for one in people if one["platform"] == "telegram"]
    assert mine == [(person, "花子", True), (other.json()["id"], "Ann", False)]
