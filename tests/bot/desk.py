"""The bot from webhook to outbox in this process: real storage, reading and rules; what is sent, a platform takes."""

import base64
import hashlib
import hmac
import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import httpx
from sqlalchemy import select
from starlette.applications import Starlette

from bot.web import webhooks
from bot.worker import Worker
from handlers.messages import Call, Fate, Outcome, Way
from scheduler.delivery import Delivery
from storage.database import Database
from storage.facts import ChannelName
from storage.inbox import INBOX
from storage.outbox import OUTBOX
from tests.town import Town

_numbers = itertools.count(1)


class Accepting:
    """A platform that takes everything, and remembers it."""

    name = ChannelName.LINE
    answers_by_token = has_retry_key = True
    multicast_limit, chat_seconds = 0, 0.0
    rates: Mapping[Way, float] = MappingProxyType({})

    def __init__(self) -> None:
        self.taken: list[Call] = []  # messages
        self.menus: list[Call] = []
        self.signs: list[Call] = []

    def render_waiting_sign(self, key: str) -> bytes | None:
        return b"{}"

    async def send(self, call: Call) -> Outcome:
        kept = {Way.MENU: self.menus, Way.WAITING_SIGN: self.signs}.get(call.way, self.taken)
        kept.append(call)
        return Outcome(fate=Fate.ACCEPTED)


class Desk:
    """One process of the bot."""

    def __init__(self, database: Database) -> None:
        self.database, self.town = database, Town(database)
        house = self.town.house
        self.platform = Accepting()
        self.delivery = Delivery(database, house.clock, {ChannelName.LINE: self.platform}, lambda *_: None)
        self.worker = Worker(database, house, self.delivery)
        self.web = Starlette(routes=webhooks.routes(house.channels, self.worker))

    async def post(self, *events: Any, body: bytes | None = None, signature: str | None = None) -> httpx.Response:
        raw = json.dumps({"destination": "bot", "events": events}).encode() if body is None else body
        right = base64.b64encode(hmac.digest(b"secret", raw, hashlib.sha256)).decode()
        transport = httpx.ASGITransport(app=self.web)
        async with httpx.AsyncClient(transport=transport, base_url="http://bot") as client:
            headers = {"x-line-signature": right if signature is None else signature}
            return await client.post("/webhooks/line", content=raw, headers=headers)

    async def settle(self) -> None:
        await self.worker.settle()
        await self.delivery.settle()

    def inbox(self, *columns: str) -> list[Any]:
        return self._rows(INBOX, columns)

    def outbox(self, *columns: str) -> list[Any]:
        return self._rows(OUTBOX, columns)

    def _rows(self, table: Any, columns: tuple[str, ...]) -> list[Any]:
        chosen = [table.c[name] for name in columns]
        rows = self.database.read(lambda c: c.execute(select(*chosen).order_by(table.c.id)).all()).result()
        return [row[0] if len(columns) == 1 else tuple(row) for row in rows]


@dataclass
class Writer:
    """Somebody whose events are made here."""

    desk: Desk
    key: str

    def event(self, kind: str, ago: float = 0, **more: Any) -> dict[str, Any]:
        number = next(_numbers)
        return {
            "type": kind,
            "mode": "active",
            "timestamp": int((self.desk.town.now.timestamp() - ago) * 1000),
            "source": {"type": "user", "userId": self.key},
            "webhookEventId": f"desk{number}",
            "deliveryContext": {"isRedelivery": False},
            "replyToken": f"desktoken{number}",
            **more,
        }

    def text(self, words: str, ago: float = 0) -> dict[str, Any]:
        return self.event("message", ago, message={"type": "text", "id": str(next(_numbers)), "text": words})

    def press(self, data: str, ago: float = 0) -> dict[str, Any]:
        return self.event("postback", ago, postback={"data": data})
