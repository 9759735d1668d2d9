"""Calendars as other programs read them: two independent readers (vobject, ics) see the right Tokyo time."""

import re
from datetime import datetime, timedelta
from typing import Any

import ics
import pytest
import vobject
from icalendar import Calendar

from storage import events
from storage.clock import TOKYO
from storage.database import Database
from storage.facts import EventState, PartState
from tests.web.public_app import app_of, public_parts, reader
from tests.web.town_events import AT, NOW, SECRET_LINK, a_part, add, an_event, cancel, find, seed_the_first_citys


async def fetched(database: Database, path: str, **headers: str) -> Any:
    async with reader(app_of(public_parts(database)), **headers) as browser:
        return await browser.get(path)


def entries(body: str) -> list[Any]:
    return list(vobject.readOne(body).contents.get("vevent", []))


async def test_both_readers_see_the_citys_events_at_the_right_tokyo_time(database: Database) -> None:
    seed_the_first_citys(database)
    body = (await fetched(database, "/calendar.ics")).text
    expected = {
        "脱炭素経営が求められる背景とその実践方法": (
            datetime(2022, 1, 26, 14, tzinfo=TOKYO),
            datetime(2022, 1, 26, 15, 30, tzinfo=TOKYO),
        ),
        "KitaQ Zero Carbon とは？脱炭素の現状とビジネス展開": (
            datetime(2022, 2, 2, 14, tzinfo=TOKYO),
            datetime(2022, 2, 2, 15, 30, tzinfo=TOKYO),
        ),
    }
    by_vobject = {entry.summary.value: (entry.dtstart.value, entry.dtend.value) for entry in entries(body)}
    by_ics = {entry.name: (entry.begin.datetime, entry.end.datetime) for entry in ics.Calendar(body).events}
    for read in (by_vobject, by_ics):
        assert len(read) == 8  # two seminars and six sessions; the two with an open date are left out
        assert {title: times for title, times in read.items() if title in expected} == expected
        assert {at.utcoffset() for times in read.values() for at in times} == {timedelta(hours=9)}


async def test_a_calendar_says_who_where_and_which_page_and_never_the_joining_link(database: Database) -> None:
    event = add(database, an_event())
    for path in ("/calendar.ics", f"/events/{event.id}.ics"):
        answer = await fetched(database, path)
        (entry,) = entries(answer.text)
        assert entry.summary.value == "冬の省エネ講座"
        assert entry.location.value == "はとば会館 またはオンライン"
        assert entry.url.value == f"https://city.test/events/{event.id}"
        assert "家の省エネを学びます。" in entry.description.value
        assert entry.status.value == "CONFIRMED"
        assert SECRET_LINK not in answer.text.replace("\r\n ", "")
        assert answer.headers["content-type"] == "text/calendar; charset=utf-8"


async def test_uids_stay_when_an_event_changes_or_the_bots_address_does_and_the_sequence_rises(
    database: Database,
) -> None:
    event = add(database, an_event("course", a_part(), a_part(AT + timedelta(days=7))))
    before = entries((await fetched(database, "/calendar.ics")).text)
    later, moved = NOW + timedelta(hours=2), AT + timedelta(days=1)
    database.write(
        lambda c: events.change_part(c, event.parts[0], later, starts_at=moved, ends_at=moved + timedelta(hours=1))
    ).result()
    async with reader(app_of(public_parts(database), address="https://new.test")) as browser:
        after = entries((await browser.get("/calendar.ics")).text)
    uids = [entry.uid.value for entry in before]
    assert [entry.uid.value for entry in after] == uids
    assert len(set(uids)) == 2
    assert int(after[0].sequence.value) > int(before[0].sequence.value)
    assert after[0].dtstart.value == moved
    assert after[0].last_modified.value == later


async def test_a_cancelled_event_or_part_stays_in_the_feed_as_cancelled(database: Database) -> None:
    whole = add(database, an_event("whole"))
    course = add(database, an_event("course", a_part(), a_part(AT + timedelta(days=7))))
    cancel(database, whole, NOW)
    database.write(lambda c: events.change_part(c, course.parts[1], NOW, state=PartState.CANCELLED)).result()
    for part in whole.parts:
        database.write(lambda c, p=part: events.change_part(c, p, NOW, state=PartState.CANCELLED)).result()
    states = [entry.status.value for entry in entries((await fetched(database, "/calendar.ics")).text)]
    assert sorted(states) == ["CANCELLED", "CANCELLED", "CONFIRMED"]
    (entry,) = entries((await fetched(database, f"/events/{whole.id}.ics")).text)
    assert entry.summary.value == "【中止】冬の省エネ講座"
    assert entry.dtstart.value == AT


async def test_the_feed_reaches_ninety_days_back_and_holds_no_draft(database: Database) -> None:
    add(database, an_event("long_ago", a_part(NOW - timedelta(days=91))))
    recent = add(database, an_event("recent", a_part(NOW - timedelta(days=89))))
    add(database, an_event("draft", state=EventState.DRAFT))
    found = entries((await fetched(database, "/calendar.ics")).text)
    assert [entry.url.value for entry in found] == [f"https://city.test/events/{recent.id}"]


async def test_long_japanese_lines_are_folded_within_75_octets_and_come_back_whole(database: Database) -> None:
    words = "「あ、い;う\\え」と書いても、\nつぎの行も、, ; もそのままです。" * 9
    event = add(database, an_event(description={"ja": words}))
    answer = await fetched(database, f"/events/{event.id}.ics")
    lines = answer.content.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert [line for line in lines if b"\n" in line] == []
    for line in lines:
        line.decode()  # no character is cut in two
    (by_ics,) = ics.Calendar(answer.text).events
    (by_vobject,) = entries(answer.text)
    assert by_vobject.description.value.startswith(words)
    assert by_ics.description.startswith(words)


async def test_an_event_with_an_open_date_has_no_calendar_yet(database: Database) -> None:
    event = add(database, an_event("open", a_part(None)))
    assert (await fetched(database, f"/events/{event.id}.ics")).status_code == 404
    feed = Calendar.from_ical((await fetched(database, "/calendar.ics")).content)
    assert [component.name for component in feed.walk()] == ["VCALENDAR", "VTIMEZONE", "STANDARD"]


async def test_an_unchanged_calendar_is_not_sent_again(database: Database) -> None:
    event = add(database, an_event())
    first = await fetched(database, "/calendar.ics")
    tag = first.headers["etag"]
    again = await fetched(database, "/calendar.ics", **{"if-none-match": f'"other", W/{tag}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == tag
    assert again.headers["cache-control"] == "public, max-age=300"
    database.write(lambda c: events.change(c, event.id, NOW + timedelta(hours=1))).result()
    changed = await fetched(database, "/calendar.ics", **{"if-none-match": tag})
    assert changed.status_code == 200


@pytest.mark.parametrize(("language", "summary"), [("ja", "冬の省エネ講座"), ("en", "Saving energy in winter")])
async def test_a_calendar_speaks_the_readers_language(database: Database, language: str, summary: str) -> None:
    event = add(database, an_event())
    answer = await fetched(database, f"/events/{event.id}.ics?lang={language}")
    assert entries(answer.text)[0].summary.value == summary
    assert find(database, event.id).sequence == 0


async def test_every_calendar_brings_tokyos_zone_for_readers_that_know_none(database: Database) -> None:
    add(database, an_event())
    body = (await fetched(database, "/calendar.ics")).text
    assert "DTSTART;TZID=Asia/Tokyo:20220126T140000" in body
    assert re.search(r"BEGIN:VTIMEZONE\r\nTZID:Asia/Tokyo\r\n.*TZOFFSETTO:\+0900", body, re.DOTALL)
