"""The codes of an authenticator app (TOTP, RFC 6238): makes the key, reads a code. Stores nothing and sends nothing.

The key is not stored: it is drawn from SECRET_KEY and a salt in the database, so a copy of the database is not enough.
"""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime

import pyotp

from handlers.rules.signing_in import fold_password

STEP_SECONDS = 30
EARLIER_STEPS = 1  # who types slowly, and a telephone whose clock is late; RFC 6238, 5.2 advises at most one


def new_salt() -> str:
    """Draw the salt of a new key."""
    return secrets.token_hex(20)


def key_of(secret: bytes, salt: str) -> str:
    """Give the key of an app in Base32, as it is shown and typed: 160 bits, as RFC 4226 asks."""
    return base64.b32encode(hmac.new(secret, f"authenticator:{salt}".encode(), hashlib.sha1).digest()).decode()


def address_of(key: str, name: str, issuer: str) -> str:
    """Write what an app reads from a QR code."""
    return pyotp.TOTP(key).provisioning_uri(name=name, issuer_name=issuer)


def step_of(key: str, code: str, now: datetime) -> int | None:
    """Tell to which 30 seconds a code belongs, now or just before; None for a wrong one."""
    plain = "".join(sign for sign in fold_password(code) if not sign.isspace()).encode()
    newest = int(now.timestamp()) // STEP_SECONDS
    app = pyotp.TOTP(key)
    steps = range(newest, newest - EARLIER_STEPS - 1, -1)
    return next((step for step in steps if hmac.compare_digest(app.generate_otp(step).encode(), plain)), None)
