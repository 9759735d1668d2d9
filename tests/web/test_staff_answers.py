"""Staff keep the answer table in the console, and what they write is what the chat says; a second editor is told."""

import pytest

from storage import answers, audit
from tests.town import Town
from tests.web.staff_clerks import Clerk, hired
from tests.web.staff_desk import Office

FIELDS = {
    "words.ja": "粗大ごみ\n大型ごみ",
    "line1.ja": "電話で申し込みます。",
    "line2.ja": "",
    "link": "https://city.example/bulky",
    "telephone": "093-000-0000",
}


@pytest.fixture
def office(town: Town) -> Office:
    return Office(town)


async def written(office: Office, **changes: str) -> Clerk:
    clerk = await hired(office)
    await clerk.open("/staff/answers/new")
    await clerk.press("保存する", act="save", **FIELDS | changes)
    return clerk


async def test_what_staff_write_is_what_the_chat_answers(office: Office) -> None:
    clerk = await written(office)
    assert "表に足しました" in clerk.words
    citizen = office.town.citizen()
    citizen.text("大型ゴミはどうするの？")
    assert citizen.words() == "電話で申し込みます。\n電話：093-000-0000"
    newest = office.do(lambda c: audit.list_newest(c, 1))[0]
    assert (newest.actor, newest.act, newest.subject) == (clerk.name, "answer.add", "answer:1")


async def test_a_preview_shows_the_answer_as_in_the_chat_and_stores_nothing(office: Office) -> None:
    clerk = await hired(office)
    await clerk.open("/staff/answers/new")
    await clerk.press("保存する", act="preview", **FIELDS)
    assert "電話で申し込みます。 電話：093-000-0000" in clerk.words
    assert "大型ごみ" in clerk.shown.text
    assert office.do(answers.list_all) == []


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("words.ja", "", "質問に出てくる言葉を"),
        ("words.ja", "ご", "2文字から60文字"),
        ("line1.ja", "", "日本語の答えを"),
        ("line1.ja", "長" * 61, "全角60文字まで"),
        ("link", "http://city.example", "https:// から"),
        ("telephone", "市役所", "半角の数字とハイフン"),
        ("action", "my_bottle", "どちらかを空に"),
    ],
)
async def test_what_does_not_fit_is_said_and_what_was_typed_is_kept(
    office: Office, field: str, typed: str, said: str
) -> None:
    clerk = await written(office, **{field: typed})
    assert clerk.shown.status_code == 409
    assert said in clerk.words
    assert 'value="093-000-0000"' in clerk.shown.text or field == "telephone"
    assert office.do(answers.list_all) == []


async def test_the_second_of_two_editors_is_told_and_loses_nothing(office: Office) -> None:
    await written(office)
    first, second = await hired(office, "鈴木 一郎"), await hired(office, "田中 二郎")
    for clerk in (first, second):
        await clerk.open("/staff/answers/1")
    await first.press("保存する", act="save", **FIELDS | {"line1.ja": "先の答え"})
    await second.press("保存する", act="save", **FIELDS | {"line1.ja": "後の答え"})
    assert second.shown.status_code == 409
    assert "ほかの人が先に直しました" in second.words
    assert "先の答え" in second.words
    assert 'value="後の答え"' in second.shown.text
    await second.press("保存する", act="save", **FIELDS | {"line1.ja": "後の答え"})
    assert office.do(answers.list_all)[0].row.lines["ja"] == ("後の答え",)
    assert [number for number, *_ in office.do(lambda c: answers.list_versions(c, 1, 9))] == [3, 2, 1]


async def test_a_row_taken_away_answers_no_more(office: Office) -> None:
    clerk = await written(office)
    await clerk.open("/staff/answers/1")
    await clerk.press("表から外す", act="remove")
    assert "表から外しました" in clerk.words
    citizen = office.town.citizen()
    citizen.text("大型ゴミはどうするの？")
    assert "うまく読み取れませんでした" in citizen.words()


@pytest.mark.parametrize(
    ("tried", "said"),
    [
        ("大型ごみ どこ", "答えの表から答えます。"),
        ("火事です", "これは切れません。"),
        ("今日マイボトル使った", "行動の報告として"),
        ("ランキング", "決まった言葉"),
        ("ぬぬぬ", "読み取れません。"),
    ],
)
async def test_the_test_box_says_what_the_bot_would_answer(office: Office, tried: str, said: str) -> None:
    clerk = await written(office)
    await clerk.press("ためす", tried=tried)
    assert said in clerk.words


async def test_what_nobody_understood_becomes_another_word_for_an_action(office: Office) -> None:
    for _ in range(2):
        office.town.citizen().text("すとろーことわり")
    clerk = await hired(office)
    await clerk.open("/staff/puzzles")
    await clerk.press("行動の言いかえにする", act="begin-action")
    assert "すとろーことわり" in clerk.shown.text
    await clerk.press("保存する", act="save", action="my_bottle", **{"words.ja": "すとろーことわり"})
    citizen = office.town.citizen()
    citizen.text("ストローことわり！")
    assert "これを記録しますか" in citizen.words()
