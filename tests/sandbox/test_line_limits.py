"""Every limit on a message object is hit from both sides, and the published document agrees."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bot.sandbox.line.checking import Problems, Sheet
from bot.sandbox.line.messages import check_messages
from bot.sandbox.server import Sandbox
from tests.sandbox.conftest import Line, text
from tests.sandbox.line_cases import CASES
from tests.sandbox.line_made import EMOJI, Json
from tests.specifications import check_line, needs_specifications


def problems(*messages: Json) -> Problems:
    found = Problems()
    check_messages(Sheet({"messages": list(messages)}, "", found))
    return found


@pytest.mark.parametrize("name", CASES)
def test_the_edge_is_accepted(name: str) -> None:
    found = problems(CASES[name][0])
    assert found.body() is None
    assert found.unknown == []


@pytest.mark.parametrize("name", CASES)
def test_one_step_beyond_is_refused_by_name(name: str) -> None:
    found = problems(CASES[name][1])
    assert CASES[name][2] in [detail["property"] for detail in found.details]


def test_a_text_has_at_most_a_hundred_placeholders() -> None:
    objects = {f"k{number}": EMOJI for number in range(101)}
    message = {"type": "textV2", "text": "x", "substitution": objects}
    assert {"message": "Size must be between 0 and 100", "property": "messages[0].substitution"} in problems(
        message
    ).details
    del objects["k100"]
    assert "Size must be" not in str(problems(message).details)


@needs_specifications
@pytest.mark.parametrize("name", CASES)
def test_what_is_accepted_is_as_published(name: str) -> None:
    body = {"to": "U" + "0" * 32, "messages": [CASES[name][0]]}
    assert check_line("/v2/bot/message/push", "POST", body) == []


def test_five_messages_are_taken_and_six_are_not(line: Line, friend: str) -> None:
    assert line.push(friend, *[text()] * 5).status_code == 200
    answer = line.push(friend, *[text()] * 6)
    assert answer.status_code == 400
    assert answer.json()["details"][0]["property"] == "messages"


def test_no_message_is_refused(line: Line, friend: str) -> None:
    assert line.push(friend).status_code == 400


def test_a_refusal_is_worded_as_in_the_manual(line: Line, friend: str) -> None:
    answer = line.push(friend, text(""), {"type": "song"})
    assert answer.json()["message"] == "The request body has 2 error(s)"
    assert answer.json()["details"][0] == {"message": "May not be empty", "property": "messages[0].text"}
    assert answer.json()["details"][1]["message"].startswith("Must be one of the following values: [text, ")


def test_a_value_of_a_wrong_type_is_named_alone(line: Line, friend: str) -> None:
    answer = line.push(friend, {"type": "text", "text": 5}, {"type": "song"})
    wording = "The property, messages[0].text, in the request body is invalid (line: -, column: -)"
    assert answer.status_code == 400
    assert answer.json() == {"message": wording}


def test_an_unknown_property_is_taken_but_shown_in_the_log(line: Line, friend: str, sandbox: Sandbox) -> None:
    assert line.push(friend, {"type": "text", "text": "x", "txet": "y"}).status_code == 200
    assert sandbox.calls()[-1]["violation"] == "unknown properties: messages[0].txet"


def test_a_body_of_two_megabytes_is_read_and_more_is_413(line: Line, friend: str) -> None:
    head = {"Content-Type": "application/json"}
    filling = b'{"to": "' + friend.encode() + b'", "messages": [{"type": "text", "text": "x"}]}'
    edge = filling + b" " * (2 * 2**20 - len(filling))
    assert line.client.post("/v2/bot/message/push", content=edge, headers=head).status_code == 200
    assert line.client.post("/v2/bot/message/push", content=edge + b" ", headers=head).status_code == 413


def test_what_is_no_json_is_refused_with_its_place(line: Line) -> None:
    head = {"Content-Type": "application/json"}
    answer = line.client.post("/v2/bot/message/push", content=b"{\n oops", headers=head)
    wording = "The request body could not be parsed as JSON (line: 2, column: 2)"
    assert (answer.status_code, answer.json()["message"]) == (400, wording)


def test_another_content_type_is_refused(line: Line) -> None:
    head = {"Content-Type": "text/plain"}
    assert line.client.post("/v2/bot/message/push", content=b"{}", headers=head).status_code == 415


@pytest.mark.parametrize("body", [b"[" * 100_000, b"9" * 5_000, b"\xff", b"[]", b"null", b'"x"'])
def test_what_is_no_object_is_refused_and_breaks_nothing(line: Line, body: bytes) -> None:
    head = {"Content-Type": "application/json"}
    assert line.client.post("/v2/bot/message/push", content=body, headers=head).status_code == 400


def test_endless_boxes_are_refused(line: Line) -> None:
    endless = b'{"type": "box", "layout": "vertical", "contents": [' * 20_000
    bubble = b'{"messages": [{"type": "flex", "altText": "x", "contents": {"type": "bubble", "body": '
    raw = bubble + endless + b"]}" * 20_000 + b"}}]}"
    head = {"Content-Type": "application/json"}
    assert line.client.post("/v2/bot/message/validate/push", content=raw, headers=head).status_code == 400


KEYS = ["type", "text", "altText", "contents", "template", "actions", "action", "label", "data", "uri", "items"]
KEYS += ["quickReply", "columns", "layout", "body", "size", "url", "emojis", "substitution", "sender", "styles"]
WORDS = ["text", "textV2", "flex", "template", "bubble", "carousel", "box", "buttons", "postback", "uri", "image"]
PLAIN = some.none() | some.booleans() | some.integers() | some.sampled_from(WORDS) | some.text(max_size=5)
ANYTHING = some.recursive(
    PLAIN,
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.sampled_from(KEYS), inner, max_size=5),
    max_leaves=25,
)


@settings(deadline=None, max_examples=60)
@given(some.dictionaries(some.sampled_from(KEYS), ANYTHING), some.sampled_from(sorted(CASES)))
def test_no_message_breaks_the_checks(wild: Json, name: str) -> None:
    for message in (wild, {**CASES[name][0], **wild}, {"type": "flex", "altText": "x", "contents": wild}):
        body = problems(message).body()
        assert body is None or body["message"]


def test_validating_sends_and_counts_nothing(line: Line, friend: str, sandbox: Sandbox) -> None:
    assert line.validate(text()).json() == {}
    assert line.validate(text("")).status_code == 400
    assert sandbox.totals()["line"]["used"] == 0
    assert [entry["from"] for entry in sandbox.line.screen(friend)["messages"]] == ["me"]


def test_an_unknown_path_is_404_and_shown(line: Line, sandbox: Sandbox) -> None:
    assert line.post("/v2/bot/message/shout", {}).status_code == 404
    assert "exact documented path" in str(sandbox.calls()[-1]["violation"])
