"""Webhooks: what may be set, what arrives with which header, in which order, and how failures are repeated."""

import json
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from telegram.error import BadRequest

from bot.sandbox.server import Sandbox
from tests.sandbox.telegram.receiver import receiving
from tests.sandbox.telegram.refusals import refused

BUTTON = {"inline_keyboard": [[{"text": "登録", "callback_data": "x"}]]}
SECRET = "s-e_C9"


def eventually(look: Callable[[], Any], there: Callable[[Any], object]) -> Any:
    """Look again until it is there, for at most five seconds, and return what was seen last."""
    deadline = time.monotonic() + 5
    while not there(seen := look()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return seen


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"url": "http://city.example.jp/"}, "bad webhook: An HTTPS URL must be provided for webhook"),
        (
            {"url": "https://city.example.jp:8000/"},
            "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443",
        ),
        ({"url": "https://e.jp", "secret_token": "x" * 257}, "secret token is too long"),
        ({"url": "https://e.jp", "secret_token": "a+b"}, "secret token contains unallowed characters"),
        ({"url": "https://e.jp", "secret_token": "秘"}, "secret token contains unallowed characters"),
    ],
)
def test_a_webhook_telegram_would_not_take_is_refused(raw, wish, words):
    answer = raw("setWebhook", data=wish)
    assert (answer.status_code, answer.json()["description"]) == (400, f"Bad Request: {words}")


@pytest.mark.parametrize("port", ["", ":443", ":80", ":88", ":8443"])
def test_https_on_telegrams_ports_and_a_secret_of_256_signs_are_taken(raw, port):
    wish = {"url": f"https://city.example.jp{port}/x", "secret_token": "aA0_-" * 51 + "x"}
    answer = raw("setWebhook", data=wish).json()
    assert answer == {"ok": True, "result": True, "description": "Webhook was set"}


def test_setting_the_same_again_changes_nothing_and_too_soon_is_429(sandbox, raw):
    sandbox.telegram.limits(between_webhook_changes=60.0)
    assert raw("setWebhook", data={"url": "https://e.jp/"}).json()["description"] == "Webhook was set"
    assert raw("setWebhook", data={"url": "https://e.jp/2"}).status_code == 429
    sandbox.telegram.limits(between_webhook_changes=0.0)
    assert raw("setWebhook", data={"url": "https://e.jp/"}).json()["description"] == "Webhook is already set"


async def test_the_webhook_can_be_looked_at_and_deleted(sandbox, bot, person):
    assert await bot.set_webhook("https://e.jp/x", max_connections=7, allowed_updates=["message"])
    info = await bot.get_webhook_info()
    assert (info.url, info.max_connections, info.has_custom_certificate) == ("https://e.jp/x", 7, False)
    await bot.delete_webhook()
    assert (await bot.get_webhook_info()).url == ""


async def test_the_chosen_kinds_are_told_and_the_default_is_not(sandbox, bot):
    sandbox.telegram.limits(between_webhook_changes=0.0)
    assert await bot.set_webhook("https://e.jp/x")
    assert (await bot.get_webhook_info()).allowed_updates == ()
    assert await bot.set_webhook("https://e.jp/y", allowed_updates=["my_chat_member", "message"])
    assert (await bot.get_webhook_info()).allowed_updates == ("message", "my_chat_member")
    assert await bot.set_webhook("https://e.jp/z")
    assert (await bot.get_webhook_info()).allowed_updates == ("message", "my_chat_member")
    assert await bot.set_webhook("https://e.jp/z", allowed_updates=[], drop_pending_updates=True)
    assert (await bot.get_webhook_info()).allowed_updates == ()


def test_an_update_arrives_as_json_with_the_secret(sandbox, receiver, person):
    sandbox.webhook("telegram", receiver.url, SECRET)
    result = sandbox.telegram.text(person, "やあ")
    assert result["delivery"]["status"] == 200
    assert receiver.updates()[-1] == result["event"]
    headers = receiver.got[-1]["headers"]
    assert headers["X-Telegram-Bot-Api-Secret-Token"] == SECRET
    assert headers["Content-Type"] == "application/json"


def test_without_a_secret_there_is_no_header(sandbox, receiver, person):
    sandbox.webhook("telegram", receiver.url)
    sandbox.telegram.text(person, "やあ")
    assert "X-Telegram-Bot-Api-Secret-Token" not in receiver.got[-1]["headers"]


async def test_what_waited_is_delivered_when_a_webhook_is_set_unless_dropped(sandbox, bot, receiver, person):
    await bot.set_webhook(receiver.url)
    assert receiver.wait_for(1)[0]["message"]["text"] == "/start"
    await bot.delete_webhook()
    sandbox.telegram.text(person, "一")
    assert (await bot.get_webhook_info()).pending_update_count == 1
    await bot.delete_webhook(drop_pending_updates=True)
    assert (await bot.get_webhook_info()).pending_update_count == 0


def test_a_failure_is_repeated_at_once_and_then_after_doubling_pauses(sandbox, receiver, person):
    sandbox.telegram.limits(first_pause=0.4)
    receiver.answers = [(500, {}, b"")] * 3
    sandbox.webhook("telegram", receiver.url)
    receiver.wait_for(4)
    began = [one["began"] for one in receiver.got]
    pauses = [later - earlier for earlier, later in pairwise(began)]
    assert pauses[0] < 0.4 <= pauses[1]
    assert pauses[2] >= 0.8
    assert len({json.dumps(update) for update in receiver.updates()}) == 1
    statistics = sandbox.webhook_statistics("telegram")
    assert (statistics["failed"], statistics["last_statuses"][:3]) == (3, [500] * 3)


def test_retry_after_is_honoured(sandbox, receiver, person):
    receiver.answers = [(503, {"Retry-After": "1"}, b"")]
    sandbox.webhook("telegram", receiver.url)
    receiver.wait_for(2)
    assert receiver.got[1]["began"] - receiver.got[0]["began"] >= 1.0


async def test_the_last_error_is_told_and_one_chat_does_not_hold_up_another(sandbox, bot, receiver, person):
    receiver.answers = [(500, {}, b"")] * 2
    sandbox.telegram.limits(first_pause=30.0)
    sandbox.webhook("telegram", receiver.url)
    receiver.wait_for(2)
    info = await bot.get_webhook_info()
    assert info.last_error_message == "Wrong response from the webhook: 500"
    assert info.last_error_date is not None
    assert info.pending_update_count == 1
    other = sandbox.telegram.person("太郎")
    assert sandbox.telegram.start(other)["delivery"]["status"] == 200


def test_an_address_where_nobody_listens_is_an_error_and_the_update_waits(sandbox, raw, person):
    with receiving() as gone:
        url = gone.url
    sandbox.telegram.limits(first_pause=30.0)
    sandbox.webhook("telegram", url)
    assert sandbox.telegram.text(person, "x", wait=False)["delivery"]["status"] is None
    info = eventually(lambda: raw("getWebhookInfo").json()["result"], lambda shown: "last_error_message" in shown)
    assert (info["last_error_message"], info["pending_update_count"]) == ("Connection refused", 2)


def test_texts_of_one_chat_never_overlap_but_a_press_and_another_chat_do(sandbox, raw, receiver, person):
    other = sandbox.telegram.person("太郎")
    sandbox.telegram.start(other)
    sent = raw("sendMessage", json={"chat_id": person, "text": "x", "reply_markup": BUTTON}).json()["result"]
    raw("getUpdates", data={"offset": 10**9})
    receiver.slow = 0.6
    sandbox.webhook("telegram", receiver.url)
    for text in ("一", "二"):
        sandbox.telegram.text(person, text, wait=False)
    sandbox.telegram.press(person, sent["message_id"], "x", wait=False)
    sandbox.telegram.text(other, "三", wait=False)
    receiver.wait_for(4)
    by_text = {one["update"].get("message", {}).get("text"): one for one in receiver.got}
    assert by_text["二"]["began"] >= by_text["一"]["ended"]
    for beside in (None, "三"):
        assert by_text[beside]["began"] < by_text["一"]["ended"]


def test_max_connections_bounds_what_is_under_way(sandbox, raw, receiver):
    people = [sandbox.telegram.person(str(number)) for number in range(4)]
    receiver.slow = 0.2
    assert raw("setWebhook", data={"url": receiver.url, "max_connections": 1}).status_code == 200
    for person in people:
        sandbox.telegram.start(person, wait=False)
    receiver.wait_for(4)
    times = sorted((one["began"], one["ended"]) for one in receiver.got)
    assert all(ended <= began for (_, ended), (began, _) in pairwise(times))


def test_a_press_that_cannot_be_delivered_in_time_is_dropped_and_a_text_stays(sandbox, raw, receiver, person):
    sent = raw("sendMessage", json={"chat_id": person, "text": "x", "reply_markup": BUTTON}).json()["result"]
    raw("getUpdates", data={"offset": 10**9})
    sandbox.telegram.limits(press_kept=5.0, first_pause=10.0)
    receiver.answers = [(500, {}, b"")] * 2
    sandbox.webhook("telegram", receiver.url)
    sandbox.telegram.press(person, sent["message_id"], "x")
    statistics = eventually(lambda: sandbox.webhook_statistics("telegram"), lambda shown: shown["dropped"])
    assert (statistics["dropped"], statistics["pending_update_count"]) == (1, 0)
    assert len(receiver.got) == 2
    receiver.answers = [(500, {}, b"")] * 2
    sandbox.telegram.text(person, "x")
    receiver.wait_for(4)
    assert sandbox.webhook_statistics("telegram")["pending_update_count"] == 1


def test_a_method_in_the_webhooks_answer_is_carried_out(sandbox, receiver, person):
    answer = {"method": "sendMessage", "chat_id": person, "text": "はい"}
    receiver.answers = [(200, {"Content-Type": "application/json"}, json.dumps(answer).encode())]
    sandbox.webhook("telegram", receiver.url)
    receiver.wait_for(1)
    sandbox.telegram.text(person, "次")
    assert "はい" in [message["text"] for message in sandbox.telegram.screen(person)["messages"]]


def test_redirects_are_not_followed(sandbox, receiver, person):
    sandbox.telegram.limits(first_pause=30.0)
    with receiving() as elsewhere:
        receiver.answers = [(302, {"Location": elsewhere.url}, b"")] * 2
        sandbox.webhook("telegram", receiver.url)
        receiver.wait_for(2)
        time.sleep(0.1)
        assert elsewhere.got == []


def test_the_reserved_https_name_leads_to_the_app_here(receiver):
    base = receiver.url.removesuffix("/webhooks/telegram")
    with Sandbox.running(
        telegram_webhook="https://sandbox.test/webhooks/telegram", telegram_secret=SECRET, public_url_is=base
    ) as sandbox:
        person = sandbox.telegram.person("花子")
        assert sandbox.telegram.start(person)["delivery"]["status"] == 200
    assert receiver.got[0]["headers"]["X-Telegram-Bot-Api-Secret-Token"] == SECRET


@pytest.mark.parametrize(("kind", "header"), [("good", SECRET), ("bad", "wrong-secret"), ("missing", None)])
def test_any_update_can_be_posted_with_any_secret(sandbox, receiver, kind, header):
    sandbox.webhook("telegram", receiver.url, SECRET)
    result = sandbox.telegram.deliver({"surprise": {"x": 1}}, kind)
    assert result["delivery"]["status"] == 200
    assert receiver.got[0]["update"]["surprise"] == {"x": 1}
    assert receiver.got[0]["headers"]["X-Telegram-Bot-Api-Secret-Token"] == header


async def test_a_secret_with_a_forbidden_sign_is_refused_through_the_library(bot):
    with refused(BadRequest, "Secret token contains unallowed characters"):
        await bot.set_webhook("https://e.jp/x", secret_token="a b")
