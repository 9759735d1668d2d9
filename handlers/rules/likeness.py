"""Says what a text is most like by its letters, for what no phrase finds: an action or an intent; never if it was done.

Naive Bayes on runs of letters. What was read is counted: the programme's own names and phrases and the intents'
keywords, a text each, and the kept sentences, whose counts stand in `counts` (``python -m bench.learning``). So a city
that adds words to its programme teaches it as well.
"""

import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain

from handlers.rules import counts as written
from handlers.rules import wording
from handlers.rules.folding import folded
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
_BETWEEN = "|"  # parts a kept sentence from its answer, so that no run of one has it


@dataclass(slots=True)
class Counts:
    """How many texts of each kind were read, and how many of these had each run of letters.

    A kind is an action's code, or an intent behind a question mark; of what reports and wants nothing it is none.
    """

    texts: Counter[str]
    runs: defaultdict[str, Counter[str]]

    def add(self, kind: str, found: Iterable[str]) -> None:
        """Count one text."""
        self.texts[kind] += 1
        self.runs[kind].update(found)


@dataclass(frozen=True, slots=True)
class _Kinds:
    """What was counted, in logs: of each kind's share and of a run it has not had; and what a run it has had adds."""

    names: tuple[str, ...]
    shares: tuple[float, ...]
    unheard: tuple[float, ...]
    gains: dict[str, tuple[tuple[int, float], ...]]


def kind_of(what: str, *, is_action: bool) -> str:
    """Name what texts are counted under: an action's code, or an intent."""
    return what if is_action else _INTENT + what


def runs(text: str, language: str) -> set[str]:
    """Give the runs of letters of a text, its two ends marked; numbers are one like another."""
    read = f"^{_NUMBER.sub('0', folded(text))}$"
    lengths = _LENGTHS.get(language, _LENGTHS_OF_OTHERS)
    return {read[start : start + length] for length in lengths for start in range(len(read) - length + 1)}


def likest(text: str, language: str, programme: Programme) -> tuple[str | Intent, float]:
    """Give what a text is most like, an action's code or an intent, and how much of the belief is in it, of 1.

    Runs overlap, so that each says less than it would alone: their sum counts as the root of their number.
    """
    kinds = _kinds(language, programme)
    heard = [run for run in runs(text, language) if run in kinds.gains]
    if not heard:
        return Intent.NONE, 0.0
    damped = 1 / math.sqrt(len(heard))
    logs = [share + damped * len(heard) * one for share, one in zip(kinds.shares, kinds.unheard, strict=True)]
    for run in heard:
        for place, gain in kinds.gains[run]:
            logs[place] += damped * gain
    most = max(logs)
    name = kinds.names[logs.index(most)]
    belief = 1 / sum(math.exp(one - most) for one in logs)
    return (Intent(name.removeprefix(_INTENT)) if name.startswith(_INTENT) else name), belief


def read(language: str) -> Counts:
    """Read what was counted in the kept sentences of a language."""
    held = json.loads(written.COUNTS[language])
    found = Counts(Counter(held["texts"]), defaultdict(Counter))
    for kind, by_number in held["runs"].items():
        found.runs[kind] = Counter({run: int(n) for n, joined in by_number.items() for run in joined.split(_BETWEEN)})
    return found


def write(counts: Counts) -> str:
    """Write counts down, the same for the same ones: runs of equal number stand together."""
    held: dict[str, dict[int, list[str]]] = {}
    for kind in sorted(counts.runs):
        held[kind] = defaultdict(list)
        for run, n in sorted(counts.runs[kind].items()):
            held[kind][n].append(run)
    joined = {
        kind: {n: _BETWEEN.join(of_n) for n, of_n in sorted(by_number.items())} for kind, by_number in held.items()
    }
    return json.dumps({"texts": dict(sorted(counts.texts.items())), "runs": joined}, ensure_ascii=False)


counted = cache(read)
_built: dict[str, tuple[Programme, _Kinds]] = {}


def forget() -> None:
    """Build anew what texts are held against."""
    _built.clear()


def _kinds(language: str, programme: Programme) -> _Kinds:
    """Build what texts of a language are held against, once a programme, when it is first asked for."""
    held = _built.get(language)
    if held is None or held[0] is not programme:
        held = _built[language] = (programme, _build(language, programme))
    return held[1]


def _build(language: str, programme: Programme) -> _Kinds:
    kept = counted(language)
    known = Counts(kept.texts.copy(), defaultdict(Counter, {kind: one.copy() for kind, one in kept.runs.items()}))
    for kind, text in chain(_named(programme, language), _asked(language)):
        known.add(kind, runs(text, language))
    names = (*(_INTENT + intent for intent in Intent), *(action.code for action in programme.actions))
    return _logs([name for name in names if known.texts[name]], known)


def _logs(names: list[str], known: Counts) -> _Kinds:
    every = len({run for name in names for run in known.runs[name]})
    texts = sum(known.texts[name] for name in names)
    gains: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
    for place, name in enumerate(names):
        for run, n in known.runs[name].items():
            gains[run].append((place, math.log((n + ALPHA) / ALPHA)))
    return _Kinds(
        tuple(names),
        tuple(math.log(known.texts[name] / texts) for name in names),
        tuple(math.log(ALPHA / (sum(known.runs[name].values()) + ALPHA * every)) for name in names),
        {run: tuple(found) for run, found in gains.items()},
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
