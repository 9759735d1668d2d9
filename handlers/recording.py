"""Records one report: loads the facts, lets the rule decide, stores the entry. Says nothing."""

from collections.abc import Mapping
from datetime import date

from handlers.rules import calendar, points
from handlers.talk import Talk
from storage import ledger
from storage.facts import Action, ActionGroup, Recorded, Refused, ReportFacts
from storage.ledger import EntryKind

Claims = Mapping[tuple[str, str], tuple[int, ...]]


def period_of(talk: Talk, action: Action, on: date) -> str:
    """Name the stretch of the calendar that an action's cap counts in on a day."""
    return calendar.period_key(action.cap.per, on, talk.programme.limits.fiscal_year_starts_month)


def claims_on(talk: Talk, on: date) -> Claims:
    """Load the claims that stand in every period a day belongs to."""
    periods = {period_of(talk, action, on) for action in talk.programme.actions}
    return ledger.list_claims(talk.connection, talk.joined.id, periods) if talk.person else {}


def claimed(talk: Talk, action: Action, on: date, claims: Claims) -> tuple[tuple[int, ...], int]:
    """Give the n an action has used up, and how often others on the same shared cap were used."""
    period = period_of(talk, action, on)
    sharers = [
        other.code
        for other in talk.programme.actions
        if action.cap.shared and other.cap.shared == action.cap.shared and other.code != action.code
    ]
    return claims.get((action.code, period), ()), sum(len(claims.get((code, period), ())) for code in sharers)


def next_n(talk: Talk, action: Action, on: date, claims: Claims) -> int | None:
    """Give the n that a fresh button is drawn for; None when the cap is reached."""
    own, others = claimed(talk, action, on, claims)
    if len(own) + others >= action.cap.times:
        return None
    return next(n for n in range(1, action.cap.times + 1) if n not in own)


def record(talk: Talk, action: Action, on: date, nth: int | None, place: int = 0) -> tuple[Recorded | Refused, int]:
    """Decide and store one report; gives the decision and the entry's number (0 when refused).

    ``place`` tells several reports of one event apart: one event never counts one of them twice.
    """
    decision = points.decide_report(_facts(talk, action, on, nth))
    if isinstance(decision, Refused):
        return decision, 0
    entry_id = ledger.add_entry(
        talk.connection,
        person_id=talk.joined.id,
        account_id=talk.account.id,
        kind=EntryKind.REPORT,
        reference=f"{talk.event_id}:{place}",
        action=action.code,
        acted_on=on,
        entered_at=talk.now,
        points=decision.points,
        confirmed=False,
        counts_for_board=calendar.counts_for_board(on, talk.said_at),
        rule_version=talk.programme.version,
        period=decision.period,
        n=decision.n,
        co2_grams=_grams(action),
        detail="",
    )
    return decision, entry_id


def _facts(talk: Talk, action: Action, on: date, nth: int | None) -> ReportFacts:
    claims = ledger.list_claims(talk.connection, talk.joined.id, {period_of(talk, action, on)})
    own, others = claimed(talk, action, on, claims)
    done = ledger.list_day(talk.connection, talk.joined.id, on)
    known = {code: talk.programme.action(code) for code, _, _ in done}
    everyday = sum(p for code, _, p in done if (a := known[code]) and a.group is ActionGroup.EVERYDAY)
    return ReportFacts(
        action=action,
        on=on,
        today=talk.on,
        limits=talk.programme.limits,
        claimed=own,
        claimed_by_sharers=others,
        everyday_points_on_day=everyday,
        at_home_on_day=sum(times for code, times, _ in done if (a := known[code]) and a.at_home),
        heat_alert=talk.is_heat_alert(on),
        nth=nth,
    )


def _grams(action: Action) -> int:
    """Sum what one act saves by itself; kilometres are asked for later."""
    return sum(factor.grams for factor in action.factors if factor.per == "act")
