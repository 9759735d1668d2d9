"""All the addresses of the staff's pages, and the way in and out."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.web.staff import acts, door, entrance, overview, scans, seats, words
from bot.web.staff.desk import Desk, guarded, see_other


def routes(desk: Desk) -> list[BaseRoute]:
    """Give every route under ``/staff``."""

    async def enter(request: Request) -> Response:
        now = desk.clock.real()
        name = entrance.name_on_link(desk.secret, request.path_params["token"], now)
        if name is None:
            return desk.render("closed.html", status=403, words="このリンクの期限が過ぎました", again="")
        # A page that leads on, not a redirect: after a redirect from elsewhere a strict cookie would not be sent.
        response = desk.render("entered.html", by=name)
        entrance.let_in(response, desk.secret, name, now, https=desk.is_https)
        return response

    async def leave(request: Request, by: str) -> Response:
        response = see_other("/staff")
        entrance.let_out(response)
        return response

    return [
        Route("/staff/enter/{token}", enter),
        guarded(desk, "/staff/leave", leave, method="POST"),
        *overview.routes(desk),
        *acts.routes(desk),
        *seats.routes(desk),
        *door.routes(desk),
        *scans.routes(desk),
        *words.routes(desk),
    ]
