"""Adds up what people answered after an event, question by question; of a small group nothing is told. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from storage.facts import Question, QuestionKind

FEWEST = 5  # who answered a question: of fewer it could be told who said what
SCALE = tuple(str(number) for number in range(5, 0, -1))
OTHER = ""
"""What was chosen and is no choice any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of one question. ``counts`` are by answer in the order of the choices; ``words`` tell nobody who.

    All but ``question`` and ``is_hidden`` is empty where too few answered.
    """

    question: Question
    is_hidden: bool
    answered: int = 0
    counts: tuple[tuple[str, int], ...] = ()
    mean: float | None = None
    words: tuple[str, ...] = ()


def summarise(survey: Sequence[Question], answers: Sequence[Mapping[int, str]]) -> list[Result]:
    """Add up the answers, one mapping of question number (from 1) to answer for each person."""
    return [
        _result(question, [given[number] for given in answers if number in given])
        for number, question in enumerate(survey, 1)
    ]


def _result(question: Question, given: Sequence[str]) -> Result:
    if len(given) < FEWEST:
        return Result(question=question, is_hidden=True)
    if question.kind is QuestionKind.WORDS:
        return Result(question=question, is_hidden=False, answered=len(given), words=tuple(sorted(given)))
    is_scale = question.kind is QuestionKind.SCALE
    choices = SCALE if is_scale else tuple(choice["ja"] for choice in question.choices)
    counted = Counter(one if one in choices else OTHER for one in given)
    named = (*choices, *([OTHER] if counted[OTHER] else []))
    return Result(
        question=question,
        is_hidden=False,
        answered=len(given),
        counts=tuple((one, counted[one]) for one in named),
        mean=_mean(counted) if is_scale else None,
    )


def _mean(counted: Mapping[str, int]) -> float | None:
    numbers = [(int(one), times) for one, times in counted.items() if one]
    total = sum(times for _, times in numbers)
    return sum(number * times for number, times in numbers) / total if total else None
