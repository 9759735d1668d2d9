"""Settings, and the order in which platforms may bring them."""

from datetime import timedelta

from storage import accounts, interests
from storage.facts import AccountFacts, AccountState, ChannelName
from tests.town import Citizen, Town


def account(citizen: Citizen) -> AccountFacts:
    key = (ChannelName.LINE, "bot", citizen.key)
    found = citizen.town.database.read(lambda c: accounts.find(c, *key)).result()
    assert found is not None
    return found


def test_a_pause_that_comes_late_does_not_undo_what_was_chosen_since(town: Town) -> None:
    citizen = town.citizen()
    town.pass_days(1)
    citizen.press("pause", at=town.now - timedelta(minutes=9))
    citizen.press("resume")
    citizen.press("pause", at=town.now - timedelta(minutes=5))
    assert not account(citizen).paused
    assert "お知らせを再開しました" in citizen.words()


def test_a_language_that_comes_late_does_not_undo_what_was_chosen_since(town: Town) -> None:
    citizen = town.citizen()
    town.pass_days(1)
    citizen.press("lang:ja")
    citizen.press("lang:en", at=town.now - timedelta(minutes=5))
    assert account(citizen).language == "ja"


def test_a_first_language_counts_even_if_it_comes_late(town: Town) -> None:
    friend = town.citizen(joined=False)
    friend.press("lang:en", at=town.now - timedelta(minutes=5))
    assert account(friend).language == "en"


def test_a_block_older_than_the_last_follow_is_no_news(town: Town) -> None:
    citizen = town.citizen()
    town.pass_days(1)
    citizen.follow()
    citizen.block(at=town.now - timedelta(minutes=5))
    assert account(citizen).state is AccountState.FOLLOWING


def test_a_pause_says_what_is_still_told(town: Town) -> None:
    for language, still in (("ja", "日時の変更、中止だけはお伝えします"), ("en", "a change of time or a cancellation")):
        citizen = town.citizen(language)
        citizen.press("pause")
        assert still in citizen.words()


def chosen(citizen: Citizen) -> list[str]:
    person_id = account(citizen).person_id
    assert person_id is not None
    return citizen.town.database.read(lambda c: interests.list_of_person(c, person_id)).result()


def test_a_person_chooses_what_to_hear_of_and_takes_it_back(town: Town) -> None:
    citizen = town.citizen()
    citizen.press("settings")
    citizen.tap("知りたい分野を選ぶ")
    citizen.tap("エネルギー")
    citizen.tap("自然")
    assert chosen(citizen) == ["energy", "nature"]
    citizen.tap("✓ エネルギー")
    assert chosen(citizen) == ["nature"]


def test_the_same_button_pressed_twice_chooses_once(town: Town) -> None:
    citizen = town.citizen()
    for _ in range(2):
        citizen.press("interests:energy:on")
    assert chosen(citizen) == ["energy"]
    citizen.press("interests:no_such_field:on")
    citizen.press("interests:energy:perhaps")
    assert chosen(citizen) == ["energy"]


def test_interests_are_forgotten_with_the_person(town: Town) -> None:
    citizen = town.citizen()
    citizen.press("interests:energy:on")
    citizen.press("leave")
    citizen.tap("退会して消す")
    assert town.database.read(lambda c: c.execute(interests.INTERESTS.select()).all()).result() == []
