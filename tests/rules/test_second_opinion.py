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
        *(("ja", "学生時代は自転車ばっかりだった", "bicycle_walk"), ("ja", "マイバッグ使えた人いいなあ", "my_bag")),
        *(("ko", "어릴 때는 매일 걸어 다녔어", "bicycle_walk"), ("zh", "小时候天天走路上学", "bicycle_walk")),
    ],
)
def test_a_sentence_that_no_guard_knows_is_asked_about(language: str, text: str, action: str) -> None:
    meant = understand(text, language, PROGRAMME, TODAY)
    assert not meant.actions
    assert [one.action for one in meant.maybe] == [action]


def test_what_was_never_met_is_judged_by_what_was_met_of_it() -> None:
    assert score("q·q", {"": 1.0, "·$": 2.0}) == 1.0
    assert score("q·", {"": 1.0, "·$": 2.0}) == 3.0
