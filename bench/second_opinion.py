"""Measures what the second opinion stops and costs on sets it has not learned from, then learns from all of them.

The file of weights is written anew, the same for the same sentences.
"""

import json
import math
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from bench.understanding import PROGRAMME, SETS
from handlers.rules import weights, wording
from handlers.rules.folding import folded
from handlers.rules.second_opinion import BIAS, LEAST, Opinion, checksums, runs, score, write
from handlers.rules.understanding import remainders
from storage.facts import Intent, Programme
from storage.programme_file import read_programme
from tests.rules.sentences import ENGLISH, JAPANESE, meanings
from tests.rules.sentences import PROGRAMME as SMALL
from tests.test_no_city_in_code import names_in
from tests.understanding.sentences import TODAY, read

ROUNDS, STEP, KEPT = 12, 0.1, 0.1
WRITTEN = Path(weights.__file__)
MODULE = '''"""Holds the second opinion's weights as ``python -m bench.second_opinion`` writes them; data only."""

# ruff: noqa: E501
WEIGHTS = {{
{}
}}
'''


@dataclass(frozen=True, slots=True)
class _Example:
    rest: str
    language: str
    report: bool
    taken: bool


def main() -> None:
    """Print the table of each set learned without, then write the weights."""
    examples = {name: list(_examples(name)) for name in SETS} | {"another": list(_of_another_city())}
    for name, unseen in examples.items():
        _measure(name, unseen, _learn(chain(*(held for other, held in examples.items() if other != name))))
    learned = _learn(chain(*examples.values()))
    WRITTEN.write_text(MODULE.format(_a_line_a_language(learned)), encoding="utf-8")


def _examples(name: str) -> Iterator[_Example]:
    programme = read_programme(PROGRAMME)
    for one in read(name):
        if len(one.intents) == 1:
            yield from _clauses(one.text, one.language, one.reports, programme)


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
            yield _Example(rest, read_in, report, taken)


def _learn(examples: Iterable[_Example]) -> dict[str, Opinion]:
    held = list(examples)
    return {language: _opinion([one for one in held if one.language == language]) for language in wording.GRAMMARS}


def _opinion(held: list[_Example]) -> Opinion:
    rows = [(runs(one.rest), one.report) for one in held]
    heard = frozenset(chain.from_iterable(checksums(found) for found, report in rows if report))
    return Opinion(_regression(rows), heard)


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


def _a_line_a_language(learned: dict[str, Opinion]) -> str:
    held = {language: json.dumps(write(opinion), ensure_ascii=False) for language, opinion in learned.items()}
    return "\n".join(f'    "{language}": r"""{written}""",' for language, written in held.items())


def _measure(name: str, unseen: list[_Example], learned: dict[str, Opinion]) -> None:
    reports = [score(one.rest, learned[one.language]) for one in unseen if one.report]
    others = [score(one.rest, learned[one.language]) for one in unseen if one.taken and not one.report]
    asked, stopped = sum(one < LEAST for one in reports), sum(one < LEAST for one in others)
    print(f"{name:8} clauses of reports asked about {asked}/{len(reports)}, of others stopped {stopped}/{len(others)}")


if __name__ == "__main__":
    main()
