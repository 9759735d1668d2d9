"""How often a sign-in was tried in vain, by a keyed hash of whose and from where. Knows neither; decides nothing."""

from datetime import datetime

from sqlalchemy import Connection, select
from sqlmodel import Field, SQLModel

from storage.database import Instant, table_of


class Throttle(SQLModel, table=True):
    """The failures in a row under one key, and before when no other try is looked at; real time."""

    key: str = Field(primary_key=True)
    failures: int
    tried_at: datetime = Field(sa_type=Instant, index=True)
    next_at: datetime = Field(sa_type=Instant)


THROTTLES = table_of(Throttle)


def find(connection: Connection, key: str) -> tuple[int, datetime] | None:
    """Find (failures, next try) of a key, and hold it until the transaction ends; None where there is nothing."""
    columns = (THROTTLES.c.failures, THROTTLES.c.next_at)
    row = connection.execute(select(*columns).where(THROTTLES.c.key == key).with_for_update()).first()
    return None if row is None else (row.failures, row.next_at)


def put(connection: Connection, key: str, failures: int, now: datetime, next_at: datetime) -> None:
    """Write down a failure; ConflictError where another transaction begins the same key."""
    values = {"failures": failures, "tried_at": now, "next_at": next_at}
    if not connection.execute(THROTTLES.update().where(THROTTLES.c.key == key).values(**values)).rowcount:
        connection.execute(THROTTLES.insert().values(key=key, **values))


def clear(connection: Connection, key: str) -> None:
    """Forget the failures of a key."""
    connection.execute(THROTTLES.delete().where(THROTTLES.c.key == key))


def forget_old(connection: Connection, before: datetime) -> None:
    """Forget what was last tried before a moment."""
    connection.execute(THROTTLES.delete().where(THROTTLES.c.tried_at < before))
