"""A question handed over to staff: told how first, taken once, answered into the chat, forgotten with the person."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from handlers import advising
from handlers.advising import OvertakenError, Post, Unreached, UnreachedError
from handlers.leaving import collect
from storage import accounts, inquiries, people
from storage.inquiries import InquiryFacts, InquiryState
from storage.outbox import OUTBOX
from tests.handlers.occasions import person_of
from tests.town import Citizen, Town


def asked(town: Town, words: str = "太陽光パネルはどこに相談できますか") -> tuple[Citizen, InquiryFacts]:
    citizen = town.citizen()
    citizen.press("ask")
    citizen.text(words)
    return citizen, live(town, citizen)


def live(town: Town, citizen: Citizen) -> InquiryFacts:
    person_id = person_of(town, citizen)
    found = town.database.read(lambda c: inquiries.find_live(c, person_id)).result()
    assert found is not None
    return found


def said(town: Town, inquiry: InquiryFacts) -> list[str]:
    return [line.words for line in town.database.read(lambda c: inquiries.list_lines(c, inquiry.id)).result()]


def post(town: Town) -> Post:
    return Post(senders=town.house.channels, texts=town.house.texts, real_now=town.now)


def answer(town: Town, inquiry: InquiryFacts, words: str = "市の窓口へどうぞ", by: str = "佐藤") -> None:
    town.database.write(
        lambda c: advising.answer(c, inquiry.id, inquiry.version, words, post(town), by, town.now)
    ).result()


def test_the_bot_says_when_and_how_before_it_takes_a_question(town: Town) -> None:
    citizen = town.citizen()
    citizen.press("contact")
    citizen.tap("職員に聞く")
    assert "返事は1月25日(火)までに" in citizen.words()  # a Thursday, and three working days
    assert "住所・名前・電話番号" in citizen.words()
    citizen.text("太陽光パネルはどこに相談できますか")
    assert "職員に渡しました" in citizen.words()
    assert said(town, live(town, citizen)) == ["太陽光パネルはどこに相談できますか"]


@pytest.mark.parametrize("words", ["今日マイボトル使ったけど何点ですか", "粗大ごみの補助金はある？"])
def test_the_next_message_is_the_question_whatever_it_looks_like(town: Town, words: str) -> None:
    _, inquiry = asked(town, words)
    assert said(town, inquiry) == [words]


@pytest.mark.parametrize("way_out", ["やめる", "/menu"])
def test_who_thinks_better_of_it_has_asked_nothing(town: Town, way_out: str) -> None:
    citizen = town.citizen()
    citizen.press("ask")
    citizen.text(way_out)
    citizen.text("ぬぬぬ")
    person_id = person_of(town, citizen)
    assert town.database.read(lambda c: inquiries.find_live(c, person_id)).result() is None


def test_a_stranger_is_sent_to_the_citys_own_contact_and_nothing_is_kept(town: Town) -> None:
    citizen = town.citizen(joined=False)
    citizen.press("lang:ja")
    citizen.press("ask")
    assert town.programme.city.contact["ja"] in citizen.words()
    assert town.database.read(lambda c: inquiries.list_due(c, 9)).result() == []


def test_more_words_go_into_the_open_question_and_its_day_stays(town: Town) -> None:
    citizen, inquiry = asked(town)
    town.pass_days(1)
    citizen.press("ask")
    citizen.text("2階建てです")
    assert said(town, inquiry)[1:] == ["2階建てです"]
    assert live(town, citizen).due_on == inquiry.due_on


def test_an_answer_becomes_one_push_that_must_arrive(town: Town) -> None:
    _, inquiry = asked(town)
    answer(town, inquiry)
    calls = town.database.read(lambda c: c.execute(OUTBOX.select().where(OUTBOX.c.way == "push")).all()).result()
    assert [(call.kind, call.must_arrive, call.state) for call in calls] == [("answer", True, "waiting")]
    assert "市の窓口へどうぞ".encode() in calls[0].body


def test_the_persons_next_words_go_on_in_the_thread_and_a_report_is_still_a_report(town: Town) -> None:
    citizen, inquiry = asked(town)
    answer(town, inquiry)
    citizen.text("今日マイボトル使った")
    assert "これを記録しますか" in citizen.words()
    citizen.press("ask")
    citizen.text("ありがとう、もうひとつ")
    assert said(town, inquiry)[-1] == "ありがとう、もうひとつ"
    assert live(town, citizen).state is InquiryState.OPEN


def test_plain_words_after_an_answer_reach_staff_without_a_button(town: Town) -> None:
    citizen, inquiry = asked(town)
    answer(town, inquiry)
    citizen.text("ぬぬぬですよね")
    assert "職員に渡しました" in citizen.words()
    assert said(town, inquiry)[-1] == "ぬぬぬですよね"


def test_of_two_who_answer_at_once_the_second_is_told(town: Town) -> None:
    _, inquiry = asked(town)
    answer(town, inquiry)
    with pytest.raises(OvertakenError):
        answer(town, inquiry, "別の答え", by="鈴木")
    assert "別の答え" not in said(town, inquiry)


def test_an_answer_overtaken_by_another_line_of_the_person_is_not_sent(town: Town) -> None:
    citizen, inquiry = asked(town)
    citizen.press("ask")
    citizen.text("やっぱり、べつのことです")
    with pytest.raises(OvertakenError):
        answer(town, inquiry)


@pytest.mark.parametrize("why", list(Unreached))
def test_who_cannot_be_reached_is_not_answered_and_staff_learn_why(town: Town, why: Unreached) -> None:
    citizen, inquiry = asked(town)
    how = post(town)
    if why is Unreached.BLOCKED:
        citizen.block()
    elif why is Unreached.PAUSED:
        town.database.write(lambda c: accounts.change(c, inquiry.account_id, paused=True)).result()
    elif why is Unreached.CHANNEL_OFF:
        how = Post(senders={}, texts=how.texts, real_now=how.real_now)
    else:
        town.database.write(lambda c: accounts.change(c, inquiry.account_id, person_id=None)).result()
    with pytest.raises(UnreachedError) as raised:
        town.database.write(lambda c: advising.answer(c, inquiry.id, 1, "答え", how, "佐藤", town.now)).result()
    assert raised.value.why is why
    assert said(town, inquiry) == ["太陽光パネルはどこに相談できますか"]
    pushes = OUTBOX.select().where(OUTBOX.c.way == "push")
    assert town.database.read(lambda c: c.execute(pushes).all()).result() == []


def test_what_is_closed_is_over_and_the_next_question_is_a_new_one(town: Town) -> None:
    citizen, inquiry = asked(town)
    town.database.write(lambda c: advising.close(c, inquiry.id, 1, "佐藤", town.now)).result()
    with pytest.raises(OvertakenError):
        answer(town, inquiry)
    citizen.press("ask")
    citizen.text("もうひとつ聞きたいです")
    assert live(town, citizen).id != inquiry.id


def test_a_message_taken_back_is_emptied_in_the_question(town: Town) -> None:
    citizen = town.citizen()
    citizen.press("ask")
    citizen.text("まちがえて住所を書きました")
    inquiry = live(town, citizen)
    number = town.database.read(lambda c: c.execute(text("SELECT message_id FROM inquiry_line")).scalar()).result()
    citizen.unsend(str(number))
    assert said(town, inquiry) == [""]


def test_all_of_it_goes_with_the_person_and_can_be_taken_along_before(town: Town) -> None:
    citizen, inquiry = asked(town)
    kept = town.database.read(lambda c: collect(c, inquiry.account_id)).result()
    assert "太陽光パネルはどこに相談できますか" in str(kept["questions_to_staff"])
    citizen.text("退会")
    citizen.tap("退会して消す")
    tables = ("inquiry", "inquiry_line")
    left = [town.database.read(lambda c, t=t: c.execute(text(f"SELECT * FROM {t}")).all()).result() for t in tables]
    assert left == [[], []]


def test_a_question_is_closed_when_it_stays_quiet_and_emptied_after_its_time(town: Town) -> None:
    _, inquiry = asked(town)
    answer(town, inquiry)
    later = town.now + timedelta(days=1)
    assert town.database.write(lambda c: inquiries.close_quiet(c, later, later, 9)).result() == 1
    assert town.database.write(lambda c: inquiries.forget_old(c, later, 9)).result() == 0
    assert town.database.write(lambda c: inquiries.forget_old(c, later + timedelta(days=1), 9)).result() == 1
    assert said(town, inquiry) == []


def test_what_is_open_and_overdue_is_counted(town: Town) -> None:
    _, inquiry = asked(town)
    asked(town, "もうひとつの質問です")
    count = lambda on: town.database.read(lambda c: inquiries.count_open(c, on)).result()  # noqa: E731
    assert count(inquiry.due_on) == (2, 0)
    assert count(inquiry.due_on + timedelta(days=1)) == (2, 2)
    answer(town, inquiry)
    assert count(inquiry.due_on) == (1, 0)


def test_the_person_is_asked_for_nothing_else_meanwhile(town: Town) -> None:
    citizen, inquiry = asked(town)
    citizen.press("name")
    answer(town, inquiry)
    person_id = person_of(town, citizen)
    person = town.database.read(lambda c: people.find(c, person_id)).result()
    assert person is not None
    assert person.awaiting == "name"
