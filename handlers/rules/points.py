"""Decides what a report earns and what is offered for reporting; may not store, send or look at a clock."""

import math
from collections.abc import Mapping
from datetime import date
from enum import Enum

from handlers.rules.calendar import in_season, late_days_open, period_key
from storage.facts import (
    Action,
    ActionGroup,
    Earned,
    Effect,
    Factor,
    Limits,
    OnHeatAlert,
    Programme,
    Recorded,
    Refusal,
    Refused,
    ReportFacts,
)

_BY_EFFECT = (Effect.LARGE, Effect.MEDIUM, Effect.SMALL)
_ON_ONES_WORD = (ActionGroup.EVERYDAY, ActionGroup.OUTING)


class Withdrawal(Enum):
    """The answer to withdrawing one's own report."""

    ALLOWED = "allowed"
    ALREADY = "already"
    TOO_OLD = "too_old"
    CORRECTED = "corrected"


class NoGrams(Enum):
    """Why a factor gives no grams that may be added up."""

    NEVER_ADDED = "never_added"  # a per-year figure stands beside the action as a guide
    NEEDS_KM = "needs_km"
    OUT_OF_RANGE = "out_of_range"


def decide_report(facts: ReportFacts) -> Recorded | Refused:
    """Decide what one report earns, or why it does not stand (action catalogue: points, caps, heat alert).

    The refusals are tried in the order in which a person can understand them: first the day, then the action,
    then one's own earlier reports.
    """
    reason = _refusal(facts)
    if reason is not None:
        return Refused(reason)
    points, earned = _worth(facts)
    period = period_key(facts.action.cap.per, facts.on, facts.limits.fiscal_year_starts_month)
    return Recorded(points, period, _place(facts), earned)


def _refusal(facts: ReportFacts) -> Refusal | None:
    return _refusal_by_day(facts) or _refusal_by_action(facts) or _refusal_by_claims(facts)


def _refusal_by_day(facts: ReportFacts) -> Refusal | None:
    if facts.on > facts.today:
        return Refusal.IN_FUTURE
    return None if facts.on in late_days_open(facts.today, facts.limits) else Refusal.TOO_LATE


def _refusal_by_action(facts: ReportFacts) -> Refusal | None:
    if facts.action.group is ActionGroup.CHECKED_IN:
        return Refusal.NEEDS_CHECK_IN
    if not in_season(facts.action, facts.on):
        return Refusal.OUT_OF_SEASON
    return Refusal.HEAT_ALERT if _not_offered(facts.action, facts.heat_alert) else None


def _refusal_by_claims(facts: ReportFacts) -> Refusal | None:
    cap = facts.action.cap
    if facts.nth in facts.claimed:
        return Refusal.ALREADY
    beyond = facts.nth is not None and not 1 <= facts.nth <= cap.times  # drawn under an older rule, or forged
    if beyond or len(facts.claimed) + facts.claimed_by_sharers >= cap.times:
        return Refusal.CAP_REACHED
    return Refusal.NEEDS_AT_HOME if facts.at_home_on_day < facts.action.needs_at_home else None


def _place(facts: ReportFacts) -> int:
    """Take the n the button was drawn for, else the lowest free one; a withdrawn n is free again."""
    if facts.nth is not None:
        return facts.nth
    return next(n for n in range(1, facts.action.cap.times + 1) if n not in facts.claimed)


def _worth(facts: ReportFacts) -> tuple[int, Earned]:
    action = facts.action
    if action.group is ActionGroup.MILESTONE:
        return 0, Earned.MILESTONE
    if action.points == 0 and action.confirmed_points:
        return 0, Earned.AWAITS_REVIEW
    if action.group is ActionGroup.EVERYDAY:
        return _worth_of_everyday(facts)
    return action.points, Earned.FULL


def _worth_of_everyday(facts: ReportFacts) -> tuple[int, Earned]:
    """Share the day's points: all everyday actions together earn at most 60 a calendar day without confirmation."""
    left = max(0, facts.limits.everyday_points_a_day - facts.everyday_points_on_day)
    if facts.action.points <= left:
        return facts.action.points, Earned.FULL
    return (left, Earned.PART) if left else (0, Earned.DAY_FULL)


def _not_offered(action: Action, heat_alert: bool) -> bool:
    return heat_alert and action.on_heat_alert is OnHeatAlert.NOT_OFFERED


def offered(programme: Programme, today: date, heat_alert: bool, used: Mapping[str, int]) -> list[Action]:
    """List the actions of the report menu: one's own habit first, then effect 大 to 小, then the file's order.

    Action catalogue: lists sort by effect and by one's own habit; heat alert: saving on cooling is not suggested.
    ``used`` counts a person's reports by action code. Milestones stand apart (`milestones`).
    """
    open_today = [
        action
        for action in programme.actions
        if action.group in _ON_ONES_WORD and in_season(action, today) and not _not_offered(action, heat_alert)
    ]
    return sorted(open_today, key=lambda action: (-used.get(action.code, 0), _BY_EFFECT.index(action.effect)))


def milestones(programme: Programme) -> list[Action]:
    """List purchases and contracts, which earn a badge and never points, in the file's order (milestones)."""
    return [action for action in programme.actions if action.group is ActionGroup.MILESTONE]


def usual(programme: Programme, used: Mapping[str, int], limits: Limits, today: date, heat_alert: bool) -> list[Action]:
    """List a person's most used everyday actions, at most ``usual_actions``, for the card of one tap.

    On a heat alert an action that must first ask about cooling is left out: one tap leaves no room to ask.
    """
    habits = [
        action
        for action in offered(programme, today, heat_alert, used)
        if action.group is ActionGroup.EVERYDAY
        and used.get(action.code, 0) > 0
        and not (heat_alert and action.on_heat_alert is OnHeatAlert.ASK_NOT_COOLING)
    ]
    return habits[: limits.usual_actions]


def decide_withdrawal(
    entry_day: date, today: date, limits: Limits, already_withdrawn: bool, *, corrected: bool = False
) -> Withdrawal:
    """Decide whether one's own report may be taken back: within ``withdraw_days`` of the day given, and once.

    ``corrected``: staff have taken so much of the action's points that the report's are no longer there.
    """
    if already_withdrawn:
        return Withdrawal.ALREADY
    if corrected:
        return Withdrawal.CORRECTED
    return Withdrawal.ALLOWED if (today - entry_day).days <= limits.withdraw_days else Withdrawal.TOO_OLD


def grams_saved(factor: Factor, km: float | None = None) -> int | NoGrams:
    """Give the grams of CO2 that may be added up for one act or a distance in kilometres.

    Rules on figures: only per-act and per-km factors accumulate; the km of a trip are limited
    (``0 < km <= longest_km``; walk 20, bicycle 60, bus and rail 150).
    """
    if factor.per == "act":
        return factor.grams
    if factor.per != "km":
        return NoGrams.NEVER_ADDED
    if km is None:
        return NoGrams.NEEDS_KM
    longest = math.inf if factor.longest_km is None else factor.longest_km
    return round(factor.grams * km) if math.isfinite(km) and 0 < km <= longest else NoGrams.OUT_OF_RANGE
