"""Replies, pushes, retry keys, quota and rates behave as the manual says."""

import time
import uuid

import pytest

from bot.sandbox.server import Sandbox
from tests.sandbox.conftest import Line, text

STRANGER = "U" + "0" * 32
MULTICAST = "/v2/bot/message/multicast"
BROADCAST = "/v2/bot/message/broadcast"


def token(sandbox: Sandbox, person: str) -> str:
    return str(sandbox.line.text(person, "hi")["event"]["replyToken"])


def seen(sandbox: Sandbox, person: str) -> list[str]:
    messages = sandbox.line.screen(person)["messages"]
    return [message["text"] for message in messages if message["from"] == "bot"]


def test_a_reply_arrives_and_is_free(line: Line, friend: str, sandbox: Sandbox) -> None:
    answer = line.reply(token(sandbox, friend), text("one"), text("two"))
    assert answer.status_code == 200
    assert [len(sent["id"]) > 0 for sent in answer.json()["sentMessages"]] == [True, True]
    assert answer.headers["x-line-request-id"]
    assert seen(sandbox, friend) == ["one", "two"]
    assert sandbox.totals()["line"]["used"] == 0


def test_a_reply_token_works_once(line: Line, friend: str, sandbox: Sandbox) -> None:
    once = token(sandbox, friend)
    assert line.reply(once, text()).status_code == 200
    again = line.reply(once, text())
    assert (again.status_code, again.json()) == (400, {"message": "Invalid reply token"})


def test_a_refused_reply_leaves_its_token_unused(line: Line, friend: str, sandbox: Sandbox) -> None:
    once = token(sandbox, friend)
    assert line.reply(once, text("")).status_code == 400
    assert line.reply(once, text()).status_code == 200


def test_a_reply_token_expires(line: Line, friend: str, sandbox: Sandbox) -> None:
    assert sandbox.line.settings()["reply_token_seconds"] == 60
    sandbox.line.settings(reply_token_seconds=0.05)
    once = token(sandbox, friend)
    time.sleep(0.1)
    assert line.reply(once, text()).json() == {"message": "Invalid reply token"}


def test_a_retry_key_on_a_reply_is_refused(line: Line, friend: str, sandbox: Sandbox) -> None:
    once = token(sandbox, friend)
    assert line.reply(once, text(), X_Line_Retry_Key=str(uuid.uuid4())).status_code == 400
    assert "Retry-Key" in str(sandbox.calls()[-1]["violation"])
    assert line.reply(once, text()).status_code == 200


def test_a_push_to_a_friend_counts_one_however_many_messages(line: Line, friend: str, sandbox: Sandbox) -> None:
    assert line.push(friend, text("a"), text("b"), text("c")).status_code == 200
    assert sandbox.totals()["line"]["used"] == 1
    assert sandbox.calls()[-1]["counted"] == 1


def test_a_push_to_an_unknown_id_is_400(line: Line) -> None:
    answer = line.push(STRANGER, text())
    assert (answer.status_code, answer.json()) == (400, {"message": "Failed to send messages"})
    assert line.push("nobody", text()).json()["message"].startswith("The property, to, in the request body")


def test_a_push_to_who_blocked_is_200_but_neither_seen_nor_counted(line: Line, friend: str, sandbox: Sandbox) -> None:
    sandbox.line.unfollow(friend)
    assert line.push(friend, text()).status_code == 200
    assert seen(sandbox, friend) == []
    assert sandbox.totals()["line"]["used"] == 0


def test_who_is_no_friend_but_wrote_can_be_reached(line: Line, sandbox: Sandbox) -> None:
    person = str(sandbox.line.person("New"))
    line.push(person, text("before"))
    sandbox.line.text(person, "hi")
    line.push(person, text("after"))
    assert seen(sandbox, person) == ["after"]


def test_a_multicast_takes_500_and_not_501(line: Line, friend: str, sandbox: Sandbox) -> None:
    sandbox.line.settings(unknown_in_multicast="drop")
    strangers = [f"U{number:032x}" for number in range(500)]
    answer = line.post(MULTICAST, {"to": [friend, *strangers[:499]], "messages": [text()]})
    assert (answer.status_code, answer.json()) == (200, {})
    assert sandbox.totals()["line"]["used"] == 1
    answer = line.post(MULTICAST, {"to": [friend, *strangers], "messages": [text()]})
    assert answer.json()["details"][0]["property"] == "to"


def test_one_unknown_id_refuses_the_whole_multicast(line: Line, friend: str, sandbox: Sandbox) -> None:
    answer = line.post(MULTICAST, {"to": [friend, STRANGER], "messages": [text()]})
    wording = "The property, to[1], in the request body is invalid (line: -, column: -)"
    assert (answer.status_code, answer.json()["message"]) == (400, wording)
    assert seen(sandbox, friend) == []


def test_a_multicast_reaches_friends_only_and_each_once(line: Line, friend: str, sandbox: Sandbox) -> None:
    other = str(sandbox.line.person("Other"))
    sandbox.line.text(other, "hi")
    line.post(MULTICAST, {"to": [friend, friend, other], "messages": [text()]})
    assert (len(seen(sandbox, friend)), len(seen(sandbox, other))) == (1, 0)
    assert sandbox.totals()["line"]["used"] == 1


def test_a_broadcast_reaches_all_friends(line: Line, friend: str, sandbox: Sandbox) -> None:
    second = str(sandbox.line.person("Second"))
    sandbox.line.follow(second)
    assert line.post(BROADCAST, {"messages": [text("all")]}).json() == {}
    assert seen(sandbox, friend) == seen(sandbox, second) == ["all"]
    assert sandbox.calls()[-1]["recipients"] == 2


def test_the_same_key_again_is_409_and_sends_nothing(line: Line, friend: str, sandbox: Sandbox) -> None:
    key = str(uuid.uuid4())
    first = line.push(friend, text(), X_Line_Retry_Key=key)
    again = line.push(friend, text(), X_Line_Retry_Key=key)
    assert again.status_code == 409
    assert again.headers["x-line-accepted-request-id"] == first.headers["x-line-request-id"]
    assert again.headers["x-line-request-id"] != first.headers["x-line-request-id"]
    assert again.json()["sentMessages"] == first.json()["sentMessages"]
    assert len(seen(sandbox, friend)) == 1


def test_the_same_key_with_another_body_is_a_violation(line: Line, friend: str, sandbox: Sandbox) -> None:
    key = str(uuid.uuid4())
    line.push(friend, text("one"), X_Line_Retry_Key=key)
    assert line.push(friend, text("two"), X_Line_Retry_Key=key).status_code == 400
    assert "another body" in str(sandbox.calls()[-1]["violation"])


def test_a_key_after_its_day_sends_again(line: Line, friend: str, sandbox: Sandbox) -> None:
    sandbox.line.settings(retry_key_seconds=0.05)
    key = str(uuid.uuid4())
    line.push(friend, text(), X_Line_Retry_Key=key)
    time.sleep(0.1)
    assert line.push(friend, text(), X_Line_Retry_Key=key).status_code == 200


def test_a_key_whose_request_was_refused_is_still_free(line: Line, friend: str, sandbox: Sandbox) -> None:
    key = str(uuid.uuid4())
    sandbox.order_fault("line", "500", "message/push")
    assert line.push(friend, text(), X_Line_Retry_Key=key).status_code == 500
    assert line.push(friend, text(), X_Line_Retry_Key=key).status_code == 200


@pytest.mark.parametrize("key", ["again", "123e4567e89b12d3a456426614174000"])
def test_a_key_that_is_no_uuid_is_refused(line: Line, friend: str, key: str) -> None:
    assert line.push(friend, text(), X_Line_Retry_Key=key).status_code == 400


def test_the_month_ends_at_the_quota(line: Line, friend: str, sandbox: Sandbox) -> None:
    sandbox.line.settings(quota=2)
    assert [line.push(friend, text()).status_code for _ in range(3)] == [200, 200, 429]
    answer = line.push(friend, text())
    assert answer.json() == {"message": "You have reached your monthly limit."}
    assert line.get("/v2/bot/message/quota").json() == {"type": "limited", "value": 2}
    assert line.get("/v2/bot/message/quota/consumption").json() == {"totalUsage": 2}
    assert line.reply(token(sandbox, friend), text()).status_code == 200


def test_messages_beyond_the_standard_plan_cost_three_yen() -> None:
    with Sandbox.running(line_plan="standard") as sandbox:
        person = str(sandbox.line.person())
        sandbox.line.follow(person)
        sandbox.line.settings(used=29_999)
        line = Line(sandbox)
        for _ in range(3):
            assert line.push(person, text()).status_code == 200
        assert [call["yen"] for call in sandbox.calls()] == [0.0, 3.0, 3.0]
        assert sandbox.totals()["line"]["yen"] == 6.0
        assert line.get("/v2/bot/message/quota").json() == {"type": "none"}


def test_the_sixty_first_broadcast_of_an_hour_is_refused(line: Line, sandbox: Sandbox) -> None:
    statuses = [line.post(BROADCAST, {"messages": [text()]}).status_code for _ in range(61)]
    assert statuses == [200] * 60 + [429]
    assert sandbox.calls()[-1]["answer"] == {"message": "The API rate limit has been exceeded. Try again later."}


def test_rates_are_counted_per_endpoint_and_refill(line: Line, friend: str, sandbox: Sandbox) -> None:
    sandbox.line.settings(rates={"message/push": 1})
    assert [line.push(friend, text()).status_code for _ in range(2)] == [200, 429]
    assert line.validate(text()).status_code == 200
    time.sleep(1.1)
    assert line.push(friend, text()).status_code == 200


def test_a_group_counts_its_members(line: Line, friend: str, sandbox: Sandbox) -> None:
    room = sandbox.line.act(friend, "join", room={"type": "group"})["event"]["source"]["groupId"]
    other = str(sandbox.line.person("Other"))
    sandbox.line.act(other, "memberJoined", room={"id": room})
    assert line.push(room, text("all of you")).status_code == 200
    assert sandbox.calls()[-1]["counted"] == 2
    assert sandbox.line.screen(room)["messages"][-1]["text"] == "all of you"


def test_a_group_the_bot_left_is_400(line: Line, friend: str, sandbox: Sandbox) -> None:
    room = sandbox.line.act(friend, "join", room={"type": "group"})["event"]["source"]["groupId"]
    assert line.post(f"/v2/bot/group/{room}/leave", None).status_code == 200
    assert line.push(room, text()).status_code == 400


def test_only_the_last_message_keeps_its_quick_replies(line: Line, friend: str, sandbox: Sandbox) -> None:
    item = {"type": "action", "action": {"type": "message", "label": "a", "text": "a"}}
    line.push(friend, {**text("one"), "quickReply": {"items": [item]}})
    assert sandbox.line.screen(friend)["messages"][-1]["quick"] == [item]
    line.push(friend, text("two"))
    assert all(message["quick"] == [] for message in sandbox.line.screen(friend)["messages"])


def test_a_wrong_token_is_401(line: Line, friend: str) -> None:
    line.client.headers["Authorization"] = "Bearer wrong"
    answer = line.push(friend, text())
    assert answer.status_code == 401
    assert answer.json()["message"].startswith("Authentication failed due to the following reason")


def test_aggregation_units_follow_the_manual(line: Line, friend: str) -> None:
    body = {"to": friend, "messages": [text()], "customAggregationUnits": ["a" * 30]}
    assert line.post("/v2/bot/message/push", body).status_code == 200
    for wrong in (["a" * 31], ["a-b"], ["a", "b"]):
        assert line.post("/v2/bot/message/push", {**body, "customAggregationUnits": wrong}).status_code == 400
    assert line.get("/v2/bot/message/aggregation/info").json() == {"numOfCustomAggregationUnits": 1}
