"""Key figures kept by staff: nothing written is ever lost, and the public sees those that were chosen, as they are."""

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from storage import audit, kpis
from storage.facts import StaffRole
from tests.town import Town
from tests.web.staff_clerks import hired
from tests.web.staff_desk import Office, text_of

WASTE = {
    "name": "家庭ごみの量（1人1日）", "unit": "グラム", "base": "452", "base_when": "基準年",
    "base_source": "北九州市環境基本計画の事業一覧", "target": "420", "target_when": "",
}  # fmt: skip


@pytest.fixture
def office(town: Town) -> Office:
    return Office(town)


async def test_a_figure_is_added_with_its_base_and_a_value_entered_for_it(office: Office) -> None:
    clerk = await hired(office)
    await clerk.open("/staff/kpis")
    await clerk.press("加える", **WASTE)
    assert "指標を加えました" in clerk.words
    await clerk.open("/staff/kpis/1")
    await clerk.press("入力する", on="2022-01-10", amount="４４０．５", source="環境局の集計")
    assert "いま： 440.5グラム （2022年1月10日(月)、出典：環境局の集計）" in clerk.words
    assert "基準：452グラム（基準年、出典：北九州市環境基本計画の事業一覧）" in clerk.words
    acts = [(row.act, row.subject) for row in office.do(lambda c: audit.list_newest(c, 2))]
    assert acts == [("kpi.value", "kpi:1"), ("kpi.add", "kpi:1")]


async def test_a_changed_figure_keeps_what_it_was_and_a_corrected_value_what_was_entered(office: Office) -> None:
    async with office.at_the_desk() as browser:
        await browser.post("/staff/kpis", data=WASTE)
        for amount in ("450", "440", ""):
            value = {"on": "2022-01-10", "amount": amount, "source": "集計"}
            assert (await browser.post("/staff/kpis/1/values", data=value)).status_code == 303
        await browser.post("/staff/kpis/1", data={**WASTE, "target": "400", "version": "1"})
        words = text_of(await browser.get("/staff/kpis/1"))
    assert "値はまだありません" in words
    assert "取り消し 集計" in words
    assert all(f"2022年1月10日(月) {amount} 集計" in words for amount in (440, 450))
    assert "目標：400グラム" in words
    assert "目標 420" in words.partition("前の内容")[2]


@pytest.mark.parametrize("table", ["kpi_version", "kpi_value"])
@pytest.mark.parametrize("act", ["DELETE FROM {}", "UPDATE {} SET kpi_id = 9"])
async def test_the_database_itself_refuses_to_change_what_was_written(office: Office, table: str, act: str) -> None:
    async with office.at_the_desk() as browser:
        await browser.post("/staff/kpis", data=WASTE)
        await browser.post("/staff/kpis/1/values", data={"on": "2022-01-10", "amount": "1", "source": "集計"})
    with pytest.raises(DBAPIError, match="append-only"):
        office.do(lambda c: c.execute(text(act.format(table))))


async def test_of_two_who_change_a_figure_the_second_is_told_and_keeps_what_they_typed(office: Office) -> None:
    async with office.at_the_desk() as browser:
        await browser.post("/staff/kpis", data=WASTE)
        assert (await browser.post("/staff/kpis/1", data={**WASTE, "unit": "g", "version": "1"})).status_code == 303
        answer = await browser.post("/staff/kpis/1", data={**WASTE, "unit": "キログラム", "version": "1"})
    assert (answer.status_code, "ほかの人が" in text_of(answer)) == (409, True)
    assert 'value="キログラム"' in answer.text
    assert office.do(lambda c: kpis.find(c, 1)).words.unit == "g"


BAD = [{"name": ""}, {"unit": ""}, {"base": "多い"}, {"target": "1e5"}, {"base_source": ""}]


@pytest.mark.parametrize("change", BAD)
async def test_a_figure_that_lacks_something_is_given_back_with_what_was_typed(
    office: Office, change: dict[str, str]
) -> None:
    async with office.at_the_desk() as browser:
        answer = await browser.post("/staff/kpis", data={**WASTE, **change, "target_when": "2030年度"})
    assert answer.status_code == 409
    assert 'value="2030年度"' in answer.text
    assert office.do(kpis.list_all) == []


VALUES = [("2022-01-21", "5", "集計"), ("x", "5", "集計"), ("2022-01-10", "五", "集計"), ("2022-01-10", "5", "")]


@pytest.mark.parametrize(("on", "amount", "source"), VALUES)
async def test_a_value_to_come_without_a_number_or_a_source_is_refused(
    office: Office, on: str, amount: str, source: str
) -> None:
    async with office.at_the_desk() as browser:
        await browser.post("/staff/kpis", data=WASTE)
        answer = await browser.post("/staff/kpis/1/values", data={"on": on, "amount": amount, "source": source})
    assert answer.status_code == 409
    assert office.do(lambda c: kpis.list_entered(c, 1)) == []


async def test_a_figure_that_is_not_there_leads_nowhere(office: Office) -> None:
    async with office.at_the_desk(role=StaffRole.ADMINISTRATOR) as browser:
        assert (await browser.get("/staff/kpis/7")).status_code == 404
        assert (await browser.post("/staff/kpis/7", data={**WASTE, "version": "1"})).status_code == 404


async def test_only_a_public_figure_that_is_still_kept_is_for_everybody(office: Office) -> None:
    async with office.at_the_desk() as browser:
        await browser.post("/staff/kpis", data=WASTE)
        await browser.post("/staff/kpis", data={**WASTE, "is_public": "yes"})
        await browser.post("/staff/kpis", data={**WASTE, "is_public": "yes"})
        await browser.post("/staff/kpis/3", data={**WASTE, "is_public": "yes", "is_ended": "yes", "version": "1"})
        await browser.post("/staff/kpis/2/values", data={"on": "2022-01-10", "amount": "440", "source": "集計"})
    shown = office.do(lambda c: kpis.list_all(c, is_public=True))
    assert [(kpi.id, kpi.latest.on if kpi.latest else None) for kpi in shown] == [(2, date(2022, 1, 10))]
