"""Measures how typed sentences are understood: right, false reports, time, memory, what is confused, what is wrong.

The sentences stand in tests/understanding, a file a language: ``tuning`` is tuned on,
``hidden`` was written before any result was seen, ``fresh`` and the ``blind`` ones later,
each before its result was seen: docs/UNDERSTANDING.md has their first figures. From ``exam``
nothing was ever learned.
"""

import time
import tracemalloc
from collections import Counter
from pathlib import Path

from handlers.rules import lexicon, likeness, second_opinion, wording
from handlers.rules.understanding import understand
from storage.facts import Programme
from storage.programme_file import read_programme
from tests.understanding.sentences import TODAY, Sentence, read, right, shown

SETS = (
    "tuning",
    "hidden",
    "fresh",
    "blind",
    "blind2",
    "blind3",
    "blind4",
    "blind5",
    "blind6",
    "blind7",
    "chatty",
    "told",
    "taught",
    "exam",
)
PROGRAMME = Path(__file__).parents[1] / "programmes" / "kitaq.toml"
ROUNDS = 3


def main() -> None:
    """Print a table a set, then what is confused with what, and each sentence that is still wrong."""
    programme = read_programme(PROGRAMME)
    print(f"phrases, weights and counts of {len(wording.GRAMMARS)} languages: {_built_in(programme)}")
    for name in SETS:
        print(f"\n{name:8}{'sentences':>10}{'right':>8}{'non-reports':>13}{'false reports':>15}{'ms/sentence':>13}")
        wrong: list[tuple[Sentence, str]] = []
        sentences = read(name)
        for language in wording.GRAMMARS:
            wrong += _row(language, [one for one in sentences if one.language == language], programme)
        _row("all", sentences, programme)
        _confusions(wrong)


def _built_in(programme: Programme) -> str:
    tracemalloc.start()
    started = time.process_time()
    for language in wording.GRAMMARS:
        lexicon.lexicon(programme, language)
        second_opinion.learned(language)
        likeness.likest("", language, programme)
    seconds, (held, _) = time.process_time() - started, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return f"built in {seconds:.2f} s under the memory tracer, {held / 1e6:.1f} MB held"


def _row(label: str, sentences: list[Sentence], programme: Programme) -> list[tuple[Sentence, str]]:
    understood = [understand(one.text, one.language, programme, TODAY) for one in sentences]
    started = time.process_time()
    for one in sentences * ROUNDS:
        understand(one.text, one.language, programme, TODAY)
    each = (time.process_time() - started) / max(1, ROUNDS * len(sentences))
    wrong = [(one, shown(meant)) for one, meant in zip(sentences, understood, strict=True) if not right(one, meant)]
    others = [(one, meant) for one, meant in zip(sentences, understood, strict=True) if not one.reports]
    false = sum(bool(meant.actions) for _, meant in others)
    share = 1 - len(wrong) / max(1, len(sentences))
    print(f"{label:8}{len(sentences):10}{share:8.1%}{len(others):13}{false:15}{each * 1000:13.2f}")
    return wrong


def _confusions(wrong: list[tuple[Sentence, str]]) -> None:
    confused = Counter((one.wanted, got) for one, got in wrong)
    for (wanted, got), times in confused.most_common():
        print(f"  {times} × {wanted} taken for {got}")
    for one, got in wrong:
        print(f"  {one.language}: {one.text} → {got}, not {one.wanted}")


if __name__ == "__main__":
    main()
