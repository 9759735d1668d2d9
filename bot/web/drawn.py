"""Serves the pictures the bot draws: to who was given an address, and to all the one that shared links show."""

from collections import OrderedDict
from datetime import date

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.pictures import ENDING, PATH, Gallery
from bot.web.pages import Pages
from storage.clock import Clock

OF_ONE = {
    "Cache-Control": "private, max-age=86400",
    "Cross-Origin-Resource-Policy": "cross-origin",  # chats show it
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}
OF_ALL = {"Cache-Control": "public, max-age=3600", "Cross-Origin-Resource-Policy": "cross-origin"}
KEPT = 16  # a day's picture in each language


def routes(gallery: Gallery, pages: Pages, clock: Clock) -> list[BaseRoute]:
    """Give ``GET /drawn/{word}.png``, 404 for any word that is not ours, and ``GET /share.png?lang=``."""
    of_today: OrderedDict[tuple[date, str], bytes] = OrderedDict()

    async def show(request: Request) -> Response:
        drawn = await gallery.find(request.path_params["word"])
        if drawn is None:
            raise HTTPException(404)
        return Response(drawn, media_type="image/png", headers=OF_ONE)

    async def share(request: Request) -> Response:
        language = pages.words_for(request).language
        key = (clock.today(), language)
        drawn = of_today.get(key) or await gallery.ring(language)
        if drawn is None:
            raise HTTPException(404)
        of_today[key] = drawn
        while len(of_today) > KEPT:
            of_today.popitem(last=False)
        return Response(drawn, media_type="image/png", headers=OF_ALL)

    return [Route(f"{PATH}{{word}}{ENDING}", show), Route("/share.png", share)]
