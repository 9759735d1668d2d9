"""Signing in and out, and proving again who one is: all asked in one form, with one answer to mistakes."""

import math
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot import authenticator, passwords
from bot.signed import hash_token
from bot.web.staff import cookies, forms, gate, passkeys
from bot.web.staff.cookies import Cookie
from bot.web.staff.desk import Desk, RefusedError, see_other
from bot.web.staff.forms import Carried
from bot.web.staff.gate import guarded, unguarded
from bot.web.staff.present import Present
from bot.web.visits import client_address, network_of
from handlers import signing_in
from handlers.rules.roles import Right
from handlers.rules.signing_in import LONGEST_PASSWORD
from handlers.signing_in import Browser, Factor
from handlers.staffing import Doing
from storage import sessions, staff
from storage.facts import StaffFacts, StaffSecrets

DEVICE_LIFE = timedelta(days=365)
WRONG = "名前・パスワード・確認コードのどれかが違います。"
WRONG_FACTOR = "確認コードかパスキーが違います。"
WRONG_PASSKEY = "パスキーで確かめられませんでした。もう一度ためすか、パスワードを書いてください。"
WRONG_PASSWORD = "パスワードが違います。"  # noqa: S105 - words


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A new session: what its browser's two cookies hold."""

    staff: StaffFacts
    session: str
    device: str


def routes(desk: Desk) -> list[BaseRoute]:
    """Give ``/staff/sign-in``, ``POST /staff/leave`` and ``POST /staff/prove``."""

    async def show(request: Request) -> Response:
        who = await gate.find(desk, request)
        if who is not None and who.session is not None:
            return see_other("/staff")
        return _ask(desk, Carried("/staff"))

    async def take(request: Request) -> Response:
        form, carried = await forms.read_form(request), await forms.read_carried(request)
        try:
            opened = await _try(desk, request, form)
        except RefusedError as error:
            return _ask(desk, carried, str(error), form.get("name", ""))
        return let_in(desk, opened, carried)

    async def leave(request: Request, who: Present) -> Response:
        response = see_other("/staff/sign-in")
        if who.session is not None:
            doing = doing_of(desk, who.name)
            unit = partial(signing_in.sign_out, session=who.session.key, staff_id=who.staff_id, doing=doing)
            await desk.write(unit)
        cookies.take_away(response, Cookie.SESSION if who.session else Cookie.DESK, https=desk.is_https)
        return response

    async def prove(request: Request, who: Present) -> Response:
        form, carried = await forms.read_form(request), await forms.read_carried(request)
        try:
            await _prove(desk, request, who, form)
        except RefusedError as error:
            return await gate.ask_proof(desk, who, carried, str(error))
        return go_on(desk, who, carried)

    return [
        unguarded(desk, "/staff/sign-in", show, method="GET"),
        unguarded(desk, "/staff/sign-in", take, method="POST"),
        guarded(desk, "/staff/leave", leave, Right.ENTER, method="POST"),
        guarded(desk, "/staff/prove", prove, Right.OWN, method="POST"),
    ]


async def try_factor(desk: Desk, request: Request, found: StaffSecrets, form: Mapping[str, str]) -> Opened:
    """Try the second factor of who was vouched for; RefusedError where it is wrong, or was so too often."""
    session, device, browser = new_browser(desk, request)
    key = await _throttle(desk, request, found.staff.name, found, browser)
    await _count(desk, key)
    if not await _enter(desk, found, await find_factor(desk, request, found, form), browser, key):
        raise RefusedError(WRONG_FACTOR)
    return Opened(staff=found.staff, session=session, device=device)


def doing_of(desk: Desk, by: str) -> Doing:
    """Say who does something now."""
    return Doing(by=by, now=desk.clock.now(), real_now=desk.clock.real())


def new_browser(desk: Desk, request: Request) -> tuple[str, str, Browser]:
    """Draw what the cookies of a new session hold: always a new session's, and the browser's own if it has none."""
    session = secrets.token_urlsafe(32)
    device = cookies.read(request, Cookie.DEVICE, https=desk.is_https) or secrets.token_urlsafe(32)
    before = hash_token(cookies.read(request, Cookie.SESSION, https=desk.is_https))
    hashes = Browser(session=hash_token(session), device=hash_token(device), session_before=before)
    return session, device, hashes


def let_in(desk: Desk, opened: Opened, carried: Carried) -> Response:
    """Set the cookies of a new session, and lead on."""
    token = forms.make_token(desk.secret, opened.session)
    response = go_on(desk, Present(name=opened.staff.name, role=opened.staff.role, form_token=token), carried)
    put_cookies(response, desk, opened)
    return response


def put_cookies(response: Response, desk: Desk, opened: Opened) -> None:
    """Set the cookies of a new session."""
    cookies.put(response, Cookie.SESSION, opened.session, https=desk.is_https)
    cookies.put(response, Cookie.DEVICE, opened.device, https=desk.is_https, life=DEVICE_LIFE)


def go_on(desk: Desk, who: Present, carried: Carried) -> Response:
    """Lead to where somebody was going; a form that they had sent is shown once more, with what they typed."""
    if carried.fields is None:
        return see_other(carried.to)
    return desk.render("again.html", who=who, carried=carried, words="続きから進めます")


def _ask(desk: Desk, carried: Carried, error: str = "", name: str = "") -> Response:
    return desk.render("sign_in.html", status=403 if error else 200, carried=carried, error=error, name=name)


async def _try(desk: Desk, request: Request, form: Mapping[str, str]) -> Opened:
    """Try to sign in; RefusedError says that it was wrong, never what of it."""
    name = " ".join(form.get("name", "").split())
    found = await desk.read(partial(staff.find_secrets, name=name))
    session, device, browser = new_browser(desk, request)
    key = await _throttle(desk, request, name, found, browser)
    await _count(desk, key)
    factor = await _check(desk, request, found, form)
    if found is None or not await _enter(desk, found, factor, browser, key):
        raise RefusedError(WRONG)
    return Opened(staff=found.staff, session=session, device=device)


async def _throttle(desk: Desk, request: Request, name: str, found: StaffSecrets | None, browser: Browser) -> str:
    """Name what tries are counted under: a browser that somebody has used before has a count of its own.

    So whoever guesses from elsewhere keeps nobody out of their own account (OWASP ASVS 5.0, 6.1.1).
    """
    if found is not None and await desk.read(
        partial(sessions.knows_device, token_hash=browser.device, staff_id=found.staff.id)
    ):
        return desk.keyed_hash(f"sign-in:{found.staff.id}:device:{browser.device}")
    address = client_address(request, desk.trusted_proxies)
    network = network_of(address) if address else ""
    return desk.keyed_hash(f"sign-in:{name}:from:{network}")


async def _count(desk: Desk, key: str) -> None:
    """Count a try before it is looked at; RefusedError while it is too early for one."""
    now = desk.clock.real()
    until = await desk.write(partial(signing_in.begin_try, key=key, real_now=now))
    if until is not None:
        raise RefusedError(f"まちがいが続いたので、少し待ってください。{_seconds(until, now)}秒たつと、また試せます。")


def _seconds(until: datetime, now: datetime) -> int:
    return math.ceil((until - now).total_seconds())


async def _check(desk: Desk, request: Request, found: StaffSecrets | None, form: Mapping[str, str]) -> Factor | None:
    """Check password and second factor, as slowly where there is no such account; None where either is wrong."""
    typed = form.get("password", "")[: LONGEST_PASSWORD + 1]
    is_right = await passwords.is_right(found.password_hash if found else "", typed)
    factor = await find_factor(desk, request, found, form)
    return factor if is_right else None


async def find_factor(
    desk: Desk, request: Request, found: StaffSecrets | None, form: Mapping[str, str]
) -> Factor | None:
    """Check the second factor that a form shows, a passkey or a code; None where it is wrong."""
    if answer := form.get("passkey", ""):
        used = await passkeys.check(desk, request, passkeys.SIGN_IN, answer, found.staff.id if found else 0)
        return None if used is None else Factor(passkey=used)
    return await _read_code(desk, found, form.get("code", ""))


async def _read_code(desk: Desk, found: StaffSecrets | None, code: str) -> Factor | None:
    printed = passwords.read_code(code)
    if printed is not None:
        number, letters = printed
        stored = found.code_hashes.get(number, "") if found else ""
        return Factor(number=number) if await passwords.is_right(stored, letters) else None
    if found is None or not found.app_salt:
        return None
    step = authenticator.step_of(authenticator.key_of(desk.secret, found.app_salt), code, desk.clock.real())
    return None if step is None else Factor(step=step)


async def _enter(desk: Desk, found: StaffSecrets, factor: Factor | None, browser: Browser, key: str) -> bool:
    one, doing = found.staff, doing_of(desk, found.staff.name)
    if factor is None:
        await desk.write(partial(signing_in.fail, staff_id=one.id, doing=doing))
        return False
    unit = partial(signing_in.sign_in, one=one, factor=factor, browser=browser, key=key, doing=doing)
    return await desk.write(unit)


async def _prove(desk: Desk, request: Request, who: Present, form: Mapping[str, str]) -> None:
    """Check somebody's password or passkey once more; RefusedError where it is wrong, or was so too often."""
    session = who.session.key if who.session else ""
    key, doing = desk.keyed_hash(f"prove:{session}"), doing_of(desk, who.name)
    await _count(desk, key)
    if answer := form.get("passkey", ""):
        used = await passkeys.check(desk, request, passkeys.to_prove(session), answer, who.staff_id)
        factor = Factor(passkey=used) if used else None
        unit = partial(signing_in.prove_by_passkey, session=session, staff_id=who.staff_id, factor=factor, key=key)
        if not await desk.write(partial(unit, doing=doing)):
            raise RefusedError(WRONG_PASSKEY)
        return
    found = await desk.read(partial(staff.find_secrets, name=who.name))
    typed = form.get("password", "")[: LONGEST_PASSWORD + 1]
    if not await passwords.is_right(found.password_hash if found else "", typed):
        await desk.write(partial(signing_in.fail, staff_id=who.staff_id, doing=doing))
        raise RefusedError(WRONG_PASSWORD)
    await desk.write(partial(signing_in.prove, session=session, staff_id=who.staff_id, key=key, doing=doing))
