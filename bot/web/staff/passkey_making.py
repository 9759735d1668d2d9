"""Makes and removes the passkeys of one's own account, from its page. Signs nobody in."""

import hashlib
import hmac
from collections.abc import Mapping
from functools import partial

import structlog
import webauthn
from starlette.requests import Request
from starlette.responses import Response
from webauthn.helpers import bytes_to_base64url, parse_registration_credential_json
from webauthn.helpers.structs import AuthenticatorSelectionCriteria, ResidentKeyRequirement, UserVerificationRequirement

from bot.web.staff import passkeys
from bot.web.staff.desk import Desk, RefusedError, see_other
from bot.web.staff.passkeys import LONGEST_ANSWER, MISTAKES, Site
from bot.web.staff.present import Present
from bot.web.staff.sign_in import doing_of
from handlers import signing_in
from storage import passkeys as stored
from storage.database import ConflictError
from storage.facts import PasskeyFacts

log = structlog.get_logger()

LONGEST_NAME = 40  # signs
MOST = 20  # of one account
FAILED = "パスキーを加えられませんでした。もう一度ためしてください。"
CHOOSES_ITSELF = AuthenticatorSelectionCriteria(
    resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
)
"""A passkey that is found without naming it, so that the sign-in page tells nobody who has one."""


async def make(desk: Desk, request: Request, who: Present, form: Mapping[str, str]) -> Response:
    """Show the page on which a passkey is made, and keep the one that it answers with."""
    site = passkeys.need_site(desk, request)
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
    except (*MISTAKES, ConflictError) as error:
        log.warning("passkey_refused", staff=who.staff_id, kind=type(error).__name__)
        return await _show(desk, site, who, form, FAILED)
    return see_other("/staff/me?done=passkey")


async def remove(desk: Desk, _request: Request, who: Present, form: Mapping[str, str]) -> Response:
    """Remove one passkey."""
    unit = partial(signing_in.remove_passkey, staff_id=who.staff_id, credential_id=form.get("key", ""))
    await desk.write(partial(unit, doing=doing_of(desk, who.name)))
    return see_other("/staff/me?done=no-passkey")


async def _show(desk: Desk, site: Site, who: Present, form: Mapping[str, str], error: str = "") -> Response:
    known = await desk.read(partial(stored.list_of, staff_id=who.staff_id))
    options = webauthn.generate_registration_options(
        rp_id=site.rp_id,
        rp_name=desk.programme().city.project["ja"],
        user_name=who.name,
        user_id=hmac.new(desk.secret, f"passkey:{who.staff_id}".encode(), hashlib.sha256).digest(),
        challenge=await passkeys.new_challenge(desk, _to_make(who)),
        authenticator_selection=CHOOSES_ITSELF,
        exclude_credentials=passkeys.descriptors(known),
    )
    values = {"options": webauthn.options_to_json(options), "name": form.get("name", ""), "error": error}
    return desk.render("passkey.html", who=who, status=409 if error else 200, longest=LONGEST_NAME, **values)


async def _read(desk: Desk, site: Site, who: Present, name: str, answer: str) -> PasskeyFacts:
    """Read a new passkey; one of MISTAKES where its answer is not to this site, this page and this session."""
    credential = parse_registration_credential_json(answer)
    challenge = await passkeys.take_challenge(desk, _to_make(who), credential.response.client_data_json)
    made = webauthn.verify_registration_response(
        credential=credential,
        expected_challenge=challenge,
        expected_rp_id=site.rp_id,
        expected_origin=site.origin,
        require_user_verification=True,
    )
    return PasskeyFacts(
        credential_id=bytes_to_base64url(made.credential_id),
        staff_id=who.staff_id,
        name=name,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        made_at=desk.clock.real(),
        used_at=None,
    )


def _to_make(who: Present) -> str:
    return f"make:{who.session.key if who.session else ''}"
