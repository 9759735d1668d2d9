"""The survey after an event: one question after another, left and taken up again, changed, exported without names."""

import pytest

from storage import attendances
from storage.facts import CheckInWay, Question, QuestionKind
from tests.handlers.occasions import START, SURVEY, add_event, check_in, event_of, person_of, seated, take_back
from tests.town import Citizen, Town


@pytest.fixture
def asked(town: Town) -> tuple[Town, int, Citizen]:
    """A citizen who was at a seminar that asks three questions, and the event's number."""
    (part,) = add_event(town, survey=SURVEY)
    citizen = town.citizen()
    person = seated(town, part, citizen)
    town.now = START
    check_in(town, part, person, way=CheckInWay.WORD, provisional=True)
    return town, event_of(town, part), citizen


def answers(town: Town, event: int) -> list[dict[int, str]]:
    return town.database.read(lambda c: attendances.list_answers_of_event(c, event)).result()


def test_questions_come_one_after_another_by_button_and_in_words(asked: tuple[Town, int, Citizen]) -> None:
    town, event, citizen = asked
    citizen.press(f"survey:{event}")
    assert "アンケート 1/3" in citizen.words()
    citizen.tap("4")
    assert "アンケート 2/3" in citizen.words()
    citizen.tap("友だち")
    assert "ひとことどうぞ。" in citizen.words()
    citizen.text("マイボトルの話がよかったです")
    assert "ご回答ありがとうございました" in citizen.words()
    assert answers(town, event) == [{1: "4", 2: "友だち", 3: "マイボトルの話がよかったです"}]


def test_a_survey_is_taken_up_where_it_was_left_and_a_question_can_be_skipped(asked: tuple[Town, int, Citizen]) -> None:
    town, event, citizen = asked
    citizen.press(f"survey:{event}:1:5")
    citizen.press("menu")
    citizen.press(f"survey:{event}")
    assert "アンケート 2/3" in citizen.words()
    citizen.tap("答えずに次へ")
    citizen.tap("答えずに次へ")
    assert answers(town, event) == [{1: "5"}]


def test_answering_again_changes_the_answer(asked: tuple[Town, int, Citizen]) -> None:
    town, event, citizen = asked
    for given in ("2", "3"):
        citizen.press(f"survey:{event}:1:{given}")
    citizen.press(f"survey:{event}:1")
    assert "いまの答え：3" in citizen.words()
    assert answers(town, event) == [{1: "3"}]


def test_a_command_is_obeyed_while_words_are_awaited(asked: tuple[Town, int, Citizen]) -> None:
    town, event, citizen = asked
    citizen.press(f"survey:{event}:3")
    citizen.text("ポイント")
    assert "さんのポイント" in citizen.words()
    citizen.press(f"survey:{event}:3")
    citizen.text("やめる")
    citizen.text("うなぎ")
    assert answers(town, event) == []


def test_a_choice_too_long_for_a_button_is_read_whole_above_it(town: Town) -> None:
    long = "市の広報紙や回覧板など、紙のお知らせを見て知りました"
    question = Question(kind=QuestionKind.CHOICE, words={"ja": "どこで？"}, choices=({"ja": long}, {"ja": "友だち"}))
    (part,) = add_event(town, survey=(question,))
    citizen = town.citizen()
    seated(town, part, citizen)
    town.now = START
    check_in(town, part, person_of(town, citizen))
    citizen.press(f"survey:{event_of(town, part)}")
    assert long in citizen.words()
    assert all(len(choice.label) <= 20 for choice in citizen.buttons())
    citizen.press(f"survey:{event_of(town, part)}:1:1")
    assert answers(town, event_of(town, part)) == [{1: long}]


@pytest.mark.parametrize("tail", [":1:0", ":1:6", ":1:x", ":2:3", ":9:1", ":0:1", ":3:1", ":-1", ":999999", "::1"])
def test_a_forged_answer_is_not_kept(asked: tuple[Town, int, Citizen], tail: str) -> None:
    town, event, citizen = asked
    citizen.press(f"survey:{event}{tail}")
    assert citizen.words()
    assert all(set(one) <= {1} and one.get(1, "1") == "1" for one in answers(town, event))


@pytest.mark.parametrize("event", ["", "0", "999", "x", "9" * 30])
def test_a_survey_of_nothing_is_politely_refused(asked: tuple[Town, int, Citizen], event: str) -> None:
    _, _, citizen = asked
    citizen.press(f"survey:{event}")
    assert "参加した方にお願い" in citizen.words()


def test_only_who_was_there_is_asked(asked: tuple[Town, int, Citizen]) -> None:
    town, event, citizen = asked
    absent = town.citizen()
    absent.press(f"survey:{event}:1:5")
    assert "参加した方にお願い" in absent.words()
    part = town.database.read(lambda c: attendances.list_of_person(c, person_of(town, citizen))).result()[0].part_id
    take_back(town, part, person_of(town, citizen))
    citizen.press(f"survey:{event}:1:5")
    assert answers(town, event) == []
