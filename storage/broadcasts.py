"""Broadcasts: what is to be told to many, who wrote, approved and armed it, and how far it has come. Sends nothing."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, Connection, Index, Row, TextClause, bindparam, exists, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, SQLModel

from storage.database import BigId, Instant, table_of
from storage.deliveries import DELIVERIES, TOLD
from storage.facts import (
    Audience,
    AudienceCount,
    AudienceKind,
    BroadcastContent,
    BroadcastFacts,
    BroadcastKind,
    BroadcastState,
    ChannelName,
    EventRelation,
)
from storage.prepared import Prepared


class Broadcast(SQLModel, table=True):
    """One broadcast. That nobody approves what they submitted is the database's own rule, too."""

    __table_args__ = (
        CheckConstraint("approved_by IS NULL OR approved_by <> submitted_by", name="approved_by_another"),
        CheckConstraint(
            "state IN ('draft', 'submitted', 'stopped', 'expired') OR approved_by IS NOT NULL", name="approved_at_all"
        ),
        {"sqlite_autoincrement": True},
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    kind: str
    state: str = BroadcastState.DRAFT
    title: str
    event_id: int | None = Field(default=None, sa_type=BigId, index=True)
    event_stated: str = ""
    corrects_id: int | None = Field(default=None, sa_type=BigId, index=True)
    occasion: str | None = Field(default=None, unique=True)  # such as weekly:2026-11-23: made once, whoever makes it
    audience: str
    texts: str
    send_at: datetime = Field(sa_type=Instant)
    not_after: datetime = Field(sa_type=Instant)
    opens_hour: int
    closes_hour: int
    is_capped: bool
    hold_out_percent: int
    has_tracked_links: bool
    content_hash: str = ""
    submitted_by: str | None = None
    approved_by: str | None = None
    generation: str | None = None
    line_messages: int = 0  # foreseen when it was armed: what the month's quota must still hold
    total: int | None = None
    snapshot_upto: int = Field(default=0, sa_type=BigId)
    paused_why: str = ""
    returned_why: str = Field(default="", sa_column_kwargs={"server_default": ""})
    held_until: datetime | None = Field(default=None, sa_type=Instant)
    blocks: int = 0
    counted: str = Field(default="", sa_column_kwargs={"server_default": ""})  # the audience as last counted; "" never
    counted_at: datetime | None = Field(default=None, sa_type=Instant)  # real time
    made_at: datetime = Field(sa_type=Instant)
    began_at: datetime | None = Field(default=None, sa_type=Instant, index=True)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)


class BroadcastAuthor(SQLModel, table=True):
    """One who wrote in a broadcast since it was made; a trigger sees that none of them approves it."""

    __tablename__ = "broadcast_author"
    broadcast_id: int = Field(primary_key=True, sa_type=BigId)
    name: str = Field(primary_key=True)


class BroadcastBlock(SQLModel, table=True):
    """An account that blocked us within 48 hours of a broadcast: counted once, however often it comes and goes."""

    __tablename__ = "broadcast_block"
    broadcast_id: int = Field(primary_key=True, sa_type=BigId)
    account_id: int = Field(primary_key=True, sa_type=BigId, index=True)


ENDED = (BroadcastState.FINISHED, BroadcastState.STOPPED, BroadcastState.EXPIRED)
BROADCASTS, AUTHORS, BLOCKS = table_of(Broadcast), table_of(BroadcastAuthor), table_of(BroadcastBlock)
_OPEN = text("state IN ('armed', 'sending', 'paused')")
Index("broadcast_open", BROADCASTS.c.send_at, sqlite_where=_OPEN, postgresql_where=_OPEN)
_HANDED_IN = text("state IN ('submitted', 'approved')")
Index("broadcast_handed_in", BROADCASTS.c.not_after, sqlite_where=_HANDED_IN, postgresql_where=_HANDED_IN)


_BY_NUMBER = select(BROADCASTS).where(BROADCASTS.c.id == bindparam("number"))
_FIND, _HOLD = Prepared(_BY_NUMBER), Prepared(_BY_NUMBER.with_for_update())
_LIST_OPEN = Prepared(
    select(BROADCASTS.c.id).where(_OPEN, BROADCASTS.c.send_at <= bindparam("now")).order_by(BROADCASTS.c.send_at)
)
_LIST_AUTHORS = Prepared(
    select(AUTHORS.c.name).where(AUTHORS.c.broadcast_id == bindparam("number")).order_by(AUTHORS.c.name)
)


def add(
    connection: Connection, content: BroadcastContent, author: str, now: datetime, occasion: str | None = None
) -> int:
    """Add a draft; gives its number. A second one of the same ``occasion`` raises ConflictError through its key."""
    values = {**_columns(content), "state": BroadcastState.DRAFT, "content_hash": "", "made_at": now}
    values |= {"occasion": occasion, "line_messages": 0, "snapshot_upto": 0, "paused_why": "", "blocks": 0}
    number = connection.execute(BROADCASTS.insert().values(**values).returning(BROADCASTS.c.id)).scalar_one()
    add_author(connection, number, author)
    return int(number)


def add_author(connection: Connection, broadcast_id: int, name: str) -> None:
    """Remember that somebody wrote in a broadcast; a second time changes nothing."""
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(AUTHORS)
    connection.execute(insert.values(broadcast_id=broadcast_id, name=name).on_conflict_do_nothing())


def find(connection: Connection, broadcast_id: int, *, for_update: bool = False) -> BroadcastFacts | None:
    """Find a broadcast; ``for_update`` holds its row until the transaction ends."""
    row = (_HOLD if for_update else _FIND).first(connection, number=broadcast_id)
    return None if row is None else _facts(row, _authors(connection, broadcast_id))


def find_by_occasion(connection: Connection, occasion: str) -> BroadcastFacts | None:
    """Find the broadcast that was made for an occasion."""
    number = connection.execute(select(BROADCASTS.c.id).where(BROADCASTS.c.occasion == occasion)).scalar()
    return None if number is None else find(connection, number)


def list_open(connection: Connection, now: datetime) -> list[int]:
    """List the broadcasts that are armed and due, being sent, or paused, longest due first."""
    return [row.id for row in _LIST_OPEN.all(connection, now=now)]


def list_newest(connection: Connection, limit: int, before: int | None = None) -> list[BroadcastFacts]:
    """List the newest broadcasts, newest first; ``before`` is the last number of the page before this."""
    question = select(BROADCASTS).order_by(BROADCASTS.c.id.desc()).limit(limit)
    rows = connection.execute(question if before is None else question.where(BROADCASTS.c.id < before)).all()
    return [_facts(row, _authors(connection, row.id)) for row in rows]


def list_handed_in(connection: Connection, limit: int) -> list[BroadcastFacts]:
    """List what was submitted or approved and waits for a hand, the most urgent first."""
    return _listed(connection, _HANDED_IN, BROADCASTS.c.not_after, limit)


def list_under_way(connection: Connection, limit: int) -> list[BroadcastFacts]:
    """List what is armed, being sent or paused, the longest due first."""
    return _listed(connection, _OPEN, BROADCASTS.c.send_at, limit)


def _listed(connection: Connection, which: TextClause, order: Column[Any], limit: int) -> list[BroadcastFacts]:
    rows = connection.execute(select(BROADCASTS).where(which).order_by(order, BROADCASTS.c.id).limit(limit)).all()
    return [_facts(row, _authors(connection, row.id)) for row in rows]


def list_of_event(connection: Connection, event_id: int) -> list[BroadcastFacts]:
    """Hold the broadcasts about an event that have not ended, until the transaction ends."""
    ours = (BROADCASTS.c.event_id == event_id, BROADCASTS.c.state.not_in(ENDED))
    rows = connection.execute(select(BROADCASTS).where(*ours).order_by(BROADCASTS.c.id).with_for_update()).all()
    return [_facts(row, _authors(connection, row.id)) for row in rows]


def list_overdue(connection: Connection, now: datetime, limit: int) -> list[BroadcastFacts]:
    """Hold broadcasts that were submitted or approved, never armed, and whose time is over."""
    overdue = (_HANDED_IN, BROADCASTS.c.not_after <= now)
    question = select(BROADCASTS).where(*overdue).order_by(BROADCASTS.c.not_after).limit(limit)
    rows = connection.execute(question.with_for_update(skip_locked=True)).all()
    return [_facts(row, _authors(connection, row.id)) for row in rows]


def list_promised(connection: Connection) -> list[tuple[int, int | None, int]]:
    """List the broadcasts that will still use the month's quota, as (number, total or None, LINE messages foreseen)."""
    columns = (BROADCASTS.c.id, BROADCASTS.c.total, BROADCASTS.c.line_messages)
    return [(row.id, row.total, row.line_messages) for row in connection.execute(select(*columns).where(_OPEN))]


def list_told(connection: Connection, account_id: int, since: datetime) -> list[tuple[int, datetime]]:
    """List the broadcasts that an account was told, or is about to be, since a moment, with when they were sealed."""
    ours = (DELIVERIES.c.account_id == account_id, DELIVERIES.c.sealed_at >= since, DELIVERIES.c.state.in_(TOLD))
    rows = connection.execute(select(DELIVERIES.c.broadcast_id, DELIVERIES.c.sealed_at).where(*ours))
    return [(row.broadcast_id, row.sealed_at) for row in rows]


def change_content(connection: Connection, broadcast_id: int, content: BroadcastContent) -> None:
    """Replace all of a broadcast's content and make it a draft again: what was submitted or approved is void."""
    void = {"state": BroadcastState.DRAFT, "content_hash": "", "submitted_by": None, "approved_by": None}
    values = {**_columns(content), **void, "generation": None, "counted": "", "counted_at": None}
    connection.execute(BROADCASTS.update().where(BROADCASTS.c.id == broadcast_id).values(**values))


def change_state(
    connection: Connection, broadcast_id: int, was: Collection[BroadcastState], state: BroadcastState, **values: Any
) -> bool:
    """Lead a broadcast from one of some states to another; False, and nothing done, where it stands elsewhere."""
    ours = (BROADCASTS.c.id == broadcast_id, BROADCASTS.c.state.in_(was))
    return connection.execute(BROADCASTS.update().where(*ours).values(state=state, **values)).rowcount == 1


def change(connection: Connection, broadcast_id: int, **values: Any) -> None:
    """Change columns that are neither content nor state, such as how far the snapshot has come."""
    connection.execute(BROADCASTS.update().where(BROADCASTS.c.id == broadcast_id).values(**values))


def keep_count(
    connection: Connection, broadcast_id: int, audience: Audience, counts: Sequence[AudienceCount], at: datetime
) -> None:
    """Keep how many an audience was counted to hold (``at``: real time), if the broadcast is still for it."""
    ours = (BROADCASTS.c.id == broadcast_id, BROADCASTS.c.audience == dump_audience(audience))
    counted = _json([asdict(one) for one in counts])
    connection.execute(BROADCASTS.update().where(*ours).values(counted=counted, counted_at=at))


def find_count(connection: Connection, broadcast_id: int) -> tuple[tuple[AudienceCount, ...], datetime] | None:
    """Find how many a broadcast's audience was last counted to hold, and when; None where it never was."""
    columns = (BROADCASTS.c.counted, BROADCASTS.c.counted_at)
    row = connection.execute(select(*columns).where(BROADCASTS.c.id == broadcast_id)).first()
    if row is None or row.counted_at is None:
        return None
    read = json.loads(row.counted)
    return tuple(AudienceCount(**{**one, "channel": ChannelName(one["channel"])}) for one in read), row.counted_at


def count_block(connection: Connection, broadcast_id: int, account_id: int) -> None:
    """Count an account that blocked us after a broadcast, once."""
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(BLOCKS)
    row = insert.values(broadcast_id=broadcast_id, account_id=account_id).on_conflict_do_nothing()
    if connection.execute(row.returning(BLOCKS.c.account_id)).first() is not None:
        ours = BROADCASTS.c.id == broadcast_id
        connection.execute(BROADCASTS.update().where(ours).values(blocks=BROADCASTS.c.blocks + 1))


def forget_blocks(connection: Connection, account_ids: Collection[int]) -> None:
    """Forget which accounts blocked us, whose person leaves; what was counted stays."""
    connection.execute(BLOCKS.delete().where(BLOCKS.c.account_id.in_(account_ids)))


def has_correction(connection: Connection, broadcast_id: int) -> bool:
    """Tell whether a correction of a broadcast was ever made."""
    return bool(connection.execute(select(exists().where(BROADCASTS.c.corrects_id == broadcast_id))).scalar())


def _authors(connection: Connection, broadcast_id: int) -> tuple[str, ...]:
    return tuple(row.name for row in _LIST_AUTHORS.all(connection, number=broadcast_id))


_SAME = (
    "kind", "title", "event_id", "event_stated", "corrects_id", "send_at", "not_after", "opens_hour", "closes_hour",
    "is_capped", "hold_out_percent", "has_tracked_links",
)  # fmt: skip


def _columns(content: BroadcastContent) -> dict[str, Any]:
    same = {name: getattr(content, name) for name in _SAME}
    return {**same, "audience": dump_audience(content.audience), "texts": _json(dict(content.texts))}


def dump_audience(audience: Audience) -> str:
    """Write an audience down as JSON: the same words for the same audience."""
    return _json(asdict(audience))


def load_audience(written: str) -> Audience:
    """Read an audience that `dump_audience` wrote."""
    read: Mapping[str, Any] = json.loads(written)
    lists = {name: tuple(value) for name, value in read.items() if isinstance(value, list)}
    channels = tuple(ChannelName(name) for name in read["channels"])
    kinds = tuple(AudienceKind(name) for name in read["kinds"])
    relation = read["relation"] and EventRelation(read["relation"])
    return Audience(**{**read, **lists, "channels": channels, "kinds": kinds, "relation": relation})


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _facts(row: Row[Any], authors: tuple[str, ...]) -> BroadcastFacts:
    same = {name: getattr(row, name) for name in set(_SAME) - {"kind"}}
    texts = json.loads(row.texts)
    content = BroadcastContent(**same, kind=BroadcastKind(row.kind), audience=load_audience(row.audience), texts=texts)
    own = set(BroadcastFacts.__slots__) - {"state", "content", "authors"}
    rest = {name: getattr(row, name) for name in own}
    return BroadcastFacts(**rest, state=BroadcastState(row.state), content=content, authors=authors)
