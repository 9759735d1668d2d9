"""Gathers what a forecast is made of: who would be told, and what LINE's month still holds. Changes nothing."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from handlers.rules import forecast
from handlers.rules.forecast import Forecast, Month, Plan
from storage import audiences, broadcasts, quotas, tallies
from storage.facts import AudienceCount, BroadcastContent, ChannelName, DeliveryState

TO_COME = (DeliveryState.WAITING, DeliveryState.SEALED)


def foresee(
    connection: Connection,
    content: BroadcastContent,
    plan: Plan,
    rates: Mapping[ChannelName, float],
    *,
    now: datetime,
    real_now: datetime,
    counts: Sequence[AudienceCount] | None = None,
) -> Forecast:
    """Foresee what a broadcast takes; it is asked outside of any transaction that writes.

    ``rates`` are accounts a second, by channel; ``now`` is calendar time, in which the broadcast is dated. Without
    ``counts`` its audience is counted now, which reads every account.
    """
    if counts is None:
        counts = audiences.count(connection, content.audience, now)
    month = line_month(connection, real_now + (max(content.send_at, now) - now), real_now)
    return forecast.foresee(content, counts, month, plan, rates, now)


def line_month(connection: Connection, at: datetime, real_now: datetime) -> Month:
    """Tell what LINE's month of a real moment holds; a month to come holds what this one does, and nothing is used."""
    quota = quotas.find(connection, ChannelName.LINE, real_now)
    promised = sum(_line_messages(connection, *promise) for promise in broadcasts.list_promised(connection))
    if quota is None:
        return Month(promised=promised, is_known=False)
    used = quota.used if quotas.month_of(at) == quota.month else 0
    return Month(used=used, most=quota.most, reserve=quota.reserve, promised=promised)


def _line_messages(connection: Connection, broadcast_id: int, total: int | None, foreseen: int) -> int:
    """Tell how many LINE messages a broadcast will still use: those that wait, once all its deliveries are known."""
    if total is None:
        return foreseen
    counted = tallies.list_of(connection, broadcast_id)
    return sum(one.number for one in counted if one.channel is ChannelName.LINE and one.state in TO_COME)
