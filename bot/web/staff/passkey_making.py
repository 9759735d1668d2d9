"""Makes and removes the passkeys of one's own account, from its page. Signs nobody in."""

import hashlib
import hmac
from collections.abc import Mapping
from functools import partial

import structlog
from starlette.requests import Request
from starlette.responses import Response

from bot.web.staff import passkeys
from bot.web.staff.desk import Desk, RefusedError, see_other
from bot.web.staff.passkeys import LONGEST_ANSWER
from bot.web.staff.present import Present
from bot.web.staff.sign_in import doing_of
from bot.web.staff.sites import Site, need_site
from handlers import signing_in
from storage import passkeys as stored
from storage.database import ConflictError
from storage.facts import PasskeyFacts

log = structlog.get_logger()

LONGEST_NAME = 40  # signs
MOST = 20  # of one account
FAILED = "パスキーを加えられませんでした。もう一度ためしてください。"


async def make(desk: Desk, request: Request, who: Present, form: Mapping[str, str]) -> Response:
    """Show the page on which a passkey is made, and keep the one that it answers with."""
    from bot.web.staff import ceremonies

    site = need_site(desk, request)
    if len(await desk.read(partial(stored.list_of, staff_id=who.staff_id))) >= MOST:
        raise RefusedError(f"パスキーは{MOST}個までです。使わないものを外してください。")
    if not form.get("passkey"):
        return await _show(desk, site, who, form)
    name = " ".join(form.get("name", "").split())
    if not 1 <= len(name) <= LONGEST_NAME:
        return await _show(desk, site, who, form, f"名前を1文字から{LONGEST_NAME}文字で書いてください。")
    try:
        facts = await _read(desk, site, who, name, form["passkey"][:LONGEST_ANSWER])
        await desk.write(partial(signing_in.add_passkey, facts=facts, doing=doing_of(desk, who.name)))
    except (*ceremonies.MISTAKES, ConflictError) as error:
        log.warning("passkey_refused", staff=who.staff_id, kind=type(error).__name__)
        return await _show(desk, site, who, form, FAILED)
    return see_other("/staff/me?done=passkey")


async def remove(desk: Desk, _request: Request, who: Present, form: Mapping[str, str]) -> Response:
    """Remove one passkey."""
    unit = partial(signing_in.remove_passkey, staff_id=who.staff_id, credential_id=form.get("key", ""))
    await desk.write(partial(unit, doing=doing_of(desk, who.name)))
    return see_other("/staff/me?done=no-passkey")


async def _show(desk: Desk, site: Site, who: Present, form: Mapping[str, str], error: str = "") -> Response:
    from bot.web.staff import ceremonies

    options = ceremonies.ask_for_new(
        site,
        await passkeys.new_challenge(desk, _to_make(who)),
        await desk.read(partial(stored.list_of, staff_id=who.staff_id)),
        of=desk.programme().city.project["ja"],
        name=who.name,
        handle=hmac.new(desk.secret, f"passkey:{who.staff_id}".encode(), hashlib.sha256).digest(),
    )
    values = {"options": options, "name": form.get("name", ""), "error": error}
    return desk.render("passkey.html", who=who, status=409 if error else 200, longest=LONGEST_NAME, **values)


async def _read(desk: Desk, site: Site, who: Present, name: str, answer: str) -> PasskeyFacts:
    """Read a new passkey; one of ``ceremonies.MISTAKES`` where its answer is to another site, page or session."""
    from bot.web.staff import ceremonies

    new = ceremonies.read_new(answer)
    challenge = await passkeys.take_challenge(desk, _to_make(who), ceremonies.challenge_in(new))
    credential_id, public_key, sign_count = ceremonies.check_new(new, site, challenge)
    return PasskeyFacts(
        credential_id=credential_id,
        staff_id=who.staff_id,
        name=name,
        public_key=public_key,
        sign_count=sign_count,
        made_at=desk.clock.real(),
        used_at=None,
    )


def _to_make(who: Present) -> str:
    return f"make:{who.session.key if who.session else ''}"
