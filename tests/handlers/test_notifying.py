"""What each kind of notice says, in the person's language, and where its buttons lead."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.channels.line.channel import Line
from bot.channels.telegram.channel import Telegram
from handlers import announcing, notifying
from handlers.messages import Card
from handlers.notifying import Told
from handlers.texts import Texts
from storage.clock import TOKYO
from storage.facts import (
    AudienceKind,
    EventFacts,
    EventKind,
    EventMode,
    EventState,
    NoticeFacts,
    NoticeKind,
    PartFacts,
    PartState,
    Question,
    QuestionKind,
    RegistrationState,
)

START = datetime(2022, 1, 26, 14, tzinfo=TOKYO)
TEXTS = Texts(("ja", "en"))
PEOPLE = [kind for kind in NoticeKind if kind is not NoticeKind.POST]
WAS = {"was_starts_at": "2022-01-25T01:00:00+00:00", "was_ends_at": "2022-01-25T03:00:00+00:00"}
SURVEY = (Question(kind=QuestionKind.SCALE, words={"ja": "どうでしたか"}),)


def a_part(number: int = 1, **changes: Any) -> PartFacts:
    part = PartFacts(
        id=70 + number,
        event_id=5,
        number=number,
        title={},
        starts_at=START,
        ends_at=START + timedelta(hours=2),
        capacity=30,
        taken=1,
        state=PartState.PLANNED,
        schedule_version=1,
    )
    return replace(part, **changes)


def an_event(*parts: PartFacts, **changes: Any) -> EventFacts:
    event = EventFacts(
        id=5,
        code="saving",
        kind=EventKind.SEMINAR,
        audiences=(AudienceKind.PUBLIC,),
        title={"ja": "省エネの話", "en": "Saving energy"},
        description={"ja": "くわしい説明"},
        mode=EventMode.ONLINE,
        joining_url="https://meet.example/1",
        source="made up",
        state=EventState.PUBLISHED,
        sequence=0,
        published_at=START,
        changed_at=START,
        parts=parts or (a_part(),),
    )
    return replace(event, **changes)


def say(kind: NoticeKind, language: str = "ja", event: EventFacts | None = None, **changes: Any) -> Card:
    event = event or an_event()
    due_at, detail = changes.pop("due_at", START - timedelta(hours=20)), changes.pop("detail", {})
    notice = NoticeFacts(
        id=1,
        kind=kind,
        event_id=5,
        part_id=event.parts[0].id,
        person_id=1,
        schedule_version=1,
        due_at=due_at,
        not_after=START,
        detail=detail,
        **({"n": 0} if "n" in NoticeFacts.__slots__ else {}),
    )
    told = Told(notice=notice, event=event, part=event.parts[0], words=TEXTS.of(language), **changes)
    (card,) = notifying.compose(told)
    assert isinstance(card, Card)
    return card


def leads(card: Card) -> list[str]:
    return [choice.url or choice.data for choice in card.buttons]


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("kind", PEOPLE)
def test_every_notice_names_its_event_and_is_one_call_that_both_platforms_take(kind: NoticeKind, language: str) -> None:
    card = say(kind, language, detail=WAS, seats=3)
    assert {"ja": "省エネの話", "en": "Saving energy"}[language] in card.lines
    assert card.buttons
    assert all(len(choice.label) <= 20 and len(choice.data.encode()) <= 64 for choice in card.buttons)
    for channel in (Line(bot_id="b", channel_secret="s", access_token="t"), Telegram(token="42:token")):
        assert len(channel.render((card,))) == 1


@pytest.mark.parametrize("kind", [NoticeKind.DAY_BEFORE, NoticeKind.HOUR_BEFORE])
def test_a_reminder_says_when_and_where_and_leads_in_and_out(kind: NoticeKind) -> None:
    card = say(kind)
    assert card.lines == ("省エネの話", "日時：1月26日(水) 午後2時から4時まで", "場所：オンライン")
    assert leads(card) == ["https://meet.example/1", "pass:71", "unreg:5"]
    assert say(kind, "en").lines == ("Saving energy", "When: Wed 26 Jan, 2:00 pm to 4:00 pm", "Where: Online")


def test_a_reminder_of_a_venue_names_it_and_has_no_link() -> None:
    event = an_event(mode=EventMode.VENUE, place={"ja": "市役所3階", "en": "City Hall, 3rd floor"}, joining_url="")
    card = say(NoticeKind.DAY_BEFORE, event=event)
    assert "場所：市役所3階" in card.lines
    assert leads(card) == ["pass:71", "unreg:5"]


@pytest.mark.parametrize(
    ("starts", "due", "title"),
    [
        ("01-26 14:00", "01-25 18:00", "明日のイベントです"),
        ("01-26 08:30", "01-25 20:30", "明日のイベントです"),
        ("01-26 14:00", "01-26 13:00", "まもなく始まります"),
        ("01-26 22:30", "01-26 20:30", "今日のイベントです"),
        ("02-01 10:00", "01-31 18:00", "明日のイベントです"),
    ],
)
def test_a_reminder_says_how_soon_it_begins(starts: str, due: str, title: str) -> None:
    start, due_at = (datetime.strptime(f"2022-{at} +0900", "%Y-%m-%d %H:%M %z") for at in (starts, due))
    part = a_part(starts_at=start, ends_at=start + timedelta(hours=1))
    assert say(NoticeKind.HOUR_BEFORE, event=an_event(part), due_at=due_at).title == title


def test_who_comes_with_others_is_told_for_how_many() -> None:
    assert "人数：3人（同行者をふくみます）" in say(NoticeKind.DAY_BEFORE, seats=3).lines
    assert not any("人数" in line for line in say(NoticeKind.DAY_BEFORE, seats=1).lines)


def test_a_seat_from_the_waiting_list_can_be_given_back() -> None:
    card = say(NoticeKind.SEATED)
    assert card.title == "席が決まりました"
    assert leads(card) == ["https://meet.example/1", "pass:71", "back:71"]


def test_an_offer_says_until_when_and_shows_no_joining_link() -> None:
    card = say(NoticeKind.OFFERED, offered_until=datetime(2022, 1, 24, 15, 30, tzinfo=TOKYO))
    assert any("1月24日(月) 午後3時30分まで" in line for line in card.lines)
    assert leads(card) == ["seat:71", "back:71"]


@pytest.mark.parametrize(
    "kind", [NoticeKind.OFFERED, NoticeKind.OFFER_LAPSED, NoticeKind.BUMPED, NoticeKind.MOVED, NoticeKind.CANCELLED]
)
def test_who_may_hold_no_seat_is_not_given_the_joining_link(kind: NoticeKind) -> None:
    card = say(kind, detail=WAS)
    assert "https://meet.example/1" not in [*leads(card), *card.lines]


def test_a_move_says_both_times_and_the_seat_can_be_given_back() -> None:
    card = say(NoticeKind.MOVED, detail=WAS)
    assert card.title == "日時が変わりました"
    assert card.lines[1:3] == ("変更後：1月26日(水) 午後2時から4時まで", "変更前：1月25日(火) 午前10時から午後0時まで")
    assert leads(card) == ["mine:5", "back:71"]


def test_a_date_that_is_set_for_the_first_time_is_told_as_such() -> None:
    card = say(NoticeKind.MOVED, "en", detail={"was_starts_at": "", "was_ends_at": ""})
    assert card.title == "The date is set"
    assert card.lines[1] == "When: Wed 26 Jan, 2:00 pm to 4:00 pm"


def test_who_waits_is_told_of_a_move_without_a_seat_to_give_back() -> None:
    assert leads(say(NoticeKind.MOVED, detail=WAS, state=RegistrationState.WAITING)) == ["mine:5", "unreg:5"]


def test_a_cancellation_says_when_it_would_have_been_as_the_person_knew_it() -> None:
    card = say(NoticeKind.CANCELLED, "en", detail=WAS)
    assert any(line.startswith("It was planned for: Tue 25 Jan, 10:00 am") for line in card.lines)
    assert leads(card) == ["events"]


def test_a_cancelled_session_is_named_and_a_cancelled_course_is_not_one_session() -> None:
    course = an_event(a_part(1), a_part(2))
    one = say(NoticeKind.CANCELLED, event=course, detail=WAS)
    assert "第1回" in one.lines
    assert leads(one) == ["mine:5", "events"]
    whole = say(NoticeKind.CANCELLED, event=course, detail={**WAS, "whole": "yes"})
    assert "第1回" not in whole.lines


@pytest.mark.parametrize(
    ("points", "survey", "said", "lead"),
    [("120", SURVEY, True, ["survey:5", "menu"]), ("0", (), False, ["menu"]), ("1000", (), True, ["menu"])],
)
def test_thanks_name_the_points_and_ask_only_where_there_are_questions(
    points: str, survey: tuple[Question, ...], said: bool, lead: list[str]
) -> None:
    card = say(NoticeKind.THANKS, event=an_event(survey=survey), detail={"points": points})
    assert any("ポイント" in line for line in card.lines) is said
    assert leads(card) == lead


def test_a_post_has_the_facts_and_one_address_and_names_nobody() -> None:
    (card,) = announcing.compose(an_event(cost_yen=500), TEXTS.of("ja"), "https://t.me/bot?start=e_saving")
    assert isinstance(card, Card)
    assert (card.title, card.lines) == (
        "省エネの話",
        ("日時：1月26日(水) 午後2時から4時まで", "場所：オンライン", "費用：500円"),
    )
    assert leads(card) == ["https://t.me/bot?start=e_saving"]
