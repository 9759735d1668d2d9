"""Addresses that work for a short time: what they are about and until when, signed. Keeps nothing."""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta


def sign(secret: bytes, purpose: str, subject: str, until: datetime) -> str:
    """Make a token that names a subject for one purpose until a moment."""
    claim = f"{int(until.timestamp())}.{subject}"
    return f"{claim}.{_mac(secret, purpose, claim)}"


def verify(secret: bytes, purpose: str, token: str, now: datetime) -> str | None:
    """Give the subject of a token that is ours, for this purpose, and still in time; else None."""
    claim, _, mac = token.rpartition(".")
    until, _, subject = claim.partition(".")
    if not hmac.compare_digest(mac.encode(), _mac(secret, purpose, claim).encode()) or not until.isdecimal():
        return None
    return subject if now.timestamp() <= int(until) else None


def hash_token(token: str) -> str:
    """Hash what a cookie or a one-time link holds, as it is stored: 256 random bits need no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


def _mac(secret: bytes, purpose: str, claim: str) -> str:
    digest = hmac.new(secret, f"{purpose}:{claim}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


LINK_LIFE = timedelta(hours=1)
