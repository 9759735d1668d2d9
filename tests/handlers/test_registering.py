"""Registering in the chat: three taps, kind refusals, the line with its offers; the same on the other phone."""

from dataclasses import replace
from datetime import timedelta

import pytest

from storage import events
from storage.facts import (
    AudienceKind,
    EventFacts,
    EventState,
    RegistrationState,
    ReminderChoice,
)
from tests.calendar_of_events import START, a_date, announce, announce_course
from tests.handlers.holdings import account, held, labels, taken
from tests.handlers.telegram_friend import TelegramFriend
from tests.town import Citizen, Town


def test_three_taps_from_the_menu_give_a_seat(town: Town) -> None:
    event = announce(town)
    citizen = town.citizen()
    citizen.press("menu")
    citizen.tap("イベント")
    citizen.tap("1. seminarの会")
    citizen.tap("申し込む")
    assert "申し込みました" in citizen.words()
    assert "1月26日(水) 午後2時から4時まで" in citizen.words()
    assert [one.state for one in held(citizen, event)] == [RegistrationState.SEATED]
    assert taken(town, event) == [1]


def test_a_second_tap_says_what_stands_and_changes_nothing(town: Town) -> None:
    event = announce(town)
    citizen = town.citizen()
    citizen.press(f"reg:{event.id}")
    before = held(citizen, event)
    citizen.press(f"reg:{event.id}")
    assert "申し込み済み" in citizen.words()
    assert held(citizen, event) == before
    assert taken(town, event) == [1]


def test_a_whole_course_takes_a_seat_at_each_date_and_one_date_only_one(town: Town) -> None:
    course = announce_course(town)
    whole, once = town.citizen(), town.citizen()
    whole.press(f"ev:{course.id}")
    whole.tap("全3回に申し込む")
    once.press(f"ev:{course.id}")
    once.tap("第2回だけ申し込む")
    assert taken(town, course) == [1, 2, 1]
    assert "第2回 話2：2月2日(水) 午後2時から4時まで" in once.words()
    once.press(f"ev:{course.id}")
    assert {"第1回だけ申し込む", "第3回だけ申し込む"} <= set(labels(once))
    assert "第2回だけ申し込む" not in labels(once)


def test_a_company_is_led_to_our_own_form_and_never_asked_in_the_chat(town: Town) -> None:
    event = announce(town, audiences=(AudienceKind.COMPANY,))
    citizen = town.citizen()
    citizen.press(f"ev:{event.id}")
    citizen.tap("企業として申し込む")
    assert "チャットに書かず" in citizen.words()
    (form,) = [choice for choice in citizen.buttons() if choice.url]
    assert form.url == f"https://sandbox.test/company/{event.id}-{account(citizen).person_id}"
    assert all(one.as_company for one in held(citizen, event))
    citizen.press(f"mine:{event.id}")
    assert form.url in [choice.url for choice in citizen.buttons()]


def test_a_company_without_a_public_page_is_told_how_to_reach_staff(town: Town) -> None:
    town.house = replace(town.house, public_url="", make_link=lambda page, subject: "")
    event = announce(town, audiences=(AudienceKind.COMPANY,))
    citizen = town.citizen()
    citizen.press(f"regco:{event.id}")
    assert town.programme.city.contact["ja"] in citizen.words()
    assert not [choice for choice in citizen.buttons() if choice.url]


@pytest.mark.parametrize(
    ("changes", "word", "said"),
    [
        ({"state": EventState.CLOSED}, "reg", "締め切りました"),
        ({"state": EventState.CANCELLED}, "reg", "中止になりました"),
        ({"opens_at": START - timedelta(days=1)}, "reg", "1月25日(火) 午後2時から受け付けます"),
        ({"audiences": (AudienceKind.COMPANY,)}, "reg", "企業の方が対象"),
        ({"audiences": (AudienceKind.PUBLIC,)}, "regco", "市民の方が対象"),
    ],
)
def test_a_refusal_says_why_and_leads_on(town: Town, changes: dict[str, object], word: str, said: str) -> None:
    event = announce(town, **changes)
    citizen = town.citizen()
    citizen.press(f"{word}:{event.id}")
    assert said in citizen.words()
    assert {"イベントを見る", "ほかのイベント", "メニュー"} <= set(labels(citizen))
    assert not held(citizen, event)


def test_an_old_button_of_an_event_that_began_is_refused(town: Town) -> None:
    event = announce(town)
    citizen = town.citizen()
    town.now = START + timedelta(minutes=1)
    citizen.press(f"reg:{event.id}")
    assert "もう始まったか終わりました" in citizen.words()
    assert taken(town, event) == [0]


def test_a_single_date_of_a_whole_course_is_refused_with_the_way_to_all(town: Town) -> None:
    course = announce_course(town, whole_only=True)
    citizen = town.citizen()
    citizen.press(f"reg:{course.id}:{course.parts[0].id}")
    citizen.tap("まとめて申し込む")
    citizen.tap("全3回に申し込む")
    assert taken(town, course) == [1, 1, 1]


def test_a_stranger_is_told_at_once_of_what_cannot_be_had(town: Town) -> None:
    event = announce(town, state=EventState.CLOSED)
    stranger = town.citizen(joined=False)
    stranger.tap("日本語")
    stranger.press(f"reg:{event.id}")
    assert "締め切りました" in stranger.words()


@pytest.mark.parametrize(
    "data",
    ["reg", "reg:0", "reg:x", "reg:1:x", "reg:1:999", "regco", "my:x", "mine", "unreg", "unregyes:7", "seat:1", "back",
     "bring", "bring:1:a", "again:1:1", "unbring:1:1", "unbringyes:1:x", "pass", "pass:1", "remind:x"],
)  # fmt: skip
def test_a_forged_button_changes_nothing_and_leaves_a_way_on(town: Town, data: str) -> None:
    event = announce(town)
    citizen = town.citizen()
    citizen.press(data)
    assert citizen.buttons()
    assert not held(citizen, event)


def test_a_full_event_is_joined_by_its_line_with_the_place_shown(town: Town) -> None:
    event = announce(town, "small", a_date(20, 1))
    first, second, third = town.citizen(), town.citizen(), town.citizen()
    first.press(f"reg:{event.id}")
    second.press(f"ev:{event.id}")
    second.tap("キャンセル待ちに申し込む")
    assert "キャンセル待ちの1番目" in second.words()
    third.press(f"reg:{event.id}")
    assert "キャンセル待ちの2番目" in third.words()
    third.press("my")
    assert "キャンセル待ち 2番目" in third.words()
    third.press(f"ev:{event.id}")
    assert "満席です（キャンセル待ち 2人）" in third.words()


def test_a_seat_given_up_goes_to_the_next_who_can_give_it_back_in_one_tap(town: Town) -> None:
    event = announce(town, "small", a_date(20, 1))
    first, second, third = town.citizen(), town.citizen(), town.citizen()
    for citizen in (first, second, third):
        citizen.press(f"reg:{event.id}")
    first.press(f"unreg:{event.id}")
    first.tap("はい、取り消す")
    assert [one.state for one in held(second, event)] == [RegistrationState.SEATED]
    second.press(f"back:{event.parts[0].id}")
    assert "取り消しました" in second.words()
    assert [one.state for one in held(third, event)] == [RegistrationState.SEATED]
    second.press(f"back:{event.parts[0].id}")
    assert "取り消しました" in second.words()
    assert [one.state for one in held(third, event)] == [RegistrationState.SEATED]
    assert taken(town, event) == [1]


def offered(town: Town) -> tuple[EventFacts, Citizen]:
    """Somebody who is offered the one seat of an event, the day before it."""
    event = announce(town, "small", a_date(0, 1))
    first, second = town.citizen(), town.citizen()
    first.press(f"reg:{event.id}")
    second.press(f"reg:{event.id}")
    town.now = START - timedelta(hours=28)  # ten in the morning
    first.press(f"unregyes:{event.id}")
    assert [one.state for one in held(second, event)] == [RegistrationState.OFFERED]
    return event, second


def test_an_offer_shows_until_when_and_is_taken_in_one_tap(town: Town) -> None:
    event, citizen = offered(town)
    citizen.press(f"mine:{event.id}")
    assert "1月25日(火) 午後4時までにお返事ください" in citizen.words()
    citizen.tap("この席を受ける")
    assert "席があります" in citizen.words()
    citizen.press(f"seat:{event.parts[0].id}")
    assert "席があります" in citizen.words()
    assert taken(town, event) == [1]


def test_an_offer_can_be_left_to_others(town: Town) -> None:
    event, citizen = offered(town)
    citizen.press(f"mine:{event.id}")
    citizen.tap("今回は見送る")
    assert not held(citizen, event)
    assert taken(town, event) == [0]


def test_an_answer_that_comes_too_late_is_told_so(town: Town) -> None:
    event, citizen = offered(town)
    town.now += timedelta(hours=7)
    citizen.press(f"seat:{event.parts[0].id}")
    assert "お返事の期限が過ぎた" in citizen.words()
    assert taken(town, event) == [0]


def test_each_person_chooses_which_reminders_to_get(town: Town) -> None:
    citizen = town.citizen()
    citizen.press("settings")
    citizen.tap("イベント前のお知らせを選ぶ")
    assert "✓ 前の日と1時間前" in labels(citizen)
    citizen.tap("1時間前だけ")
    assert account(citizen).reminders is ReminderChoice.HOUR
    citizen.press("settings")
    assert "イベントの前のお知らせ：1時間前だけ" in citizen.words()


def test_on_telegram_all_of_it_works_the_same(town: Town) -> None:
    event = announce(town)
    friend = TelegramFriend(town)
    friend.write("/start")
    friend.tap("日本語")
    friend.tap("同意してはじめる")
    friend.write("/events")
    friend.tap("1. seminarの会")
    assert "申し込みました" in friend.tap("申し込む")
    friend.tap("同行者を追加する")
    friend.tap("子どもを追加する")
    assert "はなこ（子ども）" in friend.write("はなこ")
    assert "seminarの会" in friend.write("/myevents")
    friend.tap("1. seminarの会")
    assert "入場コード" in friend.tap("入場コードを見る")
    friend.press(f"unreg:{event.id}")
    assert "取り消しました" in friend.tap("はい、取り消す")
    assert town.database.read(lambda c: events.find(c, event.id)).result().parts[0].taken == 0
