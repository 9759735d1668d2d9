"""Cuts a text that is too long where a reader would; knows no markup and loses nothing but blank pieces."""

import unicodedata
from collections.abc import Iterator

_JOINER = "\u200d"
_HALF_WIDTH_MARKS = "\uff9e\uff9f"
_FLAG = range(0x1F1E6, 0x1F200)
_SKIN = range(0x1F3FB, 0x1F400)
_TAG = range(0xE0020, 0xE0080)
_JAMO = range(0x1100, 0x1200)


def spans(text: str, size: int) -> Iterator[tuple[int, int]]:
    """Yield the start and end of each piece of at most ``size`` code points, cut after a line end where there is one.

    Pieces without anything to see are left out: the platform would refuse them.
    """
    start = 0
    while start < len(text):
        end = _cut(text, start, size)
        if text[start:end].strip():
            yield start, end
        start = end


def shorten(text: str, size: int) -> str:
    """Keep a text of at most ``size`` code points as it is; end a longer one with an ellipsis."""
    return text if len(text) <= size else text[: boundary(text, 0, size - 1)] + "…"


def boundary(text: str, start: int, end: int) -> int:
    """Find the last place up to ``end`` that splits no character as a reader sees it (an emoji family, か with ゛)."""
    for at in range(end, start, -1):
        if not _joined(text, at):
            return at
    return end


def _cut(text: str, start: int, size: int) -> int:
    if len(text) - start <= size:
        return len(text)
    line_end = text.rfind("\n", start, start + size)
    return boundary(text, start, start + size) if line_end == -1 else line_end + 1


def _joined(text: str, at: int) -> bool:
    """Tell whether the sign at ``at`` belongs to the one before it (the rules of Unicode UAX 29 that matter here)."""
    if at >= len(text):
        return False
    before, sign = text[at - 1], text[at]
    if before == _JOINER or _extends(sign):
        return True
    if ord(before) in _JAMO and ord(sign) in _JAMO:
        return True
    return ord(sign) in _FLAG and _flags_before(text, at) % 2 == 1


def _extends(sign: str) -> bool:
    if sign == _JOINER or sign in _HALF_WIDTH_MARKS or ord(sign) in _SKIN or ord(sign) in _TAG:
        return True
    return unicodedata.category(sign) in {"Mn", "Me", "Mc"}


def _flags_before(text: str, at: int) -> int:
    count = 0
    while at - count > 0 and ord(text[at - count - 1]) in _FLAG:
        count += 1
    return count
