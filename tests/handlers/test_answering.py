"""What no command and no report explains is answered from the table; a cry for help comes before anything else."""

import pytest

from handlers import answering
from storage import answers, puzzles
from storage.facts import AnswerRow
from tests.town import Town

ROW = AnswerRow(
    code="bulky",
    words={"ja": ("粗大ごみ",), "en": ("bulky waste",)},
    lines={"ja": ("粗大ごみは電話で申し込みます。", "料金は品物でちがいます。")},
    link="https://city.example/bulky",
    telephone="093-000-0000",
)


@pytest.fixture
def answered(town: Town) -> Town:
    town.database.write(lambda c: answers.add(c, ROW, "test", town.now)).result()
    return town


def test_a_question_is_answered_with_link_and_telephone_and_is_no_puzzle(answered: Town) -> None:
    citizen = answered.citizen()
    citizen.text("粗大ごみの出し方を教えてください")
    assert "粗大ごみは電話で申し込みます。" in citizen.words()
    assert "093-000-0000" in citizen.words()
    assert [button.url for button in citizen.buttons() if button.url] == ["https://city.example/bulky"]
    assert answered.database.read(lambda c: puzzles.list_most(c, 9)).result() == []


def test_who_reads_another_language_gets_the_japanese_with_a_word_about_it(answered: Town) -> None:
    citizen = answered.citizen("en")
    citizen.text("where do I put bulky waste?")
    assert "粗大ごみは電話で申し込みます。" in citizen.words()
    assert "in Japanese only" in citizen.words()


def test_a_word_that_only_hints_at_registering_gives_way(answered: Town) -> None:
    citizen = answered.citizen()
    citizen.text("粗大ごみの申し込みをしたい")
    assert "粗大ごみは電話で申し込みます。" in citizen.words()


@pytest.mark.parametrize(
    ("words", "said"), [("/menu", "きょうは何をしますか"), ("今日マイボトル使った", "これを記録しますか")]
)
def test_commands_and_reports_come_before_the_table(answered: Town, words: str, said: str) -> None:
    row = AnswerRow(code="bottle", words={"ja": ("マイボトル", "/menu")}, lines={"ja": ("答え",)})
    answered.database.write(lambda c: answers.add(c, row, "test", answered.now)).result()
    citizen = answered.citizen()
    citizen.text(words)
    assert said in citizen.words()


def test_another_word_for_an_action_asks_before_it_records(answered: Town) -> None:
    row = AnswerRow(code="straw", words={"ja": ("ストローことわり",)}, action="my_bottle")
    answered.database.write(lambda c: answering.add(c, row, "test", answered.now)).result()
    citizen = answered.citizen()
    citizen.text("すとろーことわり！")
    assert "これを記録しますか" in citizen.words()


def test_despair_is_answered_even_to_a_stranger_before_anything_is_asked(town: Town) -> None:
    citizen = town.citizen(joined=False)
    citizen.text("I want to die")
    assert "0120-279-338" in citizen.words()
    assert "119" in citizen.words()
    assert "You need not bear it alone" in citizen.words()


def test_a_cry_for_help_is_answered_in_the_middle_of_a_question_of_the_bot(town: Town) -> None:
    citizen = town.citizen()
    citizen.press("name")
    citizen.text("火事です")
    assert "すぐに119番" in citizen.words()
    citizen.text("みどり")
    assert "みどりさん" in citizen.words()


def test_no_row_of_the_table_comes_before_a_cry_for_help(town: Town) -> None:
    row = AnswerRow(code="fire", words={"ja": ("火事",)}, lines={"ja": ("市の火事の統計です",)})
    town.database.write(lambda c: answers.add(c, row, "test", town.now)).result()
    citizen = town.citizen()
    citizen.text("家が火事！")
    assert "119番" in citizen.words()
    assert "統計" not in citizen.words()
