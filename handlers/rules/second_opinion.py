"""Says by its letters how much a text sounds like a report: a named one that sounds too little like one is asked about.

Two things are held against a text: a logistic regression on its runs of letters, and how many of its runs no report
has ever had, for what is said in words nobody reports in is hardly a report. Both stand in `weights`, a language each,
learned by ``python -m bench.learning`` from the kept sentences. Of a clause that names an action the name is a mark, so
that what was learned of a bottle holds for a bus; a text in which no phrase reports anything is read as it is.
"""

import math
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from handlers.rules import weights as written
from handlers.rules.languages.grammar import GAP, SAID
from handlers.rules.runs import Numbers, checksum, packed, runs, unpacked

LENGTHS = {"en": (3, 4, 6), "vi": (3, 4, 6), "id": (3, 4, 6)}
LENGTHS_OF_OTHERS = (2, 3, 4)
"""Of runs, in letters: a word of Latin letters is longer than one of kana."""
HEARD_RUN = 3
UNHEARD = 0.3
"""What runs that no report has had take from the score, times the root of their number: a long story has more."""
LEAST = -0.8
"""The score from which a report that a phrase names stands unasked."""
LIKELY = 2.0
"""The score from which a text is a report that no phrase reports, where it is beyond doubt like one action."""
SURE = 4.0
"""The score from which it is one although something in it is denied, planned or asked."""
WORTH_ASKING = 0.0
"""The score from which it is asked about. All of these were measured: docs/UNDERSTANDING.md."""
_PARTS = 100
"""Weights are kept in hundredths."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What was learned of one language: weights in hundredths of log odds by run, and the runs of three in reports."""

    bias: int
    weights: Numbers
    heard: Numbers
    lengths: tuple[int, ...]

    @classmethod
    def of(cls, weights: Mapping[str, float], heard: Iterable[str], lengths: tuple[int, ...], bias: float) -> "Opinion":
        """Keep weights in log odds, and runs that reports have had."""
        by_sum = {checksum(run): round(weight * _PARTS) for run, weight in weights.items()}
        known = dict.fromkeys(map(checksum, heard), 1)
        return cls(round(bias * _PARTS), Numbers.of(by_sum), Numbers.of(known), lengths)


NOTHING = Opinion.of({}, (), LENGTHS_OF_OTHERS, 0)


def read(fields: Mapping[str, Any]) -> Opinion:
    """Read an opinion as it was written."""
    heard = unpacked("I", fields["heard"])
    weights = Numbers(unpacked("I", fields["runs"]), unpacked("h", fields["weights"]))
    return Opinion(fields["bias"], weights, Numbers(heard, array("h", [1]) * len(heard)), fields["lengths"])


def write(opinion: Opinion) -> dict[str, Any]:
    """Write an opinion down, the same for the same one."""
    return {
        "bias": opinion.bias,
        "lengths": opinion.lengths,
        "runs": packed(opinion.weights.keys),
        "weights": packed(opinion.weights.values),
        "heard": packed(opinion.heard.keys),
    }


def lengths_of(language: str) -> tuple[int, ...]:
    """Give how long a language's runs are."""
    return LENGTHS.get(language, LENGTHS_OF_OTHERS)


def runs_of(rest: str, lengths: Iterable[int]) -> set[str]:
    """Give the runs of letters of a clause whose names are marks, all of one kind."""
    return runs(rest.replace(SAID, GAP), lengths)


def score(rest: str, opinion: Opinion) -> float:
    """Say in log odds how much such a clause sounds like a report."""
    total, strange = opinion.bias, 0
    for run in runs_of(rest, opinion.lengths):
        key = checksum(run)
        total += opinion.weights.find(key) or 0
        strange += len(run) == HEARD_RUN and opinion.heard.find(key) is None
    return total / _PARTS - UNHEARD * math.sqrt(strange)


def doubts(rest: str, language: str) -> bool:
    """Tell whether a clause, names as marks, sounds too little like a report to be taken for one unasked."""
    return score(rest, learned(language)) < LEAST


def sound(whole: str, language: str) -> float:
    """Say in log odds how much a whole folded text sounds like a report."""
    return score(whole, learned(language))


@cache
def learned(language: str) -> Opinion:
    """Read a language's opinion when it is first asked for: all six would be felt at a start."""
    return read(written.WEIGHTS[language])
