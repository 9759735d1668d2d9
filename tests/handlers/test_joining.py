"""Joining, from the first hello to the first act."""

import pytest

from handlers.messages import Card
from handlers.texts import language_name
from storage import accounts, people
from storage.facts import ChannelName
from tests.handlers.telegram_friend import TelegramFriend
from tests.town import Citizen, Town


def _person(town: Town, citizen: Citizen) -> object:
    def find(connection: object) -> object:
        account = accounts.find(connection, ChannelName.LINE, "bot", citizen.key)
        return people.find(connection, account.person_id) if account else None

    return town.database.read(find).result()


def test_the_language_comes_first_in_its_own_words(town: Town) -> None:
    friend = town.citizen(joined=False)
    assert {"日本語", "English"} <= {choice.label for choice in friend.buttons()}


@pytest.mark.parametrize(
    ("app", "name"), [("zh-CN", "简体中文"), ("vi", "Tiếng Việt"), ("id", "Bahasa Indonesia"), ("fr", "日本語")]
)
def test_the_language_of_the_app_is_offered_first_and_all_others_after_it(town: Town, app: str, name: str) -> None:
    friend = TelegramFriend(town)
    friend.person["language_code"] = app
    friend.write("/start")
    assert next(iter(friend.buttons)) == name
    assert set(friend.buttons) == {language_name(tag) for tag in town.programme.city.languages}


def test_consent_is_asked_in_at_most_five_lines_by_buttons_that_stay(town: Town) -> None:
    friend = town.citizen(joined=False)
    (consent,) = friend.tap("日本語")
    assert isinstance(consent, Card)
    assert len(consent.lines) <= 5
    assert [choice.label for choice in consent.buttons][:2] == ["同意してはじめる", "今はしない"]


def test_a_friend_who_follows_without_joining_is_nobody_yet(town: Town) -> None:
    friend = town.citizen(joined=False)
    assert _person(town, friend) is None


def test_consent_is_kept_with_its_version_and_time(town: Town) -> None:
    citizen = town.citizen()
    person = _person(town, citizen)
    consents = town.database.read(lambda c: people.list_consents(c, person.id)).result()
    assert consents == [(town.programme.consent.version, "ja", town.now)]


def test_not_now_still_shows_totals_and_help(town: Town) -> None:
    friend = town.citizen(joined=False)
    friend.tap("日本語")
    friend.tap("今はしない")
    friend.tap("市の合計")
    assert "の合計" in friend.words()
    friend.press("help")
    assert "使い方" in friend.words()
    assert _person(town, friend) is None


def test_consent_is_asked_at_the_first_act_that_stores_and_the_act_is_then_done(town: Town) -> None:
    friend = town.citizen(joined=False)
    friend.tap("日本語")
    friend.tap("今はしない")
    friend.press("report")
    friend.tap("食べ残しゼロ")
    assert "同意してはじめる" in {choice.label for choice in friend.buttons()}
    friend.tap("同意してはじめる")
    assert "+10ポイント" in friend.words()


def test_what_a_stranger_said_first_survives_joining(town: Town) -> None:
    friend = town.citizen(joined=False)
    friend.text("今日マイボトル使った")
    friend.tap("日本語")
    friend.tap("同意してはじめる")
    assert "これを記録しますか？" in friend.words()
    friend.tap("記録する")
    assert "+5ポイント" in friend.words()


def test_agreeing_twice_makes_one_person(town: Town) -> None:
    citizen = town.citizen()
    before = _person(town, citizen)
    citizen.press("join:1")
    assert _person(town, citizen) == before


def test_an_old_consent_button_shows_the_text_in_force(town: Town) -> None:
    friend = town.citizen(joined=False)
    friend.tap("日本語")
    friend.press("join:0")
    assert _person(town, friend) is None
    assert "同意してはじめる" in {choice.label for choice in friend.buttons()}


def test_a_new_person_has_a_generated_name_and_may_choose_a_ward(town: Town) -> None:
    citizen = town.citizen()
    assert "ようこそ、" in citizen.words()
    citizen.tap("住んでいる区を選ぶ")
    citizen.tap("門司")
    assert _person(town, citizen).ward == "moji"


def test_english_is_spoken_to_who_chose_english(town: Town) -> None:
    citizen = town.citizen("en")
    assert "Welcome, " in citizen.words()
