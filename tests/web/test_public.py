"""The public page, its JSON and the privacy page: figures as stored, the right language, safe headers, kind errors."""

import re
from datetime import timedelta

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route

from bot.web.headers import SecurityHeaders
from bot.web.pages import Pages, read_aloud
from storage import totals
from storage.database import Database, StorageUnavailableError
from storage.facts import Metric
from storage.totals import CounterName
from tests.factories import a_period, a_programme
from tests.web.public_app import NOON, OPENING, TEXTS, app_of, public_parts, reader


def store_some_figures(database: Database) -> None:
    figures = {
        CounterName.PARTICIPATIONS: 25,
        CounterName.PARTICIPANTS_DISTINCT: 12,
        CounterName.EVENTS_HELD: 3,
        CounterName.POINTS_CONFIRMED: 1000,
        CounterName.POINTS_SELF_REPORTED: 5345,
        CounterName.VISITS_OWN: 70,
    }
    for number, (name, amount) in enumerate(figures.items()):
        database.write(lambda c, n=name, a=amount, s=number: totals.add(c, n, NOON, a, stripe=s)).result()
    database.write(
        lambda c: totals.add_figure(c, Metric.SITE_VISITS, 900, NOON.date(), "ポータル", "係", NOON)
    ).result()


async def test_totals_are_told_in_the_agreed_json(database: Database) -> None:
    store_some_figures(database)
    async with reader(app_of(public_parts(database))) as browser:
        answer = await browser.get("/api/v1/totals")
    assert answer.json() == {
        "period": {"name": "第一期", "starts_on": "2022-01-01", "ends_on": "2024-12-31"},
        "participants": {"total": 65, "distinct": 42, "target": 600, "year_one_target": 100, "before_bot": 40},
        "events_held": 3,
        "action_points": {"total": 6345, "confirmed": 1000, "self_reported": 5345},
        "site_visits": {"total": 970, "own_pages": 70, "portal": 900},
        "as_of": "2022-01-20T12:00:00+09:00",
    }


async def test_a_new_point_is_in_the_next_answer(database: Database) -> None:
    async with reader(app_of(public_parts(database))) as browser:
        before = await browser.get("/api/v1/totals")
        database.write(lambda c: totals.add(c, CounterName.POINTS_SELF_REPORTED, NOON, 5, stripe=1)).result()
        after = await browser.get("/api/v1/totals")
    assert before.headers["cache-control"] == "no-store"
    assert after.json()["action_points"]["total"] - before.json()["action_points"]["total"] == 5


async def test_the_json_may_be_read_from_any_site_and_names_the_period_in_the_language_asked_for(
    database: Database,
) -> None:
    async with reader(app_of(public_parts(database))) as browser:
        answer = await browser.get("/api/v1/totals?lang=en", headers={"Origin": "https://portal.test"})
        preflight = await browser.options("/api/v1/totals")
    assert answer.json()["period"]["name"] == "First period"
    assert answer.headers["access-control-allow-origin"] == preflight.headers["access-control-allow-origin"] == "*"
    assert preflight.headers["access-control-allow-methods"] == "GET"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"


async def test_the_page_shows_the_four_totals_with_their_parts(database: Database) -> None:
    store_some_figures(database)
    async with reader(app_of(public_parts(database))) as browser:
        page = (await browser.get("/")).text
    for shown in (
        "延べ65人",
        "42人",
        "3回",
        "6,345ポイント",
        "<dd>1,000</dd>",
        "<dd>5,345</dd>",
        "970人",
        "<dd>70</dd>",
        "<dd>900</dd>",
    ):
        assert shown in page
    assert "1年目の目標、延べ100人の65%" in page
    assert "最終目標、延べ600人の10.8%" in page
    assert "このうち延べ40人は、ボットを始める前の分です。 出典：環境課の名簿（2022年1月1日時点）" in page
    assert "試験市の人口の3.5%は、350人です。" in page
    assert "2022年1月20日(木) 午後0時現在" in page
    assert 'href="https://line.example/r"' in page


async def test_nothing_before_the_bot_is_shown_where_there_is_no_opening_balance(database: Database) -> None:
    async with reader(app_of(public_parts(database, a_programme()))) as browser:
        assert "ボットを始める前" not in (await browser.get("/")).text


async def test_a_goal_passed_by_far_fills_the_bar_and_tells_the_true_percentage(database: Database) -> None:
    programme = a_programme(periods=(a_period(year_one_target=10),))
    store_some_figures(database)
    async with reader(app_of(public_parts(database, programme))) as browser:
        page = (await browser.get("/")).text
    assert "延べ10人の250%" in page
    assert 'width="100%" height="100%" rx="4"' in page
    assert 'width="250' not in page


@pytest.mark.parametrize(
    ("query", "accepted", "language"),
    [
        ("", "", "ja"),
        ("?lang=en", "ja", "en"),
        ("?lang=ja", "en", "ja"),
        ("?lang=xx", "en-GB,en;q=0.9", "en"),
        ("", "fr, en;q=0.7, ja;q=0.9", "ja"),
        ("", "en;q=0, *", "ja"),
        ("", "en;q=x;;,;q=,\x01", "ja"),
        ("", "de-DE,de", "ja"),
    ],
)
async def test_a_page_speaks_the_language_asked_for_else_the_browsers_else_japanese(
    database: Database, query: str, accepted: str, language: str
) -> None:
    async with reader(app_of(public_parts(database)), **{"accept-language": accepted}) as browser:
        for path in ("/", "/privacy"):
            answer = await browser.get(path + query)
            assert f'<html lang="{language}">' in answer.text
            assert answer.headers["content-language"] == language
            assert "accept-language" in answer.headers["vary"].lower()


async def test_a_chosen_language_stays_on_the_way_to_other_pages(database: Database) -> None:
    async with reader(app_of(public_parts(database))) as browser:
        assert 'href="/privacy?lang=en"' in (await browser.get("/?lang=en")).text
        assert 'href="/privacy"' in (await browser.get("/")).text


async def test_no_japanese_is_left_on_the_english_pages(database: Database) -> None:
    async with reader(app_of(public_parts(database, a_programme()))) as browser:
        for path in ("/", "/privacy", "/accessibility", "/nowhere"):
            page = (await browser.get(f"{path}?lang=en")).text.replace("やさしい日本語", "").replace("日本語", "")
            assert [letter for letter in page if "\u3041" <= letter <= "\u9fff"] == []


async def test_every_page_leads_to_what_is_aimed_at_for_people_with_disabilities_and_whom_to_tell(
    database: Database,
) -> None:
    async with reader(app_of(public_parts(database, a_programme()))) as browser:
        assert 'href="/accessibility?lang=vi"' in (await browser.get("/privacy?lang=vi")).text
        page = (await browser.get("/accessibility")).text
    assert "WCAG 2.2" in page
    assert a_programme().city.contact["ja"].partition(" ")[0] in page
    assert "まだしていません" in page


async def test_the_privacy_page_tells_what_was_agreed_to_and_for_how_long_it_is_kept(database: Database) -> None:
    async with reader(app_of(public_parts(database))) as browser:
        page = (await browser.get("/privacy")).text
    for told in ("保存します", "受け取ってから7日で", "30日で消します", "「退会」", "窓口まで"):
        assert told in page


async def test_the_programmes_words_cannot_carry_markup(database: Database) -> None:
    programme = a_programme(periods=(a_period(name={"ja": "<script>alert(1)</script>"}),))
    async with reader(app_of(public_parts(database, programme))) as browser:
        assert "<script" not in (await browser.get("/")).text


async def test_every_answer_carries_the_security_headers(database: Database) -> None:
    async with reader(app_of(public_parts(database))) as browser:
        for path in ("/", "/privacy", "/api/v1/totals", "/static/pages.css", "/nowhere"):
            headers = (await browser.get(path)).headers
            policy = headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "frame-ancestors 'none'" in policy
            assert "unsafe" not in policy
            assert "script-src" not in policy
            assert headers["x-content-type-options"] == "nosniff"
            assert "referrer-policy" in headers
            assert "permissions-policy" in headers
            assert "strict-transport-security" not in headers


async def test_browsers_are_told_to_insist_on_https_only_behind_an_https_address(database: Database) -> None:
    async with reader(app_of(public_parts(database), https=True)) as browser:
        for path in ("/", "/nowhere"):
            assert (await browser.get(path)).headers["strict-transport-security"] == "max-age=31536000"


async def test_the_pages_hold_no_script_no_inline_style_and_no_cookie(database: Database) -> None:
    async with reader(app_of(public_parts(database))) as browser:
        for path in ("/", "/privacy", "/nowhere"):
            answer = await browser.get(path)
            assert "<script" not in answer.text
            assert "style=" not in answer.text
            assert "<style" not in answer.text
            assert "set-cookie" not in answer.headers


async def test_the_stylesheet_is_kept_under_the_address_of_its_version(database: Database) -> None:
    async with reader(app_of(public_parts(database))) as browser:
        page = (await browser.get("/")).text
        address = page.split('rel="stylesheet" href="')[1].split('"')[0]
        versioned, plain = await browser.get(address), await browser.get("/static/pages.css")
    assert versioned.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert plain.headers["cache-control"] == "no-cache"
    assert versioned.headers["content-type"].startswith("text/css")


async def test_files_outside_the_static_folder_are_not_served(database: Database) -> None:
    async with reader(app_of(public_parts(database))) as browser:
        for path in ("/static/../pages.py", "/static/%2e%2e/pages.py", "/static/"):
            assert (await browser.get(path)).status_code == 404


async def test_a_missing_page_is_answered_in_the_readers_language(database: Database) -> None:
    async with reader(app_of(public_parts(database))) as browser:
        japanese = await browser.get("/nowhere")
        english = await browser.get("/nowhere", headers={"accept-language": "en"})
        missing_data = await browser.get("/api/v1/nothing")
    assert (japanese.status_code, english.status_code, missing_data.status_code) == (404, 404, 404)
    assert "ページが見つかりません" in japanese.text
    assert "Page not found" in english.text
    assert missing_data.json() == {"error": "not found"}


async def test_a_page_is_not_posted_to(database: Database) -> None:
    async with reader(app_of(public_parts(database))) as browser:
        answer = await browser.post("/")
    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD"}


def failing_app(error: Exception) -> SecurityHeaders:
    async def fail(request: Request) -> None:
        raise error

    pages = Pages(TEXTS, a_programme)
    failing = [Route("/fails", fail), Route("/api/v1/fails", fail)]
    return SecurityHeaders(Starlette(routes=failing, exception_handlers=pages.failures), https=True)


async def test_our_own_fault_is_admitted_without_showing_it() -> None:
    async with reader(failing_app(ValueError("みなとの秘密"))) as browser:
        answer, data = await browser.get("/fails"), await browser.get("/api/v1/fails")
    assert (answer.status_code, data.status_code) == (500, 500)
    assert "うまく表示できませんでした" in answer.text
    assert data.json() == {"error": "failed"}
    assert "秘密" not in answer.text + data.text
    assert "Traceback" not in answer.text
    assert answer.headers["strict-transport-security"]


async def test_a_database_that_is_away_is_answered_with_when_to_come_again() -> None:
    async with reader(failing_app(StorageUnavailableError("SQLITE_BUSY"))) as browser:
        answer, data = await browser.get("/fails?lang=en"), await browser.get("/api/v1/fails")
    assert (answer.status_code, data.status_code) == (503, 503)
    assert answer.headers["retry-after"] == data.headers["retry-after"] == "30"
    assert "No record is lost" in answer.text
    assert data.json() == {"error": "unavailable"}


async def test_the_page_of_a_sandbox_says_that_its_figures_are_not_real(database: Database) -> None:
    parts = public_parts(database, pages=Pages(TEXTS, a_programme, is_sandbox=True))
    async with reader(app_of(parts)) as browser:
        assert "数字は本物ではありません" in (await browser.get("/")).text
    async with reader(app_of(public_parts(database))) as browser:
        assert "数字は本物ではありません" not in (await browser.get("/")).text


async def test_the_totals_are_those_of_the_period_that_today_is_in(database: Database) -> None:
    later = a_period(
        name={"ja": "第二期"}, starts_on=NOON.date() - timedelta(days=19), ends_on=NOON.date() + timedelta(days=400)
    )
    earlier = a_period(starts_on=NOON.date() - timedelta(days=400), ends_on=NOON.date() - timedelta(days=20))
    store_some_figures(database)
    async with reader(app_of(public_parts(database, a_programme(periods=(earlier, later))))) as browser:
        answer = (await browser.get("/api/v1/totals")).json()
    assert (answer["period"]["name"], answer["events_held"]) == ("第二期", 3)


async def test_what_stood_before_the_bot_counts_in_the_period_it_is_dated_in_only(database: Database) -> None:
    earlier = a_period(ends_on=OPENING.on)
    later = a_period(name={"ja": "第二期"}, starts_on=OPENING.on + timedelta(days=1))
    programme = a_programme(periods=(earlier, later), opening_balances=(OPENING,))
    async with reader(app_of(public_parts(database, programme))) as browser:
        answer, page = (await browser.get("/api/v1/totals")).json(), (await browser.get("/")).text
    assert (answer["period"]["name"], answer["participants"]["total"]) == ("第二期", 0)
    assert "ボットを始める前" not in page


async def test_search_engines_are_told_of_each_language_under_a_tag_they_know(database: Database) -> None:
    programme = a_programme()
    parts = public_parts(database, pages=Pages(TEXTS, lambda: programme, "https://city.test"))
    async with reader(app_of(parts)) as browser:
        page = (await browser.get("/?lang=en")).text
    found = re.findall(r'<link rel="alternate" hreflang="(\S+)" href="(\S+)">', page)
    assert found == [("ja", "https://city.test/?lang=ja"), ("en", "https://city.test/?lang=en")]
    assert '<html lang="en">' in page


async def test_easy_japanese_stands_beside_the_citys_languages_with_readings_above(database: Database) -> None:
    async with reader(app_of(public_parts(database))) as browser:
        page = await browser.get("/?lang=ja-easy")
        assert 'href="/?lang=ja-easy"' in (await browser.get("/")).text
    assert page.headers["content-language"] == "ja"
    assert "<ruby>参加<rp>（</rp><rt>さんか</rt><rp>）</rp></ruby>した" in page.text


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("<p>市（し）の人</p>", "<p><ruby>市<rp>（</rp><rt>し</rt><rp>）</rp></ruby>の人</p>"),
        ("<p>（子（こ）ども）</p>", "<p>（<ruby>子<rp>（</rp><rt>こ</rt><rp>）</rp></ruby>ども）</p>"),
        ('<a title="市（し）">', '<a title="市（し）">'),
        ("<title>市（し）</title>", "<title>市（し）</title>"),
        ('<svg><desc id="a">市（し）</desc><text x="1">市（し）</text></svg>',) * 2,
        ("<p>市（担当）</p>", "<p>市（担当）</p>"),
    ],
)
def test_a_reading_is_put_above_only_where_tags_may_stand(written: str, shown: str) -> None:
    assert read_aloud(written) == shown
