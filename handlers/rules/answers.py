"""Finds the row of the answer table that a typed question asks for: the longest of its words decides. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence

from handlers.rules.folding import folded
from storage.facts import AnswerRow

_SPOKEN_EVERYWHERE = ("ja", "en")


def find(text: str, language: str, rows: Sequence[AnswerRow]) -> AnswerRow | None:
    """Find the row whose word stands in a text; of several the longest word's, of equals the first row.

    Words of the language, Japanese and English are looked for. The word of a row with an action must be the whole
    message: 「ポリ袋ことわれなかった」 is none of 「ポリ袋ことわ」.
    """
    whole = folded(text)
    best, longest = None, 0
    for row in rows:
        length = max((len(word) for word in _folded(row, language) if _asks(whole, word, row)), default=0)
        if length > longest:
            best, longest = row, length
    return best


def _folded(row: AnswerRow, language: str) -> Iterator[str]:
    tags: Iterable[str] = dict.fromkeys((language, language.split("-")[0], *_SPOKEN_EVERYWHERE))
    return (word for tag in tags for word in map(folded, row.words.get(tag, ())) if word)


def _asks(whole: str, word: str, row: AnswerRow) -> bool:
    if row.action or word not in whole:
        return whole == word
    first = r"(?<![a-z0-9])" if word[0].isascii() else ""
    last = r"(?:s|es)?(?![a-z0-9])" if word[-1].isascii() else ""
    return re.search(f"{first}{re.escape(word)}{last}", whole) is not None
