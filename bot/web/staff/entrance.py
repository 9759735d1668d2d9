"""Lets volunteers in to the door: a short-lived link, then a signed cookie that names them. Keeps nothing."""

import base64
from datetime import datetime, timedelta

from bot import signed

LINK_PURPOSE, COOKIE_PURPOSE = "staff", "staff-cookie"
LINK_LIFE, COOKIE_LIFE = timedelta(minutes=15), timedelta(hours=12)
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


def make_cookie(secret: bytes, name: str, now: datetime) -> str:
    """Make what the cookie of 12 hours holds."""
    return signed.sign(secret, COOKIE_PURPOSE, _to_subject(name), now + COOKIE_LIFE)


def name_on_cookie(secret: bytes, value: str, now: datetime) -> str | None:
    """Give the name on the cookie; None when it is not ours or its time is over."""
    return _to_name(signed.verify(secret, COOKIE_PURPOSE, value, now))


def _to_subject(name: str) -> str:
    """Write a name with signs that a cookie and an address may have."""
    return base64.urlsafe_b64encode(name.encode()).decode().rstrip("=")


def _to_name(subject: str | None) -> str | None:
    if subject is None:
        return None
    return base64.urlsafe_b64decode(subject + "=" * (-len(subject) % 4)).decode()
