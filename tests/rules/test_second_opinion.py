"""What sounds too little like a report is asked about; what sounds like one stands."""

import pytest

from handlers.rules import wording
from handlers.rules.second_opinion import UNHEARD, Opinion, doubts, read, score, write
from handlers.rules.understanding import understand
from tests.understanding.sentences import TODAY
from tests.understanding.test_sets import PROGRAMME


@pytest.mark.parametrize("language", wording.GRAMMARS)
def test_every_language_has_an_opinion_of_a_clause(language: str) -> None:
    assert isinstance(doubts("·", language), bool)


@pytest.mark.parametrize(
    ("language", "text", "action"),
    [
        *(("ja", "バス停まで行ったけど休みやった", "public_transport"), ("ja", "マイバッグ使えた人いいなあ", "my_bag")),
        *(("ja", "講師の先生、自転車で来てた", "bicycle_walk"), ("vi", "phân loại rác khó quá", "sorting")),
    ],
)
def test_a_sentence_that_no_guard_knows_is_asked_about(language: str, text: str, action: str) -> None:
    meant = understand(text, language, PROGRAMME, TODAY)
    assert not meant.actions
    assert [one.action for one in meant.maybe] == [action]


def test_a_clause_is_judged_by_the_runs_that_were_learned() -> None:
    learned = Opinion.of({"·$": 2.0}, ["^q·", "q·q", "·q$", "q·$"], (2, 3, 4), 1.0)
    assert score("q·q", learned) == 1.0
    assert score("q·", learned) == 3.0


def test_each_run_that_no_report_has_had_speaks_against_one() -> None:
    assert score("q·", Opinion.of({}, ["^q·"], (2, 3, 4), 0.0)) == pytest.approx(-UNHEARD)
    assert score("q·", Opinion.of({}, [], (2, 3, 4), 0.0)) == pytest.approx(-(2**0.5) * UNHEARD)


def test_what_was_learned_is_read_as_it_was_written() -> None:
    learned = Opinion.of({"·で": -1.25}, ["^q·", "·でし", "した$"], (3, 4), 0.5)
    assert read(write(learned)) == learned
