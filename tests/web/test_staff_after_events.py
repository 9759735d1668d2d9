"""What staff do after an event: read what was answered, take tables away; and write the questions before it."""

import csv
import io

import pytest

from storage import attendances, audit
from storage.facts import EventFacts, QuestionKind, StaffRole
from tests.handlers.occasions import SURVEY
from tests.town import Town
from tests.web.staff_clerks import hired
from tests.web.staff_desk import Office
from tests.web.staff_events import fields


@pytest.fixture
def office(town: Town) -> Office:
    return Office(town)


def answer(office: Office, event: EventFacts, persons: int) -> None:
    for person in range(1, persons + 1):
        for question, said in ((1, "4"), (2, "友だち"), (3, f"声{person}")):
            office.do(
                lambda c, who=person, n=question, words=said: attendances.put_answer(
                    c, event.id, who, n, words, office.town.now
                )
            )


async def test_what_four_answered_is_hidden_and_what_five_answered_is_added_up(office: Office) -> None:
    event, one = office.add_event(survey=SURVEY), await hired(office)
    answer(office, event, 4)
    await one.open(f"/staff/events/{event.id}/survey")
    assert one.words.count("まだ5人より少ない") == 3
    assert "声1" not in one.words
    answer(office, event, 5)
    await one.open(f"/staff/events/{event.id}/survey")
    assert "答えた人 5人" in one.words
    assert "平均 4.0" in one.words
    assert "友だち 5 100%" in one.words
    assert "声1 声2 声3" in one.words


async def test_questions_are_written_until_somebody_has_answered(office: Office) -> None:
    event, one = office.add_event(), await hired(office)
    await one.open(f"/staff/events/{event.id}/questions")
    written = {
        "question.1": "scale",
        "words.1.ja": "どうでしたか。",
        "question.3": "choice",
        "words.3.ja": "何で知りましたか。",
        "choices.3.ja": "市政だより\r\n友だち",
        "choices.3.en": "City paper\r\nA friend",
    }
    await one.press("質問を保存する", **written)
    assert "質問を保存しました" in one.words
    survey = office.event(event.id).survey
    assert [(one.kind, one.words["ja"]) for one in survey] == [
        (QuestionKind.SCALE, "どうでしたか。"),
        (QuestionKind.CHOICE, "何で知りましたか。"),
    ]
    assert survey[1].choices == ({"ja": "市政だより", "en": "City paper"}, {"ja": "友だち", "en": "A friend"})
    await one.open(f"/staff/events/{event.id}/questions")
    was = fields(one)
    await one.press("質問を保存する", **was)
    assert office.event(event.id).survey == survey
    answer(office, event, 1)
    assert (await one.open(f"/staff/events/{event.id}/questions")).status_code == 409
    assert "もう答えた人がいるので" in one.words


async def test_questions_that_do_not_fit_are_given_back_each_with_what_is_wrong(office: Office) -> None:
    event, one = office.add_event(), await hired(office)
    await one.open(f"/staff/events/{event.id}/questions")
    asked = {f"question.{number}": "choice" for number in range(1, 6)}
    asked |= {f"words.{number}.ja": "どうでしたか。" for number in range(1, 6)}
    asked |= {f"choices.{number}.ja": "はい\nいいえ" for number in range(1, 6)}
    asked |= {"words.1.ja": "", "words.2.ja": "あ" * 81, "choices.3.ja": "ひとつ"}
    asked |= {"choices.4.ja": "はい\n" + "あ" * 21, "choices.5.en": "Yes\nNo\nPerhaps"}
    assert (await one.press("質問を保存する", **asked)).status_code == 409
    assert "聞き方を選んで" not in one.words
    for words in ("日本語を書いて", "全角で80文字まで", "2から8個まで", "一つ20文字まで", "直すところが5つ"):
        assert words in one.words
    assert fields(one)["choices.4.ja"] == asked["choices.4.ja"]
    assert office.event(event.id).survey == ()


async def test_a_question_without_its_way_of_asking_is_not_dropped_in_silence(office: Office) -> None:
    event, one = office.add_event(), await hired(office)
    await one.open(f"/staff/events/{event.id}/questions")
    assert (await one.press("質問を保存する", **{"words.2.ja": "どうでしたか。"})).status_code == 409
    assert "聞き方を選んでください" in one.words
    assert fields(one)["words.2.ja"] == "どうでしたか。"


async def test_of_two_who_write_questions_the_second_is_told(office: Office) -> None:
    event, first, second = office.add_event(), await hired(office, "先 一"), await hired(office, "後 二")
    for one in (first, second):
        await one.open(f"/staff/events/{event.id}/questions")
    await first.press("質問を保存する", **{"question.1": "words", "words.1.ja": "先の質問"})
    mine = {"question.1": "words", "words.1.ja": "後の質問"}
    assert (await second.press("質問を保存する", **mine)).status_code == 409
    assert "ほかの人が先に変えました" in second.words
    assert office.event(event.id).survey[0].words["ja"] == "先の質問"
    await second.press("質問を保存する", **fields(second))
    assert office.event(event.id).survey[0].words["ja"] == "後の質問"


async def test_a_table_is_in_japanese_and_no_cell_of_it_is_a_formula(office: Office) -> None:
    event, one = office.add_event(), await hired(office)
    office.guest(event, "=HYPERLINK(1)")
    await one.open(f"/staff/events/{event.id}")
    taken = await one.press("表（CSV）を取り出す", table="registrations", marked="yes")
    assert taken.headers["content-disposition"] == 'attachment; filename="walk-registrations.csv"'
    assert taken.text.startswith("\ufeff回,始まり,4けた,状態,名前")
    (row,) = csv.DictReader(io.StringIO(taken.text.removeprefix("\ufeff")))
    assert (row["名前"], row["状態"], row["申し込み方"]) == ("'=HYPERLINK(1)", "席あり", "電話・当日")
    newest = office.do(lambda c: audit.list_newest(c, 1))[0]
    assert (newest.act, newest.actor, newest.subject) == ("event.export", one.name, f"event:{event.id}")
    assert newest.detail == "registrations"


async def test_a_table_for_a_program_has_no_mark_and_answers_are_in_none(office: Office) -> None:
    event = office.add_event(survey=SURVEY)
    answer(office, event, 1)
    async with office.at_the_desk(role=StaffRole.APPROVER) as browser:
        path = f"/staff/events/{event.id}/exports"
        assert (await browser.post(path, data={"table": "attendance"})).text.startswith("回,")
        assert (await browser.post(path, data={"table": "survey"})).status_code == 409
