"""Companions in the chat: named by the next words, each with a seat, taken off after being asked once."""

import pytest

from tests.calendar_of_events import a_date, announce
from tests.handlers.holdings import bring, held, labels, taken
from tests.town import Town


def test_companions_are_named_by_the_next_words_and_have_a_seat_each(town: Town) -> None:
    event = announce(town)
    citizen = town.citizen()
    citizen.press(f"reg:{event.id}")
    citizen.tap("同行者を追加する")
    citizen.tap("子どもを追加する")
    citizen.text("はなこ")
    citizen.tap("大人を追加する")
    citizen.text("ばあば")
    assert "・はなこ（子ども）" in citizen.words()
    assert "・ばあば" in citizen.words()
    assert taken(town, event) == [3]
    citizen.press(f"mine:{event.id}")
    assert "同行者：はなこ（子ども）・ばあば" in citizen.words()


def test_a_companion_without_a_name_that_can_be_taken_is_not_added(town: Town) -> None:
    event = announce(town)
    citizen = town.citizen()
    citizen.press(f"reg:{event.id}")
    citizen.press(f"bring:{event.id}:a")
    for unfit in ("a@example.org", "あ" * 21, "0120345678"):
        citizen.text(unfit)
        assert "その名前は使えません" in citizen.words()
    assert taken(town, event) == [1]
    citizen.text("いとこ")
    assert taken(town, event) == [2]


@pytest.mark.parametrize("words", ["やめる", "退会", "/menu", "e_seminar"])
def test_who_is_asked_for_a_name_is_not_caught(town: Town, words: str) -> None:
    event = announce(town)
    citizen = town.citizen()
    citizen.press(f"reg:{event.id}")
    citizen.press(f"bring:{event.id}:a")
    citizen.text(words)
    assert taken(town, event) == [1]
    citizen.text("いとこ")
    assert taken(town, event) == [1]


def test_no_more_come_along_than_the_event_allows(town: Town) -> None:
    event = announce(town, companions=2)
    citizen = town.citizen()
    citizen.press(f"reg:{event.id}")
    bring(citizen, event, "一", "二")
    assert "大人を追加する" not in labels(citizen)
    bring(citizen, event, "三")
    assert taken(town, event) == [3]


def test_an_event_for_oneself_alone_offers_no_companions(town: Town) -> None:
    event = announce(town, companions=0)
    citizen = town.citizen()
    citizen.press(f"reg:{event.id}")
    assert not [label for label in labels(citizen) if "同行者" in label]


def test_a_companion_for_whom_there_is_no_seat_is_kindly_refused(town: Town) -> None:
    event = announce(town, "small", a_date(20, 1))
    citizen = town.citizen()
    citizen.press(f"reg:{event.id}")
    bring(citizen, event, "いとこ")
    assert "満席のため、同行者を追加できませんでした" in citizen.words()
    assert "申し込みを見る" in labels(citizen)


def test_who_came_along_before_is_offered_by_name(town: Town) -> None:
    first, second = announce(town, "first"), announce(town, "second", a_date(7))
    citizen = town.citizen()
    citizen.press(f"reg:{first.id}")
    bring(citizen, first, "いとこ")
    citizen.press(f"reg:{second.id}")
    citizen.tap("同行者を追加する")
    citizen.tap("追加：いとこ")
    assert taken(town, second) == [2]
    assert "追加：いとこ" not in labels(citizen)
    assert "同行者" in citizen.words()


def test_a_companion_is_taken_off_after_being_asked_once(town: Town) -> None:
    event = announce(town)
    citizen = town.citizen()
    citizen.press(f"reg:{event.id}")
    bring(citizen, event, "一", "二")
    citizen.tap("取り消す：一")
    citizen.tap("はい、取り消す")
    assert "一さんの席を取り消しました" in citizen.words()
    assert taken(town, event) == [2]
    citizen.press(f"mine:{event.id}")
    assert "同行者：二" in citizen.words()


def test_companions_of_others_cannot_be_touched(town: Town) -> None:
    event = announce(town)
    host, other = town.citizen(), town.citizen()
    for citizen in (host, other):
        citizen.press(f"reg:{event.id}")
    bring(host, event, "一")
    (companion,) = [one.person_id for one in held(host, event) if one.host_id]
    for word in ("unbring", "unbringyes", "again"):
        other.press(f"{word}:{event.id}:{companion}")
    assert taken(town, event) == [3]
