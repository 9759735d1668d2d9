"""Teams at the desk: a class gets its code, a team's own name is released, a closed one lets nobody in."""

import re

import pytest

from storage import audit, teams
from tests.handlers.occasions import person_of
from tests.town import Town
from tests.web.staff_clerks import Clerk, hired
from tests.web.staff_desk import Office


@pytest.fixture
def office(town: Town) -> Office:
    return Office(town)


async def made(office: Office, name: str = "3年2組") -> Clerk:
    clerk = await hired(office)
    await clerk.open("/staff/teams")
    await clerk.press("作る", act="make", kind="school", name=name)
    return clerk


def code_on(clerk: Clerk) -> str:
    found = re.search(r"コードは ([0-9A-Z]{3}-[0-9A-Z]{4}) です", clerk.words)
    assert found, clerk.words
    return found[1]


async def test_a_class_that_staff_make_is_joined_by_its_code_and_everybody_leaves_it_when_it_is_closed(
    office: Office,
) -> None:
    clerk = await made(office)
    code, pupil = code_on(clerk), office.town.citizen()
    pupil.text(code)
    pupil.tap("はい、入る")
    await clerk.open("/staff/teams")
    assert "1人" in clerk.words
    await clerk.press("このチームを閉じる", act="close")
    assert "閉じました" in clerk.words
    assert office.do(lambda c: teams.find_of_person(c, person_of(office.town, pupil))) is None
    pupil.text(code)
    assert "見つかりませんでした" in pupil.words()
    assert [row.act for row in office.do(lambda c: audit.list_newest(c, 9)) if row.act.startswith("team.")] == [
        "team.close",
        "team.make",
    ]


async def test_a_team_without_a_name_is_not_made_and_what_was_typed_stays(office: Office) -> None:
    clerk = await made(office, "https://example.com/")
    assert "20文字までで書いてください" in clerk.words
    assert 'value="https://example.com/"' in clerk.shown.text
    assert office.do(lambda c: teams.list_newest(c, 9)) == []


async def test_a_team_that_is_closed_twice_is_told_to_the_second(office: Office) -> None:
    clerk = await made(office)
    await clerk.send("/staff/teams", act="close", team="1")
    await clerk.send("/staff/teams", act="close", team="1")
    assert "もう閉じられています" in clerk.words


@pytest.mark.parametrize(("act", "shown"), [("release", True), ("refuse", False)])
async def test_a_teams_own_name_waits_beside_those_of_persons(office: Office, act: str, shown: bool) -> None:
    maker = office.town.citizen()
    maker.press("teamnew:company")
    maker.text("みどり製作所")
    clerk = await hired(office)
    await clerk.open("/staff/names")
    assert "みどり製作所" in clerk.words
    await clerk.press({"release": "出してよい", "refuse": "断る"}[act], act=act, reason="poses")
    assert "いまはありません" in clerk.words
    assert (office.do(lambda c: teams.find(c, 1)).shown_name == "みどり製作所") is shown


async def test_teams_are_listed_newest_first_a_page_at_a_time(office: Office) -> None:
    await made(office, "1組")
    second = await made(office, "2組")
    await second.open("/staff/teams?before=2")
    assert "1組" in second.words
    assert "2組" not in second.words
