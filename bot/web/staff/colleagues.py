"""Administrators look after the accounts of all staff: invite, new links, roles, handing over, ending."""

import secrets
from collections.abc import Mapping
from functools import partial
from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.signed import hash_token
from bot.web.staff import entrance
from bot.web.staff.desk import Desk, RefusedError, see_other
from bot.web.staff.forms import read_form
from bot.web.staff.gate import guarded
from bot.web.staff.present import Present
from bot.web.staff.sign_in import doing_of
from handlers import staffing
from handlers.rules.roles import Right
from handlers.staffing import ROLES, Doing
from storage import directory_links, staff
from storage.facts import StaffFacts, StaffRole

DONE = {
    "role": "役割を変えました。その人は、入りなおしが必要です。",
    "end": "アカウントを終わりにしました。もう入れません。",
    "directory": "市のディレクトリとのつながりを変えました。その人は、入りなおしが必要です。",
    "sign-out": "すべての端末から出しました。",
}

LONGEST_SUBJECT = 255  # signs (OpenID Connect Core 1.0, 2)


def routes(desk: Desk) -> list[BaseRoute]:
    """Give ``/staff/accounts``, ``POST /staff/accounts`` (invite) and ``POST /staff/accounts/{id}`` (the acts)."""

    async def show(request: Request, who: Present) -> Response:
        found = await desk.read(staff.list_all)
        done = DONE.get(request.query_params.get("done", ""), "")
        issuer = desk.directory.issuer if desk.directory else ""
        linked = await desk.read(partial(directory_links.list_linked, issuer=issuer))
        return desk.render("accounts.html", who=who, done=done, linked=linked, **_sorted(desk, found))

    async def invite(request: Request, who: Present) -> Response:
        form = await read_form(request)
        name, role = _read_name(form), _read_role(form)
        token, doing = secrets.token_urlsafe(32), doing_of(desk, who.name)
        await desk.write(partial(staffing.invite, name=name, role=role, token_hash=hash_token(token), doing=doing))
        return _hand_out(desk, request, who, name, token)

    async def act(request: Request, who: Present) -> Response:
        staff_id, form = request.path_params["staff_id"], await read_form(request)
        doing, wanted = doing_of(desk, who.name), form.get("act", "")
        if wanted in ("link", "hand-over"):
            token = secrets.token_urlsafe(32)
            unit = partial(_link, staff_id=staff_id, form=form, token_hash=hash_token(token), doing=doing)
            return _hand_out(desk, request, who, await desk.write(unit), token)
        if wanted == "directory" and desk.directory is not None:
            subject = _read_subject(form)
            link = partial(staffing.link_directory, staff_id=staff_id, issuer=desk.directory.issuer, subject=subject)
            await desk.write(partial(link, doing=doing))
        else:
            await desk.write(partial(_change, staff_id=staff_id, form=form, doing=doing))
        return see_other(f"/staff/accounts?done={wanted}")

    return [
        guarded(desk, "/staff/accounts", show, Right.STAFF),
        guarded(desk, "/staff/accounts", invite, Right.STAFF, method="POST", fresh=True),
        guarded(desk, "/staff/accounts/{staff_id:number}", act, Right.STAFF, method="POST", fresh=True),
    ]


def _link(connection: Connection, staff_id: int, form: Mapping[str, str], token_hash: str, doing: Doing) -> str:
    """Make a link for somebody, or for their successor; gives whose it is."""
    if form["act"] == "hand-over":
        name = _read_name(form)
        staffing.hand_over(connection, staff_id, name, token_hash, doing)
        return name
    staffing.renew_link(connection, staff_id, token_hash, doing)
    found = staff.find(connection, staff_id)
    return found.name if found else ""


def _change(connection: Connection, staff_id: int, form: Mapping[str, str], doing: Doing) -> None:
    wanted = form.get("act", "")
    if wanted == "role":
        staffing.give_role(connection, staff_id, _read_role(form), doing)
    elif wanted == "end":
        staffing.end(connection, staff_id, doing)
    elif wanted == "sign-out":
        staffing.sign_out_everywhere(connection, staff_id, doing)
    else:
        raise RefusedError("この操作はありません。")


def _read_name(form: Mapping[str, str]) -> str:
    try:
        return entrance.checked_name(form.get("name", ""))
    except ValueError:
        raise RefusedError(f"名前を1文字から{entrance.LONGEST_NAME}文字で書いてください。") from None


def _read_subject(form: Mapping[str, str]) -> str:
    subject = form.get("subject", "")
    if len(subject) > LONGEST_SUBJECT:
        raise RefusedError(f"番号は{LONGEST_SUBJECT}文字以内です。")
    return subject


def _read_role(form: Mapping[str, str]) -> StaffRole:
    role = form.get("role", "")
    if role not in ROLES:
        raise RefusedError("役割を選んでください。")
    return StaffRole(role)


def _hand_out(desk: Desk, request: Request, who: Present, name: str, token: str) -> Response:
    """Show a link, once: only its hash is kept."""
    home = desk.public_url or f"http://{request.url.netloc}"
    return desk.render("link.html", who=who, name=name, link=f"{home}/staff/join/{token}")


def _sorted(desk: Desk, found: list[StaffFacts]) -> dict[str, Any]:
    """Sort accounts into who works here, who was invited, and who was here once."""
    now = desk.clock.real()
    return {
        "working": [one for one in found if one.joined_at and one.ended_at is None],
        "invited": [one for one in found if one.joined_at is None and one.ended_at is None],
        "former": [one for one in found if one.ended_at is not None],
        "offset": desk.clock.offset,  # of the calendar: links end by real time
        "has_link": {one.id for one in found if one.link_until is not None and one.link_until > now},
    }
