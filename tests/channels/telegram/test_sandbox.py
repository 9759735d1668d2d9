"""Telegram's channel against a strict Telegram on this machine, over real HTTP: what it sends is taken and shown."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from aiohttp import web

from bot.channels.telegram import Telegram
from bot.channels.telegram.poll import PollingRefusedError
from bot.channels.telegram.wiring import WiringError
from bot.sandbox.line.pictures import plain
from bot.sandbox.server import Sandbox
from handlers.messages import Arrived, Call, Card, Choice, Fate, Incoming, IncomingKind, Picture, Reason, Text, Way
from tests.channels.conformance import AWKWARD
from tests.channels.telegram.played import TOKEN as PLAYED_TOKEN
from tests.channels.telegram.played import played
from tests.specifications import check_telegram, needs_specifications

TOKEN = "42:sandbox-telegram-token"
SECRET = "s3cret"
MENU = Card("題 & <b>", ("行 1 < 2",), (Choice("はい", "yes"), Choice("市", url="https://example.org/市?a=1&b=2")))


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.running() as running:
        yield running


@pytest.fixture
def person(sandbox: Sandbox) -> int:
    made: int = sandbox.telegram.person("花子", "ja")
    sandbox.telegram.start(made, wait=False)
    return made


def channel(sandbox: Sandbox, deadline: float = 5.0, token: str = TOKEN) -> Telegram:
    return Telegram(token=token, webhook_secret=SECRET, api_url=sandbox.telegram_url, deadline=deadline)


def screen(sandbox: Sandbox, person: int) -> list[dict[str, Any]]:
    return [message for message in sandbox.telegram.screen(person)["messages"] if message["from"] == "bot"]


def push(person: int, body: bytes) -> Call:
    return Call(way=Way.PUSH, to=str(person), body=body)


class Receiver:
    """Long polling as the intake does it: store, and only then go on."""

    def __init__(self, telegram: Telegram) -> None:
        self.telegram = telegram
        self.updates = telegram.updates()

    async def next(self) -> tuple[Arrived, Incoming]:
        """Give the next update; the sandbox holds each act's own, so a batch is one."""
        async with asyncio.timeout(10):
            (raw,) = await anext(self.updates)
        (arrived,) = self.telegram.split(raw)
        return arrived, self.telegram.read(arrived.raw)


async def test_every_message_we_can_make_is_taken_by_a_strict_telegram_and_shown(sandbox: Sandbox, person: int) -> None:
    sandbox.telegram.limits(overall=10_000, chat=10_000, chat_burst=10_000)
    telegram = channel(sandbox)
    for name, text in AWKWARD.items():
        buttons = (Choice(text, "日" * 21), Choice("b", url="https://example.org/"))
        for message in (Text(text, buttons), Card(text, (text, "&<>"), buttons, columns=2)):
            for body in telegram.render([message]):
                outcome = await telegram.send(push(person, body))
                assert (outcome.fate, outcome.detail) == (Fate.ACCEPTED, ""), (name, outcome)
    await telegram.close()
    assert all(not call["violation"] for call in sandbox.calls())


async def test_a_card_is_shown_with_its_bold_title_and_its_buttons(sandbox: Sandbox, person: int) -> None:
    telegram = channel(sandbox)
    (body,) = telegram.render([MENU])
    outcome = await telegram.send(push(person, body))
    await telegram.close()
    (shown,) = screen(sandbox, person)
    assert shown["text"] == "題 & <b>\n行 1 < 2"
    assert [(entity["type"], entity["length"]) for entity in shown["entities"]] == [("bold", 7)]
    assert [[button["text"] for button in row] for row in shown["contents"]["inline_keyboard"]] == [["はい"], ["市"]]
    assert outcome.request_id == str(shown["id"])


async def test_a_talk_by_long_polling_is_understood_step_by_step(sandbox: Sandbox, person: int) -> None:
    telegram = channel(sandbox)
    receiver = Receiver(telegram)
    arrived, follow = await receiver.next()
    assert (follow.kind, follow.language, follow.private) == (IncomingKind.FOLLOWED, "ja", True)
    outcome = await telegram.send(push(int(arrived.account_key), telegram.render([MENU])[0]))
    sandbox.telegram.press(person, int(outcome.request_id or 0), "yes", wait=False)
    pressed, press = await receiver.next()
    assert (press.kind, press.data, press.message_id) == (IncomingKind.PRESSED, "yes", outcome.request_id)
    assert pressed.account_key == arrived.account_key
    answer = Call(
        way=Way.PRESS_ANSWER, to=pressed.account_key, token=pressed.reply_token,
        body=telegram.render_press_answer("済み") or b"",
    )  # fmt: skip
    assert (await telegram.send(answer)).fate is Fate.ACCEPTED
    again = await telegram.send(answer)
    assert (again.fate, again.reason) == (Fate.PERMANENT, Reason.TOKEN_DEAD)
    sandbox.telegram.photo(person, "見て", wait=False)
    assert (await receiver.next())[1].kind is IncomingKind.MEDIA
    sandbox.telegram.sticker(person, wait=False)
    assert (await receiver.next())[1].kind is IncomingKind.STICKER
    sandbox.telegram.block(person, wait=False)
    assert (await receiver.next())[1].kind is IncomingKind.BLOCKED
    blocked = await telegram.send(push(person, telegram.render([Text("?")])[0]))
    assert (blocked.fate, blocked.reason) == (Fate.PERMANENT, Reason.BLOCKED)
    sandbox.telegram.unblock(person, wait=False)
    unblocked = (await receiver.next())[1]
    assert (unblocked.kind, unblocked.answerable) == (IncomingKind.FOLLOWED, False)
    await telegram.close()


async def test_updates_that_were_not_stored_come_again(sandbox: Sandbox, person: int) -> None:
    telegram = channel(sandbox)
    first, _ = await Receiver(telegram).next()
    second, _ = await Receiver(telegram).next()
    assert first.event_id == second.event_id
    await telegram.close()


async def test_a_webhook_delivery_verifies_with_its_secret_and_not_without(sandbox: Sandbox, person: int) -> None:
    telegram = channel(sandbox)
    taken: list[tuple[bool, list[Arrived]]] = []

    async def take(request: web.Request) -> web.Response:
        body = await request.read()
        taken.append((telegram.verify(dict(request.headers), body), telegram.split(body)))
        return web.Response()

    async with played(take) as hook:
        address = f"{hook.url}/bot{PLAYED_TOKEN}/webhook"
        await asyncio.to_thread(sandbox.webhook, "telegram", address, SECRET)
        await asyncio.to_thread(sandbox.telegram.text, person, "こんにちは")
        update = json.loads(taken[-1][1][0].raw)
        await asyncio.to_thread(sandbox.telegram.deliver, update, "bad")
        await asyncio.to_thread(sandbox.telegram.deliver, update, "missing")
        with pytest.raises(PollingRefusedError, match="TELEGRAM_MODE"):
            await anext(telegram.updates())
    assert [good for good, _ in taken][-3:] == [True, False, False]
    assert telegram.read(taken[-1][1][0].raw).text == "こんにちは"


@pytest.mark.parametrize(
    ("kind", "fate", "shown"),
    [
        ("429", Fate.TEMPORARY, 0),
        ("500", Fate.UNKNOWN, 0),
        ("401", Fate.HALTED, 0),
        ("403", Fate.PERMANENT, 0),
        ("502-html", Fate.UNKNOWN, 0),
        ("timeout", Fate.UNKNOWN, 0),
        ("reset", Fate.UNKNOWN, 0),
        ("refuse-before", Fate.UNKNOWN, 0),
        ("slow", Fate.UNKNOWN, 1),
        ("drip", Fate.UNKNOWN, 1),
        ("cut", Fate.UNKNOWN, 1),
        ("junk", Fate.ACCEPTED, 1),
        ("accepted-no-answer", Fate.UNKNOWN, 1),
        ("accepted-500", Fate.UNKNOWN, 1),
    ],
)
async def test_nothing_taken_is_called_not_sent_and_nothing_is_sent_twice(
    sandbox: Sandbox, person: int, kind: str, fate: Fate, shown: int
) -> None:
    telegram = channel(sandbox, deadline=2.0 if kind in {"timeout", "slow", "drip"} else 10.0)
    sandbox.order_fault("telegram", kind, "sendMessage", retry_after=7)
    outcome = await telegram.send(push(person, telegram.render([Text("x")])[0]))
    await telegram.close()
    assert outcome.fate is fate
    assert len(screen(sandbox, person)) == shown
    if kind == "429":
        assert outcome.retry_after == 7


async def test_more_than_a_chat_takes_is_told_with_the_seconds_to_wait(sandbox: Sandbox, person: int) -> None:
    telegram = channel(sandbox)
    sandbox.telegram.limits(chat=0.1, chat_burst=1)
    outcomes = [await telegram.send(push(person, telegram.render([Text("x")])[0])) for _ in range(2)]
    await telegram.close()
    assert [outcome.fate for outcome in outcomes] == [Fate.ACCEPTED, Fate.TEMPORARY]
    assert (outcomes[1].retry_after or 0) > 1


async def test_who_is_gone_is_told_as_gone(sandbox: Sandbox, person: int) -> None:
    telegram = channel(sandbox)
    group = sandbox.telegram.chat("group", "町内会")
    sandbox.telegram.upgrade(group)
    sandbox.telegram.deactivate(person)
    body = telegram.render([Text("x")])[0]
    outcomes = [await telegram.send(push(to, body)) for to in (group, person, 987_654_321)]
    await telegram.close()
    assert [(outcome.fate, outcome.reason) for outcome in outcomes] == [(Fate.PERMANENT, Reason.GONE)] * 3
    assert "migration" in outcomes[0].detail
    assert str(abs(group)) not in outcomes[0].detail


async def test_connecting_sets_what_differs_and_nothing_twice(sandbox: Sandbox) -> None:
    telegram = channel(sandbox)
    wires = telegram.wiring
    url = "https://sandbox.test/webhooks/telegram"
    commands = {"": {"points": "ポイント"}, "en": {"points": "Points"}}
    assert (await wires.me()).bot_id == 42
    first = (
        await wires.set_webhook(url),
        await wires.set_commands(commands),
        await wires.set_descriptions({"": "説明"}, {"": "短い", "en": "Short"}),
    )
    assert first == (True, ("", "en"), ("", "en"))
    assert await wires.set_commands(commands) == ()
    assert await wires.set_descriptions({"": "説明"}, {"": "短い", "en": "Short"}) == ()
    assert (await wires.webhook()).url == url
    assert await wires.delete_webhook()
    assert not await wires.delete_webhook()
    await telegram.close()


async def test_a_wrong_token_is_told_everywhere_without_repeating_it(sandbox: Sandbox, person: int) -> None:
    wrong = "42:not-the-token"
    telegram = channel(sandbox, token=wrong)
    assert (await telegram.send(push(person, b'{"text":"x"}'))).fate is Fate.HALTED
    with pytest.raises(WiringError) as refusal:
        await telegram.wiring.me()
    with pytest.raises(PollingRefusedError) as refused:
        await anext(telegram.updates())
    assert wrong not in f"{refusal.value} {refused.value}"
    await telegram.close()


@needs_specifications
async def test_every_call_is_as_the_bot_api_publishes_it(sandbox: Sandbox, person: int) -> None:
    telegram = channel(sandbox)
    await telegram.send(push(person, telegram.render([MENU])[0]))
    await telegram.send(Call(way=Way.PRESS_ANSWER, to=str(person), token="1", body=b'{"text":"x"}'))
    await telegram.wiring.me()
    await telegram.wiring.set_webhook("https://sandbox.test/webhooks/telegram")
    await telegram.wiring.delete_webhook()
    await telegram.wiring.set_commands({"": {"points": "ポイント"}})
    await telegram.wiring.set_descriptions({"": "説明"}, {"": "短い"})
    await Receiver(telegram).next()
    await telegram.close()
    calls = sandbox.calls()
    assert {call["name"] for call in calls} >= {
        "sendMessage", "answerCallbackQuery", "getMe", "getWebhookInfo", "setWebhook", "deleteWebhook",
        "getMyCommands", "setMyCommands", "setMyDescription", "setMyShortDescription", "getUpdates",
    }  # fmt: skip
    assert [wrong for call in calls for wrong in check_telegram(call["name"], call["request"])] == []


async def test_a_picture_is_fetched_from_our_own_address_and_waits_while_it_cannot_be(
    sandbox: Sandbox, person: int
) -> None:
    picture = Picture(url="https://elsewhere.test/pictures/a.png", alt="川辺の清掃", width=300, height=200)
    telegram = channel(sandbox)
    await telegram.open()
    (body,) = telegram.render([Card("清掃", picture=picture)])
    outcome = await telegram.send(push(person, body))
    await telegram.close()
    assert (outcome.fate, outcome.retry_after) == (Fate.TEMPORARY, None), outcome
    assert screen(sandbox, person) == []


async def test_a_picture_of_our_own_is_handed_over_once_and_then_named(sandbox: Sandbox, person: int) -> None:
    drawn = {"https://bot.test/drawn/a.png": plain(300, 200)}
    asked: list[str] = []

    async def fetch(url: str) -> bytes | None:
        asked.append(url)
        return drawn.get(url)

    telegram = Telegram(token=TOKEN, webhook_secret=SECRET, api_url=sandbox.telegram_url, fetch=fetch)
    await telegram.open()
    picture = Picture(url="https://bot.test/drawn/a.png", alt="今週", width=300, height=200)
    (body,) = telegram.render([Card("今週", ("5ポイント",), (Choice("はい", "yes"),), picture=picture)])
    try:
        for _ in range(2):
            assert (await telegram.send(push(person, body))).fate is Fate.ACCEPTED
    finally:
        await telegram.close()
    photos = [call["request"]["photo"] for call in sandbox.calls() if call["name"] == "sendPhoto"]
    assert len(asked) == len(photos) == 2
    assert photos[0] != photos[1]
    assert not any("https://" in str(photo) for photo in photos)
    assert [message["text"] for message in screen(sandbox, person)][-2:] == ["今週\n5ポイント"] * 2


async def test_the_sign_of_waiting_is_seen_in_a_chat_with_one_person(sandbox: Sandbox, person: int) -> None:
    telegram = channel(sandbox)
    sign = telegram.render_waiting_sign(str(person))
    assert sign is not None
    await telegram.open()
    shown = await telegram.send(Call(way=Way.WAITING_SIGN, to=str(person), body=sign))
    await telegram.close()
    assert (shown.fate, sandbox.telegram.screen(person)["typing"]) == (Fate.ACCEPTED, True), shown
    assert telegram.render_waiting_sign("-100123") is None, "a group has none"
