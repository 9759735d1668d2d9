"""The pace of sending over HTTP, as python-telegram-bot meets it."""

from datetime import timedelta

import pytest
from telegram.error import RetryAfter


@pytest.fixture(autouse=True)
def _waits_are_timedeltas(monkeypatch):
    """The library warns of its coming change unless it is asked for."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


async def test_too_fast_to_one_chat_is_429_with_the_time_to_wait(sandbox, bot, person):
    sandbox.telegram.limits(chat_burst=2)
    await bot.send_message(person, "一")
    await bot.send_message(person, "二")
    with pytest.raises(RetryAfter) as refused:
        await bot.send_message(person, "三")
    assert refused.value.retry_after == timedelta(seconds=1)
    assert len(sandbox.telegram.screen(person)["messages"]) == 3


def test_a_429_says_the_time_to_wait_in_body_and_header(sandbox, raw, person):
    sandbox.telegram.limits(chat_burst=1, chat=0.1)
    raw("sendMessage", data={"chat_id": person, "text": "一"})
    answer = raw("sendMessage", data={"chat_id": person, "text": "二"})
    assert answer.status_code == 429
    assert answer.json() == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 10",
        "parameters": {"retry_after": 10},
    }
    assert answer.headers["Retry-After"] == "10"


async def test_too_fast_overall_is_429_unless_paid_for(sandbox, bot):
    sandbox.telegram.limits(overall=3)
    people = [sandbox.telegram.person(str(number)) for number in range(5)]
    for one in people:
        sandbox.telegram.start(one)
    for one in people[:3]:
        await bot.send_message(one, "x")
    with pytest.raises(RetryAfter):
        await bot.send_message(people[3], "x")
    assert await bot.send_message(people[4], "x", allow_paid_broadcast=True)


async def test_a_group_takes_twenty_messages_in_a_minute(sandbox, bot):
    sandbox.telegram.limits(chat_burst=100)
    group = sandbox.telegram.chat("supergroup", "町内会")
    for number in range(20):
        await bot.send_message(group, str(number))
    with pytest.raises(RetryAfter) as refused:
        await bot.send_message(group, "21")
    assert timedelta(seconds=50) < refused.value.retry_after <= timedelta(seconds=60)
