"""On a heat alert nothing is earned by going without cooling, whichever way it is reported."""

import pytest

from storage import marks
from storage.marks import MarkName
from tests.handlers.test_reporting import city_points
from tests.town import Town


@pytest.fixture
def hot(town: Town) -> Town:
    town.database.write(lambda c: marks.put(c, MarkName.HEAT_ALERT, "2022-01-20")).result()
    return town


def test_saving_electricity_is_asked_about_before_it_counts(hot: Town) -> None:
    citizen = hot.citizen()
    citizen.press("r:save_electricity:2022-01-20:1")
    assert city_points(hot) == 0
    citizen.tap("はい、冷房は使っています")
    assert city_points(hot) == 10


def test_it_is_asked_about_too_when_reported_with_others_in_one_sentence(hot: Town) -> None:
    citizen = hot.citizen()
    citizen.text("節電とマイボトルをした")
    citizen.tap("記録する")
    assert city_points(hot) == 5
    assert "冷房のほかの節電ですか" in citizen.words()
    citizen.tap("はい、冷房は使っています")
    assert city_points(hot) == 15


def test_without_an_alert_both_are_recorded_at_once(town: Town) -> None:
    citizen = town.citizen()
    citizen.text("節電とマイボトルをした")
    citizen.tap("記録する")
    assert city_points(town) == 15


def test_light_clothes_earn_nothing_on_the_day(hot: Town) -> None:
    citizen = hot.citizen()
    citizen.press("r:cool_warm_biz:2022-01-20:1")
    assert "冷房を使い" in citizen.words()
    assert city_points(hot) == 0


def test_the_list_says_drink_and_leaves_out_what_is_not_suggested(hot: Town) -> None:
    citizen = hot.citizen()
    citizen.press("report")
    assert "水分をとってください" in citizen.words()
    assert not [choice for choice in citizen.buttons() if "cool_warm_biz" in choice.data]


def test_the_menu_too_says_to_cool_and_drink(hot: Town) -> None:
    citizen = hot.citizen()
    citizen.press("menu")
    assert "冷房を使い、水分をとってください" in citizen.words()
    hot.pass_days(1)
    citizen.press("menu")
    assert "冷房" not in citizen.words()
