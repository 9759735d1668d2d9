"""Deliveries: one row for each account of each broadcast, from the snapshot to its end state. Sends nothing."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Index, Row, exists, func, select, text, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, SQLModel

from storage import tallies
from storage.accounts import ACCOUNTS
from storage.database import BigId, Instant, table_of
from storage.facts import AccountState, ChannelName, DeliveryState
from storage.people import PEOPLE

TOLD = (DeliveryState.SEALED, DeliveryState.ACCEPTED, DeliveryState.UNKNOWN)
"""The states of a delivery that reached its account, may have, or is about to."""


class Delivery(SQLModel, table=True):
    """One account of one broadcast. ``person_id`` is whose account it was when it was sealed."""

    __table_args__ = ({"sqlite_with_rowid": False},)
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
# Literals, not parameters: SQLite uses an index of some rows only where it can read the same list in the question.
_LOT = (DELIVERIES.c.turn, DELIVERIES.c.channel, DELIVERIES.c.bot_id, DELIVERIES.c.language)
_WAITING, _SEALED = text("state = 'waiting'"), text("state = 'sealed'")
Index(
    "delivery_waiting",
    DELIVERIES.c.broadcast_id,
    *_LOT,
    DELIVERIES.c.account_id,
    sqlite_where=_WAITING,
    postgresql_where=_WAITING,
)
Index(
    "delivery_sealed",
    DELIVERIES.c.broadcast_id,
    DELIVERIES.c.outbox_id,
    sqlite_where=_SEALED,
    postgresql_where=_SEALED,
)
# Once a person: the database's own rule, for two processes may seal two accounts of one person at once.
_TOLD_PERSON = text("person_id IS NOT NULL AND state IN ('sealed', 'accepted', 'unknown')")
Index(
    "delivery_of_person",
    DELIVERIES.c.broadcast_id,
    DELIVERIES.c.person_id,
    unique=True,
    sqlite_where=_TOLD_PERSON,
    postgresql_where=_TOLD_PERSON,
)
Index("delivery_of_account", DELIVERIES.c.account_id, DELIVERIES.c.sealed_at)


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """An account of a snapshot; ``turn`` 0 for the one its person is told on first. Held out: drawn, and not told."""

    account_id: int
    turn: int
    channel: ChannelName
    bot_id: str
    language: str
    state: DeliveryState = DeliveryState.WAITING


@dataclass(frozen=True, slots=True, order=True)
class Lot:
    """Deliveries of one broadcast that are sent the same words by the same bot, and may share a call."""

    turn: int
    channel: ChannelName
    bot_id: str
    language: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A delivery about to be sealed, and its account as it is now; ``key`` is None when the account is gone."""

    account_id: int
    key: str | None
    state: AccountState
    paused: bool
    language: str | None
    person_id: int | None
    has_consent: bool


def add_piece(connection: Connection, broadcast_id: int, new: Sequence[NewDelivery], *, is_capped: bool) -> int:
    """Add a piece of a snapshot (at most 1,000); gives how many were not in it already."""
    if not new:
        return 0
    same = {"broadcast_id": broadcast_id, "is_capped": is_capped, "reason": ""}
    rows = [{**same, **{name: getattr(one, name) for name in NewDelivery.__slots__}} for one in new]
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(DELIVERIES)
    added = connection.execute(
        insert.on_conflict_do_nothing().returning(DELIVERIES.c.channel, DELIVERIES.c.state), rows
    ).all()
    numbers = Counter((row.channel, DeliveryState(row.state), "") for row in added)
    tallies.add(connection, broadcast_id, ((*key, number) for key, number in numbers.items()), new[0].account_id)
    return len(added)


def list_lots(connection: Connection, broadcast_id: int) -> list[Lot]:
    """List the lots that still have somebody waiting, in the order in which they are sealed: a probe of the index each.

    Lots of the second turn are left out while any of the first turn is open.
    """
    ours = (DELIVERIES.c.broadcast_id == broadcast_id, _WAITING)
    found: list[Lot] = []
    question = select(*_LOT).where(*ours).order_by(*_LOT).limit(1)
    row = connection.execute(question).first()
    while row is not None and (not found or row.turn == found[0].turn):
        found.append(Lot(row.turn, ChannelName(row.channel), row.bot_id, row.language))
        row = connection.execute(question.where(tuple_(*_LOT) > tuple_(*row))).first()
    return found


def has_sealed(connection: Connection, broadcast_id: int) -> bool:
    """Tell whether a broadcast still has a delivery whose call has not ended."""
    sealed = exists().where(DELIVERIES.c.broadcast_id == broadcast_id, _SEALED)
    return bool(connection.execute(select(sealed)).scalar())


def claim_waiting(connection: Connection, broadcast_id: int, lot: Lot, limit: int) -> list[Candidate]:
    """Hold some waiting deliveries of a lot, and their accounts, until the transaction ends.

    What another transaction holds, or whose account it is changing just now, is left out and comes next time.
    """
    ours = (DELIVERIES.c.broadcast_id == broadcast_id, _WAITING, *_is_of(lot))
    chosen = select(DELIVERIES.c.account_id).where(*ours).order_by(DELIVERIES.c.account_id).limit(limit)
    return _with_accounts(connection, connection.execute(chosen.with_for_update(skip_locked=True)).scalars().all())


def claim_of_call(connection: Connection, broadcast_id: int, outbox_id: int) -> list[Candidate]:
    """Hold the deliveries that are sealed into a call, and wait for their accounts, until the transaction ends."""
    ours = (DELIVERIES.c.broadcast_id == broadcast_id, DELIVERIES.c.outbox_id == outbox_id, _SEALED)
    chosen = select(DELIVERIES.c.account_id).where(*ours).order_by(DELIVERIES.c.account_id)
    return _with_accounts(connection, connection.execute(chosen.with_for_update()).scalars().all())


def _with_accounts(connection: Connection, account_ids: Sequence[int]) -> list[Candidate]:
    columns = (*(ACCOUNTS.c[name] for name in ("id", "key", "state", "paused", "language", "person_id")),)
    joined = select(*columns, PEOPLE.c.consent_version).join(PEOPLE, PEOPLE.c.id == ACCOUNTS.c.person_id, isouter=True)
    held = joined.where(ACCOUNTS.c.id.in_(account_ids)).order_by(ACCOUNTS.c.id)
    rows = connection.execute(held.with_for_update(read=True, skip_locked=True, of=ACCOUNTS))
    found = {row.id: _candidate(row) for row in rows}
    missing = [number for number in account_ids if number not in found]
    if missing:
        changing = set(connection.execute(select(ACCOUNTS.c.id).where(ACCOUNTS.c.id.in_(missing))).scalars())
        found |= {number: _gone(number) for number in missing if number not in changing}
    return [found[number] for number in account_ids if number in found]


def _candidate(row: Row[Any]) -> Candidate:
    state, consent = AccountState(row.state), bool(row.consent_version)
    return Candidate(row.id, row.key, state, row.paused, row.language, row.person_id, consent)


def _gone(account_id: int) -> Candidate:
    return Candidate(account_id, None, AccountState.GONE, False, None, None, False)


def seal(
    connection: Connection, broadcast_id: int, lot: Lot, account_ids: Collection[int], outbox_id: int, now: datetime
) -> None:
    """Seal held deliveries into a call, with whose accounts they are now.

    ConflictError where another transaction has sealed another account of one of these persons meanwhile.
    """
    person_id = select(ACCOUNTS.c.person_id).where(ACCOUNTS.c.id == DELIVERIES.c.account_id).scalar_subquery()
    ours = (DELIVERIES.c.broadcast_id == broadcast_id, DELIVERIES.c.account_id.in_(account_ids))
    values = {"state": DeliveryState.SEALED, "outbox_id": outbox_id, "sealed_at": now}
    connection.execute(DELIVERIES.update().where(*ours).values(**values, person_id=person_id))
    _tally(connection, broadcast_id, lot, DeliveryState.SEALED, {"": len(account_ids)}, outbox_id)


def skip(
    connection: Connection, broadcast_id: int, lot: Lot, reasons: Mapping[str, Collection[int]], now: datetime
) -> None:
    """End held deliveries that wait and must not be told, each with its reason."""
    for reason, account_ids in reasons.items():
        ours = (DELIVERIES.c.broadcast_id == broadcast_id, DELIVERIES.c.account_id.in_(account_ids))
        values = {"state": DeliveryState.SKIPPED, "reason": reason, "ended_at": now}
        connection.execute(DELIVERIES.update().where(*ours).values(**values))
    numbers = {reason: len(account_ids) for reason, account_ids in reasons.items()}
    _tally(connection, broadcast_id, lot, DeliveryState.SKIPPED, numbers, sum(numbers.values()))


def _tally(
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


def unseal(connection: Connection, broadcast_id: int, outbox_id: int) -> int:
    """Let the deliveries of a call wait again, for that call surely reached nobody and never will; gives how many."""
    values = {"state": DeliveryState.WAITING, "outbox_id": None, "sealed_at": None, "person_id": None}
    return _leave_call(connection, broadcast_id, outbox_id, DeliveryState.WAITING, "", values)


def end_call(
    connection: Connection, broadcast_id: int, outbox_id: int, state: DeliveryState, reason: str, now: datetime
) -> int:
    """End the deliveries sealed into a call; gives how many."""
    values = {"state": state, "reason": reason, "ended_at": now}
    return _leave_call(connection, broadcast_id, outbox_id, state, reason, values)


def pass_on(connection: Connection, broadcast_id: int, outbox_id: int, next_id: int) -> None:
    """Let the deliveries of a call hang on the call that follows it."""
    ours = (DELIVERIES.c.broadcast_id == broadcast_id, DELIVERIES.c.outbox_id == outbox_id, _SEALED)
    connection.execute(DELIVERIES.update().where(*ours).values(outbox_id=next_id))


def _leave_call(
    connection: Connection,
    broadcast_id: int,
    outbox_id: int,
    state: DeliveryState,
    reason: str,
    values: Mapping[str, object],
) -> int:
    ours = (DELIVERIES.c.broadcast_id == broadcast_id, DELIVERIES.c.outbox_id == outbox_id, _SEALED)
    channel = connection.execute(select(DELIVERIES.c.channel).where(*ours).limit(1)).scalar()
    if channel is None:
        return 0
    number = connection.execute(DELIVERIES.update().where(*ours).values(**values)).rowcount
    changes = [(channel, state, reason, number), (channel, DeliveryState.SEALED, "", -number)]
    tallies.add(connection, broadcast_id, changes, outbox_id)
    return number


def end_waiting(
    connection: Connection, broadcast_id: int, state: DeliveryState, reason: str, now: datetime, limit: int
) -> int:
    """End deliveries that wait, a piece at a time; gives how many."""
    ours = (DELIVERIES.c.broadcast_id == broadcast_id, _WAITING)
    chosen = select(DELIVERIES.c.account_id).where(*ours).limit(limit).with_for_update(skip_locked=True)
    values = {"state": state, "reason": reason, "ended_at": now}
    theirs = (DELIVERIES.c.broadcast_id == broadcast_id, DELIVERIES.c.account_id.in_(chosen))
    ended = connection.execute(DELIVERIES.update().where(*theirs).values(**values).returning(DELIVERIES.c.channel))
    numbers = Counter(ended.scalars())
    changes = [(channel, state, reason, number) for channel, number in numbers.items()]
    changes += [(channel, DeliveryState.WAITING, "", -number) for channel, number in numbers.items()]
    tallies.add(connection, broadcast_id, changes, sum(numbers.values()))
    return sum(numbers.values())


def forget_accounts(connection: Connection, account_ids: Sequence[int], now: datetime) -> list[tuple[int, int]]:
    """Take accounts whose person leaves out of every broadcast; gives the open calls they stand in, with broadcasts.

    It belongs before the accounts are removed, in the same transaction. What ended keeps its state and no person; what
    waits is skipped; what is sealed stays until its call has ended, or is unsealed by the caller (storage.outbox).
    """
    ours = DELIVERIES.c.account_id.in_(account_ids)
    columns = (DELIVERIES.c.broadcast_id, DELIVERIES.c.channel, DELIVERIES.c.state, DELIVERIES.c.outbox_id)
    held = connection.execute(select(*columns).where(ours).order_by(*DELIVERIES.primary_key).with_for_update()).all()
    left = {"state": DeliveryState.SKIPPED, "reason": "left", "ended_at": now}
    connection.execute(DELIVERIES.update().where(ours, _WAITING).values(**left))
    connection.execute(DELIVERIES.update().where(ours).values(person_id=None))
    for row in (row for row in held if row.state == DeliveryState.WAITING):
        changes = [(row.channel, DeliveryState.SKIPPED, "left", 1), (row.channel, DeliveryState.WAITING, "", -1)]
        tallies.add(connection, row.broadcast_id, changes, 0)
    return [(row.outbox_id, row.broadcast_id) for row in held if row.state == DeliveryState.SEALED]


def list_paused(connection: Connection, person_ids: Collection[int]) -> set[int]:
    """List those of some persons who paused on any of their accounts: of several settings the stricter holds."""
    paused = select(ACCOUNTS.c.person_id).where(ACCOUNTS.c.person_id.in_(person_ids), ACCOUNTS.c.paused)
    return set(connection.execute(paused).scalars())


def list_told(connection: Connection, broadcast_id: int, person_ids: Collection[int]) -> set[int]:
    """List those of some persons who were told, or are about to be, on whichever account."""
    told = (DELIVERIES.c.broadcast_id == broadcast_id, DELIVERIES.c.person_id.in_(person_ids), _TOLD_PERSON)
    return set(connection.execute(select(DELIVERIES.c.person_id).where(*told)).scalars())


def list_capped(connection: Connection, candidates: Sequence[Candidate], since: datetime, cap: int) -> set[int]:
    """List those accounts whose person, on all accounts of today together, was told ``cap`` times since a moment."""
    persons = {one.person_id for one in candidates if one.person_id is not None}
    friends = [one.account_id for one in candidates if one.person_id is None]
    who = func.coalesce(ACCOUNTS.c.person_id, -ACCOUNTS.c.id)
    told = (DELIVERIES.c.sealed_at > since, DELIVERIES.c.is_capped, DELIVERIES.c.state.in_(TOLD))
    counted = select(who).select_from(ACCOUNTS.join(DELIVERIES, DELIVERIES.c.account_id == ACCOUNTS.c.id)).where(*told)
    full: set[int] = set()
    for few in (
        ACCOUNTS.c.person_id.in_(persons) if persons else None,
        ACCOUNTS.c.id.in_(friends) if friends else None,
    ):
        if few is not None:
            full |= set(connection.execute(counted.where(few).group_by(who).having(func.count() >= cap)).scalars())
    return {one.account_id for one in candidates if (one.person_id or -one.account_id) in full}


def count_rows(connection: Connection, broadcast_id: int) -> dict[DeliveryState, int]:
    """Count a broadcast's rows by state: a look at every row, only for proving that they add up."""
    counted = select(DELIVERIES.c.state, func.count()).where(DELIVERIES.c.broadcast_id == broadcast_id)
    return {DeliveryState(state): number for state, number in connection.execute(counted.group_by(DELIVERIES.c.state))}


def _is_of(lot: Lot) -> list[ColumnElement[bool]]:
    return [column == value for column, value in zip(_LOT, astuple(lot), strict=True)]
