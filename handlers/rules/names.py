"""Makes nicknames and checks chosen ones; a chosen name is kept byte for byte, never corrected."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from enum import Enum

from handlers.rules.folding import folded
from storage.facts import NameWords

LONGEST_NICKNAME = 20
"""In graphemes, what a reader counts as letters."""
_MOST_CODE_POINTS = 10 * LONGEST_NICKNAME  # a family emoji is 7 to 11; a tower of accents is more
_MOST_DIGITS = 6  # from 7 on it may be a telephone number
_JOINED_WITHOUT_SPACE = ("ja", "zh")
_READY_TO_JOIN = ("の", "い", "な", "る", "た")  # 「みどりの」「あかるい」「しずかな」「ひかる」「はれた」
_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")  # letters by their category, blank on a screen
_JOINER = "\u200d"
_LINK = re.compile(
    r"://|\bwww\.|[\w-]\.(?:com|net|org|jp|me|io|info|biz|co|cc|ly|to|tv|gg|app|dev|xyz|site|link|shop|online)(?![a-z0-9])"
)


class NicknameProblem(Enum):
    """Why a nickname cannot be taken; not a str, so that it is never mistaken for a name."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    CONTROL = "control"  # line breaks, control and direction-changing characters
    INVISIBLE = "invisible"
    LINK = "link"
    CONTACT = "contact"  # an address or a telephone number


def generated_name(words: NameWords, language: str, first: int, second: int, number: int) -> str:
    """Make the nickname that stands until a person chooses one: 「みどりのカササギ12」, "Green Magpie 12".

    Wards, teams, boards: a generated name by default. ``first`` and ``second`` are lots of any size; a language
    without words of its own uses its plain form (``ja-easy`` → ``ja``), else English, else Japanese.
    """
    tag = _tag_with_words(words.first, language)
    left, right = _drawn(words.first[tag], first), _drawn(words.second[tag], second)
    if tag.split("-")[0] not in _JOINED_WITHOUT_SPACE:
        return f"{left} {right} {number}"
    joint = "の" if tag.startswith("ja") and not left.endswith(_READY_TO_JOIN) else ""
    return f"{left}{joint}{right}{number}"


def _tag_with_words(lists: Mapping[str, tuple[str, ...]], language: str) -> str:
    return next((tag for tag in (language, language.split("-")[0], "en") if lists.get(tag)), "ja")


def _drawn(words: tuple[str, ...], lot: int) -> str:
    return words[lot % len(words)]


def checked_nickname(text: str) -> str | NicknameProblem:
    """Give the nickname without surrounding white space, else unchanged, or say what is wrong with it.

    Wards, teams, boards: an own name is seen by others only after a word list and staff released it; this check
    comes before both. 1 to 20 graphemes.
    """
    name = text.strip()
    return _problem(name) or name


def holds_refused_word(name: str, refused: Collection[str]) -> bool:
    """Tell whether a name holds a word of the list, however it is spelt: width, case, kana, spaces and signs aside."""
    spelt = folded(name).replace(" ", "")
    return any(word in spelt for word in (folded(one).replace(" ", "") for one in refused) if word)


def _problem(name: str) -> NicknameProblem | None:
    if not name:
        return NicknameProblem.EMPTY
    if len(name) > _MOST_CODE_POINTS or graphemes(name) > LONGEST_NICKNAME:
        return NicknameProblem.TOO_LONG
    if any(_is_control(letter) for letter in name):
        return NicknameProblem.CONTROL
    if all(_is_invisible(letter) for letter in name):
        return NicknameProblem.INVISIBLE
    return _problem_of_contact(name)


def _problem_of_contact(name: str) -> NicknameProblem | None:
    one_width = unicodedata.normalize("NFKC", name).casefold()
    plain = "".join(letter for letter in one_width if letter == " " or not _is_invisible(letter))
    if _LINK.search(plain):
        return NicknameProblem.LINK
    digits = sum(unicodedata.numeric(letter, -1) in range(10) for letter in name)  # also １, ①, 一, ١
    return NicknameProblem.CONTACT if "@" in plain or digits > _MOST_DIGITS else None


def _is_control(letter: str) -> bool:
    return letter in _BIDI_CONTROLS or unicodedata.category(letter) in {"Cc", "Cs", "Zl", "Zp"}


def _is_invisible(letter: str) -> bool:
    return letter in _BLANK_LETTERS or unicodedata.category(letter) in {"Cf", "Mn", "Me", "Zs"}


def graphemes(text: str) -> int:
    """Count what a reader sees as letters: marks, joined emoji, skin tones and flags count with what they follow.

    Near enough to Unicode's Annex 29 for names; conjoining Hangul letters are counted one by one.
    """
    count, joined, flag_open = 0, False, False
    for letter in text:
        is_flag = "\U0001f1e6" <= letter <= "\U0001f1ff"
        pictures_joined = joined and unicodedata.category(letter) == "So"
        extends = pictures_joined or _extends(letter) or (is_flag and flag_open)
        count += not extends
        flag_open = is_flag and not flag_open
        joined = letter == _JOINER
    return max(count, 1) if text else 0


def _extends(letter: str) -> bool:
    skin_tone = "\U0001f3fb" <= letter <= "\U0001f3ff"
    return skin_tone or unicodedata.category(letter) in {"Mn", "Me", "Mc", "Cf"}
