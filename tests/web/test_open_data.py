"""Open data: the figures as stored, safe in a spreadsheet, explained to people and machines, and about nobody."""

import csv
import io
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from bot.web import datasets
from handlers import closing
from handlers.rules.boards import closed_week
from handlers.rules.forecast import PLANS
from storage import boards, totals
from storage.database import Database
from storage.facts import GroupWeek, LocalBody, Metric, Programme, Ward
from storage.totals import CounterName
from tests.factories import a_period, a_programme
from tests.web.public_app import NOON, OPENING, app_of, public_parts, reader
from tests.web.town_events import SECRET_LINK, a_part, add, an_event


async def fetched(database: Database, path: str, programme: Programme | None = None) -> Any:
    async with reader(app_of(public_parts(database, programme))) as browser:
        return await browser.get(path)


def rows_of(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


async def test_months_are_given_as_csv(database: Database) -> None:
    database.write(lambda c: totals.add(c, CounterName.PARTICIPATIONS, NOON, 7, stripe=3)).result()
    answer = await fetched(database, "/open-data/months.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["content-disposition"] == 'attachment; filename="months.csv"'
    assert answer.content.startswith(b"month,participations,")
    assert rows_of(answer) == [
        {
            "month": "2022-01", "participations": "7", "first_timers": "0", "events_held": "0", "points_confirmed": "0",
            "points_self_reported": "0", "visitors_own": "0", "visitors_portal": "0",
        }
    ]  # fmt: skip


async def test_a_closed_month_stays_and_what_moved_later_stands_in_the_first_open_one(database: Database) -> None:
    programme = a_programme(periods=(a_period(starts_on=date(2021, 12, 1)),))
    december = date(2021, 12, 1)
    figure = (Metric.SITE_VISITS, 30, december, "made up", "staff", NOON)
    database.write(lambda c: totals.add_figure(c, *figure)).result()
    database.write(lambda c: closing.close(c, programme, december, PLANS["standard"], by="staff", now=NOON)).result()
    database.write(lambda c: totals.add_figure(c, *figure)).result()
    rows = rows_of(await fetched(database, "/open-data/months.csv", programme))
    assert [(row["month"], row["visitors_portal"]) for row in rows] == [("2021-12", "30"), ("2022-01", "30")]
    page = await fetched(database, "/", programme)
    assert ["<td>30</td>" in row for row in page.text.split("<tbody>")[1].split("</tr>")[:2]] == [True, True]


async def test_months_and_opening_balances_add_up_to_the_total(database: Database) -> None:
    database.write(lambda c: totals.add(c, CounterName.PARTICIPATIONS, NOON, 7, stripe=3)).result()
    months = rows_of(await fetched(database, "/open-data/months.csv"))
    balances = rows_of(await fetched(database, "/open-data/opening_balances.csv"))
    shown = (await fetched(database, "/api/v1/totals")).json()["participants"]["total"]
    assert sum(int(row["participations"]) for row in months) + sum(int(row["amount"]) for row in balances) == shown
    assert balances[0]["source"] == OPENING.source


async def test_the_mark_that_excel_wants_is_there_when_asked_for(database: Database) -> None:
    plain, marked = [await fetched(database, f"/open-data/months.csv{query}") for query in ("", "?bom=1")]
    assert marked.content == b"\xef\xbb\xbf" + plain.content


async def test_no_cell_is_a_formula_for_a_spreadsheet(database: Database) -> None:
    add(database, an_event(title={"ja": "=HYPERLINK(A1)"}, place={"ja": "@home"}))
    (row,) = rows_of(await fetched(database, "/open-data/events.csv"))
    assert (row["title"], row["place"]) == ("'=HYPERLINK(A1)", "'@home")


async def test_events_have_a_row_for_each_date_and_no_joining_link(database: Database) -> None:
    for number in range(3):
        add(database, an_event(f"talk_{number}", a_part(NOON - timedelta(days=400)), a_part(None)))
    answer = await fetched(database, "/open-data/events.csv?lang=en")
    assert [(row["code"], row["part"]) for row in rows_of(answer)] == [
        (f"talk_{number}", part) for number in range(3) for part in "12"
    ]
    assert rows_of(answer)[0]["title"] == "Saving energy in winter"
    assert SECRET_LINK not in answer.text


async def test_all_events_come_however_many_questions_they_take(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datasets, "PIECE", 2)
    for number in range(5):
        add(database, an_event(f"talk_{number}"))
    rows = rows_of(await fetched(database, "/open-data/events.csv"))
    assert sorted(row["code"] for row in rows) == [f"talk_{number}" for number in range(5)]


async def test_small_wards_are_hidden_and_so_is_a_mean_of_few(database: Database) -> None:
    wards = [
        GroupWeek(code=code, persons=n, active=a, points=a * 9)
        for code, n, a in (("a", 8, 5), ("b", 8, 4), ("c", 4, 4))
    ]
    database.write(lambda c: boards.close_week(c, closed_week(NOON), wards)).result()
    programme = a_programme(wards=tuple(Ward(code=code, name={"ja": f"{code}区"}) for code in "abc"))
    document = (await fetched(database, "/open-data/wards.json", programme)).json()
    assert document["rows"] == [
        {
            "week": "2022-01-10",
            "ward": "a",
            "ward_name": "a区",
            "persons": 8,
            "active": 5,
            "rate": 0.625,
            "mean_points": 9.0,
        },
        {
            "week": "2022-01-10",
            "ward": "b",
            "ward_name": "b区",
            "persons": 8,
            "active": 4,
            "rate": 0.5,
            "mean_points": None,
        },
    ]


async def test_json_names_source_licence_and_moment(database: Database) -> None:
    document = (await fetched(database, "/open-data/actions.json?lang=en")).json()
    assert {name: document[name] for name in ("dataset", "title", "source", "licence", "licence_page", "as_of")} == {
        "dataset": "actions",
        "title": "List of actions",
        "source": "Testville Environment Office",
        "licence": "CC-BY-4.0",
        "licence_page": "https://creativecommons.org/licenses/by/4.0/",
        "as_of": "2022-01-20T12:00:00+09:00",
    }
    assert [row["code"] for row in document["rows"]] == ["my_bottle", "my_bag"]


async def test_the_licence_is_the_citys_choice_everywhere(database: Database) -> None:
    plain = a_programme()
    programme = replace(
        plain, city=replace(plain.city, data_licence="PDL-1.0", data_licence_page="https://pdl.example/")
    )
    table = await fetched(database, "/open-data/months.csv", programme)
    package = (await fetched(database, "/open-data/datapackage.json", programme)).json()
    assert table.headers["link"] == '<https://pdl.example/>; rel="license"'
    assert package["licenses"] == [{"name": "PDL-1.0", "path": "https://pdl.example/"}]
    assert (
        '<a href="https://pdl.example/" rel="license">PDL-1.0</a>'
        in (await fetched(database, "/open-data", programme)).text
    )
    bare = replace(programme, city=replace(programme.city, data_licence_page=""))
    assert "link" not in (await fetched(database, "/open-data/months.csv", bare)).headers


async def test_the_dictionary_names_the_columns_of_every_table_as_they_come(database: Database) -> None:
    add(database, an_event())
    for resource in (await fetched(database, "/open-data/datapackage.json")).json()["resources"]:
        header = (await fetched(database, f"/open-data/{resource['path']}")).text.split("\r\n")[0].split(",")
        assert [field["name"] for field in resource["schema"]["fields"]] == header
        assert all(field["description"] for field in resource["schema"]["fields"])


async def test_the_page_explains_every_column_and_gives_the_line_to_embed(database: Database) -> None:
    body = LocalBody(code="river", name={"ja": "川の会"}, about={"ja": "川を守ります。"})
    page = (await fetched(database, "/open-data", a_programme(local_bodies=(body,)))).text
    for dataset in datasets.DATASETS:
        assert f'href="/open-data/{dataset.name}.csv?bom=1"' in page
        for column in dataset.columns:
            assert f"<code>{column.name}</code></dt><dd>{column.about}</dd>" in page
    assert (
        "&lt;iframe src=&#34;https://city.test/widget&#34;" in page
        or '&lt;iframe src="https://city.test/widget"' in page
    )


async def test_a_table_that_is_none_is_a_missing_page(database: Database) -> None:
    for path in ("/open-data/people.csv", "/open-data/people.json", "/open-data/months.xml"):
        assert (await fetched(database, path)).status_code == 404


async def test_dates_go_back_to_the_first_period_and_not_before(database: Database) -> None:
    database.write(lambda c: totals.add_to_month(c, CounterName.EVENTS_HELD, date(2021, 12, 1), 9, stripe=1)).result()
    rows = rows_of(await fetched(database, "/open-data/months.csv"))
    assert [row["month"] for row in rows] == ["2022-01"]
