"""The standing order for Monday's message: proposed by one, approved by another, and carried out week by week.

Each act is written to the audit trail in the same transaction. Seals and sends nothing.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from handlers import broadcasting
from handlers.rules import broadcasts as broadcast_rules
from handlers.rules import weekly as rule
from handlers.rules.broadcasts import NotDone
from handlers.rules.forecast import Forecast
from handlers.rules.preflight import Seen
from storage import approvers, audit, standing_orders
from storage.database import ConflictError
from storage.facts import BroadcastContent, OrderTerms, Shortage, StandingOrder, WeeklyPush


class OrderRefusedError(Exception):
    """An act on a standing order that is not done, and why."""

    def __init__(self, reason: NotDone) -> None:
        super().__init__(str(reason))
        self.reason = reason


def propose(connection: Connection, terms: OrderTerms, *, by: str, now: datetime) -> int:
    """Propose a standing order for another person to approve; gives its number. Nothing goes out under it yet."""
    number = standing_orders.add(connection, terms, rule.terms_hash(terms), by, now)
    _write_down(connection, number, "propose", by, now, f"{terms.ceiling} a month")
    return number


def approve(connection: Connection, order_id: int, seen_hash: str, *, by: str, now: datetime) -> None:
    """Approve what another person proposed; the order before it ends. That it is ``by``, the caller has made sure."""
    order, approver = standing_orders.find(connection, order_id), approvers.find(connection, by)
    if order is None:
        raise OrderRefusedError(NotDone.NOT_NOW)
    refused = rule.refuse_approval(order, by, seen_hash, is_approver=approver is not None)
    if refused:
        raise OrderRefusedError(refused)
    standing_orders.approve(connection, order_id, by, now)
    _write_down(connection, order_id, "approve", by, now, seen_hash)


def end(connection: Connection, order_id: int, *, by: str, now: datetime) -> None:
    """End a standing order, or take a proposal back: one person is enough to stop."""
    if not standing_orders.end(connection, order_id, by, now):
        raise OrderRefusedError(NotDone.NOT_NOW)
    _write_down(connection, order_id, "end", by, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Monday:
    """One week's message as it is to go out; ``told`` is None where there is nobody to tell."""

    week: date
    told: "Told | None"
    shortage: Shortage | None


@dataclass(frozen=True, slots=True)
class Told:
    """The broadcast of a Monday, what its look-through is told, and what it takes."""

    content: BroadcastContent
    seen: Seen
    forecast: Forecast


def carry_out(connection: Connection, order: StandingOrder, monday: Monday, now: datetime, real_now: datetime) -> bool:
    """Make the week's broadcast under the order's two names, once; False when the week's message was made already.

    ConflictError when another transaction makes it just now. BroadcastRefusedError where the order's approver may not
    approve any more, or the quota was used up meanwhile.
    """
    if standing_orders.find_push(connection, monday.week) is not None:
        return False
    told = monday.told
    number = None if told is None else _broadcast(connection, order, monday.week, told, now, real_now)
    push = WeeklyPush(
        week=monday.week,
        order_id=order.id,
        broadcast_id=number,
        shortage=monday.shortage,
        line_messages=told.forecast.line_messages if told else 0,
        made_at=real_now,
    )
    if not standing_orders.add_push(connection, push):
        raise ConflictError(f"the message of {monday.week} was made meanwhile")
    return True


def _broadcast(
    connection: Connection, order: StandingOrder, week: date, told: Told, now: datetime, real_now: datetime
) -> int:
    """Lead a broadcast to armed at once: whoever approved the order approved each week of it."""
    author, approver, seen = order.proposed_by, order.approved_by or "", broadcast_rules.content_hash(told.content)
    number = broadcasting.draft(connection, told.content, by=author, now=now, occasion=f"weekly:{week}")
    broadcasting.submit(connection, number, told.seen, seen, by=author, now=now)
    broadcasting.approve(connection, number, seen, by=approver, now=now)
    broadcasting.arm(connection, number, told.forecast, by=author, now=now, real_now=real_now)
    return number


def _write_down(connection: Connection, order_id: int, act: str, by: str, now: datetime, detail: str = "") -> None:
    audit.add(connection, by, f"order.{act}", f"order:{order_id}", now, detail)
