"""The monthly report over HTTP: read, saved, closed once by who may, and the portal's visitors entered beside it."""

import csv
import io
from dataclasses import replace
from datetime import date, datetime, timedelta

import httpx
import pytest

from handlers import attending
from storage import audit, donations, months, totals
from storage.clock import TOKYO
from storage.facts import LocalBody, Metric, StaffRole
from storage.sessions import SESSIONS
from tests.handlers import occasions
from tests.town import Town
from tests.web.staff_clerks import hired
from tests.web.staff_desk import Office, text_of

JANUARY = date(2022, 1, 1)
PAGE = "/staff/months/202201"


@pytest.fixture
def office(town: Town) -> Office:
    """A town in February whose January has a seminar, a participation and a report."""
    office = Office(town)
    (part,) = occasions.add_event(town)
    town.now = occasions.START
    occasions.check_in(town, part, occasions.seated(town, part, town.citizen()))
    town.now += timedelta(hours=2)
    office.do(lambda c: attending.mark_held(c, town.programme, part, town.now))
    town.citizen().press(f"r:my_bottle:{town.now.date()}:1")
    town.now = datetime(2022, 2, 2, 9, tzinfo=TOKYO)
    return office


def table_of(answer: httpx.Response) -> dict[str, str]:
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert rows[0] == ["表", "項目", "値", "単位", "説明"]
    return {f"{row[0]} {row[1]}": row[2] for row in rows[1:]}


async def test_the_months_of_a_fiscal_year_are_listed_and_those_to_come_are_not(office: Office) -> None:
    async with office.at_the_desk(role=StaffRole.VIEWER) as browser:
        words = text_of(await browser.get("/staff/months"))
        assert "2022年2月 0 0 0 0 ― 月の途中" in words
        assert "2022年1月 1 1 205 0 まだ まだ締めていない" in words
        assert "2022年3月" not in words
        assert (await browser.get("/staff/months?year=2020")).status_code == 404
        assert (await browser.get("/staff/months?year=2021")).status_code == 200


async def test_staff_read_what_bodies_were_given_as_it_stands_and_nothing_where_the_city_names_none(
    office: Office,
) -> None:
    words = {"ja": "川の会", "en": "River club"}
    body = LocalBody(code="river", name=words, about=words)
    row = {"local_body": "river", "points": 1_200, "year": 2021, "given_at": office.town.now}
    async with office.at_the_desk(role=StaffRole.VIEWER) as browser:
        assert "団体に" not in text_of(await browser.get("/staff/months"))
        office.town.programme = replace(office.town.programme, local_bodies=(body,))
        office.do(lambda c: donations.add(c, person_id=1, **row))
        assert "川の会 1,200 1" in text_of(await browser.get("/staff/months"))


@pytest.mark.parametrize("number", ["202112", "202203", "202213", "0", "999999999999999999"])
async def test_a_month_that_is_none_to_come_or_before_the_programme_leads_nowhere(office: Office, number: str) -> None:
    async with office.at_the_desk() as browser:
        for path in (f"/staff/months/{number}", f"/staff/months/{number}/report.csv"):
            assert (await browser.get(path)).status_code == 404


async def test_the_page_and_the_file_tell_the_same_and_only_with_bom_the_file_begins_with_the_mark(
    office: Office,
) -> None:
    async with office.at_the_desk(role=StaffRole.VIEWER) as browser:
        words = text_of(await browser.get(PAGE))
        plain = await browser.get(f"{PAGE}/report.csv")
        marked = await browser.get(f"{PAGE}/report.csv?bom=1")
    assert "行動ポイント（ポイント） 205 205" in words
    assert "まだ締めていません。" in words
    assert marked.content == b"\xef\xbb\xbf" + plain.content
    assert plain.headers["content-disposition"] == 'attachment; filename="report-2022-01.csv"'
    table = table_of(plain)
    assert table["報告 月"] == "2022-01"
    assert table["四つの合計 行動ポイント：この月の分"] == "205"
    assert table["四つの合計 うち確認済み：この月の分"] == "200"
    assert table["区 区なし・分からない：延べ参加者数"] == "1"
    assert table["チャンネル LINE：自己申告のポイント"] == "5"


async def test_an_approver_closes_the_month_and_what_comes_later_is_a_correction_of_the_next(office: Office) -> None:
    clerk = await hired(office, role=StaffRole.APPROVER)
    await clerk.open(PAGE)
    await clerk.press("2022年1月を締める")
    assert "この月を締めました" in clerk.words
    assert "佐藤 花子さんが締めました" in clerk.words
    assert "月を締める" not in clerk.words
    assert office.do(lambda c: audit.list_newest(c, 1))[0].act == "month.close"
    before = (await clerk.browser.get(f"{PAGE}/report.csv")).content
    await clerk.press("入力する", visitors="1,200", source="ポータルの統計")
    assert "訪問者数を入力しました" in clerk.words
    assert (await clerk.browser.get(f"{PAGE}/report.csv")).content == before
    later = table_of(await clerk.browser.get("/staff/months/202202/report.csv"))
    assert later["前の月までの訂正 2022-01 うちポータルサイト"] == "1200"
    assert later["四つの合計 サイト訪問者数：月末までの合計"] == "1200"


async def test_a_month_is_not_closed_before_it_is_over_nor_twice(office: Office) -> None:
    async with office.at_the_desk(role=StaffRole.ADMINISTRATOR) as browser:
        assert "まだ終わっていない月です" in text_of(await browser.post("/staff/months/202202/closing"))
        assert (await browser.post(f"{PAGE}/closing")).status_code == 303
        again = await browser.post(f"{PAGE}/closing")
    assert (again.status_code, "もう締めてあります" in text_of(again)) == (409, True)


async def test_closing_asks_for_the_password_again(office: Office) -> None:
    async with office.at_the_desk(role=StaffRole.APPROVER) as browser:
        long_ago = SESSIONS.update().values(proved_at=office.town.house.clock.real() - timedelta(hours=1))
        office.do(lambda c: c.execute(long_ago))
        answer = await browser.post(f"{PAGE}/closing")
    assert answer.status_code == 403
    assert office.do(months.find_last) is None


async def test_of_two_who_enter_the_portals_visitors_the_second_is_told_and_keeps_what_they_typed(
    office: Office,
) -> None:
    first, second = (
        {"visitors": "900", "source": "一人目", "seen": ""},
        {"visitors": "950", "source": "二人目", "seen": ""},
    )
    async with office.at_the_desk() as browser:
        assert (await browser.post(f"{PAGE}/portal", data=first)).status_code == 303
        answer = await browser.post(f"{PAGE}/portal", data=second)
        assert (answer.status_code, "ほかの人が" in text_of(answer)) == (409, True)
        assert 'value="950"' in answer.text
        assert 'value="二人目"' in answer.text
        corrected = {**second, "seen": "900"}
        assert (await browser.post(f"{PAGE}/portal", data=corrected)).status_code == 303
    assert office.do(lambda c: totals.sum_figures(c, Metric.SITE_VISITS, JANUARY)) == 950


BAD = [("", "統計"), ("たくさん", "統計"), ("-5", "統計"), ("9999999999", "統計"), ("12", ""), ("12", "長" * 201)]


@pytest.mark.parametrize(("visitors", "source"), BAD)
async def test_a_figure_that_is_none_or_has_no_source_is_not_entered(
    office: Office, visitors: str, source: str
) -> None:
    async with office.at_the_desk() as browser:
        answer = await browser.post(f"{PAGE}/portal", data={"visitors": visitors, "source": source, "seen": ""})
    assert answer.status_code == 409
    assert office.do(lambda c: totals.sum_figures(c, Metric.SITE_VISITS, JANUARY)) is None


async def test_the_portals_figure_of_a_month_that_goes_on_is_refused(office: Office) -> None:
    async with office.at_the_desk() as browser:
        figure = {"visitors": "5", "source": "統計", "seen": ""}
        assert (await browser.post("/staff/months/202202/portal", data=figure)).status_code == 409
