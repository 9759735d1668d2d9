"""Staff switch heat alerts and a disaster over HTTP; citizens meet it in the very next answer."""

from datetime import date

import pytest

from storage import alerts, audit, switches
from storage.alerts import AlertKind
from storage.facts import StaffRole
from tests.town import Town
from tests.web.staff_clerks import Clerk, hired
from tests.web.staff_desk import Office

DANGER = "【災害時】命の危険があるときは、すぐに119（火事・救急）か110（警察）へ。"


@pytest.fixture
def office(town: Town) -> Office:
    return Office(town)


async def opened(office: Office) -> Clerk:
    clerk = await hired(office)
    await clerk.open("/staff/switches")
    return clerk


async def test_a_heat_alert_for_today_reaches_the_next_answer_and_can_be_taken_back(office: Office) -> None:
    citizen, clerk = office.town.citizen(), await opened(office)
    await clerk.press("きょうを加える", act="heat")
    citizen.press("menu")
    assert "冷房を使い、水分をとってください" in citizen.words()
    assert "きょうを加える" not in clerk.words
    await clerk.press("外す", act="cool")
    citizen.press("menu")
    assert "冷房" not in citizen.words()
    acts = [(row.act, row.detail) for row in office.do(lambda c: audit.list_newest(c, 2))]
    assert acts == [("heat.off", "2022-01-20"), ("heat.on", "2022-01-20 2022-01-20")]


async def test_a_stretch_of_days_is_added_to_those_that_stand(office: Office) -> None:
    clerk = await opened(office)
    await clerk.press("あしたを加える", act="heat")
    await clerk.press("この日を加える", act="heat", first="2022-01-30", last="2022-01-31")
    days = office.do(switches.find).heat_days
    assert days == {date(2022, 1, 21), date(2022, 1, 30), date(2022, 1, 31)}
    assert "2022年1月31日(月)" in clerk.words


async def test_a_day_long_over_is_dropped_and_a_late_report_of_yesterday_still_finds_its_alert(office: Office) -> None:
    office.do(lambda c: switches.put_heat_days(c, [date(2021, 12, 1), date(2022, 1, 19)]))
    clerk = await opened(office)
    await clerk.press("きょうを加える", act="heat")
    assert office.do(switches.find).heat_days == {date(2022, 1, 19), date(2022, 1, 20)}


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("2022-01-21", "2022-01-20", "終わりの日は"),
        ("2022-01-19", "2022-01-20", "過ぎた日は選べません"),
        ("2022-01-21", "2022-02-21", "31日より先の日"),
        ("", "2022-01-21", "日付を選んでください"),
    ],
)
async def test_days_that_make_no_sense_are_told_and_nothing_changes(
    office: Office, first: str, last: str, said: str
) -> None:
    clerk = await opened(office)
    await clerk.press("この日を加える", act="heat", first=first, last=last)
    assert said in clerk.words
    assert office.do(switches.find).heat_days == set()


async def test_one_press_begins_a_disaster_every_page_says_so_and_every_answer_begins_with_what_to_do(
    office: Office,
) -> None:
    citizen, clerk = office.town.citizen(), await opened(office)
    await clerk.press("災害時に切りかえる", act="disaster")
    await clerk.open("/staff")
    assert "災害時の切りかえ中です" in clerk.words
    for act in (lambda: citizen.press("menu"), lambda: citizen.text("今日マイボトル使った"), citizen.photo):
        act()
        assert citizen.words().count(DANGER) == 1
    assert "避難などの情報：https://www.city.kitakyushu.lg.jp/" in citizen.words()
    assert [one.kind for one in office.do(alerts.list_open)] == [AlertKind.DISASTER]


async def test_it_ends_by_hand_and_answers_are_as_always(office: Office) -> None:
    citizen, clerk = office.town.citizen(), await opened(office)
    await clerk.press("災害時に切りかえる", act="disaster")
    page = clerk.page
    await clerk.press("ふだんに戻す", act="over")
    citizen.press("menu")
    assert DANGER not in citizen.words()
    assert "災害時の切りかえ中です" not in clerk.words
    assert office.do(alerts.list_open) == []
    clerk.page = page
    await clerk.press("ふだんに戻す", act="over")
    assert "ほかの人が先に変えました" in clerk.words


async def test_a_volunteer_and_who_only_looks_see_that_it_is_on(office: Office) -> None:
    await (await opened(office)).press("災害時に切りかえる", act="disaster")
    async with office.by_link() as browser:
        assert "災害時の切りかえ中です" in (await browser.get("/staff")).text
    async with office.at_the_desk("見る 人", StaffRole.VIEWER) as browser:
        shown = (await browser.get("/staff")).text
    assert "災害時の切りかえ中です" in shown
    assert "/staff/switches" not in shown
