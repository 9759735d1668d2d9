"""Webhooks are signed, batched, timed and sent again as the manual says."""

import base64
import hashlib
import hmac
import json
import re
import time
from typing import Any

import pytest
from linebot.v3 import SignatureValidator
from linebot.v3.webhook import WebhookParser

from bot.sandbox.line.account import Account
from bot.sandbox.line.webhook import Webhook
from bot.sandbox.platform import WishError
from bot.sandbox.server import Sandbox
from tests.sandbox.conftest import Line, text
from tests.sandbox.receiver import Receiver
from tests.specifications import check_line, needs_specifications

SECRET = "sandbox-line-secret"


@pytest.fixture
def person(sandbox: Sandbox, receiver: Receiver) -> str:
    sandbox.webhook("line", receiver.url, SECRET)
    return str(sandbox.line.person("Person"))


def last(receiver: Receiver) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(receiver.taken[-1][1])
    return body


def test_the_signature_is_that_of_the_manuals_example() -> None:
    webhook = Webhook(Account("light"), lambda token: None)
    webhook.secret = "8c570fa6dd201bb328f1c1eac23a96d8"
    raw = b'{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}'
    assert webhook.sign(raw) == "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs="


def test_the_real_validator_and_parser_take_what_is_sent(sandbox: Sandbox, receiver: Receiver, person: str) -> None:
    for act in ("follow", "text", "sticker", "image", "location", "press", "unfollow"):
        given = sandbox.line.act(person, act, text="ゼロカーボン 🍎", data="go", address="北九州市")
        assert given["delivery"]["status"] == 200
    for headers, raw in receiver.taken:
        assert SignatureValidator(SECRET).validate(raw.decode(), headers["x-line-signature"])
        events = WebhookParser(SECRET).parse(raw.decode(), headers["x-line-signature"])
        assert type(events[0]).__name__ != "UnknownEvent"
        assert headers["content-type"] == "application/json; charset=utf-8"


def every_event(sandbox: Sandbox, person: str) -> list[dict[str, Any]]:
    sandbox.line.settings(chat_mode="chat")
    acts: list[tuple[str, dict[str, Any]]] = [
        ("follow", {}),
        ("text", {"text": "x"}),
        ("image", {}),
        ("sticker", {}),
        ("location", {"address": "y"}),
        ("press", {"data": "go", "params": {"date": "2022-01-20"}}),
        ("press", {"data": "go", "richMenuAliasId": "none"}),
        ("unfollow", {}),
    ]
    events = [sandbox.line.act(person, act, **more)["event"] for act, more in acts]
    taken = sandbox.line.act(person, "text", text="oops")["event"]["message"]["id"]
    events.append(sandbox.line.act(person, "unsend", message_id=taken)["event"])
    for kind in ("group", "room"):
        joined = sandbox.line.act(person, "join", room={"type": kind})["event"]
        room = {"id": joined["source"][f"{kind}Id"]}
        acts = [(act, {"text": "x", "room": room}) for act in ("text", "memberJoined", "memberLeft", "leave")]
        events += [joined, *(sandbox.line.act(person, act, **more)["event"] for act, more in acts)]
    return events


@needs_specifications
def test_every_event_is_as_published(sandbox: Sandbox, receiver: Receiver, person: str) -> None:
    for event in every_event(sandbox, person):
        body = {"destination": sandbox.line.bot_id, "events": [event]}
        assert check_line("/callback", "POST", body) == [], event["type"]
    for _, raw in receiver.taken:
        assert check_line("/callback", "POST", json.loads(raw)) == []


def test_every_event_has_its_own_ulid_and_the_right_tokens(sandbox: Sandbox, person: str) -> None:
    events = every_event(sandbox, person)
    ids = [event["webhookEventId"] for event in events]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[0-7][0-9A-HJKMNP-TV-Z]{25}", id) for id in ids)
    without = {event["type"] for event in events if "replyToken" not in event}
    assert without == {"unfollow", "unsend", "leave", "memberLeft"}


def test_held_acts_of_several_people_come_in_one_batch(sandbox: Sandbox, receiver: Receiver, person: str) -> None:
    other = str(sandbox.line.person("Other"))
    sandbox.line.text(person, "one", hold=True)
    sandbox.line.follow(other, hold=True)
    assert receiver.taken == []
    sandbox.line.release()
    assert [event["type"] for event in last(receiver)["events"]] == ["message", "follow"]
    assert {event["source"]["userId"] for event in last(receiver)["events"]} == {person, other}


def test_a_slow_app_is_recorded_as_a_timeout(sandbox: Sandbox, receiver: Receiver, person: str) -> None:
    assert sandbox.line.settings()["webhook_seconds"] == 2
    sandbox.line.settings(webhook_seconds=0.1)
    receiver.delay = 0.5
    delivery = sandbox.line.follow(person)["delivery"]
    assert (delivery["status"], delivery["reason"]) == (None, "REQUEST_TIMEOUT")
    assert sandbox.webhook_statistics("line")["reasons"] == {"REQUEST_TIMEOUT": 1}


def test_nothing_is_sent_again_unless_switched_on(sandbox: Sandbox, receiver: Receiver, person: str) -> None:
    sandbox.line.settings(redelivery_seconds=[0.05])
    receiver.answers = [500]
    assert sandbox.line.follow(person)["delivery"]["reason"] == "ERROR_STATUS_CODE"
    time.sleep(0.2)
    assert len(receiver.taken) == 1


def test_a_failed_webhook_comes_again_and_differs_in_one_mark_only(
    sandbox: Sandbox, receiver: Receiver, person: str
) -> None:
    sandbox.webhook("line", receiver.url, redelivery=True)
    sandbox.line.settings(redelivery_seconds=[0.05, 0.1, 0.2])
    receiver.answers = [500, 503]
    sandbox.line.text(person, "hi")
    receiver.wait_for(3)
    time.sleep(0.4)
    first, second, third = (json.loads(raw)["events"][0] for _, raw in receiver.taken)
    assert second == third == {**first, "deliveryContext": {"isRedelivery": True}}
    assert len(receiver.taken) == 3


def test_a_redelivered_token_has_its_minute_again(
    sandbox: Sandbox, receiver: Receiver, person: str, line: Line
) -> None:
    sandbox.webhook("line", receiver.url, redelivery=True)
    sandbox.line.settings(redelivery_seconds=[1.2], reply_token_seconds=0.8)
    receiver.answers = [500]
    token = sandbox.line.text(person, "hi")["event"]["replyToken"]
    time.sleep(0.9)
    assert line.reply(token, text()).status_code == 400
    receiver.wait_for(2)
    assert line.reply(token, text()).status_code == 200


def test_a_redelivered_token_dies_with_its_event(sandbox: Sandbox, receiver: Receiver, person: str, line: Line) -> None:
    assert sandbox.line.settings()["reply_event_seconds"] == 1200
    sandbox.webhook("line", receiver.url, redelivery=True)
    sandbox.line.settings(redelivery_seconds=[0.3], reply_event_seconds=0.2)
    receiver.answers = [500]
    token = sandbox.line.text(person, "hi")["event"]["replyToken"]
    receiver.wait_for(2)
    assert line.reply(token, text()).status_code == 400


def test_in_standby_there_is_no_reply_token(sandbox: Sandbox, receiver: Receiver, person: str) -> None:
    sandbox.line.settings(mode="standby")
    event = sandbox.line.text(person, "hi")["event"]
    assert event["mode"] == "standby"
    assert "replyToken" not in event


@pytest.mark.parametrize(("signature", "right"), [("good", True), ("bad", False), ("missing", None)])
def test_any_batch_can_be_delivered_with_any_signature(
    sandbox: Sandbox, receiver: Receiver, person: str, signature: str, right: bool | None
) -> None:
    sandbox.line.deliver([{"type": "new"}], signature=signature)
    headers, raw = receiver.taken[-1]
    given = headers.get("x-line-signature")
    wanted = base64.b64encode(hmac.new(SECRET.encode(), raw, hashlib.sha256).digest()).decode()
    assert (None if given is None else given == wanted) == right


def test_any_bytes_can_be_delivered(sandbox: Sandbox, receiver: Receiver, person: str) -> None:
    sandbox.line.deliver(body="{ not json")
    assert receiver.taken[-1][1] == b"{ not json"


def test_a_second_follow_is_an_unblocking(sandbox: Sandbox, person: str) -> None:
    assert sandbox.line.follow(person)["event"]["follow"] == {"isUnblocked": False}
    sandbox.line.unfollow(person)
    assert sandbox.line.follow(person)["event"]["follow"] == {"isUnblocked": True}


def test_an_unsent_picture_is_gone(sandbox: Sandbox, person: str, line: Line) -> None:
    id = sandbox.line.act(person, "image")["event"]["message"]["id"]
    answer = line.get(f"/v2/bot/message/{id}/content")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert sandbox.calls()[-1]["name"] == "message/{messageId}/content"
    sandbox.line.act(person, "unsend", message_id=id)
    assert line.get(f"/v2/bot/message/{id}/content").status_code == 410
    assert line.get("/v2/bot/message/1/content").status_code == 404


def test_an_act_can_be_left_running(sandbox: Sandbox, receiver: Receiver, person: str) -> None:
    receiver.delay = 0.2
    assert sandbox.line.text(person, "hi", wait=False)["delivery"] is None
    receiver.wait_for(1)


@pytest.mark.parametrize(
    "wish",
    [{"act": "dance"}, {"act": "text"}, {"act": "unsend", "message_id": "1"}, {"act": "text", "room": {"id": "C1"}}],
)
def test_an_impossible_act_is_refused(sandbox: Sandbox, person: str, wish: dict[str, Any]) -> None:
    with pytest.raises(WishError):
        sandbox.line.act(person, **wish)


def test_the_address_must_be_https_and_the_reserved_name_leads_here(receiver: Receiver) -> None:
    real = receiver.url.removesuffix("/webhooks")
    with Sandbox.running(public_url_is=real) as sandbox:
        line = Line(sandbox)
        path = "/v2/bot/channel/webhook/endpoint"
        assert line.get(path).status_code == 404
        put = {"headers": {"Content-Type": "application/json"}}
        for wrong in ("http://sandbox.test/webhooks", "https://sandbox.test/" + "a" * 480):
            assert line.client.put(path, json={"endpoint": wrong}, **put).status_code == 400
        given = "https://sandbox.test/webhooks"
        assert line.client.put(path, json={"endpoint": given}, **put).status_code == 200
        assert line.get(path).json() == {"endpoint": given, "active": True}
        tested = line.post("/v2/bot/channel/webhook/test", {}).json()
        assert (tested["success"], tested["statusCode"], tested["reason"]) == (True, 200, "OK")
        assert json.loads(receiver.taken[-1][1])["events"] == []
        receiver.answers = [404]
        assert line.post("/v2/bot/channel/webhook/test", {}).json()["reason"] == "ERROR_STATUS_CODE"
