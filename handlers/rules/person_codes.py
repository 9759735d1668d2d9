"""Person codes: a person's number in twelve letters that can be read out over the telephone. Knows nobody."""

import re
import unicodedata

LETTERS = "34679ACDEFGHJKMNPQRTWXY"
"""None that is read as another."""
LENGTH = 12  # 23 ** 12 is more than the 2 ** 53 numbers there are
_GAPS = re.compile(r"[\s\-‐-―−ー]+")


def write(person_id: int) -> str:
    """Write a person's number as a code: ``7C3K-94WM-XA6E``. It leads to nobody once the person has left."""
    letters = ""
    for _ in range(LENGTH):
        person_id, place = divmod(person_id, len(LETTERS))
        letters = LETTERS[place] + letters
    return "-".join(letters[first : first + 4] for first in range(0, LENGTH, 4))


def fold(words: str) -> str:
    """Fold typed words to the letters of a code: one width and case, without gaps."""
    return _GAPS.sub("", unicodedata.normalize("NFKC", words)).upper()


def read(words: str) -> int | None:
    """Read a code in any width and case, with or without its gaps; None for what is none."""
    letters = fold(words)
    if len(letters) != LENGTH or not set(letters) <= set(LETTERS):
        return None
    number = 0
    for letter in letters:
        number = number * len(LETTERS) + LETTERS.index(letter)
    return number
