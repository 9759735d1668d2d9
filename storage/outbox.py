"""The outbox: every platform call, stored before it is made, with its key, its bytes and how it ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Index, Row, bindparam, exists, func, or_, select, text
from sqlmodel import Field, SQLModel

from storage.bulk import copy_in
from storage.database import BigId, Instant, draw_ids, table_of
from storage.facts import ChannelName
from storage.prepared import Prepared


class OutboxState(StrEnum):
    """Where a call stands. The end states add up: accepted, unknown, refused, skipped, expired, rode."""

    WAITING = "waiting"  # due now or later
    SENDING = "sending"  # leased: being tried, or its process died while trying
    STRANDED = "stranded"  # an answer whose reply token died unused: rides on the person's next answer
    RODE = "rode"
    ACCEPTED = "accepted"
    UNKNOWN = "unknown"
    REFUSED = "refused"
    SKIPPED = "skipped"
    EXPIRED = "expired"


EMPTY = {"to_key": "", "body": b"", "content": "", "rest": "", "token": None}
"""Columns of a call that says nothing about anybody any more."""

END_STATES = frozenset(OutboxState) - {OutboxState.WAITING, OutboxState.SENDING, OutboxState.STRANDED}


class OutboxKind(StrEnum):
    """What a call is for: it decides order, deadline and whether an unknown try may be repeated."""

    PRESS_ANSWER = "press_answer"
    ANSWER = "answer"
    NOTICE = "notice"  # a reminder, a cancellation, a move: repeated on Telegram while still true
    ALERT = "alert"  # to named staff: some trouble began or is over; may arrive twice rather than not at all
    POST = "post"  # to the city's public channel: no account, and never repeated where it may have been taken
    BULK = "bulk"  # of a broadcast, to one account or many: never repeated without a key where it may have been taken


REPLIES = (OutboxKind.PRESS_ANSWER, OutboxKind.ANSWER)
"""What answers somebody who waits: no budget holds it up, and it goes out while a restored database is not armed."""

URGENCY = {kind: number for number, kind in enumerate(OutboxKind)}


class OutboxRow(SQLModel, table=True):
    """One platform call. ``body`` is sealed: the same bytes on every try, under the same ``retry_key``."""

    __tablename__ = "outbox"
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    inbox_id: int | None = Field(default=None, sa_type=BigId, index=True)
    account_id: int | None = Field(default=None, sa_type=BigId, index=True)
    part_id: int | None = Field(default=None, sa_type=BigId)  # a notice's part, and the schedule it speaks of
    schedule_version: int | None = None
    broadcast_id: int | None = Field(default=None, sa_type=BigId)
    channel: str
    bot_id: str
    kind: str
    urgency: int
    way: str
    to_key: str
    body: bytes
    content: str = ""  # the messages before rendering, so that a stranded answer can ride on the next
    rest: str = ""  # the bodies of a broadcast that follow once this call is accepted
    token: str | None = None
    token_until: datetime | None = Field(default=None, sa_type=Instant)
    retry_key: str | None = None
    must_arrive: bool = False
    forget: bool = False  # the person left: nothing of them may stay once this has ended
    state: str
    attempts: int = 0
    was_unknown: bool = False
    leased_by: str | None = None
    leased_until: datetime | None = Field(default=None, sa_type=Instant)
    due_at: datetime = Field(sa_type=Instant)
    not_after: datetime = Field(sa_type=Instant)
    first_tried_at: datetime | None = Field(default=None, sa_type=Instant)
    made_at: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    request_id: str | None = None
    detail: str = ""


OUTBOX = table_of(OutboxRow)
OUTBOX.dialect_options["sqlite"]["autoincrement"] = True
# Literals, not parameters: SQLite uses an index of some rows only where it can read the same list in the question.
OPEN = text("state IN ('waiting', 'sending')")
Index("outbox_open", OUTBOX.c.urgency, OUTBOX.c.due_at, sqlite_where=OPEN, postgresql_where=OPEN)
Index(
    "outbox_paced",
    OUTBOX.c.channel,
    OUTBOX.c.way,
    OUTBOX.c.urgency,
    OUTBOX.c.id,
    sqlite_where=OPEN,
    postgresql_where=OPEN,
)
OF_BROADCAST = text("broadcast_id IS NOT NULL AND state IN ('waiting', 'sending')")
Index("outbox_of_broadcast", OUTBOX.c.broadcast_id, sqlite_where=OF_BROADCAST, postgresql_where=OF_BROADCAST)
_ANSWERING = text("state = 'sending' AND urgency <= 1")
Index("outbox_answering", OUTBOX.c.to_key, sqlite_where=_ANSWERING, postgresql_where=_ANSWERING)
_STRANDED = OUTBOX.c.state == OutboxState.STRANDED
Index("outbox_stranded", OUTBOX.c.account_id, sqlite_where=_STRANDED, postgresql_where=_STRANDED)
Index("outbox_made", OUTBOX.c.made_at)
_LATE = text("kind = 'notice' AND state = 'expired'")
Index("outbox_late", OUTBOX.c.made_at, sqlite_where=_LATE, postgresql_where=_LATE)
_FULL = text("to_key <> ''")
Index("outbox_full", OUTBOX.c.made_at, sqlite_where=_FULL, postgresql_where=_FULL)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCall:
    """One call as delivery works on it. Times are real."""

    id: int
    account_id: int | None
    part_id: int | None
    schedule_version: int | None
    broadcast_id: int | None
    channel: ChannelName
    bot_id: str
    kind: OutboxKind
    way: str
    to_key: str
    body: bytes
    rest: str
    token: str | None
    token_until: datetime | None
    retry_key: str | None
    must_arrive: bool
    forget: bool
    attempts: int
    was_unknown: bool
    not_after: datetime
    first_tried_at: datetime | None
    made_at: datetime


_EMPTY_ROW: dict[str, Any] = {
    **{column.name: None for column in OUTBOX.c if column.name != "id"},
    "content": "",
    "rest": "",
    "must_arrive": False,
    "forget": False,
    "attempts": 0,
    "was_unknown": False,
    "detail": "",
}
_OF_CALL = [name for name in StoredCall.__slots__ if name != "id"]
_ADD = Prepared(OUTBOX.insert().returning(OUTBOX.c.id), columns=list(_EMPTY_ROW))
_ADD_ALL = Prepared(OUTBOX.insert(), columns=["id", *_EMPTY_ROW])
_MINE = (OUTBOX.c.id == bindparam("call_id"), OUTBOX.c.leased_by == bindparam("owner"), text("state = 'sending'"))
_ENDED = Prepared(
    OUTBOX.update()
    .where(*_MINE)
    .values(
        state=bindparam("end"),
        ended_at=bindparam("now"),
        leased_until=None,
        request_id=bindparam("request"),
        detail=bindparam("said"),
    )
)
_LIST_STRANDED = Prepared(
    select(OUTBOX.c.id, OUTBOX.c.content)
    .where(
        text("state = 'stranded'"),
        OUTBOX.c.account_id == bindparam("account_id"),
        OUTBOX.c.not_after > bindparam("now"),
    )
    .order_by(OUTBOX.c.id)
)


def add_all(connection: Connection, calls: Sequence[Mapping[str, Any]]) -> list[int]:
    """Store calls in their order, many in one statement; gives their numbers, which rise. See OutboxRow."""
    numbers = draw_ids(connection, OUTBOX, len(calls)) if calls else []
    rows = [
        {**_EMPTY_ROW, "urgency": URGENCY[call["kind"]], **call, "id": number}
        for number, call in zip(numbers, calls, strict=True)
    ]
    if rows and connection.dialect.name == "postgresql":
        copy_in(connection, OUTBOX, rows)
    elif rows:
        _ADD_ALL.change_many(connection, rows)
    return numbers


def add(connection: Connection, **values: Any) -> StoredCall:
    """Store a call; see OutboxRow for the columns."""
    values = {**_EMPTY_ROW, "urgency": URGENCY[values["kind"]], **values}
    stored = _ADD.one(connection, **values)
    return StoredCall(**{**{name: values[name] for name in _OF_CALL}, "id": stored.id})


_IS_ANSWERING_ELSEWHERE = Prepared(
    select(
        exists()
        .where(
            _ANSWERING,
            OUTBOX.c.channel == bindparam("channel"),
            OUTBOX.c.bot_id == bindparam("bot_id"),
            OUTBOX.c.to_key == bindparam("account_key"),
            OUTBOX.c.leased_by != bindparam("owner"),
        )
        .label("answer")
    )
)


def is_answering_elsewhere(connection: Connection, owner: str, address: tuple[str, str, str]) -> bool:
    """Tell whether another owner is sending an answer to an account (channel, bot id, key).

    Who decides the account's next event meanwhile would send its answer too early. A lease that has run out changes
    nothing: until somebody has taken that answer over, the next one would overtake it. SQLite has one owner.
    """
    if connection.dialect.name == "sqlite":
        return False
    channel, bot_id, key = address
    asked = {"channel": channel, "bot_id": bot_id, "account_key": key, "owner": owner}
    return bool(_IS_ANSWERING_ELSEWHERE.one(connection, **asked).answer)


_FIND_REPLACEMENT = Prepared(
    select(OUTBOX.c.body)
    .where(
        OUTBOX.c.account_id == bindparam("account_id"), OUTBOX.c.token == bindparam("number"), text("way = 'replace'")
    )
    .order_by(OUTBOX.c.id.desc())
    .limit(1)
)


def find_replacement(connection: Connection, account_id: int, number: str) -> bytes | None:
    """Give what was put last into the place of a message of an account; None where nothing was."""
    found = _FIND_REPLACEMENT.first(connection, account_id=account_id, number=number)
    return found.body if found else None


def renew(connection: Connection, call_id: int, owner: str, now: datetime, lease: timedelta) -> bool:
    """Hold a leased call longer; False when it was taken over meanwhile."""
    mine = (OUTBOX.c.id == call_id, OUTBOX.c.leased_by == owner, OUTBOX.c.state == OutboxState.SENDING)
    return connection.execute(OUTBOX.update().where(*mine).values(leased_until=now + lease)).rowcount == 1


def mark_ended(
    connection: Connection,
    call_id: int,
    owner: str,
    state: OutboxState,
    now: datetime,
    *,
    request_id: str | None = None,
    detail: str = "",
) -> bool:
    """Write how a call ended; False when another owner had taken it over, or its person left, meanwhile."""
    told = {"request": request_id, "said": detail}
    return _ENDED.change(connection, call_id=call_id, owner=owner, end=state, now=now, **told) == 1


def mark_waiting(connection: Connection, call_id: int, owner: str, due_at: datetime, **values: Any) -> None:
    """Put a call back to be tried again later, unless its person left meanwhile."""
    mine = (OUTBOX.c.id == call_id, OUTBOX.c.leased_by == owner, OUTBOX.c.state == OutboxState.SENDING)
    back = {"state": OutboxState.WAITING, "due_at": due_at, "leased_by": None, "leased_until": None}
    connection.execute(OUTBOX.update().where(*mine).values(**back, **values))


def forget_ended(connection: Connection, call_id: int) -> None:
    """Empty all that names a person in a call that has ended."""
    connection.execute(OUTBOX.update().where(OUTBOX.c.id == call_id).values(**EMPTY, account_id=None))


def skip_outdated(connection: Connection, part_id: int, version: int, now: datetime) -> int:
    """End the calls about a part's earlier schedules that wait for a try; gives how many. ``now`` only dates their end.

    It belongs into the transaction that moves or cancels the part. A call that is being tried just then is not touched:
    delivery looks at the schedule once more before each try.
    """
    ours = (OPEN, OUTBOX.c.part_id == part_id, OUTBOX.c.state == OutboxState.WAITING)
    ended = {"state": OutboxState.SKIPPED, "ended_at": now, "detail": "outdated"}
    return connection.execute(
        OUTBOX.update().where(*ours, OUTBOX.c.schedule_version < version).values(**ended)
    ).rowcount


def take_back(connection: Connection, call_ids: Sequence[int], now: datetime) -> list[int]:
    """End those among some calls that wait for a try; gives the calls that surely reached nobody, the expired included.

    ``now`` only dates their end. A call that is being tried just then is not touched.
    """
    ours, sure = OUTBOX.c.id.in_(call_ids), ~OUTBOX.c.was_unknown
    ended = {"state": OutboxState.SKIPPED, "ended_at": now, "detail": "taken back"}
    waiting = OUTBOX.update().where(OPEN, ours, sure, OUTBOX.c.state == OutboxState.WAITING).values(**ended)
    expired = select(OUTBOX.c.id).where(ours, sure, OUTBOX.c.state == OutboxState.EXPIRED)
    return [*connection.execute(waiting.returning(OUTBOX.c.id)).scalars(), *connection.execute(expired).scalars()]


def skip_earlier(connection: Connection, newer: Sequence[tuple[int, int, int]], now: datetime, detail: str) -> None:
    """End what waits to be told before some calls, given as (call, account, part), which make it idle."""
    if not newer:
        return
    same = (OUTBOX.c.account_id == bindparam("account"), OUTBOX.c.part_id == bindparam("part"))
    ours = (OPEN, *same, OUTBOX.c.id < bindparam("newer"))
    ended = {"state": OutboxState.SKIPPED, "ended_at": now, "detail": detail}
    skipped = OUTBOX.update().where(*ours, OUTBOX.c.state == OutboxState.WAITING).values(**ended)
    connection.execute(skipped, [{"newer": call, "account": account, "part": part} for call, account, part in newer])


def list_stranded(connection: Connection, account_id: int, now: datetime) -> list[tuple[int, str]]:
    """List the account's stranded answers that are still worth saying, oldest first, as (number, content)."""
    rows = _LIST_STRANDED.all(connection, account_id=account_id, now=now)
    return [(row.id, row.content) for row in rows]


def mark_rode(connection: Connection, call_ids: Sequence[int], now: datetime) -> None:
    """End stranded answers that ride on a new one."""
    if call_ids:
        values = {"state": OutboxState.RODE, "ended_at": now}
        connection.execute(OUTBOX.update().where(OUTBOX.c.id.in_(call_ids)).values(**values))


def forget_account(connection: Connection, account_ids: Sequence[int]) -> None:
    """Stop and empty every call to accounts whose person leaves."""
    ours = OUTBOX.c.account_id.in_(account_ids)
    connection.execute(
        OUTBOX.update().where(ours, or_(OPEN, _STRANDED)).values(state=OutboxState.SKIPPED, detail="left")
    )
    connection.execute(OUTBOX.update().where(ours).values(**EMPTY, account_id=None))


def stop_account(connection: Connection, account_id: int, now: datetime) -> None:
    """End what waits to be told to an account that a person has no longer; what is being sent just then is not."""
    ours = (OUTBOX.c.account_id == account_id, OPEN, OUTBOX.c.state == OutboxState.WAITING)
    ended = {"state": OutboxState.SKIPPED, "ended_at": now, "detail": "detached", **EMPTY}
    connection.execute(OUTBOX.update().where(*ours, OUTBOX.c.broadcast_id.is_(None)).values(**ended))


def empty_bodies(connection: Connection, made_before: datetime, limit: int) -> int:
    """Empty ended calls older than a week, a piece at a time; gives how many."""
    old = (OUTBOX.c.made_at < made_before, OUTBOX.c.state.in_(END_STATES), _FULL)
    chosen = select(OUTBOX.c.id).where(*old).limit(limit)
    return connection.execute(OUTBOX.update().where(OUTBOX.c.id.in_(chosen)).values(**EMPTY)).rowcount


def expire_stranded(connection: Connection, now: datetime, limit: int) -> int:
    """End the stranded answers that found no ride in time; gives how many."""
    chosen = select(OUTBOX.c.id).where(_STRANDED, OUTBOX.c.not_after <= now).limit(limit)
    values = {"state": OutboxState.EXPIRED, "ended_at": now}
    return connection.execute(OUTBOX.update().where(OUTBOX.c.id.in_(chosen)).values(**values)).rowcount


def remove_old(connection: Connection, made_before: datetime, limit: int) -> int:
    """Remove calls of time past that have ended, a piece at a time; gives how many."""
    chosen = select(OUTBOX.c.id).where(OUTBOX.c.made_at < made_before, OUTBOX.c.state.in_(END_STATES)).limit(limit)
    return connection.execute(OUTBOX.delete().where(OUTBOX.c.id.in_(chosen))).rowcount


def count_expired(connection: Connection, since: datetime) -> int:
    """Count the notices stored from a moment on whose time passed before a platform took them; for a diagnosis."""
    late = select(func.count()).select_from(OUTBOX).where(_LATE, OUTBOX.c.made_at >= since)
    return int(connection.execute(late).scalar_one())


def count_open(connection: Connection) -> dict[str, int]:
    """Count the calls that wait, are being tried or are stranded, by state."""
    counted = select(OUTBOX.c.state, func.count()).group_by(OUTBOX.c.state)
    rows = (row for few in (OPEN, _STRANDED) for row in connection.execute(counted.where(few)))
    return {row[0]: row[1] for row in rows}


def call_of(row: Row[Any]) -> StoredCall:
    """Read a row of the outbox."""
    fields = {name: getattr(row, name) for name in StoredCall.__slots__ if name not in ("channel", "kind")}
    return StoredCall(**fields, channel=ChannelName(row.channel), kind=OutboxKind(row.kind))
