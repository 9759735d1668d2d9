"""The inbox: every event a platform sent, stored before it is answered, and handled once. Parses nothing."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Index, Row, UniqueConstraint, bindparam, func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, SQLModel

from storage import alerts
from storage.alerts import AlertKind
from storage.database import BigId, Instant, table_of
from storage.facts import ChannelName
from storage.prepared import Prepared


class InboxState(StrEnum):
    """Where an event stands: waiting to be handled, handled, or given up after three tries."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


class InboxRow(SQLModel, table=True):
    """One event as it came. ``raw`` is emptied after a week, or at once when the person unsends or leaves."""

    __tablename__ = "inbox"
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    channel: str
    bot_id: str
    event_id: str
    account_key: str
    occurred_at: datetime = Field(sa_type=Instant)
    received_at: datetime = Field(sa_type=Instant)
    raw: str
    reply_token: str | None = None
    reply_until: datetime | None = Field(default=None, sa_type=Instant)
    state: str = InboxState.WAITING
    attempts: int = 0
    trouble: str | None = None
    done_at: datetime | None = Field(default=None, sa_type=Instant)


INBOX = table_of(InboxRow)
INBOX.append_constraint(UniqueConstraint("channel", "bot_id", "event_id"))
INBOX.dialect_options["sqlite"]["autoincrement"] = True
_IS_WAITING = INBOX.c.state == InboxState.WAITING
Index(
    "inbox_waiting",
    INBOX.c.channel,
    INBOX.c.bot_id,
    INBOX.c.account_key,
    INBOX.c.occurred_at,
    sqlite_where=_IS_WAITING,
    postgresql_where=_IS_WAITING,
)
Index("inbox_account", INBOX.c.channel, INBOX.c.account_key, INBOX.c.received_at)
Index("inbox_received", INBOX.c.received_at)
_IS_FAILED = INBOX.c.state == InboxState.FAILED
Index("inbox_failed", INBOX.c.received_at, sqlite_where=_IS_FAILED, postgresql_where=_IS_FAILED)
# An unsent message lost its body before its key. Literals, so that SQLite sees that the index serves the question.
_FULL = text("(raw <> '' OR account_key <> '')")
Index("inbox_full", INBOX.c.received_at, sqlite_where=_FULL, postgresql_where=_FULL)


_GIVEN_UP = text("state = 'failed'")
_HAS_BODY = INBOX.c.raw != ""

CLOCK_SKEW = timedelta(minutes=5)  # by which our clock may lag behind the platform's


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """What intake stores of one event; times are real."""

    bot_id: str
    event_id: str | None
    account_key: str
    occurred_at: datetime
    raw: str
    reply_token: str | None
    reply_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEvent:
    """One waiting event, as the worker takes it."""

    id: int
    channel: ChannelName
    bot_id: str
    account_key: str
    occurred_at: datetime
    received_at: datetime
    raw: str
    reply_token: str | None
    reply_until: datetime | None
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedEvent:
    """One event that was given up, without what was said; ``has_body``: there is still something to be handled."""

    id: int
    channel: ChannelName
    received_at: datetime
    trouble: str
    has_body: bool


def store_all(connection: Connection, arrived: Sequence[tuple[ChannelName, Sequence[NewEvent], datetime]]) -> None:
    """Store what webhooks brought, each as (channel, events, time of receipt).

    A repeat of an event that still waits only renews its reply token, any other repeat changes nothing. They are
    stored in the order of their ids, so that two processes that are given the same never wait in a circle.
    """
    rows = [_values(channel, event, received_at) for channel, events, received_at in arrived for event in events]
    if len(arrived) > 1:
        rows.sort(key=lambda row: (row["channel"], row["bot_id"], row["event_id"]))
    if rows:
        _STORE.change_many(connection, rows)


def _values(channel: ChannelName, event: NewEvent, received_at: datetime) -> dict[str, Any]:
    event_id = event.event_id or "sha256:" + hashlib.sha256(event.raw.encode("utf-8", "surrogatepass")).hexdigest()
    return {
        "channel": channel,
        "bot_id": event.bot_id,
        "event_id": event_id,
        "account_key": event.account_key,
        "occurred_at": event.occurred_at,
        "received_at": received_at,
        "raw": event.raw,
        "reply_token": event.reply_token,
        "reply_until": event.reply_until,
        "state": InboxState.WAITING,
        "attempts": 0,
    }


def _storing(insert: sqlite.Insert | postgresql.Insert) -> sqlite.Insert | postgresql.Insert:
    return insert.on_conflict_do_update(
        index_elements=["channel", "bot_id", "event_id"],
        set_={"reply_token": insert.excluded.reply_token, "reply_until": insert.excluded.reply_until},
        where=_IS_WAITING,
    )


_OF_ACCOUNT = (INBOX.c.channel == bindparam("channel"), INBOX.c.account_key == bindparam("account_key"))
_STORE = Prepared(
    _storing(sqlite.insert(INBOX)),
    postgresql=_storing(postgresql.insert(INBOX)),
    columns=[column.name for column in INBOX.c if column.name not in ("id", "trouble", "done_at")],
)
_OLDEST = Prepared(
    select(INBOX)
    .where(text("state = 'waiting'"), INBOX.c.bot_id == bindparam("bot_id"), *_OF_ACCOUNT)
    .order_by(INBOX.c.occurred_at, INBOX.c.id)
    .limit(2)
)
_AT_OR_BEFORE = (INBOX.c.occurred_at < bindparam("at")) | (
    (INBOX.c.occurred_at == bindparam("at")) & (INBOX.c.id <= bindparam("event_id"))
)
_COUNT_RECENT = Prepared(
    select(func.count().label("written"))
    .select_from(INBOX)
    .where(
        *_OF_ACCOUNT,
        INBOX.c.received_at > bindparam("received_since"),  # for the index
        INBOX.c.occurred_at > bindparam("since"),
        _AT_OR_BEFORE,
    )
)
_LIST_ARRIVED = Prepared(
    select(INBOX.c.id, INBOX.c.channel, INBOX.c.bot_id, INBOX.c.account_key)
    .where(INBOX.c.id > bindparam("after"), text("state = 'waiting'"))
    .order_by(INBOX.c.id)
    .limit(bindparam("most"))
)
_MARK_DONE = Prepared(
    INBOX.update().where(INBOX.c.id == bindparam("event_id")).values(state=InboxState.DONE, done_at=bindparam("now"))
)


def find_oldest_waiting(
    connection: Connection, channel: ChannelName, bot_id: str, account_key: str
) -> StoredEvent | None:
    """Find the account's oldest waiting event by the platform's time."""
    return find_next_waiting(connection, channel, bot_id, account_key)[0]


def find_next_waiting(
    connection: Connection, channel: ChannelName, bot_id: str, account_key: str
) -> tuple[StoredEvent | None, bool]:
    """Find the account's oldest waiting event by the platform's time, and whether another waits behind it."""
    rows = _OLDEST.all(connection, channel=channel, bot_id=bot_id, account_key=account_key)
    return (_stored(rows[0]) if rows else None), len(rows) > 1


def list_arrived(connection: Connection, after: int, limit: int) -> list[tuple[int, tuple[ChannelName, str, str]]]:
    """List the waiting events numbered above ``after``, in order, as (number, (channel, bot id, account key)).

    It reads only what is new, however much waits. Numbers may become visible out of order: look back a little.
    """
    rows = _LIST_ARRIVED.all(connection, after=after, most=limit)
    return [(row.id, (ChannelName(row.channel), row.bot_id, row.account_key)) for row in rows]


def find_newest(connection: Connection) -> int:
    """Find the highest number an event was given; 0 for none."""
    return connection.execute(select(func.max(INBOX.c.id))).scalar() or 0


def list_waiting_accounts(connection: Connection) -> list[tuple[ChannelName, str, str]]:
    """List the accounts (channel, bot id, key) that have events waiting, those tried most often last.

    Whatever kills the process is then found after the others' work is done, and who was hit by chance is not hit again.
    """
    columns = (INBOX.c.channel, INBOX.c.bot_id, INBOX.c.account_key)
    tried = func.max(INBOX.c.attempts)
    rows = connection.execute(select(*columns).where(_IS_WAITING).group_by(*columns).order_by(tried, *columns))
    return [(ChannelName(row.channel), row.bot_id, row.account_key) for row in rows]


def count_recent(connection: Connection, event: StoredEvent, span: timedelta) -> int:
    """Count what an account wrote within a span up to an event, itself included, by the platform's time.

    Times of receipt would not do: after a stop, everything that an hour brought arrives in one minute.
    """
    since = event.occurred_at - span
    ours = {"channel": event.channel, "account_key": event.account_key, "event_id": event.id}
    fresh = {"received_since": since - CLOCK_SKEW, "since": since, "at": event.occurred_at}
    return int(_COUNT_RECENT.one(connection, **ours, **fresh).written)


def mark_done(connection: Connection, event_id: int, now: datetime) -> None:
    """Mark an event as handled."""
    _MARK_DONE.put_off(connection, event_id=event_id, now=now)


def add_attempt(connection: Connection, event_id: int, trouble: str | None = None) -> int:
    """Count one more try of an event and keep what went wrong (a class name, no content); gives the tries so far."""
    values: dict[str, Any] = {"attempts": INBOX.c.attempts + 1}
    if trouble is not None:
        values["trouble"] = trouble
    statement = INBOX.update().where(INBOX.c.id == event_id).values(**values).returning(INBOX.c.attempts)
    return int(connection.execute(statement).scalar_one())


def mark_failed(connection: Connection, event_id: int, now: datetime) -> bool:
    """Give an event up: its account goes on without it, and staff are told. False when it ended meanwhile."""
    ours = (INBOX.c.id == event_id, _IS_WAITING)
    given_up = INBOX.update().where(*ours).values(state=InboxState.FAILED, done_at=now)
    if connection.execute(given_up).rowcount != 1:
        return False
    alerts.raise_(connection, AlertKind.FAILED_ROWS, "inbox", "", now)
    return True


def list_failed(connection: Connection, limit: int) -> list[FailedEvent]:
    """List the events that were given up and are still kept, the newest first."""
    columns = (INBOX.c.id, INBOX.c.channel, INBOX.c.received_at, INBOX.c.trouble, _HAS_BODY.label("has_body"))
    rows = connection.execute(select(*columns).where(_GIVEN_UP).order_by(INBOX.c.received_at.desc()).limit(limit))
    return [
        FailedEvent(
            id=row.id,
            channel=ChannelName(row.channel),
            received_at=row.received_at,
            trouble=row.trouble or "",
            has_body=bool(row.has_body),
        )
        for row in rows
    ]


def put_back(connection: Connection, event_ids: Sequence[int]) -> list[int]:
    """Let events that were given up wait again, as if nobody had tried them; gives those that now do.

    What lost its body meanwhile (a week is over, its writer took it back or left) stays given up.
    """
    ours = (INBOX.c.id.in_(event_ids), _GIVEN_UP, _HAS_BODY)
    again = {"state": InboxState.WAITING, "attempts": 0, "trouble": None, "done_at": None}
    return list(connection.execute(INBOX.update().where(*ours).values(**again).returning(INBOX.c.id)).scalars())


def count_states(connection: Connection) -> dict[str, int]:
    """Count waiting and failed events; each has an index of its own, and both are few."""
    counted = select(INBOX.c.state, func.count()).group_by(INBOX.c.state)
    rows = (row for few in (_IS_WAITING, _IS_FAILED) for row in connection.execute(counted.where(few)))
    return {row[0]: row[1] for row in rows}


def list_bodies(connection: Connection, channel: ChannelName, account_key: str) -> list[str]:
    """List the bodies that are still stored of what an account sent, oldest first, for its own export."""
    ours = (INBOX.c.channel == channel, INBOX.c.account_key == account_key, INBOX.c.raw != "")
    return list(connection.execute(select(INBOX.c.raw).where(*ours).order_by(INBOX.c.id)).scalars())


def empty_unsent(connection: Connection, channel: ChannelName, account_key: str, message_id: str) -> int:
    """Empty the stored body of a message that its writer took back; gives how many rows held it."""
    ours = (INBOX.c.channel == channel, INBOX.c.account_key == account_key)
    holds = INBOX.c.raw.contains(f'"{message_id}"', autoescape=True)
    return connection.execute(INBOX.update().where(*ours, holds).values(raw="")).rowcount


def forget_account(connection: Connection, channel: ChannelName, account_key: str) -> None:
    """Empty all that an account ever wrote, and its key; the event ids stay, so that nothing is handled twice."""
    ours = (INBOX.c.channel == channel, INBOX.c.account_key == account_key)
    values = {"raw": "", "account_key": "", "reply_token": None}
    connection.execute(INBOX.update().where(*ours, INBOX.c.state != InboxState.WAITING).values(**values))


def drop_waiting(connection: Connection, channel: ChannelName, account_key: str, now: datetime) -> None:
    """Let what an account wrote and nobody handled be as if it was."""
    ours = (_IS_WAITING, INBOX.c.channel == channel, INBOX.c.account_key == account_key)
    connection.execute(INBOX.update().where(*ours).values(state=InboxState.DONE, done_at=now))


def forget_event(connection: Connection, event_id: int) -> None:
    """Empty one event, of somebody who left by it."""
    values = {"raw": "", "account_key": "", "reply_token": None}
    connection.execute(INBOX.update().where(INBOX.c.id == event_id).values(**values))


def empty_bodies(connection: Connection, received_before: datetime, limit: int) -> int:
    """Empty the bodies of handled events older than a week, a piece at a time; gives how many."""
    old = (INBOX.c.received_at < received_before, INBOX.c.state != InboxState.WAITING)
    chosen = select(INBOX.c.id).where(*old, _FULL).limit(limit)
    return connection.execute(INBOX.update().where(INBOX.c.id.in_(chosen)).values(raw="", account_key="")).rowcount


def remove_old(connection: Connection, received_before: datetime, limit: int) -> int:
    """Remove handled events older than a month, a piece at a time; gives how many."""
    old = (INBOX.c.received_at < received_before, INBOX.c.state != InboxState.WAITING)
    chosen = select(INBOX.c.id).where(*old).limit(limit)
    return connection.execute(INBOX.delete().where(INBOX.c.id.in_(chosen))).rowcount


def _stored(row: Row[Any]) -> StoredEvent:
    return StoredEvent(
        id=row.id,
        channel=ChannelName(row.channel),
        bot_id=row.bot_id,
        account_key=row.account_key,
        occurred_at=row.occurred_at,
        received_at=row.received_at,
        raw=row.raw,
        reply_token=row.reply_token,
        reply_until=row.reply_until,
        attempts=row.attempts,
    )
