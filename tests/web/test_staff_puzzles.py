"""What the bot did not understand is shown to staff by how often, without who wrote it; from the chat to the page."""

import pytest
from sqlalchemy import text

from storage import audit, puzzles
from tests.handlers.occasions import person_of
from tests.town import Town
from tests.web.staff_clerks import hired
from tests.web.staff_desk import Office


@pytest.fixture
def office(town: Town) -> Office:
    return Office(town)


async def test_what_was_written_and_not_understood_is_listed_most_often_first(office: Office) -> None:
    citizens = [office.town.citizen() for _ in range(3)]
    for citizen in citizens:
        citizen.text("粗大ごみの電話は093-123-4567？")
    citizens[0].text("ぬぬぬ")
    citizens[1].text("ぬぬぬ")
    citizens[0].text("いちどだけ")
    citizens[0].text("今日マイボトル使った")
    clerk = await hired(office)
    await clerk.open("/staff/puzzles")
    assert "粗大ごみの電話は0 日本語・2022年1月20日(木)が最後 3回" in clerk.words
    assert clerk.words.index("粗大ごみ") < clerk.words.index("ぬぬぬ")
    assert "いちどだけ" not in clerk.words
    assert "ぼとる" not in clerk.words


async def test_nothing_that_is_stored_leads_to_who_wrote_it(office: Office) -> None:
    citizen = office.town.citizen()
    citizen.text("ぬぬぬ")
    citizen.text("ぬぬぬ")
    rows = office.do(lambda c: c.execute(text("SELECT * FROM puzzle")).mappings().all())
    assert [sorted(row) for row in rows] == [["language", "last_on", "times", "words"]]
    said = str([dict(row) for row in rows])
    assert citizen.key not in said
    assert str(person_of(office.town, citizen)) not in said


async def test_answers_to_questions_of_the_bot_are_not_kept(office: Office) -> None:
    citizen = office.town.citizen()
    citizen.press("name")
    citizen.text("ぬぬぬ")
    citizen.press("slip")
    citizen.text("もももも")
    assert office.do(lambda c: puzzles.list_most(c, 9)) == []


async def test_what_is_put_away_is_gone_and_a_second_press_says_so(office: Office) -> None:
    for _ in range(2):
        office.town.citizen().text("ぬぬぬ")
    clerk = await hired(office)
    await clerk.open("/staff/puzzles")
    page = clerk.page
    await clerk.press("片づける", act="remove")
    assert "片づけました" in clerk.words
    assert "いまはありません" in clerk.words
    row = office.do(lambda c: audit.list_newest(c, 1))[0]
    assert (row.actor, row.act, row.subject, row.detail) == (clerk.name, "puzzle.remove", "puzzle", "")
    clerk.page = page
    assert (await clerk.press("片づける", act="remove")).status_code == 409


async def test_a_long_list_is_read_a_page_at_a_time(office: Office) -> None:
    on = office.town.now.date()
    office.do(lambda c: [puzzles.note(c, "ja", f"ことば{n % 60:02}", f"{n % 60}", on) for n in range(120)])
    clerk = await hired(office)
    await clerk.open("/staff/puzzles")
    assert ("ことば59" in clerk.words, "ことば09" in clerk.words) == (True, False)
    await clerk.press("続き")
    assert ("ことば59" in clerk.words, "ことば09" in clerk.words) == (False, True)
