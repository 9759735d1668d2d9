"""Checks of single words and lists of codes, each problem as one line; knows nothing of what they belong to."""

import re
import unicodedata
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Any

CODE = re.compile(r"[a-z][a-z0-9_]{0,31}")  # short enough for a Telegram button's 64 bytes with room to spare
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")  # Unicode's category Cc, which is fixed
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def in_every_language(path: str, texts: Mapping[str, Any], languages: Iterable[str]) -> Iterator[str]:
    """Name each language of the city in which a text is missing."""
    for language in dict.fromkeys(("ja", *languages)):
        if language not in texts:
            yield f'{path}.{language}: is missing: city.languages lists "{language}"'


def words(path: str, text: str, *, lines: bool = False) -> Iterator[str]:
    """Say what is wrong with a text that people read: one line of it, or several where ``lines`` are allowed."""
    if not text.strip():
        yield f"{path}: must not be empty"
    elif text != text.strip():
        yield f"{path}: must not begin or end with a space"
    shown = text.replace("\n", "") if lines else text
    if _CONTROL.search(shown):
        allowed = "hold no control characters but line ends" if lines else "be one line without control characters"
        yield f"{path}: must {allowed}"


def columns(text: str) -> int:
    """Count half-width columns: two for a full-width character, none for a combining mark."""
    wide = sum(unicodedata.east_asian_width(character) in "FWA" for character in text)
    return len(text) + wide - sum(unicodedata.combining(character) > 0 for character in text)


def codes(path: str, codes: list[str]) -> Iterator[str]:
    """Say which codes of a list are used twice or malformed."""
    if not codes:
        yield f"{path}: must hold at least one"
    for code, times in Counter(codes).items():
        if times > 1:
            yield f"{path}[{code}].code: is used {times} times: every code must be unique"
        if not CODE.fullmatch(code):
            yield f"{path}[{code}].code: must be at most 32 small letters, digits and _, beginning with a letter"


def twice(path: str, values: Iterable[Hashable]) -> Iterator[str]:
    """Name what stands in a list more than once."""
    for value, times in Counter(values).items():
        if times > 1:
            yield f'{path}: "{value}" stands there {times} times'
