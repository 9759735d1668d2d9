"""Signing in by the city's own directory, for accounts that an administrator linked to it. Makes no account."""

import hmac
import secrets
from datetime import timedelta
from functools import partial

import structlog
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from bot import directory, signed
from bot.directory import Directory, DirectoryError, Known
from bot.signed import hash_token
from bot.web.staff import cookies, forms, sign_in
from bot.web.staff.cookies import Cookie
from bot.web.staff.desk import HEADERS, Desk, RefusedError
from bot.web.staff.gate import unguarded
from bot.web.staff.present import Present
from bot.web.staff.sign_in import Opened, doing_of
from handlers import signing_in
from storage import directory_links, staff
from storage.facts import StaffSecrets

log = structlog.get_logger()

BACK = "/staff/directory/back"
LIFE = timedelta(minutes=10)  # from leaving for the directory to being in
SILENT = "市のディレクトリで確かめられませんでした。もう一度ためすか、パスワードで入ってください。"
NOT_LINKED = "このアカウントは、まだ市のディレクトリとつながっていません。管理者の職員に、次の番号を伝えてください："
OVER = "時間が切れました。もう一度、市のディレクトリから入ってください。"


def routes(desk: Desk) -> list[BaseRoute]:
    """Give ``/staff/directory`` (to the directory; POST: the second factor) and ``/staff/directory/back``."""

    async def leave(request: Request) -> Response:
        where, seed = _directory(desk), secrets.token_urlsafe(32)
        try:
            to = await directory.address(where, seed, _back(desk, request))
        except DirectoryError as error:
            raise _refused(error) from error
        response = RedirectResponse(to, 302, headers=HEADERS)
        cookies.put(response, Cookie.DIRECTORY, seed, https=desk.is_https, life=LIFE)
        return response

    async def come_back(request: Request) -> Response:
        try:
            known = await _ask(desk, request)
        except DirectoryError as error:
            raise _refused(error) from error
        one = await desk.read(partial(_find, issuer=_directory(desk).issuer, subject=known.subject))
        if one is None:
            log.warning("directory_refused", kind="not linked")
            raise RefusedError(NOT_LINKED + known.subject)
        if known.has_second_factor:
            return await _let_in(desk, request, one)
        return _ask_factor(desk, request, one)

    async def take(request: Request) -> Response:
        one, form = await _ticket_holder(desk, request), await forms.read_form(request)
        try:
            opened = await sign_in.try_factor(desk, request, one, form)
        except RefusedError as error:
            return _ask_factor(desk, request, one, str(error))
        return _enter(desk, opened)

    return [
        unguarded(desk, "/staff/directory", leave, method="GET"),
        unguarded(desk, "/staff/directory", take, method="POST"),
        unguarded(desk, BACK, come_back, method="GET"),
    ]


def _directory(desk: Desk) -> Directory:
    if desk.directory is None:
        raise RefusedError("市のディレクトリは設定されていません。")
    return desk.directory


def _back(desk: Desk, request: Request) -> str:
    return (desk.public_url or f"http://{request.url.netloc}") + BACK


def _refused(error: DirectoryError) -> RefusedError:
    log.warning("directory_refused", kind=error.kind)
    return RefusedError(SILENT)


async def _ask(desk: Desk, request: Request) -> Known:
    """Ask the directory who came back, if this browser was sent there by us (RFC 6749, 10.12)."""
    where, given = _directory(desk), request.query_params
    seed = cookies.read(request, Cookie.DIRECTORY, https=desk.is_https)
    state = directory.derive(seed, "state")
    if not seed or not hmac.compare_digest(given.get("state", "").encode(), state.encode()):
        raise DirectoryError("state")
    if given.get("iss", where.issuer) != where.issuer:  # RFC 9207
        raise DirectoryError("iss")
    if not given.get("code"):
        raise DirectoryError("no code")
    return await directory.ask(where, seed, given["code"], _back(desk, request), desk.clock.real())


def _find(connection: Connection, issuer: str, subject: str) -> StaffSecrets | None:
    """Find whose account a number leads to, if it has been entered and has not ended."""
    staff_id = directory_links.find(connection, issuer, subject)
    return None if staff_id is None else _secrets(connection, staff_id)


def _secrets(connection: Connection, staff_id: int) -> StaffSecrets | None:
    one = staff.find(connection, staff_id)
    return None if one is None else staff.find_secrets(connection, one.name)


async def _let_in(desk: Desk, request: Request, one: StaffSecrets) -> Response:
    session, device, browser = sign_in.new_browser(desk, request)
    doing = doing_of(desk, one.staff.name)
    unit = partial(signing_in.begin_session, staff_id=one.staff.id, browser=browser, doing=doing, detail="directory")
    await desk.write(unit)
    return _enter(desk, Opened(staff=one.staff, session=session, device=device))


def _enter(desk: Desk, opened: Opened) -> Response:
    """Show a page that leads on: after a redirect from elsewhere a strict cookie would not be sent."""
    who = Present(name=opened.staff.name, role=opened.staff.role, form_token="")
    response = desk.render("directory_in.html", name=who.name)
    sign_in.put_cookies(response, desk, opened)
    cookies.take_away(response, Cookie.DIRECTORY, https=desk.is_https)
    return response


def _ask_factor(desk: Desk, request: Request, one: StaffSecrets, error: str = "") -> Response:
    """Ask for the second factor that the directory did not see; the ticket is good in this browser only."""
    until = desk.clock.real() + LIFE
    ticket = signed.sign(desk.secret, _purpose(desk, request), str(one.staff.id), until)
    status = 403 if error else 200
    return desk.render("directory.html", status=status, name=one.staff.name, ticket=ticket, error=error)


async def _ticket_holder(desk: Desk, request: Request) -> StaffSecrets:
    _directory(desk)
    form = await forms.read_form(request)
    subject = signed.verify(desk.secret, _purpose(desk, request), form.get("ticket", ""), desk.clock.real())
    one = await desk.read(partial(_secrets, staff_id=int(subject))) if subject else None
    if one is None:
        raise RefusedError(OVER)
    return one


def _purpose(desk: Desk, request: Request) -> str:
    seed = cookies.read(request, Cookie.DIRECTORY, https=desk.is_https)
    if not seed:
        raise RefusedError(OVER)
    return f"directory:{hash_token(seed)}"
