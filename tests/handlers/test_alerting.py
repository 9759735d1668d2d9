"""Who is named in ALERT_TO registers an account with a word that works once, for a quarter of an hour."""

from dataclasses import replace
from datetime import timedelta

import pytest

from handlers import alerting
from handlers.texts import Texts
from storage import alerts
from storage.alerts import AlertKind
from tests.handlers.telegram_friend import TelegramFriend
from tests.town import Citizen, Town


@pytest.fixture
def town(town: Town) -> Town:
    town.house = replace(town.house, alert_names=("sato", "suzuki"))
    return town


def a_word(town: Town, name: str = "sato", minutes: int = 15) -> str:
    return alerting.make_word(town.house.keyed_hash, name, town.now + timedelta(minutes=minutes))


def receivers(town: Town) -> list[tuple[str, str]]:
    found = town.database.read(lambda c: alerts.list_receivers(c, ["sato", "suzuki", "mallory"])).result()
    return [(one.name, one.key) for one in found]


def test_a_friend_who_sends_the_word_is_told_under_the_name_it_was_made_for(town: Town) -> None:
    friend = town.citizen(joined=False)
    friend.text(f"  {a_word(town).upper()} ")
    assert "satoさんとして" in friend.words()
    assert receivers(town) == [("sato", friend.key)]


def test_a_word_works_once_and_another_moves_the_account_to_another_name(town: Town) -> None:
    first, second = town.citizen(), town.citizen()
    word = a_word(town)
    first.text(word)
    second.text(word)
    assert "使えません" in second.words()
    assert receivers(town) == [("sato", first.key)]
    first.text(a_word(town, "suzuki"))
    assert receivers(town) == [("suzuki", first.key)]


@pytest.mark.parametrize("spoiled", ["late", "another name", "forged"])
def test_a_word_that_is_late_forged_or_for_nobody_who_is_named_registers_nobody(town: Town, spoiled: str) -> None:
    word = a_word(town, "mallory" if spoiled == "another name" else "sato")
    word = f"{word[:-1]}{'0' if word[-1] != '0' else '1'}" if spoiled == "forged" else word
    friend = town.citizen()
    town.now += timedelta(minutes=16 if spoiled == "late" else 0)
    friend.text(word)
    assert "使えません" in friend.words()
    assert receivers(town) == []


def test_the_word_is_taken_from_a_start_link_of_somebody_who_was_never_here(town: Town) -> None:
    friend = TelegramFriend(town)
    assert "suzukiさんとして" in friend.write(f"/start {a_word(town, 'suzuki')}")
    assert receivers(town) == [("suzuki", "77")]


def test_who_leaves_is_told_no_more(town: Town) -> None:
    staff = town.citizen()
    staff.text(a_word(town))
    leave(staff)
    assert receivers(town) == []


def leave(citizen: Citizen) -> None:
    citizen.press("leave")
    citizen.tap("退会して消す")


@pytest.mark.parametrize("kind", list(AlertKind))
@pytest.mark.parametrize("is_end", [False, True])
def test_every_alert_can_be_said_in_every_language(town: Town, kind: AlertKind, is_end: bool) -> None:
    texts = Texts(town.programme.city.languages)
    for key in ("line", "ticker", "line:quota", "full"):
        for language in texts.languages:
            said = alerting.compose(kind, key, "{detail}", town.now, texts.of(language), is_end=is_end)
            assert len(said) == 1
            assert "{key}" not in str(said)
