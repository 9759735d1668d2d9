"""Streaks and badges, and doing without: what the city or the person switched off is neither shown nor reached."""

from dataclasses import replace
from datetime import date

import pytest

from handlers import founding
from storage import people, teams
from storage.facts import Challenge, Games, PersonFacts, TeamKind
from tests.handlers.occasions import person_of
from tests.town import Citizen, Town

CHALLENGE = Challenge(
    code="plastic",
    title={"ja": "プラを減らす2週間"},
    starts_on=date(2022, 1, 17),
    goal=2,
    actions=("my_bottle", "my_bag"),
)


def facts(town: Town, citizen: Citizen) -> PersonFacts:
    number = person_of(town, citizen)
    found = town.database.read(lambda c: people.find(c, number)).result()
    assert found is not None
    return found


def labels(citizen: Citizen) -> set[str]:
    return {choice.label for choice in citizen.buttons()}


def test_a_streak_stands_beside_the_points_forgives_a_day_and_is_reckoned_anew_when_a_day_is_taken_back(
    town: Town,
) -> None:
    citizen = town.citizen()
    for days in (0, 1, 2):
        town.pass_days(days)  # the 20th, the 21st, the 23rd
        citizen.press(f"r:my_bottle:{town.now.date()}:1")
    citizen.press("points")
    assert "続けた日：3日" in citizen.words()
    citizen.press("undo")
    citizen.tap("取り消す")
    citizen.press("points")
    assert "続けた日：2日" in citizen.words()


def test_a_challenge_counts_its_actions_of_its_days_and_says_when_it_is_done(town: Town) -> None:
    town.programme = replace(town.programme, challenges=(CHALLENGE,))
    citizen = town.citizen()
    for code in ("my_bottle", "sorting"):
        citizen.press(f"r:{code}:2022-01-20:1")
    citizen.press("points")
    citizen.tap("チャレンジ")
    assert "【プラを減らす2週間】1月30日(日)まで" in citizen.words()
    assert "1回 / 2回（マイボトル・マイバッグ）" in citizen.words()
    citizen.press("r:my_bag:2022-01-20:1")
    citizen.press("challenges")
    assert "達成しました！" in citizen.words()
    town.pass_days(11)
    citizen.press("points")
    assert "チャレンジ" not in labels(citizen)
    citizen.press("challenges")
    assert "いまのチャレンジはありません" in citizen.words()


def test_badges_show_what_was_done_and_what_may_come(town: Town) -> None:
    citizen = town.citizen()
    citizen.press("r:my_bottle:2022-01-20:1")
    citizen.press("points")
    citizen.tap("バッジ")
    assert "🏅 はじめの一歩：1回目の行動" in citizen.words()
    assert "・行動 30回（これから）" in citizen.words()


def test_who_wants_no_games_sees_none_and_leaves_board_team_and_mondays_message(town: Town) -> None:
    team = town.database.write(lambda c: founding.make_by_staff(c, TeamKind.GROUP, "組", "k", town.now)).result()
    citizen = town.citizen()
    town.database.write(lambda c: teams.join(c, person_of(town, citizen), team, town.now)).result()
    for act in ("enlist", "monday:yes", "settings"):
        citizen.press(act)
    citizen.tap("ランキングなどの表示")
    citizen.tap("出すのをやめる")
    found = facts(town, citizen)
    assert (found.plays, found.board_name, found.wants_monday) == (False, None, False)
    assert town.database.read(lambda c: teams.find_of_person(c, found.id)).result() is None
    for day in (20, 21):
        citizen.press(f"r:my_bottle:2022-01-{day}:1")
    citizen.press("points")
    assert "続けた日" not in citizen.words()
    assert labels(citizen).isdisjoint({"わたしの順位", "バッジ"})
    citizen.press("menu")
    assert "ランキング" not in labels(citizen)


@pytest.mark.parametrize("way", ["board", "place", "top", "enlist", "team", "teams", "badges", "monday:yes"])
def test_an_old_button_of_a_game_says_that_it_is_off_and_leads_back(town: Town, way: str) -> None:
    citizen = town.citizen()
    citizen.press("play:no")
    citizen.press(way)
    assert "出さない設定です" in citizen.words()
    citizen.tap("表示を変える")
    citizen.tap("出してほしい")
    citizen.press(way)
    assert "出さない設定です" not in citizen.words()


def test_typed_words_and_codes_lead_into_no_game_either(town: Town) -> None:
    team = town.database.write(lambda c: founding.make_by_staff(c, TeamKind.GROUP, "組", "k", town.now)).result()
    found = town.database.read(lambda c: teams.find(c, team)).result()
    assert found is not None
    citizen = town.citizen()
    citizen.press("play:no")
    for words in ("ランキング", "順位を見たい", found.code):
        citizen.text(words)
        assert "出さない設定です" in citizen.words()


def test_what_the_city_switched_off_is_not_shown_to_anybody(town: Town) -> None:
    off = Games(teams=False, person_board=False, streaks=False, badges=False, challenges=False)
    town.programme = replace(town.programme, games=off, challenges=(CHALLENGE,))
    citizen = town.citizen()
    citizen.press("board")
    assert labels(citizen).isdisjoint({"チームのランキング", "個人のランキング"})
    assert "個人のランキング" not in citizen.words()
    citizen.press("points")
    assert labels(citizen).isdisjoint({"バッジ", "チャレンジ"})
    for way in ("team", "top", "enlist", "badges", "challenges"):
        citizen.press(way)
        assert "いまは使えません" in citizen.words()
