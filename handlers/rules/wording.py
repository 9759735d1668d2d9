"""Gathers the languages' grammars and says by which of them a text is read; tables and one choice, no understanding."""

import re
from collections.abc import Iterable

from handlers.rules.folding import folded
from handlers.rules.languages import en, id, ja, ko, vi, zh
from handlers.rules.languages.grammar import Grammar
from storage.facts import Intent

GRAMMARS: dict[str, Grammar] = {
    "ja": ja.WORDS,
    "en": en.WORDS,
    "zh": zh.WORDS,
    "ko": ko.WORDS,
    "vi": vi.WORDS,
    "id": id.WORDS,
}
INTENTS = (
    *(Intent.UNDO, Intent.LEAVE, Intent.PAUSE, Intent.LINK, Intent.LANGUAGE, Intent.CONTACT, Intent.MY_EVENTS),
    *(Intent.REGISTER, Intent.RANKING, Intent.TOTALS, Intent.EVENTS, Intent.POINTS, Intent.SETTINGS, Intent.REPORT),
    Intent.HELP,
)
"""In this order their keywords are looked for: the narrower stand before the wider."""
NOT_WHEN_NEGATED = frozenset({Intent.LEAVE, Intent.UNDO, Intent.REGISTER})
NOT_WHEN_AN_ACTION_IS_NAMED = frozenset({Intent.REPORT, Intent.HELP})


def _gathered(tables: Iterable[dict[Intent, tuple[str, ...]]]) -> dict[Intent, tuple[str, ...]]:
    held = list(tables)
    return {
        intent: tuple(dict.fromkeys(folded(word) for table in held for word in table.get(intent, ())))
        for intent in INTENTS
    }


COMMANDS = _gathered(dict(grammar.commands) for grammar in GRAMMARS.values())
"""A whole message that is one of these is that command, whatever the language."""
KEYWORDS = _gathered(dict(grammar.keywords) for grammar in GRAMMARS.values())
"""Phrases inside a longer sentence, of all languages; a sentence is searched for those of its own only."""

_KANA = re.compile("[ぁ-ゖー]")
_HANGUL = re.compile("[가-힣ㄱ-ㅎ]")
_LETTER_OF_EAST_ASIA = re.compile("[々一-鿿]")
_ENGLISH = re.compile(r"\b(?:i|my|the|did|used|took|walked|is|are|how|what|and|to|of|with)\b")


def language_of(folded_text: str, told: str) -> str:
    """Say which of `GRAMMARS` reads a text: its script says more than the language the person once chose."""
    language = told.partition("-")[0]
    if _HANGUL.search(folded_text):
        return "ko"
    if _KANA.search(folded_text):
        return "ja"
    if _LETTER_OF_EAST_ASIA.search(folded_text):
        return "zh" if language == "zh" else "ja"
    if language in ("vi", "id") and len(_ENGLISH.findall(folded_text)) < 2:
        return language
    return "en" if folded_text else "ja"


_NUMBER = r"(?P<km>\d{1,4}(?:\.\d{1,3})?|[一二三四五六七八九十两]{1,3})"
KILOMETRES = re.compile(_NUMBER + " ?(?:km|k(?![a-z])|きろ(?!ぐらむ)|kilomet|公里|千米|킬로|cay so|cay)(?P<half>半)?")
DISTANCE_ALONE = re.compile(
    "(?:約|だいたい)?"
    + _NUMBER
    + r"\s?(?:kms?|k|きろ|きろめーとる|kilomet(?:er|re)s?|公里|킬로(?:미터)?|cay so)?(?:です|くらい|ぐらい)?[。.!]?"
)
_DIGITS = {digit: number for number, digit in enumerate("〇一二三四五六七八九")} | {"两": 2}


def number(text: str) -> float:
    """Read figures, or East Asian numerals below a hundred: 3.5, 三, 十五, 二十."""
    if text[0].isascii() or text[0].isdigit():
        return float(text)
    tens, ten, ones = text.partition("十")
    return float((_DIGITS.get(tens, 1) * 10 if ten else _DIGITS.get(tens, 0)) + _DIGITS.get(ones, 0))
