"""The two addresses that the platforms call: verify, split, store, and only then answer 200. Understands nothing."""

from collections.abc import Mapping, Sequence

import structlog
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from bot import metrics
from bot.worker import Worker
from handlers.messages import Channel
from storage.database import StorageUnavailableError
from storage.facts import ChannelName

LARGEST_BODY = 4 * 1024 * 1024  # bytes; LINE's and Telegram's largest webhooks are far smaller
RETRY_AFTER_SECONDS = 5  # Telegram honours it; LINE redelivers at a pace of its own

log = structlog.get_logger()


def routes(channels: Mapping[ChannelName, Channel], worker: Worker) -> list[BaseRoute]:
    """Give ``POST /webhooks/line`` and ``/webhooks/telegram``, as far as they are switched on."""
    over_http = (ChannelName.LINE, ChannelName.TELEGRAM)
    taking = [_Webhook(channels[name], worker) for name in over_http if name in channels]
    return [Route(f"/webhooks/{one.channel.name}", one, methods=["POST"]) for one in taking]


class Front:
    """Stands before the pages and takes the platforms' webhooks at once: routing and headers are for browsers."""

    def __init__(self, pages: ASGIApp, routes: Sequence[BaseRoute]) -> None:
        self.app = pages
        self._taking = {route.path: route.app for route in routes if isinstance(route, Route)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on to where it belongs."""
        taking = self._taking.get(scope["path"]) if scope["type"] == "http" and scope["method"] == "POST" else None
        await (self.app if taking is None else taking)(scope, receive, send)


class _Webhook:
    """One channel's address, as a plain ASGI application: request and response objects would cost more than the work.

    https://asgi.readthedocs.io/en/latest/specs/www.html
    """

    def __init__(self, channel: Channel, worker: Worker) -> None:
        self.channel = channel
        self._worker = worker
        self._received = metrics.received_events.labels(channel.name)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        body = await _body(receive)
        status, words = (413, b"too large") if body is None else await self._take(scope, body)
        headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"%d" % len(words))]
        if status == 503:
            headers.append((b"retry-after", b"%d" % RETRY_AFTER_SECONDS))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": words})

    async def _take(self, scope: Scope, body: bytes) -> tuple[int, bytes]:
        """Store what a genuine webhook brings; gives the status and the words of the answer."""
        channel = self.channel
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        if not channel.verify(headers, body):
            metrics.refused_webhooks.labels(channel.name).inc()
            return 401 if channel.name is ChannelName.LINE else 403, b"wrong signature"
        try:
            arrived = channel.split(body)
        except ValueError:
            return 400, b"not understood"
        try:
            await self._worker.take_in(channel.name, arrived)
        except StorageUnavailableError as error:
            log.error("intake_refused", channel=channel.name, error=str(error))
            return 503, b"try again"
        self._received.inc(len(arrived))
        return 200, b"ok"


async def _body(receive: Receive) -> bytes | None:
    """Read the raw bytes; None when there are too many, or when the caller hung up."""
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
        size += len(parts[-1])
        if size > LARGEST_BODY:
            return None
    return b"".join(parts)
