"""Addresses that say nothing: what they are about is sealed in them, until when too. Keeps nothing.

Same words, same address. The seal is both proof and key (a synthetic initialisation vector as in RFC 5297, made of
HMAC-SHA512): who does not hold the secret can neither read an address, nor make one, nor tell one from chance.
"""

import base64
import binascii
import hashlib
import hmac
from datetime import datetime

SEAL_BYTES, MOST_BYTES = 16, 64


def seal(secret: bytes, purpose: str, subject: str, until: datetime) -> str:
    """Make an address's word for a subject, for one purpose, until a moment. ValueError over 64 bytes."""
    plain = f"{int(until.timestamp())}.{subject}".encode()
    if len(plain) > MOST_BYTES:
        raise ValueError("too long to seal")
    mark = _mac(secret, f"{purpose}:mark", plain)[:SEAL_BYTES]
    return base64.urlsafe_b64encode(mark + _veil(secret, purpose, mark, plain)).decode().rstrip("=")


def unseal(secret: bytes, purpose: str, word: str, now: datetime) -> str | None:
    """Give the subject of a word that is ours, for this purpose, and still in time; else None."""
    try:
        raw = base64.b64decode(word + "=" * (-len(word) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        return None
    mark, veiled = raw[:SEAL_BYTES], raw[SEAL_BYTES:]
    if not 0 < len(veiled) <= MOST_BYTES:
        return None
    plain = _veil(secret, purpose, mark, veiled)
    if not hmac.compare_digest(mark, _mac(secret, f"{purpose}:mark", plain)[:SEAL_BYTES]):
        return None
    until, _, subject = plain.decode().partition(".")
    return subject if now.timestamp() <= int(until) else None


def _veil(secret: bytes, purpose: str, mark: bytes, words: bytes) -> bytes:
    """Veil words, or lift the veil: a stream that no two subjects share, for their marks differ."""
    stream = _mac(secret, f"{purpose}:veil", mark)
    return bytes(a ^ b for a, b in zip(words, stream, strict=False))


def _mac(secret: bytes, purpose: str, words: bytes) -> bytes:
    return hmac.new(hmac.digest(secret, purpose.encode(), hashlib.sha512), words, hashlib.sha512).digest()
