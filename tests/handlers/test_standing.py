"""My points, the city's totals, and what the settings change."""

from datetime import UTC, datetime, timedelta

import pytest

from storage import accounts, totals
from storage.facts import AccountFacts, AccountState, ChannelName
from tests.town import Citizen, Town


def account(town: Town, citizen: Citizen) -> AccountFacts:
    found = town.database.read(lambda c: accounts.find(c, ChannelName.LINE, "bot", citizen.key)).result()
    assert found is not None
    return found


def test_points_are_shown_for_today_the_week_and_in_all_and_by_action(town: Town) -> None:
    citizen = town.citizen()
    citizen.press("l:my_bottle:2022-01-17:1")
    citizen.press("r:my_bottle:2022-01-20:1")
    citizen.press("points")
    assert "きょう 5・今週 10・合計 10" in citizen.words()
    assert "確認済み 0・自己申告 10" in citizen.words()
    assert "マイボトルを使う 2回、10ポイント" in citizen.words()


def test_last_weeks_points_stay_in_all_and_leave_the_week(town: Town) -> None:
    citizen = town.citizen()
    citizen.press("r:my_bottle:2022-01-20:1")
    town.pass_days(7)
    citizen.press("points")
    assert "きょう 0・今週 0・合計 5" in citizen.words()


def test_totals_are_open_to_a_friend_who_has_not_joined(town: Town) -> None:
    friend = town.citizen(joined=False)
    friend.press("lang:ja")
    friend.press("totals")
    assert "目標：1年目 10,000人、期間全体 60,000人" in friend.words()


def test_points_of_somebody_who_has_not_joined_lead_to_consent_and_then_to_points(town: Town) -> None:
    friend = town.citizen(joined=False)
    friend.press("lang:ja")
    friend.press("points")
    friend.tap("同意してはじめる")
    assert "さんのポイント" in friend.words()


def test_a_nickname_is_taken_byte_for_byte(town: Town) -> None:
    citizen = town.citizen()
    for name in ("𠮷野家", "神田\ufa19", "ｶﾀｶﾅ１２"):
        citizen.press("name")
        citizen.text(name)
        assert f"これから{name}さん" in citizen.words()


@pytest.mark.parametrize("name", ["0901234567８", "http://a.example", "a\u202eb", "\u200b", "あ" * 21])
def test_a_nickname_that_could_harm_is_refused_and_asked_again(town: Town, name: str) -> None:
    citizen = town.citizen()
    citizen.press("name")
    citizen.text(name)
    assert "使えません" in citizen.words()
    citizen.text("みどり")
    assert "これからみどりさん" in citizen.words()


def test_another_button_ends_the_question_for_a_nickname(town: Town) -> None:
    citizen = town.citizen()
    citizen.press("name")
    citizen.press("menu")
    citizen.text("合計")
    assert "の合計" in citizen.words()


def test_pausing_and_resuming_are_kept_per_account(town: Town) -> None:
    citizen = town.citizen()
    citizen.press("pause")
    assert account(town, citizen).paused
    citizen.press("resume")
    assert not account(town, citizen).paused


def test_a_block_is_remembered_and_a_return_undoes_it(town: Town) -> None:
    citizen = town.citizen()
    assert citizen.block() == []
    assert account(town, citizen).state is AccountState.BLOCKED
    town.now += timedelta(minutes=1)
    citizen.follow()
    assert account(town, citizen).state is AccountState.FOLLOWING
    assert "おかえりなさい" in citizen.words()


def test_a_block_that_arrives_late_does_not_undo_a_newer_follow(town: Town) -> None:
    citizen = town.citizen()
    citizen.block(at=town.now - timedelta(minutes=5))
    assert account(town, citizen).state is AccountState.FOLLOWING


def test_an_action_pressed_before_midnight_counts_for_its_own_day(town: Town) -> None:
    citizen = town.citizen()
    pressed = datetime(2022, 1, 20, 14, 59, 58, tzinfo=UTC)  # two seconds before midnight in Tokyo
    town.now = pressed + timedelta(seconds=5)
    citizen.press("r:my_bottle:2022-01-20:1", at=pressed)
    assert "+5ポイント" in citizen.words()
    assert "の分です" not in citizen.words()


def test_a_report_entered_after_sunday_counts_for_oneself_and_the_city_but_not_for_the_weeks_board(town: Town) -> None:
    citizen = town.citizen()
    town.now = datetime(2022, 1, 24, 9, tzinfo=UTC)  # Monday
    citizen.press("l:my_bottle:2022-01-23:1")
    assert "+5ポイント" in citizen.words()

    def boards(connection: object) -> list[bool]:
        from storage.ledger import LEDGER

        return [row.counts_for_board for row in connection.execute(LEDGER.select())]

    assert town.database.read(boards).result() == [False]
    found = town.database.read(lambda c: totals.find_totals(c, town.programme, town.now)).result()
    assert found.points_self_reported == 5
