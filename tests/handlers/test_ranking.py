"""Boards in the chat: what everybody sees, what only I see, and who is named to others."""

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest

from handlers import leaving, weekly
from handlers.messages import Card
from storage import boards, people, weeks
from storage.clock import TOKYO
from storage.facts import PersonFacts
from tests.handlers.test_standing import account
from tests.town import Citizen, Town

WEEK = date(2022, 1, 17)
MONDAY = datetime(2022, 1, 24, 8, 30, tzinfo=TOKYO)
CODES = ("my_bottle", "my_bag", "no_leftovers", "local_food", "sorting")


def person(citizen: Citizen) -> PersonFacts:
    found = citizen.town.database.read(lambda c: people.find(c, account(citizen.town, citizen).person_id)).result()
    assert found is not None
    return found


def resident(town: Town, ward: str, *days: int, actions: int = 1) -> Citizen:
    """Bring somebody who joined long ago, lives in a ward, and acts on some days of the week (Monday is 0)."""
    citizen = town.citizen()
    citizen.press(f"ward:{ward}")
    number = person(citizen).id
    town.database.write(lambda c: people.change(c, number, joined_at=town.now - timedelta(days=60))).result()
    for day in days:
        town.now = datetime(2022, 1, 17 + day, 12, tzinfo=TOKYO)
        for code in CODES[:actions]:
            citizen.press(f"r:{code}:{town.now.date()}:1")
    return citizen


def close(town: Town) -> None:
    """Come to Monday morning, when the week's board is fixed."""
    town.now = MONDAY
    sums = town.database.read(lambda c: weekly.sum_wards(c, town.programme, WEEK)).result()
    town.database.write(lambda c: boards.close_week(c, WEEK, sums)).result()


@pytest.fixture
def busy(town: Town) -> Town:
    """A week in which two of five in Moji and one of five in Tobata took part."""
    for ward, active in (("moji", 2), ("tobata", 1)):
        for number in range(5):
            resident(town, ward, *((0, 1) if number < active else (0,)))
    return town


def test_the_ward_board_goes_by_participation_and_the_totals_stand_beside_it(busy: Town) -> None:
    close(busy)
    citizen = busy.citizen()
    citizen.text("ランキング")
    lines = citizen.words().splitlines()
    at = lines.index("1位 門司区：40%")
    assert lines[at + 1] == "2位 戸畑区：20%"
    assert "参加者数：延べ 0人" in citizen.words()
    assert "○○○○○○○○○○ 目標 60,000人の 0%" in citizen.words()
    assert "【個人のランキング】" not in citizen.words()  # nobody is on it yet, and its button says so


def test_the_buttons_of_long_answers_stand_two_a_row_so_that_less_is_to_be_scrolled(busy: Town) -> None:
    citizen = busy.citizen()
    for data in ("board", "points", "help", "menu"):
        (card,) = citizen.press(data)
        assert isinstance(card, Card)
        assert card.columns == 2, data


def test_the_board_is_open_to_a_friend_who_has_not_joined_and_my_place_asks_for_consent_first(busy: Town) -> None:
    close(busy)
    friend = busy.citizen(joined=False)
    friend.press("lang:ja")
    friend.press("board")
    assert "門司区" in friend.words()
    friend.tap("わたしの順位")
    friend.tap("同意してはじめる")
    assert "さんの順位" in friend.words()


def test_my_place_sets_last_week_beside_the_week_before_and_shows_the_ward(busy: Town) -> None:
    citizen = resident(busy, "moji", 2, 3)
    close(busy)
    citizen.press("r:my_bottle:2022-01-24:1")
    citizen.press("place")
    assert "あなた：10ポイント・2日（その前の週 0ポイント）" in citizen.words()
    assert "1位 門司区：50%" in citizen.words()
    assert "今週はここまで 5ポイント・1日" in citizen.words()


def test_who_is_not_on_the_board_has_a_band_and_no_place(busy: Town) -> None:
    best = resident(busy, "moji", 0, 1, 2, actions=4)
    close(busy)
    best.press("place")
    assert "上位10%のゾーン" in best.words()
    assert "個人のランキング：" not in best.words()


def test_a_newcomer_is_told_that_they_do_not_count_yet(busy: Town) -> None:
    newcomer = busy.citizen()
    newcomer.press("ward:moji")
    close(busy)
    newcomer.press("place")
    assert "1位 門司区：40%" in newcomer.words()
    assert "参加して14日間は" in newcomer.words()


def test_without_a_record_the_place_invites_to_begin(town: Town) -> None:
    citizen = town.citizen()
    close(town)
    citizen.press("place")
    assert "先週の記録はありません" in citizen.words()


def test_only_who_asked_stands_on_the_person_board_and_may_leave_it(town: Town) -> None:
    one, other = town.citizen(), town.citizen()
    for citizen in (one, other):
        citizen.press("r:my_bottle:2022-01-20:1")
    one.press("enlist")
    assert person(one).nickname in one.words()
    close(town)
    other.press("board")
    assert f"【個人のランキング】名前を出している人\n1位 {person(one).nickname}：5ポイント" in other.words()
    other.press("top")
    assert f"1位 {person(one).nickname}：5ポイント" in other.words()
    assert "2位" not in other.words()
    one.press("place")
    assert f"個人のランキング：1位（{person(one).nickname}）" in one.words()
    one.tap("ランキングに名前を出さない")
    other.press("top")
    assert "まだ名前を出している人はいません" in other.words()


def test_whoever_is_on_the_board_stays_on_it_the_next_week(town: Town) -> None:
    citizen = town.citizen()
    citizen.press("enlist")
    town.now = datetime(2022, 1, 27, 12, tzinfo=TOKYO)
    citizen.press("r:my_bottle:2022-01-27:1")
    best = town.database.read(lambda c: weeks.list_best(c, date(2022, 1, 24), 5)).result()
    assert [name for _, name, _ in best] == [person(citizen).nickname]


def test_a_name_of_ones_own_is_not_shown_to_others(town: Town) -> None:
    citizen = town.citizen()
    citizen.press("name")
    citizen.text("ひみつのなまえ")
    citizen.press("enlist")
    shown = person(citizen).board_name
    assert shown
    assert shown != "ひみつのなまえ"
    assert "いま市が確認しています" in citizen.words()
    citizen.press("r:my_bottle:2022-01-20:1")
    close(town)
    citizen.press("top")
    assert shown in citizen.words()
    assert "ひみつ" not in citizen.words()


def test_another_generated_name_is_the_one_that_others_see(town: Town) -> None:
    citizen = town.citizen()
    citizen.press("auto")
    assert person(citizen).board_name is None
    citizen.press("enlist")
    citizen.press("auto")
    assert person(citizen).board_name == person(citizen).nickname


def test_who_leaves_is_on_no_board(town: Town) -> None:
    citizen = town.citizen()
    citizen.press("enlist")
    citizen.press("r:my_bottle:2022-01-20:1")
    citizen.press("leave")
    citizen.tap("退会して消す")
    close(town)
    assert town.database.read(lambda c: weekly.top_of(c, town.programme, WEEK)).result() == ()


def test_a_ward_of_four_is_not_shown(town: Town) -> None:
    for _ in range(4):
        resident(town, "moji", 0, 1)
    close(town)
    citizen = town.citizen()
    citizen.press("board")
    assert "門司区" not in citizen.words()
    assert "まだ表にできる人数がそろっていません" in citizen.words()


def test_a_mean_is_told_of_five_active_persons(town: Town) -> None:
    for _ in range(5):
        resident(town, "moji", 0, 1)
    close(town)
    citizen = town.citizen()
    citizen.press("board")
    assert "1位 門司区：100%・平均 10" in citizen.words()


def test_the_message_is_alike_for_everybody_of_a_language_and_names_nobody_in_public(busy: Town) -> None:
    named = resident(busy, "moji", 0, 1)
    named.press("enlist")
    close(busy)
    found = busy.database.read(lambda c: weekly.find(c, busy.programme, busy.now)).result()
    for language in ("ja", "en"):
        words = busy.house.texts.of(language)
        private = weekly.compose(busy.programme, found, words)
        public = weekly.compose_public(busy.programme, found, words)
        name = person(named).board_name or ""
        assert any(name in line for line in private.lines)
        assert not any(name in line for line in public.lines)
        assert public.buttons == ()
        assert [choice.data for choice in private.buttons] == ["place", "top", "report"]


def test_places_go_up_by_the_number_of_those_before(busy: Town) -> None:
    for number in range(3):
        citizen = resident(busy, "moji", *range(number + 1))
        citizen.press("enlist")
        person_id = person(citizen).id
        busy.database.write(lambda c, person_id=person_id: weeks.list_person(c, person_id, WEEK)).result()
    top = busy.database.read(lambda c: weekly.top_of(c, busy.programme, WEEK)).result()
    assert [line.points for line in top] == [15, 10, 5]
    assert all(first.place < second.place for first, second in pairwise(top))


def test_my_data_shows_what_others_see_and_the_export_holds_my_weeks(town: Town) -> None:
    citizen = town.citizen()
    citizen.press("r:my_bottle:2022-01-20:1")
    citizen.press("data")
    assert "ランキングの名前" not in citizen.words()
    citizen.press("enlist")
    citizen.press("monday:yes")
    citizen.press("data")
    assert f"ランキングの名前：{person(citizen).board_name}" in citizen.words()
    assert "月曜のお知らせを希望しています" in citizen.words()
    found = town.database.read(lambda c: leaving.collect(c, account(town, citizen).id)).result()
    assert [(week["week"], week["points"], week["days"]) for week in found["weeks"]] == [(WEEK, 5, 1)]
