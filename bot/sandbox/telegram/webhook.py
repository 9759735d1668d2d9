"""Delivers updates to the bot's webhook as the published server does; knows neither persons nor messages.

Server: updates of one chat, presses of one person and membership changes of one chat each form a queue; a queue is
served one update at a time, queues side by side up to `max_connections`. A failed delivery is repeated at once, then
after pauses that double; `Retry-After` is honoured; an update is dropped when its next try would come too late.
Differs on purpose: a plain http address on this machine, on any port, is accepted; Telegram takes https only.
"""

import asyncio
import json
import math
import random
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.sandbox.telegram import limits
from bot.sandbox.telegram.errors import bad_request, too_many
from bot.sandbox.telegram.updates import Pending, Updates

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
SECRET = re.compile(r"[A-Za-z0-9_-]*")
Json = dict[str, Any]
Respond = Callable[[str, Json], Awaitable[None]]


@dataclass
class Target:
    """Where updates go; an empty `url` means nowhere."""

    url: str = ""
    secret: str = ""
    max_connections: int = 40
    ip_address: str = ""


@dataclass
class Statistics:
    """How deliveries went since the webhook was set."""

    delivered: int = 0
    failed: int = 0
    dropped: int = 0
    last_error_date: int = 0
    last_error_message: str = ""
    last_statuses: list[int | None] = field(default_factory=list)


def check_url(url: str) -> None:
    """Raise RefusedError for an address Telegram would not call (manual, setWebhook); loopback is let through."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise bad_request("invalid webhook URL specified") from error
    if host in LOOPBACK and parts.scheme in ("http", "https"):
        return
    if parts.scheme != "https":
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if not host or "." not in host:
        raise bad_request("bad webhook: Failed to resolve host: Name or service not known")
    if port is not None and port not in limits.WEBHOOK_PORTS:
        raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")


def check_secret(secret: str) -> None:
    """Raise RefusedError for a secret_token that is too long or has other signs (manual, setWebhook)."""
    if len(secret) > limits.SECRET_TOKEN_CHARACTERS:
        raise bad_request("secret token is too long")
    if not SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")


class Webhook:
    """Serve each queue of waiting updates by a task of its own while an address is set."""

    def __init__(self, updates: Updates, timing: limits.Timing, stand_in: tuple[str, str], respond: Respond):
        self.target, self.statistics = Target(), Statistics()
        self._updates, self._timing, self._respond = updates, timing, respond
        self._reserved, self._reserved_is = stand_in
        self._queues: dict[tuple[str, int], asyncio.Task[None]] = {}
        self._places = asyncio.Semaphore(self.target.max_connections)
        self._session: ClientSession | None = None
        self._last_change = -math.inf
        updates.on_new = self._serve

    async def start(self) -> None:
        """Open the client."""
        self._session = ClientSession(auto_decompress=True)

    async def close(self) -> None:
        """Stop all deliveries."""
        self._stop()
        if self._session:
            await self._session.close()

    def hurry(self) -> None:
        """Raise 429 when the last change is less than a second ago (server)."""
        now = time.monotonic()
        if now < self._last_change + self._timing.between_webhook_changes:
            raise too_many(1)
        self._last_change = now

    def set(self, target: Target) -> None:
        """Send updates to another address from now on; what waits goes there too."""
        self._stop()
        self.target, self.statistics = target, Statistics()
        self._places = asyncio.Semaphore(target.max_connections)
        for pending in self._updates.all():
            if not target.url:
                pending.note(None, 0.0)  # nobody shall wait for an answer that cannot come
            self._serve(pending)

    def _stop(self) -> None:
        for task in self._queues.values():
            task.cancel()
        self._queues.clear()

    def _serve(self, pending: Pending) -> None:
        if self.target.url and pending.queue not in self._queues:
            self._queues[pending.queue] = asyncio.create_task(self._run(pending.queue))

    async def _run(self, queue: tuple[str, int]) -> None:
        try:
            while pending := self._updates.first(queue):
                await self._deliver(pending)
        finally:
            if self._queues.get(queue) is asyncio.current_task():
                del self._queues[queue]

    async def _deliver(self, pending: Pending) -> None:
        """Try until accepted or too old."""
        pause = 0.0
        while True:
            accepted, asked = await self._once(pending)
            if accepted:
                return self._updates.drop(pending)
            wait = min(asked, self._timing.longest_retry_after) if asked is not None else pause
            if time.monotonic() + wait >= pending.expires:
                self.statistics.dropped += 1
                return self._updates.drop(pending)
            await asyncio.sleep(wait)
            pause = min(pause * 2 or self._timing.first_pause, random.uniform(*self._timing.longest_pause))

    async def _once(self, pending: Pending) -> tuple[bool, float | None]:
        """Return whether the webhook took it, and the Retry-After it asked for."""
        async with self._places:
            started = time.monotonic()
            try:
                status, retry_after, body = await self.post(pending.body, self.target.secret)
            except (ClientError, TimeoutError, OSError) as error:
                self._failed(None, _words(error))
                pending.note(None, (time.monotonic() - started) * 1000)
                return False, None
            pending.note(status, (time.monotonic() - started) * 1000)
        if not 200 <= status <= 299:
            self._failed(status, f"Wrong response from the webhook: {status}")
            return False, retry_after
        self.statistics.delivered += 1
        self._remember(status)
        await self._call_in_answer(body)
        return True, None

    async def post(self, update: Json, secret: str) -> tuple[int, float | None, bytes]:
        """Post one update once; return status, Retry-After in seconds and the body."""
        if self._session is None:
            raise OSError("the sandbox has not started")
        headers = {"Content-Type": "application/json"}
        if secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = secret
        url = self.target.url
        if url == self._reserved or url.startswith(self._reserved + "/"):
            url = self._reserved_is + url.removeprefix(self._reserved)
        body = json.dumps(update, ensure_ascii=False).encode()
        timeout = ClientTimeout(total=self._timing.webhook_answer)
        async with self._session.post(
            url, data=body, headers=headers, timeout=timeout, allow_redirects=False
        ) as answer:
            asked = answer.headers.get("Retry-After", "")
            return answer.status, float(asked) if asked.isdecimal() else None, await answer.read()

    async def _call_in_answer(self, body: bytes) -> None:
        """Do the method a webhook may give in its answer (FAQ); its result is told to nobody."""
        try:
            wanted = json.loads(body or b"null")
        except ValueError:
            return
        if isinstance(wanted, dict) and isinstance(wanted.get("method"), str):
            await self._respond(wanted.pop("method"), wanted)

    def _failed(self, status: int | None, words: str) -> None:
        self.statistics.failed += 1
        self.statistics.last_error_date = int(time.time())
        self.statistics.last_error_message = words
        self._remember(status)

    def _remember(self, status: int | None) -> None:
        self.statistics.last_statuses = [*self.statistics.last_statuses[-19:], status]

    def info(self) -> Json:
        """Return the WebhookInfo object."""
        info: Json = {
            "url": self.target.url,
            "has_custom_certificate": False,
            "pending_update_count": len(self._updates.all()),
        }
        if self.target.url:
            info["max_connections"] = self.target.max_connections
        if self.target.ip_address:
            info["ip_address"] = self.target.ip_address
        if self.statistics.last_error_date:
            info["last_error_date"] = self.statistics.last_error_date
            info["last_error_message"] = self.statistics.last_error_message
        if chosen := self._updates.chosen():
            info["allowed_updates"] = chosen
        return info


def _words(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "Read timeout expired"
    if isinstance(error.__cause__, ConnectionRefusedError) or "refused" in str(error).lower():
        return "Connection refused"
    return "Connection reset by peer" if isinstance(error, ClientError) else str(error)
