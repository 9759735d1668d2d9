"""Serves the pictures of broadcasts to the phones and platforms that show them; lists none."""

import asyncio
from collections import OrderedDict
from functools import partial

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from handlers.illustrating import PATH
from storage import pictures
from storage.database import Database
from storage.pictures import StoredPicture

HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",  # its name is the hash of its bytes
    "Cross-Origin-Resource-Policy": "cross-origin",  # chats show it
    "X-Robots-Tag": "noindex",
}
KEPT = 4  # in memory: a broadcast's phones all ask for one, within minutes


def routes(database: Database) -> list[BaseRoute]:
    """Give ``GET /pictures/{name}``: 200 to whoever was given the address, 404 for any other name."""
    kept: OrderedDict[str, StoredPicture] = OrderedDict()

    async def show(request: Request) -> Response:
        name = request.path_params["name"]
        picture = kept.get(name) or await asyncio.wrap_future(database.read(partial(pictures.find, name=name)))
        if picture is None:
            raise HTTPException(404)
        kept[name] = picture
        if len(kept) > KEPT:
            kept.popitem(last=False)
        return Response(picture.body, media_type=picture.kind, headers=HEADERS)

    return [Route(f"{PATH}{{name}}", show)]
