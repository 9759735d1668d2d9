"""Says what a text is most like by its letters, for what no phrase finds: an action or an intent; never if it was done.

Naive Bayes on runs of letters. What was read is counted: the programme's own names and phrases and the intents'
keywords, a text each, and the kept sentences, whose counts stand in `counts` (``python -m bench.learning``). So a city
that adds words to its programme teaches it as well.
"""

import math
import re
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Any

from handlers.rules import counts as written
from handlers.rules import wording
from handlers.rules.folding import folded
from handlers.rules.runs import checksum, packed, runs, unpacked
from storage.facts import Intent, Programme

BEYOND_DOUBT = 0.99
"""How much of the belief must be in what no phrase names, for it to be done."""
WORTH_ASKING = 0.5
"""How much of it must be in an action for it to be asked about."""
ALPHA = 0.01
"""What a run counts that no text of its kind has had."""
_LENGTHS = {"en": (4, 6), "vi": (4, 6), "id": (4, 6)}
_LENGTHS_OF_OTHERS = (1, 2, 3)
"""Of runs, in letters: a word of Latin letters is longer than one of kana. All of these were measured."""
_NUMBER = re.compile(r"[\d.]+")
_MARKS = re.compile(r"[*|()]+")
_INTENT = "?"
_KINDS = 256
_MOST = 255
"""How many times a run is counted for a kind at most."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many texts of each kind were read, and how many of these had each run of letters.

    A kind is an action's code, or an intent behind a question mark. A run of a kind is one number, the run's checksum
    times 256 and the kind's place, in ascending order, and beside it stands how many texts had it.
    """

    texts: dict[str, int]
    codes: "array[int]"
    times: "array[int]"

    @classmethod
    def of(cls, counted: Iterable[tuple[str, Iterable[str]]]) -> "Counts":
        """Count texts by their kinds, each given by its runs."""
        return NOTHING.with_more(counted)

    def with_more(self, counted: Iterable[tuple[str, Iterable[str]]]) -> "Counts":
        """Count more texts beside these."""
        texts = Counter(self.texts)
        places = {kind: place for place, kind in enumerate(self.texts)}
        found = Counter(dict(zip(self.codes, self.times, strict=True)))
        for kind, heard in counted:
            texts[kind] += 1
            place = places.setdefault(kind, len(places))
            found.update(checksum(run) * _KINDS + place for run in heard)
        codes = array("Q", sorted(found))
        return Counts(dict(texts), codes, array("B", (min(found[code], _MOST) for code in codes)))


NOTHING = Counts({}, array("Q"), array("B"))


@dataclass(frozen=True, slots=True)
class _Held:
    """What texts are held against: what was counted, and in logs each kind's share and what a run adds that it had."""

    counts: Counts
    shares: tuple[float, ...]
    unheard: tuple[float, ...]


_GAINS = tuple(math.log((times + ALPHA) / ALPHA) for times in range(_MOST + 1))


def kind_of(what: str, *, is_action: bool) -> str:
    """Name what texts are counted under: an action's code, or an intent."""
    return what if is_action else _INTENT + what


def runs_of(text: str, language: str) -> set[str]:
    """Give the runs of letters of a text; numbers are one like another."""
    return runs(_NUMBER.sub("0", folded(text)), _LENGTHS.get(language, _LENGTHS_OF_OTHERS))


def likest(text: str, language: str, programme: Programme) -> tuple[str | Intent, float]:
    """Give what a text is most like, an action's code or an intent, and how much of the belief is in it, of 1.

    Runs overlap, so that each says less than it would alone: their sum counts as the root of their number.
    """
    held = _held(language, programme)
    heard, gains = _gains(runs_of(text, language), held.counts)
    if not heard:
        return Intent.NONE, 0.0
    damped = 1 / math.sqrt(heard)
    each = zip(held.shares, held.unheard, gains, strict=True)
    logs = [share + damped * (heard * unheard + gain) for share, unheard, gain in each]
    most = max(logs)
    name = list(held.counts.texts)[logs.index(most)]
    belief = 1 / sum(math.exp(one - most) for one in logs)
    return (Intent(name.removeprefix(_INTENT)) if name.startswith(_INTENT) else name), belief


def _gains(found: set[str], counts: Counts) -> tuple[int, list[float]]:
    """Count the runs that any kind has had, and add up what each kind gains by them."""
    codes, times, end = counts.codes, counts.times, len(counts.codes)
    heard, gains = 0, [0.0] * len(counts.texts)
    for run in found:
        first = checksum(run) * _KINDS
        place = start = bisect_left(codes, first)
        while place < end and codes[place] - first < _KINDS:
            gains[codes[place] - first] += _GAINS[times[place]]
            place += 1
        heard += place > start
    return heard, gains


def read(fields: Mapping[str, Any]) -> Counts:
    """Read counts as they were written."""
    return Counts(fields["texts"], unpacked("Q", fields["codes"]), unpacked("B", fields["times"]))


def write(counts: Counts) -> dict[str, Any]:
    """Write counts down, the same for the same ones."""
    return {"texts": counts.texts, "codes": packed(counts.codes), "times": packed(counts.times)}


@cache
def counted(language: str) -> Counts:
    """Read what was counted in the kept sentences of a language."""
    return read(written.COUNTS[language])


_built: dict[str, tuple[Programme, _Held]] = {}


def forget() -> None:
    """Build anew what texts are held against."""
    _built.clear()


def _held(language: str, programme: Programme) -> _Held:
    """Build what texts of a language are held against, once a programme, when it is first asked for."""
    held = _built.get(language)
    if held is None or held[0] is not programme:
        held = _built[language] = (programme, _build(language, programme))
    return held[1]


def _build(language: str, programme: Programme) -> _Held:
    named = chain(_named(programme, language), _asked(language))
    counts = counted(language).with_more((kind, runs_of(text, language)) for kind, text in named)
    known = {action.code for action in programme.actions}
    texts = [n if kind in known or kind.startswith(_INTENT) else 0 for kind, n in counts.texts.items()]
    sums = [0] * len(texts)
    for code, times in zip(counts.codes, counts.times, strict=True):
        sums[code % _KINDS] += times
    every = len({code // _KINDS for code in counts.codes})
    return _Held(
        counts,
        tuple(math.log(n / sum(texts)) if n else -math.inf for n in texts),
        tuple(math.log(ALPHA / (n + ALPHA * every)) for n in sums),
    )


def _named(programme: Programme, language: str) -> Iterator[tuple[str, str]]:
    """Give each name and each phrase of the programme in a language, with its action's code; all words of a phrase."""
    for action in programme.actions:
        for by_tag in (action.title, action.label):
            yield from ((action.code, text) for tag, text in by_tag.items() if _is_in(language, tag))
        for said in (action.aliases, programme.phrases.get(action.code, {})):
            texts = chain.from_iterable(written for tag, written in said.items() if _is_in(language, tag))
            yield from ((action.code, _MARKS.sub(" ", text)) for text in texts)


def _is_in(language: str, tag: str) -> bool:
    return tag.partition("-")[0] == language


def _asked(language: str) -> Iterator[tuple[str, str]]:
    """Give each keyword of an intent."""
    for intent, keywords in wording.GRAMMARS[language].keywords.items():
        yield from ((_INTENT + intent, _MARKS.sub(" ", keyword)) for keyword in keywords)
