"""What exists only in the sandbox: the way to the phones, and the calendar that can be moved."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from storage import marks
from storage.clock import TOKYO, Clock
from storage.database import Database
from storage.marks import MarkName


def routes(database: Database, clock: Clock, phones_url: str, looked_at: Callable[[], None]) -> list[BaseRoute]:
    """Give ``/sandbox`` (the phones, in their own process; each look is told) and ``/sandbox/clock``."""

    async def phones(_: Request) -> Response:
        looked_at()
        return RedirectResponse(phones_url, 307)

    async def calendar(request: Request) -> Response:
        if request.method == "POST":
            try:
                offset = _moved(clock, await request.json())
            except (ValueError, TypeError, AttributeError, OverflowError):
                words = 'send {"add_seconds": 3600} or {"set": "2022-01-20T09:00:00+09:00"}'
                return JSONResponse({"error": words}, 400)
            seconds = str(offset.total_seconds())
            unit = database.write(lambda c: marks.put(c, MarkName.CLOCK_OFFSET_SECONDS, seconds))
            await asyncio.wrap_future(unit)
            clock.offset = offset
        now = clock.now().astimezone(TOKYO).isoformat(timespec="seconds")
        return JSONResponse({"now": now, "moved": bool(clock.offset)}, headers={"Cache-Control": "no-store"})

    return [Route("/sandbox", phones), Route("/sandbox/clock", calendar, methods=["GET", "POST"])]


def _moved(clock: Clock, wanted: dict[str, object]) -> timedelta:
    """Work out the new offset: so many seconds further, or to a moment."""
    if "add_seconds" in wanted:
        return clock.offset + timedelta(seconds=float(str(wanted["add_seconds"])))
    moment = datetime.fromisoformat(str(wanted["set"]))
    moment = moment if moment.tzinfo else moment.replace(tzinfo=TOKYO)
    return moment - clock.real()
