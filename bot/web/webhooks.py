"""The two addresses that the platforms call: verify, split, store, and only then answer 200. Understands nothing."""

from collections.abc import Mapping

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

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
    return [_route(channels[name], worker) for name in over_http if name in channels]


def _route(channel: Channel, worker: Worker) -> Route:
    async def take(request: Request) -> Response:
        body = await _body(request)
        if body is None:
            return PlainTextResponse("too large", 413)
        if not channel.verify(request.headers, body):
            metrics.refused_webhooks.labels(channel.name).inc()
            return PlainTextResponse("wrong signature", 401 if channel.name is ChannelName.LINE else 403)
        try:
            arrived = channel.split(body)
        except ValueError:
            return PlainTextResponse("not understood", 400)
        try:
            await worker.take_in(channel.name, arrived)
        except StorageUnavailableError as error:
            log.error("intake_refused", channel=channel.name, error=str(error))
            return PlainTextResponse("try again", 503, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})
        metrics.received_events.labels(channel.name).inc(len(arrived))
        return PlainTextResponse("ok")

    return Route(f"/webhooks/{channel.name}", take, methods=["POST"])


async def _body(request: Request) -> bytes | None:
    """Read the raw bytes; None when there are too many."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > LARGEST_BODY:
            return None
        parts.append(part)
    return b"".join(parts)
