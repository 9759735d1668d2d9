"""All the addresses of the staff's pages, and the volunteers' way in."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.web.staff import (
    acts,
    answers,
    catalogue,
    colleagues,
    cookies,
    corrections,
    directory,
    door,
    draws,
    entrance,
    erasures,
    evidence,
    failures,
    joining,
    kpis,
    merges,
    mondays,
    months,
    names,
    overview,
    own,
    passkeys,
    persons,
    puzzles,
    questions,
    records,
    replacing,
    rewriting,
    ruling,
    scans,
    seats,
    sign_in,
    switches,
    teams,
    today,
    words,
)
from bot.web.staff.cookies import Cookie
from bot.web.staff.desk import Desk
from bot.web.staff.events import composing as event_composing
from bot.web.staff.events import exports, lists, meetings, surveys
from bot.web.staff.sending import acting, checking, composing, showing
from bot.web.staff.sending.acting import AskQuota, Means
from bot.web.staff.sending.counting import Counting
from bot.web.staff.sending.outlook import Outlook


def routes(desk: Desk, outlook: Outlook, ask_quota: AskQuota | None = None) -> list[BaseRoute]:
    """Give every route under ``/staff``; ``outlook`` knows the platforms, what they cost and where links lead.

    ``ask_quota`` asks the platforms what is left of the month, before anything is armed.
    """

    counting = Counting(desk, outlook)

    async def enter(request: Request) -> Response:
        now = desk.clock.real()
        name = entrance.name_on_link(desk.secret, request.path_params["token"], now)
        if name is None:
            return desk.render("closed.html", status=403)
        # A page that leads on, not a redirect: after a redirect from elsewhere a strict cookie would not be sent.
        response = desk.render("entered.html", name=name)
        value = entrance.make_cookie(desk.secret, name, now)
        cookies.put(response, Cookie.DESK, value, https=desk.is_https, life=entrance.COOKIE_LIFE)
        return response

    return [
        Route("/staff/enter/{token}", enter),
        *_ways_in(desk),
        *colleagues.routes(desk),
        *records.routes(desk),
        *today.routes(desk),
        *failures.routes(desk),
        *overview.routes(desk),
        *event_composing.routes(desk, outlook),
        *surveys.routes(desk),
        *exports.routes(desk),
        *lists.routes(desk),
        *meetings.routes(desk),
        *acts.routes(desk),
        *seats.routes(desk),
        *door.routes(desk),
        *scans.routes(desk),
        *words.routes(desk),
        *showing.routes(desk),
        *checking.routes(desk, outlook, counting),
        *composing.routes(desk, outlook),
        *months.routes(desk, outlook),
        *kpis.routes(desk),
        *acting.routes(Means(desk, outlook, counting, ask_quota)),
        *mondays.routes(desk),
        *_about_people(desk),
        *puzzles.routes(desk),
        *catalogue.routes(desk),
        *ruling.routes(desk),
        *rewriting.routes(desk),
        *replacing.routes(desk),
        *switches.routes(desk),
        *answers.routes(desk, outlook),
        *questions.routes(desk, outlook),
    ]


def _ways_in(desk: Desk) -> list[BaseRoute]:
    """Give the routes by which staff come in and look after their own account."""
    rooms = (sign_in, passkeys, directory, joining, own)
    return [route for room in rooms for route in room.routes(desk)]


def _about_people(desk: Desk) -> list[BaseRoute]:
    """Give the routes of the pages on which staff look at persons and at what they wrote and sent."""
    return [
        *persons.routes(desk),
        *corrections.routes(desk),
        *erasures.routes(desk),
        *merges.routes(desk),
        *puzzles.routes(desk),
        *names.routes(desk),
        *evidence.routes(desk),
        *teams.routes(desk),
        *draws.routes(desk),
    ]
