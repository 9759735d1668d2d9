"""The first page beyond its totals: a curve, the ward board, dates, what one can do; and the small page to embed."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import Connection

from handlers import founding
from handlers.rules.boards import closed_week
from storage import boards, donations, kpis, switches, totals
from storage.database import Database
from storage.facts import (
    Effect,
    GivenSum,
    GroupWeek,
    KpiValue,
    KpiWords,
    LocalBody,
    Metric,
    OnHeatAlert,
    OpeningBalance,
    Programme,
    TeamKind,
    Ward,
)
from storage.totals import CounterName
from tests.factories import a_period, a_programme, an_action
from tests.web.public_app import NOON, app_of, public_parts, reader
from tests.web.town_events import NOW, a_part, add, an_event

A_YEAR = a_programme(periods=(a_period(starts_on=date(2021, 1, 1)),))


async def fetched(database: Database, path: str = "/", programme: Programme | None = None) -> str:
    async with reader(app_of(public_parts(database, programme))) as browser:
        return (await browser.get(path)).text


def count(database: Database, name: CounterName, month: date, amount: int) -> None:
    database.write(lambda c: totals.add_to_month(c, name, month, amount, stripe=amount)).result()


async def test_the_table_of_the_year_holds_each_month_and_the_sum_up_to_it(database: Database) -> None:
    count(database, CounterName.PARTICIPATIONS, date(2021, 1, 1), 1_000)  # thirteen months ago: under the curve
    count(database, CounterName.PARTICIPATIONS, date(2021, 12, 1), 30)
    count(database, CounterName.PARTICIPATIONS, date(2022, 1, 1), 4)
    count(database, CounterName.POINTS_SELF_REPORTED, date(2022, 1, 1), 55)
    count(database, CounterName.POINTS_CONFIRMED, date(2022, 1, 1), 500)
    page = await fetched(database, programme=A_YEAR)
    assert "2021年2月の終わりに1,000人、2022年1月は1,034人です。" in page
    table = page.split("<tbody>")[1].split("</tbody>")[0].split("</tr>")
    assert [cell.split("</")[0] for cell in table[0].split("<td>")[1:]] == ["4", "1,034", "555", "555", "0", "0"]
    assert [cell.split("</")[0] for cell in table[1].split("<td>")[1:]] == ["30", "1,030", "0", "0", "0", "0"]
    assert len(table) - 1 == 12


async def test_the_curve_stands_on_what_was_there_before_the_bot_as_the_total_does(database: Database) -> None:
    before = OpeningBalance(metric=Metric.PARTICIPANTS, amount=40, on=date(2021, 1, 1), source="made up")
    page = await fetched(database, programme=replace(A_YEAR, opening_balances=(before,)))
    assert "2021年2月の終わりに40人、2022年1月は40人です。" in page


async def test_a_key_figure_chosen_for_everybody_stands_with_its_sources_and_no_other_does(database: Database) -> None:
    words = KpiWords(name="家庭ごみの量", unit="グラム", base="452", base_source="計画", is_public=True)
    value = KpiValue(on=date(2021, 12, 31), amount="440", source="集計", entered_by="係", entered_at=NOON)
    database.write(lambda c: kpis.add_value(c, kpis.add(c, words, "係", NOON), value)).result()
    database.write(lambda c: kpis.add(c, replace(words, name="内部の数", is_public=False), "係", NOON)).result()
    for path in ("/", "/?lang=en"):
        page = await fetched(database, path)
        assert all(word in page for word in ("家庭ごみの量", "452", "440", "計画", "集計"))
        assert "内部の数" not in page
    assert "Other figures the city watches" in page


async def test_a_page_without_key_figures_says_nothing_of_them(database: Database) -> None:
    assert "市が見守るほかの数" not in await fetched(database)


async def test_there_is_no_curve_in_the_first_month(database: Database) -> None:
    page = await fetched(database)
    assert "グラフは、2か月目から出ます。" in page
    assert "<polyline" not in page


def close(database: Database, **wards: tuple[int, int]) -> None:
    groups = [
        GroupWeek(code=code, persons=persons, active=active, points=active * 20)
        for code, (persons, active) in wards.items()
    ]
    database.write(lambda c: boards.close_week(c, closed_week(NOON), groups)).result()


WARDS = a_programme(
    wards=tuple(Ward(code=c, name={"ja": f"{c}区", "en": c}) for c in ("north", "south", "east", "west"))
)


async def test_teams_of_five_stand_under_the_name_that_others_see_and_smaller_ones_do_not(database: Database) -> None:
    def unit(connection: Connection) -> None:
        for name in ("みどり製作所", "ふたり組"):
            founding.make_by_staff(connection, TeamKind.COMPANY, name, "kita", NOON)
        groups = [GroupWeek(code=code, persons=persons, active=2, points=40) for code, persons in (("1", 5), ("2", 4))]
        boards.close_teams(connection, closed_week(NOON), groups)

    assert "チームのランキング" not in await fetched(database)
    database.write(unit).result()
    page = await fetched(database)
    assert "みどり製作所" in page
    assert "ふたり組" not in page
    rows = json.loads(await fetched(database, "/open-data/teams.json"))["rows"]
    assert [(row["team_name"], row["persons"], row["rate"], row["mean_points"]) for row in rows] == [
        ("みどり製作所", 5, 0.4, None)
    ]


async def test_what_bodies_were_given_is_shown_while_the_city_names_them_and_nothing_where_it_names_none(
    database: Database,
) -> None:
    words = {"ja": "川の会", "en": "River club"}
    naming = replace(WARDS, local_bodies=(LocalBody(code="river", name=words, about=words),))
    sums = [
        GivenSum(local_body=code, year=2021, week=closed_week(NOON), points=1_234, persons=7)
        for code in ("river", "old")
    ]
    database.write(lambda c: donations.fix(c, sums)).result()
    page = await fetched(database, programme=naming)
    table = page.split('id="given"')[1].split("</table>")[0]
    assert "川の会" in table
    assert "<td>1,234</td><td>7</td>" in table
    assert "old" not in table
    (row,) = json.loads(await fetched(database, "/open-data/donations.json", naming))["rows"]
    assert (row["local_body_name"], row["fiscal_year"], row["points"], row["persons"]) == ("川の会", 2021, 1_234, 7)
    for path in ("/", "/open-data", "/open-data/datapackage.json", "/open-data/donations.json"):
        assert "川の会" not in (without := await fetched(database, path))
        assert "贈" not in without


async def test_wards_are_ranked_by_participation_and_small_ones_are_hidden(database: Database) -> None:
    close(database, north=(20, 5), south=(10, 4), east=(4, 4), west=(5, 5))
    page = await fetched(database, programme=WARDS)
    board = page.split('<table class="board">')[1].split("</table>")[0]
    assert [row.split("</th>")[0] for row in board.split('<th scope="row">')[1:]] == ["west区", "south区", "north区"]
    assert "east区" not in page
    assert "2022年1月10日〜2022年1月16日の週" in page


async def test_a_mean_of_few_persons_is_not_told(database: Database) -> None:
    close(database, north=(20, 5), south=(10, 4))
    board = (await fetched(database, programme=WARDS)).split('<table class="board">')[1].split("</table>")[0]
    rows = {row.split("</th>")[0]: row for row in board.split('<th scope="row">')[1:]}
    assert "<td>20</td>" in rows["north区"]
    assert "人数が少ないので出しません" in rows["south区"]


async def test_before_the_first_week_is_over_the_page_says_that_there_is_no_ranking_yet(database: Database) -> None:
    assert "まだ、ランキングにできる人数がそろっていません。" in await fetched(database)


async def test_the_next_three_events_stand_there_with_their_calendars(database: Database) -> None:
    found = [
        add(database, an_event(f"talk_{n}", a_part(NOW + timedelta(days=n)), title={"ja": f"{n}回目"}))
        for n in (4, 1, 3, 2)
    ]
    page = await fetched(database)
    shown = [page.index(f'/events/{found[n].id}.ics"') for n in (1, 3, 2)]
    assert shown == sorted(shown)
    assert f'/events/{found[0].id}.ics"' not in page
    assert 'href="/calendar.ics"' in page


async def test_what_can_be_done_today_has_the_largest_effect_first_and_leads_to_the_catalogue(
    database: Database,
) -> None:
    actions = (an_action("small"), an_action("great", effect=Effect.LARGE, points=15))
    page = await fetched(database, programme=a_programme(actions=actions))
    assert page.index('href="/actions#great"') < page.index('href="/actions#small"')
    assert "効果 大 · 15ポイント" in page


@pytest.mark.parametrize("path", ["/", "/actions"])
async def test_on_a_heat_alert_the_page_says_to_cool_and_offers_no_saving_on_it(database: Database, path: str) -> None:
    actions = (an_action("cool_biz", on_heat_alert=OnHeatAlert.NOT_OFFERED), an_action("my_bag"))
    warned = a_programme(actions=actions, heat_alert_days=(NOON.date(),))
    assert "がまんせずに冷房を使い" in await fetched(database, path, warned)
    assert "がまんせずに冷房を使い" not in await fetched(database, path, a_programme(actions=actions))
    assert "#cool_biz" not in await fetched(database, "/", warned)
    assert "#cool_biz" in await fetched(database, "/", a_programme(actions=actions))


@pytest.mark.parametrize("path", ["/", "/actions"])
async def test_a_heat_alert_that_staff_switched_on_is_on_the_public_pages_too(database: Database, path: str) -> None:
    database.write(lambda c: switches.put_heat_days(c, [NOON.date()])).result()
    assert "がまんせずに冷房を使い" in await fetched(database, path)


async def test_the_catalogue_tells_of_each_action_what_counts_what_does_not_and_how_often(database: Database) -> None:
    action = an_action(
        number=24, confirmed_points=30, counts_as={"ja": "持って行った"}, does_not_count={"ja": "買った"}
    )
    page = await fetched(database, "/actions", a_programme(actions=(action,)))
    for told in (
        'id="my_bottle"',
        "5ポイント（確認できたら30ポイント）",
        "1日1回まで",
        "30の24番",
        "持って行った",
        "買った",
    ):
        assert told in page


async def test_how_points_count_is_told_with_the_numbers_of_the_rules_in_force(database: Database) -> None:
    programme = a_programme(version=7)
    limits = replace(programme.limits, everyday_points_a_day=73, late_days=2, withdraw_days=9)
    page = await fetched(database, "/points", replace(programme, limits=limits))
    for told in ("1日73ポイントまで", "2日前まで", "9日のあいだ", "いまの規則の版：7", "週420ポイントまで"):
        assert told in page


async def test_only_the_small_page_may_be_framed_by_other_sites(database: Database) -> None:
    async with reader(app_of(public_parts(database))) as browser:
        policies = {
            path: (await browser.get(path)).headers["content-security-policy"]
            for path in ("/widget", "/", "/events", "/actions", "/points", "/open-data", "/privacy")
        }
    assert "frame-ancestors *" in policies.pop("/widget")
    assert all("frame-ancestors 'none'" in policy for policy in policies.values())


async def test_the_small_page_shows_the_totals_and_leads_out_of_the_frame(database: Database) -> None:
    count(database, CounterName.PARTICIPATIONS, date(2022, 1, 1), 25)
    page = await fetched(database, "/widget?lang=en")
    assert "65 participations" in page
    assert '<a href="/?lang=en" target="_top">' in page


async def test_the_page_one_is_on_is_marked_among_the_places(database: Database) -> None:
    for path in ("/", "/events", "/actions", "/points", "/open-data"):
        page = await fetched(database, path)
        assert page.count('aria-current="page"') == 1
        assert f'<a href="{path}" aria-current="page">' in page


@pytest.mark.parametrize("path", ["/actions", "/points", "/open-data", "/widget"])
async def test_the_new_pages_hold_no_script_no_inline_style_no_cookie_and_no_japanese_in_english(
    database: Database, path: str
) -> None:
    async with reader(app_of(public_parts(database, a_programme()))) as browser:
        answer = await browser.get(f"{path}?lang=en")
    assert not any(banned in answer.text for banned in ("<script", "style=", "<style"))
    assert "set-cookie" not in answer.headers
    page = answer.text.replace("やさしい日本語", "").replace("日本語", "")
    assert [letter for letter in page if "\u3041" <= letter <= "\u9fff"] == []
