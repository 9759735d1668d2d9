"""Learns from the kept sentences: what sounds like a report (`second_opinion`), and what is like what (`likeness`).

The files of weights and counts are written anew, the same for the same sentences. With ``--measure`` nothing is
written: each set is read by what the others taught.
"""

import math
import random
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from bench.understanding import PROGRAMME, SETS
from handlers.rules import counts, likeness, second_opinion, weights, wording
from handlers.rules.folding import folded
from handlers.rules.likeness import Counts
from handlers.rules.second_opinion import HEARD_RUN, Opinion, runs_of
from handlers.rules.understanding import remainders, understand
from storage.facts import Intent, Programme
from storage.programme_file import read_programme
from tests.rules.sentences import ENGLISH, JAPANESE, meanings
from tests.rules.sentences import PROGRAMME as SMALL
from tests.test_no_city_in_code import names_in
from tests.understanding.sentences import TODAY, Sentence, read, right

ROUNDS, STEP, KEPT = 12, 0.1, 0.1
BIAS = ""
UNLEARNED = "exam"
"""The set that tells how strangers are read."""
MODULE = '''"""Holds {} as ``python -m bench.learning`` writes them; data only."""

from typing import Any

# fmt: off
# ruff: noqa: E501
{}: dict[str, dict[str, Any]] = {{
{}
}}
'''


@dataclass(frozen=True, slots=True)
class _Example:
    rest: str
    language: str
    report: bool


@dataclass(frozen=True, slots=True)
class Learned:
    """What one language taught."""

    opinion: Opinion
    counts: Counts


def main() -> None:
    """Write the weights and the counts, or measure."""
    programme = read_programme(PROGRAMME)
    sets = {name: read(name) for name in SETS if name != UNLEARNED}
    if "--measure" in sys.argv:
        for name, unseen in sets.items():
            others = chain(*(held for other, held in sets.items() if other != name))
            _measure(name, unseen, list(others), programme)
        return
    learned = learn(list(chain(*sets.values())), programme)
    opinions = {language: second_opinion.write(one.opinion) for language, one in learned.items()}
    _write(weights.__file__, "the second opinion's weights", "WEIGHTS", opinions)
    counted = {language: likeness.write(one.counts) for language, one in learned.items()}
    _write(counts.__file__, "the runs of letters of the kept sentences", "COUNTS", counted)


def learn(sentences: list[Sentence], programme: Programme) -> dict[str, Learned]:
    """Learn from sentences, and from those of a small programme; what was learned before has no part in it."""
    second_opinion.learned = lambda _: second_opinion.NOTHING
    examples = [*chain(*(_examples(one, programme) for one in sentences)), *_of_another_city()]
    return {
        language: Learned(_opinion(examples, language), _counts(sentences, language)) for language in wording.GRAMMARS
    }


def hold(learned: dict[str, Learned]) -> None:
    """Let sentences be read by what was learned here instead of by what is kept."""
    second_opinion.learned = lambda language: learned[language].opinion
    likeness.counted = lambda language: learned[language].counts
    likeness.forget()


def _examples(one: Sentence, programme: Programme) -> Iterator[_Example]:
    """Give a sentence's clauses that name an action, and the whole of it with its names, for those that none names."""
    if len(one.intents) == 1:
        yield from _clauses(one.text, one.language, one.reports, programme)
    yield _Example(folded(one.text), wording.language_of(folded(one.text), one.language), one.reports)


def _of_another_city() -> Iterator[_Example]:
    """Give the sentences of a programme with fewer phrases, so that more is left around its names."""
    for language, sentences in (("ja", JAPANESE), ("en", ENGLISH)):
        for text, intent, _ in meanings(sentences):
            yield from _clauses(text, language, intent == Intent.REPORT, SMALL)


def _clauses(text: str, language: str, report: bool, programme: Programme) -> Iterator[_Example]:
    """Give each clause that names an action; a guarded one teaches what is no report, and nothing of a report."""
    read_in = wording.language_of(folded(text), language)
    for rest, taken in remainders(text, language, programme, TODAY):
        if taken or not report:
            yield _Example(rest, read_in, report)


def _counts(sentences: list[Sentence], language: str) -> Counts:
    return Counts.of(_counted(sentences, language))


def _counted(sentences: list[Sentence], language: str) -> Iterator[tuple[str, list[str]]]:
    """Give what reports one action or is of one intent, each by its runs; a city's own places say nothing."""
    for one in sentences:
        kinds = _kinds(one)
        if len(kinds) == 1 and wording.language_of(folded(one.text), one.language) == language:
            yield kinds.pop(), [run for run in likeness.runs_of(one.text, language) if not names_in(run)]


def _kinds(one: Sentence) -> set[str]:
    if one.reports:
        return {likeness.kind_of(action.partition("@")[0].partition("=")[0], is_action=True) for action in one.actions}
    return {likeness.kind_of(one.intents[0], is_action=False)}


def _opinion(examples: list[_Example], language: str) -> Opinion:
    lengths = second_opinion.lengths_of(language)
    rows = [(runs_of(one.rest, lengths), one.report) for one in examples if one.language == language]
    heard = {run for found, report in rows if report for run in found if len(run) == HEARD_RUN}
    weights = _regression(rows)
    return Opinion.of({run: weight for run, weight in weights.items() if run != BIAS}, heard, lengths, weights[BIAS])


def _regression(rows: list[tuple[set[str], bool]]) -> dict[str, float]:
    """Fit a logistic regression by AdaGrad, in an order that is the same every time."""
    weights: dict[str, float] = defaultdict(float)
    squares: dict[str, float] = defaultdict(float)
    ordered = [(sorted(found), report) for found, report in rows]
    shuffle = random.Random(1).shuffle
    for _ in range(ROUNDS):
        shuffle(ordered)
        for found, report in ordered:
            named = [*found, BIAS]
            slope = 1 / (1 + math.exp(-sum(weights[run] for run in named))) - report
            for run in named:
                squares[run] += slope * slope
                weights[run] -= STEP * slope / math.sqrt(squares[run] + 1e-6)
    told = {run: round(weight, 2) for run, weight in sorted(weights.items()) if abs(weight) >= KEPT or run == BIAS}
    return {run: weight for run, weight in told.items() if not names_in(run)}  # a city's own places say nothing


def _write(path: str, what: str, name: str, held: dict[str, dict[str, Any]]) -> None:
    lines = "\n".join(f'    "{language}": {written!r},' for language, written in held.items())
    Path(path).write_text(MODULE.format(what, name, lines), encoding="utf-8")


def _measure(name: str, unseen: list[Sentence], others: list[Sentence], programme: Programme) -> None:
    texts = {one.text for one in others}
    asked = [one for one in unseen if one.text not in texts]
    hold(learn(others, programme))
    meant = [(one, understand(one.text, one.language, programme, TODAY)) for one in asked]
    correct = sum(right(one, found) for one, found in meant)
    no_reports = [found for one, found in meant if not one.reports]
    false = sum(bool(found.actions) for found in no_reports)
    share = f"{correct / len(meant):6.1%} of {len(meant):4} right"
    print(f"{name:8} {share}, {false:2} of {len(no_reports):4} taken for reports", flush=True)


if __name__ == "__main__":
    main()
