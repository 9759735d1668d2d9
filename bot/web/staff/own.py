"""Everybody's own account: password, printed codes, authenticator app, passkeys, and where else one is signed in."""

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

import segno
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot import authenticator, passwords
from bot.web.staff import passkey_making, sites
from bot.web.staff.desk import Desk, NowhereError, RefusedError, see_other
from bot.web.staff.forms import read_form
from bot.web.staff.gate import guarded
from bot.web.staff.joining import read_new_password, sheet
from bot.web.staff.present import Present
from bot.web.staff.sign_in import doing_of
from handlers import signing_in, staffing
from handlers.rules.roles import Right
from storage import passkeys as passkey_rows
from storage import sessions, staff

DONE = {
    "password": "パスワードを変えました。ほかの端末では、入りなおしが必要です。",
    "app": "認証アプリを使えるようにしました。",
    "no-app": "認証アプリをやめました。紙の一時コードで入れます。",
    "passkey": "パスキーを加えました。次のサインインから、確認コードの代わりに使えます。",
    "no-passkey": "パスキーを外しました。",
    "sessions": "ほかの端末から出ました。",
}
WRONG_CODE = "コードが違います。アプリに出ている6けたを、変わらないうちに書いてください。"


def routes(desk: Desk) -> list[BaseRoute]:
    """Give ``/staff/me`` and the acts on it; each that changes how one signs in asks for the password again."""

    async def show(request: Request, who: Present) -> Response:
        one = await desk.read(partial(staff.find, staff_id=who.staff_id))
        opened = await desk.read(partial(sessions.list_of, staff_id=who.staff_id))
        here = who.session.key if who.session else ""
        listed = [(desk.clock.calendar(made), desk.clock.calendar(seen), key == here) for key, made, seen in opened]
        done = DONE.get(request.query_params.get("done", ""), "")
        ours = await desk.read(partial(passkey_rows.list_of, staff_id=who.staff_id))
        values: dict[str, Any] = {
            "one": one,
            "opened": listed,
            "done": done,
            "passkeys": ours,
            "offset": desk.clock.offset,
        }
        return desk.render("own.html", who=who, has_site=sites.site_of(desk, request) is not None, **values)

    async def act(request: Request, who: Present) -> Response:
        form = await read_form(request)
        doer = ACTS.get(form.get("act", ""))
        if doer is None:
            raise NowhereError
        return await doer(desk, request, who, form)

    return [
        guarded(desk, "/staff/me", show, Right.OWN),
        guarded(desk, "/staff/me", act, Right.OWN, method="POST", fresh=True),
    ]


async def _set_password(desk: Desk, _request: Request, who: Present, form: Mapping[str, str]) -> Response:
    if not form.get("new_password"):
        return desk.render("password.html", who=who, error="")
    try:
        password = read_new_password(desk, form, who.name)
    except RefusedError as error:
        return desk.render("password.html", who=who, status=409, error=str(error))
    session, doing = who.session.key if who.session else "", doing_of(desk, who.name)
    hashed = await passwords.hash_password(password)
    change = partial(signing_in.set_password, staff_id=who.staff_id, password_hash=hashed, session=session)
    await desk.write(partial(change, doing=doing))
    return see_other("/staff/me?done=password")


async def _new_codes(desk: Desk, _request: Request, who: Present, _form: Mapping[str, str]) -> Response:
    codes, hashes = await passwords.make_codes()
    doing = doing_of(desk, who.name)
    await desk.write(partial(signing_in.set_codes, staff_id=who.staff_id, code_hashes=hashes, doing=doing))
    return sheet(desk, who, codes)


async def _set_up_app(desk: Desk, _request: Request, who: Present, form: Mapping[str, str]) -> Response:
    """Show a new key until a code of it was typed rightly: an app that does not work would lock its owner out."""
    salt = form.get("salt", "")
    if not re.fullmatch(r"[0-9a-f]{40}", salt):
        return _show_key(desk, who, authenticator.new_salt())
    key = authenticator.key_of(desk.secret, salt)
    step = authenticator.step_of(key, form.get("code", ""), desk.clock.real())
    if step is None:
        return _show_key(desk, who, salt, WRONG_CODE)
    doing = doing_of(desk, who.name)
    await desk.write(partial(signing_in.set_app, staff_id=who.staff_id, salt=salt, step=step, doing=doing))
    return see_other("/staff/me?done=app")


async def _end_app(desk: Desk, _request: Request, who: Present, _form: Mapping[str, str]) -> Response:
    doing = doing_of(desk, who.name)
    await desk.write(partial(signing_in.set_app, staff_id=who.staff_id, salt="", step=0, doing=doing))
    return see_other("/staff/me?done=no-app")


async def _end_sessions(desk: Desk, _request: Request, who: Present, _form: Mapping[str, str]) -> Response:
    doing, session = doing_of(desk, who.name), who.session.key if who.session else ""
    await desk.write(partial(staffing.sign_out_everywhere, staff_id=who.staff_id, doing=doing, but=session))
    return see_other("/staff/me?done=sessions")


def _show_key(desk: Desk, who: Present, salt: str, error: str = "") -> Response:
    key = authenticator.key_of(desk.secret, salt)
    address = authenticator.address_of(key, who.name, desk.programme().city.project["ja"])
    drawn = segno.make(address, error="m", micro=False)
    qr = Markup(drawn.svg_inline(omitsize=True, border=4, svgclass="qr", lineclass=None))  # noqa: S704 - our own
    shown = {"salt": salt, "key": re.findall("....", key), "qr": qr}
    return desk.render("app.html", who=who, status=409 if error else 200, error=error, **shown)


ACTS = {
    "password": _set_password,
    "codes": _new_codes,
    "app": _set_up_app,
    "no-app": _end_app,
    "passkey": passkey_making.make,
    "no-passkey": passkey_making.remove,
    "sessions": _end_sessions,
}
