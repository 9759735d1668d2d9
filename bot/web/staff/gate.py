"""The way to every page of the staff: who is in, whether they may, whether a form is ours. Knows no page itself."""

import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.signed import hash_token
from bot.web.staff import cookies, entrance, forms
from bot.web.staff.cookies import Cookie
from bot.web.staff.desk import HEADERS, Desk, NotAllowedError, NowhereError, RefusedError
from bot.web.staff.present import Present
from handlers.rules.roles import Right
from handlers.rules.signing_in import IDLE, LONGEST
from handlers.staffing import StaffRefusedError
from storage import audit, passkeys, sessions, switches
from storage.database import ConflictError, StorageUnavailableError
from storage.facts import SessionFacts, StaffRole

log = structlog.get_logger()

SEEN_EVERY = 60.0  # seconds between two notes that a session is in use
NOT_FROM_US = "この画面からの操作ではありませんでした"
Handler = Callable[[Request, Present], Awaitable[Response]]
"""What answers somebody who is in and may."""


def guarded(
    desk: Desk,
    path: str,
    handler: Handler,
    right: Right,
    *,
    method: str = "GET",
    name: str | None = None,
    fresh: bool = False,
    largest_file: int = 0,
) -> Route:
    """Make a route for who has a right; a POST counts only from a form or script of our own pages.

    With ``fresh`` the password must have been typed within the last minutes: before anything is sent to many, and
    before accounts or factors change. What was typed in the form meanwhile is kept, also when a session is over.
    ``largest_file`` is how many bytes a file may have that comes with the form; 0 for a route that takes none.
    """

    async def answer(request: Request) -> Response:
        request.state.largest_file = largest_file
        who = await find(desk, request)
        try:
            allowed = await _check(desk, request, who, right, fresh=fresh)
            return await handler(request, allowed) if isinstance(allowed, Present) else allowed
        except NotAllowedError:
            return await _forbid(desk, request, who)
        except NowhereError:
            return refuse(desk, request, "refused.html", 404, "見つかりませんでした", who)
        except (RefusedError, StaffRefusedError) as error:
            return refuse(desk, request, "refused.html", 409, str(error), who)

    return Route(path, answer, methods=[method], name=name)


def unguarded(desk: Desk, path: str, handler: Callable[[Request], Awaitable[Response]], *, method: str) -> Route:
    """Make a route for who is not in yet; a POST counts only from our own pages."""

    async def answer(request: Request) -> Response:
        if method == "POST" and not forms.is_from_our_pages(request, desk.public_url):
            await _write_down(desk, request, None, "form.refused")
            return refuse(desk, request, "refused.html", 403, NOT_FROM_US)
        try:
            return await handler(request)
        except RefusedError as error:
            return refuse(desk, request, "refused.html", 409, str(error))

    return Route(path, answer, methods=[method])


async def _check(desk: Desk, request: Request, who: Present | None, right: Right, *, fresh: bool) -> Present | Response:
    """Give who may go on, or the answer for who may not."""
    is_act = request.method == "POST"
    if is_act and not forms.is_from_our_pages(request, desk.public_url):
        await _write_down(desk, request, who, "form.refused")
        return refuse(desk, request, "refused.html", 403, NOT_FROM_US, who)
    if who is None:
        return await _ask_in(desk, request)
    if not who.may(right):
        return await _forbid(desk, request, who)
    if is_act and not await forms.carries_token(request, who.form_token):
        return await _give_back(desk, request, who)
    if is_act and fresh and not who.has_proved(desk.clock.real()):
        return await _ask_again(desk, request, who)
    return who


async def _forbid(desk: Desk, request: Request, who: Present | None) -> Response:
    await _write_down(desk, request, who, "access.refused")
    return refuse(desk, request, "refused.html", 403, "この操作は、あなたの役割ではできません", who)


async def find(desk: Desk, request: Request) -> Present | None:
    """Find who is in, and what every page must show them."""
    who = await _find_who(desk, request)
    return who and replace(who, disaster=(await desk.read(switches.find)).disaster)


async def _find_who(desk: Desk, request: Request) -> Present | None:
    """Find who is in; a session goes before the desk's link."""
    cookie = cookies.read(request, Cookie.SESSION, https=desk.is_https)
    session = await _find_session(desk, cookie) if cookie else None
    if session is not None:
        token = forms.make_token(desk.secret, cookie)
        return Present(name=session.name, role=session.role, form_token=token, session=session)
    cookie = cookies.read(request, Cookie.DESK, https=desk.is_https)
    name = entrance.name_on_cookie(desk.secret, cookie, desk.clock.real())
    if name is None:
        return None
    return Present(name=name, role=StaffRole.DESK, form_token=forms.make_token(desk.secret, cookie))


async def _find_session(desk: Desk, cookie: str) -> SessionFacts | None:
    now, key = desk.clock.real(), hash_token(cookie)
    found = await desk.read(partial(sessions.find, token_hash=key, now=now, idle=IDLE, longest=LONGEST))
    if found is not None and (now - found.seen_at).total_seconds() > SEEN_EVERY:
        with contextlib.suppress(StorageUnavailableError, ConflictError):  # who only looks may go on looking
            await desk.write(partial(sessions.see, token_hash=key, now=now))
    return found


async def _ask_in(desk: Desk, request: Request) -> Response:
    """Ask somebody to sign in, and keep what they typed until they have."""
    if _wants_json(request):
        return JSONResponse({"error": "入りなおしてください"}, 403, headers=HEADERS)
    return desk.render("sign_in.html", status=403, carried=await forms.keep(request), error="", name="")


async def _give_back(desk: Desk, request: Request, who: Present) -> Response:
    """Give back what was typed in a form that cannot be taken as it is."""
    if _wants_json(request):
        return JSONResponse({"error": "入りなおしてください"}, 403, headers=HEADERS)
    carried, words = await forms.keep(request), "このページは古くなっていました"
    return desk.render("again.html", who=who, status=403, carried=carried, words=words)


async def _ask_again(desk: Desk, request: Request, who: Present) -> Response:
    if _wants_json(request):
        return JSONResponse({"error": "入りなおしてください"}, 403, headers=HEADERS)
    return await ask_proof(desk, who, await forms.keep(request))


async def ask_proof(desk: Desk, who: Present, carried: forms.Carried, error: str = "") -> Response:
    """Ask somebody who is in for their password or passkey, and keep what they typed until it was right."""
    ours = await desk.read(partial(passkeys.list_of, staff_id=who.staff_id))
    values = {"carried": carried, "error": error, "has_passkey": bool(ours)}
    return desk.render("prove.html", who=who, status=403, **values)


async def _write_down(desk: Desk, request: Request, who: Present | None, act: str) -> None:
    """Write down that somebody tried what they may not. Of a stranger there is only the log: they could fill a disk."""
    route = request.scope.get("route")
    where = f"{request.method} {getattr(route, 'path', '')}"
    log.warning("staff_refused", act=act, where=where, staff=who.staff_id if who else 0)
    if who is not None:
        note = partial(audit.add, actor=who.name, act=act, subject=f"staff:{who.staff_id}", detail=where)
        with contextlib.suppress(StorageUnavailableError):
            await desk.write(partial(note, now=desk.clock.now()))


def refuse(
    desk: Desk, request: Request, template: str, status: int, words: str, who: Present | None = None
) -> Response:
    """Say that something is not done, to people and to programs."""
    if _wants_json(request):
        return JSONResponse({"error": words}, status, headers=HEADERS)
    return desk.render(template, who=who, status=status, words=words, back=_back(request))


def _wants_json(request: Request) -> bool:
    return "application/json" in request.headers.get("accept", "")


def _back(request: Request) -> str:
    """Give the page of the staff that somebody came from; only its path, and only ours."""
    event_id, part_id = request.path_params.get("event_id"), request.path_params.get("part_id")
    if event_id is not None:
        return f"/staff/events/{event_id}"
    if "broadcast_id" in request.path_params:
        return f"/staff/broadcasts/{request.path_params['broadcast_id']}"
    return f"/staff/parts/{part_id}" if part_id is not None else "/staff"
