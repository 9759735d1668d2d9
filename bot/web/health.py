"""Tells whoever watches the bot whether it is alive, ready and how busy; shows no secret and nobody's data."""

import asyncio
import hmac
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from bot import metrics
from storage import alerts, inbox, outbox, quotas, reach, schema, slots
from storage.clock import real_now
from storage.database import Database
from storage.facts import ChannelName

LEAST_FREE_BYTES = 200 * 1024 * 1024  # room for SQLite's log and a night's events while somebody makes space
DATABASE_SECONDS = 3.0
NOT_KEPT = {"Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthParts:
    """What is looked at. ``folder`` is DATA_DIR; ``is_worker_alive`` is True too where no worker should run here."""

    database: Database
    folder: Path
    is_worker_alive: Callable[[], bool]
    metrics_token: str = ""
    least_free_bytes: int = LEAST_FREE_BYTES


def routes(parts: HealthParts) -> list[BaseRoute]:
    """Give ``/healthz``, ``/readyz`` and ``/metrics``."""

    async def alive(request: Request) -> Response:
        return PlainTextResponse("ok", headers=NOT_KEPT)

    async def ready(request: Request) -> Response:
        wrong = await _find_troubles(parts)
        return JSONResponse({"ready": not wrong, "wrong": wrong}, 503 if wrong else 200, headers=NOT_KEPT)

    async def figures(request: Request) -> Response:
        if not _may_read(request, parts.metrics_token):
            return PlainTextResponse("a bearer token is needed\n", 401, headers={"WWW-Authenticate": "Bearer"})
        await _look_inside(parts.database)
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST, headers=NOT_KEPT)

    return [Route("/healthz", alive), Route("/readyz", ready), Route("/metrics", figures)]


async def _find_troubles(parts: HealthParts) -> dict[str, str]:
    """Find what keeps this process from its work: part to what is wrong with it."""
    wrong = {}
    try:
        async with asyncio.timeout(DATABASE_SECONDS):
            if not await asyncio.wrap_future(parts.database.read(schema.is_current)):
                wrong["schema"] = "is not this program's: run migrate"
    except Exception as error:
        wrong["database"] = f"does not answer: {type(error).__name__}"
    try:
        if shutil.disk_usage(parts.folder).free < parts.least_free_bytes:
            wrong["disk"] = "is nearly full"
    except OSError as error:
        wrong["disk"] = f"cannot be looked at: {type(error).__name__}"
    if not parts.is_worker_alive():
        wrong["worker"] = "has stopped"
    return wrong


def _may_read(request: Request, token: str) -> bool:
    """Compare in constant time; without a set token the figures are open."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    same = hmac.compare_digest(given.strip().encode(), token.encode())
    return not token or (scheme.lower() == "bearer" and same)


def _look(connection: Connection) -> None:
    """Set every figure that is read from the database; only in the thread that asks, and only once all are there."""
    queues = (inbox.count_states(connection), outbox.count_open(connection))
    runs = (slots.count_states(connection), slots.list_last_done(connection))
    found, opened = reach.find_all(connection), alerts.list_open(connection)
    quota = quotas.find(connection, ChannelName.LINE, real_now())
    metrics.set_queues(*queues)
    metrics.set_slots(*runs)
    metrics.set_reach(found)
    metrics.set_alerts(one.kind for one in opened)
    metrics.set_quota(ChannelName.LINE, quota.left if quota else None)


async def _look_inside(database: Database) -> None:
    try:
        async with asyncio.timeout(DATABASE_SECONDS):
            await asyncio.wrap_future(database.read(_look))
    except Exception:
        metrics.database_reachable.set(0)
    else:
        metrics.database_reachable.set(1)
