"""What share of typed sentences is understood, and that what is no report is hardly ever taken for one."""

from pathlib import Path

import pytest

from handlers.rules.understanding import understand
from storage.facts import Understanding
from storage.programme_file import read_programme
from tests.understanding.sentences import TODAY, Sentence, read, right

PROGRAMME = read_programme(Path(__file__).parents[2] / "programmes" / "kitaq.toml")
SETS = {"tuning": 0.98, "hidden": 0.95, "fresh": 0.9}
"""The least share of right answers of each set; figures as measured stand in docs/UNDERSTANDING.md."""
FALSE_REPORTS = {"tuning": 0.01, "hidden": 0.01, "fresh": 0.02}


def meant(sentence: Sentence) -> Understanding:
    return understand(sentence.text, sentence.language, PROGRAMME, TODAY)


@pytest.mark.parametrize("name", SETS)
def test_the_sentences_of_a_set_are_understood(name: str) -> None:
    wrong = [one.text for one in read(name) if not right(one, meant(one))]
    assert len(wrong) <= (1 - SETS[name]) * len(read(name)), wrong


@pytest.mark.parametrize("name", SETS)
def test_what_is_no_report_is_not_taken_for_one(name: str) -> None:
    others = [one for one in read(name) if not one.reports]
    false = [one.text for one in others if meant(one).actions]
    assert len(false) <= FALSE_REPORTS[name] * len(others), false


def test_the_sets_share_no_sentence_and_are_many() -> None:
    texts = {name: {one.text for one in read(name)} for name in SETS}
    assert len(texts["hidden"]) >= 300
    assert not texts["hidden"] & texts["tuning"]
    assert not texts["fresh"] & (texts["hidden"] | texts["tuning"])
    assert {one.language for one in read("hidden")} >= {"ja", "en", "zh", "ko", "vi"}
