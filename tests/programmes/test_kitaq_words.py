"""The words of the city's file work with the rules that read them: every name of an action is understood as it."""

import unicodedata
from datetime import date

import pytest

from handlers.rules import names, understanding
from tests.town import kitaq

PROGRAMME = kitaq()
TODAY = date(2022, 1, 20)


def understood(text, language):
    return [one.action for one in understanding.understand(text, language, PROGRAMME, TODAY).actions]


@pytest.mark.parametrize("language", PROGRAMME.city.languages)
def test_every_name_of_an_action_is_understood_as_that_action(language):
    for action in PROGRAMME.actions:
        for name in (action.code, action.title[language], action.label[language], *action.aliases.get(language, ())):
            assert understood(name, language) == [action.code], name


@pytest.mark.parametrize(
    ("text", "language", "action"),
    [
        ("今日マイボトル使った", "ja", "my_bottle"),
        ("ﾏｲﾎﾞﾄﾙ使いました", "ja", "my_bottle"),
        ("会社まで歩いた", "ja", "bicycle_walk"),
        ("バスで通勤した", "ja", "public_transport"),
        ("冷蔵庫の野菜を使い切った", "ja", "food_rescue"),
        ("エアコンのフィルター掃除した", "ja", "save_electricity"),
        ("置き配にしてもらった", "ja", "one_delivery"),
        ("公園のゴミ拾いに参加しました", "ja", "cleanup"),
        ("古い携帯を回収ボックスに入れた", "ja", "eco_electronics"),
        ("電球をLEDに替えた", "ja", "led"),
        ("I walked to work", "en", "bicycle_walk"),
        ("turned off the lights", "en", "save_electricity"),
        ("worked from home today", "en", "telework"),
    ],
)
def test_common_ways_to_say_it_are_understood(text, language, action):
    assert understood(text, language) == [action]


@pytest.mark.parametrize(
    ("text", "language"),
    [("バスタオルを買った", "ja"), ("business trip", "en"), ("is there an event?", "en"), ("emoji party", "en")],
)
def test_words_that_only_contain_a_name_report_nothing(text, language):
    assert understood(text, language) == []


def test_japanese_names_are_joined_as_one_would_say_them():
    """The rule leaves の out after words such as あかるい; no noun here may end like one."""
    words = PROGRAMME.names
    for place, first in enumerate(words.first["ja"]):
        assert names.generated_name(words, "ja", place, 0, 12) == f"{first}のカササギ12"


def test_every_generated_name_fits_the_length_of_a_nickname():
    words = PROGRAMME.names
    for language in PROGRAMME.city.languages:
        for first in range(24):
            for second in range(24):
                made = names.generated_name(words, language, first, second, 99)  # joining draws 1 to 99
                assert names.checked_nickname(made) == made


@pytest.mark.parametrize(("language", "least"), [("ja", 6), ("en", 4)])
def test_every_action_is_known_by_many_words(language, least):
    for action in PROGRAMME.actions:
        known = {unicodedata.normalize("NFKC", alias) for alias in action.aliases[language]}
        assert len(known) >= least, action.code


def test_an_alias_is_never_part_of_a_longer_one_of_another_action():
    """A matcher that prefers the longest word must not be needed for that."""
    for language in PROGRAMME.city.languages:
        owned = [(alias, action.code) for action in PROGRAMME.actions for alias in action.aliases.get(language, ())]
        inside = [
            (short, long, mine, other)
            for short, mine in owned
            for long, other in owned
            if mine != other and (short in long if language == "ja" else f" {short} " in f" {long} ")
        ]
        assert inside == []


@pytest.mark.parametrize("language", ["ja", "en"])
def test_there_are_24_by_24_names(language):
    assert len(PROGRAMME.names.first[language]) == 24
    assert len(PROGRAMME.names.second[language]) == 24
