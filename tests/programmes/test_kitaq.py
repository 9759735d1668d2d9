"""The city's own file says what the city's catalogue says: the table below is written by hand from the catalogue."""

import re
from datetime import date
from pathlib import Path

import pytest

from storage.facts import ActionGroup, Effect, OnHeatAlert, Per
from tests.town import kitaq

PROGRAMME = kitaq()

# code, title, number in ゼロカーボンアクション30, points, confirmed points, cap
CATALOGUE = {
    "everyday": [
        ("my_bag", "マイバッグを使う", 24, 5, None, "1/day"),
        ("my_bottle", "マイボトルを使う", 24, 5, None, "1/day"),
        ("no_leftovers", "食べ残しゼロ", 17, 10, None, "1/day"),
        ("food_rescue", "てまえどり・使い切り", 18, 10, None, "1/day"),
        ("local_food", "旬・地元の食材", 19, 10, None, "1/day"),
        ("compost", "生ごみコンポスト", 20, 15, None, "1/day"),
        ("bicycle_walk", "自転車・徒歩で移動", 15, 15, None, "2/day trips"),
        ("public_transport", "公共交通で移動", 15, 15, None, "2/day trips"),
        ("eco_drive", "エコドライブ", 16, 5, None, "1/week"),
        ("telework", "テレワーク", 14, 10, None, "1/day"),
        ("cool_warm_biz", "クールビズ・ウォームビズ", 2, 5, None, "1/day"),
        ("save_electricity", "節電", 3, 10, None, "1/day"),
        ("save_water", "節水", 4, 5, None, "1/day"),
        ("one_delivery", "宅配を一回で受け取る", 6, 10, None, "8/month"),
        ("sorting", "ごみの分別・資源化", 27, 5, None, "1/day"),
        ("share_reuse", "フリマ・ゆずり合い", 26, 20, None, "4/month"),
        ("repair", "修理して使う", 25, 20, None, "4/month"),
    ],
    "outing": [
        ("eco_electronics", "小型家電・充電式電池の回収", 27, 20, 40, "4/month"),
        ("used_clothes", "古着・古紙の回収", 27, 20, 30, "4/month"),
        ("cleanup", "ごみ拾い・まち美化", 30, 20, 50, "1/day"),
        ("planting", "植樹・緑化", 30, 20, 50, "2/month"),
        ("food_drive", "フードドライブ", 18, 20, 50, "4/month"),
        ("learn_visit", "環境施設を訪ねる", None, 20, 50, "4/month"),
        ("eco_exam", "環境首都検定や同等の学び（他言語も）", None, 0, 200, "1/year"),
        ("home_energy_check", "うちエコ診断・消費エネルギーの見える化", 7, 50, None, "1/year"),
        ("home_equivalent", "おうちでできる行動2つ", None, 20, None, "1/day"),
    ],
    "checked_in": [("event_attendance", "イベント参加", None, 0, 50, "6/day")],
    "milestone": [
        ("renewable_power", "再エネ電気への切り替え", 1, 0, None, "1/ever"),
        ("solar", "太陽光パネルの設置", 8, 0, None, "1/ever"),
        ("insulation", "断熱などの省エネリフォーム", 10, 0, None, "1/ever"),
        ("efficient_appliance", "省エネ家電への買いかえ", 5, 0, None, "1/ever"),
        ("led", "LED照明への取りかえ", 5, 0, None, "1/ever"),
        ("water_heater", "省エネ給湯器の導入", 11, 0, None, "1/ever"),
        ("ev", "電気自動車などへの乗りかえ", 16, 0, None, "1/ever"),
    ],
}
FIGURES = {
    "my_bag": [("1", "kg CO2 per person and year")],
    "my_bottle": [("4", "kg CO2 per person and year")],
    "local_food": [("8", "kg CO2 per person and year"), ("36", "kg CO2 per person and year")],
    "telework": [("840.3", "kg CO2 per person and year")],
    "cool_warm_biz": [("30.24", "kWh per season")],
    "save_water": [("0.584", "kg CO2 per m³")],
    "used_clothes": [("0.5", "kg CO2 per garment")],
    "renewable_power": [("1232", "kg CO2 per person and year")],
    "solar": [("919.8", "kg CO2 per household and year")],
    "led": [("27.2", "kg CO2 per household and year")],
}
FACTORS = {
    "bicycle_walk": [("walk", 128, "km", 20), ("bicycle", 128, "km", 60)],
    "public_transport": [("bus", 57, "km", 150), ("rail", 108, "km", 150)],
    "one_delivery": [("redelivery", 470, "act", None)],
}


def written_out(action):
    cap = f"{action.cap.times}/{action.cap.per} {action.cap.shared or ''}".strip()
    return (action.code, action.title["ja"], action.number, action.points, action.confirmed_points, cap)


@pytest.mark.parametrize("group", list(ActionGroup))
def test_the_file_holds_the_catalogue_number_for_number(group):
    held = {written_out(action) for action in PROGRAMME.actions if action.group is group}
    assert held == set(CATALOGUE[group])


def test_the_figures_are_those_of_the_catalogue():
    held = {
        action.code: [(figure.amount, figure.unit["en"]) for figure in action.figures]
        for action in PROGRAMME.actions
        if action.figures
    }
    assert held == FIGURES


def test_the_factors_that_add_up_are_those_of_the_catalogue():
    held = {
        action.code: [(factor.code, factor.grams, factor.per, factor.longest_km) for factor in action.factors]
        for action in PROGRAMME.actions
        if action.factors
    }
    assert held == FACTORS


def test_every_figure_and_factor_names_its_year_and_source():
    for action in PROGRAMME.actions:
        for figure in (*action.figures, *action.factors):
            assert re.search(r"20\d\d", figure.basis["ja"] + figure.source), (action.code, figure)
            assert figure.source.strip()


def test_the_rules_have_the_programmes_numbers():
    limits = PROGRAMME.limits
    assert (limits.everyday_points_a_day, limits.late_days, limits.withdraw_days) == (60, 3, 7)
    assert (limits.usual_after_days, limits.usual_actions, limits.first_page) == (3, 5, 12)
    assert (limits.messages_a_minute, limits.fiscal_year_starts_month) == (20, 4)


def test_the_period_is_the_press_releases():
    (period,) = PROGRAMME.periods
    assert (period.starts_on, period.ends_on) == (date(2022, 1, 1), date(2024, 12, 31))
    assert (period.year_one_target, period.target) == (10_000, 60_000)


def test_the_wards_are_the_seven_and_the_two_that_are_none():
    assert [(ward.code, ward.name["ja"]) for ward in PROGRAMME.wards] == [
        ("moji", "門司区"),
        ("kokura_kita", "小倉北区"),
        ("kokura_minami", "小倉南区"),
        ("wakamatsu", "若松区"),
        ("yahata_higashi", "八幡東区"),
        ("yahata_nishi", "八幡西区"),
        ("tobata", "戸畑区"),
        ("outside", "市外"),
        ("rather_not_say", "答えない"),
    ]


def test_cooling_is_never_rewarded_on_a_heat_alert():
    special = {a.code: a.on_heat_alert for a in PROGRAMME.actions if a.on_heat_alert is not OnHeatAlert.AS_USUAL}
    assert special == {
        "cool_warm_biz": OnHeatAlert.NOT_OFFERED,
        "save_electricity": OnHeatAlert.ASK_NOT_COOLING,
    }
    assert PROGRAMME.heat_alert_days == ()


def test_an_event_earns_at_most_300_points_a_day():
    event = PROGRAMME.action("event_attendance")
    assert event is not None
    assert event.cap.per is Per.DAY
    assert event.cap.times * event.confirmed_points == 300


def test_only_the_trips_ask_whether_a_car_was_left_at_home():
    assert {a.code for a in PROGRAMME.actions if a.asks_instead_of_car} == {"bicycle_walk", "public_transport"}


def test_two_actions_at_home_stand_in_for_an_outing_and_need_no_outing():
    home = PROGRAMME.action("home_equivalent")
    assert home is not None
    assert home.needs_at_home == 2
    assert {action.group for action in PROGRAMME.actions if action.at_home} == {ActionGroup.EVERYDAY}


def test_actions_of_a_group_stand_in_order_of_effect():
    order = list(Effect)
    for group in ActionGroup:
        marks = [order.index(action.effect) for action in PROGRAMME.actions if action.group is group]
        if group is ActionGroup.OUTING:  # the stand-in for going out comes last
            marks = marks[:-1]
        assert marks == sorted(marks)


def test_consent_speaks_of_keeping_why_who_lots_and_leaving():
    lines = PROGRAMME.consent.lines
    assert PROGRAMME.consent.version == "1"
    for line, words in zip(lines["ja"], ("保存", "使いみち", "市のサーバー", "くじ", "退会"), strict=True):
        assert words in line
    for line, words in zip(lines["en"], ("keep", "Why", "own server", "lot", "leave"), strict=True):
        assert words in line


def test_no_telephone_number_and_no_mascot_is_made_up():
    text = (Path(__file__).parents[2] / "programmes" / "kitaq.toml").read_text(encoding="utf-8")
    published = {  # numbers, and where each was published
        "093-592-5300": "www.city.kitakyushu.lg.jp/page/dayori/171215/topics/topics2.html",
        "093-582-2180": "www.city.kitakyushu.lg.jp/page/dayori/171215/topics/topics2.html",
        "0120-279-338": "厚生労働省 2013年8月8日",
        "0120-279-226": "共同通信ニュース用語解説",
    }
    assert set(re.findall(r"0\d{1,3}-\d{2,4}-\d{3,4}", text)) == set(published)
    assert all(source in text for source in published.values())
    assert "ていたん" not in text
    assert PROGRAMME.city.mascot == ""
