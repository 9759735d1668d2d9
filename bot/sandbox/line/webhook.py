"""Signs and sends webhooks, and sends them again; may not make events.

Manual: reference#webhooks, guide/verify-webhook-signature, guide/receiving-messages#webhook-redelivery.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections import Counter, deque
from collections.abc import Callable
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.sandbox.line.account import Account, stamp
from bot.sandbox.line.events import monotonic_ms
from bot.sandbox.platform import Json


class Webhook:
    """Deliver batches of events to the app under test."""

    def __init__(self, account: Account, renew: Callable[[str], None]) -> None:
        self._account, self._renew = account, renew
        self.url = ""
        self.endpoint = ""  # as the channel shows it; `url` is where it really is
        self.secret = ""
        self.redelivery = False
        self._session: ClientSession | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._last: deque[Json] = deque(maxlen=200)
        self._counts: Counter[str] = Counter()

    async def start(self) -> None:
        """Open the connections."""
        self._session = ClientSession()

    async def close(self) -> None:
        """Drop deliveries still under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    def state(self) -> Json:
        """Return the delivery statistics."""
        return {
            "url": self.url,
            "redelivery": self.redelivery,
            "deliveries": sum(self._counts.values()),
            "reasons": dict(self._counts),
            "waiting": len(self._tasks),
            "last": list(self._last),
        }

    def body(self, events: list[Json]) -> bytes:
        """Return the bytes of a batch, in UTF-8 as LINE sends them."""
        return json.dumps({"destination": self._account.id, "events": events}, ensure_ascii=False).encode()

    def sign(self, raw: bytes) -> str:
        """Return the x-line-signature of raw bytes (guide/verify-webhook-signature)."""
        return base64.b64encode(hmac.new(self.secret.encode(), raw, hashlib.sha256).digest()).decode()

    async def deliver(self, events: list[Json]) -> Json:
        """Send a batch once; when it fails and redelivery is on, again later."""
        self._renew_tokens(events)
        delivery = await self.post(self.body(events), len(events))
        if delivery["reason"] != "OK" and self.redelivery and self.url:
            self.later(self._redeliver(events))
        return delivery

    def later(self, work: Any) -> None:
        """Run work beside the answering of calls."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _redeliver(self, events: list[Json]) -> None:
        """Send the same events again: only `isRedelivery` differs (guide/receiving-messages)."""
        for wait in self._account.knobs.redelivery_seconds:
            await asyncio.sleep(wait)
            again = [{**event, "deliveryContext": {"isRedelivery": True}} for event in events]
            self._renew_tokens(again)
            delivery = await self.post(self.body(again), len(again), redelivered=True)
            if delivery["reason"] == "OK":
                return

    def _renew_tokens(self, events: list[Json]) -> None:
        """Start the minute of the events' reply tokens: they are being delivered now."""
        for event in events:
            if "replyToken" in event:
                self._renew(event["replyToken"])

    async def post(
        self, raw: bytes, events: int, signature: str | None = "", redelivered: bool = False, url: str = ""
    ) -> Json:
        """Post raw bytes; `signature` "" means the right one, None means no header. Never raises."""
        headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "LineBotWebhook/2.0"}
        if signature is not None:
            headers["x-line-signature"] = signature or self.sign(raw)
        started = time.monotonic()
        status, reason = await self._send(url or self.url, raw, headers)
        self._counts[reason] += 1
        delivery = {
            "at": stamp(),
            "events": events,
            "redelivery": redelivered,
            "status": status,
            "reason": reason,
            "ms": monotonic_ms(started),
        }
        self._last.append(delivery)
        return delivery

    async def _send(self, url: str, raw: bytes, headers: dict[str, str]) -> tuple[int | None, str]:
        """Return the status and LINE's reason (reference#test-webhook-endpoint)."""
        if not url or self._session is None:
            return None, "NO_WEBHOOK_URL"
        timeout = ClientTimeout(total=self._account.knobs.webhook_seconds)
        try:
            async with self._session.post(url, data=raw, headers=headers, timeout=timeout) as answer:
                await answer.read()
                return answer.status, "OK" if 200 <= answer.status < 300 else "ERROR_STATUS_CODE"
        except TimeoutError:
            return None, "REQUEST_TIMEOUT"
        except (ClientError, OSError, ValueError):
            return None, "COULD_NOT_CONNECT"
