"""Deliveries: one row for each account of each broadcast, from the snapshot to its end state. Sends nothing."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Index,
    Select,
    bindparam,
    case,
    exists,
    func,
    literal,
    literal_column,
    select,
    text,
)
from sqlmodel import Field, SQLModel

from storage import tallies
from storage.accounts import ACCOUNTS
from storage.database import BigId, ConflictError, Instant, table_of
from storage.facts import ChannelName, DeliveryState
from storage.prepared import Prepared

TOLD = (DeliveryState.SEALED, DeliveryState.ACCEPTED, DeliveryState.UNKNOWN)
"""The states of a delivery that reached its account, may have, or is about to."""


class Delivery(SQLModel, table=True):
    """One account of one broadcast. ``person_id`` is whose account it was when it was sealed."""

    broadcast_id: int = Field(primary_key=True, sa_type=BigId)
    account_id: int = Field(primary_key=True, sa_type=BigId)
    turn: int = 0  # 0 for the account its person is told on first; the others' turn comes when those have ended
    channel: str
    bot_id: str
    language: str  # of the text it gets
    state: str
    reason: str = ""
    is_capped: bool = False  # counts for what a person is told in a week
    person_id: int | None = Field(default=None, sa_type=BigId)
    outbox_id: int | None = Field(default=None, sa_type=BigId)
    sealed_at: datetime | None = Field(default=None, sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)


DELIVERIES = table_of(Delivery)
_PRIME = 2**31 - 1
# Literals, not parameters: SQLite uses an index of some rows only where it can read the same list in the question.
WAITING = DELIVERIES.c.state == literal_column("'waiting'")
SEALED = DELIVERIES.c.state == literal_column("'sealed'")
_WAITING_ROW, _SEALED_ROW = text("state = 'waiting'"), text("state = 'sealed'")
_LOT = (DELIVERIES.c.turn, DELIVERIES.c.channel, DELIVERIES.c.bot_id, DELIVERIES.c.language)
Index(
    "delivery_waiting",
    DELIVERIES.c.broadcast_id,
    *_LOT,
    DELIVERIES.c.account_id,
    sqlite_where=_WAITING_ROW,
    postgresql_where=_WAITING_ROW,
)
Index(
    "delivery_sealed",
    DELIVERIES.c.broadcast_id,
    DELIVERIES.c.outbox_id,
    sqlite_where=_SEALED_ROW,
    postgresql_where=_SEALED_ROW,
)
Index("delivery_of_account", DELIVERIES.c.account_id)


_OURS = DELIVERIES.c.broadcast_id == bindparam("ours")
_A_LOT = select(*_LOT).where(_OURS, WAITING).order_by(*_LOT).limit(1)
_FIRST_LOT = Prepared(_A_LOT)
_SAME = [column == bindparam(f"lot_{column.name}") for column in _LOT]
# The lot of the same turn that follows one: the next language, else bot, else channel. A question each: of a comparison
# of whole rows SQLite would use the first column alone, and walk through the lot.
_NEXT_LOTS = [
    Prepared(_A_LOT.where(*_SAME[:place], _LOT[place] > bindparam(f"lot_{_LOT[place].name}"))) for place in (3, 2, 1)
]
_SEALING = DELIVERIES.update().values(state="sealed", sealed_at=bindparam("now"), outbox_id=bindparam("call"))
_SEAL_ROW = Prepared(
    _SEALING.where(
        _OURS,
        WAITING,
        *_SAME,
        DELIVERIES.c.account_id.between(bindparam("first"), bindparam("last")),
    )
)
_SEAL_ONE = Prepared(_SEALING.where(_OURS, DELIVERIES.c.account_id == bindparam("account")))
_END_CALL = Prepared(
    DELIVERIES.update()
    .where(_OURS, DELIVERIES.c.outbox_id == bindparam("call"), SEALED)
    .values(state=bindparam("became"), reason=bindparam("why"), ended_at=bindparam("now"))
)


@dataclass(frozen=True, slots=True, order=True)
class Lot:
    """Deliveries of one broadcast that are sent the same words by the same bot, and may share a call."""

    turn: int
    channel: ChannelName
    bot_id: str
    language: str


@dataclass(frozen=True, slots=True)
class Draw:
    """A draw by lot: who is drawn is not told. Two numbers below 2**31 make it another draw for each broadcast."""

    percent: int
    factor: int
    shift: int


def add_piece(
    connection: Connection,
    broadcast_id: int,
    chosen: Select[Any],
    languages: Collection[str],
    otherwise: str,
    draw: Draw,
    *,
    is_capped: bool,
) -> None:
    """Add a piece of a snapshot: accounts ``chosen`` as storage.audiences selects them, in one statement.

    ``languages`` are those that there is a text in; an account of another one gets ``otherwise``.
    """
    piece = chosen.subquery()
    drawn = _is_drawn(func.coalesce(piece.c.person_id, piece.c.id), draw)
    state = case((drawn, DeliveryState.HELD_OUT.value), else_=DeliveryState.WAITING.value)
    values: dict[str, Any] = {
        "broadcast_id": literal(broadcast_id, BigId),
        "account_id": piece.c.id,
        "turn": piece.c.turn,
        "channel": piece.c.channel,
        "bot_id": piece.c.bot_id,
        "language": case((piece.c.language.in_(languages), piece.c.language), else_=otherwise),
        "state": state,
        "reason": literal(""),
        "is_capped": literal(is_capped),
        "person_id": piece.c.person_id,
    }
    connection.execute(DELIVERIES.insert().from_select(list(values), select(*values.values())))


def tally_piece(connection: Connection, broadcast_id: int, *, after: int, upto: int) -> None:
    """Count the rows of a piece that was just added, for the accounts beyond one and up to another."""
    ours = (DELIVERIES.c.broadcast_id == broadcast_id, DELIVERIES.c.account_id > after, DELIVERIES.c.account_id <= upto)
    keys = (DELIVERIES.c.channel, DELIVERIES.c.state)
    rows = connection.execute(select(*keys, func.count().label("number")).where(*ours).group_by(*keys))
    changes = [(row.channel, DeliveryState(row.state), "", row.number) for row in rows]
    tallies.add(connection, broadcast_id, changes, upto)


def _is_drawn(who: ColumnElement[int], draw: Draw) -> ColumnElement[bool]:
    """Whether somebody is drawn: a hash that both engines reckon alike, far below 2**63."""
    return (who % _PRIME * draw.factor + draw.shift) % _PRIME % 100 < draw.percent


def list_lots(connection: Connection, broadcast_id: int) -> list[Lot]:
    """List the lots that still have somebody waiting, in the order in which they are sealed: a probe of the index each.

    Lots of the second turn are left out while any of the first turn is open.
    """
    found: list[Lot] = []
    row = _FIRST_LOT.first(connection, ours=broadcast_id)
    while row is not None:
        found.append(Lot(row.turn, ChannelName(row.channel), row.bot_id, row.language))
        after = {"ours": broadcast_id, **{f"lot_{name}": value for name, value in row._asdict().items()}}
        row = next(filter(None, (lot.first(connection, **after) for lot in _NEXT_LOTS)), None)
    return found


def has_sealed(connection: Connection, broadcast_id: int) -> bool:
    """Tell whether a broadcast still has a delivery whose call has not ended."""
    sealed = exists().where(DELIVERIES.c.broadcast_id == broadcast_id, SEALED)
    return bool(connection.execute(select(sealed)).scalar())


def seal(
    connection: Connection,
    broadcast_id: int,
    lot: Lot,
    account_ids: Sequence[int],
    outbox_id: int,
    now: datetime,
    *,
    is_row: bool,
) -> None:
    """Seal held deliveries, given in rising order, into one call. ``is_row``: none of the lot waits in between.

    Raises ConflictError where the rows are not those: nothing may be stored then.
    """
    values = {"state": DeliveryState.SEALED, "sealed_at": now, "outbox_id": outbox_id}
    if is_row:
        bounds = {"first": account_ids[0], "last": account_ids[-1]}
        of_lot = {f"lot_{column.name}": value for column, value in zip(_LOT, astuple(lot), strict=True)}
        sealed = _SEAL_ROW.change(connection, ours=broadcast_id, call=outbox_id, now=now, **of_lot, **bounds)
    else:
        ours = (DELIVERIES.c.broadcast_id == broadcast_id, WAITING, *is_of(lot))
        few = DELIVERIES.update().where(*ours, DELIVERIES.c.account_id.in_(account_ids))
        sealed = connection.execute(few.values(**values)).rowcount
    if sealed != len(account_ids):
        raise ConflictError("other deliveries wait among those that are sealed")
    tally(connection, broadcast_id, lot, DeliveryState.SEALED, {"": len(account_ids)}, outbox_id)


def seal_each(connection: Connection, broadcast_id: int, lot: Lot, calls: Mapping[int, int], now: datetime) -> None:
    """Seal held deliveries into a call each, given as {account: call}."""
    same = {"ours": broadcast_id, "now": now}
    _SEAL_ONE.change_many(connection, [{**same, "account": account, "call": call} for account, call in calls.items()])
    tally(connection, broadcast_id, lot, DeliveryState.SEALED, {"": len(calls)}, min(calls.values()))


def change_persons(connection: Connection, broadcast_id: int, persons: Mapping[int, int | None]) -> None:
    """Write whose accounts held deliveries are now, given as {account: person}."""
    if persons:
        ours = (DELIVERIES.c.broadcast_id == broadcast_id, DELIVERIES.c.account_id == bindparam("account"))
        changed = DELIVERIES.update().where(*ours).values(person_id=bindparam("person"))
        connection.execute(changed, [{"account": account, "person": person} for account, person in persons.items()])


def skip(
    connection: Connection, broadcast_id: int, lot: Lot, reasons: Mapping[str, Collection[int]], now: datetime
) -> None:
    """End held deliveries that wait and must not be told, each with its reason."""
    for reason, account_ids in reasons.items():
        ours = (DELIVERIES.c.broadcast_id == broadcast_id, DELIVERIES.c.account_id.in_(account_ids))
        values = {"state": DeliveryState.SKIPPED, "reason": reason, "ended_at": now}
        connection.execute(DELIVERIES.update().where(*ours).values(**values))
    numbers = {reason: len(account_ids) for reason, account_ids in reasons.items()}
    tally(connection, broadcast_id, lot, DeliveryState.SKIPPED, numbers, sum(numbers.values()))


def tally(
    connection: Connection, broadcast_id: int, lot: Lot, state: DeliveryState, numbers: Mapping[str, int], stripe: int
) -> None:
    """Take deliveries that were waiting over to another state in the counters."""
    changes = [(lot.channel, state, reason, number) for reason, number in numbers.items()]
    changes.append((lot.channel, DeliveryState.WAITING, "", -sum(numbers.values())))
    tallies.add(connection, broadcast_id, changes, stripe)


def change_language(connection: Connection, broadcast_id: int, languages: Mapping[int, str]) -> None:
    """Move held deliveries that wait to the lots of other languages."""
    for language in set(languages.values()):
        moved = [number for number, other in languages.items() if other == language]
        ours = (DELIVERIES.c.broadcast_id == broadcast_id, DELIVERIES.c.account_id.in_(moved))
        connection.execute(DELIVERIES.update().where(*ours).values(language=language))


def unseal(connection: Connection, broadcast_id: int, outbox_id: int) -> list[int]:
    """Let the deliveries of a call wait again, for it surely reached nobody and never will; gives their accounts."""
    ours = (DELIVERIES.c.broadcast_id == broadcast_id, DELIVERIES.c.outbox_id == outbox_id, SEALED)
    values = {"state": DeliveryState.WAITING, "outbox_id": None, "sealed_at": None}
    unsealed = DELIVERIES.update().where(*ours).values(**values)
    rows = connection.execute(unsealed.returning(DELIVERIES.c.account_id, DELIVERIES.c.channel)).all()
    if rows:
        keys = (rows[0].channel, DeliveryState.WAITING, ""), (rows[0].channel, DeliveryState.SEALED, "")
        tallies.add(connection, broadcast_id, [(*keys[0], len(rows)), (*keys[1], -len(rows))], outbox_id)
    return sorted(row.account_id for row in rows)


def end_call(
    connection: Connection,
    broadcast_id: int,
    outbox_id: int,
    channel: ChannelName,
    state: DeliveryState,
    reason: str,
    now: datetime,
) -> int:
    """End the deliveries sealed into a call; gives how many."""
    number = _END_CALL.change(connection, ours=broadcast_id, call=outbox_id, became=state, why=reason, now=now)
    changes = [(channel, state, reason, number), (channel, DeliveryState.SEALED, "", -number)]
    tallies.add(connection, broadcast_id, changes, outbox_id)
    return number


def find_lot(connection: Connection, broadcast_id: int, outbox_id: int) -> Lot | None:
    """Find which lot a call's deliveries are of; None when none is sealed into it any more."""
    ours = (DELIVERIES.c.broadcast_id == broadcast_id, DELIVERIES.c.outbox_id == outbox_id, SEALED)
    row = connection.execute(select(*_LOT).where(*ours).limit(1)).first()
    return None if row is None else Lot(row.turn, ChannelName(row.channel), row.bot_id, row.language)


def list_keys(connection: Connection, broadcast_id: int, outbox_id: int) -> list[str]:
    """List the platform's keys of the accounts sealed into a call that still exist, in one order."""
    ours = (DELIVERIES.c.broadcast_id == broadcast_id, DELIVERIES.c.outbox_id == outbox_id)
    joined = DELIVERIES.join(ACCOUNTS, ACCOUNTS.c.id == DELIVERIES.c.account_id)
    keys = select(ACCOUNTS.c.key).select_from(joined).where(*ours, DELIVERIES.c.state == DeliveryState.SEALED)
    return list(connection.execute(keys.order_by(ACCOUNTS.c.id)).scalars())


def pass_on(connection: Connection, broadcast_id: int, outbox_id: int, next_id: int) -> None:
    """Let the deliveries of a call hang on the call that follows it."""
    ours = (DELIVERIES.c.broadcast_id == broadcast_id, DELIVERIES.c.outbox_id == outbox_id, SEALED)
    connection.execute(DELIVERIES.update().where(*ours).values(outbox_id=next_id))


def end_waiting(
    connection: Connection, broadcast_id: int, state: DeliveryState, reason: str, now: datetime, limit: int
) -> int:
    """End deliveries that wait, a piece at a time; gives how many."""
    return _end_some(connection, broadcast_id, [], state, reason, now, limit)


def end_lot(
    connection: Connection, broadcast_id: int, lot: Lot, state: DeliveryState, reason: str, now: datetime, limit: int
) -> int:
    """End deliveries of one lot that wait, a piece at a time; gives how many."""
    return _end_some(connection, broadcast_id, is_of(lot), state, reason, now, limit)


def _end_some(
    connection: Connection,
    broadcast_id: int,
    which: Sequence[ColumnElement[bool]],
    state: DeliveryState,
    reason: str,
    now: datetime,
    limit: int,
) -> int:
    chosen = select(DELIVERIES.c.account_id).where(DELIVERIES.c.broadcast_id == broadcast_id, WAITING, *which)
    few = chosen.limit(limit).with_for_update(skip_locked=True)
    theirs = (DELIVERIES.c.broadcast_id == broadcast_id, DELIVERIES.c.account_id.in_(few))
    values = {"state": state, "reason": reason, "ended_at": now}
    ended = connection.execute(DELIVERIES.update().where(*theirs).values(**values).returning(DELIVERIES.c.channel))
    numbers = Counter(ended.scalars())
    changes = [(channel, state, reason, number) for channel, number in numbers.items()]
    changes += [(channel, DeliveryState.WAITING, "", -number) for channel, number in numbers.items()]
    tallies.add(connection, broadcast_id, changes, sum(numbers.values()))
    return sum(numbers.values())


def leave(connection: Connection, account_ids: Collection[int], now: datetime) -> None:
    """Skip what waits for accounts whose person leaves."""
    ours = DELIVERIES.c.account_id.in_(account_ids)
    left = {"state": DeliveryState.SKIPPED, "reason": "left", "ended_at": now}
    skipped = DELIVERIES.update().where(ours, WAITING).values(**left)
    for row in connection.execute(skipped.returning(DELIVERIES.c.broadcast_id, DELIVERIES.c.channel)).all():
        changes = [(row.channel, DeliveryState.SKIPPED, "left", 1), (row.channel, DeliveryState.WAITING, "", -1)]
        tallies.add(connection, row.broadcast_id, changes, 0)


def unlink(connection: Connection, account_ids: Collection[int]) -> None:
    """Take the person out of the deliveries of accounts that are about to be removed; what became of them stays."""
    ours = (DELIVERIES.c.account_id.in_(account_ids), DELIVERIES.c.person_id.is_not(None))
    connection.execute(DELIVERIES.update().where(*ours).values(person_id=None))


def list_calls(connection: Connection, account_ids: Collection[int]) -> list[tuple[int, int]]:
    """List the calls that some accounts are sealed into, and that have not ended, as (broadcast, call)."""
    ours = (DELIVERIES.c.account_id.in_(account_ids), DELIVERIES.c.state == DeliveryState.SEALED)
    columns = (DELIVERIES.c.broadcast_id, DELIVERIES.c.outbox_id)
    return [(row.broadcast_id, row.outbox_id) for row in connection.execute(select(*columns).where(*ours).distinct())]


def list_open_broadcasts(connection: Connection) -> list[int]:
    """List the broadcasts that have a delivery waiting or sealed: a probe of an index each, however many rows."""
    found: set[int] = set()
    for few in (WAITING, SEALED):
        question = select(func.min(DELIVERIES.c.broadcast_id)).where(few)
        number = connection.execute(question).scalar()
        while number is not None:
            found.add(number)
            number = connection.execute(question.where(DELIVERIES.c.broadcast_id > number)).scalar()
    return sorted(found)


def count_rows(connection: Connection, broadcast_id: int) -> dict[DeliveryState, int]:
    """Count a broadcast's rows by state: a look at every row, only for proving that they add up."""
    counted = select(DELIVERIES.c.state, func.count()).where(DELIVERIES.c.broadcast_id == broadcast_id)
    return {DeliveryState(state): number for state, number in connection.execute(counted.group_by(DELIVERIES.c.state))}


def is_of(lot: Lot) -> list[ColumnElement[bool]]:
    """Ask for the deliveries of one lot."""
    return [column == value for column, value in zip(_LOT, astuple(lot), strict=True)]
