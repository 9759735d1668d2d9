"""Every way a call to Telegram can end is told truly: surely not sent, refused, taken, or unknown."""

import asyncio
import json
import logging
import socket
import time
from datetime import timedelta

import pytest
from telegram.error import NetworkError, RetryAfter, TimedOut

from bot.channels.telegram import Telegram
from bot.channels.telegram.outcomes import outcome_of
from bot.channels.telegram.wire import NotSentError
from handlers.messages import Call, Card, Choice, Fate, Outcome, Reason, Text, Way
from tests.channels.telegram.played import (
    TOKEN,
    Answer,
    closed,
    cut_off,
    drip,
    error,
    ok,
    plain,
    played,
    reset,
    silence,
)

PUSH = Call(way=Way.PUSH, to="7001", body=b'{"text":"hello"}')
REPLACE = Call(way=Way.REPLACE, to="7001", token="12", body=b'{"text":"hello"}')
PRESS_ANSWER = Call(way=Way.PRESS_ANSWER, to="7001", token="99", body=b'{"text":"done"}')


async def sent(call: Call, *answers: Answer, deadline: float = 5) -> Outcome:
    async with played(*answers) as api:
        channel = Telegram(token=TOKEN, api_url=api.url, deadline=deadline)
        await channel.open()
        try:
            return await channel.send(call)
        finally:
            await channel.close()


def is_(outcome: Outcome, fate: Fate, reason: Reason | None = None) -> bool:
    assert TOKEN not in outcome.detail
    assert "7001" not in outcome.detail
    return (outcome.fate, outcome.reason) == (fate, reason)


@pytest.mark.parametrize(("way", "token"), [(Way.PUSH, None), (Way.REPLY, "99")])
async def test_a_message_arrives_with_the_fields_it_was_rendered_with(way: Way, token: str | None) -> None:
    async with played(ok()) as api:
        channel = Telegram(token=TOKEN, api_url=api.url + "/")
        await channel.open()
        (body,) = channel.render([Card("題 & <b>", ("行",), (Choice("はい", data="yes"),))])
        outcome = await channel.send(Call(way=way, to="7001", token=token, body=body))
        await channel.close()
    assert api.asked == [("sendMessage", {"chat_id": 7001, **json.loads(body)})]
    assert (outcome.fate, outcome.request_id) == (Fate.ACCEPTED, "5")


async def test_a_public_channel_may_be_named() -> None:
    async with played(ok()) as api:
        channel = Telegram(token=TOKEN, api_url=api.url)
        await channel.open()
        await channel.send(Call(way=Way.PUSH, to="@kitaq", body=channel.render([Text("x")])[0]))
        await channel.send(Call(way=Way.PUSH, to="-100123", body=channel.render([Text("x")])[0]))
        await channel.close()
    assert [fields["chat_id"] for _, fields in api.asked] == ["@kitaq", -100123]


async def test_a_press_is_answered_under_its_own_id() -> None:
    async with played(ok(True)) as api:
        channel = Telegram(token=TOKEN, api_url=api.url)
        await channel.open()
        outcome = await channel.send(PRESS_ANSWER)
        await channel.close()
    assert api.asked == [("answerCallbackQuery", {"callback_query_id": 99, "text": "done"})]
    assert is_(outcome, Fate.ACCEPTED)


async def replaced(*answers: Answer) -> tuple[list[str], Outcome]:
    """Put an answer into the place of a page; gives the methods that were asked, and how it ended."""
    async with played(*answers) as api:
        channel = Telegram(token=TOKEN, api_url=api.url)
        await channel.open()
        outcome = await channel.send(REPLACE)
        await channel.close()
    return [method for method, _ in api.asked], outcome


async def test_an_answer_takes_the_place_of_the_page_that_was_pressed() -> None:
    asked, outcome = await replaced(ok())
    assert asked == ["editMessageText"]
    assert (outcome.fate, outcome.request_id) == (Fate.ACCEPTED, "12")


async def test_a_page_that_says_so_already_is_as_good_as_replaced() -> None:
    asked, outcome = await replaced(error(400, "Bad Request: message is not modified: specified new message"))
    assert (asked, outcome.fate) == (["editMessageText"], Fate.ACCEPTED)


@pytest.mark.parametrize("words", ["message to edit not found", "message can't be edited", "there is no text in it"])
async def test_where_the_page_cannot_be_replaced_its_answer_comes_below(words: str) -> None:
    asked, outcome = await replaced(error(400, f"Bad Request: {words}"), ok())
    assert asked == ["editMessageText", "sendMessage"]
    assert (outcome.fate, outcome.request_id) == (Fate.ACCEPTED, "5")


async def test_who_blocked_the_bot_is_not_asked_a_second_time() -> None:
    asked, outcome = await replaced(error(403, "Forbidden: bot was blocked by the user"))
    assert asked == ["editMessageText"]
    assert is_(outcome, Fate.PERMANENT, Reason.BLOCKED)


@pytest.mark.parametrize(
    ("answer", "fate", "reason"),
    [
        (error(403, "Forbidden: bot was blocked by the user"), Fate.PERMANENT, Reason.BLOCKED),
        (error(403, "Forbidden: bot can't initiate conversation with a user"), Fate.PERMANENT, Reason.BLOCKED),
        (error(403, "Forbidden: user is deactivated"), Fate.PERMANENT, Reason.GONE),
        (error(403, "Forbidden: bot was kicked from the supergroup chat"), Fate.PERMANENT, Reason.GONE),
        (error(403, "Forbidden: bot is not a member of the channel chat"), Fate.PERMANENT, Reason.GONE),
        (error(403, "Forbidden: something new"), Fate.PERMANENT, Reason.REFUSED),
        (error(400, "Bad Request: chat not found"), Fate.PERMANENT, Reason.GONE),
        (error(400, "Bad Request: message is too long"), Fate.PERMANENT, Reason.TOO_LONG),
        (error(400, "Bad Request: MESSAGE_TOO_LONG"), Fate.PERMANENT, Reason.TOO_LONG),
        (error(400, "Bad Request: can't parse entities"), Fate.PERMANENT, Reason.REFUSED),
        (error(400, "Bad Request: moved", migrate_to_chat_id=-10070017001), Fate.PERMANENT, Reason.GONE),
        (error(401, "Unauthorized"), Fate.HALTED, None),
        (error(404, "Not Found"), Fate.HALTED, None),
        (error(409, "Conflict: terminated by other getUpdates request"), Fate.TEMPORARY, None),
        (plain(429, "slow down"), Fate.TEMPORARY, None),
        (plain(413, "<html>"), Fate.PERMANENT, Reason.TOO_LONG),
        (error(500, "Internal Server Error: restart"), Fate.UNKNOWN, None),
        (plain(502, "<html>7001 Bad Gateway</html>"), Fate.UNKNOWN, None),
        (plain(200, "<html>"), Fate.ACCEPTED, None),
        (ok({"strange": 1}), Fate.ACCEPTED, None),
    ],
)
async def test_each_answer_has_its_meaning(answer: Answer, fate: Fate, reason: Reason | None) -> None:
    assert is_(await sent(PUSH, answer), fate, reason)


async def test_a_flood_answer_says_when_to_come_back() -> None:
    outcome = await sent(PUSH, error(429, "Too Many Requests: retry after 7", retry_after=7))
    assert is_(outcome, Fate.TEMPORARY)
    assert outcome.retry_after == 7


@pytest.mark.parametrize("wait", [7, timedelta(seconds=7)])
def test_a_flood_wait_is_read_as_number_and_as_timedelta(wait: int | timedelta) -> None:
    assert outcome_of(RetryAfter(wait)).retry_after == 7


async def test_a_press_answered_too_late_is_a_dead_token() -> None:
    late = "Bad Request: query is too old and response timeout expired or query ID is invalid"
    assert is_(await sent(PRESS_ANSWER, error(400, late)), Fate.PERMANENT, Reason.TOKEN_DEAD)


@pytest.mark.parametrize("breaks", [silence, reset, closed, cut_off, drip])
async def test_a_connection_that_breaks_after_the_request_leaves_the_outcome_unknown(breaks: Answer) -> None:
    started = time.monotonic()
    assert is_(await sent(PUSH, breaks, deadline=0.5), Fate.UNKNOWN)
    assert time.monotonic() - started < 3


@pytest.mark.parametrize("breaks", [reset, error(500, "x"), error(429, "x", retry_after=1), plain(200, "x"), cut_off])
async def test_no_failure_is_tried_again_here(breaks: Answer) -> None:
    async with played(breaks) as api:
        channel = Telegram(token=TOKEN, api_url=api.url, deadline=1)
        await channel.open()
        await channel.send(PUSH)
        await channel.close()
    assert len(api.asked) == 1


async def test_a_refused_connection_is_surely_not_sent() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: refuses
        channel = Telegram(token=TOKEN, api_url=f"http://127.0.0.1:{taken.getsockname()[1]}")
        await channel.open()
        outcome = await channel.send(PUSH)
        await channel.close()
    assert is_(outcome, Fate.TEMPORARY)


async def test_a_connection_that_is_never_taken_up_is_surely_not_sent() -> None:
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)  # one waits in the queue, the next gets no answer to its SYN
        for waiting in (first, second):
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        channel = Telegram(token=TOKEN, api_url=f"http://127.0.0.1:{full.getsockname()[1]}", deadline=1)
        await channel.open()
        outcome = await channel.send(PUSH)
        await channel.close()
    assert is_(outcome, Fate.TEMPORARY)
    assert "ConnectionTimeoutError" in outcome.detail


@pytest.mark.parametrize(
    ("error", "fate"),
    [
        (NotSentError("x"), Fate.TEMPORARY),
        (TimedOut(), Fate.UNKNOWN),
        (NetworkError("x"), Fate.UNKNOWN),
    ],
)
def test_what_was_surely_not_sent_is_told_from_what_may_have_been(error: NetworkError, fate: Fate) -> None:
    assert outcome_of(error).fate is fate


async def test_a_call_that_found_no_free_place_is_surely_not_sent() -> None:
    async with played(silence) as api:
        channel = Telegram(token=TOKEN, api_url=api.url, deadline=0.5, calls_in_flight=1)
        await channel.open()
        outcomes = await asyncio.gather(channel.send(PUSH), channel.send(PUSH))
        await channel.close()
    assert sorted(outcome.fate for outcome in outcomes) == [Fate.TEMPORARY, Fate.UNKNOWN]
    assert len(api.asked) == 1


async def test_calls_in_flight_are_limited() -> None:
    async with played(ok(after=0.02)) as api:
        channel = Telegram(token=TOKEN, api_url=api.url, calls_in_flight=3)
        await channel.open()
        outcomes = await asyncio.gather(*(channel.send(PUSH) for _ in range(20)))
        await channel.close()
    assert {outcome.fate for outcome in outcomes} == {Fate.ACCEPTED}
    assert api.most_at_once == 3


async def test_a_channel_opens_by_itself_and_closes_more_than_once() -> None:
    async with played(ok()) as api:
        channel = Telegram(token=TOKEN, api_url=api.url)
        await channel.close()
        assert is_(await channel.send(PUSH), Fate.ACCEPTED)
        await channel.open()
        await channel.close()
        await channel.close()


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'"x"'])
async def test_a_body_that_is_no_call_is_refused_without_calling(body: bytes) -> None:
    outcome = await sent(Call(way=Way.PUSH, to="7001", body=body), ok())
    assert is_(outcome, Fate.PERMANENT, Reason.REFUSED)


async def test_cancelling_a_call_is_not_swallowed() -> None:
    async with played(silence) as api:
        channel = Telegram(token=TOKEN, api_url=api.url)
        await channel.open()
        task = asyncio.create_task(channel.send(PUSH))
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await channel.close()


async def test_no_log_line_holds_the_token(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for answer in (ok(), plain(502, "junk"), plain(200, "junk with personal words"), reset, error(401, "Unauthorized")):
        await sent(PUSH, answer)
    assert TOKEN not in caplog.text
    assert "personal words" not in caplog.text


def test_the_channel_does_not_show_its_token() -> None:
    assert TOKEN not in repr(Telegram(token=TOKEN))
