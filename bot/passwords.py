"""Hashes and checks passwords and printed codes with argon2id, two at a time and off the event loop. Stores nothing.

The cost is above the floor of OWASP ASVS 5.0, appendix C (t=1 with 46 MiB): about 90 ms and 46 MiB a hash.
"""

import asyncio
import secrets
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from handlers.rules.signing_in import fold_password

COST = {"passes": 2, "kibibytes": 47_104}
LETTERS = "346789ACDEFGHJKMNPQRTWXY"  # none that is read as another
CODES, CODE_LENGTH = 10, 9  # 41 bits a code, each behind the digit that is its number
_THREADS = ThreadPoolExecutor(2, thread_name_prefix="argon2")  # a flood of tries takes 92 MiB, not all memory


async def hash_password(password: str) -> str:
    """Hash a password or code under a new salt."""
    return await asyncio.wrap_future(_THREADS.submit(_hash, password))


async def is_right(stored: str, password: str) -> bool:
    """Tell whether this is the password of a hash; as slow where there is no hash, so that nobody learns of it."""
    return await asyncio.wrap_future(_THREADS.submit(_check, stored, password))


async def make_codes() -> tuple[list[str], Mapping[int, str]]:
    """Draw a sheet of one-time codes; gives the codes as they are printed, and their hashes by number."""
    drawn = ["".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH)) for _ in range(CODES)]
    hashes = await asyncio.gather(*(hash_password(code) for code in drawn))
    return [f"{number}-{'-'.join(_threes(code))}" for number, code in enumerate(drawn)], dict(enumerate(hashes))


def read_code(text: str) -> tuple[int, str] | None:
    """Read a printed code, however it is typed; gives (number, code), None where it is none."""
    plain = "".join(sign for sign in fold_password(text).upper() if sign.isalnum())
    if len(plain) != CODE_LENGTH + 1 or plain[0] not in "0123456789":
        return None
    return int(plain[0]), plain[1:]


def _threes(code: str) -> list[str]:
    return [code[at : at + 3] for at in range(0, len(code), 3)]


def _hasher() -> PasswordHasher:
    return PasswordHasher(time_cost=COST["passes"], memory_cost=COST["kibibytes"], parallelism=1)


def _hash(password: str) -> str:
    return _hasher().hash(fold_password(password))


@cache
def _nobodys() -> str:
    return _hash(secrets.token_urlsafe(32))


def _check(stored: str, password: str) -> bool:
    try:
        return _hasher().verify(stored or _nobodys(), fold_password(password))
    except (VerificationError, InvalidHashError):
        return False
