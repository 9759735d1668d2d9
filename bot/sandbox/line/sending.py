"""Answers the sending and validating endpoints (manual: reference#messages); may not check message objects."""

import hashlib
import json
import re
from collections.abc import Callable

from bot.sandbox.calls import Changes
from bot.sandbox.line.account import Account, Person, Room
from bot.sandbox.line.checking import Sheet
from bot.sandbox.line.gate import MONTHLY_MESSAGE, Answer, Endpoint, Exchange, RefusalError
from bot.sandbox.line.memory import ReplyTokens, RetryKeys
from bot.sandbox.line.messages import check_messages
from bot.sandbox.line.screen import put, shown
from bot.sandbox.platform import Json

MULTICAST = 500  # reference#send-multicast-message: user ids in a call
UNIT = re.compile(r"[a-zA-Z0-9_]{1,30}")  # reference#send-push-message: customAggregationUnits
TARGET = re.compile(r"[UCR][0-9a-f]{32}")
USER = re.compile(r"U[0-9a-f]{32}")
QUOTABLE = {"text", "textV2", "sticker", "image", "video", "template", "flex", "imagemap"}
FAILED = "Failed to send messages"  # reference#error-messages


class Sending:
    """Reply, push, multicast, broadcast."""

    def __init__(self, account: Account, replies: ReplyTokens, keys: RetryKeys, changes: Changes) -> None:
        self._account, self._replies, self._keys, self._changes = account, replies, keys, changes

    def endpoints(self) -> list[Endpoint]:
        """Return the endpoints with their rates (reference#rate-limits)."""
        send = "/v2/bot/message"
        kinds = ("reply", "push", "multicast", "narrowcast", "broadcast")
        return [
            Endpoint("POST", f"{send}/reply", self._reply, reads="json"),
            Endpoint("POST", f"{send}/push", self._push, reads="json", retry_key=True),
            Endpoint("POST", f"{send}/multicast", self._multicast, 200, reads="json", retry_key=True),
            Endpoint("POST", f"{send}/broadcast", self._broadcast, 60, 3600, reads="json", retry_key=True),
            *(Endpoint("POST", f"{send}/validate/{kind}", _validate, reads="json") for kind in kinds),
        ]

    async def _reply(self, exchange: Exchange) -> Answer:
        body = exchange.check(_common, check_messages, lambda sheet: void(sheet.text("replyToken"))).data
        token = self._replies.find(body["replyToken"])
        place = self._place(token.to) if token is not None else None
        if token is None or place is None:
            raise RefusalError(400, "Invalid reply token")
        token.used = True
        exchange.recipients = 1
        self._account.charge("reply", 1)
        return {"sentMessages": self._deliver([place], body["messages"])}

    async def _push(self, exchange: Exchange) -> Answer:
        check_to: Callable[[Sheet], None] = lambda sheet: void(sheet.text("to"))  # noqa: E731
        body = exchange.check(_common, _units, check_messages, check_to).data
        self._refuse_repeat(exchange)
        if not TARGET.fullmatch(body["to"]):
            raise RefusalError(400, _invalid("to"))
        place = self._place(body["to"])
        if place is None:
            raise RefusalError(400, FAILED)
        return {"sentMessages": self._send(exchange, "push", [place], body)}

    async def _multicast(self, exchange: Exchange) -> Answer:
        body = exchange.check(_common, _units, check_messages, _check_recipients).data
        self._refuse_repeat(exchange)
        people: list[Person | Room] = []
        for number, id in enumerate(body["to"]):
            person = self._account.people.get(id)
            if person is None and (not USER.fullmatch(id) or self._account.knobs.unknown_in_multicast == "refuse"):
                raise RefusalError(400, _invalid(f"to[{number}]"))
            if person is not None and person.following and person not in people:
                people.append(person)
        self._send(exchange, "multicast", people, body)
        return {}

    async def _broadcast(self, exchange: Exchange) -> Answer:
        body = exchange.check(_common, check_messages).data
        self._refuse_repeat(exchange)
        self._send(exchange, "broadcast", list(self._account.friends()), body)
        return {}

    def _refuse_repeat(self, exchange: Exchange) -> None:
        """Answer 409 when the key was accepted before (reference#retry-api-request-response)."""
        earlier = None if exchange.key is None else self._keys.find(exchange.key)
        if earlier is None:
            return
        if earlier.fingerprint != _fingerprint(exchange):
            # LINE documents no answer; a 409 would let the caller believe that this body was accepted
            exchange.violation = "this retry key was accepted with another body: that message is never sent"
            raise RefusalError(400, "The retry key was accepted with another request body")
        body: Json = {"message": "The retry key is already accepted"}
        if earlier.sent:
            body["sentMessages"] = earlier.sent
        raise RefusalError(409, body, {"x-line-accepted-request-id": earlier.request_id})

    def _send(self, exchange: Exchange, kind: str, places: list[Person | Room], body: Json) -> list[Json]:
        """Count, deliver and remember an accepted call; raise RefusalError when the month is used up."""
        reached = [place for place in places if isinstance(place, Room) or place.reachable()]
        # guide/pricing: recipients count, not message objects; a group counts its members
        counted = sum(len(place.members) if isinstance(place, Room) else 1 for place in reached)
        if not self._account.room_in_quota(counted):
            raise RefusalError(429, MONTHLY_MESSAGE)
        exchange.recipients, exchange.counted = len(reached), counted
        exchange.yen = self._account.charge(kind, counted)
        self._account.units.update(body.get("customAggregationUnits", []))
        sent = self._deliver(reached, body["messages"])
        if exchange.key is not None:
            remembered = sent if kind == "push" else []
            self._keys.accept(exchange.key, exchange.id, _fingerprint(exchange), remembered)
        return sent

    def _deliver(self, places: list[Person | Room], messages: list[Json]) -> list[Json]:
        sent = []
        for message in messages:
            id = self._account.message_id()
            for place in places:
                put(place, shown(message, id))
            quote = {"quoteToken": f"q{id}"} if message["type"] in QUOTABLE else {}
            sent.append({"id": id, **quote})
        for place in places:
            self._changes.note(f"line:{place.id}")
        return sent

    def _place(self, id: str) -> Person | Room | None:
        room = self._account.rooms.get(id)
        if room is not None:
            return room if room.bot_inside else None
        return self._account.people.get(id)


async def _validate(exchange: Exchange) -> Answer:
    """Check `messages` only; nothing is sent or counted (reference#validate-message-objects-of-push-message)."""
    exchange.check(check_messages)
    return {}


def _common(body: Sheet) -> None:
    body.flag("notificationDisabled")


def _units(body: Sheet) -> None:
    for unit in body.array("customAggregationUnits", 1, 0, required=False):
        if not isinstance(unit, str) or not UNIT.fullmatch(unit):
            body.fail("customAggregationUnits", "Invalid characters are included in custom aggregation unit")


def _check_recipients(body: Sheet) -> None:
    for number, id in enumerate(body.array("to", MULTICAST)):
        if not isinstance(id, str):
            body.problems.mistype(f"to[{number}]")


def _invalid(name: str) -> str:
    return f"The property, {name}, in the request body is invalid (line: -, column: -)"


def _fingerprint(exchange: Exchange) -> bytes:
    """Tell requests apart by endpoint and meaning of the body, not by the order of its properties."""
    meaning = json.dumps(exchange.body, sort_keys=True).encode()
    return hashlib.sha256(exchange.request.path.encode() + b"\n" + meaning).digest()


def void(_: object) -> None:
    """Drop a value that a check returns."""
