"""Gives a person all that is stored about them, at the signed address their own chat showed them. Changes nothing."""

import asyncio

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot import signed
from bot.exporting.person import as_json
from handlers import leaving
from storage.clock import Clock
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


def _gone() -> Response:
    words = (
        "このリンクは使えません。チャットの「わたしのデータ」からもう一度お試しください。 / This link no longer works."
    )
    return JSONResponse({"error": words}, 404, headers={"Cache-Control": "no-store"})
