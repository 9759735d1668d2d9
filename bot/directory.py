"""Asks a city's own directory who somebody is (OpenID Connect Core 1.0, code flow with PKCE). Knows no account of ours.

All requests to the directory are made here, never in a transaction. What a sign-in must remember (state, nonce,
verifier) is drawn from one random seed that only the browser's cookie holds.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import httpx

from bot.settings import Settings

SECONDS = 10.0  # for one answer of the directory
LARGEST = 1_000_000  # bytes of one
LEEWAY = 60  # seconds that its clock and ours may differ
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
"""Signatures by a key pair: neither none, nor by the client's secret."""
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class DirectoryError(Exception):
    """The directory did not answer, or its answer does not hold; ``kind`` says which, without any value."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Known:
    """Whom the directory vouches for: its lasting number for them, and whether it saw a second factor we trust."""

    subject: str
    has_second_factor: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """One directory. ``trusted`` are the signs of a second factor, as ``amr:mfa`` or ``acr:…``."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    trusted: tuple[str, ...] = ()


def of(settings: Settings) -> Directory | None:
    """Give the directory that is set; None where there is none."""
    if not settings.oidc_issuer:
        return None
    secret = settings.oidc_client_secret.get_secret_value()
    return Directory(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        client_secret=secret,
        trusted=settings.oidc_second_factor,
    )


def derive(seed: str, use: str) -> str:
    """Draw the state, the nonce or the verifier of one sign-in from its seed: 43 signs, as RFC 7636 wants."""
    digest = hmac.new(seed.encode(), use.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


async def address(directory: Directory, seed: str, back: str) -> str:
    """Give where a browser goes to sign in, and comes back to ``back`` from."""
    from authlib.oauth2.rfc7636 import create_s256_code_challenge

    async with _client() as client:
        about = await _discover(client, directory)
    asked = {
        "response_type": "code",
        "scope": "openid",
        "client_id": directory.client_id,
        "redirect_uri": back,
        "state": derive(seed, "state"),
        "nonce": derive(seed, "nonce"),
        "code_challenge": create_s256_code_challenge(derive(seed, "verifier")),
        "code_challenge_method": "S256",
    }
    start = _endpoint(directory, about, "authorization_endpoint")
    return f"{start}{'&' if urlsplit(start).query else '?'}{urlencode(asked)}"


async def ask(directory: Directory, seed: str, code: str, back: str, now: datetime) -> Known:
    """Exchange a code for who somebody is; DirectoryError where anything of the answer does not hold."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": back,
        "code_verifier": derive(seed, "verifier"),
    }
    basic = httpx.BasicAuth(quote(directory.client_id, safe=""), quote(directory.client_secret, safe=""))
    async with _client() as client:
        about = await _discover(client, directory)
        given = await _fetch(client, "POST", _endpoint(directory, about, "token_endpoint"), data=form, auth=basic)
        keys = await _fetch(client, "GET", _endpoint(directory, about, "jwks_uri"))
    return check(directory, given.get("id_token"), keys, derive(seed, "nonce"), now)


def check(directory: Directory, id_token: Any, keys: Mapping[str, Any], nonce: str, now: datetime) -> Known:
    """Check an ID token (OpenID Connect Core 1.0, 3.1.3.7): signature, issuer, audience, times, nonce."""
    from authlib.oidc.core import CodeIDToken
    from joserfc import jwt
    from joserfc.jwk import KeySet

    try:
        read = jwt.decode(id_token, KeySet.import_key_set(dict(keys)), algorithms=ALGORITHMS)  # type: ignore[arg-type]
        expected = {"iss": {"essential": True, "value": directory.issuer}}
        expected["aud"] = {"essential": True, "value": directory.client_id}
        params = {"nonce": nonce, "client_id": directory.client_id}
        claims = CodeIDToken(read.claims, read.header, expected, params)
        claims.validate(now=int(now.timestamp()), leeway=LEEWAY)
        return Known(_subject(claims), any(sign in directory.trusted for sign in _signs(claims)))
    except Exception as error:  # libraries name a dozen kinds; whatever it was, nobody is let in
        raise DirectoryError(type(error).__name__) from error


def _subject(claims: Mapping[str, Any]) -> str:
    subject = claims["sub"]
    if not isinstance(subject, str) or not 1 <= len(subject) <= 255:  # OpenID Connect Core 1.0, 2
        raise ValueError("sub")
    return subject


def _signs(claims: Mapping[str, Any]) -> list[str]:
    """List how somebody signed in, in the words of the setting."""
    methods = claims.get("amr")
    signs = [f"amr:{method}" for method in methods] if isinstance(methods, list) else []
    return [*signs, f"acr:{claims.get('acr', '')}"]


async def _discover(client: httpx.AsyncClient, directory: Directory) -> dict[str, Any]:
    about = await _fetch(client, "GET", f"{directory.issuer.rstrip('/')}/.well-known/openid-configuration")
    if about.get("issuer") != directory.issuer:
        raise DirectoryError("another issuer")
    return about


def _endpoint(directory: Directory, about: Mapping[str, Any], name: str) -> str:
    """Give an address of the directory; only https, but for a directory on this machine."""
    found = about.get(name)
    parts = urlsplit(found if isinstance(found, str) else "")
    is_here = urlsplit(directory.issuer).hostname in LOOPBACK and parts.hostname in LOOPBACK
    if parts.scheme != "https" and not (parts.scheme == "http" and is_here):
        raise DirectoryError(f"no {name}")
    return str(found)


def _client() -> httpx.AsyncClient:
    return httpx.AsyncClient(timeout=SECONDS, follow_redirects=False)


async def _fetch(client: httpx.AsyncClient, method: str, url: str, **sent: Any) -> dict[str, Any]:
    """Ask for an object of JSON; DirectoryError where there is none, or a larger one than anybody needs."""
    auth, body = sent.pop("auth", None), bytearray()
    try:
        async with client.stream(method, url, headers={"Accept": "application/json"}, auth=auth, **sent) as answer:
            async for piece in answer.aiter_bytes():
                body += piece
                if len(body) > LARGEST:
                    raise DirectoryError("too large")
        found = json.loads(body)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, RecursionError) as error:
        raise DirectoryError(type(error).__name__) from error
    if answer.status_code != httpx.codes.OK or not isinstance(found, dict):
        raise DirectoryError(f"status {answer.status_code}")
    return found
