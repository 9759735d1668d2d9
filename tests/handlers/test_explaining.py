"""How an action counts is told beside its receipt and in a list of its own."""

import pytest

from handlers.rules import points
from storage.facts import Effect
from tests.handlers.test_reporting import city_points
from tests.town import Town, kitaq


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_receipt_leads_to_what_counts_and_what_does_not(town: Town, language: str) -> None:
    citizen = town.citizen(language)
    citizen.press("r:my_bottle:2022-01-20:1")
    citizen.tap({"ja": "数え方", "en": "How it counts"}[language])
    action = town.programme.action("my_bottle")
    assert action is not None
    assert action.counts_as[language] in citizen.words()
    assert action.does_not_count[language] in citizen.words()
    assert action.figures[0].source in citizen.words()
    assert {"ja": "効果 小", "en": "Effect: small"}[language] in citizen.words()


@pytest.mark.parametrize("action", kitaq().actions, ids=lambda action: action.code)
def test_every_action_is_explained_with_every_figure_and_its_source(town: Town, action) -> None:
    citizen = town.citizen()
    citizen.press(f"how:{action.code}")
    assert action.counts_as["ja"] in citizen.words()
    for figure in (*action.figures, *action.factors):
        assert figure.source in citizen.words()
        assert figure.basis["ja"] in citizen.words()


def test_three_marks_list_the_whole_catalogue(town: Town) -> None:
    citizen = town.citizen()
    shown = []
    for effect in Effect:
        citizen.press(f"effects:{effect}")
        shown += [c.data.removeprefix("how:") for c in citizen.buttons() if c.data.startswith("how:")]
    assert sorted(shown) == sorted(action.code for action in town.programme.actions)


def test_an_explained_action_is_recorded_with_one_tap_once(town: Town) -> None:
    citizen = town.citizen()
    citizen.press("how:my_bottle")
    citizen.tap("記録する")
    assert city_points(town) == 5
    citizen.press("how:my_bottle")
    assert "記録する" not in [c.label for c in citizen.buttons()]


def test_what_is_not_offered_today_has_no_button_to_record_it(town: Town) -> None:
    citizen = town.citizen()
    open_today = {action.code for action in points.offered(town.programme, town.now.date(), False, {})}
    citizen.press("how:event_attendance")
    assert "event_attendance" not in open_today
    assert "記録する" not in [c.label for c in citizen.buttons()]


def test_an_avoided_redelivery_shows_what_it_saved_with_its_source(town: Town) -> None:
    citizen = town.citizen()
    citizen.press("r:one_delivery:2022-01-20:1")
    assert "約470 g" in citizen.words()
    assert "国土交通省 2015年" in citizen.words()


def test_an_explanation_names_the_actions_that_share_its_cap(town: Town) -> None:
    citizen = town.citizen()
    citizen.press("how:bicycle_walk")
    assert "「公共交通で移動」と合わせて数えます" in citizen.words()
    citizen.press("how:my_bag")
    assert "合わせて" not in citizen.words()


def test_the_word_on_the_button_can_be_typed(town: Town) -> None:
    citizen = town.citizen()
    citizen.text("数え方")
    assert "知りたい行動を選んでください" in citizen.words()
