"""Says by its letters how much a text sounds like a report: a named one that sounds too little like one is asked about.

Two things are held against a text: a logistic regression on its runs of letters, and how many of its runs no report
has ever had, for what is said in words nobody reports in is hardly a report. Both stand in `weights`, a language each,
learned by ``python -m bench.learning`` from the kept sentences. Of a clause that names an action the name is a mark, so
that what was learned of a bottle holds for a bus; a text in which no phrase reports anything is read as it is.
"""

import json
import math
from binascii import crc32
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from handlers.rules import weights as written
from handlers.rules.languages.grammar import GAP, SAID

BIAS = ""
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
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Opinion:
    """What was learned of one language: weights in log odds by run, and the checksums of the runs of three in reports.

    ``lengths`` are those of its runs. Checksums, for the runs themselves would hold names of places; two of 24 bits
    hardly ever meet.
    """

    weights: dict[str, float]
    heard: frozenset[int]
    lengths: tuple[int, ...] = LENGTHS_OF_OTHERS


def read(fields: dict[str, Any]) -> Opinion:
    """Read an opinion as it was written: checksums are six hexadecimal digits each."""
    heard = fields["heard"]
    sums = (int(heard[start : start + _DIGITS], 16) for start in range(0, len(heard), _DIGITS))
    return Opinion(fields["weights"], frozenset(sums), tuple(fields["lengths"]))


def write(opinion: Opinion) -> dict[str, Any]:
    """Write an opinion down, the same for the same one."""
    heard = "".join(f"{one:06x}" for one in sorted(opinion.heard))
    return {"lengths": opinion.lengths, "weights": opinion.weights, "heard": heard}


def runs(rest: str, lengths: Iterable[int]) -> set[str]:
    """Give the runs of letters of a clause whose names are marks, its two ends marked too."""
    text = f"^{rest.replace(SAID, GAP)}$"
    return {text[start : start + length] for length in lengths for start in range(len(text) - length + 1)}


def checksums(found: Iterable[str]) -> set[int]:
    """Give the checksums of the runs by which a clause is known or strange."""
    return {crc32(run.encode()) >> 8 for run in found if len(run) == HEARD_RUN}


def score(rest: str, opinion: Opinion) -> float:
    """Say in log odds how much such a clause sounds like a report."""
    found = runs(rest, opinion.lengths)
    known = opinion.weights.get(BIAS, 0.0) + sum(opinion.weights.get(run, 0.0) for run in found)
    return known - UNHEARD * math.sqrt(len(checksums(found) - opinion.heard))


def doubts(rest: str, language: str) -> bool:
    """Tell whether a clause, names as marks, sounds too little like a report to be taken for one unasked."""
    return score(rest, learned(language)) < LEAST


def sound(whole: str, language: str) -> float:
    """Say in log odds how much a whole folded text sounds like a report."""
    return score(whole, learned(language))


@cache
def learned(language: str) -> Opinion:
    """Read a language's opinion when it is first asked for: all six would be felt at a start."""
    return read(json.loads(written.WEIGHTS[language]))
