"""How calls to LINE end: what a reply, a push, a full month and a broken wire come to."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.channels.line import Line, LineError, StatelessToken
from bot.channels.line.tokens import LongLivedToken
from handlers.messages import Call, Card, Choice, Fate, Outcome, Reason, Text, Way
from tests.channels.line.phone import KEY, PERSON, REQUEST_ID, TOKEN, LinePhone, refusal
from tests.channels.recorder import Answer, Recorder, Request
from tests.running import two_free_ports

PHONE = LinePhone()
BODY = PHONE.channel().render([Text("こんにちは 𠮷 \ufa10"), Card("題", ("線",), (Choice("b", "d"),))])[0]
PUSH = PHONE.push(BODY)
REPLY = Call(way=Way.REPLY, to=PERSON, body=BODY, token="reply-token", key=KEY)
OK = Answer(200, b"{}", REQUEST_ID)


async def ended(call: Call, choose: Callable[[Request], Answer | str]) -> tuple[Outcome, list[Request]]:
    async with Recorder(choose) as server:
        line = PHONE.channel(server.url)
        await line.open()
        outcome = await line.send(call)
        await line.close()
    return outcome, server.requests


def told(name: str, request: Request, answer: Answer, quota: str = "200", used: str = "10") -> Answer | str:
    """Answer the sending call, and the questions about the month."""
    if name in request.path:
        return answer
    if request.path.endswith("/consumption"):
        return Answer(200, f'{{"totalUsage":{used}}}'.encode())
    return Answer(200, quota.encode())


# --- what goes out -------------------------------------------------------------------------------------------------


async def test_a_push_says_whom_and_carries_its_retry_key() -> None:
    outcome, (request,) = await ended(PUSH, lambda _: OK)
    assert outcome == Outcome(fate=Fate.ACCEPTED, request_id="req-1", detail="status 200")
    assert request.path == "/v2/bot/message/push"
    assert json.loads(request.body) == {"to": PERSON, **json.loads(BODY)}
    assert request.headers["x-line-retry-key"] == KEY
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert request.headers["content-type"] == "application/json"
    assert "line-bot-sdk-python" in request.headers["user-agent"]


BROADCAST = Call(way=Way.BROADCAST, to="", body=BODY, key=KEY)


async def test_a_broadcast_names_nobody_and_carries_its_retry_key() -> None:
    outcome, (request,) = await ended(BROADCAST, lambda _: OK)
    assert outcome.fate is Fate.ACCEPTED
    assert request.path == "/v2/bot/message/broadcast"
    assert json.loads(request.body) == json.loads(BODY)
    assert request.headers["x-line-retry-key"] == KEY


async def test_a_broadcast_into_a_full_month_halts_the_pushes() -> None:
    month = {"quota": '{"type":"limited","value":200}', "used": "200"}
    outcome, _ = await ended(BROADCAST, lambda request: told("broadcast", request, refusal(429, "slow"), **month))
    assert (outcome.fate, outcome.reason) == (Fate.HALTED, Reason.QUOTA)


async def test_a_reply_carries_its_token_and_never_a_retry_key() -> None:
    _, (request,) = await ended(REPLY, lambda _: OK)
    assert request.path == "/v2/bot/message/reply"
    assert json.loads(request.body) == {"replyToken": "reply-token", **json.loads(BODY)}
    assert "x-line-retry-key" not in request.headers


async def test_a_second_process_sends_the_same_bytes() -> None:
    (_, first), (_, second) = await ended(PUSH, lambda _: OK), await ended(PUSH, lambda _: OK)
    assert first[0].body == second[0].body


async def test_the_sdks_models_would_change_what_was_sealed() -> None:
    """The reason for sending plain bodies; if this fails one day, the typed methods may be used."""
    from linebot.v3.messaging import PushMessageRequest

    sealed = {"to": PERSON, **json.loads(BODY)}
    assert json.dumps(PushMessageRequest.from_dict(sealed).to_dict()) != json.dumps(sealed)


async def test_line_has_no_answer_to_a_press() -> None:
    line = PHONE.channel()
    assert line.render_press_answer("x") is None
    outcome = await line.send(replace(PUSH, way=Way.PRESS_ANSWER))
    assert (outcome.fate, outcome.reason) == (Fate.PERMANENT, Reason.REFUSED)


# --- how it ends ---------------------------------------------------------------------------------------------------


async def test_a_dead_reply_token_is_told_from_a_malformed_reply() -> None:
    dead, _ = await ended(REPLY, lambda _: refusal(400, "Invalid reply token"))
    assert (dead.fate, dead.reason) == (Fate.PERMANENT, Reason.TOKEN_DEAD)
    none, _ = await ended(REPLY, lambda _: refusal(400, "The request body has 1 error(s)", "replyToken"))
    assert none.reason is Reason.TOKEN_DEAD
    bad, _ = await ended(REPLY, lambda _: refusal(400, "The request body has 1 error(s)", "messages[0].text"))
    assert (bad.fate, bad.reason) == (Fate.PERMANENT, Reason.REFUSED)
    assert bad.detail == "status 400 messages[0].text"


async def test_a_repeat_that_was_accepted_before_names_the_first_request() -> None:
    answer = Answer(409, b"{}", (("x-line-accepted-request-id", "first"), ("x-line-request-id", "second")))
    outcome, _ = await ended(PUSH, lambda _: answer)
    assert (outcome.fate, outcome.request_id) == (Fate.ACCEPTED, "first")


@pytest.mark.parametrize(
    ("text", "quota", "used", "fate"),
    [
        ("You have reached your monthly limit.", '{"type":"none"}', "0", Fate.HALTED),
        ("words nobody promised", '{"type":"limited","value":200}', "200", Fate.HALTED),
        ("words nobody promised", '{"type":"limited","value":200}', "199", Fate.TEMPORARY),
        ("words nobody promised", '{"type":"none"}', "9000", Fate.TEMPORARY),
        ("words nobody promised", '{"type":"lunar","value":200}', "200", Fate.TEMPORARY),
        ("words nobody promised", "junk", "junk", Fate.TEMPORARY),
    ],
)
async def test_a_full_month_is_told_from_a_full_second(text: str, quota: str, used: str, fate: Fate) -> None:
    outcome, _ = await ended(PUSH, lambda request: told("push", request, refusal(429, text), quota, used))
    assert outcome.fate is fate
    assert outcome.retry_after == (1.0 if fate is Fate.TEMPORARY else None)


async def test_a_429_stays_surely_not_sent_when_the_quota_is_silent() -> None:
    def choose(request: Request) -> Answer | str:
        return refusal(429, "?") if "push" in request.path else "timeout"

    async with Recorder(choose) as server:
        line = PHONE.channel(server.url, deadline=2.0)
        await line.open()
        async with asyncio.timeout(5):
            assert (await line.send(PUSH)).fate is Fate.TEMPORARY
        await line.close()


async def test_a_reply_is_free_and_never_waits_for_the_month() -> None:
    outcome, requests = await ended(REPLY, lambda _: refusal(429, "You have reached your monthly limit."))
    assert (outcome.fate, outcome.retry_after) == (Fate.TEMPORARY, 1.0)
    assert len(requests) == 1


async def test_what_a_person_wrote_stays_out_of_the_detail() -> None:
    answer = Answer(400, json.dumps({"message": "こんにちは", "details": [{"property": "こんにちは"}, 7]}).encode())
    outcome, _ = await ended(PUSH, lambda _: answer)
    assert outcome.detail == "status 400"


async def test_a_host_that_has_no_address_is_surely_not_sent() -> None:
    line = PHONE.channel("http://no-such-host.invalid")
    outcome = await line.send(PUSH)
    await line.close()
    assert outcome.fate is Fate.TEMPORARY


async def test_a_closed_channel_opens_again() -> None:
    async with Recorder(lambda _: OK) as server:
        line = PHONE.channel(server.url)
        for _ in range(2):
            await line.open()
            assert (await line.send(PUSH)).fate is Fate.ACCEPTED
            await line.close()
        await line.close()


# --- tokens that live for minutes ----------------------------------------------------------------------------------


def tokens(url: str, deadline: float = 5.0) -> StatelessToken:
    return StatelessToken(channel_id="2000000000", channel_secret="the-secret", api_url=url, deadline=deadline)


def line_with(source: StatelessToken, url: str) -> Line:
    return Line(bot_id="U1", channel_secret="the-secret", access_token=source, api_url=url, deadline=10.0)


def issue(seconds: int, sending: Answer = OK) -> Callable[[Request], Answer]:
    numbers = iter(range(1, 100))

    def choose(request: Request) -> Answer:
        if request.path != "/oauth2/v3/token":
            return sending
        token = {"token_type": "Bearer", "access_token": f"short-{next(numbers)}", "expires_in": seconds}
        return Answer(200, json.dumps(token).encode())

    return choose


async def bearers(choose: Callable[[Request], Answer], calls: int) -> tuple[list[str], list[Request]]:
    async with Recorder(choose) as server:
        line = line_with(tokens(server.url), server.url)
        await asyncio.gather(*(line.send(PUSH) for _ in range(calls)))
        await line.send(PUSH)
        await line.close()
    asked = [request for request in server.requests if request.path == "/oauth2/v3/token"]
    used = [request.headers["authorization"] for request in server.requests if request.path.endswith("/push")]
    return used, asked


async def test_one_short_lived_token_serves_many_calls() -> None:
    used, asked = await bearers(issue(900), calls=5)
    assert used == ["Bearer short-1"] * 6
    (request,) = asked
    assert sorted(request.body.decode().split("&")) == [
        "client_id=2000000000",
        "client_secret=the-secret",
        "grant_type=client_credentials",
    ]


async def test_a_token_is_renewed_a_minute_before_it_ends() -> None:
    used, _ = await bearers(issue(59), calls=1)
    assert used == ["Bearer short-1", "Bearer short-2"]


async def test_a_refused_token_is_not_used_again() -> None:
    used, _ = await bearers(issue(900, refusal(401, "Authentication failed")), calls=1)
    assert used == ["Bearer short-1", "Bearer short-2"]


@pytest.mark.parametrize(
    ("answer", "fate"),
    [
        (Answer(400, b'{"error":"invalid_client"}'), Fate.HALTED),
        (Answer(400, b"\xff"), Fate.TEMPORARY),
        (Answer(429, b"{}"), Fate.TEMPORARY),
        (Answer(503, b"<html>"), Fate.TEMPORARY),
        (Answer(200, b"junk"), Fate.TEMPORARY),
        ("timeout", Fate.TEMPORARY),
        ("reset", Fate.TEMPORARY),
    ],
)
async def test_without_a_token_nothing_is_sent(answer: Answer | str, fate: Fate) -> None:
    async with Recorder(lambda _: answer) as server:
        line = line_with(tokens(server.url, 0.5 if answer == "timeout" else 5.0), server.url)
        outcome = await line.send(PUSH)
        await line.close()
    assert outcome.fate is fate
    assert {request.path for request in server.requests} == {"/oauth2/v3/token"}
    assert "secret" not in outcome.detail


async def test_a_token_that_never_comes_ends_with_the_deadline() -> None:
    class Never(LongLivedToken):
        async def current(self) -> str:
            await asyncio.sleep(60)
            return ""

    line = Line(bot_id="U1", channel_secret="s", access_token=Never(""), deadline=0.5)
    await line.open()
    async with asyncio.timeout(5):
        assert (await line.send(PUSH)).fate is not Fate.ACCEPTED
    await line.close()


# --- questions about the account ------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", [refusal(401, "no"), Answer(200, b"junk"), Answer(500, b"\xff"), "reset", "timeout"])
async def test_a_question_without_an_answer_is_one_kind_of_error(answer: Answer | str) -> None:
    async with Recorder(lambda _: answer) as server:
        line = PHONE.channel(server.url, deadline=1.0 if answer == "timeout" else 5.0)
        with pytest.raises(LineError) as caught:
            await line.account.bot_info()
        await line.close()
    assert TOKEN not in str(caught.value)


async def test_a_refused_connection_is_that_error_too() -> None:
    line = PHONE.channel(f"http://127.0.0.1:{two_free_ports()}")
    with pytest.raises(LineError):
        await line.account.quota()
    await line.close()


@pytest.mark.parametrize("status", [302, 307])
async def test_a_redirect_is_not_followed_and_leaves_the_outcome_unknown(status: int) -> None:
    away = Answer(status, b"", (("Location", "/elsewhere"),))
    outcome, requests = await ended(PUSH, lambda request: OK if request.path == "/elsewhere" else away)
    assert outcome.fate is Fate.UNKNOWN
    assert [request.path for request in requests] == ["/v2/bot/message/push"]
