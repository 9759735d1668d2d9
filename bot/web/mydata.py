"""Gives a person all that is stored about them, at the signed address their own chat showed them. Changes nothing."""

import asyncio
import json
from datetime import date, datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot import signed
from handlers import leaving
from storage.clock import TOKYO, Clock
from storage.database import Database

PURPOSE = "mydata"


def routes(database: Database, clock: Clock, secret: bytes) -> list[BaseRoute]:
    """Give ``GET /mydata/{token}``: a JSON file."""

    async def download(request: Request) -> Response:
        subject = signed.verify(secret, PURPOSE, request.path_params["token"], clock.real())
        if subject is None or not subject.isdecimal():
            return _gone()
        try:
            found = await asyncio.wrap_future(database.read(lambda c: leaving.collect(c, int(subject))))
        except LookupError:
            return _gone()
        body = as_json(found).encode()
        headers = {
            "Content-Disposition": 'attachment; filename="my-data.json"',
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "X-Robots-Tag": "noindex",
        }
        return Response(body, media_type="application/json", headers=headers)

    return [Route("/mydata/{token}", download, name="mydata")]


def as_json(found: dict[str, object]) -> str:
    """Write what was collected about a person as JSON for people to read; times are Tokyo's."""
    return json.dumps(found, ensure_ascii=False, indent=2, default=_plain)


def _gone() -> Response:
    words = (
        "このリンクは使えません。チャットの「わたしのデータ」からもう一度お試しください。 / This link no longer works."
    )
    return JSONResponse({"error": words}, 404, headers={"Cache-Control": "no-store"})


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(TOKYO).isoformat(timespec="seconds")
    return value.isoformat() if isinstance(value, date) else str(value)
