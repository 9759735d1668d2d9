"""Counts text in the three ways the platforms do; may not know any limit.

Python's own `len` counts code points, which is none of LINE's two ways.
"""

import unicodedata

_JOINER = "\u200d"
_VARIATION = range(0xFE00, 0xFE10)
_SKIN = range(0x1F3FB, 0x1F400)
_FLAG = range(0x1F1E6, 0x1F200)
_TAG = range(0xE0020, 0xE0080)


def utf16_units(text: str) -> int:
    """Count UTF-16 code units, LINE's default (manual: text-character-count); 🍎 is 2."""
    return sum(2 if ord(sign) > 0xFFFF else 1 for sign in text)


def code_points(text: str) -> int:
    """Count code points, as Telegram's limits on text do."""
    return len(text)


def graphemes(text: str) -> int:
    """Count grapheme clusters, LINE's way for labels, titles and template texts; a family emoji is 1.

    Follows the break rules of Unicode's annex 29 on the character data Python carries: line ends, controls,
    Hangul syllables, combining marks, joined emoji and flags. Prepended signs of a few Indic scripts (rule
    GB9b and GB9c) are not joined.
    """
    count = 0
    flags = 0  # regional indicators in a row: every second one completes a flag
    previous = ""
    pictured = False  # whether the running cluster began with a pictograph, so that a joiner can go on
    for sign in text:
        flag = ord(sign) in _FLAG
        joined = previous != "" and _joins(previous, sign, pictured, flags % 2 == 1)
        if not joined:
            count += 1
            pictured = _is_pictograph(sign)
        flags = (flags + 1 if joined else 1) if flag else 0
        previous = sign
    return count


def _joins(previous: str, sign: str, pictured: bool, half_flag: bool) -> bool:
    """Tell whether no break stands between two signs (rules GB3 to GB13)."""
    if previous == "\r" and sign == "\n":
        return True
    if _is_control(previous) or _is_control(sign):
        return False
    if _extends(sign) or _hangul_joins(previous, sign):
        return True
    if previous == _JOINER and pictured and _is_pictograph(sign):
        return True
    return half_flag and ord(sign) in _FLAG


def _is_control(sign: str) -> bool:
    if sign == _JOINER or sign == "\u200c" or ord(sign) in _TAG:
        return False
    return unicodedata.category(sign) in {"Cc", "Cf", "Zl", "Zp"} and not _prepends(sign)


def _prepends(sign: str) -> bool:
    """Arabic number signs and their like are format characters that carry what follows, not controls."""
    return ord(sign) in range(0x600, 0x606) or ord(sign) in {0x6DD, 0x70F, 0x8E2, 0x110BD, 0x110CD}


def _extends(sign: str) -> bool:
    if sign in {_JOINER, "\u200c", "\uff9e", "\uff9f", "\u0e33", "\u0eb3"}:
        return True
    point = ord(sign)
    if point in _VARIATION or point in _SKIN or point in _TAG:
        return True
    return unicodedata.category(sign) in {"Mn", "Me", "Mc"}


def _hangul_joins(previous: str, sign: str) -> bool:
    before, after = _hangul(previous), _hangul(sign)
    return (before, after) in {
        *(("L", kind) for kind in ("L", "V", "LV", "LVT")),
        *((kind, after_kind) for kind in ("LV", "V") for after_kind in ("V", "T")),
        *((kind, "T") for kind in ("LVT", "T")),
    }


def _hangul(sign: str) -> str:
    point = ord(sign)
    if 0xAC00 <= point <= 0xD7A3:
        return "LV" if (point - 0xAC00) % 28 == 0 else "LVT"
    for kind, spans in _JAMO.items():
        if any(low <= point <= high for low, high in spans):
            return kind
    return ""


_JAMO = {
    "L": ((0x1100, 0x115F), (0xA960, 0xA97C)),
    "V": ((0x1160, 0x11A7), (0xD7B0, 0xD7C6)),
    "T": ((0x11A8, 0x11FF), (0xD7CB, 0xD7FB)),
}


def _is_pictograph(sign: str) -> bool:
    """Tell whether a sign can be a joined emoji: symbols above the arrows block, and the few below it."""
    point = ord(sign)
    if point in _FLAG or point in _SKIN:
        return False
    if 0x1F000 <= point <= 0x1FAFF:
        return True
    return point in {0xA9, 0xAE, 0x203C, 0x2049, 0x2122, 0x2139, 0x3030, 0x303D, 0x3297, 0x3299} or (
        0x2190 <= point <= 0x2BFF and unicodedata.category(sign) in {"So", "Sm"}
    )
