"""The form in which a language says which words deny, plan, ask, tell of others or tell that something is done.

The patterns are written in folded form (`folding.folded`): hiragana for katakana, small letters, no accents, no
punctuation, no を; the middle dot stands for the name of an action.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from storage.facts import Intent

GAP, SAID = "·", "¤"
"""What stands for the name of a thing, and for a way to say an action with its verb, where guards are looked for."""


class Pattern:
    """Alternatives joined to one pattern, compiled when it is first looked for: all 70 would be a tenth of a start."""

    def __init__(self, *alternatives: str) -> None:
        self._alternatives = alternatives

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile("|".join(self._alternatives))

    @cached_property
    def search(self) -> Callable[[str], re.Match[str] | None]:
        """Find it anywhere in a text."""
        return self._compiled.search

    @cached_property
    def match(self) -> Callable[[str, int], re.Match[str] | None]:
        """Find it at a place of a text."""
        return self._compiled.match

    @cached_property
    def finditer(self) -> Callable[[str], Iterator[re.Match[str]]]:
        """Find it wherever it stands in a text."""
        return self._compiled.finditer


NEVER, EVERY = Pattern(r"(?!)"), Pattern("")


@dataclass(frozen=True, slots=True, kw_only=True)
class Grammar:
    """A language's patterns. A clause with one of the first seven is no report; ``done`` makes it a sure one."""

    negation: Pattern
    plan: Pattern
    question: Pattern
    others: Pattern  # somebody else did it, or it is hearsay
    mishap: Pattern  # something happened to the thing, or it was bought, praised, complained about
    long_ago: Pattern = NEVER  # "as a student I walked": it is not of these days
    unreal: Pattern = NEVER  # in a game, a dream, a story, a quotation, a list of things to buy
    unlike: Pattern = NEVER  # right behind a name: it is another word, 「バス」 in 「バス停」
    habit: Pattern = NEVER  # done again and again: "I bike every day"
    doing: Pattern = EVERY  # verbs by which a thing is used as it should be: another past verb is unsure
    verb_in_name: Pattern = NEVER  # a name with such a verb says itself what was done: "walked", 「骑车」
    little: int = 3  # in characters: so little behind a name says nothing against it, 「マイボトル 水だけ」
    unsure: Pattern = NEVER  # neither said to be done nor denied: one question settles it
    done: Pattern
    undone: Pattern = NEVER  # said after it: it came to nothing, "but it did not work"
    takes_back: Pattern = NEVER  # a report that should not stand
    negative_stem: Pattern = NEVER  # the end of a name that only a negative follows: it belongs to the name
    negative_ending: Pattern = NEVER
    variants: Mapping[int, int] = field(default_factory=dict)  # letters written in two ways: read as the other one
    days_back: Mapping[str, int]  # words that hold another stand before it
    ago: Pattern = NEVER
    weekdays: tuple[tuple[str, ...], ...] = ()
    commands: Mapping[Intent, tuple[str, ...]]  # a whole message that is one of these is that command
    keywords: Mapping[Intent, tuple[str, ...]]  # phrases inside a longer sentence


def words(*lines: str) -> tuple[str, ...]:
    """Cut lines at their bars, but not within brackets."""
    return tuple(word for line in lines for word in re.split(r"\|(?![^(]*\))", line))
