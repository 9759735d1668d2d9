"""How sign-ins are guarded: how long a wrong try makes one wait, which passwords are too easy. Pure; asks nobody.

The numbers follow OWASP ASVS 5.0: 6.1.1 (throttling), 6.2 (passwords), 7.3 (limits of sessions), 7.5.3 (proving again).
"""

import unicodedata
from collections.abc import Collection
from datetime import datetime, timedelta
from itertools import pairwise

IDLE, LONGEST = timedelta(hours=1), timedelta(hours=12)  # a session ends when it is not used, and in any case
PROOF_LIFE = timedelta(minutes=5)  # for so long after typing the password one may do what asks for it again
CHALLENGE_LIFE = timedelta(minutes=5)  # for a passkey to answer, from the page that asks for it
LINK_LIFE = timedelta(hours=24)  # of the one-time link by which somebody enters for the first time
FREE_TRIES = 5
LONGEST_WAIT = timedelta(minutes=15)
FORGET_TRIES = timedelta(hours=24)
SHORTEST_PASSWORD, LONGEST_PASSWORD = 15, 200  # signs
FEWEST_SIGNS = 6  # different ones
LONGEST_UNIT = 8  # what is repeated to make a password long


def wait_after(failures: int) -> timedelta:
    """Tell how long the next try waits after so many failures in a row: nothing at first, then twice as long each."""
    over = failures - FREE_TRIES
    return (
        min(timedelta(seconds=2**over), LONGEST_WAIT) if 0 <= over < 20 else timedelta(0) if over < 0 else LONGEST_WAIT
    )


def is_proved(proved_at: datetime, now: datetime) -> bool:
    """Tell whether the password was typed so lately that it need not be typed again."""
    return now - proved_at < PROOF_LIFE


def fold_password(password: str) -> str:
    """Write a password in the one form in which it is hashed, however a keyboard composed it (NIST SP 800-63B)."""
    return unicodedata.normalize("NFKC", password)


def is_long_enough(password: str) -> bool:
    """Tell whether a password has enough signs and not too many."""
    return SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD


def is_guessable(password: str, known: Collection[str]) -> bool:
    """Tell whether a long password is still one that is tried first.

    Such are few different signs, one piece repeated, a row of neighbours, and what stands around (``known``: the
    person's name, the project's). Lists of common passwords hold next to nothing of 15 signs.
    """
    plain = "".join(password.casefold().split())
    bare = plain
    for word in (word.casefold() for word in known):
        bare = bare.replace(word, "") if word else bare
    return len(set(plain)) < FEWEST_SIGNS or len(bare) < SHORTEST_PASSWORD // 2 or _repeats(plain) or _is_row(plain)


def _repeats(text: str) -> bool:
    units = range(1, min(LONGEST_UNIT, len(text) // 2) + 1)
    return any(text == (text[:unit] * (len(text) // unit + 1))[: len(text)] for unit in units)


def _is_row(text: str) -> bool:
    """Tell whether nearly all signs are neighbours of the one before: abcdefg, 987654, 1234567890123."""
    steps = [abs(ord(after) - ord(before)) for before, after in pairwise(text)]
    return sum(step == 1 for step in steps) > len(steps) * 3 // 4
