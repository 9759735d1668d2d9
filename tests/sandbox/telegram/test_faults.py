"""Ordered faults, as python-telegram-bot meets them, and whether the message was accepted all the same."""

import pytest
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError, TimedOut

REFUSED = {
    "429": RetryAfter,
    "500": NetworkError,
    "401": InvalidToken,
    "403": Forbidden,
    "502-html": NetworkError,
    "reset": NetworkError,
    "refuse-before": NetworkError,
    "timeout": TimedOut,
}
ACCEPTED = {
    "accepted-no-answer": NetworkError,
    "accepted-500": NetworkError,
    "cut": NetworkError,
    "junk": TelegramError,
}


@pytest.fixture(autouse=True)
def _waits_are_timedeltas(monkeypatch):
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


def texts(sandbox, person):
    return [message["text"] for message in sandbox.telegram.screen(person)["messages"]]


@pytest.mark.parametrize("kind", REFUSED)
async def test_a_call_that_fails_leaves_nothing_behind_and_the_next_one_works(sandbox, bot, person, kind):
    sandbox.order_fault("telegram", kind, "sendMessage")
    with pytest.raises(REFUSED[kind]) as raised:
        await bot.send_message(person, "一", read_timeout=1)
    assert not isinstance(raised.value, BadRequest)
    await bot.send_message(person, "二")
    assert texts(sandbox, person) == ["/start", "二"]
    assert sandbox.totals()["telegram"]["messages"] == 1


@pytest.mark.parametrize("kind", ACCEPTED)
async def test_a_call_whose_answer_is_lost_was_carried_out(sandbox, bot, person, kind):
    sandbox.order_fault("telegram", kind, "sendMessage")
    with pytest.raises(ACCEPTED[kind]):
        await bot.send_message(person, "一", read_timeout=1)
    assert texts(sandbox, person) == ["/start", "一"]
    call = sandbox.calls()[-1]
    assert (call["fault"], call["recipients"], call["request"]["text"]) == (kind, 1, "一")


@pytest.mark.parametrize("kind", ["slow", "drip"])
async def test_a_slow_answer_arrives_in_the_end(sandbox, bot, person, kind):
    sandbox.order_fault("telegram", kind, "sendMessage", seconds=0.002)
    assert (await bot.send_message(person, "一")).text == "一"


def test_an_ordered_429_asks_for_the_wait_it_was_given_and_is_logged(sandbox, raw, person):
    sandbox.order_fault("telegram", "429", "sendMessage", retry_after=17)
    answer = raw("sendMessage", data={"chat_id": person, "text": "一"})
    assert answer.json()["parameters"] == {"retry_after": 17}
    call = sandbox.calls()[-1]
    assert (call["status"], call["fault"], call["request"]) == (429, "429", {"chat_id": str(person), "text": "一"})
