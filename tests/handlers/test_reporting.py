"""Reporting by button and by word, caps, late entry, withdrawal."""

from datetime import date, timedelta

import pytest

from storage import totals
from tests.town import Town


def city_points(town: Town) -> int:
    found = town.database.read(lambda c: totals.find_totals(c, town.programme, town.now)).result()
    return found.points_self_reported + found.points_confirmed


def test_a_report_takes_two_taps_and_shows_points_week_and_city(town: Town) -> None:
    citizen = town.citizen()
    citizen.press("report")
    citizen.tap("食べ残しゼロ")
    assert "+10ポイント" in citizen.words()
    assert "きょう 10・今週 10ポイント" in citizen.words()
    assert "みんなで 10ポイント" in citizen.words()
    assert city_points(town) == 10


def test_twelve_actions_come_first_and_the_rest_one_tap_further(town: Town) -> None:
    citizen = town.citizen()
    citizen.press("report")
    first = [c for c in citizen.buttons() if c.data.startswith("r:")]
    citizen.tap("ほかの行動")
    rest = [c for c in citizen.buttons() if c.data.startswith("r:")]
    reportable = [a for a in town.programme.actions if a.group != "checked_in"]
    assert len(first) == 12
    assert len({c.data.split(":")[1] for c in first + rest}) in (len(reportable), len(reportable) - 1)


def test_a_second_press_of_the_same_button_earns_nothing_politely(town: Town) -> None:
    citizen = town.citizen()
    citizen.press("r:bicycle_walk:2022-01-20:1")
    citizen.press("r:bicycle_walk:2022-01-20:1")
    assert "もう記録してあります" in citizen.words()
    assert city_points(town) == 15


def test_a_fresh_button_records_the_second_trip(town: Town) -> None:
    citizen = town.citizen()
    citizen.press("r:bicycle_walk:2022-01-20:1")
    citizen.press("report")
    citizen.tap("自転車")
    assert city_points(town) == 30


def test_trips_by_bicycle_and_bus_share_one_cap(town: Town) -> None:
    citizen = town.citizen()
    citizen.press("r:bicycle_walk:2022-01-20:1")
    citizen.press("r:public_transport:2022-01-20:1")
    citizen.press("r:public_transport:2022-01-20:2")
    assert city_points(town) == 30


def test_everyday_points_stop_at_sixty_a_day_and_the_action_is_still_recorded(town: Town) -> None:
    citizen = town.citizen()
    everyday = [a for a in town.programme.actions if a.group == "everyday" and a.cap.per == "day" and not a.seasons]
    for action in everyday:
        citizen.press(f"r:{action.code}:2022-01-20:1")
    assert "もう満点です" in citizen.words()
    assert city_points(town) == 60


def test_a_button_of_yesterday_asks_which_day_is_meant(town: Town) -> None:
    citizen = town.citizen()
    town.pass_days(1)
    citizen.press("r:my_bottle:2022-01-20:1")
    assert "いつの分" in citizen.words()
    citizen.tap("きょう")
    assert city_points(town) == 5


def test_entry_is_open_for_three_days_and_no_longer(town: Town) -> None:
    citizen = town.citizen()
    citizen.press("days")
    assert len([c for c in citizen.buttons() if c.data.startswith("report:1:")]) == 3
    for days, recorded in ((3, 5), (4, 5)):
        on = date(2022, 1, 20) - timedelta(days=days)
        citizen.press(f"l:my_bottle:{on}:1")
        assert city_points(town) == recorded


def test_withdrawing_is_one_tap_and_frees_the_place(town: Town) -> None:
    citizen = town.citizen()
    citizen.press("r:my_bottle:2022-01-20:1")
    citizen.tap("取り消す")
    assert "取り消しました" in citizen.words()
    assert city_points(town) == 0
    citizen.press("r:my_bottle:2022-01-20:1")
    assert city_points(town) == 5


def test_withdrawing_twice_takes_nothing_more(town: Town) -> None:
    citizen = town.citizen()
    citizen.press("r:my_bottle:2022-01-20:1")
    undo = next(c.data for c in citizen.buttons() if c.label == "取り消す")
    citizen.press(undo)
    citizen.press(undo)
    assert "もう取り消してあります" in citizen.words()
    assert city_points(town) == 0


def test_nobody_withdraws_what_another_reported(town: Town) -> None:
    one, other = town.citizen(), town.citizen()
    one.press("r:my_bottle:2022-01-20:1")
    other.press(next(c.data for c in one.buttons() if c.label == "取り消す"))
    assert city_points(town) == 5


def test_a_typed_report_is_recorded_after_one_confirming_button(town: Town) -> None:
    citizen = town.citizen()
    citizen.text("今日マイボトル使った")
    assert city_points(town) == 0
    citizen.tap("記録する")
    assert city_points(town) == 5


def test_several_actions_in_one_sentence_are_recorded_by_one_button_once(town: Town) -> None:
    citizen = town.citizen()
    citizen.text("マイボトルとマイバッグを使った")
    button = next(c.data for c in citizen.buttons() if c.label == "記録する")
    citizen.press(button)
    assert city_points(town) == 10
    citizen.press(button)
    assert city_points(town) == 10


@pytest.mark.parametrize(("words", "title"), [("水筒持って行く", "マイボトルのことですか"), ("ごみ", "どのことですか")])
def test_an_unsure_sentence_is_asked_about_once_with_at_most_three_actions(town: Town, words: str, title: str) -> None:
    citizen = town.citizen()
    citizen.text(words)
    assert title in citizen.words()
    offered = [c for c in citizen.buttons() if c.data.startswith("l:")]
    assert 1 <= len(offered) <= 3
    assert city_points(town) == 0
    citizen.press(offered[0].data)
    assert city_points(town) > 0


@pytest.mark.parametrize("words", ["エコバッグを忘れた", "明日マイボトル使おう", "マイボトルは何ポイント？"])
def test_what_was_not_done_is_not_recorded(town: Town, words: str) -> None:
    citizen = town.citizen()
    citizen.text(words)
    assert "記録する" not in [c.label for c in citizen.buttons()]


def test_after_three_days_the_usual_actions_take_one_tap(town: Town) -> None:
    citizen = town.citizen()
    for _ in range(3):
        citizen.text("マイボトルとマイバッグを使った")
        citizen.tap("記録する")
        town.pass_days(1)
    citizen.press("report")
    citizen.tap("いつもの2つ")
    assert city_points(town) == 40
    citizen.press(f"usual:{town.now.date()}")
    assert city_points(town) == 40


def test_kilometres_typed_with_a_report_are_asked_about_once(town: Town) -> None:
    citizen = town.citizen()
    citizen.text("自転車で3キロ走った")
    citizen.tap("記録する")
    assert city_points(town) == 15
    assert "3 kmは、車のかわりでしたか？" in citizen.words()
    citizen.tap("はい（自転車）")
    assert "384 g" in citizen.words()


def test_a_milestone_earns_no_points(town: Town) -> None:
    citizen = town.citizen()
    citizen.press("r:led:2022-01-20:1")
    assert "記念" in citizen.words()
    assert city_points(town) == 0


def test_kilometres_count_only_instead_of_a_car(town: Town) -> None:
    citizen = town.citizen()
    citizen.press("r:bicycle_walk:2022-01-20:1")
    citizen.tap("距離も記録する")
    citizen.tap("はい")
    citizen.tap(next(c.label for c in citizen.buttons() if c.data.endswith("bicycle")))
    citizen.text("３キロ")
    assert "384 g" in citizen.words()
    citizen.press("points")
    assert "384 g" in citizen.words()


def test_without_a_car_to_replace_nothing_is_shown_as_saved(town: Town) -> None:
    citizen = town.citizen()
    citizen.press("r:bicycle_walk:2022-01-20:1")
    citizen.tap("距離も記録する")
    citizen.tap("いいえ")
    citizen.press("points")
    assert "CO2" not in citizen.words()


def test_a_photo_is_answered_kindly(town: Town) -> None:
    citizen = town.citizen()
    citizen.photo()
    assert "受け取らずにいます" in citizen.words()


def test_an_account_that_writes_too_fast_is_asked_once_to_wait(town: Town) -> None:
    citizen = town.citizen()
    answers = [citizen.press("menu") for _ in range(30)]
    assert len([a for a in answers if a]) < 22
    assert sum("1分ほど待って" in getattr(m, "text", "") for a in answers for m in a) == 1


def test_a_shared_cap_names_every_action_that_draws_on_it(town: Town) -> None:
    citizen = town.citizen()
    citizen.press("r:bicycle_walk:2022-01-20:1")
    citizen.press("r:public_transport:2022-01-20:1")
    citizen.press("r:bicycle_walk:2022-01-20:2")
    assert "「自転車・徒歩で移動」 + 「公共交通で移動」の記録は1日2回までです" in citizen.words()


def test_a_late_report_says_that_its_week_has_closed(town: Town) -> None:
    citizen = town.citizen()
    citizen.press("l:my_bottle:2022-01-17:1")
    assert "締め切りました" not in citizen.words()
    town.pass_days(5)
    citizen.press("l:my_bottle:2022-01-23:1")
    assert "その週はもう締め切りました" in citizen.words()
    assert "今週 0ポイント" in citizen.words()


def test_a_receipt_without_points_does_not_boast_of_none(town: Town) -> None:
    citizen = town.citizen()
    for code in ("solar", "eco_exam"):
        citizen.press(f"r:{code}:2022-01-20:1")
        assert "+0" not in citizen.words()


def test_a_typed_report_shows_the_kilometres_before_it_is_confirmed(town: Town) -> None:
    citizen = town.citizen()
    citizen.text("自転車で3キロ走った")
    assert "（きょう、3 km）" in citizen.words()


def test_a_sentence_of_what_already_stands_says_so_and_offers_nothing_to_undo(town: Town) -> None:
    citizen = town.citizen()
    for _ in range(2):
        citizen.text("マイボトルとマイバッグを使った")
        citizen.tap("記録する")
    assert "新しい記録はありません" in citizen.words()
    assert "最後の1つを取り消す" not in [c.label for c in citizen.buttons()]


def test_the_page_with_purchases_says_beforehand_that_they_earn_no_points(town: Town) -> None:
    citizen = town.citizen()
    citizen.press("report:2:")
    assert "再エネ電気からあとは購入や契約" in citizen.words()
