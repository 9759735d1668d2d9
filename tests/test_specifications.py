"""The published documents judge: they take what the manuals' examples show and refuse what is plainly wrong."""

from typing import Any

import pytest

from tests.specifications import check_line, check_telegram, needs_specifications

pytestmark = needs_specifications
PUSH = "/v2/bot/message/push"


def pushed(message: dict[str, Any]) -> dict[str, Any]:
    return {"to": "U" + "0" * 32, "messages": [message]}


def test_a_text_message_is_as_published() -> None:
    assert check_line(PUSH, "POST", pushed({"type": "text", "text": "hello"})) == []


def test_a_flex_bubble_is_as_published() -> None:
    box = {"type": "box", "layout": "vertical", "contents": [{"type": "text", "text": "hello"}]}
    flex = {"type": "flex", "altText": "hello", "contents": {"type": "bubble", "body": box}}
    assert check_line(PUSH, "POST", pushed(flex)) == []


@pytest.mark.parametrize(
    "message",
    [
        {"type": "song"},
        {"text": "no type"},
        {"type": "flex", "altText": "x", "contents": {"type": "bubble", "body": {"type": "box", "layout": "up"}}},
        {"type": "text", "text": "x", "quickReply": {"items": [{"action": {"type": "message"}}] * 14}},
    ],
)
def test_a_wrong_message_is_not_as_published(message: dict[str, Any]) -> None:
    assert check_line(PUSH, "POST", pushed(message)) != []


def test_an_unknown_path_is_not_as_published() -> None:
    assert check_line("/v2/bot/message/shout", "POST", {}) != []


def test_a_follow_without_its_object_is_not_as_published() -> None:
    event = {
        "type": "follow",
        "timestamp": 1,
        "mode": "active",
        "webhookEventId": "01FZ74A0TDDPYRVKNK77XKC3ZR",
        "deliveryContext": {"isRedelivery": False},
        "replyToken": "x",
    }
    body = {"destination": "U" + "0" * 32, "events": [event]}
    assert check_line("/callback", "POST", body) != []
    event["follow"] = {"isUnblocked": False}
    assert check_line("/callback", "POST", body) == []


def test_a_telegram_message_is_as_published_as_json_and_as_a_form() -> None:
    keyboard = {"inline_keyboard": [[{"text": "Go", "callback_data": "go"}]]}
    assert check_telegram("sendMessage", {"chat_id": 1, "text": "x", "reply_markup": keyboard}) == []
    form = '{"inline_keyboard": [[{"text": "Go", "callback_data": "go"}]]}'
    assert check_telegram("sendMessage", {"chat_id": "1", "text": "5", "reply_markup": form}) == []


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("shout", {}),
        ("sendMessage", {"chat_id": 1}),
        ("sendMessage", {"chat_id": 1, "text": "x", "colour": "red"}),
        ("sendMessage", {"chat_id": 1, "text": 5}),
        ("sendMessage", {"chat_id": 1, "text": "x", "reply_markup": {"inline_keyboard": [{"text": "Go"}]}}),
        ("sendMessage", {"chat_id": 1, "text": "x", "disable_notification": "perhaps"}),
    ],
)
def test_a_wrong_telegram_call_is_not_as_published(method: str, params: dict[str, Any]) -> None:
    assert check_telegram(method, params) != []
