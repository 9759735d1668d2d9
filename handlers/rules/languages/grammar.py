"""The form in which a language says which words deny, plan, ask, tell of others or tell that something is done.

The patterns are written in folded form (`folding.folded`): hiragana for katakana, small letters, no accents, no
punctuation, no を; the middle dot stands for the name of an action.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from storage.facts import Intent

GAP, SAID = "·", "¤"
"""What stands for the name of a thing, and for a way to say an action with its verb, where guards are looked for."""
NEVER, EVERY = re.compile(r"(?!)"), re.compile("")


@dataclass(frozen=True, slots=True, kw_only=True)
class Grammar:
    """A language's patterns. A clause with one of the first five is no report; ``done`` makes it a sure one."""

    negation: re.Pattern[str]
    plan: re.Pattern[str]
    question: re.Pattern[str]
    others: re.Pattern[str]  # somebody else did it, or it is hearsay
    mishap: re.Pattern[str]  # something happened to the thing, or it was bought, praised, complained about
    unlike: re.Pattern[str] = NEVER  # right behind a name: it is another word, 「バス」 in 「バス停」
    habit: re.Pattern[str] = NEVER  # done again and again: "I bike every day"
    doing: re.Pattern[str] = EVERY  # verbs by which a thing is used as it should be: another past verb is unsure
    verb_in_name: re.Pattern[str] = NEVER  # a name with such a verb says itself what was done: "walked", 「骑车」
    little: int = 3  # in characters: so little behind a name says nothing against it, 「マイボトル 水だけ」
    unsure: re.Pattern[str] = NEVER  # neither said to be done nor denied: one question settles it
    done: re.Pattern[str]
    takes_back: re.Pattern[str] = NEVER  # a report that should not stand
    negative_stem: re.Pattern[str] = NEVER  # the end of a name that only a negative follows: it belongs to the name
    negative_ending: re.Pattern[str] = NEVER
    days_back: Mapping[str, int]  # words that hold another stand before it
    ago: re.Pattern[str] = NEVER
    weekdays: tuple[tuple[str, ...], ...] = ()
    commands: Mapping[Intent, tuple[str, ...]]  # a whole message that is one of these is that command
    keywords: Mapping[Intent, tuple[str, ...]]  # phrases inside a longer sentence


def pattern(*alternatives: str) -> re.Pattern[str]:
    """Join alternatives to one pattern."""
    return re.compile("|".join(alternatives))


def words(*lines: str) -> tuple[str, ...]:
    """Cut lines at their bars, but not within brackets."""
    return tuple(word for line in lines for word in re.split(r"\|(?![^(]*\))", line))
