"""Does the command line's errands where a running bot holds the database. Whoever asks must hold the bot's own key."""

import asyncio

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.broadcasting import desk
from bot.broadcasting.office import ERRAND, ErrandRefusedError, Office

LARGEST = 200_000  # bytes; a broadcast in seven languages has a tenth of them
HEADERS = {"Cache-Control": "no-store"}


def routes(office: Office, secret: bytes) -> list[BaseRoute]:
    """Give ``POST /staff/errands``: 200 with what came of it, 409 with why it was not done, 404 without the key."""

    async def do(request: Request) -> Response:
        length = request.headers.get("content-length", "")
        body = await request.body() if length.isdecimal() and int(length) <= LARGEST else b""
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not body or not desk.is_signed(secret, body, token, office.clock.real()):
            return JSONResponse({"lines": ["not found"]}, 404, headers=HEADERS)
        try:
            lines, status = await asyncio.to_thread(office.do, ERRAND.validate_json(body)), 200
        except (ErrandRefusedError, ValidationError) as error:
            lines, status = str(error).splitlines(), 409
        return JSONResponse({"lines": lines}, status, headers=HEADERS)

    return [Route(desk.PATH, do, methods=["POST"])]
