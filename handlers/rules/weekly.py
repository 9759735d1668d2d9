"""Whether Monday's message may use LINE, and who may order it: pure, and asks nobody."""

import hashlib
import json
from dataclasses import asdict
from datetime import date, datetime, time, timedelta

from handlers.rules.broadcasts import NotDone, is_same_name
from handlers.rules.calendar import TOKYO
from handlers.rules.forecast import Month
from storage.facts import OrderTerms, Shortage, StandingOrder

TOLD_AT, TOLD_UNTIL = time(8, 30), time(21)
"""The hours of its Monday in which a week is told of; on Tuesday it is old."""


def told_from(week: date) -> datetime:
    """Give the moment a week is told of: the Monday after it, half past eight in Tokyo."""
    return datetime.combine(week + timedelta(days=7), TOLD_AT, TOKYO)


def told_until(week: date) -> datetime:
    """Give the moment after which nobody more is told of a week."""
    return datetime.combine(week + timedelta(days=7), TOLD_UNTIL, TOKYO)


def terms_hash(terms: OrderTerms) -> str:
    """Hash what the second person approves: any other terms have another hash."""
    return hashlib.sha256(json.dumps(asdict(terms), sort_keys=True).encode()).hexdigest()


def refuse_approval(order: StandingOrder, by: str, seen_hash: str, *, is_approver: bool) -> NotDone | None:
    """Say why somebody may not approve a standing order; None where they may."""
    if order.approved_at is not None or order.ended_at is not None:
        return NotDone.NOT_NOW
    if is_same_name(by, order.proposed_by):
        return NotDone.OWN
    if not is_approver:
        return NotDone.NOT_APPROVER
    return NotDone.CHANGED if seen_hash != order.terms_hash or seen_hash != terms_hash(order.terms) else None


def find_shortage(messages: int, month: Month, terms: OrderTerms, used_by_order: int) -> Shortage | None:
    """Say why a Monday may not take so many LINE messages; None where it may.

    The reserve is the reminders' and cancellations'; the ceiling is the order's own.
    """
    if messages == 0:
        return None
    if used_by_order + messages > terms.ceiling:
        return Shortage.CEILING
    if not month.is_known:
        return Shortage.UNKNOWN
    return Shortage.RESERVE if month.free is not None and messages > month.free else None
