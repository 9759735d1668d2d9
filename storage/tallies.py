"""How many deliveries of each broadcast stand where: counters in stripes, so that no screen counts rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, SQLModel

from storage.database import BigId, table_of
from storage.facts import ChannelName, DeliveryState
from storage.prepared import Prepared

STRIPES = 16  # rows a counter is spread over: on PostgreSQL every call that ends adds to one


class DeliveryTally(SQLModel, table=True):
    """One stripe of one counter; a stripe may be below nothing, the sum of all never is."""

    __tablename__ = "delivery_tally"
    broadcast_id: int = Field(primary_key=True, sa_type=BigId)
    channel: str = Field(primary_key=True)
    state: str = Field(primary_key=True)
    reason: str = Field(primary_key=True, default="")
    stripe: int = Field(primary_key=True)
    number: int = Field(sa_type=BigId)


TALLIES = table_of(DeliveryTally)


def _adding(engine: Any) -> Any:
    insert = engine.insert(TALLIES)
    more = {"number": TALLIES.c.number + insert.excluded.number}
    return insert.on_conflict_do_update(index_elements=list(TALLIES.primary_key), set_=more)


_ADD = Prepared(_adding(sqlite), postgresql=_adding(postgresql), columns=[column.name for column in TALLIES.c])


@dataclass(frozen=True, slots=True)
class Tally:
    """How many deliveries of a broadcast stand in one state on one channel, for one reason ("" for none)."""

    channel: ChannelName
    state: DeliveryState
    reason: str
    number: int


Change = tuple[str, DeliveryState, str, int]
"""Channel, state, reason, and by how many the counter changes."""


def add(connection: Connection, broadcast_id: int, changes: Iterable[Change], stripe: int) -> None:
    """Change counters of a broadcast; ``stripe`` is any number that spreads, such as a call's."""
    keys = ("channel", "state", "reason", "number")
    same = {"broadcast_id": broadcast_id, "stripe": stripe % STRIPES}
    # One order for all: two transactions that change the same counters never wait for each other in a circle.
    rows = [{**same, **dict(zip(keys, change, strict=True))} for change in sorted(changes) if change[3]]
    if not rows:
        return
    _ADD.change_many(connection, rows)


def list_of(connection: Connection, broadcast_id: int) -> list[Tally]:
    """List a broadcast's counters that are not nothing; a few dozen rows, however many deliveries there are."""
    keys = (TALLIES.c.channel, TALLIES.c.state, TALLIES.c.reason)
    number = func.sum(TALLIES.c.number)
    counted = select(*keys, number.label("number")).where(TALLIES.c.broadcast_id == broadcast_id)
    rows = connection.execute(counted.group_by(*keys).having(number != 0).order_by(*keys))
    return [Tally(ChannelName(row.channel), DeliveryState(row.state), row.reason, int(row.number)) for row in rows]
