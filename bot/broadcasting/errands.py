"""Does the command line's errands where a running bot holds the database. Whoever asks must hold the bot's own key."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.broadcasting import desk
from bot.broadcasting.office import ERRAND, ErrandRefusedError, Office
from handlers.rules.pictures import MOST_BYTES
from scheduler.quotas import NotAnsweredError
from storage.database import StorageUnavailableError

LARGEST = 200_000 + MOST_BYTES * 4 // 3  # bytes: seven languages have a tenth of the first, a picture is in base64
HEADERS = {"Cache-Control": "no-store"}


def routes(office: Office, secret: bytes, ask_quota: Callable[[], Awaitable[object]] | None = None) -> list[BaseRoute]:
    """Give ``POST /staff/errands``: 200 with what came of it, 409 with why it was not done, 404 without the key.

    ``ask_quota`` asks the platforms what is left of the month, before anything is armed.
    """

    async def do(request: Request) -> Response:
        length = request.headers.get("content-length", "")
        body = await request.body() if length.isdecimal() and int(length) <= LARGEST else b""
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not body or not desk.is_signed(secret, body, token, office.clock.real()):
            return JSONResponse({"lines": ["not found"]}, 404, headers=HEADERS)
        try:
            errand = ERRAND.validate_json(body)
            if errand.act == "arm" and ask_quota is not None:
                with contextlib.suppress(NotAnsweredError, StorageUnavailableError):  # the last answer stands then
                    await ask_quota()
            lines, status = await asyncio.to_thread(office.do, errand), 200
        except (ErrandRefusedError, ValidationError) as error:
            lines, status = str(error).splitlines(), 409
        return JSONResponse({"lines": lines}, status, headers=HEADERS)

    return [Route(desk.PATH, do, methods=["POST"])]
