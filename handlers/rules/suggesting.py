"""Says which actions an ununderstood text resembles, so that they can be asked about; never takes one for reported."""

from collections import defaultdict
from collections.abc import Iterator

from handlers.rules.folding import folded
from storage.facts import Programme

AT_MOST = 3
LONGEST = 60
"""In characters of the folded text: a story resembles everything."""
_PART = range(2, 9)
"""In letters: so short a text may be part of a name; two letters of kana only at its beginning, 「ごみ」."""
ALIKE = 0.5
"""The least share of a name's pairs of letters that must be in the text, and the least share of the text's in it."""

_built: list[tuple[Programme, dict[str, set[str]]]] = []


def resembling(text: str, programme: Programme) -> tuple[str, ...]:
    """Give the codes of at most three actions, the likest first: a word in their names, or pairs of letters shared."""
    typed = folded(text)
    if not 2 <= len(typed) <= LONGEST:
        return ()
    likeness: dict[str, float] = defaultdict(float)
    pairs = _pairs(typed)
    for name, codes in _names(programme).items():
        alike = _alike(typed, pairs, name)
        for code in codes if alike else ():
            likeness[code] = max(likeness[code], alike)
    return tuple(sorted(likeness, key=lambda code: -likeness[code])[:AT_MOST])


def _alike(typed: str, pairs: set[str], name: str) -> float:
    """Give 1 and more where a name holds the text, the share of common pairs where they are alike, else 0."""
    if typed in name and len(typed) in _PART and (len(typed) > 2 or name.startswith(typed) or "一" <= typed <= "鿿"):
        return 1 + len(typed) / len(name)
    own = _pairs(name)
    shared = len(own & pairs)
    return shared / len(own) if shared > ALIKE * len(own) and shared >= ALIKE * len(pairs) else 0


def _pairs(word: str) -> set[str]:
    return {word[place : place + 2] for place in range(len(word) - 1)}


def _names(programme: Programme) -> dict[str, set[str]]:
    """Give the folded names of all actions, built once per programme, which never changes once loaded."""
    if not _built or _built[0][0] is not programme:
        held: dict[str, set[str]] = defaultdict(set)
        for code, name in _written(programme):
            if len(folded(name)) > 2:
                held[folded(name)].add(code)
        _built[:] = [(programme, dict(held))]
    return _built[0][1]


def _written(programme: Programme) -> Iterator[tuple[str, str]]:
    for action in programme.actions:
        for by_language in (action.title, action.label):
            yield from ((action.code, name) for name in by_language.values())
        for aliases in action.aliases.values():
            yield from ((action.code, alias) for alias in aliases)
