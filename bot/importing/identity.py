"""Turns what an attendance list says of somebody into keyed hashes, by which they are known again. Keeps nothing plain.

The city's secret key makes them: without it nobody can tell, or try, whose number or address it was.
"""

import hashlib
import hmac
import re
import unicodedata
from dataclasses import dataclass

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


@dataclass(frozen=True, slots=True)
class Identity:
    """What identifies somebody: hashed number, hashed e-mail, and the folded e-mail for companies' forms only."""

    number_hash: str | None = None
    email_hash: str | None = None
    address: str | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """The hashes there are; the number's first."""
        return tuple(one for one in (self.number_hash, self.email_hash) if one)


def identify(secret: bytes, number: str, email: str) -> Identity:
    """Identify by a number and an e-mail, either of which may be empty or unreadable."""
    plain, address = fold_number(number), fold_address(email)
    return Identity(
        number_hash=_hash(secret, "guest-number", plain) if plain else None,
        email_hash=_hash(secret, "guest-email", address) if address else None,
        address=address or None,
    )


def fold_number(number: str) -> str:
    """Fold a number given to somebody: width, case, spaces and hyphens do not matter; leading noughts do."""
    return re.sub(r"[\s\-‐-―−ー]+", "", unicodedata.normalize("NFKC", number).casefold())


def fold_address(email: str) -> str:
    """Fold an e-mail address: width and case do not matter; empty where it is none."""
    plain = unicodedata.normalize("NFKC", email).strip().casefold()
    return plain if _ADDRESS.fullmatch(plain) else ""


def _hash(secret: bytes, purpose: str, words: str) -> str:
    return hmac.new(secret, f"{purpose}:{words}".encode(), hashlib.sha256).hexdigest()
