"""What no phrase finds is read by its letters: a report where it sounds like one, else a question or what it wants."""

from dataclasses import replace

import pytest

from handlers.rules import likeness, wording
from handlers.rules.likeness import BEYOND_DOUBT, Counts, kind_of, likest, runs_of
from handlers.rules.understanding import NAMED, remainders, understand
from storage.facts import Intent
from tests.understanding.sentences import TODAY
from tests.understanding.test_sets import PROGRAMME


@pytest.mark.parametrize("language", wording.GRAMMARS)
def test_the_names_of_actions_are_most_like_their_actions(language: str) -> None:
    named = [
        (text, action.code) for action in PROGRAMME.actions for tag, text in action.title.items() if tag == language
    ]
    wrong = [text for text, code in named if likest(text, language, PROGRAMME)[0] != code]
    assert len(wrong) <= 1, wrong


@pytest.mark.parametrize("text", ["", "☃", "?"])
def test_what_says_nothing_is_like_nothing_beyond_doubt(text: str) -> None:
    for language in wording.GRAMMARS:
        assert likest(text, language, PROGRAMME)[1] < BEYOND_DOUBT


def test_a_belief_is_a_share_of_one() -> None:
    for text in ("", "bus", "自転車", "the bottle my sister filled for me", "x" * 500):
        assert 0 <= likest(text, "en", PROGRAMME)[1] <= 1


def test_numbers_are_one_like_another() -> None:
    assert runs_of("3km", "ja") == runs_of("12.5km", "ja")


def test_a_phrase_that_a_city_adds_teaches_it() -> None:
    text = "蛍光灯にさよなら"
    phrases = dict(PROGRAMME.phrases)
    phrases["led"] = {**phrases["led"], "ja": (*phrases["led"]["ja"], "蛍光灯*さよなら")}
    taught = replace(PROGRAMME, phrases=phrases)
    before, after = likest(text, "ja", PROGRAMME), likest(text, "ja", taught)
    likeness.forget()
    assert after[0] == "led"
    assert after[1] > before[1] or before[0] != "led"


def test_counts_are_read_as_they_were_written() -> None:
    help_is = kind_of(Intent.HELP, is_action=False)
    counts = Counts.of([("my_bag", ["ふ", "ふく"]), ("my_bag", ["ふ"]), (help_is, ["ふ", "た"])])
    assert counts.texts == {"my_bag": 2, help_is: 1}
    assert sorted(counts.times) == [1, 1, 1, 2]
    assert likeness.read(likeness.write(counts)) == counts


def test_counting_in_two_goes_is_counting_at_once() -> None:
    first, second = [("my_bag", ["ふ", "く"])], [("repair", ["な"]), ("my_bag", ["ふ"])]
    assert Counts.of(first).with_more(second) == Counts.of(first + second)


def test_an_action_that_a_city_does_not_have_is_never_the_likest() -> None:
    fewer = replace(PROGRAMME, actions=tuple(one for one in PROGRAMME.actions if one.code != "public_transport"))
    what, _ = likest("バスで行きました", "ja", fewer)
    likeness.forget()
    assert what != "public_transport"


@pytest.mark.parametrize(
    ("language", "text", "action"),
    [("ja", "両足つかって会社まで行った", "bicycle_walk"), ("id", "piring licin tandas", "no_leftovers")],
)
def test_a_report_in_words_that_no_phrase_has_is_read_by_its_letters(language: str, text: str, action: str) -> None:
    assert not any(taken for _, taken in remainders(text, language, PROGRAMME, TODAY))
    meant = understand(text, language, PROGRAMME, TODAY)
    assert [one.action for one in meant.actions] == [action]
    assert meant.confidence == NAMED


def test_days_and_kilometres_belong_to_what_was_read_by_its_letters() -> None:
    (meant,) = understand("昨日、両足つかって会社まで行った。3km", "ja", PROGRAMME, TODAY).actions
    assert (meant.action, meant.km, (TODAY - meant.on).days) == ("bicycle_walk", 3, 1)


@pytest.mark.parametrize(
    "text", ["両足つかって会社まで行かなかった", "両足つかって会社まで行きたい", "両足つかって会社まで行った？"]
)
def test_what_is_denied_wished_or_asked_is_no_report_by_its_letters_either(text: str) -> None:
    assert likest("両足つかって会社まで行った", "ja", PROGRAMME)[0] == "bicycle_walk"
    assert not understand(text, "ja", PROGRAMME, TODAY).actions
