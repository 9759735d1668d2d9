"""Staff read, claim, answer and close questions at the desk; each act is signed, and nobody is answered twice."""

import pytest

from storage import accounts, audit, inquiries
from storage.outbox import OUTBOX
from tests.handlers.occasions import person_of
from tests.town import Citizen, Town
from tests.web.staff_clerks import hired
from tests.web.staff_desk import Office


@pytest.fixture
def office(town: Town) -> Office:
    return Office(town)


def asked(office: Office, words: str = "補助金のことを聞きたいです") -> Citizen:
    citizen = office.town.citizen()
    citizen.press("ask")
    citizen.text(words)
    return citizen


async def test_a_question_is_listed_with_its_day_and_answered_into_the_chat(office: Office) -> None:
    asked(office)
    clerk = await hired(office)
    await clerk.open("/staff/questions")
    assert "補助金のことを聞きたいです" in clerk.words
    assert "2022年1月25日(火)まで" in clerk.words
    await clerk.open("/staff/questions/1")
    assert "LINEの通数を1通使います" in clerk.words
    await clerk.press("チャットに送る", act="answer", answer="窓口は環境局です。")
    assert "送信箱に入れました" in clerk.words
    assert "これから送ります 窓口は環境局です。" in clerk.words
    calls = office.do(lambda c: c.execute(OUTBOX.select().where(OUTBOX.c.way == "push")).all())
    assert ["窓口は環境局です。".encode() in call.body for call in calls] == [True]
    acts = [row.act for row in office.do(lambda c: audit.list_newest(c, 3))]
    assert acts == ["inquiry.look", "inquiry.answer", "inquiry.look"]


async def test_the_second_of_two_who_answer_is_told_and_keeps_what_was_typed(office: Office) -> None:
    asked(office)
    first, second = await hired(office, "鈴木 一郎"), await hired(office, "田中 二郎")
    for clerk in (first, second):
        await clerk.open("/staff/questions/1")
    await first.press("チャットに送る", act="answer", answer="先の答え")
    await second.press("チャットに送る", act="answer", answer="後の答え")
    assert second.shown.status_code == 409
    assert "先に、ほかの人が答えたか" in second.words
    assert "先の答え" in second.words
    assert ">後の答え</textarea>" in second.shown.text
    calls = office.do(lambda c: c.execute(OUTBOX.select().where(OUTBOX.c.way == "push")).all())
    assert len(calls) == 1


async def test_who_paused_cannot_be_answered_and_the_page_says_so(office: Office) -> None:
    citizen = asked(office)
    person_id = person_of(office.town, citizen)
    account = office.do(lambda c: accounts.list_of_person(c, person_id))[0]
    clerk = await hired(office)
    await clerk.open("/staff/questions/1")
    office.do(lambda c: accounts.change(c, account.id, paused=True))
    await clerk.press("チャットに送る", act="answer", answer="答え")
    assert clerk.shown.status_code == 409
    assert "お知らせを休んでいるので" in clerk.words
    assert ">答え</textarea>" in clerk.shown.text


async def test_a_question_is_claimed_and_closed(office: Office) -> None:
    asked(office)
    clerk = await hired(office)
    await clerk.open("/staff/questions/1")
    await clerk.press("わたしが引き受ける", act="claim")
    assert f"{clerk.name}さんが担当しています" in clerk.words
    await clerk.press("終わりにする", act="close")
    assert "終わりにしました" in clerk.words
    assert "チャットに送る" not in clerk.words
    assert office.do(lambda c: inquiries.list_due(c, 9)) == []


@pytest.mark.parametrize(("typed", "said"), [("  ", "答えを書いてください"), ("あ" * 1001, "1,000文字まで")])
async def test_an_answer_that_does_not_fit_is_given_back(office: Office, typed: str, said: str) -> None:
    asked(office)
    clerk = await hired(office)
    await clerk.open("/staff/questions/1")
    await clerk.press("チャットに送る", act="answer", answer=typed)
    assert said in clerk.words


async def test_a_long_list_is_read_a_page_at_a_time(office: Office) -> None:
    now = office.town.now

    def unit(connection):  # type: ignore[no-untyped-def]
        for number in range(60):
            one = inquiries.add(connection, number + 1, 1, now.date(), now)
            inquiries.add_line(connection, one, f"質問その{number:02}", now)

    office.do(unit)
    clerk = await hired(office)
    await clerk.open("/staff/questions")
    assert ("その00" in clerk.words, "その59" in clerk.words) == (True, False)
    await clerk.open("/staff/questions?after=" + now.date().isoformat() + ".50")
    assert ("その00" in clerk.words, "その59" in clerk.words) == (False, True)


async def test_what_is_written_is_shown_as_words_and_not_as_a_page(office: Office) -> None:
    asked(office, "<script>alert(1)</script>です")
    clerk = await hired(office)
    await clerk.open("/staff/questions/1")
    assert "<script>alert" not in clerk.shown.text
