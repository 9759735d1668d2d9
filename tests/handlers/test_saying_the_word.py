"""A web seminar's word, typed in the chat: for ten minutes, forgiven small slips, provisional until it is matched."""

from datetime import timedelta

import pytest

from handlers import attending
from handlers.attending import CheckedIn, WordRefusedError
from storage.facts import AttendanceState, CheckInWay
from tests.handlers.occasions import START, add_event, attendance, check_in, city, person_of, seated
from tests.town import Citizen, Town


def open_word(town: Town, part: int) -> str:
    return town.database.write(
        lambda c: attending.open_word(c, town.programme, part, by="staff", now=town.now)
    ).result()


@pytest.fixture
def listening(town: Town) -> tuple[Town, int, Citizen]:
    """A seminar that has begun, and a citizen with a seat."""
    (part,) = add_event(town)
    citizen = town.citizen()
    seated(town, part, citizen)
    town.now = START + timedelta(minutes=40)
    return town, part, citizen


def test_the_word_makes_a_provisional_attendance_which_an_import_confirms(
    listening: tuple[Town, int, Citizen],
) -> None:
    town, part, citizen = listening
    word = open_word(town, part)
    town.now += timedelta(minutes=9)
    citizen.text(f"「{word[:-1]}」です")
    assert "合言葉を受け付けました" in citizen.words()
    person = person_of(town, citizen)
    found = attendance(town, part, person)
    assert found is not None
    assert (found.state, found.way, found.at) == (AttendanceState.PROVISIONAL, CheckInWay.WORD, town.now)
    assert city(town) == (0, 0, 0, 0)
    citizen.text(word)
    assert "もう受け付けてあります" in citizen.words()
    assert isinstance(check_in(town, part, person, way=CheckInWay.IMPORT), CheckedIn)
    assert city(town) == (1, 1, 0, 200)


def test_after_ten_minutes_the_word_is_kindly_refused(listening: tuple[Town, int, Citizen]) -> None:
    town, part, citizen = listening
    word = open_word(town, part)
    town.now += timedelta(minutes=10)
    citizen.text(word)
    assert "（10分間）は終わりました" in citizen.words()
    assert attendance(town, part, person_of(town, citizen)) is None


def test_a_word_is_nothing_special_to_who_has_no_seat_and_other_words_are_understood_as_ever(
    listening: tuple[Town, int, Citizen],
) -> None:
    town, part, citizen = listening
    word = open_word(town, part)
    stranger = town.citizen()
    stranger.text(word)
    assert "合言葉" not in stranger.words()
    citizen.text("ポイント")
    assert "さんのポイント" in citizen.words()


def test_an_open_word_stays_and_a_later_one_is_another(listening: tuple[Town, int, Citizen]) -> None:
    town, part, _ = listening
    first = open_word(town, part)
    town.now += timedelta(minutes=5)
    assert open_word(town, part) == first
    town.now += timedelta(minutes=5)
    assert open_word(town, part) != first


def test_no_word_for_a_part_that_is_not_on(town: Town) -> None:
    dated, undated = add_event(town, START, None)
    for part in (dated, undated, 999):
        with pytest.raises(WordRefusedError):
            open_word(town, part)


def test_a_word_said_in_time_counts_though_it_is_handled_later(listening: tuple[Town, int, Citizen]) -> None:
    town, part, citizen = listening
    word = open_word(town, part)
    said = town.now + timedelta(minutes=5)
    town.now += timedelta(minutes=30)
    citizen._act({"type": "message", "message": {"type": "text", "id": "1", "text": word, "quoteToken": "q"}}, at=said)
    assert "合言葉を受け付けました" in citizen.words()
