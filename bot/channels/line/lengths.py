"""Counts and cuts text the way LINE counts it: UTF-16 code units, or graphemes; knows no message."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import islice, pairwise

ELLIPSIS = "…"
_UNFIT = re.compile("[\ud800-\udfff\0]")
_JOINER = "\u200d"
# Unicode Standard Annex 29, properties the standard library does not carry.
_EXTENDING = frozenset("\u200c\u200d\uff9e\uff9f\u0e33\u0eb3")
_EXTENDING_RANGES = ((0x1F3FB, 0x1F3FF), (0xE0020, 0xE007F))  # skin tones, tags of subdivision flags
_PICTOGRAPHS = (
    *((0xA9, 0xA9), (0xAE, 0xAE), (0x203C, 0x203C), (0x2049, 0x2049), (0x2122, 0x2122), (0x2139, 0x2139)),
    *((0x2194, 0x21AA), (0x231A, 0x23FF), (0x24C2, 0x24C2), (0x25AA, 0x25FE), (0x2600, 0x27BF), (0x2934, 0x2935)),
    *((0x2B05, 0x2B55), (0x3030, 0x3030), (0x303D, 0x303D), (0x3297, 0x3297), (0x3299, 0x3299)),
    *((0x1F000, 0x1F1E5), (0x1F200, 0x1F3FA), (0x1F400, 0x1FAFF), (0x1FC00, 0x1FFFD)),
)


def printable(text: str) -> str:
    """Replace what no JSON in UTF-8 and no database can carry: half surrogate pairs and NUL."""
    if _UNFIT.search(text) is None:
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").replace("\0", "\ufffd")


def units(text: str) -> int:
    """Count UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def graphemes(text: str) -> Iterator[str]:
    """Cut into what a reader takes for one character each (UAX 29, without rules GB9b and GB9c)."""
    start = 0
    for at, (before, char) in enumerate(pairwise(text), 1):
        if not _joined(text, at, before, char):
            yield text[start:at]
            start = at
    if text:
        yield text[start:]


def clip(text: str, most: int) -> str:
    """Shorten to at most ``most`` graphemes, the last one "…" if anything was cut."""
    if len(text) <= most:  # never more graphemes than code points
        return text
    head = list(islice(graphemes(text), most + 1))
    return text if len(head) <= most else "".join(head[: most - 1]) + ELLIPSIS


def clip_units(text: str, most: int) -> str:
    """Shorten to at most ``most`` UTF-16 code units, ending in "…" if anything was cut."""
    return text if units(text) <= most else _whole(text, most - units(ELLIPSIS)) + ELLIPSIS


def pieces(text: str, most: int) -> list[str]:
    """Cut into pieces of at most ``most`` UTF-16 code units, at a line's end if one is in the second half.

    Joined together they are the text again. A grapheme is cut only if it alone is longer than ``most``.
    """
    found = []
    while units(text) > most:
        piece = _whole(text, most)
        line_end = piece.rfind("\n") + 1
        if line_end > len(piece) // 2:
            piece = piece[:line_end]
        found.append(piece)
        text = text[len(piece) :]
    return [*found, text]


def _whole(text: str, most: int) -> str:
    """Give the longest head of whole graphemes within ``most`` units; if the first alone is longer, part of it."""
    head = text.encode("utf-16-le", "surrogatepass")[: most * 2].decode("utf-16-le", "ignore")
    *_, last = graphemes(text[: len(head) + 1])
    if len(last) > 1:
        return head[: len(head) + 1 - len(last)] or head
    return head


def _joined(text: str, at: int, before: str, char: str) -> bool:
    """Tell whether no grapheme ends between ``before`` and ``char``, which is at ``at``."""
    if before < "\u0300" and char < "\u0300":
        return before == "\r" and char == "\n"
    if _controls(before) or _controls(char):
        return False
    if _extends(char):
        return True
    if _regional(before) and _regional(char):
        return _flags_open(text, at)
    if _within(char, _PICTOGRAPHS):
        return before == _JOINER and _within(_base(text, at), _PICTOGRAPHS)
    return _syllable_goes_on(before, char)


def _within(char: str, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= ord(char) <= last for first, last in ranges)


def _controls(char: str) -> bool:
    if char in _EXTENDING or _within(char, _EXTENDING_RANGES):
        return False
    return unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}


def _extends(char: str) -> bool:
    return unicodedata.category(char) in {"Mn", "Me", "Mc"} or char in _EXTENDING or _within(char, _EXTENDING_RANGES)


def _regional(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _flags_open(text: str, at: int) -> bool:
    """Two regional letters make one flag: an odd number of them before ``at`` leaves one waiting for its partner."""
    start = at
    while start and _regional(text[start - 1]):
        start -= 1
    return (at - start) % 2 == 1


def _base(text: str, at: int) -> str:
    """Find what the marks and joiners before ``at`` are attached to."""
    while at > 1 and _extends(text[at - 1]):
        at -= 1
    return text[at - 1]


def _syllable_goes_on(before: str, char: str) -> bool:
    """Korean written in parts: leading, vowel, trailing (UAX 29 rules GB6 to GB8)."""
    this, following = _hangul(before), _hangul(char)
    if this == "L":
        return following in {"L", "V", "LV", "LVT"}
    if this in {"V", "LV"}:
        return following in {"V", "T"}
    return this in {"T", "LVT"} and following == "T"


def _hangul(char: str) -> str:
    code = ord(char)
    if 0xAC00 <= code <= 0xD7A3:
        return "LVT" if (code - 0xAC00) % 28 else "LV"
    if 0x1100 <= code <= 0x115F or 0xA960 <= code <= 0xA97C:
        return "L"
    if 0x1160 <= code <= 0x11A7 or 0xD7B0 <= code <= 0xD7C6:
        return "V"
    return "T" if 0x11A8 <= code <= 0x11FF or 0xD7CB <= code <= 0xD7FB else ""
