"""The row whose longest word stands in a question answers it; an action's other word must be the whole message."""

from handlers.rules.answers import find
from storage.facts import AnswerRow
from tests.town import kitaq


def a_row(code: str, *words: str, action: str = "", language: str = "ja") -> AnswerRow:
    return AnswerRow(code=code, words={language: words}, lines={} if action else {"ja": ("答え",)}, action=action)


def code_of(text: str, *rows: AnswerRow, language: str = "ja") -> str | None:
    found = find(text, language, rows)
    return found.code if found else None


def test_the_longest_word_decides() -> None:
    rows = (a_row("waste", "ごみ"), a_row("bulky", "粗大ごみ"))
    assert code_of("粗大ゴミはどこ？", *rows) == "bulky"
    assert code_of("ゴミはどこ？", *rows) == "waste"


def test_of_equals_the_first_row_answers() -> None:
    assert code_of("補助金", a_row("one", "補助金"), a_row("two", "補助金")) == "one"


def test_a_latin_word_stands_alone_and_may_end_in_s() -> None:
    grant = a_row("grant", "grant", language="en")
    assert code_of("any GRANTS for solar?", grant, language="en") == "grant"
    assert code_of("I am an immigrant", grant, language="en") is None


def test_words_of_another_language_than_the_readers_do_not_answer() -> None:
    row = a_row("batteries", "pin", language="vi")
    assert code_of("pin", row, language="vi") == "batteries"
    assert code_of("pin", row, language="ko") is None


def test_another_word_for_an_action_is_the_whole_message() -> None:
    row = a_row("straw", "ストロー断り", action="my_bottle")
    assert code_of("すとろー断り！", row) == "straw"
    assert code_of("ストロー断りたかった", row) is None


def test_the_citys_own_rows_answer_what_people_ask_most() -> None:
    asked = {
        "粗大ごみを捨てたい": "bulky_waste",
        "ゴミの日はいつ？": "collection_day",
        "小型家電はどこで集めていますか": "small_electronics",
        "太陽光の補助金ある？": "subsidies",
        "不法投棄を見つけた": "illegal_dumping",
        "熱中症が心配": "heat_stroke",
        "モバイルバッテリーはどう捨てる": "batteries",
        "how do i get rid of bulky waste": "bulky_waste",
    }
    assert {text: code_of(text, *kitaq().answers) for text in asked} == asked
