"""On Telegram a list or a question gives its place to what it leads to; receipts, codes and pictures stay."""

import pytest

from handlers.messages import Way
from storage.database import Database
from tests.handlers import telegram_citizen
from tests.handlers.telegram_citizen import TelegramCitizen
from tests.town import Town

NEW, IN_PLACE = [Way.PRESS_ANSWER, Way.PUSH], [Way.PRESS_ANSWER, Way.REPLACE]


@pytest.fixture
def citizen(database: Database) -> TelegramCitizen:
    return telegram_citizen.bring(Town(database), "ja")


def test_leafing_through_the_menu_stays_in_one_place(citizen: TelegramCitizen) -> None:
    citizen.text("メニュー")
    for label in ("使い方", "数え方", "報告する", "ほかの行動", "いつもの行動", "メニュー"):
        if any(choice.label.startswith(label) for choice in citizen.buttons()):
            citizen.tap(label)
            assert citizen.ways == IN_PLACE, label


def test_a_question_becomes_its_receipt_and_the_receipt_stays(citizen: TelegramCitizen) -> None:
    citizen.text("マイバッグ使った")
    citizen.tap("記録する")
    assert citizen.ways == IN_PLACE
    assert "マイバッグ" in citizen.words()
    citizen.tap("ほかにも報告")
    assert citizen.ways == NEW


def test_a_second_press_in_a_row_does_not_take_the_receipt_away(citizen: TelegramCitizen) -> None:
    citizen.text("マイバッグ使った")
    asked, question = citizen.answered, citizen.buttons()[0].data
    citizen.press(question)
    assert citizen.ways == IN_PLACE
    citizen.answered = asked  # the finger came down twice before the phone showed the receipt
    citizen.press(question)
    assert citizen.ways == NEW


def test_what_was_typed_is_answered_below(citizen: TelegramCitizen) -> None:
    citizen.text("メニュー")
    citizen.text("メニュー")
    assert citizen.ways == [Way.PUSH]


def test_a_word_without_a_button_leaves_the_page_to_go_on_from(citizen: TelegramCitizen) -> None:
    citizen.text("メニュー")
    for label in ("使い方", "メニュー") * citizen.town.programme.limits.messages_a_minute:
        if citizen.buttons():
            citizen.tap(label)
    assert "1分ほど待ってから" in citizen.words()
    assert citizen.ways == NEW
