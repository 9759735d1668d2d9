"""Answers what a bot can ask about itself, people, rooms, quota and content; may not change phones."""

import re
import time
from datetime import datetime

from aiohttp import web

from bot.sandbox.calls import Changes
from bot.sandbox.line.account import TOKYO, Account, Room
from bot.sandbox.line.gate import Answer, Endpoint, Exchange, RefusalError
from bot.sandbox.line.sending import USER, void
from bot.sandbox.platform import Json

FOLLOWERS = 1_000  # reference#get-follower-ids: largest limit
LOADING = range(5, 61, 5)  # reference#display-a-loading-indicator: 5 to 60 seconds in steps of 5
ROOM = {"group": re.compile(r"C[0-9a-f]{32}"), "room": re.compile(r"R[0-9a-f]{32}")}
NOT_FOUND = "Not found"  # reference#error-messages
CLOSED = "Access to this API is not available for your account"  # reference#error-messages


class Asking:
    """Profile, followers, rooms, quota, counts, content, loading sign, marks of reading."""

    def __init__(self, account: Account, changes: Changes) -> None:
        self._account, self._changes = account, changes
        self.read_tokens: dict[str, str] = {}

    def endpoints(self) -> list[Endpoint]:
        """Return the endpoints with their rates (reference#rate-limits)."""
        bot = "/v2/bot"
        return [
            Endpoint("GET", f"{bot}/info", self._info),
            Endpoint("GET", f"{bot}/profile/{{userId}}", self._profile),
            Endpoint("GET", f"{bot}/followers/ids", self._followers),
            Endpoint("GET", f"{bot}/message/quota", self._quota),
            Endpoint("GET", f"{bot}/message/quota/consumption", self._consumption),
            Endpoint("GET", f"{bot}/message/delivery/{{kind}}", self._delivered),
            Endpoint("GET", f"{bot}/message/aggregation/info", self._units),
            Endpoint("GET", f"{bot}/message/aggregation/list", self._unit_names),
            Endpoint("GET", f"{bot}/message/{{messageId}}/content", self._content),
            Endpoint("GET", f"{bot}/message/{{messageId}}/content/preview", self._content),
            Endpoint("POST", f"{bot}/chat/loading/start", self._loading, 100, reads="json", success=202),
            Endpoint("POST", f"{bot}/chat/markAsRead", self._mark_as_read, reads="json"),
            Endpoint("GET", f"{bot}/{{kind:group|room}}/{{room}}/members/count", self._member_count),
            Endpoint("GET", f"{bot}/{{kind:group|room}}/{{room}}/members/ids", self._member_ids),
            Endpoint("GET", f"{bot}/{{kind:group|room}}/{{room}}/member/{{userId}}", self._member),
            Endpoint("GET", f"{bot}/{{kind:group}}/{{room}}/summary", self._summary),
            Endpoint("POST", f"{bot}/{{kind:group|room}}/{{room}}/leave", self._leave),
        ]

    async def _info(self, _: Exchange) -> Answer:
        chat = self._account.knobs.chat_mode
        return {
            "userId": self._account.id,
            "basicId": "@sandbox",
            "displayName": "Sandbox",
            "chatMode": chat,
            "markAsReadMode": "manual" if chat == "chat" else "auto",
        }

    async def _profile(self, exchange: Exchange) -> Answer:
        id = _user(exchange)
        person = self._account.people.get(id)
        if person is None or not person.following:
            raise RefusalError(404, NOT_FOUND)
        return {"displayName": person.name, "userId": person.id, "language": person.language}

    async def _followers(self, exchange: Exchange) -> Answer:
        if not self._account.knobs.verified:
            raise RefusalError(403, CLOSED)
        limit = _within(exchange, "limit", 300, FOLLOWERS)
        ids = [person.id for person in self._account.friends()]
        start = exchange.request.query.get("start", "0")
        if not start.isdigit() or int(start) > len(ids):
            raise RefusalError(400, "Invalid start param")
        end = int(start) + limit
        more: Json = {"next": str(end)} if end < len(ids) else {}
        return {"userIds": ids[int(start) : end], **more}

    async def _quota(self, _: Exchange) -> Answer:
        quota = self._account.knobs.quota
        return {"type": "none"} if quota is None else {"type": "limited", "value": quota}

    async def _consumption(self, _: Exchange) -> Answer:
        return {"totalUsage": self._account.knobs.used}

    async def _delivered(self, exchange: Exchange) -> Answer:
        kind, date = exchange.part["kind"], exchange.request.query.get("date", "")
        if kind not in {"reply", "push", "multicast", "broadcast"}:
            raise RefusalError(404, NOT_FOUND)
        if not re.fullmatch(r"\d{8}", date):
            raise RefusalError(400, "The value for the 'date' parameter is invalid")
        if date >= datetime.now(TOKYO).strftime("%Y%m%d"):
            return {"status": "unready"}
        return {"status": "ready", "success": self._account.sent(kind, date)}

    async def _units(self, _: Exchange) -> Answer:
        return {"numOfCustomAggregationUnits": len(self._account.units)}

    async def _unit_names(self, _: Exchange) -> Answer:
        return {"customAggregationUnits": sorted(self._account.units)}

    async def _content(self, exchange: Exchange) -> Answer:
        picture = self._account.pictures.get(exchange.part["messageId"])
        if picture is None:
            raise RefusalError(404, NOT_FOUND)
        if picture.gone:
            raise RefusalError(410, "Gone")  # reference#get-content: the sender took it back
        return web.Response(body=picture.data, content_type=picture.type)

    async def _loading(self, exchange: Exchange) -> Answer:
        body = exchange.check(
            lambda sheet: void(sheet.text("chatId")), lambda sheet: void(sheet.number("loadingSeconds", 5, 60))
        ).data
        seconds = body.get("loadingSeconds", 20)
        if seconds not in LOADING:
            raise RefusalError(400, "loadingSeconds must be a multiple of 5 between 5 and 60")
        if not USER.fullmatch(body["chatId"]):
            raise RefusalError(400, "The property, chatId, in the request body is invalid (line: -, column: -)")
        person = self._account.people.get(body["chatId"])
        if person is not None and person.following:
            person.typing_until = time.monotonic() + seconds
            self._changes.note(f"line:{person.id}")
        return {}

    async def _mark_as_read(self, exchange: Exchange) -> Answer:
        body = exchange.check(lambda sheet: void(sheet.text("markAsReadToken"))).data
        if body["markAsReadToken"] not in self.read_tokens:
            raise RefusalError(400, "Invalid markAsReadToken")
        return {}

    def _room(self, exchange: Exchange) -> Room:
        kind, id = exchange.part["kind"], exchange.part["room"]
        if not ROOM[kind].fullmatch(id):
            raise RefusalError(400, f"The value for the '{kind}Id' parameter is invalid")
        room = self._account.rooms.get(id)
        if room is None or not room.bot_inside:
            raise RefusalError(404, NOT_FOUND)
        return room

    async def _member_count(self, exchange: Exchange) -> Answer:
        return {"count": len(self._room(exchange).members)}

    async def _member_ids(self, exchange: Exchange) -> Answer:
        if not self._account.knobs.verified:
            raise RefusalError(403, CLOSED)
        return {"memberIds": self._room(exchange).members[:100]}

    async def _member(self, exchange: Exchange) -> Answer:
        room, id = self._room(exchange), _user(exchange)
        if id not in room.members:
            raise RefusalError(404, NOT_FOUND)
        return {"displayName": self._account.people[id].name, "userId": id}

    async def _summary(self, exchange: Exchange) -> Answer:
        room = self._room(exchange)
        return {"groupId": room.id, "groupName": room.name}

    async def _leave(self, exchange: Exchange) -> Answer:
        room = self._room(exchange)
        room.bot_inside = False
        self._changes.note(f"line:{room.id}")
        return {}


def _user(exchange: Exchange) -> str:
    id = str(exchange.part["userId"])
    if not USER.fullmatch(id):
        raise RefusalError(400, "The value for the 'userId' parameter is invalid")
    return id


def _within(exchange: Exchange, name: str, default: int, most: int) -> int:
    text = exchange.request.query.get(name, str(default))
    if not text.isdigit() or not 1 <= int(text) <= most:
        raise RefusalError(400, f"The value for the '{name}' parameter is invalid")
    return int(text)
