"""The pages and open data of events: what the city holds, in the reader's language, and never the joining link."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest

from bot.introduction import share_link
from bot.web.event_views import JoinLink
from storage import events, registrations
from storage.clock import TOKYO
from storage.database import Database
from storage.facts import ChannelName, EventState, RegistrationState
from tests.web.public_app import app_of, public_parts, reader
from tests.web.town_events import AT, NOW, SECRET_LINK, a_part, add, an_event, cancel, seed_the_first_citys


async def fetched(database: Database, path: str, **changes: Any) -> Any:
    async with reader(app_of(public_parts(database), **changes)) as browser:
        return await browser.get(path)


async def test_the_page_lists_the_citys_events_soonest_first(database: Database) -> None:
    seed_the_first_citys(database)
    page = (await fetched(database, "/events")).text
    told = [
        "脱炭素経営が求められる背景とその実践方法",
        "2022年1月26日(水) 午後2時から3時30分まで",
        "KitaQ Zero Carbon とは？脱炭素の現状とビジネス展開",
        "2022年2月2日(水) 午後2時から3時30分まで",
        "2022年3月上旬頃（予定）",
        "2022年3月下旬頃（予定）",
        "GXエグゼクティブビジネススクール",
        "2024年9月4日(水)",
    ]
    assert [page.index(words) for words in told] == sorted(page.index(words) for words in told)


async def test_one_event_tells_when_where_cost_language_for_whom_and_how_to_register(database: Database) -> None:
    event = add(database, an_event(cost_yen=500, interpreted_into=("en",), parts=(a_part(capacity=30),)))
    page = (await fetched(database, f"/events/{event.id}")).text
    for told in (
        "冬の省エネ講座",
        "2022年1月26日(水) 午後2時から3時30分まで",
        "はとば会館 またはオンライン",
        "500円",
        "日本語（英語の通訳つき）",
        "市民の方",
        "残り30席（定員30人）",
        "家の省エネを学びます。",
        'href="https://line.example/r/?e_seminar"',
        "LINEで申し込む",
        f'href="/events/{event.id}.ics"',
        "申し込んだ方にだけ",
        "made up for tests",
    ):
        assert told in page
    assert SECRET_LINK not in page


async def test_a_course_lists_its_dates(database: Database) -> None:
    course = seed_the_first_citys(database)[-1]
    page = (await fetched(database, f"/events/{course.id}")).text
    assert "第6回 講義と演習、アクションプランの作成" in page
    assert "2024年11月13日(水) 午後2時から5時まで" in page
    assert page.count("残り20席（定員20人）") == 6


async def test_facts_are_in_the_readers_language_and_a_japanese_description_says_that_it_is(
    database: Database,
) -> None:
    event = add(database, an_event())
    page = (await fetched(database, f"/events/{event.id}?lang=en")).text
    for told in ("Saving energy in winter", "Wed 26 Jan 2022, 2:00 pm to 3:30 pm", "Japanese", "Register on LINE"):
        assert told in page
    assert '<p class="written" lang="ja">家の省エネを学びます。</p>' in page


async def test_no_japanese_is_left_on_the_english_pages_of_the_citys_events(database: Database) -> None:
    seeded = seed_the_first_citys(database)
    for path in ("/events", *(f"/events/{event.id}" for event in seeded)):
        page = (await fetched(database, f"{path}?lang=en")).text.replace("やさしい日本語", "").replace("日本語", "")
        page = page.split('Source: <span lang="ja">')[0]  # sources are named as they are
        assert [letter for letter in page if "\u3041" <= letter <= "\u9fff"] == []


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"state": EventState.CLOSED}, "申し込みは締め切りました。"),
        ({"closes_at": NOW - timedelta(hours=1)}, "申し込みは締め切りました。"),
        ({"opens_at": NOW + timedelta(days=1)}, "申し込みは1月21日(金) 午後0時から受け付けます。"),
        ({"parts": (a_part(NOW - timedelta(days=1)),)}, "このイベントは終わりました。"),
    ],
)
async def test_an_event_that_takes_no_registrations_says_so_and_links_to_none(
    database: Database, changes: dict[str, Any], told: str
) -> None:
    event = add(database, an_event(**changes))
    page = (await fetched(database, f"/events/{event.id}")).text
    assert told in page
    assert "申し込む</a>" not in page


async def test_a_cancelled_event_stays_on_its_page_and_says_so(database: Database) -> None:
    event = add(database, an_event())
    cancel(database, event, NOW)
    for path in ("/events", f"/events/{event.id}"):
        page = (await fetched(database, path)).text
        assert "このイベントは中止になりました。" in page
        assert "申し込む</a>" not in page


async def test_a_draft_is_nowhere_and_a_number_that_is_none_is_a_missing_page(database: Database) -> None:
    draft = add(database, an_event(state=EventState.DRAFT))
    cancel(database, draft, NOW)  # before anybody saw it
    assert "冬の省エネ講座" not in (await fetched(database, "/events")).text
    assert (await fetched(database, "/api/v1/events")).json()["events"] == []
    for path in (f"/events/{draft.id}", f"/events/{draft.id}.ics", "/events/999", f"/events/{'9' * 40}", "/events/x"):
        assert (await fetched(database, path)).status_code == 404


async def test_what_ended_in_the_last_ninety_days_stands_apart(database: Database) -> None:
    add(database, an_event("recent", a_part(NOW - timedelta(days=80)), title={"ja": "この前の会"}))
    add(database, an_event("older", a_part(NOW - timedelta(days=100)), title={"ja": "ずっと前の会"}))
    page = (await fetched(database, "/events")).text
    assert (
        page.index("いまご案内できるイベントはありません。")
        < page.index("この3か月のイベント")
        < page.index("この前の会")
    )
    assert "ずっと前の会" not in page


async def test_the_city_writes_no_markup(database: Database) -> None:
    evil = {"ja": "<script>alert(1)</script>"}
    event = add(database, an_event(title=evil, description=evil, place=evil, source="<script>"))
    for path in ("/events", f"/events/{event.id}"):
        assert "<script" not in (await fetched(database, path)).text


async def test_the_pages_of_events_hold_no_script_no_inline_style_and_no_cookie(database: Database) -> None:
    event = add(database, an_event())
    for path in ("/events", f"/events/{event.id}"):
        answer = await fetched(database, path)
        assert "<script" not in answer.text
        assert "style=" not in answer.text
        assert "set-cookie" not in answer.headers


async def test_a_page_without_known_chats_says_whom_to_ask(database: Database) -> None:
    event = add(database, an_event())
    page = (await fetched(database, f"/events/{event.id}", share_links=lambda code: [])).text
    assert "窓口まで" in page


async def test_an_event_is_sent_to_a_friend_in_the_apps_that_lead_to_the_bot(database: Database) -> None:
    event = add(database, an_event(title={"ja": "川 & 海"}))
    doors = {"share_links": lambda code: [JoinLink(name, "https://bot.example") for name in ("LINE", "Telegram", "紙")]}
    page = (await fetched(database, f"/events/{event.id}", **doors)).text
    title, address = "%E5%B7%9D%20%26%20%E6%B5%B7", quote(f"https://city.test/events/{event.id}", safe="")
    assert f'href="https://line.me/R/share?text={title}%0A{address}">LINEで送る' in page
    assert f'href="https://t.me/share/url?url={address}&amp;text={title}">Telegramで送る' in page
    assert "紙で送る" not in page


async def test_the_home_page_leads_to_the_events(database: Database) -> None:
    assert 'href="/events?lang=en"' in (await fetched(database, "/?lang=en")).text


# --- open data -----------------------------------------------------------------------------------------------------


async def test_an_event_is_told_in_the_agreed_json(database: Database) -> None:
    closes = datetime(2022, 1, 26, 5, tzinfo=TOKYO)
    changes = {"ward": "north", "cost_yen": 300, "cost_note": {"ja": "糸代", "en": "yarn"}, "closes_at": closes}
    event = add(database, an_event("net", a_part(capacity=3), interests=("sea",), **changes))
    part = event.parts[0]
    database.write(lambda c: events.take_seats(c, part.id, 2)).result()
    answer = await fetched(database, "/api/v1/events?lang=en")
    assert answer.json() == {
        "events": [
            {
                "id": event.id,
                "code": "net",
                "kind": "seminar",
                "audiences": ["citizen"],
                "state": "published",
                "title": "Saving energy in winter",
                "description": "家の省エネを学びます。",
                "place": "Harbour Hall",
                "cost_note": "yarn",
                "date_words": "",
                "mode": "both",
                "ward": "north",
                "interests": ["sea"],
                "cost_yen": 300,
                "languages": ["ja"],
                "interpreted_into": [],
                "opens_at": None,
                "closes_at": "2022-01-26T05:00:00+09:00",
                "parts": [
                    {
                        "id": part.id,
                        "number": 1,
                        "title": "",
                        "state": "planned",
                        "starts_at": "2022-01-26T14:00:00+09:00",
                        "ends_at": "2022-01-26T15:30:00+09:00",
                        "seats": {"capacity": 3, "free": 1, "waiting": 0},
                    }
                ],
                "page": f"https://city.test/events/{event.id}",
                "ics": f"https://city.test/events/{event.id}.ics",
                "register": [{"name": "LINE", "url": "https://line.example/r/?e_net"}],
                "source": "made up for tests",
                "changed_at": "2022-01-20T12:00:00+09:00",
            }
        ],
        "next": None,
        "as_of": "2022-01-20T12:00:00+09:00",
    }
    assert SECRET_LINK not in answer.text
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cache-control"] == "no-store"


async def test_no_seat_is_free_while_somebody_waits(database: Database) -> None:
    event = add(database, an_event("small", a_part(capacity=5)))
    part, values = event.parts[0].id, {"event_id": event.id, "state": RegistrationState.WAITING, "queued": 1}
    database.write(lambda c: registrations.put(c, part, 7, NOW, **values)).result()
    (found,) = (await fetched(database, "/api/v1/events")).json()["events"]
    assert found["parts"][0]["seats"] == {"capacity": 5, "free": 0, "waiting": 1}
    assert "キャンセル待ち 1人" in (await fetched(database, f"/events/{event.id}")).text


async def test_an_event_with_an_open_date_has_no_times_no_calendar_and_can_be_registered_for(
    database: Database,
) -> None:
    add(database, an_event("open", a_part(None), date_words={"ja": "3月上旬頃", "en": "early March"}))
    (found,) = (await fetched(database, "/api/v1/events")).json()["events"]
    assert (found["date_words"], found["ics"], found["parts"][0]["starts_at"]) == ("3月上旬頃", None, None)
    assert len(found["register"]) == 1


async def test_who_cannot_register_now_gets_no_link(database: Database) -> None:
    add(database, an_event(state=EventState.CLOSED))
    (found,) = (await fetched(database, "/api/v1/events")).json()["events"]
    assert (found["state"], found["register"]) == ("closed", [])


async def test_more_than_fifty_events_come_page_by_page(database: Database) -> None:
    for number in range(53):
        add(database, an_event(f"talk_{number}", a_part(AT + timedelta(days=number))))
    first = (await fetched(database, "/api/v1/events")).json()
    second = (await fetched(database, f"/api/v1/events?after={first['next']}")).json()
    codes = [event["code"] for event in first["events"] + second["events"]]
    assert codes == [f"talk_{number}" for number in range(53)]
    assert (len(first["events"]), second["next"]) == (50, None)


@pytest.mark.parametrize("after", ["x", "-1", "1.5", "٣", "9" * 30, ""])
async def test_a_place_to_go_on_from_that_is_none_is_refused(database: Database, after: str) -> None:
    answer = await fetched(database, f"/api/v1/events?after={after}")
    assert (answer.status_code, answer.json()) == (400, {"error": "after must be the number of an event"})


async def test_open_data_may_be_asked_for_from_any_site(database: Database) -> None:
    async with reader(app_of(public_parts(database))) as browser:
        answer = await browser.options("/api/v1/events")
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"


# --- links ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("channel", "address", "link"),
    [
        (ChannelName.LINE, "https://line.me/R/ti/p/%40city", "https://line.me/R/oaMessage/%40city/?e_gx_school"),
        (ChannelName.TELEGRAM, "https://t.me/city_bot", "https://t.me/city_bot?start=e_gx_school"),
    ],
)
def test_a_share_link_opens_the_chat_at_the_event(channel: ChannelName, address: str, link: str) -> None:
    assert share_link(channel, address, "gx_school") == link


@pytest.mark.parametrize("number", ["9" * 18, "9" * 19, str(2**63), "9" * 5000])
@pytest.mark.parametrize("path", ["/events/{}", "/events/{}.ics"])
async def test_a_number_that_no_event_can_have_leads_nowhere(database: Database, path: str, number: str) -> None:
    add(database, an_event())
    assert (await fetched(database, path.format(number))).status_code == 404


@pytest.mark.parametrize(("number", "status"), [("9" * 18, 200), (str(2**63), 400), ("9" * 5000, 400), ("１", 400)])
async def test_open_data_is_not_asked_behind_a_number_that_no_event_can_have(
    database: Database, number: str, status: int
) -> None:
    assert (await fetched(database, f"/api/v1/events?after={number}")).status_code == status
