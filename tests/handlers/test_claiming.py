"""A slip's code gives a guest's attendances to whoever brings it: once, without a double, and nobody guesses it."""

from datetime import timedelta

import pytest

from handlers import attending, claiming
from handlers.attending import SLIP_LENGTH, SLIP_LETTERS
from storage.registrations import GUESTS
from tests.handlers.occasions import (
    START,
    add_event,
    add_guest,
    check_in,
    city,
    differences,
    person_of,
    points_of,
    seat_at,
    seated,
    take_back,
)
from tests.town import Town


def slip(town: Town, guest: int) -> str:
    return town.database.write(lambda c: attending.make_slip(c, town.house.keyed_hash, guest)).result()


@pytest.fixture
def guest(town: Town) -> tuple[Town, int, int]:
    """A guest of staff's list who was checked in to a seminar."""
    (part,) = add_event(town)
    person = seated(town, part)
    town.now = START
    check_in(town, part, person)
    return town, part, person


def test_a_slip_gives_the_guests_points_to_the_citizen_and_works_once(guest: tuple[Town, int, int]) -> None:
    town, _, person = guest
    code, citizen = slip(town, person), town.citizen()
    citizen.text(f"控え {code}")
    assert "控えの記録を引き継ぎました" in citizen.words()
    assert "参加 1回・200ポイント" in citizen.words()
    assert (points_of(town, person_of(town, citizen)), points_of(town, person)) == (200, 0)
    assert city(town) == (1, 1, 0, 200)
    other = town.citizen()
    other.text(code)
    assert "使えませんでした" in other.words()
    assert not differences(town)


def test_somebody_checked_in_twice_at_one_part_counts_once(guest: tuple[Town, int, int]) -> None:
    town, part, person = guest
    citizen = town.citizen()
    check_in(town, part, seated(town, part, citizen))
    assert city(town)[:2] == (2, 2)
    citizen.text(slip(town, person))
    assert "新しく加わる参加はありませんでした" in citizen.words()
    assert city(town) == (1, 1, 0, 200)
    assert points_of(town, person_of(town, citizen)) == 200
    assert not differences(town)


def test_what_was_claimed_can_be_taken_back_like_any_attendance(guest: tuple[Town, int, int]) -> None:
    town, part, person = guest
    citizen = town.citizen()
    citizen.text(slip(town, person))
    assert take_back(town, part, person_of(town, citizen))
    assert city(town) == (0, 0, 0, 0)


def test_the_days_limit_holds_for_claimed_points_too(town: Town) -> None:
    own, claimed = add_event(town, START.replace(hour=9), START.replace(hour=17), minutes=150)
    citizen = town.citizen()
    seated(town, own, citizen)
    person = add_guest(town)
    seat_at(town, claimed, person)
    town.now = START.replace(hour=18)
    check_in(town, own, person_of(town, citizen))
    check_in(town, claimed, person)
    citizen.text(slip(town, person))
    assert points_of(town, person_of(town, citizen)) == 300
    assert city(town)[:2] == (2, 1)
    assert not differences(town)


def test_a_guests_full_day_is_given_whole(town: Town) -> None:
    parts = add_event(town, START.replace(hour=9), START.replace(hour=14), minutes=200)
    person = add_guest(town)
    town.now = START.replace(hour=18)
    for part in parts:
        seat_at(town, part, person)
        check_in(town, part, person)
    citizen = town.citizen()
    citizen.text(slip(town, person))
    assert "参加 2回・300ポイント" in citizen.words()
    assert (points_of(town, person_of(town, citizen)), points_of(town, person)) == (300, 0)
    assert not differences(town)


def test_the_button_asks_for_the_code_and_takes_it_in_any_spelling(guest: tuple[Town, int, int]) -> None:
    town, _, person = guest
    code, citizen = slip(town, person), town.citizen()
    citizen.press("slip")
    citizen.text("これ？")
    assert "数字と英字を合わせた8文字" in citizen.words()
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in code.lower())
    citizen.text(f"{wide[:4]}－{wide[4:]}")
    assert "参加 1回・200ポイント" in citizen.words()


def test_five_wrong_codes_end_the_guessing_for_an_hour(guest: tuple[Town, int, int]) -> None:
    town, _, person = guest
    code, citizen = slip(town, person), town.citizen()
    for _ in range(5):
        citizen.text("3A3A3A3A" if code != "3A3A3A3A" else "4C4C4C4C")
        assert "使えませんでした" in citizen.words()
        town.now += timedelta(seconds=5)
    citizen.text(code)
    assert "1時間ほどあけて" in citizen.words()
    town.now += timedelta(hours=1)
    citizen.text(code)
    assert "参加 1回・200ポイント" in citizen.words()


def test_a_new_slip_ends_the_old_one_and_only_a_hash_is_kept(guest: tuple[Town, int, int]) -> None:
    town, _, person = guest
    old, new = slip(town, person), slip(town, person)
    kept = town.database.read(lambda c: c.execute(GUESTS.select()).one()).result().slip_hash
    assert kept == town.house.keyed_hash(f"slip:{new}")
    citizen = town.citizen()
    citizen.text(old)
    assert "使えませんでした" in citizen.words()


def test_who_has_not_joined_is_asked_to_join_first(guest: tuple[Town, int, int]) -> None:
    town, _, person = guest
    friend = town.citizen(joined=False)
    friend.press("lang:ja")
    friend.text(slip(town, person))
    assert "同意してはじめる" in [choice.label for choice in friend.buttons()]
    friend.tap("同意してはじめる")
    assert "8文字のコード" in friend.words()


def test_only_a_guest_gets_a_slip(town: Town) -> None:
    with pytest.raises(LookupError):
        slip(town, person_of(town, town.citizen()))


@pytest.mark.parametrize("words", ["ABCDEFGH", "12345678", "33334444", "34679ACD1", "マイボトル使った", "exchange", ""])
def test_ordinary_words_are_no_code(words: str) -> None:
    assert claiming.read_code(words) is None


def test_every_code_that_is_made_is_read(guest: tuple[Town, int, int]) -> None:
    town, _, person = guest
    for _ in range(30):
        code = slip(town, person)
        assert len(code) == SLIP_LENGTH
        assert set(code) <= set(SLIP_LETTERS)
        assert claiming.read_code(f" スリップ：{code[:4]} {code[4:].lower()} ") == code
