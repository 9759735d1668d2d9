"""The control API of the played Telegram over HTTP, as the phones' page uses it."""

from collections.abc import Iterator

import httpx
import pytest

MARKUP = {"inline_keyboard": [[{"text": "登録", "callback_data": "x"}]]}


@pytest.fixture
def control(sandbox) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{sandbox.url}/control", timeout=30, trust_env=False) as client:
        yield client


def test_a_person_is_made_acts_and_is_shown(control, receiver):
    hook = {"platform": "telegram", "url": receiver.url, "secret": "s"}
    assert control.post("/webhook", json=hook).json()["url"] == receiver.url
    wish = {"platform": "telegram", "name": "花子", "language": "ja"}
    person = control.post("/people", json=wish).json()["id"]
    done = control.post(f"/telegram/people/{person}/act", json={"act": "start", "payload": "abc"}).json()
    assert done["event"]["message"]["text"] == "/start abc"
    assert done["delivery"]["status"] == 200
    screen = control.get(f"/telegram/people/{person}/screen").json()
    assert screen["person"] == {
        "id": person,
        "name": "花子",
        "language": "ja",
        "started": True,
        "following": True,
        "blocked": False,
    }
    assert (screen["messages"][0]["from"], screen["messages"][0]["text"]) == ("me", "/start abc")
    assert control.get("/webhook").json()["telegram"]["delivered"] == 1


def test_a_change_of_a_screen_is_noted_under_the_persons_id(control, raw, person):
    now = control.get("/changes").json()["now"]
    raw("sendMessage", data={"chat_id": person, "text": "x"})
    assert set(control.get("/changes", params={"after": now}).json()["changed"]) == {"calls", f"telegram:{person}"}


def test_an_act_that_does_not_wait_answers_at_once(control, receiver, person):
    receiver.slow = 2.0
    control.post("/webhook", json={"platform": "telegram", "url": receiver.url})
    act = control.post(f"/telegram/people/{person}/act", json={"act": "text", "text": "x", "wait": False}).json()
    assert act["delivery"] == {"status": None, "ms": None}


def test_groups_channels_and_their_life_are_made_over_http(control, raw, person):
    channel = control.post("/telegram/chats", json={"type": "channel", "title": "市", "username": "@kitaq"})
    assert raw("getChat", data={"chat_id": "@kitaq"}).json()["result"]["id"] == channel.json()["id"]
    group = control.post("/telegram/chats", json={"type": "group", "title": "町内会"}).json()["id"]
    wish = {"act": "text", "text": "/help", "chat": {"type": "group", "id": group}}
    event = control.post(f"/telegram/people/{person}/act", json=wish).json()["event"]
    assert event["message"]["chat"]["id"] == group
    assert control.get(f"/telegram/people/{group}/screen").json()["messages"][0]["text"] == "/help"
    new = control.post(f"/telegram/chats/{group}/upgrade", json={}).json()["id"]
    kicked = control.post(f"/telegram/chats/{new}/bot", json={"status": "kicked"}).json()
    assert kicked["event"]["my_chat_member"]["new_chat_member"]["status"] == "kicked"
    assert raw("sendMessage", data={"chat_id": new, "text": "x"}).status_code == 403


def test_accounts_are_deleted_messages_aged_and_limits_set_over_http(control, raw, person):
    sent = raw("sendMessage", data={"chat_id": person, "text": "x"}).json()["result"]
    older = {"chat": person, "message_id": sent["message_id"], "seconds": 200_000}
    assert control.post("/telegram/age", json=older).status_code == 200
    answer = raw("deleteMessage", data={"chat_id": person, "message_id": sent["message_id"]})
    assert answer.json()["description"] == "Bad Request: message can't be deleted for everyone"
    control.post("/telegram/limits", json={"chat_burst": 1, "press_answerable": 1.5})
    raw("sendMessage", data={"chat_id": person, "text": "x"})
    assert raw("sendMessage", data={"chat_id": person, "text": "x"}).status_code == 429
    control.post(f"/telegram/people/{person}/deactivate", json={})
    assert "deactivated" in raw("sendMessage", data={"chat_id": person, "text": "x"}).json()["description"]


def test_any_update_is_posted_over_http(control, receiver):
    control.post("/webhook", json={"platform": "telegram", "url": receiver.url, "secret": "s"})
    wish = {"update": {"update_id": 5, "surprise": {}}, "secret": "bad"}
    assert control.post("/telegram/deliver", json=wish).json()["delivery"]["status"] == 200
    assert receiver.updates() == [{"update_id": 5, "surprise": {}}]


@pytest.mark.parametrize(
    ("path", "wish"),
    [
        ("/telegram/chats", {"type": "room"}),
        ("/telegram/deliver", {"update": {}}),
        ("/telegram/deliver", {"update": 5}),
        ("/telegram/age", {"chat": 1}),
        ("/telegram/age", {"chat": 1, "message_id": 1, "seconds": 1}),
        ("/telegram/limits", {"chat_burts": 1}),
        ("/telegram/chats/1/bot", {"status": "member"}),
        ("/telegram/people/1/act", {"act": "start"}),
        ("/webhook", {"platform": "telegram", "url": "http://city.example.jp"}),
        ("/webhook", {"platform": "telegram", "url": "", "secret": "a b"}),
    ],
)
def test_a_senseless_wish_is_refused_with_a_reason(control, path, wish):
    answer = control.post(path, json=wish)
    assert answer.status_code in (400, 404)
    assert answer.json()["error"]


def test_the_phone_shows_the_answer_to_a_press_and_a_replaced_keyboard(control, raw, person):
    sent = raw("sendMessage", json={"chat_id": person, "text": "講座", "reply_markup": MARKUP}).json()["result"]
    press = {"act": "press", "message_id": sent["message_id"], "data": "x"}
    query = control.post(f"/telegram/people/{person}/act", json=press).json()["event"]["callback_query"]
    raw("answerCallbackQuery", data={"callback_query_id": query["id"], "text": "満員です", "show_alert": True})
    shown = control.get(f"/telegram/people/{person}/screen").json()["messages"][-1]
    assert shown["toast"] == {"text": "満員です", "alert": True, "press": query["id"]}
    assert shown["contents"] == MARKUP
