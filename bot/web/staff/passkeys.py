"""Asks browsers for passkeys and checks what they answer (WebAuthn level 3). Lets nobody in; keeps no passkey."""

import hashlib
import json
import secrets
import struct
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

import structlog
import webauthn
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute
from webauthn.helpers import base64url_to_bytes, parse_authentication_credential_json, parse_client_data_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import PublicKeyCredentialDescriptor, UserVerificationRequirement

from bot.web.staff import gate
from bot.web.staff.desk import HEADERS, Desk, RefusedError
from bot.web.staff.gate import unguarded
from handlers.rules.signing_in import CHALLENGE_LIFE
from handlers.signing_in import PasskeyUse
from storage import passkeys
from storage.facts import PasskeyFacts

log = structlog.get_logger()

SIGN_IN = "sign-in"
"""What a challenge is for that somebody gets who is not in yet."""
CHALLENGE_BYTES = 32
LONGEST_ANSWER = 20_000  # signs; an answer has about a thousand
MISTAKES = (WebAuthnException, ValueError, KeyError, TypeError, AttributeError, RecursionError, struct.error)
"""What comes of an answer that no browser wrote."""
NO_SITE = "パスキーは、このページを https か http://localhost で開いたときだけ使えます。"


@dataclass(frozen=True, slots=True)
class Site:
    """What passkeys are bound to: the host they are made for, and the origin that a browser must name."""

    rp_id: str
    origin: str


def routes(desk: Desk) -> list[BaseRoute]:
    """Give ``POST /staff/challenge``: what a browser is to ask its passkeys, as JSON."""

    async def ask(request: Request) -> Response:
        site, who = need_site(desk, request), await gate.find(desk, request)
        owner, ours = SIGN_IN, list[PasskeyFacts]()
        if who is not None and who.session is not None:
            owner = to_prove(who.session.key)
            ours = await desk.read(partial(passkeys.list_of, staff_id=who.staff_id))
        options = webauthn.generate_authentication_options(
            rp_id=site.rp_id,
            challenge=await new_challenge(desk, owner),
            allow_credentials=descriptors(ours),
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return JSONResponse(json.loads(webauthn.options_to_json(options)), headers=HEADERS)

    return [unguarded(desk, "/staff/challenge", ask, method="POST")]


def site_of(desk: Desk, request: Request) -> Site | None:
    """Tell for where passkeys are made: PUBLIC_URL, or without it this machine's localhost; None elsewhere."""
    if desk.is_https:
        public = urlsplit(desk.public_url)
        return Site(public.hostname or "", f"https://{public.netloc.removesuffix(':443')}")
    if not desk.public_url and request.url.hostname == "localhost":
        return Site("localhost", f"http://{request.url.netloc}")
    return None


def need_site(desk: Desk, request: Request) -> Site:
    """Tell for where passkeys are made; RefusedError where they cannot be."""
    site = site_of(desk, request)
    if site is None:
        raise RefusedError(NO_SITE)
    return site


def to_prove(session: str) -> str:
    """Name what a challenge is for that proves once more who is in a session."""
    return f"prove:{session}"


async def new_challenge(desk: Desk, owner: str) -> bytes:
    """Draw a challenge for one purpose, and keep its hash until it is answered or its time is over."""
    challenge, now = secrets.token_bytes(CHALLENGE_BYTES), desk.clock.real()
    unit = partial(passkeys.put_challenge, challenge_hash=_hash(challenge), owner=owner)
    await desk.write(partial(unit, now=now, until=now + CHALLENGE_LIFE))
    return challenge


async def take_challenge(desk: Desk, owner: str, client_data: bytes) -> bytes:
    """Take the challenge that an answer names, before it is checked; ValueError where it is not one of ours."""
    challenge = parse_client_data_json(client_data).challenge
    unit = partial(passkeys.take_challenge, challenge_hash=_hash(challenge), owner=owner, now=desk.clock.real())
    if not await desk.write(unit):
        raise ValueError("the challenge was used, is over, or was never given for this")
    return challenge


def descriptors(known: list[PasskeyFacts]) -> list[PublicKeyCredentialDescriptor]:
    """Name passkeys as browsers want them named."""
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(one.credential_id)) for one in known]


async def check(desk: Desk, request: Request, owner: str, answer: str, staff_id: int) -> PasskeyUse | None:
    """Check a passkey's answer for an account, and spend its challenge; None where anything of it is wrong."""
    try:
        return await _check(desk, need_site(desk, request), owner, answer[:LONGEST_ANSWER], staff_id)
    except MISTAKES as error:
        log.warning("passkey_refused", staff=staff_id, kind=type(error).__name__)
        return None


async def _check(desk: Desk, site: Site, owner: str, answer: str, staff_id: int) -> PasskeyUse:
    credential = parse_authentication_credential_json(answer)
    challenge = await take_challenge(desk, owner, credential.response.client_data_json)
    ours = await desk.read(partial(passkeys.find, credential_id=credential.id, staff_id=staff_id))
    if ours is None:
        raise ValueError("not a passkey of this account")
    seen = webauthn.verify_authentication_response(
        credential=credential,
        expected_challenge=challenge,
        expected_rp_id=site.rp_id,
        expected_origin=site.origin,
        credential_public_key=ours.public_key,
        credential_current_sign_count=ours.sign_count,
        require_user_verification=True,
    )
    return PasskeyUse(ours.credential_id, seen.new_sign_count)


def _hash(challenge: bytes) -> str:
    return hashlib.sha256(challenge).hexdigest()
