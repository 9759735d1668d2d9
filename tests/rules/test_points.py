"""What reports earn: caps, the day's limit, refusals in their order, the menu, withdrawal, grams."""

import math
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.rules.points import (
    NoGrams,
    Withdrawal,
    decide_report,
    decide_withdrawal,
    grams_saved,
    milestones,
    offered,
    usual,
)
from storage.facts import (
    Action,
    ActionGroup,
    Cap,
    Earned,
    Effect,
    Factor,
    OnHeatAlert,
    Per,
    Recorded,
    Refusal,
    Refused,
    ReportFacts,
    Season,
)
from tests.factories import TODAY, a_programme, a_report, an_action, some_limits

SUMMER = (Season(first="05-01", last="10-31"),)


def twice(code: str = "bicycle_walk", points: int = 15) -> Action:
    return an_action(code, points=points, cap=Cap(times=2, per=Per.DAY, shared="trips"))


def test_a_first_report_earns_the_points_of_the_action() -> None:
    assert decide_report(a_report()) == Recorded(5, "2022-01-20", 1, Earned.FULL)


def test_the_period_is_that_of_the_day_acted_on() -> None:
    monthly = an_action(cap=Cap(times=4, per=Per.MONTH))
    answer = decide_report(a_report(monthly, on=TODAY - timedelta(days=2)))
    assert answer == Recorded(5, "2022-01", 1, Earned.FULL)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (a_report(on=TODAY + timedelta(days=1)), Refusal.IN_FUTURE),
        (a_report(on=TODAY - timedelta(days=4)), Refusal.TOO_LATE),
        (a_report(an_action(group=ActionGroup.CHECKED_IN)), Refusal.NEEDS_CHECK_IN),
        (a_report(an_action(seasons=SUMMER)), Refusal.OUT_OF_SEASON),
        (a_report(an_action(on_heat_alert=OnHeatAlert.NOT_OFFERED), heat_alert=True), Refusal.HEAT_ALERT),
        (a_report(nth=1, claimed=(1,)), Refusal.ALREADY),
        (a_report(claimed=(1,)), Refusal.CAP_REACHED),
        (a_report(an_action(needs_at_home=2), at_home_on_day=1), Refusal.NEEDS_AT_HOME),
    ],
)
def test_a_report_that_does_not_stand_says_why(facts: ReportFacts, reason: Refusal) -> None:
    assert decide_report(facts) == Refused(reason)


def test_refusals_come_in_a_fixed_order() -> None:
    action = an_action(
        group=ActionGroup.CHECKED_IN, seasons=SUMMER, on_heat_alert=OnHeatAlert.NOT_OFFERED, needs_at_home=2
    )
    all_wrong = {"heat_alert": True, "nth": 1, "claimed": (1,)}
    everyday = {"group": ActionGroup.EVERYDAY}
    in_season = {**everyday, "seasons": ()}
    no_alert = {**in_season, "on_heat_alert": OnHeatAlert.AS_USUAL}
    steps = [
        (action, {**all_wrong, "on": TODAY + timedelta(days=1)}, Refusal.IN_FUTURE),
        (action, {**all_wrong, "on": TODAY - timedelta(days=9)}, Refusal.TOO_LATE),
        (action, all_wrong, Refusal.NEEDS_CHECK_IN),
        (an_action(**{**_fields(action), **everyday}), all_wrong, Refusal.OUT_OF_SEASON),
        (an_action(**{**_fields(action), **in_season}), all_wrong, Refusal.HEAT_ALERT),
        (an_action(**{**_fields(action), **no_alert}), all_wrong, Refusal.ALREADY),
        (an_action(**{**_fields(action), **no_alert}), {"claimed": (1,)}, Refusal.CAP_REACHED),
        (an_action(**{**_fields(action), **no_alert}), {}, Refusal.NEEDS_AT_HOME),
    ]
    assert [decide_report(a_report(one, **facts)) for one, facts, _ in steps] == [Refused(why) for *_, why in steps]


def _fields(action: Action) -> dict[str, object]:
    names = ("group", "seasons", "on_heat_alert", "needs_at_home")
    return {name: getattr(action, name) for name in names}


def test_the_last_late_day_is_still_taken() -> None:
    assert isinstance(decide_report(a_report(on=TODAY - timedelta(days=3))), Recorded)


def test_an_action_that_asks_about_cooling_still_earns_on_a_heat_alert() -> None:
    lights_out = an_action("save_electricity", on_heat_alert=OnHeatAlert.ASK_NOT_COOLING)
    assert decide_report(a_report(lights_out, heat_alert=True)) == Recorded(5, "2022-01-20", 1, Earned.FULL)


def test_two_home_actions_open_the_equivalent() -> None:
    assert isinstance(decide_report(a_report(an_action(needs_at_home=2), at_home_on_day=2)), Recorded)


def test_a_withdrawn_place_is_taken_again() -> None:
    three = an_action(cap=Cap(times=3, per=Per.DAY))
    answer = decide_report(a_report(three, claimed=(2, 3)))
    assert isinstance(answer, Recorded)
    assert answer.n == 1


def test_a_press_takes_the_place_its_button_was_drawn_for() -> None:
    three = an_action(cap=Cap(times=3, per=Per.DAY))
    answer = decide_report(a_report(three, nth=3, claimed=(1,)))
    assert isinstance(answer, Recorded)
    assert answer.n == 3


@pytest.mark.parametrize("nth", [0, -1, 3, 1_000_000])
def test_a_button_outside_the_cap_earns_nothing_however_often_pressed(nth: int) -> None:
    assert decide_report(a_report(twice(), nth=nth)) == Refused(Refusal.CAP_REACHED)


def test_a_shared_cap_counts_the_other_actions_but_keeps_their_buttons_apart() -> None:
    second_trip = decide_report(a_report(twice("public_transport"), nth=1, claimed_by_sharers=1))
    assert second_trip == Recorded(15, "2022-01-20", 1, Earned.FULL)
    third_trip = decide_report(a_report(twice("public_transport"), nth=2, claimed=(1,), claimed_by_sharers=1))
    assert third_trip == Refused(Refusal.CAP_REACHED)


@pytest.mark.parametrize(
    ("before", "points", "earned"),
    [(45, 15, Earned.FULL), (46, 14, Earned.PART), (59, 1, Earned.PART), (60, 0, Earned.DAY_FULL)],
)
def test_everyday_actions_share_the_points_of_a_day(before: int, points: int, earned: Earned) -> None:
    answer = decide_report(a_report(an_action(points=15), everyday_points_on_day=before))
    assert answer == Recorded(points, "2022-01-20", 1, earned)


def test_a_day_over_its_limit_after_a_rule_change_takes_nothing_away() -> None:
    answer = decide_report(a_report(everyday_points_on_day=80))
    assert answer == Recorded(0, "2022-01-20", 1, Earned.DAY_FULL)


def test_an_outing_earns_in_full_beside_the_limit_of_the_day() -> None:
    outing = an_action("cleanup", group=ActionGroup.OUTING, points=20, confirmed_points=50)
    answer = decide_report(a_report(outing, everyday_points_on_day=60))
    assert answer == Recorded(20, "2022-01-20", 1, Earned.FULL)


def test_a_milestone_earns_a_badge_and_no_points_whatever_the_file_says() -> None:
    solar = an_action("solar", group=ActionGroup.MILESTONE, points=500, cap=Cap(times=1, per=Per.EVER))
    assert decide_report(a_report(solar)) == Recorded(0, "ever", 1, Earned.MILESTONE)


def test_an_action_with_points_only_after_review_waits_for_it() -> None:
    exam = an_action("eco_exam", group=ActionGroup.OUTING, points=0, confirmed_points=200)
    assert decide_report(a_report(exam)) == Recorded(0, "2022-01-20", 1, Earned.AWAITS_REVIEW)


# --- Properties: any presses in any order --------------------------------------------------------------------

CATALOGUE = (
    an_action("my_bottle"),
    an_action("compost", points=15),
    an_action("one_delivery", points=40, cap=Cap(times=8, per=Per.MONTH)),
    twice("bicycle_walk"),
    twice("public_transport"),
)
REPORTS = st.lists(
    st.tuples(st.sampled_from(CATALOGUE), st.integers(0, 3), st.one_of(st.none(), st.integers(1, 8))), max_size=60
)


class Ledger:
    """Just enough memory to ask the rule again and again."""

    def __init__(self) -> None:
        self.claims: set[tuple[str, str, int]] = set()
        self.points: dict[int, int] = {}

    def press(self, action: Action, days_ago: int, nth: int | None) -> Recorded | Refused:
        answer = decide_report(self._facts(action, days_ago, nth))
        if isinstance(answer, Recorded):
            claim = (action.code, answer.period, answer.n)
            assert claim not in self.claims, "a claim is made once"
            self.claims.add(claim)
            self.points[days_ago] = self.points.get(days_ago, 0) + answer.points
        return answer

    def withdraw(self, action: Action, days_ago: int, report: Recorded) -> None:
        self.claims.remove((action.code, report.period, report.n))
        self.points[days_ago] -= report.points

    def _facts(self, action: Action, days_ago: int, nth: int | None) -> ReportFacts:
        on = TODAY - timedelta(days=days_ago)
        key = on.isoformat() if action.cap.per is Per.DAY else on.isoformat()[:7]
        sharers = {one.code for one in CATALOGUE if action.cap.shared and one.cap.shared == action.cap.shared}
        return a_report(
            action,
            on=on,
            nth=nth,
            claimed=tuple(n for code, period, n in self.claims if (code, period) == (action.code, key)),
            claimed_by_sharers=sum(
                1 for code, period, _ in self.claims if period == key and code in sharers - {action.code}
            ),
            everyday_points_on_day=self.points.get(days_ago, 0),
        )


@given(REPORTS)
def test_everyday_points_of_a_day_never_exceed_the_limit(reports: list[tuple[Action, int, int | None]]) -> None:
    ledger = Ledger()
    for report in reports:
        ledger.press(*report)
    assert all(points <= 60 for points in ledger.points.values())


@given(REPORTS)
def test_a_cap_is_never_exceeded(reports: list[tuple[Action, int, int | None]]) -> None:
    ledger = Ledger()
    for report in reports:
        ledger.press(*report)
    for action in CATALOGUE:
        name = action.cap.shared or action.code
        sharing = {one.code for one in CATALOGUE if (one.cap.shared or one.code) == name}
        for period in {period for _, period, _ in ledger.claims}:
            standing = [claim for claim in ledger.claims if claim[0] in sharing and claim[1] == period]
            assert len(standing) <= action.cap.times


@given(REPORTS, st.sampled_from(CATALOGUE), st.integers(1, 8))
def test_the_same_press_twice_earns_once(
    before: list[tuple[Action, int, int | None]], action: Action, nth: int
) -> None:
    ledger = Ledger()
    for report in before:
        ledger.press(*report)
    ledger.press(action, 0, nth)
    after_once = dict(ledger.points), set(ledger.claims)
    assert isinstance(ledger.press(action, 0, nth), Refused)
    assert (ledger.points, ledger.claims) == after_once


@given(REPORTS, st.sampled_from(CATALOGUE), st.one_of(st.none(), st.integers(1, 8)))
def test_withdrawing_and_reporting_again_is_the_same_as_reporting_once(
    before: list[tuple[Action, int, int | None]], action: Action, nth: int | None
) -> None:
    ledger = Ledger()
    for report in before:
        ledger.press(*report)
    first = ledger.press(action, 0, nth)
    if isinstance(first, Recorded):
        ledger.withdraw(action, 0, first)
    assert ledger.press(action, 0, nth) == first


# --- The menu ---------------------------------------------------------------------------------------------------

MENU = a_programme(
    actions=(
        an_action("small_first"),
        an_action("small_second"),
        an_action("large", effect=Effect.LARGE),
        an_action("medium", effect=Effect.MEDIUM, group=ActionGroup.OUTING),
        an_action("summer", seasons=SUMMER),
        an_action("cool_biz", on_heat_alert=OnHeatAlert.NOT_OFFERED),
        an_action("lights_out", on_heat_alert=OnHeatAlert.ASK_NOT_COOLING),
        an_action("event_attendance", group=ActionGroup.CHECKED_IN),
        an_action("solar", group=ActionGroup.MILESTONE),
    )
)


def codes(actions: list[Action]) -> list[str]:
    return [action.code for action in actions]


def test_the_menu_sorts_by_effect_and_then_as_the_file_does() -> None:
    menu = offered(MENU, TODAY, heat_alert=False, used={})
    assert codes(menu) == ["large", "medium", "small_first", "small_second", "cool_biz", "lights_out"]


def test_ones_own_habits_stand_first_in_the_menu() -> None:
    menu = offered(MENU, TODAY, heat_alert=False, used={"small_second": 9, "medium": 2, "solar": 50})
    assert codes(menu)[:3] == ["small_second", "medium", "large"]


def test_saving_on_cooling_is_not_suggested_on_a_heat_alert() -> None:
    assert "cool_biz" not in codes(offered(MENU, TODAY, heat_alert=True, used={"cool_biz": 99}))


def test_milestones_stand_in_a_list_of_their_own() -> None:
    assert codes(milestones(MENU)) == ["solar"]


def test_the_usual_card_holds_the_most_used_everyday_actions() -> None:
    used = {"small_first": 1, "large": 3, "medium": 8, "cool_biz": 2, "gone_from_the_file": 5}
    card = usual(MENU, used, some_limits(usual_actions=2), TODAY, heat_alert=False)
    assert codes(card) == ["large", "cool_biz"]


def test_the_usual_card_leaves_out_what_must_first_ask_about_cooling() -> None:
    used = {"lights_out": 3, "small_first": 1, "cool_biz": 2}
    assert codes(usual(MENU, used, some_limits(), TODAY, heat_alert=False)) == ["lights_out", "cool_biz", "small_first"]
    assert codes(usual(MENU, used, some_limits(), TODAY, heat_alert=True)) == ["small_first"]


# --- Withdrawal and grams ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days_ago", "already", "answer"),
    [
        (0, False, Withdrawal.ALLOWED),
        (7, False, Withdrawal.ALLOWED),
        (8, False, Withdrawal.TOO_OLD),
        (0, True, Withdrawal.ALREADY),
        (8, True, Withdrawal.ALREADY),
    ],
)
def test_ones_own_report_is_withdrawn_once_and_in_time(days_ago: int, already: bool, answer: Withdrawal) -> None:
    assert decide_withdrawal(TODAY - timedelta(days=days_ago), TODAY, some_limits(), already) is answer


def a_factor(per: str = "km", grams: int = 128, longest_km: int | None = 60) -> Factor:
    basis = {"ja": "走行時、2022年度"}
    return Factor(
        code="car", title={"ja": "車"}, grams=grams, per=per, basis=basis, source="made up", longest_km=longest_km
    )


@pytest.mark.parametrize(("km", "grams"), [(60, 7680), (0.5, 64), (3.5, 448)])
def test_kilometres_not_driven_are_added_up_in_grams(km: float, grams: int) -> None:
    assert grams_saved(a_factor(), km) == grams


@pytest.mark.parametrize("km", [0, -1, 60.01, math.inf, -math.inf, math.nan])
def test_a_distance_outside_its_limit_saves_nothing(km: float) -> None:
    assert grams_saved(a_factor(), km) is NoGrams.OUT_OF_RANGE


def test_a_distance_without_limit_must_still_be_finite() -> None:
    assert grams_saved(a_factor(longest_km=None), 1000) == 128_000
    assert grams_saved(a_factor(longest_km=None), math.inf) is NoGrams.OUT_OF_RANGE


def test_a_factor_per_kilometre_asks_for_kilometres() -> None:
    assert grams_saved(a_factor()) is NoGrams.NEEDS_KM


def test_a_factor_per_act_needs_no_kilometres() -> None:
    assert grams_saved(a_factor(per="act", grams=470)) == 470


def test_a_figure_per_year_is_never_added_up() -> None:
    assert grams_saved(a_factor(per="year"), 3) is NoGrams.NEVER_ADDED
