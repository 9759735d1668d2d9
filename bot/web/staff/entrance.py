"""Lets staff in: a short-lived link, then a cookie that names them; refuses requests from elsewhere. Keeps nothing."""

import base64
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from bot import signed

LINK_PURPOSE, COOKIE_PURPOSE = "staff", "staff-cookie"
LINK_LIFE, COOKIE_LIFE = timedelta(minutes=15), timedelta(hours=12)
COOKIE, COOKIE_PATH = "staff", "/staff"
LONGEST_NAME = 40  # signs


def entry_path(secret: bytes, name: str, now: datetime) -> str:
    """Make the path that lets somebody in within 15 minutes, under a name; ValueError where that is none."""
    return f"/staff/enter/{signed.sign(secret, LINK_PURPOSE, _to_subject(checked_name(name)), now + LINK_LIFE)}"


def checked_name(name: str) -> str:
    """Give a name without the space around it; ValueError where nothing is left, or too much."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise ValueError(f"a name has 1 to {LONGEST_NAME} signs")
    return name


def name_on_link(secret: bytes, token: str, now: datetime) -> str | None:
    """Read whom a link lets in; None when it is not ours or its time is over."""
    return _to_name(signed.verify(secret, LINK_PURPOSE, token, now))


def let_in(response: Response, secret: bytes, name: str, now: datetime, *, https: bool) -> None:
    """Set the cookie of 12 hours that names a person at the desk."""
    response.set_cookie(
        COOKIE,
        signed.sign(secret, COOKIE_PURPOSE, _to_subject(name), now + COOKIE_LIFE),
        max_age=int(COOKIE_LIFE.total_seconds()),
        path=COOKIE_PATH,
        secure=https,
        httponly=True,
        samesite="strict",
    )


def let_out(response: Response) -> None:
    """Take the cookie away."""
    response.delete_cookie(COOKIE, path=COOKIE_PATH, httponly=True, samesite="strict")


def who_is_in(request: Request, secret: bytes, now: datetime) -> str | None:
    """Give the name on the cookie; None without one, or when it is not ours or its time is over."""
    return _to_name(signed.verify(secret, COOKIE_PURPOSE, request.cookies.get(COOKIE, ""), now))


def is_from_our_pages(request: Request, public_url: str) -> bool:
    """Tell whether a browser says that a page of ours sends this (Fetch Metadata, else Origin). Silence is a no."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin", "")
    ours = {urlsplit(public_url).netloc, request.headers.get("host", "")} - {""}
    return urlsplit(origin).netloc in ours


def _to_subject(name: str) -> str:
    """Write a name with signs that a cookie and an address may have."""
    return base64.urlsafe_b64encode(name.encode()).decode().rstrip("=")


def _to_name(subject: str | None) -> str | None:
    if subject is None:
        return None
    return base64.urlsafe_b64decode(subject + "=" * (-len(subject) % 4)).decode()
