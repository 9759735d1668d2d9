"""An event's facts as people read them: Japanese as notices are written, English beside it, never a guess."""

from datetime import datetime
from typing import Any

import pytest

from handlers import eventwords
from handlers.texts import Texts
from storage.clock import TOKYO
from storage.facts import AudienceKind, EventFacts, EventKind, EventMode, EventState, PartFacts, PartState

TEXTS = Texts(["ja", "en"])
JA, EN = TEXTS.of("ja"), TEXTS.of("en")
NOW = datetime(2022, 1, 20, 12, tzinfo=TOKYO)


def at(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2022, month, day, hour, minute, tzinfo=TOKYO)


def part(number: int = 1, **changes: Any) -> PartFacts:
    plain: dict[str, Any] = {
        "id": number,
        "event_id": 1,
        "number": number,
        "title": {},
        "starts_at": at(1, 26, 14),
        "ends_at": at(1, 26, 16),
        "capacity": 30,
        "taken": 0,
        "state": PartState.PLANNED,
        "schedule_version": 1,
    }
    return PartFacts(**{**plain, **changes})


def event(*parts: PartFacts, **changes: Any) -> EventFacts:
    plain: dict[str, Any] = {
        "id": 1,
        "code": "why",
        "kind": EventKind.SEMINAR,
        "audiences": (AudienceKind.PUBLIC, AudienceKind.COMPANY),
        "title": {"ja": "脱炭素経営セミナー", "en": "Decarbonised management"},
        "description": {"ja": "くわしくお話しします。"},
        "mode": EventMode.ONLINE,
        "source": "test",
        "state": EventState.PUBLISHED,
        "sequence": 0,
        "published_at": NOW,
        "changed_at": NOW,
    }
    return EventFacts(**{**plain, **changes}, parts=parts or (part(),))


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "japanese", "english"),
    [
        (at(1, 26, 14), at(1, 26, 16), "1月26日(水) 午後2時から4時まで", "Wed 26 Jan, 2:00 pm to 4:00 pm"),
        (at(1, 26, 14), None, "1月26日(水) 午後2時から", "Wed 26 Jan, from 2:00 pm"),
        (
            at(1, 26, 10),
            at(1, 26, 15, 30),
            "1月26日(水) 午前10時から午後3時30分まで",
            "Wed 26 Jan, 10:00 am to 3:30 pm",
        ),
        (
            at(1, 26, 22),
            at(1, 27, 0),
            "1月26日(水) 午後10時から1月27日(木) 午前0時まで",
            "Wed 26 Jan, 10:00 pm to Thu 27 Jan 12:00 am",
        ),
        (None, None, "日時は未定です", "Date to be announced"),
    ],
)
def test_a_time_reads_as_people_say_it(
    starts_at: datetime | None, ends_at: datetime | None, japanese: str, english: str
) -> None:
    dated = part(starts_at=starts_at, ends_at=ends_at)
    assert eventwords.when(JA, event(dated), dated) == japanese
    assert eventwords.when(EN, event(dated), dated) == english


def test_a_day_in_another_year_than_the_announcement_names_its_year() -> None:
    later = part(starts_at=at(1, 26, 14).replace(year=2024), ends_at=at(1, 26, 16).replace(year=2024))
    assert eventwords.when(JA, event(later), later) == "2024年1月26日(金) 午後2時から4時まで"
    assert eventwords.day(EN, event(later), later) == "Fri 26 Jan 2024"


def test_an_open_date_says_what_is_known_of_it() -> None:
    undated = part(starts_at=None, ends_at=None)
    early = event(undated, date_words={"ja": "3月上旬頃", "en": "early March"})
    assert eventwords.day(JA, early, undated) == "3月上旬頃"
    assert eventwords.when(JA, early, undated) == "3月上旬頃、くわしい日時は未定です"
    assert eventwords.event_when(EN, early) == "early March; exact date to be announced"


def test_a_course_names_its_first_date_and_how_many_there_are() -> None:
    later = part(2, starts_at=at(2, 2, 14), ends_at=at(2, 2, 16), title={"ja": "計画づくり"})
    dropped = part(3, state=PartState.CANCELLED, starts_at=at(1, 21, 9))
    course = event(part(), later, dropped, kind=EventKind.COURSE)
    assert eventwords.event_when(JA, course) == "1月26日(水) 午後2時から（全2回）"
    assert eventwords.event_day(EN, course) == "From Wed 26 Jan (2 sessions)"
    assert eventwords.part_name(JA, course, later) == "第2回 計画づくり"
    assert eventwords.part_name(EN, course, course.parts[0]) == "Session 1"
    assert eventwords.part_name(JA, event(), part()) == ""


def test_the_facts_are_in_the_readers_language_whatever_the_description_is_written_in() -> None:
    shown = event(interpreted_into=("en",), cost_yen=1500, cost_note={"ja": "資料代"})
    assert eventwords.facts(JA, shown) == (
        "日時：1月26日(水) 午後2時から4時まで",
        "場所：オンライン",
        "費用：1,500円（資料代）",
        "使うことば：日本語（英語の通訳つき）",
        "対象：市民の方・企業の方",
    )
    assert eventwords.facts(EN, event(interpreted_into=("en",))) == (
        "When: Wed 26 Jan, 2:00 pm to 4:00 pm",
        "Where: Online",
        "Cost: Free",
        "Held in: Japanese (interpreted into English)",
        "For: Residents, Companies",
    )
    assert eventwords.description(EN, shown) == ("(The description below is in Japanese.)", "くわしくお話しします。")
    assert eventwords.description(JA, shown) == ("くわしくお話しします。",)


@pytest.mark.parametrize(
    ("capacity", "taken", "waiting", "said"),
    [
        (None, 500, 0, ""),
        (30, 25, 0, "残り5席（定員30人）"),
        (30, 30, 0, "満席です（キャンセル待ちを受け付けています）"),
        (30, 30, 2, "満席です（キャンセル待ち 2人）"),
        (30, 29, 2, "満席です（キャンセル待ち 2人）"),  # nobody passes the first in line
    ],
)
def test_seats_are_said_as_they_stand(capacity: int | None, taken: int, waiting: int, said: str) -> None:
    assert eventwords.seats(JA, part(capacity=capacity, taken=taken), waiting) == said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, ""),
        ({"state": EventState.CANCELLED}, "中止"),
        ({"state": EventState.CLOSED}, "締め切りました"),
        ({"closes_at": NOW}, "締め切りました"),
        ({"opens_at": at(1, 24, 9)}, "1月24日(月) 午前9時から受け付けます"),
    ],
)
def test_what_keeps_a_person_from_registering_is_said(changes: dict[str, Any], said: str) -> None:
    assert said in eventwords.state(JA, event(**changes), NOW)
    assert said or not eventwords.state(JA, event(**changes), NOW)


def test_an_event_is_over_when_its_last_part_has_ended() -> None:
    assert "締め切りました" in eventwords.state(JA, event(), at(1, 26, 15))
    assert "終わりました" in eventwords.state(JA, event(), at(1, 26, 16))
    assert not eventwords.state(JA, event(part(starts_at=None, ends_at=None)), at(12, 31, 0))


@pytest.mark.parametrize(
    ("mode", "venue", "said"),
    [
        (EventMode.ONLINE, {}, "オンライン"),
        (EventMode.VENUE, {"ja": "市役所"}, "市役所"),
        (EventMode.VENUE, {}, "会場は未定です"),
        (EventMode.BOTH, {"ja": "市役所"}, "市役所 またはオンライン"),
    ],
)
def test_a_place_is_named_or_said_to_be_open(mode: EventMode, venue: dict[str, str], said: str) -> None:
    assert eventwords.place(JA, event(mode=mode, place=venue)) == said
