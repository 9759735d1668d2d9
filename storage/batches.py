"""The calls in the outbox that nobody waits for: taken at a pace, and withdrawn with their broadcast. Makes no call."""

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import ColumnElement, Connection, Select, bindparam, exists, func, or_, select

from storage import deliveries
from storage.bulk import among_given
from storage.claims import question
from storage.database import Instant
from storage.deliveries import DELIVERIES
from storage.facts import ChannelName, DeliveryState
from storage.outbox import EMPTY, OF_BROADCAST, OPEN, OUTBOX, REPLIES, OutboxState
from storage.prepared import Prepared

_COUNT_AHEAD = Prepared(
    select(func.count().label("number")).where(
        OF_BROADCAST, OUTBOX.c.broadcast_id == bindparam("broadcast"), OUTBOX.c.channel == bindparam("on")
    )
)
_EMPTY_ENDED = Prepared(OUTBOX.update().where(OUTBOX.c.id == bindparam("call")).values(**EMPTY))
_FIRST_OPEN = Prepared(
    select(OUTBOX.c.id)
    .where(
        OPEN,
        OUTBOX.c.channel == bindparam("on"),
        OUTBOX.c.way == bindparam("by"),
        *(OUTBOX.c.kind != kind for kind in REPLIES),
    )
    .limit(1)
)


def has_paced(connection: Connection, channel: ChannelName, way: str) -> bool:
    """Tell whether any call that nobody waits for is open on one channel and way: a probe, for mostly none is."""
    return _FIRST_OPEN.first(connection, on=channel, by=way) is not None


def hold_paced(
    connection: Connection,
    owner: str,
    channel: ChannelName,
    way: str,
    broadcast_ids: Collection[int],
    now: datetime,
    limit: int,
    *,
    alone: bool,
    held: Collection[int],
    chat_gap: timedelta,
) -> list[int]:
    """Hold the calls that nobody waits for of one channel and way, most urgent first, until the transaction ends.

    Of broadcasts only those of ``broadcast_ids`` may go now. An account to which another call is being made, or was
    made within ``chat_gap``, is left out. Gives the calls' numbers, for `lease_held`.
    """
    asked = {"on": channel, "by": way, "broadcasts": broadcast_ids, "owner": owner, "now": now, "most": limit}
    asked |= {"held": held} | ({"since": now - chat_gap} if chat_gap else {})
    return [row.id for row in _paced(alone=alone, has_gap=bool(chat_gap)).all(connection, **asked)]


@cache
def _paced(*, alone: bool, has_gap: bool) -> Prepared:
    sqlite, postgresql = (_paced_on(engine, alone, has_gap) for engine in ("sqlite", "postgresql"))
    return Prepared(sqlite, postgresql=postgresql)


def _paced_on(engine: str, alone: bool, has_gap: bool) -> Select[tuple[int]]:
    """Ask for calls that nobody waits for, as it is asked many times a second."""
    wanted = [OUTBOX.c.channel == bindparam("on"), OUTBOX.c.way == bindparam("by")]
    wanted += [OUTBOX.c.kind != kind for kind in REPLIES]
    ours = among_given(engine, OUTBOX.c.broadcast_id, "broadcasts")
    wanted.append(or_(OUTBOX.c.broadcast_id.is_(None), ours))
    if has_gap:
        wanted.append(~_is_chat_busy())
    return question(engine, *wanted, alone=alone)


def _is_chat_busy() -> ColumnElement[bool]:
    """Tell whether another call to the same account is being made, or was made since a moment."""
    other = OUTBOX.alias("other")
    recent = or_(other.c.state == OutboxState.SENDING, other.c.ended_at > bindparam("since", type_=Instant()))
    return exists().where(other.c.account_id == OUTBOX.c.account_id, other.c.id != OUTBOX.c.id, recent)


def count_ahead(connection: Connection, broadcast_id: int, channel: ChannelName) -> int:
    """Count the calls of a broadcast on a channel that have not ended: few, for they are sealed just ahead."""
    return int(_COUNT_AHEAD.one(connection, broadcast=broadcast_id, on=channel).number)


def withdraw(connection: Connection, broadcast_id: int, now: datetime, limit: int) -> list[tuple[int, str, bool]]:
    """End calls of a broadcast that is not told any more; gives each with its channel and whether it may be taken.

    A call that is being tried just then is not touched, unless its owner has died.
    """
    lost = (OUTBOX.c.state == OutboxState.SENDING) & (OUTBOX.c.leased_until < now)
    idle = or_(OUTBOX.c.state == OutboxState.WAITING, lost)
    ours = (OF_BROADCAST, OUTBOX.c.broadcast_id == broadcast_id, idle)
    columns = (OUTBOX.c.id, OUTBOX.c.channel, (OUTBOX.c.was_unknown | lost).label("unsure"))
    rows = connection.execute(select(*columns).where(*ours).limit(limit).with_for_update(skip_locked=True)).all()
    ended = {"ended_at": now, "detail": "withdrawn", "leased_until": None, **EMPTY}
    for state, unsure in ((OutboxState.UNKNOWN, True), (OutboxState.SKIPPED, False)):
        if few := [row.id for row in rows if bool(row.unsure) is unsure]:
            connection.execute(OUTBOX.update().where(OUTBOX.c.id.in_(few)).values(**ended, state=state))
    return [(row.id, row.channel, bool(row.unsure)) for row in rows]


def empty_ended(connection: Connection, call_id: int) -> None:
    """Empty a call that has ended; whose it was stays, so that no other follows too soon."""
    _EMPTY_ENDED.change(connection, call=call_id)


def list_taken(connection: Connection, broadcast_id: int, account_ids: Collection[int]) -> list[tuple[int, str, str]]:
    """List the messages of a broadcast that the platform took for some accounts, as (account, language, its number).

    Only as long as their calls are kept.
    """
    joined = DELIVERIES.join(OUTBOX, OUTBOX.c.id == DELIVERIES.c.outbox_id)
    ours = (DELIVERIES.c.broadcast_id == broadcast_id, DELIVERIES.c.account_id.in_(account_ids))
    taken = (DELIVERIES.c.state == DeliveryState.ACCEPTED, OUTBOX.c.request_id.is_not(None))
    columns = (DELIVERIES.c.account_id, DELIVERIES.c.language, OUTBOX.c.request_id)
    rows = connection.execute(select(*columns).select_from(joined).where(*ours, *taken))
    return [(row.account_id, row.language, row.request_id) for row in rows]


def find_post(connection: Connection, call_id: int) -> tuple[ChannelName, str, str] | None:
    """Find a post that the platform took, as (platform, public channel, its number there); None once it is emptied."""
    taken = (OUTBOX.c.id == call_id, OUTBOX.c.state == OutboxState.ACCEPTED, OUTBOX.c.to_key != "")
    columns = (OUTBOX.c.channel, OUTBOX.c.to_key, OUTBOX.c.request_id)
    row = connection.execute(select(*columns).where(*taken, OUTBOX.c.request_id.is_not(None))).first()
    return None if row is None else (ChannelName(row.channel), row.to_key, row.request_id)


def take_apart(connection: Connection, call_id: int, now: datetime) -> bool:
    """End a call to many that was never tried, so that those it was for are sealed anew; else False.

    One that was tried must stay as it is until it has ended, for its key stands for these very bytes; it is emptied
    then.
    """
    ours = (OUTBOX.c.id == call_id, OUTBOX.c.state == OutboxState.WAITING, OUTBOX.c.attempts == 0)
    ended = {"state": OutboxState.SKIPPED, "ended_at": now, "detail": "taken apart", **EMPTY}
    return connection.execute(OUTBOX.update().where(*ours).values(**ended)).rowcount == 1


def forget_accounts(connection: Connection, account_ids: Collection[int], now: datetime) -> None:
    """Take accounts whose person leaves out of every broadcast; before their calls and they themselves are removed.

    A call to many that was never tried is taken apart: the others are sealed anew. One that was tried stays as it is,
    for its key stands for its bytes, and is emptied when it has ended, at most 23 hours later.
    """
    deliveries.leave(connection, account_ids, now)  # from here on nobody can seal them
    for broadcast_id, call_id in deliveries.list_calls(connection, account_ids):
        call = connection.execute(select(OUTBOX).where(OUTBOX.c.id == call_id).with_for_update()).one()
        if call.account_id is not None:
            state = DeliveryState.UNKNOWN if call.attempts else DeliveryState.SKIPPED
            deliveries.end_call(connection, broadcast_id, call_id, ChannelName(call.channel), state, "left", now)
        elif take_apart(connection, call_id, now):
            deliveries.unseal(connection, broadcast_id, call_id)
    deliveries.leave(connection, account_ids, now)
    deliveries.unlink(connection, account_ids)
