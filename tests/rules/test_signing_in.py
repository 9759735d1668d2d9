"""How long wrong tries wait, and which passwords are too easy."""

from datetime import UTC, datetime, timedelta

import pytest

from handlers.rules import signing_in as rule

NOW = datetime(2022, 1, 20, 3, tzinfo=UTC)


def test_a_few_mistakes_cost_nothing_and_each_further_one_twice_the_wait() -> None:
    waits = [rule.wait_after(failures).total_seconds() for failures in range(9)]
    assert waits == [0, 0, 0, 0, 0, 1, 2, 4, 8]


def test_no_wait_is_longer_than_a_quarter_of_an_hour_however_often_somebody_tries() -> None:
    assert {rule.wait_after(failures) for failures in (20, 100, 10**6)} == {timedelta(minutes=15)}


def test_the_password_counts_as_typed_for_five_minutes() -> None:
    assert rule.is_proved(NOW, NOW + timedelta(minutes=4, seconds=59))
    assert not rule.is_proved(NOW, NOW + timedelta(minutes=5))


@pytest.mark.parametrize("length", [0, 14, 201])
def test_a_password_is_neither_short_nor_endless(length: int) -> None:
    assert not rule.is_long_enough("あ" * length)


@pytest.mark.parametrize("length", [15, 64, 200])
def test_a_long_password_is_taken(length: int) -> None:
    assert rule.is_long_enough("あ" * length)


@pytest.mark.parametrize(
    "password",
    [
        "aaaaaaaaaaaaaaaa",
        "121212121212121212",
        "passwordpassword",
        "abcdefghijklmnopq",
        "123456789012345678",
        "佐藤花子佐藤花子佐藤花子佐藤花子",
        "カーボンゼロ佐藤花子2022",
    ],
)
def test_long_passwords_that_are_tried_first_are_too_easy(password: str) -> None:
    assert rule.is_guessable(password, ("佐藤花子", "カーボンゼロ"))


@pytest.mark.parametrize("password", ["correct horse battery", "かさ、朝の門司港、三毛ねこ、27番", "x7-Qm!vT9 kLw2#zR"])
def test_words_that_have_nothing_to_do_with_each_other_are_taken(password: str) -> None:
    assert not rule.is_guessable(password, ("佐藤花子", "カーボンゼロ", ""))


def test_one_password_typed_in_wide_or_narrow_signs_is_one_password() -> None:
    assert rule.fold_password("ＡＢＣガギグ") == rule.fold_password("ABCｶﾞｷﾞｸﾞ")
