"""Answers are added up by question; of a small group nothing is told, and no words tell whose they are."""

from handlers.rules.surveys import FEWEST, OTHER, summarise
from tests.handlers.occasions import SURVEY

SCALE, CHOICE, WORDS = SURVEY


def test_fewer_than_five_answers_tell_nothing_not_even_how_many() -> None:
    (one,) = summarise([SCALE], [{1: "5"}] * (FEWEST - 1))
    assert (one.is_hidden, one.answered, one.counts, one.mean, one.words) == (True, 0, (), None, ())


def test_who_left_a_question_out_is_not_counted_in_it() -> None:
    answers = [{1: "5"}] * 5 + [{2: "市政だより"}] * 4
    scale, choice = summarise([SCALE, CHOICE], answers)
    assert (scale.answered, choice.is_hidden) == (5, True)


def test_a_scale_has_a_mean_and_a_count_of_each_step_the_best_first() -> None:
    (one,) = summarise([SCALE], [{1: said} for said in "54431"])
    assert one.mean == 3.4
    assert one.counts == (("5", 1), ("4", 2), ("3", 1), ("2", 0), ("1", 1))


def test_a_choice_that_is_there_no_more_is_counted_apart() -> None:
    answers = [{1: "友だち"}] * 4 + [{1: "ちらし"}]
    (one,) = summarise([CHOICE], answers)
    assert one.counts == (("市政だより", 0), ("友だち", 4), (OTHER, 1))
    assert one.mean is None


def test_words_come_in_an_order_that_tells_nobody_who_wrote_first() -> None:
    said = ["う", "あ", "お", "い", "え"]
    (one,) = summarise([WORDS], [{1: words} for words in said])
    assert one.words == ("あ", "い", "う", "え", "お")
