"""LINE as the conformance suite meets it: events as the manual shows them, limits counted as the manual counts."""

import base64
import hashlib
import hmac
import json
from itertools import count
from typing import Any, ClassVar

from bot.channels.line import Line
from bot.sandbox.counting import graphemes, utf16_units
from handlers.messages import Call, Fate, Reason, Way
from tests.channels.phone import Ending, Event, Phone, Seen
from tests.channels.recorder import Answer, Request

BOT = "U8e742f61d673b39c7fff3cecb7536ef0"
PERSON = "U4af4980629aaaaaaaaaaaaaaaaaaaaaa"
GROUP = "Ca56f94637caaaaaaaaaaaaaaaaaaaaaa"
SECRET = "8c570fa6dd201bb328f1c1eac23a96d8"
TOKEN = "token-of-the-tests"
KEY = "123e4567-e89b-12d3-a456-426614174000"
REQUEST_ID = (("x-line-request-id", "req-1"), ("Content-Type", "application/json"))


def signature(body: bytes, secret: str = SECRET) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()


def refusal(status: int, message: str, *properties: str) -> Answer:
    details = [{"message": "May not be empty", "property": each} for each in properties]
    return Answer(status, json.dumps({"message": message, "details": details}).encode(), REQUEST_ID)


class LinePhone(Phone):
    name = "line"
    secrets = (TOKEN, SECRET, PERSON)
    endings: ClassVar[dict[str, Ending]] = {
        "accepted": Ending(Answer(200, b'{"sentMessages":[{"id":"1"}]}', REQUEST_ID), Fate.ACCEPTED),
        "accepted before": Ending(refusal(409, "The retry key is already accepted"), Fate.ACCEPTED),
        "accepted, then junk": Ending(Answer(200, b"<html>OK", (("Content-Type", "text/html"),)), Fate.ACCEPTED),
        "accepted, no UTF-8": Ending(Answer(200, b"\xff\xfe\x00"), Fate.ACCEPTED),
        "a charset nobody knows": Ending(
            Answer(200, b"{}", (("Content-Type", "application/json; charset=klingon"),)), Fate.ACCEPTED
        ),
        "429": Ending(
            refusal(429, "The API rate limit has been exceeded. Try again later."), Fate.TEMPORARY, None, 1.0
        ),
        "429 of the month": Ending(refusal(429, "You have reached your monthly limit."), Fate.HALTED, Reason.QUOTA),
        "500": Ending(refusal(500, "Internal Server Error"), Fate.UNKNOWN),
        "502 in HTML": Ending(Answer(502, b"<html>502", (("Content-Type", "text/html"),)), Fate.UNKNOWN),
        "503, no UTF-8": Ending(Answer(503, b"\xff\xfe"), Fate.UNKNOWN),
        "bad token": Ending(refusal(401, "Authentication failed"), Fate.HALTED),
        "plan without it": Ending(refusal(403, "Access to this API is not available for your account"), Fate.HALTED),
        "wrong address": Ending(refusal(404, "Not found"), Fate.HALTED),
        "nobody there": Ending(refusal(400, "Failed to send messages"), Fate.PERMANENT, Reason.GONE),
        "no such person": Ending(
            refusal(400, "The property, 'to', in the request body is invalid (line: -, column: -)"),
            Fate.PERMANENT,
            Reason.GONE,
        ),
        "malformed": Ending(
            refusal(400, "The request body has 1 error(s)", "messages[0].text"), Fate.PERMANENT, Reason.REFUSED
        ),
        "400, no UTF-8": Ending(Answer(400, b"\xff\xfe"), Fate.PERMANENT, Reason.REFUSED),
        "too long": Ending(refusal(413, "Request Entity Too Large"), Fate.PERMANENT, Reason.TOO_LONG),
    }

    def __init__(self) -> None:
        self._numbers = count(1)

    def channel(self, api_url: str = "", deadline: float = 5.0) -> Line:
        return Line(
            bot_id=BOT,
            channel_secret=SECRET,
            access_token=TOKEN,
            api_url=api_url or "http://127.0.0.1:9",
            deadline=deadline,
        )

    def event(self, kind: str, *, group: bool = False, **more: Any) -> Event:
        number = next(self._numbers)
        source = {"type": "user", "userId": PERSON}
        return {
            "type": kind,
            "webhookEventId": f"01FZ74A0TDDPYRVKNK77{number:06}",
            "deliveryContext": {"isRedelivery": False},
            "timestamp": 1642604400000 + number,
            "source": {"type": "group", "groupId": GROUP, "userId": PERSON} if group else source,
            "mode": "active",
            "replyToken": f"{number:032}"[-32:].replace("0", "a"),
            **more,
        }

    def writes(self, text: str, *, group: bool = False) -> Event:
        message = {"type": "text", "id": "468789577898262530", "text": text, "quoteToken": "q"}
        return self.event("message", group=group, message=message)

    def presses(self, data: str) -> Event:
        return self.event("postback", postback={"data": data})

    def follows(self) -> Event:
        return self.event("follow", follow={"isUnblocked": False})

    def blocks(self) -> Event:
        return without(self.event("unfollow"), "replyToken")

    def sends_picture(self) -> Event:
        message = {"type": "image", "id": "354718705033693859", "contentProvider": {"type": "line"}, "quoteToken": "q"}
        return self.event("message", message=message)

    def sends_sticker(self) -> Event:
        sticker = {
            "id": "1",
            "packageId": "446",
            "stickerId": "1988",
            "stickerResourceType": "STATIC",
            "quoteToken": "q",
        }
        return self.event("message", message={"type": "sticker", **sticker})

    def strange(self) -> list[Event]:
        odd: list[Any] = [None, 7, "x", [], {"type": "user"}]
        return [
            self.event("holographic"),
            self.event("message", message={"type": "smell", "id": "1"}),
            without(self.event("join"), "type"),
            without(self.event("beacon"), "source"),
            *(self.event(name) for name in ("message", "postback")),
            *(self.event("message", message=each) for each in odd),
            *(self.event("postback", postback=each) for each in odd),
            *(self.event("memberJoined", source=each, timestamp=each, webhookEventId=each) for each in odd),
            *(self.event("things", mode=each, replyToken=each, deliveryContext=each) for each in odd),
            self.event("message", message={"type": "text", "text": None}),
            self.event("module", timestamp=1.5e300),
            self.event("module", timestamp=-(10**30)),
        ]

    def deliveries(self, *events: Event) -> list[tuple[dict[str, str], bytes]]:
        body = json.dumps({"destination": BOT, "events": events}).encode()
        return [({"X-Line-Signature": signature(body), "Content-Type": "application/json"}, body)]

    def forged(self, *events: Event) -> list[tuple[dict[str, str], bytes]]:
        ((_, body),) = self.deliveries(*events)
        bad = [signature(body, "another secret"), signature(body + b" "), "", "日本", signature(body)[:-1]]
        return [({}, body), *(({"x-line-signature": each}, body) for each in bad)]

    def seen(self, body: bytes) -> list[Seen]:
        return [see(message) for message in json.loads(body)["messages"]]

    def violations(self, body: bytes) -> list[str]:
        messages = json.loads(body)["messages"]
        found = [] if 1 <= len(messages) <= 5 else [f"{len(messages)} messages"]
        return found + [wrong for message in messages for wrong in wrongs(message)]

    def push(self, body: bytes) -> Call:
        return Call(way=Way.PUSH, to=PERSON, body=body, key=KEY)

    def carries_message(self, request: Request) -> bool:
        return request.path in {"/v2/bot/message/push", "/v2/bot/message/reply"}

    def besides(self, request: Request) -> Answer:
        if request.path == "/v2/bot/message/quota":
            return Answer(200, b'{"type":"limited","value":200}')
        return Answer(200, b'{"totalUsage":10}')


def without(event: Event, name: str) -> Event:
    return {key: value for key, value in event.items() if key != name}


def walk(value: Any) -> list[dict[str, Any]]:
    """Every object inside, outermost first, in the order in which it stands."""
    if isinstance(value, list):
        return [found for each in value for found in walk(each)]
    if not isinstance(value, dict):
        return []
    return [value, *(found for each in value.values() for found in walk(each))]


def see(message: dict[str, Any]) -> Seen:
    inside = walk(message)
    drawn = [each for each in inside if "action" in each]
    in_buttons = {id(text) for button in drawn for text in walk(button)}
    words = [each["text"] for each in inside if each.get("type") == "text" and id(each) not in in_buttons]
    return Seen("".join(words), tuple(button(each) for each in drawn))


def button(drawn: dict[str, Any]) -> tuple[str, str]:
    action = drawn["action"]
    return action["label"], action.get("data") or action["uri"]


def wrongs(message: dict[str, Any]) -> list[str]:
    """The limits of the manual: reference #text-message, #flex-message, #quick-reply, #postback-action, #uri-action."""
    found = []
    quick = message.get("quickReply", {"items": [None]})["items"]
    if message["type"] == "text" and not 1 <= utf16_units(message["text"]) <= 5_000:
        found.append("text length")
    if message["type"] == "flex" and not 1 <= utf16_units(message["altText"]) <= 1_500:
        found.append("altText length")
    if message["type"] == "flex" and len(json.dumps(message["contents"])) > 30_000:
        found.append("bubble size")
    if not 1 <= len(quick) <= 13:
        found.append("quick replies")
    actions = [each for each in walk(message) if each.get("type") in {"postback", "uri"}]
    quick_actions = {id(each) for each in walk(message.get("quickReply"))}
    return found + [wrong for each in actions for wrong in wrong_action(each, 20 if id(each) in quick_actions else 40)]


def wrong_action(action: dict[str, Any], label: int) -> list[str]:
    found = [] if 1 <= graphemes(action["label"]) <= label else [f"label of {graphemes(action['label'])}"]
    if action["type"] == "uri" and not (len(action["uri"]) <= 1_000 and action["uri"].isascii()):
        found.append("uri")
    if action["type"] == "postback" and not (
        1 <= utf16_units(action["data"]) <= 300 and graphemes(action["displayText"]) <= 300
    ):
        found.append("postback")
    return found
