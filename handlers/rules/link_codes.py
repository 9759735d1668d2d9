"""Codes that link accounts, and words that bring a record back: how they look and are read. Knows nobody."""

from handlers.rules import person_codes
from handlers.rules.person_codes import LETTERS

LENGTH = 9  # 40 bits; slips have 8 letters and persons 12, so that a typed code says what it is
WORD_LENGTH = 10  # 45 bits
_DIGITS = frozenset("0123456789")


def is_code(letters: str) -> bool:
    """Tell whether letters can be a code: of the right length, with digits and letters, so no word of a language is."""
    has_both = bool(_DIGITS & set(letters)) and not set(letters) <= _DIGITS
    return len(letters) == LENGTH and has_both and set(letters) <= set(LETTERS)


def read(words: str) -> str | None:
    """Read a code in any width and case, with or without its gaps; None for what is none."""
    letters = person_codes.fold(words)
    return letters if is_code(letters) else None


def read_recovery(words: str) -> tuple[int, str] | None:
    """Read a person's code and the recovery word after it, as (person number, word); None for what is none."""
    letters = person_codes.fold(words)
    if len(letters) != person_codes.LENGTH + WORD_LENGTH or not set(letters) <= set(LETTERS):
        return None
    number = person_codes.read(letters[: person_codes.LENGTH])
    return None if number is None else (number, letters[person_codes.LENGTH :])


def write(letters: str, size: int) -> str:
    """Write letters in groups that are easy to copy: ``7C3-K94-WMX``."""
    return "-".join(letters[first : first + size] for first in range(0, len(letters), size))
