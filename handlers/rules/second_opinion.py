"""Doubts a report by the letters around what it names, so that it is asked about; it may only doubt, never report.

The weights stand in `weights`: a logistic regression on runs of letters, a language each, learned by
``python -m bench.second_opinion`` from the kept sentences. A name is a mark in what is read, so that what was learned
of a bottle holds for a bus.
"""

import json

from handlers.rules import weights as written
from handlers.rules.languages.grammar import GAP, SAID

BIAS = ""
LONGEST_RUN = 4
LEAST = 0.3
"""The score from which a report stands unasked: measured in docs/UNDERSTANDING.md."""
Weights = dict[str, float]
_LEARNED: dict[str, Weights] = json.loads(written.WEIGHTS)


def runs(rest: str) -> set[str]:
    """Give the runs of two to four letters of a clause whose names are marks, its two ends marked too."""
    text = f"^{rest.replace(SAID, GAP)}$"
    lengths = range(2, LONGEST_RUN + 1)
    return {text[start : start + length] for length in lengths for start in range(len(text) - length + 1)}


def score(rest: str, weights: Weights) -> float:
    """Say in log odds how much such a clause sounds like a report; unknown runs say nothing."""
    return weights.get(BIAS, 0.0) + sum(weights.get(run, 0.0) for run in runs(rest))


def doubts(rest: str, language: str) -> bool:
    """Tell whether a clause, names as marks, sounds too little like a report to be taken for one unasked."""
    return score(rest, _LEARNED[language]) < LEAST
