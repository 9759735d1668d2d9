"""Which of the outbox's calls are due, and leasing them to one process: the one place that says so. Makes no call."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    Update,
    bindparam,
    exists,
    func,
    or_,
    select,
    text,
)

from storage.bulk import among_given, prepare_among
from storage.database import Instant
from storage.facts import ChannelName
from storage.outbox import OPEN, OUTBOX, URGENCY, OutboxKind, OutboxState, StoredCall, call_of


def claim_due(
    connection: Connection,
    owner: str,
    channels: Sequence[ChannelName],
    now: datetime,
    lease: timedelta,
    limit: int,
    *,
    alone: bool,
    kinds: Collection[OutboxKind] = frozenset(OutboxKind),
    held: Collection[int] = (),
) -> list[StoredCall]:
    """Lease the due calls of some channels and kinds, most urgent first: waiting ones, and those whose owner died.

    ``alone`` says that no other process can be alive (SQLite): then every lease of another owner is dead at once.
    ``held`` are the calls that the owner still has in hand under a lease that may have run out. A lease of its own that
    ran out on any other call is one it never heard of: the connection was lost while it was committed.
    """
    if not channels:
        return []
    # Each kind has an urgency of its own, by which replies are found among a hundred thousand others; the empty words
    # keep SQLite from the index that begins with the channel.
    urgencies = [URGENCY[kind] for kind in kinds]
    wanted = (OUTBOX.c.urgency.in_(urgencies), OUTBOX.c.channel.concat("").in_(channels))
    return lease_held(
        connection, hold_due(connection, owner, now, limit, *wanted, alone=alone, held=held), owner, now, lease
    )


def hold_due(
    connection: Connection,
    owner: str,
    now: datetime,
    limit: int,
    *wanted: ColumnElement[bool],
    alone: bool,
    held: Collection[int],
) -> list[int]:
    """Hold calls that are due until the transaction ends, most urgent first, and leave out what another holds.

    What an account is told about a part is told in order: not before the call about it that was stored earlier ended.
    """
    asked = question(connection.dialect.name, *wanted, alone=alone)
    values = {"owner": owner, "now": now, "most": limit, "held": held}
    return list(connection.execute(asked, values).scalars())


def question(engine: str, *wanted: ColumnElement[bool], alone: bool) -> Select[tuple[int]]:
    """Ask for the calls that are due, and hold them; its values are ``owner``, ``now``, ``most`` and ``held``."""
    now = bindparam("now", type_=Instant())
    lost = (OUTBOX.c.leased_until < now) & ~among_given(engine, OUTBOX.c.id, "held")
    if alone:
        lost |= OUTBOX.c.leased_by != bindparam("owner")
    waiting = (OUTBOX.c.state == OutboxState.WAITING) & (OUTBOX.c.due_at <= now)
    due = or_(waiting, (OUTBOX.c.state == OutboxState.SENDING) & lost)
    asked = select(OUTBOX.c.id).where(OPEN, *wanted, due, ~_is_behind_another())
    ordered = asked.order_by(OUTBOX.c.urgency, OUTBOX.c.id).limit(bindparam("most", type_=Integer()))
    return ordered.with_for_update(skip_locked=True)


def _leasing(held: ColumnElement[bool]) -> Update:
    is_sending = OUTBOX.c.state == OutboxState.SENDING
    values = {
        "state": OutboxState.SENDING,
        "leased_by": bindparam("owner"),
        "leased_until": bindparam("until"),
        "attempts": OUTBOX.c.attempts + 1,
        "first_tried_at": func.coalesce(OUTBOX.c.first_tried_at, bindparam("now", type_=Instant())),
        "was_unknown": OUTBOX.c.was_unknown | is_sending,
    }
    return OUTBOX.update().where(held).values(**values).returning(*(OUTBOX.c[name] for name in StoredCall.__slots__))


_LEASE = prepare_among(OUTBOX.c.id, _leasing)


def lease_held(
    connection: Connection, call_ids: Sequence[int], owner: str, now: datetime, lease: timedelta
) -> list[StoredCall]:
    """Lease held calls, in their order.

    The try is counted before it is made; a call that was being tried when its owner died may have been taken.
    """
    if not call_ids:
        return []
    rows = _LEASE.all(connection, numbers=call_ids, owner=owner, now=now, until=now + lease)
    leased = {row.id: call_of(row) for row in rows}
    return [leased[number] for number in call_ids]


def _is_behind_another() -> ColumnElement[bool]:
    """Tell whether an earlier call to the same account about the same part is still open."""
    earlier = OUTBOX.alias("earlier")
    same = (earlier.c.account_id == OUTBOX.c.account_id, earlier.c.part_id == OUTBOX.c.part_id)
    return exists().where(*same, earlier.c.id < OUTBOX.c.id, text("earlier.state IN ('waiting', 'sending')"))
