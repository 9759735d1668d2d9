"""Phrases: words in their order, alternatives, slips of a letter, words taught later, and what a text resembles."""

from dataclasses import replace

import pytest

from handlers.rules.lexicon import lexicon, taught
from handlers.rules.phrases import collected, meanings, search
from handlers.rules.suggesting import resembling
from handlers.rules.typos import Misspelt
from handlers.rules.understanding import NAMED, understand
from storage.facts import Intent
from tests.factories import TODAY, a_programme, an_action

PHRASES = collected([("牛乳*(手前|てまえ)", "rescue"), ("牛乳", "milk"), ("(red|blue) bag", "bag")])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("牛乳手前からとった", ["rescue"]),
        ("牛乳てまえ", ["rescue"]),
        ("手前の牛乳", ["milk"]),
        ("牛乳" + "あ" * 30 + "手前", ["milk"]),
        ("a blue bags", ["bag"]),
        ("blue baggage", []),
        ("", []),
    ],
)
def test_a_phrase_is_words_in_their_order_with_a_little_between(text: str, found: list[str]) -> None:
    assert [one.what for one in search(text, PHRASES)] == found


def test_all_meanings_are_given_where_phrases_overlap() -> None:
    assert meanings("牛乳手前", PHRASES) == {"rescue", "milk"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("まいぽとるで", "bottle"),
        ("まいとる", "bottle"),
        ("まいぼとるる", "bottle"),
        ("まいほー", None),
        ("すいどう", None),
    ],
)
def test_a_long_name_with_one_letter_wrong_is_found(text: str, found: str | None) -> None:
    slip = Misspelt([("マイボトル", "bottle"), ("すいとう", "bottle")]).search(text)
    assert (slip.what if slip else None) == found


def test_a_slip_makes_a_report_less_sure() -> None:
    programme = a_programme(actions=(an_action("my_bottle", aliases={"ja": ("マイボトル",)}),))
    answer = understand("マイポトル使った", "ja", programme, TODAY)
    assert (answer.intent, answer.confidence) == (Intent.REPORT, NAMED)


def test_words_taught_later_are_understood_and_unknown_actions_left_out() -> None:
    programme = a_programme(actions=(an_action("my_bottle"),))
    wiser = taught(programme, [("ja", "ジャグ*持", "my_bottle"), ("ja", "こたつ", "no_such_action")])
    assert understand("ジャグを持った", "ja", programme, TODAY).actions == ()
    assert [one.action for one in understand("ジャグを持った", "ja", wiser, TODAY).actions] == ["my_bottle"]
    assert understand("こたつ", "ja", wiser, TODAY).actions == ()
    assert lexicon(replace(wiser), "ja") is not lexicon(wiser, "ja")


def test_what_is_named_but_not_said_to_be_done_is_only_asked_about() -> None:
    programme = a_programme(actions=(an_action("my_bottle", aliases={"ja": ("水筒",)}),))
    answer = understand("水筒持って行く", "ja", programme, TODAY)
    assert (answer.intent, answer.actions) == (Intent.NONE, ())
    assert [one.action for one in answer.maybe] == ["my_bottle"]
    assert understand("水筒忘れた", "ja", programme, TODAY).maybe == ()


@pytest.mark.parametrize(
    ("text", "codes"),
    [("ごみ", ("cleanup",)), ("コンポースト", ("compost",)), ("はい", ()), ("疲れた", ()), ("", ()), ("あ" * 99, ())],
)
def test_a_text_resembles_actions_by_the_letters_it_shares(text: str, codes: tuple[str, ...]) -> None:
    programme = a_programme(
        actions=(
            an_action("cleanup", aliases={"ja": ("ごみ拾い", "おきはい")}),
            an_action("compost", title={"ja": "コンポスト"}),
        )
    )
    assert resembling(text, programme) == codes
