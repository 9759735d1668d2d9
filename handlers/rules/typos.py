"""Finds long names with one letter wrong, missing or too many; gives what they would mean, decides nothing."""

from collections.abc import Iterable, Iterator

from handlers.rules.folding import folded
from handlers.rules.phrases import Found

SHORTEST = 5
"""In letters: a shorter word with one letter changed is too often another word."""
_KANA_AND_LATIN = frozenset("abcdefghijklmnopqrstuvwxyz ー" + "".join(map(chr, range(0x3041, 0x3097))))


def _shortened(word: str) -> Iterator[str]:
    yield word
    for place in range(len(word)):
        yield word[:place] + word[place + 1 :]


class Misspelt:
    """Names under themselves and under what is left without any one letter: two words that meet there are alike."""

    def __init__(self, meanings: Iterable[tuple[str, str]]) -> None:
        self._meant: dict[str, str] = {}
        lengths: set[int] = set()
        for written, what in meanings:
            name = folded(written)
            if len(name) >= SHORTEST and _KANA_AND_LATIN.issuperset(name):
                lengths.update((len(name) - 1, len(name), len(name) + 1))
                for key in _shortened(name):
                    self._meant.setdefault(key, what)
        self._lengths = sorted(lengths, reverse=True)

    def search(self, text: str) -> Found | None:
        """Find the first stretch of a folded text that is a name but for one letter, the longest there."""
        latin = text.isascii()
        for start in range(len(text)):
            if latin and text[start - 1 : start].isalnum():
                continue  # within a word
            for length in self._lengths:
                stretch = text[start : start + length]
                if len(stretch) == length and self._fits(text, start, stretch):
                    what = next((self._meant[key] for key in _shortened(stretch) if key in self._meant), None)
                    if what:
                        return Found(what, ((start, start + length),))
        return None

    def _fits(self, text: str, start: int, stretch: str) -> bool:
        """Hold Latin stretches to whole words, and Japanese ones to kana."""
        if not _KANA_AND_LATIN.issuperset(stretch):
            return False
        latin = stretch.isascii()
        before, after = text[start - 1 : start], text[start + len(stretch) : start + len(stretch) + 1]
        return not latin or not ((before.isalnum() and before.isascii()) or (after.isalnum() and after.isascii()))
