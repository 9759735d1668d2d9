"""Broadcasts that LINE itself tells to all friends: by which call, and what became of it. Sends nothing.

There is no delivery for any account: LINE tells neither how many it reached nor whom, and heeds no pause of ours.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select
from sqlmodel import Field, SQLModel

from storage.database import BigId, Instant, table_of
from storage.outbox import END_STATES, OF_BROADCAST, OUTBOX, OutboxState


class FriendsCall(SQLModel, table=True):
    """The one call of one such broadcast."""

    __tablename__ = "friends_call"
    broadcast_id: int = Field(primary_key=True, sa_type=BigId)
    outbox_id: int = Field(sa_type=BigId, unique=True)
    made_at: datetime = Field(sa_type=Instant)


FRIENDS_CALLS = table_of(FriendsCall)
WAY = "broadcast"  # as handlers.messages.Way names it


@dataclass(frozen=True, slots=True)
class FriendsCallFacts:
    """What became of the call; ``accepted`` says that LINE took it, not that anybody got it."""

    outbox_id: int
    state: OutboxState
    detail: str
    made_at: datetime
    ended_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Tell whether it waits or is being tried."""
        return self.state not in END_STATES


def add(connection: Connection, broadcast_id: int, outbox_id: int, now: datetime) -> None:
    """Write down by which call a broadcast is told; ConflictError where it has one already."""
    row = {"broadcast_id": broadcast_id, "outbox_id": outbox_id, "made_at": now}
    connection.execute(FRIENDS_CALLS.insert().values(**row))


def find(connection: Connection, broadcast_id: int) -> FriendsCallFacts | None:
    """Find what became of a broadcast's call; None where none was made."""
    columns = (OUTBOX.c.id, OUTBOX.c.state, OUTBOX.c.detail, FRIENDS_CALLS.c.made_at, OUTBOX.c.ended_at)
    joined = FRIENDS_CALLS.join(OUTBOX, OUTBOX.c.id == FRIENDS_CALLS.c.outbox_id)
    chosen = select(*columns).select_from(joined).where(FRIENDS_CALLS.c.broadcast_id == broadcast_id)
    row = connection.execute(chosen).first()
    if row is None:
        return None
    return FriendsCallFacts(row.id, OutboxState(row.state), row.detail, row.made_at, row.ended_at)


def is_open(connection: Connection, broadcast_id: int) -> bool:
    """Tell whether a broadcast's call waits or is being tried."""
    found = find(connection, broadcast_id)
    return found is not None and found.is_open


def list_open_broadcasts(connection: Connection) -> list[int]:
    """List the broadcasts whose call waits or is being tried: few, for there is an index of such calls."""
    chosen = select(OUTBOX.c.broadcast_id).where(OF_BROADCAST, OUTBOX.c.way == WAY)
    return list(connection.execute(chosen).scalars())
