"""The published Bot API judges the sandbox: what it takes, what it answers and what it tells a webhook."""

from copy import deepcopy

from tests.sandbox.telegram.published import published_errors
from tests.specifications import check_telegram_answer, needs_specifications

pytestmark = needs_specifications
MARKUP = {"inline_keyboard": [[{"text": "登録", "callback_data": "x"}]]}


async def test_what_a_conversation_needs_is_taken_and_answered_as_published(sandbox, bot, person):
    sent = await bot.send_message(person, "<b>講座</b> /events", parse_mode="HTML", reply_markup=MARKUP)
    query = sandbox.telegram.press(person, sent.message_id, "x")["event"]["callback_query"]
    await bot.answer_callback_query(query["id"], "はい")
    await bot.edit_message_text("満員", person, sent.message_id)
    sandbox.telegram.photo(person)
    sandbox.telegram.sticker(person)
    sandbox.telegram.block(person)
    sandbox.telegram.start(person)
    await bot.get_updates(allowed_updates=["message", "callback_query"])
    await bot.get_webhook_info()
    await bot.get_chat(person)
    calls = sandbox.calls()
    assert len(calls) == 7
    assert published_errors(calls) == []


def test_what_a_webhook_is_told_is_as_published(sandbox, raw, receiver, person):
    group = sandbox.telegram.chat("supergroup", "町内会")
    sent = raw("sendMessage", json={"chat_id": person, "text": "x", "reply_markup": MARKUP}).json()["result"]
    sandbox.webhook("telegram", receiver.url)
    sandbox.telegram.text(person, "やあ @sandbox_city_bot", reply_to=sent["message_id"])
    sandbox.telegram.photo(person, "表")
    sandbox.telegram.sticker(person)
    sandbox.telegram.press(person, sent["message_id"], "x")
    sandbox.telegram.act(person, "join", chat=group)
    sandbox.telegram.bot_status(group, "administrator")
    sandbox.telegram.bot_status(group, "kicked")
    sandbox.telegram.block(person)
    assert len(receiver.wait_for(9)) == 9
    assert check_telegram_answer("getUpdates", receiver.updates()) == []


def test_the_judge_sees_what_is_missing_and_what_is_unknown(sandbox, raw, person):
    raw("sendMessage", data={"chat_id": person, "text": "x"})
    call = deepcopy(sandbox.calls()[-1])
    del call["answer"]["result"]["date"]
    call["request"]["shout"] = "yes"
    assert published_errors([call]) == ["sendMessage.shout: not documented", "sendMessage().date: missing"]
