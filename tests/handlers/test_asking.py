"""Questions that wait for typed words catch nobody, and buttons from elsewhere break nothing."""

import pytest

from handlers.commands import PRESSES
from tests.town import Citizen, Town

DISTANCE = ("r:bicycle_walk:2022-01-20:1", "距離も記録する", "はい", "自転車")


def asked_for_a_distance(town: Town) -> Citizen:
    citizen = town.citizen()
    first, *labels = DISTANCE
    citizen.press(first)
    for label in labels:
        citizen.tap(label)
    assert "何キロでしたか" in citizen.words()
    return citizen


def test_who_is_asked_for_a_name_can_leave_instead(town: Town) -> None:
    citizen = town.citizen()
    citizen.press("name")
    citizen.text("退会")
    citizen.tap("退会して消す")
    assert "退会しました" in citizen.words()


def test_who_is_asked_for_a_name_and_types_the_button_keeps_the_old_one(town: Town) -> None:
    citizen = town.citizen()
    citizen.press("name")
    citizen.text("やめる")
    assert "名前はそのままです" in citizen.words()
    citizen.text("こんにちは")
    assert "とお呼びします" not in citizen.words()


def test_a_typed_command_ends_the_question_for_a_name(town: Town) -> None:
    citizen = town.citizen()
    citizen.press("name")
    citizen.text("/menu")
    citizen.text("マイボトル使った")
    assert "これを記録しますか？" in citizen.words()


def test_a_sentence_with_a_command_in_it_is_still_a_name(town: Town) -> None:
    citizen = town.citizen()
    citizen.press("name")
    citizen.text("ポイント大好き")
    assert "これからポイント大好きさんとお呼びします" in citizen.words()


@pytest.mark.parametrize(("words", "answer"), [("退会", "退会しますか"), ("マイボトル使った", "これを記録しますか")])
def test_who_is_asked_for_a_distance_can_do_something_else(town: Town, words: str, answer: str) -> None:
    citizen = asked_for_a_distance(town)
    citizen.text(words)
    assert answer in citizen.words()
    citizen.text("３キロ")
    assert "CO2" not in citizen.words()


def test_what_is_no_distance_is_asked_for_again(town: Town) -> None:
    citizen = asked_for_a_distance(town)
    citizen.text("たくさん")
    assert "kmまでの数字で送ってください" in citizen.words()
    citizen.text("やめる")
    assert "ポイントはそのままです" in citizen.words()


@pytest.mark.parametrize("word", sorted(PRESSES))
def test_a_button_with_words_too_many_or_none_is_answered(town: Town, word: str) -> None:
    citizen = town.citizen()
    for data in (word, f"{word}:", f"{word}:1:2:3:4:5:6:7", f"{word}:１:１:１"):
        assert citizen.press(data)


def test_a_number_in_wide_digits_finds_no_way_round_a_withdrawal(town: Town) -> None:
    citizen = town.citizen()
    citizen.press("r:bicycle_walk:2022-01-20:1")
    entry = next(c.data.split(":")[1] for c in citizen.buttons() if c.data.startswith("w:"))
    citizen.press(f"w:{entry}")
    wide = entry.translate({ord("0") + digit: ord("０") + digit for digit in range(10)})
    citizen.press(f"d:{wide}:bicycle:3")
    assert "見つかりませんでした" in citizen.words()


@pytest.mark.parametrize("data", ["settings", "ward", "days", "report", "report:2:", "points", "undo", "how:led"])
def test_every_screen_leads_back_to_the_menu(town: Town, data: str) -> None:
    citizen = town.citizen()
    citizen.press(data)
    citizen.tap("メニュー")
    assert "きょうは何をしますか" in citizen.words()


def test_a_question_for_a_distance_can_be_dropped(town: Town) -> None:
    citizen = asked_for_a_distance(town)
    citizen.tap("やめる")
    assert "距離は記録しません" in citizen.words()
    citizen.text("3")
    assert "CO2" not in citizen.words()


def test_an_old_button_names_its_action_and_can_be_dropped(town: Town) -> None:
    citizen = town.citizen()
    town.pass_days(1)
    citizen.press("r:my_bottle:2022-01-20:1")
    assert "「マイボトルを使う」" in citizen.words()
    citizen.tap("やめる")
    assert "きょうは何をしますか" in citizen.words()
