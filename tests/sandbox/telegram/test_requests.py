"""The forms a request may take, and the answers to what is no proper request."""

import json


def test_form_json_multipart_and_query_say_the_same(raw, person):
    markup = {"inline_keyboard": [[{"text": "a", "callback_data": "x"}]]}
    fields = {"chat_id": str(person), "text": "おはよう", "reply_markup": json.dumps(markup)}
    answers = [
        raw("sendMessage", data=fields),
        raw("sendMessage", json={**fields, "chat_id": person, "reply_markup": markup}),
        raw("sendMessage", files={name: (None, value) for name, value in fields.items()}),
        raw("sendMessage", verb="GET", params=fields),
        raw("SENDMESSAGE", params={"chat_id": person}, json={"text": "おはよう", "reply_markup": markup}),
    ]
    for answer in answers:
        body = answer.json()
        assert (answer.status_code, body["ok"]) == (200, True)
        assert body["result"]["text"] == "おはよう"
        assert body["result"]["reply_markup"] == markup


def test_an_unknown_method_is_404(raw):
    answer = raw("sendTelepathy")
    assert answer.status_code == 404
    assert answer.json() == {"ok": False, "error_code": 404, "description": "Not Found: method not found"}


def test_a_wrong_token_is_401_and_what_is_no_token_404(raw):
    assert raw("getMe", token="42:other").json() == {
        "ok": False,
        "error_code": 401,
        "description": "Unauthorized",
    }
    assert raw("getMe", token="nonsense").status_code == 404


def test_a_refusal_has_telegrams_form(raw):
    answer = raw("sendMessage", data={"chat_id": 1, "text": "x"})
    assert answer.status_code == 400
    assert answer.json() == {"ok": False, "error_code": 400, "description": "Bad Request: chat not found"}


def test_a_body_that_is_no_json_is_refused(raw):
    headers = {"Content-Type": "application/json"}
    assert raw("getMe", content=b"{", headers=headers).status_code == 400
    assert raw("getMe", content=b"[]", headers=headers).status_code == 400
    assert raw("getMe", content=b"", headers=headers).status_code == 200


def test_nested_values_that_are_no_json_are_refused(raw, person):
    answer = raw("sendMessage", data={"chat_id": person, "text": "x", "reply_markup": "{"})
    assert answer.json()["description"] == "Bad Request: can't parse reply keyboard markup JSON object"


def test_the_call_log_tells_every_call_and_no_secret(sandbox, raw, person):
    raw("sendMessage", data={"chat_id": person, "text": "x"})
    raw("setWebhook", data={"url": "https://e.jp/x", "secret_token": "very-secret"})
    raw("sendMessage", data={"chat_id": 1, "text": "x"})
    calls = sandbox.calls()
    assert [(call["name"], call["status"], call["recipients"]) for call in calls] == [
        ("sendMessage", 200, 1),
        ("setWebhook", 200, 0),
        ("sendMessage", 400, 0),
    ]
    assert calls[2]["answer"]["description"] == "Bad Request: chat not found"
    assert sandbox.totals()["telegram"] == {"calls": 3, "messages": 1}
    assert "very-secret" not in json.dumps(calls)
    assert "sandbox-telegram-token" not in json.dumps(calls)
