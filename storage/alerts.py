"""Alerts: what named staff must be told of, who they are, and which calls told them. Decides nothing, sends nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Index, Row, Select, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, SQLModel

from storage.accounts import ACCOUNTS
from storage.database import BigId, Instant, table_of
from storage.facts import ChannelName
from storage.outbox import OUTBOX, OutboxState


class AlertKind(StrEnum):
    """What staff are told of; ``key`` says which one, such as the channel or the job."""

    MISSED_SLOT = "missed_slot"  # key: the job, or "ticker" when no job ends at all
    CHANNEL_HALTED = "channel_halted"  # key: the channel, or "line:quota" for pushes only
    AUTO_PAUSED = "auto_paused"  # key: the broadcast's number
    LOW_QUOTA = "low_quota"  # key: the channel
    DISK_FULL = "disk_full"  # key: "disk"; a disk that takes nothing any more is told from memory, without a row
    FAILED_ROWS = "failed_rows"  # key: "inbox" or "outbox"
    FAILED_BACKUP = "failed_backup"  # key: "backup"
    DISASTER = "disaster"  # key: "disaster"; staff switched it on, and nothing but answers and notices goes out
    WEEKLY_WITHOUT_LINE = "weekly_without_line"  # key: "weekly"; Monday's message stays a menu entry on LINE


class Alert(SQLModel, table=True):
    """One trouble, from when it was met until it was over. Times are real. ``detail`` holds no personal data."""

    __table_args__ = ({"sqlite_autoincrement": True},)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    kind: str
    key: str
    detail: str = ""
    opened_at: datetime = Field(sa_type=Instant)
    seen_at: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    told: bool = False  # nothing is left to be done about telling that it began
    end_told: bool = False


class AlertReceiver(SQLModel, table=True):
    """An account of somebody named in ALERT_TO, who sent the one-time word from it; the word works once."""

    __tablename__ = "alert_receiver"
    account_id: int = Field(primary_key=True, sa_type=BigId)
    name: str
    word_hash: str = Field(unique=True)
    made_at: datetime = Field(sa_type=Instant)


class AlertTelling(SQLModel, table=True):
    """One call that tells one name of an alert, or (``is_end``) that it is over."""

    __tablename__ = "alert_telling"
    alert_id: int = Field(primary_key=True, sa_type=BigId)
    is_end: bool = Field(primary_key=True)
    account_id: int = Field(primary_key=True, sa_type=BigId)
    name: str
    outbox_id: int = Field(sa_type=BigId)
    made_at: datetime = Field(sa_type=Instant)


SEEN_STEP = timedelta(minutes=1)  # a trouble met a thousand times a second is written down once a minute
ALERTS, RECEIVERS, TELLINGS = table_of(Alert), table_of(AlertReceiver), table_of(AlertTelling)
_IS_OPEN = text("ended_at IS NULL")
Index("alert_open", ALERTS.c.kind, ALERTS.c.key, unique=True, sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN)
_UNTOLD = text("(NOT told OR (NOT end_told AND ended_at IS NOT NULL))")
Index("alert_untold", ALERTS.c.id, sqlite_where=_UNTOLD, postgresql_where=_UNTOLD)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFacts:
    """One alert as it stands; ``ended_at`` is None while it is open."""

    id: int
    kind: AlertKind
    key: str
    detail: str
    opened_at: datetime
    seen_at: datetime
    ended_at: datetime | None
    told: bool
    end_told: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """One account that is told, and whose it is."""

    name: str
    account_id: int
    channel: ChannelName
    bot_id: str
    key: str
    language: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """One call that tells a name, and how far it has come."""

    account_id: int
    name: str
    made_at: datetime
    state: OutboxState


def raise_(connection: Connection, kind: AlertKind, key: str, detail: str, now: datetime) -> bool:
    """Open an alert; while one of this kind and key is open it only notes that it was seen again. True for a new one.

    ``now`` is real time. It belongs into the transaction that meets the trouble.
    """
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(ALERTS)
    row = {"kind": kind, "key": key, "detail": detail[:200], "opened_at": now, "seen_at": now}
    unique = {"index_elements": ["kind", "key"], "index_where": _IS_OPEN}
    added = insert.values(**row, told=False, end_told=False).on_conflict_do_nothing(**unique)
    if connection.execute(added.returning(ALERTS.c.id)).first() is not None:
        return True
    same = (ALERTS.c.kind == kind, ALERTS.c.key == key, _IS_OPEN, ALERTS.c.seen_at < now - SEEN_STEP)
    connection.execute(ALERTS.update().where(*same).values(seen_at=now))
    return False


def end(connection: Connection, kind: AlertKind, key: str, now: datetime) -> bool:
    """End what is open of this kind and key, so that staff are told it is over; False when nothing was."""
    same = (ALERTS.c.kind == kind, ALERTS.c.key == key, _IS_OPEN)
    return connection.execute(ALERTS.update().where(*same).values(ended_at=now)).rowcount > 0


def list_open(connection: Connection) -> list[AlertFacts]:
    """List what is open, the oldest first."""
    return _many(connection, select(ALERTS).where(_IS_OPEN).order_by(ALERTS.c.id))


def list_untold(connection: Connection) -> list[AlertFacts]:
    """List the alerts of which somebody must still be told that they began, or that they are over; oldest first."""
    return _many(connection, select(ALERTS).where(_UNTOLD).order_by(ALERTS.c.id))


def mark_told(connection: Connection, alert_id: int, *, is_end: bool) -> None:
    """Write down that nothing is left to be done about telling this."""
    told = {"end_told": True} if is_end else {"told": True}
    connection.execute(ALERTS.update().where(ALERTS.c.id == alert_id).values(**told))


def _many(connection: Connection, question: Select[Any]) -> list[AlertFacts]:
    return [_facts(row) for row in connection.execute(question)]


def _facts(row: Row[Any]) -> AlertFacts:
    same = {name: getattr(row, name) for name in AlertFacts.__slots__ if name != "kind"}
    return AlertFacts(**same, kind=AlertKind(row.kind))


def add_receiver(connection: Connection, account_id: int, name: str, word_hash: str, now: datetime) -> bool:
    """Let an account be told under a name; False when the word was used before."""
    used = connection.execute(select(RECEIVERS.c.account_id).where(RECEIVERS.c.word_hash == word_hash)).first()
    if used is not None:
        return False
    connection.execute(RECEIVERS.delete().where(RECEIVERS.c.account_id == account_id))
    row = {"account_id": account_id, "name": name, "word_hash": word_hash, "made_at": now}
    connection.execute(RECEIVERS.insert().values(**row))
    return True


def list_receivers(connection: Connection, names: Sequence[str]) -> list[Receiver]:
    """List the accounts of some names that can be reached, in the order in which they were registered."""
    account = ("channel", "bot_id", "key", "language")
    columns = (RECEIVERS.c.name, RECEIVERS.c.account_id, *(ACCOUNTS.c[name] for name in account))
    joined = RECEIVERS.join(ACCOUNTS, ACCOUNTS.c.id == RECEIVERS.c.account_id)
    chosen = select(*columns).select_from(joined).where(RECEIVERS.c.name.in_(names), ACCOUNTS.c.state == "following")
    rows = connection.execute(chosen.order_by(RECEIVERS.c.made_at, RECEIVERS.c.account_id))
    return [Receiver(**{**row._mapping, "channel": ChannelName(row.channel)}) for row in rows]


def add_telling(
    connection: Connection, alert_id: int, to: Receiver, outbox_id: int, now: datetime, *, is_end: bool
) -> None:
    """Write down by which call somebody is told of an alert, or of its end."""
    row = {"alert_id": alert_id, "is_end": is_end, "account_id": to.account_id, "name": to.name}
    connection.execute(TELLINGS.insert().values(**row, outbox_id=outbox_id, made_at=now))


def list_tellings(connection: Connection, alert_id: int, *, is_end: bool) -> list[Telling]:
    """List who was told of an alert, or of its end, and what became of the call."""
    columns = (TELLINGS.c.account_id, TELLINGS.c.name, TELLINGS.c.made_at, OUTBOX.c.state)
    joined = TELLINGS.join(OUTBOX, OUTBOX.c.id == TELLINGS.c.outbox_id)
    ours = (TELLINGS.c.alert_id == alert_id, TELLINGS.c.is_end == is_end)
    rows = connection.execute(select(*columns).select_from(joined).where(*ours))
    return [Telling(**{**row._mapping, "state": OutboxState(row.state)}) for row in rows]


def remove_old(connection: Connection, ended_before: datetime, limit: int) -> int:
    """Remove alerts that ended so long ago, with what was told of them, a piece at a time; gives how many."""
    old = select(ALERTS.c.id).where(ALERTS.c.ended_at < ended_before, ALERTS.c.end_told).limit(limit)
    ids = list(connection.execute(old).scalars())
    connection.execute(TELLINGS.delete().where(TELLINGS.c.alert_id.in_(ids)))
    connection.execute(ALERTS.delete().where(ALERTS.c.id.in_(ids)))
    return len(ids)


def drop_receivers(connection: Connection, account_ids: Sequence[int]) -> None:
    """Stop telling some accounts; their owner leaves."""
    connection.execute(RECEIVERS.delete().where(RECEIVERS.c.account_id.in_(account_ids)))
