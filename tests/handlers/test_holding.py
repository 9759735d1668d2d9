"""What one holds in the chat: my events, entry codes, joining links, and giving up what one holds."""

from datetime import timedelta

from handlers import arranging
from handlers.messages import Card
from storage.facts import (
    EventMode,
)
from tests.calendar_of_events import START, a_date, announce, announce_course
from tests.handlers.holdings import bring, held, labels, taken
from tests.town import Town


def test_cancelling_asks_once_and_takes_the_companions_too(town: Town) -> None:
    event = announce(town)
    citizen = town.citizen()
    citizen.press(f"reg:{event.id}")
    bring(citizen, event, "一")
    citizen.press(f"unreg:{event.id}")
    assert "同行者1人の席も取り消します" in citizen.words()
    assert taken(town, event) == [2]
    citizen.tap("はい、取り消す")
    assert taken(town, event) == [0]
    citizen.press(f"unregyes:{event.id}")
    assert "取り消しました" in citizen.words()
    citizen.tap("もう一度申し込む")
    citizen.tap("申し込む")
    assert taken(town, event) == [1]


def test_one_date_of_a_course_is_cancelled_alone(town: Town) -> None:
    course = announce_course(town)
    citizen = town.citizen()
    citizen.press(f"reg:{course.id}")
    citizen.press(f"unreg:{course.id}")
    citizen.tap("第2回だけ取り消す")
    assert taken(town, course) == [1, 0, 1]
    assert "残っている申し込み：第1回・第3回" in citizen.words()
    citizen.press(f"unreg:{course.id}")
    citizen.tap("全部の回を取り消す")
    assert taken(town, course) == [0, 0, 0]


def test_a_course_taken_as_a_whole_is_given_up_as_a_whole(town: Town) -> None:
    course = announce_course(town, whole_only=True)
    citizen = town.citizen()
    citizen.press(f"reg:{course.id}")
    citizen.press(f"unreg:{course.id}")
    assert [label for label in labels(citizen) if "取り消す" in label] == ["はい、取り消す"]
    citizen.press(f"back:{course.parts[1].id}")
    assert taken(town, course) == [0, 0, 0]


def test_an_event_that_is_over_cannot_be_cancelled_any_more(town: Town) -> None:
    event = announce(town)
    citizen = town.citizen()
    citizen.press(f"reg:{event.id}")
    town.now = START + timedelta(days=1)
    for data in (f"unreg:{event.id}", f"unregyes:{event.id}", f"back:{event.parts[0].id}", f"mine:{event.id}"):
        citizen.press(data)
        assert "このイベントは終わりました" in citizen.words()
    assert taken(town, event) == [1]
    citizen.press("my")
    assert "いま申し込んでいるイベントはありません" in citizen.words()


def test_my_events_are_listed_soonest_first_with_how_one_stands(town: Town) -> None:
    later, sooner = announce(town, "later", a_date(7, 0)), announce(town, "sooner")
    citizen = town.citizen()
    for event in (later, sooner):
        citizen.press(f"reg:{event.id}")
    citizen.press("menu")
    (shown,) = citizen.tap("わたしの申し込み")
    assert isinstance(shown, Card)
    assert shown.lines == (
        "1. 1月26日(水) 午後2時から\nsoonerの会\n申し込み済み（席があります）",
        "",
        "2. 2月2日(水) 午後2時から\nlaterの会\nキャンセル待ち 1番目",
    )
    citizen.tap("2. laterの会")
    assert "laterの会" in citizen.words()


def test_the_joining_link_is_shown_to_who_has_a_seat_and_to_nobody_else(town: Town) -> None:
    link = "https://meeting.example/abc"
    event = announce(town, "small", a_date(20, 1), joining_url=link)
    seated, waiting, stranger = town.citizen(), town.citizen(), town.citizen()
    for citizen in (seated, waiting):
        citizen.press(f"reg:{event.id}")
    for citizen, sees in ((seated, True), (waiting, False), (stranger, False)):
        shown = ""
        for data in (f"mine:{event.id}", f"pass:{event.parts[0].id}", f"ev:{event.id}", "my"):
            citizen.press(data)
            shown += citizen.words() + "".join(choice.url for choice in citizen.buttons())
        assert (link in shown) is sees


def test_the_entry_code_is_four_digits_for_each_of_the_party(town: Town) -> None:
    event = announce(town, mode=EventMode.VENUE)
    citizen = town.citizen()
    citizen.press(f"reg:{event.id}")
    bring(citizen, event, "一")
    citizen.press(f"mine:{event.id}")
    citizen.tap("入場コード")
    own, companion = held(citizen, event)
    assert f"入場コード {own.code}" in citizen.words()
    assert f"一の入場コード {companion.code}" in citizen.words()
    assert f"https://sandbox.test/ticket/{event.parts[0].id}-{own.person_id}" in [c.url for c in citizen.buttons()]


def test_who_waits_has_no_entry_code_yet(town: Town) -> None:
    event = announce(town, "small", a_date(20, 0))
    citizen = town.citizen()
    citizen.press(f"reg:{event.id}")
    citizen.press(f"pass:{event.parts[0].id}")
    assert "席が決まってから" in citizen.words()


def test_an_open_date_can_be_registered_for(town: Town) -> None:
    event = announce(town, "open", a_date(starts_at=None, ends_at=None), date_words={"ja": "3月上旬頃"})
    citizen = town.citizen()
    citizen.press(f"reg:{event.id}")
    assert "3月上旬頃、くわしい日時は未定です" in citizen.words()
    citizen.press("my")
    assert "openの会" in citizen.words()


def test_who_wants_to_undo_finds_their_registrations_too(town: Town) -> None:
    event = announce(town)
    citizen = town.citizen()
    citizen.press(f"reg:{event.id}")
    citizen.text("申し込みを取り消したい")
    citizen.tap("わたしの申し込み")
    assert "seminarの会" in citizen.words()


def test_what_the_city_cancelled_is_said_to_be_cancelled(town: Town) -> None:
    event = announce(town)
    citizen = town.citizen()
    citizen.press(f"reg:{event.id}")
    town.database.write(lambda c: arranging.cancel_event(c, event.id, by="staff", now=town.now)).result()
    citizen.press(f"mine:{event.id}")
    assert "このイベントは中止になりました" in citizen.words()
    citizen.press("my")
    assert "いま申し込んでいるイベントはありません" in citizen.words()


def test_a_moved_date_is_shown_as_it_is_now(town: Town) -> None:
    event = announce(town)
    citizen = town.citizen()
    citizen.press(f"reg:{event.id}")
    part, later = event.parts[0], START + timedelta(days=1)
    move = {"ends_at": later + timedelta(hours=1), "by": "staff", "now": town.now}
    town.database.write(lambda c: arranging.move(c, part.id, later, **move)).result()
    citizen.press(f"mine:{event.id}")
    assert "1月27日(木) 午後2時から3時まで" in citizen.words()
