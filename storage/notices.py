"""Notices: what each person is to be told about a part, when, and until when it is worth saying. Sends nothing."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    Connection,
    Index,
    Integer,
    Row,
    Text,
    UniqueConstraint,
    bindparam,
    exists,
    func,
    literal,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, SQLModel

from storage import outbox
from storage.bulk import prepare_among
from storage.database import BigId, Instant, table_of
from storage.facts import NoticeFacts, NoticeKind, PartFacts, RegistrationState
from storage.prepared import Prepared
from storage.registrations import GUESTS, REGISTRATIONS


class NoticeState(StrEnum):
    """What became of a notice. From SEALED on, its outbox row tells the rest."""

    WAITING = "waiting"
    SEALED = "sealed"
    CANCELLED = "cancelled"  # the seat, the part or the schedule it spoke of is no more
    SKIPPED = "skipped"  # not wanted, not reachable, not consented; ``reason`` says which
    EXPIRED = "expired"  # its time had passed before it could be sent


class Notice(SQLModel, table=True):
    """One thing to tell one person. ``n`` tells apart what may be said again under one schedule version."""

    __table_args__ = (
        UniqueConstraint("part_id", "person_id", "kind", "schedule_version", "n"),
        {"sqlite_autoincrement": True},
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    kind: str
    event_id: int = Field(sa_type=BigId, index=True)
    part_id: int = Field(sa_type=BigId)
    person_id: int = Field(sa_type=BigId, index=True)
    schedule_version: int
    n: int = Field(default=0, sa_type=BigId)
    due_at: datetime = Field(sa_type=Instant)
    not_after: datetime = Field(sa_type=Instant)
    detail: str = "{}"
    state: str
    reason: str = ""
    outbox_id: int | None = Field(default=None, sa_type=BigId)
    made_at: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)


NOTICES = table_of(Notice)
_READ = [NOTICES.c[name] for name in NoticeFacts.__slots__]
_KEY = ("part_id", "person_id", "kind", "schedule_version", "n")
_CONTENT = ("due_at", "not_after", "made_at", "ended_at", "detail", "state", "reason")
_WAITING = text("state = 'waiting'")
Index("notice_due", NOTICES.c.due_at, sqlite_where=_WAITING, postgresql_where=_WAITING)
_ENDED = text("ended_at IS NOT NULL")
Index("notice_ended", NOTICES.c.ended_at, sqlite_where=_ENDED, postgresql_where=_ENDED)


_DUE = (_WAITING, NOTICES.c.due_at <= bindparam("now"))
_LIMIT = bindparam("limit", type_=Integer())
# By the moment alone: PostgreSQL's index ends there, and of 100,000 that are due at one it would sort all each time.
_LIST_DUE = Prepared(select(NOTICES.c.person_id).where(*_DUE).order_by(NOTICES.c.due_at).limit(_LIMIT))
_CLAIM_DUE = prepare_among(
    NOTICES.c.person_id,
    lambda chosen: (
        select(*_READ)
        .where(*_DUE, chosen)
        .order_by(NOTICES.c.due_at, NOTICES.c.id)
        .limit(_LIMIT)
        .with_for_update(skip_locked=True)
    ),
)
_MINE = NOTICES.update().where(NOTICES.c.id == bindparam("row"))
_POSTPONE = Prepared(_MINE.values(due_at=bindparam("later")))
_MARK = Prepared(
    _MINE.values(
        state=bindparam("became"), reason=bindparam("why"), outbox_id=bindparam("call"), ended_at=bindparam("now")
    )
)
_MARK_TOGETHER = Prepared(
    text(
        "UPDATE notice SET state = one.became, reason = one.why, outbox_id = one.call, ended_at = :now"
        ' FROM json_to_recordset(CAST(:rows AS json)) AS one("row" bigint, became text, why text, call bigint)'
        ' WHERE notice.id = one."row"'
    ).bindparams(bindparam("now", type_=Instant()), bindparam("rows", type_=Text()))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewNotice:
    """One thing to plan; it belongs to the part's schedule version. ``n``: see Notice."""

    kind: NoticeKind
    part: PartFacts
    person_id: int
    due_at: datetime
    not_after: datetime
    n: int = 0
    detail: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Became:
    """What became of a notice, why, and the first of the calls it was sealed as."""

    notice_id: int
    state: NoticeState
    reason: str = ""
    outbox_id: int | None = None


def add_all(connection: Connection, planned: Sequence[NewNotice], now: datetime) -> None:
    """Plan notices, many in one statement; see ``add``."""
    rows = [
        _row(one.kind, one.part.event_id, one.part.id, one.person_id, one.part.schedule_version, one.n)
        | _content(one.due_at, one.not_after, one.detail, now)
        for one in planned
    ]
    _put(connection, rows)


def add(
    connection: Connection,
    kind: NoticeKind,
    event_id: int,
    part_id: int,
    person_id: int,
    *,
    schedule_version: int,
    due_at: datetime,
    not_after: datetime,
    now: datetime,
    n: int = 0,
    detail: Mapping[str, str] | None = None,
) -> None:
    """Plan a notice. One that was planned before under the same key is made to wait again unless it was sealed."""
    row = _row(kind, event_id, part_id, person_id, schedule_version, n) | _content(due_at, not_after, detail, now)
    _put(connection, [row])


def _row(kind: NoticeKind, event_id: int, part_id: int, person_id: int, version: int, n: int) -> dict[str, Any]:
    key = {"part_id": part_id, "person_id": person_id, "kind": kind, "schedule_version": version, "n": n}
    return {"event_id": event_id, **key}


def _content(due_at: datetime, not_after: datetime, detail: Mapping[str, str] | None, now: datetime) -> dict[str, Any]:
    times = {"due_at": due_at, "not_after": not_after, "made_at": now, "ended_at": None}
    words = json.dumps(dict(detail or {}), ensure_ascii=False)
    return {**times, "detail": words, "state": NoticeState.WAITING, "reason": ""}


def _put(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        connection.execute(_or_renewed(_insert(connection)), rows)


def add_for_all(
    connection: Connection, planned: NewNotice, states: Collection[RegistrationState], now: datetime, *, by_turn: bool
) -> None:
    """Plan the same for everybody at its part in some states who can be told, in one statement.

    Neither companions nor guests can be. ``planned.person_id`` is not read, with ``by_turn`` neither is its ``n``: it
    is each one's turn in the line. See ``add`` for what was planned before.
    """
    one = planned
    key = _row(one.kind, one.part.event_id, one.part.id, one.person_id, one.part.schedule_version, one.n)
    row = key | _content(one.due_at, one.not_after, one.detail, now)
    same = {name: literal(value, NOTICES.c[name].type).label(name) for name, value in row.items()}
    turn = {"n": REGISTRATIONS.c.queued} if by_turn else {}
    columns = {**same, "person_id": REGISTRATIONS.c.person_id, **turn}
    there = (REGISTRATIONS.c.part_id == one.part.id, REGISTRATIONS.c.state.in_(states))
    is_guest = exists().where(GUESTS.c.person_id == REGISTRATIONS.c.person_id)
    told = select(*columns.values()).where(*there, REGISTRATIONS.c.host_id.is_(None), ~is_guest)
    in_turn = told.order_by(REGISTRATIONS.c.queued)
    connection.execute(_or_renewed(_insert(connection).from_select(list(columns), in_turn)))


def _insert(connection: Connection) -> sqlite.Insert | postgresql.Insert:
    return sqlite.insert(NOTICES) if connection.dialect.name == "sqlite" else postgresql.insert(NOTICES)


def _or_renewed(insert: sqlite.Insert | postgresql.Insert) -> sqlite.Insert | postgresql.Insert:
    """Let what was planned before under the same key wait again, unless it was sealed."""
    renewed = {name: insert.excluded[name] for name in _CONTENT}
    again: sqlite.Insert | postgresql.Insert = insert.on_conflict_do_update(
        index_elements=list(_KEY), set_=renewed, where=NOTICES.c.state != NoticeState.SEALED
    )
    return again


def cancel(
    connection: Connection,
    now: datetime,
    *,
    part_id: int,
    person_ids: Collection[int] | None = None,
    kinds: Collection[NoticeKind] | None = None,
) -> list[NoticeFacts]:
    """Cancel a part's waiting notices, of some persons or kinds only if so asked; gives those it cancelled."""
    ours = [NOTICES.c.part_id == part_id, NOTICES.c.state == NoticeState.WAITING]
    if person_ids is not None:
        ours.append(NOTICES.c.person_id.in_(person_ids))
    if kinds is not None:
        ours.append(NOTICES.c.kind.in_(kinds))
    ended = {"state": NoticeState.CANCELLED, "ended_at": now}
    rows = connection.execute(NOTICES.update().where(*ours).values(**ended).returning(*NOTICES.c)).all()
    return [_facts(row) for row in rows]


def drop(connection: Connection, now: datetime, *, part_id: int, kinds: Collection[NoticeKind]) -> None:
    """Cancel all of a part's waiting notices of some kinds that nobody asks about any more: there may be thousands."""
    ours = (NOTICES.c.part_id == part_id, NOTICES.c.state == NoticeState.WAITING, NOTICES.c.kind.in_(kinds))
    connection.execute(NOTICES.update().where(*ours).values(state=NoticeState.CANCELLED, ended_at=now))


def recall(
    connection: Connection,
    now: datetime,
    *,
    part_id: int,
    kinds: Collection[NoticeKind],
    person_ids: Collection[int] | None = None,
) -> list[NoticeFacts]:
    """Take back notices that were sealed but surely reached nobody, with their calls; gives them."""
    ours = [NOTICES.c.part_id == part_id, NOTICES.c.kind.in_(kinds), NOTICES.c.outbox_id.is_not(None)]
    if person_ids is not None:
        ours.append(NOTICES.c.person_id.in_(person_ids))
    calls = connection.execute(select(NOTICES.c.outbox_id).where(*ours, NOTICES.c.state == NoticeState.SEALED))
    unsent = outbox.take_back(connection, list(calls.scalars()), now)
    ended = {"state": NoticeState.CANCELLED, "ended_at": now, "reason": "not sent"}
    taken = NOTICES.update().where(*ours, NOTICES.c.outbox_id.in_(unsent)).values(**ended)
    return [_facts(row) for row in connection.execute(taken.returning(*NOTICES.c))]


def list_expired(connection: Connection, part_id: int, kind: NoticeKind) -> list[NoticeFacts]:
    """List a part's notices of a kind whose time passed before they could be sealed."""
    ours = (NOTICES.c.part_id == part_id, NOTICES.c.kind == kind, NOTICES.c.state == NoticeState.EXPIRED)
    return [_facts(row) for row in connection.execute(select(NOTICES).where(*ours))]


def list_due(connection: Connection, now: datetime, limit: int) -> list[int]:
    """List the persons of the notices that are due, longest due first; locks nothing."""
    return list(dict.fromkeys(row.person_id for row in _LIST_DUE.all(connection, now=now, limit=limit)))


def claim_due(connection: Connection, now: datetime, limit: int, person_ids: Collection[int]) -> list[NoticeFacts]:
    """Lock some persons' notices that are due, longest due first; another process takes others."""
    return [_facts(row) for row in _CLAIM_DUE.all(connection, now=now, limit=limit, numbers=person_ids)]


def postpone_all(connection: Connection, until: Mapping[int, datetime]) -> None:
    """Let notices wait until later, given as {notice: moment}."""
    if until:
        _POSTPONE.change_many(connection, [{"row": number, "later": later} for number, later in until.items()])


def count_due(connection: Connection, since: datetime, until: datetime, most: int) -> int:
    """Count the notices that wait and come due in a stretch of time; at ``most`` it stops: there may be very many."""
    within = (NOTICES.c.due_at >= since, NOTICES.c.due_at < until)
    due = select(NOTICES.c.due_at).where(_WAITING, *within).limit(most).subquery()
    return int(connection.execute(select(func.count()).select_from(due)).scalar_one())


def find_post(connection: Connection, event_id: int) -> str | None:
    """Find the number that the platform gave an event's post to the public channel; None where none was taken."""
    joined = select(outbox.OUTBOX.c.request_id).join(NOTICES, NOTICES.c.outbox_id == outbox.OUTBOX.c.id)
    ours = (NOTICES.c.event_id == event_id, NOTICES.c.kind == NoticeKind.POST, NOTICES.c.n == 0)
    accepted = outbox.OUTBOX.c.state == outbox.OutboxState.ACCEPTED
    return connection.execute(joined.where(*ours, accepted)).scalar()


def find_by_call(connection: Connection, part_id: int, person_id: int, outbox_id: int) -> NoticeFacts | None:
    """Find the notice that was sealed as a call."""
    key = (NOTICES.c.part_id == part_id, NOTICES.c.person_id == person_id, NOTICES.c.outbox_id == outbox_id)
    row = connection.execute(select(NOTICES).where(*key)).first()
    return None if row is None else _facts(row)


def count_expired(connection: Connection, since: datetime) -> int:
    """Count the notices whose time passed unused from a moment on; for a diagnosis, of some days."""
    expired = (NOTICES.c.state == NoticeState.EXPIRED, NOTICES.c.ended_at >= since)
    return int(connection.execute(select(func.count()).select_from(NOTICES).where(*expired)).scalar_one())


def remove_old(connection: Connection, ended_before: datetime, limit: int) -> int:
    """Remove notices that ended in time past, a piece at a time; gives how many.

    Their keys are needed no more: what they spoke of is long over, and nothing is told of it again.
    """
    chosen = select(NOTICES.c.id).where(_ENDED, NOTICES.c.ended_at < ended_before).limit(limit)
    return connection.execute(NOTICES.delete().where(NOTICES.c.id.in_(chosen))).rowcount


def mark(
    connection: Connection,
    notice_id: int,
    state: NoticeState,
    now: datetime,
    reason: str = "",
    outbox_id: int | None = None,
) -> None:
    """Write what became of a notice."""
    values = {"state": state, "ended_at": now, "reason": reason, "outbox_id": outbox_id}
    connection.execute(NOTICES.update().where(NOTICES.c.id == notice_id).values(**values))


def mark_all(connection: Connection, became: Sequence[Became], now: datetime) -> None:
    """Write what became of notices, many at once; on PostgreSQL a statement each costs three times as much."""
    rows = [{"row": one.notice_id, "became": one.state, "why": one.reason, "call": one.outbox_id} for one in became]
    if rows and connection.dialect.name == "postgresql":
        _MARK_TOGETHER.change(connection, rows=json.dumps(rows), now=now)
    elif rows:
        _MARK.change_many(connection, [row | {"now": now} for row in rows])


def list_of_part(connection: Connection, part_id: int) -> list[tuple[NoticeFacts, NoticeState, str]]:
    """List a part's notices with what became of each and why, oldest first."""
    rows = connection.execute(select(NOTICES).where(NOTICES.c.part_id == part_id).order_by(NOTICES.c.id))
    return [(_facts(row), NoticeState(row.state), row.reason) for row in rows]


def _facts(row: Row[Any]) -> NoticeFacts:
    return NoticeFacts(
        id=row.id,
        kind=NoticeKind(row.kind),
        event_id=row.event_id,
        part_id=row.part_id,
        person_id=row.person_id,
        schedule_version=row.schedule_version,
        due_at=row.due_at,
        not_after=row.not_after,
        detail=_read_detail(row.detail),
        n=row.n,
    )


@lru_cache(maxsize=1000)
def _read_detail(document: str) -> Mapping[str, str]:
    """Read what words need; thousands of notices say the same."""
    return MappingProxyType(json.loads(document))
