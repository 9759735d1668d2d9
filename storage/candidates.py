"""Candidates: deliveries about to be sealed, and what speaks against telling their accounts now. Changes nothing.

The question is put to the database in one statement, for it is put about every recipient of every broadcast.
"""

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
)

from storage.accounts import ACCOUNTS
from storage.broadcasts import BROADCASTS
from storage.bulk import prepare_among
from storage.database import Instant
from storage.deliveries import DELIVERIES, TOLD, WAITING, Lot
from storage.facts import AccountState, BroadcastKind
from storage.people import PEOPLE
from storage.prepared import Prepared


class Candidate(NamedTuple):
    """A delivery about to be sealed, and its account as it is now; ``fault`` says why it must not be told, "" for not.

    ``key`` is None when the account is gone; ``was_person_id`` is whose account it was when that was last written.
    """

    account_id: int
    key: str | None
    fault: str
    language: str | None
    person_id: int | None
    was_person_id: int | None


class Cap(NamedTuple):
    """At most so many deliveries a person since a moment (calendar time), on all accounts together."""

    most: int
    since: datetime


def claim_waiting(
    connection: Connection, broadcast_id: int, lot: Lot, limit: int, cap: Cap | None
) -> tuple[list[Candidate], bool]:
    """Hold some waiting deliveries of a lot, and their accounts, until the transaction ends, in the accounts' order.

    What another transaction holds, or whose account it is changing just now, is left out; the second value tells
    whether none was. PostgreSQL needs the holding; SQLite's one writer holds everything.
    """
    asked = {"ours": broadcast_id, "limit": limit, **{f"lot_{name}": value for name, value in asdict(lot).items()}}
    if connection.dialect.name == "sqlite":
        rows = _waiting(has_cap=cap is not None).all(connection, **asked, **_capped(cap))
        return [Candidate._make(row) for row in rows], True
    return _look_at(connection, broadcast_id, [row.account_id for row in _HOLD.all(connection, **asked)], cap)


def claim(connection: Connection, broadcast_id: int, account_ids: Sequence[int], cap: Cap | None) -> list[Candidate]:
    """Hold those of some deliveries that wait, and their accounts, in the same way."""
    held = _HOLD_THESE.all(connection, ours=broadcast_id, numbers=account_ids)
    return _look_at(connection, broadcast_id, [row.account_id for row in held], cap)[0]


def _look_at(
    connection: Connection, broadcast_id: int, account_ids: Sequence[int], cap: Cap | None
) -> tuple[list[Candidate], bool]:
    """Hold the accounts of held deliveries, and look at those that no other transaction is changing just now."""
    held = {row.id for row in _HOLD_ACCOUNTS.all(connection, numbers=account_ids)}
    busy = set[int]()
    if len(held) < len(account_ids):  # some are gone, or held by another
        busy = {row.id for row in _ACCOUNTS.all(connection, numbers=account_ids)} - held
    free = [number for number in account_ids if number not in busy]
    rows = _these(has_cap=cap is not None).all(connection, ours=broadcast_id, numbers=free, **_capped(cap))
    return [Candidate._make(row) for row in rows], not busy


def _capped(cap: Cap | None) -> dict[str, Any]:
    return {"most": cap.most, "since": cap.since} if cap else {}


_OURS = DELIVERIES.c.broadcast_id == bindparam("ours")
_OF_LOT = [DELIVERIES.c[field.name] == bindparam(f"lot_{field.name}") for field in fields(Lot)]
_LIMIT = bindparam("limit", type_=Integer())
_IDS = select(DELIVERIES.c.account_id).where(_OURS, WAITING).order_by(DELIVERIES.c.account_id)
_HOLD = Prepared(_IDS.where(*_OF_LOT).limit(_LIMIT).with_for_update(skip_locked=True))
_HOLD_THESE = prepare_among(
    DELIVERIES.c.account_id, lambda chosen: _IDS.where(chosen).with_for_update(skip_locked=True)
)
_ACCOUNTS = prepare_among(ACCOUNTS.c.id, lambda chosen: select(ACCOUNTS.c.id).where(chosen))
_HOLD_ACCOUNTS = prepare_among(
    ACCOUNTS.c.id,
    lambda chosen: (
        select(ACCOUNTS.c.id).where(chosen).order_by(ACCOUNTS.c.id).with_for_update(read=True, skip_locked=True)
    ),
)


@cache
def _waiting(*, has_cap: bool) -> Prepared:
    """Ask for the first candidates that wait in a lot."""
    asked = _question(has_cap=has_cap).where(_OURS, WAITING, *_OF_LOT)
    return Prepared(asked.order_by(DELIVERIES.c.account_id).limit(_LIMIT))


@cache
def _these(*, has_cap: bool) -> Prepared:
    """Ask for candidates by the numbers of their accounts."""
    asked = _question(has_cap=has_cap).where(_OURS).order_by(DELIVERIES.c.account_id)
    return prepare_among(DELIVERIES.c.account_id, asked.where)


@cache
def _question(*, has_cap: bool) -> Select[Any]:
    """Ask for candidates; its values are the broadcast as ``ours``, and the cap's ``most`` and ``since``."""
    joined = DELIVERIES.join(ACCOUNTS, ACCOUNTS.c.id == DELIVERIES.c.account_id, isouter=True)
    joined = joined.join(PEOPLE, PEOPLE.c.id == ACCOUNTS.c.person_id, isouter=True)
    account = (ACCOUNTS.c.key, _fault(has_cap=has_cap).label("fault"), ACCOUNTS.c.language, ACCOUNTS.c.person_id)
    return select(DELIVERIES.c.account_id, *account, DELIVERIES.c.person_id.label("was_person_id")).select_from(joined)


def _fault(*, has_cap: bool) -> ColumnElement[str]:
    """Say in a word or two why an account must not be told; of a person's accounts the stricter setting holds."""
    agreed = and_(func.coalesce(PEOPLE.c.consent_version, "") != "", ~PEOPLE.c.is_tombstone)
    unwanted = (and_(_is_weekly(), ~func.coalesce(PEOPLE.c.wants_monday, False)), "not asked for")
    among_all = [(_has_paused(), "paused"), (_is_told(), "another account"), unwanted]
    alone = [unwanted]
    if has_cap:
        among_all.append((_told_lately() + _told_lately_elsewhere() >= bindparam("most"), "weekly cap"))
        alone.append((_is_told_enough(), "weekly cap"))
    return case(
        (ACCOUNTS.c.id.is_(None), "left"),
        (ACCOUNTS.c.state != AccountState.FOLLOWING, ACCOUNTS.c.state),
        (and_(ACCOUNTS.c.person_id.is_not(None), ~func.coalesce(agreed, False)), "no consent"),
        (ACCOUNTS.c.paused, "paused"),
        (_has_another(), case(*among_all, else_="")),  # few have: the others are asked no more of it
        *alone,
        else_="",
    )


def _is_weekly() -> ColumnElement[bool]:
    """Whether the broadcast is Monday's message, which goes only to who asked for it; the same for all of them."""
    return exists().where(BROADCASTS.c.id == bindparam("ours"), BROADCASTS.c.kind == BroadcastKind.WEEKLY)


def _has_another() -> ColumnElement[bool]:
    own = ACCOUNTS.alias("own")
    return exists().where(own.c.person_id == ACCOUNTS.c.person_id, own.c.id != ACCOUNTS.c.id)


def _has_paused() -> ColumnElement[bool]:
    own = ACCOUNTS.alias("own")
    return exists().where(own.c.person_id == ACCOUNTS.c.person_id, own.c.paused)


def _is_told() -> ColumnElement[bool]:
    """Whether the person was told, or is about to be, on another account of today.

    One question inside the other: SQLite would begin a joined one with all that were told.
    """
    own, told = ACCOUNTS.alias("own"), DELIVERIES.alias("told")
    ours = (
        told.c.broadcast_id == bindparam("ours"),
        told.c.account_id == own.c.id,
        or_(*(told.c.state == state for state in TOLD)),
    )
    other = (own.c.person_id == ACCOUNTS.c.person_id, own.c.id != ACCOUNTS.c.id)
    return exists().where(*other, exists().where(*ours).correlate(own))


def _is_told_enough() -> ColumnElement[bool]:
    """Whether the account itself was told ``most`` times since a moment: it looks for the last of them, not at all."""
    told = DELIVERIES.alias("told")
    lately = select(told.c.account_id).where(told.c.account_id == ACCOUNTS.c.id, *_is_lately(told))
    return lately.correlate(ACCOUNTS).offset(bindparam("most", type_=Integer()) - 1).exists()


def _told_lately() -> ColumnElement[int]:
    """Count what the account itself was told since a moment."""
    told = DELIVERIES.alias("told")
    counted = select(func.count()).where(told.c.account_id == ACCOUNTS.c.id, *_is_lately(told))
    return counted.correlate(ACCOUNTS).scalar_subquery()


def _told_lately_elsewhere() -> ColumnElement[int]:
    """Count what the person's other accounts were told since a moment.

    Apart from the account's own: with both in one question, joined by OR, PostgreSQL reads all deliveries each time.
    """
    own, told = ACCOUNTS.alias("own"), DELIVERIES.alias("told")
    other = (own.c.person_id == ACCOUNTS.c.person_id, own.c.id != ACCOUNTS.c.id)
    joined = told.join(own, own.c.id == told.c.account_id)
    counted = select(func.count()).select_from(joined).where(*other, *_is_lately(told))
    return counted.correlate(ACCOUNTS).scalar_subquery()


def _is_lately(told: FromClause) -> tuple[ColumnElement[bool], ...]:
    since = bindparam("since", type_=Instant())
    return told.c.is_capped, or_(*(told.c.state == state for state in TOLD)), told.c.sealed_at > since
