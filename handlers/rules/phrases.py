"""Finds phrases in a folded text: words in their order, others between them; decides nothing about what is found.

A phrase is words parted by ``*``, which stands for at most `GAP` characters, and ``(a|b)`` means either:
``牛乳*(手前|てまえ)`` finds 「牛乳を手前から取った」.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product

from handlers.rules.folding import folded

GAP = 14
"""In characters: farther apart, two words seldom belong together."""
_CHOICE = re.compile(r"\(([^()]*)\)")
_NOT_DONE = re.compile("(?:[わかがさたなばまらえけげせてねべめれき]ん|な)$")
_ENDING = re.compile(r"(?:s|es|d|ed|ing)?(?![a-z0-9])")


@dataclass(frozen=True, slots=True)
class Found:
    """A meaning at its words' places; ``start`` and ``end`` are those of the first word."""

    what: str
    places: tuple[tuple[int, int], ...]

    @property
    def start(self) -> int:
        """Give where the first word begins."""
        return self.places[0][0]

    @property
    def end(self) -> int:
        """Give where the first word ends."""
        return self.places[0][1]

    @property
    def weight(self) -> int:
        """Give the letters of all words."""
        return sum(end - start for start, end in self.places)


@dataclass(frozen=True, slots=True)
class Phrase:
    """The first word, what may follow it, and what it means."""

    head: str
    tail: tuple[tuple[str, ...], ...]
    what: str


Phrases = dict[str, tuple[Phrase, ...]]
"""Phrases by the first two letters of their first word, or by the one that it has."""


def collected(meanings: Iterable[tuple[str, str]], shortest: int = 2) -> Phrases:
    """Build what `search` takes from (phrase, meaning) pairs; of two equal ones the first stands."""
    held: dict[tuple[str, tuple[tuple[str, ...], ...]], Phrase] = {}
    for written, what in meanings:
        head, *tail = [_alternatives(part) for part in written.split("*")]
        for word in head if all(tail) else ():
            if len(word) >= shortest or tail:
                held.setdefault((word, tuple(tail)), Phrase(word, tuple(tail), what))
    by_first: dict[str, list[Phrase]] = {}
    for phrase in sorted(held.values(), key=lambda phrase: -len(phrase.head)):
        by_first.setdefault(phrase.head[:2], []).append(phrase)
    return {first: tuple(group) for first, group in by_first.items()}


def _alternatives(part: str) -> tuple[str, ...]:
    pieces = [piece.split("|") for piece in _CHOICE.split(part)]
    spelt = dict.fromkeys(folded("".join(chosen)) for chosen in product(*pieces))
    return tuple(word for word in spelt if word)


def search(text: str, phrases: Phrases) -> Iterator[Found]:
    """Give what is found from left to right, at each place the phrase of most letters; no letter is used twice."""
    used: set[int] = set()
    at = 0
    while at < len(text):
        found = None if at in used else _best_at(text, at, phrases)
        if found:
            used.update(place for start, end in found.places[1:] for place in range(start, end))
            yield found
        at = found.end if found else at + 1


def meanings(text: str, phrases: Phrases) -> set[str]:
    """Give all that any phrase in a text means, also where phrases overlap."""
    return {
        phrase.what
        for at in range(len(text))
        for phrase in _beginning(text, at, phrases)
        if _fit(text, at, phrase) is not None
    }


def _best_at(text: str, at: int, phrases: Phrases) -> Found | None:
    fitting = [found for phrase in _beginning(text, at, phrases) if (found := _fit(text, at, phrase))]
    return max(fitting, key=lambda found: found.weight) if fitting else None


def _beginning(text: str, at: int, phrases: Phrases) -> tuple[Phrase, ...]:
    """Give the phrases that may begin at a place, longer first words first."""
    return phrases.get(text[at : at + 2], ()) + (phrases.get(text[at], ()) if at + 1 < len(text) else ())


def _fit(text: str, at: int, phrase: Phrase) -> Found | None:
    if not text.startswith(phrase.head, at) or not stands_alone(text, phrase.head, at):
        return None
    places = [(at, at + len(phrase.head))]
    for words in phrase.tail:
        place = _next(text, places[-1][1], words)
        if place is None:
            return None
        places.append(place)
    return Found(phrase.what, tuple(places))


def _next(text: str, after: int, words: tuple[str, ...]) -> tuple[int, int] | None:
    """Find the nearest of some words behind a place, the longer of two at one place."""
    best: tuple[int, int] | None = None
    for word in words:
        at = text.find(word, after, after + GAP + len(word))
        if (
            at >= 0
            and stands_alone(text, word, at)
            and (best is None or (at, -len(word)) < (best[0], best[0] - best[1]))
        ):
            best = (at, at + len(word))
    return best


def stands_alone(text: str, name: str, at: int) -> bool:
    """Hold a Latin name to whole words, an ending such as -s or -ed allowed; Japanese words have no edges."""
    if name[0].isascii() and at and text[at - 1].isascii() and text[at - 1].isalnum():
        return False
    if name[-1] == "た" and text[at + len(name) : at + len(name) + 1] in ("い", "ら"):
        return False  # 「したい」 and 「したら」 are no 「した」
    if name.startswith("かっ") and _NOT_DONE.search(text, 0, at):
        return False  # 「とらんかった」 bought nothing
    return not name[-1].isascii() or _ENDING.match(text, at + len(name)) is not None
