"""Leads who presses a tracked button on to where staff said, and counts it once a person. Leads nowhere else."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from handlers import tracking
from storage.database import ConflictError, Database, StorageUnavailableError

HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class LinkParts:
    """What the address is made of."""

    database: Database
    secret: bytes


def routes(parts: LinkParts) -> list[BaseRoute]:
    """Give ``GET /r/{token}``: 302 to a target that stands in our own table, 404 for anything that we did not sign.

    HEAD leads on, too, and is not counted: programs ask so, people do not.
    """

    async def lead_on(request: Request) -> Response:
        read = tracking.read(parts.secret, request.path_params["token"])
        link = None
        if read is not None:
            link = await asyncio.wrap_future(parts.database.read(partial(tracking.find, link_id=read[0])))
        if read is None or link is None:
            raise HTTPException(404)
        if request.method == "GET":
            await _count(parts, *read)
        return RedirectResponse(link.target, 302, headers=HEADERS)

    return [Route("/r/{token}", lead_on)]


async def _count(parts: LinkParts, link_id: int, account_id: int) -> None:
    """Count a press; who pressed is led on even where that cannot be written down."""
    count: Callable[..., None] = partial(tracking.follow, link_id=link_id, account_id=account_id)
    try:
        await asyncio.wrap_future(parts.database.write(count))
    except (StorageUnavailableError, ConflictError) as error:
        log.warning("link_not_counted", link_id=link_id, error=str(error))
