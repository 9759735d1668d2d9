"""How often each endpoint of each platform may be called: one row an endpoint, shared by all processes. Never waits.

A row keeps the moment from which the next call is free (a token bucket written as its theoretical arrival time): taking
calls moves it on, so three processes together never call faster than one may. Who takes calls gets the moments at which
to make them, evenly spaced: a platform's own bucket is one second deep, and whole portions at once would empty it.
"""

import math
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Float, bindparam, literal_column, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, SQLModel

from storage.database import table_of
from storage.prepared import Prepared

BURST_SECONDS = 0.25  # what was not used so lately may be caught up with; a quarter of a platform's bucket
BURST_CALLS = 5  # the same where less than a call a second is allowed: such a bucket is an hour deep
AHEAD_SECONDS = 0.5  # nobody takes calls further ahead, so that what is urgent comes in between


class Budget(SQLModel, table=True):
    """One endpoint of one platform, such as line:multicast; ``free_at`` in seconds since 1970."""

    name: str = Field(primary_key=True)
    free_at: float = Field(sa_type=Float(53))


BUDGETS = table_of(Budget)
_OF_ENDPOINT = BUDGETS.c.name == bindparam("endpoint")
# The number as the driver gives it: SQLAlchemy's reader of it would ask what kind of column PostgreSQL answers with.
_FREE_AT: ColumnElement[float] = literal_column("free_at").label("free_at")
_HOLD = Prepared(select(_FREE_AT).select_from(BUDGETS).where(_OF_ENDPOINT).with_for_update())
_PUT = Prepared(BUDGETS.update().where(_OF_ENDPOINT).values(free_at=bindparam("end")))


@dataclass(frozen=True, slots=True)
class Portion:
    """Calls that may be made: the seconds from now of each, and in how many seconds one may ask for more."""

    after: tuple[float, ...]
    wait: float


def take(connection: Connection, name: str, rate: float, calls: int, now: datetime, already: int = 0) -> Portion:
    """Take up to some calls at ``rate`` a second; ``already`` others were made without asking, and are noted.

    The row is held until the transaction ends. ``now`` is real time; PostgreSQL tells its own, for processes differ.
    """
    free_at, clock = _held(connection, name), _clock(connection, now)
    burst = BURST_SECONDS if rate >= 1 else BURST_CALLS / rate
    start = max(free_at, clock - burst) + already / rate
    room = AHEAD_SECONDS - (start - clock)
    taken = min(calls, math.ceil(room * rate)) if room > 0 else 0
    end = start + taken / rate
    if taken or already:
        _put(connection, name, end)
    after = tuple(max(start + number / rate - clock, 0.0) for number in range(taken))
    return Portion(after, max(end - clock - AHEAD_SECONDS, 0.0) + 1 / rate)


def hold(connection: Connection, name: str, seconds: float, now: datetime) -> None:
    """Let nobody take from a budget for some seconds: the platform said that it was called too often, or not at all."""
    free_at = max(_held(connection, name), _clock(connection, now) + seconds)
    _put(connection, name, free_at)


def _held(connection: Connection, name: str) -> float:
    """Hold a budget's row, made if need be, and give from when it is free."""
    held = _HOLD.first(connection, endpoint=name)
    if held is None:
        insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(BUDGETS)
        connection.execute(insert.values(name=name, free_at=0.0).on_conflict_do_nothing())
        held = _HOLD.one(connection, endpoint=name)
    return float(held.free_at)


def _put(connection: Connection, name: str, free_at: float) -> None:
    _PUT.change(connection, endpoint=name, end=free_at)


def _clock(connection: Connection, now: datetime) -> float:
    """Tell the time by which budgets are kept, in seconds since 1970, once the row is held."""
    if connection.dialect.name == "sqlite":
        return now.timestamp()
    return float(connection.execute(text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one())
