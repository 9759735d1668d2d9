"""Enters somebody by their one-time link: they choose a password and get a sheet of codes. Looking uses up no link."""

from collections.abc import Mapping, Sequence
from functools import partial

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot import passwords
from bot.signed import hash_token
from bot.web.staff import forms
from bot.web.staff.desk import Desk, RefusedError
from bot.web.staff.gate import unguarded
from bot.web.staff.present import Present
from bot.web.staff.sign_in import Opened, doing_of, new_browser, put_cookies
from handlers import signing_in, staffing
from handlers.rules.signing_in import LONGEST_PASSWORD, SHORTEST_PASSWORD, is_guessable, is_long_enough
from storage.facts import StaffFacts

OVER = "このリンクは、もう使えません"


def routes(desk: Desk) -> list[BaseRoute]:
    """Give ``/staff/join/{token}``: to look at, and to enter once."""

    async def show(request: Request) -> Response:
        one = await _find(desk, request)
        return _over(desk) if one is None else _ask(desk, one)

    async def take(request: Request) -> Response:
        one, form = await _find(desk, request), await forms.read_form(request)
        if one is None:
            key = hash_token(request.path_params["token"])
            await desk.write(partial(staffing.refuse_link, token_hash=key, doing=doing_of(desk, "")))
            return _over(desk)
        try:
            password = read_new_password(desk, form, one.name)
        except RefusedError as error:
            return _ask(desk, one, str(error))
        return await _join(desk, request, one, password)

    return [
        unguarded(desk, "/staff/join/{token}", show, method="GET"),
        unguarded(desk, "/staff/join/{token}", take, method="POST"),
    ]


def read_new_password(desk: Desk, form: Mapping[str, str], name: str) -> str:
    """Read a new password, typed twice; RefusedError says what does not fit."""
    password = form.get("new_password", "")
    if not is_long_enough(password):
        raise RefusedError(f"パスワードは{SHORTEST_PASSWORD}文字以上、{LONGEST_PASSWORD}文字以内にしてください。")
    project = desk.programme().city.project["ja"]
    if is_guessable(password, (*name.split(), "".join(name.split()), project)):
        raise RefusedError("すぐに当てられるパスワードです。関係のない言葉をいくつか、つなげてみてください。")
    if password != form.get("again", ""):
        raise RefusedError("2回のパスワードが同じではありません。もう一度、両方に書いてください。")
    return password


def sheet(desk: Desk, who: Present, codes: Sequence[str]) -> Response:
    """Show a sheet of codes, once."""
    return desk.render("codes.html", who=who, codes=codes)


async def _find(desk: Desk, request: Request) -> StaffFacts | None:
    key = hash_token(request.path_params["token"])
    return await desk.read(partial(staffing.find_invited, token_hash=key, real_now=desk.clock.real()))


async def _join(desk: Desk, request: Request, one: StaffFacts, password: str) -> Response:
    """Store the hashes, and let in on this browser whoever came by the link."""
    password_hash = await passwords.hash_password(password)
    codes, code_hashes = await passwords.make_codes()
    session, device, browser = new_browser(desk, request)
    key, doing = hash_token(request.path_params["token"]), doing_of(desk, one.name)

    def join(connection: Connection) -> StaffFacts | None:
        joined = staffing.join(connection, key, password_hash, code_hashes, doing)
        if joined is not None:
            signing_in.begin_session(connection, joined.id, browser, doing)
        return joined

    if await desk.write(join) is None:
        return _over(desk)
    who = Present(name=one.name, role=one.role, form_token=forms.make_token(desk.secret, session))
    response = sheet(desk, who, codes)
    put_cookies(response, desk, Opened(staff=one, session=session, device=device))
    return response


def _ask(desk: Desk, one: StaffFacts, error: str = "") -> Response:
    return desk.render("join.html", status=409 if error else 200, one=one, error=error, shortest=SHORTEST_PASSWORD)


def _over(desk: Desk) -> Response:
    return desk.render("refused.html", status=403, words=OVER, back="/staff")
