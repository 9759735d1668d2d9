"""Stores the calls that tell named staff of one alert: each name on one account, on the next if that does not work."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from handlers import alerting
from handlers.messages import Way
from scheduler.house import Worded
from storage import alerts, outbox
from storage.alerts import AlertFacts, AlertKind, Receiver, Telling
from storage.facts import ChannelName
from storage.outbox import END_STATES, OutboxKind, OutboxState

PATIENCE = timedelta(seconds=60)  # for a call to be taken, before the same name is told on another account
LIFE = timedelta(hours=1)


_HALTING = frozenset({AlertKind.CHANNEL_HALTED, AlertKind.LOW_QUOTA})
"""Alerts of a channel over which nothing should be told while there is another."""


def tell(connection: Connection, house: Worded, alert: AlertFacts, names: Sequence[str], now: datetime) -> None:
    """Take the next step in telling an alert, its beginning before its end; ``now`` is real time."""
    halted = {one.key.partition(":")[0] for one in (alert, *alerts.list_open(connection)) if one.kind in _HALTING}
    receivers = alerts.list_receivers(connection, names)
    told = alerts.list_tellings(connection, alert.id, is_end=alert.told)
    begun = {one.account_id for one in alerts.list_tellings(connection, alert.id, is_end=False)}
    settled = True
    for name in names:
        own = ordered([one for one in receivers if one.name == name], house, halted, begun)
        before = [one for one in told if one.name == name]
        next_one = _find_next(own, before, now)
        if next_one is not None:
            _store(connection, house, alert, next_one, now)
        settled &= next_one is None and _is_settled(before, alert)
    if settled and (names or alert.ended_at is not None):
        alerts.mark_told(connection, alert.id, is_end=alert.told)


def _find_next(own: Sequence[Receiver], before: Sequence[Telling], now: datetime) -> Receiver | None:
    """Find the account on which a name is told next; None while an earlier one may still take it, or did."""
    for one in before:
        is_young = one.state not in END_STATES and now - one.made_at <= PATIENCE
        if is_young or one.state is OutboxState.ACCEPTED:
            return None
    tried = {one.account_id for one in before}
    return next((one for one in own if one.account_id not in tried), None)


def _is_settled(before: Sequence[Telling], alert: AlertFacts) -> bool:
    """Tell whether nothing more can be done for a name; of an open alert it is told as soon as it has an account."""
    if any(one.state is OutboxState.ACCEPTED for one in before):
        return True
    has_ended = all(one.state in END_STATES for one in before)
    return has_ended and (bool(before) or alert.ended_at is not None)


def ordered(
    receivers: Sequence[Receiver], house: Worded, halted: Collection[str], begun: Collection[int] = ()
) -> list[Receiver]:
    """Order one name's accounts that are switched on.

    An end is told where its beginning was (``begun``); else a channel that works comes first, then one without cost.
    """
    usable = [one for one in receivers if one.channel in house.channels]

    def rank(one: Receiver) -> tuple[bool, bool, bool]:
        return one.account_id not in begun, one.channel in halted, one.channel is ChannelName.LINE

    return sorted(usable, key=rank)


def _store(connection: Connection, house: Worded, alert: AlertFacts, to: Receiver, now: datetime) -> None:
    """Store one call that tells one account, whose end is looked at again in the next round."""
    sender, words = house.channels[to.channel], house.texts.of(to.language)
    said = alerting.compose(alert.kind, alert.key, alert.detail, alert.opened_at, words, is_end=alert.told)
    call = outbox.add(
        connection,
        account_id=to.account_id,
        channel=to.channel,
        bot_id=to.bot_id,
        kind=OutboxKind.ALERT,
        way=Way.PUSH,
        to_key=to.key,
        body=sender.render(said)[0],
        retry_key=str(uuid.uuid4()) if sender.has_retry_key else None,
        state=OutboxState.WAITING,
        due_at=now,
        made_at=now,
        not_after=now + LIFE,
    )
    alerts.add_telling(connection, alert.id, to, call.id, now, is_end=alert.told)
