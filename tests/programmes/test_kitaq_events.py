"""The city's own events say what its documents say of them: titles, days and forms; the rest is marked as ours."""

from datetime import datetime
from pathlib import Path

from storage.clock import TOKYO
from storage.facts import AudienceKind, EventKind, EventMode, EventState
from tests.town import kitaq

FILE = Path(__file__).parents[2] / "programmes" / "kitaq.toml"
PROGRAMME = kitaq()
EVENTS = {event.code: event for event in PROGRAMME.events}

# The press release of 2022-01-17, 2(3): title, form and day; the last two have no title and no day.
RELEASE = {
    "decarbonised_business": ("脱炭素経営が求められる背景とその実践方法", EventKind.SEMINAR, "2022-01-26 Wed"),
    "kzc_and_business": ("KitaQ Zero Carbon とは？脱炭素の現状とビジネス展開", EventKind.SEMINAR, "2022-02-02 Wed"),
}
OPEN = {
    "seminar_march_2022": (EventKind.SEMINAR, "3月上旬頃"),
    "workshop_march_2022": (EventKind.WORKSHOP, "3月下旬頃"),
}


def test_the_two_dated_web_seminars_have_the_releases_titles_and_days():
    for code, (title, kind, day) in RELEASE.items():
        event = EVENTS[code]
        (part,) = event.parts
        assert part.starts_at is not None
        assert (event.title["ja"], event.kind, event.mode) == (title, kind, EventMode.ONLINE)
        assert part.starts_at.astimezone(TOKYO).strftime("%Y-%m-%d %a") == day


def test_the_two_in_march_have_an_open_date_in_the_releases_words():
    for code, (kind, words) in OPEN.items():
        event = EVENTS[code]
        assert (event.kind, event.mode, len(event.parts)) == (kind, EventMode.ONLINE, 1)
        assert event.parts[0].starts_at is None
        assert words in event.date_words["ja"]


def test_the_four_are_for_the_public_and_companies_as_the_release_says():
    for code in (*RELEASE, *OPEN):
        assert set(EVENTS[code].audiences) == {AudienceKind.PUBLIC, AudienceKind.COMPANY}
        assert "2022年1月17日" in EVENTS[code].source


def test_the_school_is_one_course_of_six_sessions_for_companies_with_an_action_plan_at_the_last():
    school = EVENTS["gx_school"]
    assert (school.kind, len(school.parts), school.audiences) == (EventKind.COURSE, 6, (AudienceKind.COMPANY,))
    assert "アクションプラン" in school.parts[-1].title["ja"]
    assert "3316" in school.source


def test_the_schools_dates_say_that_they_are_samples_and_lie_in_the_period_after_its_real_start():
    school, period = EVENTS["gx_school"], PROGRAMME.periods[0]
    assert "見本" in school.title["ja"]
    assert "sample" in school.title["en"]
    for part in school.parts:
        assert part.starts_at is not None
        assert datetime(2023, 4, 1, tzinfo=TOKYO) < part.starts_at
        assert part.starts_at.date() <= period.ends_on


def test_no_hour_capacity_place_or_link_is_passed_off_as_the_citys():
    text = FILE.read_text(encoding="utf-8")
    assert "私たちが決めたこと（見本）：時刻" in text
    assert "日時はすべて見本" in text
    assert [event.code for event in EVENTS.values() if event.joining_url or event.place] == []


def test_every_event_can_be_registered_for_as_soon_as_it_is_seeded():
    assert {event.state for event in EVENTS.values()} == {EventState.PUBLISHED}
    assert {event.opens_at for event in EVENTS.values()} == {None}
