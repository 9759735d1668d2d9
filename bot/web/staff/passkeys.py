"""Asks browsers for passkeys and checks what they answer. Lets nobody in; keeps no passkey."""

import hashlib
import json
import secrets
from functools import partial

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from bot.web.staff import gate
from bot.web.staff.desk import HEADERS, Desk
from bot.web.staff.gate import unguarded
from bot.web.staff.sites import Site, need_site
from handlers.rules.signing_in import CHALLENGE_LIFE
from handlers.signing_in import PasskeyUse
from storage import passkeys
from storage.facts import PasskeyFacts

log = structlog.get_logger()

SIGN_IN = "sign-in"
"""What a challenge is for that somebody gets who is not in yet."""
CHALLENGE_BYTES = 32
LONGEST_ANSWER = 20_000  # signs; an answer has about a thousand


def routes(desk: Desk) -> list[BaseRoute]:
    """Give ``POST /staff/challenge``: what a browser is to ask its passkeys, as JSON."""

    async def ask(request: Request) -> Response:
        from bot.web.staff import ceremonies

        site, who = need_site(desk, request), await gate.find(desk, request)
        owner, ours = SIGN_IN, list[PasskeyFacts]()
        if who is not None and who.session is not None:
            owner = to_prove(who.session.key)
            ours = await desk.read(partial(passkeys.list_of, staff_id=who.staff_id))
        asked = ceremonies.ask_for_proof(site, await new_challenge(desk, owner), ours)
        return JSONResponse(json.loads(asked), headers=HEADERS)

    return [unguarded(desk, "/staff/challenge", ask, method="POST")]


def to_prove(session: str) -> str:
    """Name what a challenge is for that proves once more who is in a session."""
    return f"prove:{session}"


async def new_challenge(desk: Desk, owner: str) -> bytes:
    """Draw a challenge for one purpose, and keep its hash until it is answered or its time is over."""
    challenge, now = secrets.token_bytes(CHALLENGE_BYTES), desk.clock.real()
    unit = partial(passkeys.put_challenge, challenge_hash=_hash(challenge), owner=owner)
    await desk.write(partial(unit, now=now, until=now + CHALLENGE_LIFE))
    return challenge


async def take_challenge(desk: Desk, owner: str, challenge: bytes) -> bytes:
    """Take the challenge that an answer names, before it is checked; ValueError where it is not one of ours."""
    unit = partial(passkeys.take_challenge, challenge_hash=_hash(challenge), owner=owner, now=desk.clock.real())
    if not await desk.write(unit):
        raise ValueError("the challenge was used, is over, or was never given for this")
    return challenge


async def check(desk: Desk, request: Request, owner: str, answer: str, staff_id: int) -> PasskeyUse | None:
    """Check a passkey's answer for an account, and spend its challenge; None where anything of it is wrong."""
    from bot.web.staff import ceremonies

    try:
        return await _check(desk, need_site(desk, request), owner, answer[:LONGEST_ANSWER], staff_id)
    except ceremonies.MISTAKES as error:
        log.warning("passkey_refused", staff=staff_id, kind=type(error).__name__)
        return None


async def _check(desk: Desk, site: Site, owner: str, answer: str, staff_id: int) -> PasskeyUse:
    from bot.web.staff import ceremonies

    proof = ceremonies.read_proof(answer)
    challenge = await take_challenge(desk, owner, ceremonies.challenge_in(proof))
    ours = await desk.read(partial(passkeys.find, credential_id=proof.id, staff_id=staff_id))
    if ours is None:
        raise ValueError("not a passkey of this account")
    return PasskeyUse(ours.credential_id, ceremonies.check_proof(proof, site, challenge, ours))


def _hash(challenge: bytes) -> str:
    return hashlib.sha256(challenge).hexdigest()
