"""Monday's message comes to those who asked, on the platform they prefer."""

from datetime import timedelta

from storage import accounts
from storage.facts import ChannelName
from tests.handlers.test_ranking import person
from tests.town import Citizen, Town


def with_telegram(citizen: Citizen) -> None:
    """Give somebody a second account, on Telegram."""
    number = person(citizen).id

    def add(connection: object) -> None:
        account = accounts.add(connection, ChannelName.TELEGRAM, "bot", f"T{number}", citizen.town.now)
        accounts.change(connection, account.id, person_id=number)

    citizen.town.database.write(add).result()


def test_nobody_gets_mondays_message_who_did_not_ask_and_asking_and_stopping_are_one_press(town: Town) -> None:
    citizen = town.citizen()
    assert not person(citizen).wants_monday
    citizen.press("settings")
    citizen.tap("月曜のお知らせ")
    assert "いま：届けません" in citizen.words()
    citizen.tap("届けてほしい")
    assert person(citizen).wants_monday
    assert "いま：届けます" in citizen.words()
    citizen.tap("届けるのをやめる")
    assert not person(citizen).wants_monday


def test_a_press_that_comes_late_does_not_undo_what_was_chosen_since(town: Town) -> None:
    citizen = town.citizen()
    town.pass_days(1)
    citizen.press("monday:yes")
    citizen.press("monday:no", at=town.now - timedelta(minutes=5))
    assert person(citizen).wants_monday


def test_who_has_not_joined_is_asked_for_consent_and_then_gets_what_they_pressed(town: Town) -> None:
    friend = town.citizen(joined=False)
    friend.press("lang:ja")
    friend.press("monday:yes")
    friend.tap("同意してはじめる")
    assert person(friend).wants_monday


def test_a_pause_is_named_where_it_holds_the_message_back(town: Town) -> None:
    citizen = town.citizen()
    citizen.press("pause")
    citizen.press("monday:yes")
    assert "お知らせを休んでいる間は届きません" in citizen.words()


def test_one_account_leaves_nothing_to_choose_and_two_do(town: Town) -> None:
    citizen = town.citizen()
    citizen.press("monday")
    assert "届ける先" not in citizen.words()
    with_telegram(citizen)
    citizen.press("monday")
    assert "お知らせを届ける先：おまかせ" in citizen.words()
    citizen.tap("届ける先を選ぶ")
    citizen.tap("LINE")
    assert person(citizen).preferred_channel is ChannelName.LINE
    citizen.press("prefer:auto")
    assert person(citizen).preferred_channel is None


def test_a_platform_without_an_account_cannot_be_chosen(town: Town) -> None:
    citizen = town.citizen()
    for data in ("prefer:telegram", "prefer:terminal", "prefer:x"):
        citizen.press(data)
        assert person(citizen).preferred_channel is None
