"""What sounds too little like a report is asked about; what sounds like one stands."""

import pytest

from handlers.rules import wording
from handlers.rules.second_opinion import doubts, score
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


def test_what_was_never_met_is_judged_by_what_was_met_of_it() -> None:
    assert score("q·q", {"": 1.0, "·$": 2.0}) == 1.0
    assert score("q·", {"": 1.0, "·$": 2.0}) == 3.0
