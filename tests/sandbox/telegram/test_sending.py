"""Sending, editing, deleting and answering with the real python-telegram-bot."""

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity, ReplyParameters
from telegram.error import BadRequest, ChatMigrated, Forbidden

from tests.sandbox.telegram.refusals import refused

BUTTON = InlineKeyboardMarkup([[InlineKeyboardButton("登録", callback_data="register:1")]])


@pytest.fixture(autouse=True)
def _no_pace(sandbox):
    """Pace has its own tests; here a test may send as much as it likes."""
    sandbox.telegram.limits(chat_burst=1000, overall=1000, group_minute=1000)


async def test_a_message_arrives_on_the_phone_with_its_styles_and_buttons(sandbox, bot, person):
    sent = await bot.send_message(person, "<b>明日</b>の講座", parse_mode="HTML", reply_markup=BUTTON)
    assert (sent.text, sent.from_user.id, sent.chat.id) == ("明日の講座", 42, person)
    assert sent.reply_markup == BUTTON
    shown = sandbox.telegram.screen(person)["messages"][-1]
    assert (shown["from"], shown["kind"], shown["text"]) == ("bot", "text", "明日の講座")
    assert shown["runs"][0] == {"text": "明日", "style": ["bold"], "url": None}
    assert shown["contents"]["inline_keyboard"][0][0]["callback_data"] == "register:1"


@pytest.mark.parametrize("sign", ["x", "環", "🎉"])
async def test_4096_code_points_are_taken_and_one_more_refused(bot, person, sign):
    sent = await bot.send_message(person, sign * 4096)
    assert len(sent.text) == 4096
    with refused(BadRequest, "Message is too long"):
        await bot.send_message(person, sign * 4097)


async def test_markup_does_not_count_in_the_4096(bot, person):
    sent = await bot.send_message(person, f"<b>{'x' * 4096}</b>", parse_mode="HTML")
    assert len(sent.text) == 4096


async def test_32768_raw_bytes_are_read_and_one_more_is_not(raw, person):
    tags = "<b></b>"
    most = 32768 // len(tags) * tags
    most += "x" * (32768 - len(most))
    given = {"chat_id": person, "parse_mode": "HTML"}
    assert raw("sendMessage", data={**given, "text": most}).status_code == 200
    answer = raw("sendMessage", data={**given, "text": most + "x"})
    assert answer.json()["description"] == "Bad Request: text is too long"


@pytest.mark.parametrize(("text", "words"), [("", "Message text is empty"), (" \n ", "Text must be non-empty")])
async def test_an_empty_text_is_refused(bot, person, text, words):
    with pytest.raises(BadRequest, match=f"^{words}$"):
        await bot.send_message(person, text)


async def test_markup_that_cannot_be_read_is_refused(bot, person):
    with pytest.raises(BadRequest) as refused:
        await bot.send_message(person, "1 < 2", parse_mode="HTML")
    assert str(refused.value) == 'Can\'t parse entities: unsupported start tag "" at byte offset 2'


async def test_entities_may_be_given_instead_of_markup(bot, person):
    marks = [MessageEntity("bold", 0, 2)]
    sent = await bot.send_message(person, "🎉x", entities=marks)
    assert sent.entities == tuple(marks)


async def test_somebody_who_never_pressed_start_cannot_be_written_to(sandbox, bot):
    with refused(Forbidden, "Forbidden: bot can't initiate conversation with a user"):
        await bot.send_message(sandbox.telegram.person("太郎"), "x")


async def test_an_unknown_chat_is_not_found(bot):
    with refused(BadRequest, "Chat not found"):
        await bot.send_message(1, "x")
    with refused(BadRequest, "Chat_id is empty"):
        await bot.send_message("", "x")


async def test_a_blocked_bot_and_a_deleted_account_answer_403_until_unblocked(sandbox, bot, person):
    sandbox.telegram.block(person)
    with refused(Forbidden, "Forbidden: bot was blocked by the user"):
        await bot.send_message(person, "x")
    sandbox.telegram.unblock(person)
    assert await bot.send_message(person, "x")
    sandbox.telegram.deactivate(person)
    with refused(Forbidden, "Forbidden: user is deactivated"):
        await bot.send_message(person, "x")


async def test_a_protected_silent_message_is_accepted_and_shown_so(sandbox, bot, person):
    sent = await bot.send_message(person, "x", protect_content=True, disable_notification=True)
    assert sent.has_protected_content
    shown = sandbox.telegram.screen(person)["messages"][-1]
    assert (shown["protected"], shown["silent"]) == (True, True)


async def test_a_reply_shows_what_it_answers_and_needs_it_to_exist(bot, person):
    first = await bot.send_message(person, "一")
    second = await bot.send_message(person, "二", reply_parameters=ReplyParameters(first.message_id))
    assert second.reply_to_message.text == "一"
    with refused(BadRequest, "Message to be replied not found"):
        await bot.send_message(person, "三", reply_parameters=ReplyParameters(999))
    lone = ReplyParameters(999, allow_sending_without_reply=True)
    assert await bot.send_message(person, "三", reply_parameters=lone)


async def test_an_edit_replaces_text_and_takes_the_keyboard_away_unless_given(sandbox, bot, person):
    sent = await bot.send_message(person, "一", reply_markup=BUTTON)
    edited = await bot.edit_message_text("二", person, sent.message_id)
    assert (edited.text, edited.reply_markup) == ("二", None)
    assert edited.edit_date
    shown = sandbox.telegram.screen(person)["messages"][-1]
    assert (shown["text"], shown["edited"], shown["contents"]) == ("二", True, None)


async def test_an_edit_that_changes_nothing_is_refused(bot, person):
    sent = await bot.send_message(person, "<b>一</b>", parse_mode="HTML", reply_markup=BUTTON)
    with refused(BadRequest, "Message is not modified: specified new message content"):
        await bot.edit_message_text("<b>一</b>", person, sent.message_id, parse_mode="HTML", reply_markup=BUTTON)
    with refused(BadRequest, "Message is not modified"):
        await bot.edit_message_reply_markup(person, sent.message_id, reply_markup=BUTTON)
    assert await bot.edit_message_text("一", person, sent.message_id, reply_markup=BUTTON)


async def test_a_keyboard_can_be_taken_away_alone(bot, person):
    sent = await bot.send_message(person, "一", reply_markup=BUTTON)
    edited = await bot.edit_message_reply_markup(person, sent.message_id)
    assert (edited.text, edited.reply_markup) == ("一", None)


async def test_only_the_bots_own_existing_texts_can_be_edited(sandbox, bot, person):
    written = sandbox.telegram.text(person, "私")["event"]["message"]["message_id"]
    with refused(BadRequest, "Message can't be edited"):
        await bot.edit_message_text("二", person, written)
    with refused(BadRequest, "Message to edit not found"):
        await bot.edit_message_text("二", person, 999)


async def test_a_message_younger_than_48_hours_can_be_deleted_and_an_older_one_not(sandbox, bot, person):
    young = await bot.send_message(person, "一")
    old = await bot.send_message(person, "二")
    sandbox.telegram.age(person, young.message_id, 48 * 3600 - 60)
    sandbox.telegram.age(person, old.message_id, 48 * 3600)
    assert await bot.delete_message(person, young.message_id)
    with refused(BadRequest, "Message can't be deleted for everyone"):
        await bot.delete_message(person, old.message_id)
    with refused(BadRequest, "Message to delete not found"):
        await bot.delete_message(person, young.message_id)
    assert [message["text"] for message in sandbox.telegram.screen(person)["messages"]] == ["/start", "二"]


async def test_several_messages_are_deleted_and_missing_ones_skipped(sandbox, bot, person):
    ids = [(await bot.send_message(person, text)).message_id for text in "一二"]
    assert await bot.delete_messages(person, [*ids, 999])
    assert len(sandbox.telegram.screen(person)["messages"]) == 1


async def test_the_phone_shows_typing_until_the_message(sandbox, bot, person):
    await bot.send_chat_action(person, "typing")
    assert sandbox.telegram.screen(person)["typing"]
    await bot.send_message(person, "x")
    assert not sandbox.telegram.screen(person)["typing"]
    with refused(BadRequest, "Wrong parameter action in request"):
        await bot.send_chat_action(person, "dance")


async def press(sandbox, bot, person):
    sent = await bot.send_message(person, "一", reply_markup=BUTTON)
    return sandbox.telegram.press(person, sent.message_id, "register:1")["event"]["callback_query"]


async def test_a_press_is_answered_once_and_the_answer_is_seen(sandbox, bot, person):
    query = await press(sandbox, bot, person)
    assert await bot.answer_callback_query(query["id"], "登録しました", show_alert=True)
    toast = sandbox.telegram.screen(person)["messages"][-1]["toast"]
    assert (toast["text"], toast["alert"]) == ("登録しました", True)
    with refused(BadRequest, "Query is too old and response timeout expired or query id is invalid"):
        await bot.answer_callback_query(query["id"])


async def test_a_press_is_not_answered_too_late_nor_one_that_never_was(sandbox, bot, person):
    query = await press(sandbox, bot, person)
    sandbox.telegram.limits(press_answerable=0.0)
    for unanswerable in (query["id"], "123"):
        with refused(BadRequest, "Query is too old"):
            await bot.answer_callback_query(unanswerable)


async def test_200_characters_answer_a_press_and_201_do_not(sandbox, bot, person):
    query = await press(sandbox, bot, person)
    with refused(BadRequest, "Message_too_long"):
        await bot.answer_callback_query(query["id"], "環" * 201)
    assert await bot.answer_callback_query(query["id"], "環" * 200)


async def test_a_channel_is_written_to_by_its_name_and_buttons_work_there(sandbox, bot):
    channel = sandbox.telegram.chat("channel", "市からのお知らせ", "@kitaq_zero")
    sent = await bot.send_message("@kitaq_zero", "お知らせ", reply_markup=BUTTON)
    assert (sent.chat.id, sent.chat.type, sent.sender_chat.id) == (channel, "channel", channel)
    assert sandbox.telegram.screen(channel)["messages"][0]["text"] == "お知らせ"


async def test_a_channel_needs_the_bot_as_administrator(sandbox, bot, person):
    channel = sandbox.telegram.chat("channel", "市からのお知らせ", "kitaq_zero")
    sandbox.telegram.bot_status(channel, "member")
    with refused(BadRequest, "Need administrator rights in the channel chat"):
        await bot.send_message(channel, "x")
    sandbox.telegram.bot_status(channel, "left")
    with refused(Forbidden, "Forbidden: bot is not a member of the channel chat"):
        await bot.send_message(channel, "x")


async def test_a_group_that_threw_the_bot_out_or_was_upgraded_says_so(sandbox, bot, person):
    group = sandbox.telegram.chat("group", "町内会")
    new = sandbox.telegram.upgrade(group)
    with pytest.raises(ChatMigrated) as moved:
        await bot.send_message(group, "x")
    assert moved.value.new_chat_id == new
    assert await bot.send_message(new, "x")
    sandbox.telegram.bot_status(new, "kicked")
    with refused(Forbidden, "Forbidden: bot was kicked from the supergroup chat"):
        await bot.send_message(new, "x")
