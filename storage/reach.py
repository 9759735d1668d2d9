"""Who can be reached: how many accounts of each channel stand how, counted where they change. Knows no account.

The counters are rows in stripes, kept in the transaction that changes an account (``storage.accounts``); no screen
counts accounts. ``python -m bot recompute --check`` proves them equal to the accounts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, SQLModel

from storage.database import BigId, table_of
from storage.facts import ChannelName, Reach

STRIPES = 16  # rows a counter is spread over: on PostgreSQL one hot row would hold everybody who joins


class ReachCounter(SQLModel, table=True):
    """One stripe of one counter; a stripe may be below nothing, the sum of all never is."""

    __tablename__ = "reach_counter"
    channel: str = Field(primary_key=True)
    reach: str = Field(primary_key=True)
    stripe: int = Field(primary_key=True)
    number: int = Field(sa_type=BigId)


REACH_COUNTERS = table_of(ReachCounter)
Standing = tuple[ChannelName, Reach]


@dataclass(frozen=True, slots=True)
class ReachDifference:
    """A counter that is not what the accounts say."""

    channel: ChannelName
    reach: Reach
    stored: int
    counted: int


def add(connection: Connection, changes: Iterable[tuple[str, str, int]], *, stripe: int) -> None:
    """Change counters, as (channel, reach, by how many); ``stripe`` is any number that spreads."""
    # One order for all: two transactions that change the same counters never wait for each other in a circle.
    rows = [
        {"channel": channel, "reach": reach, "stripe": stripe % STRIPES, "number": number}
        for channel, reach, number in sorted(changes)
        if number
    ]
    if not rows:
        return
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(REACH_COUNTERS)
    more = {"number": REACH_COUNTERS.c.number + insert.excluded.number}
    key = ["channel", "reach", "stripe"]
    connection.execute(insert.on_conflict_do_update(index_elements=key, set_=more), rows)


def find_all(connection: Connection) -> dict[ChannelName, dict[Reach, int]]:
    """Find how many accounts of each channel stand how, every way named; at most 16 small rows a figure."""
    number = func.sum(REACH_COUNTERS.c.number)
    key = (REACH_COUNTERS.c.channel, REACH_COUNTERS.c.reach)
    found: dict[ChannelName, dict[Reach, int]] = {}
    for channel, reach, total in connection.execute(select(*key, number).group_by(*key).order_by(*key)):
        found.setdefault(ChannelName(channel), dict.fromkeys(Reach, 0))[Reach(reach)] = int(total)
    return found


def compare(connection: Connection, counted: Mapping[Standing, int]) -> list[ReachDifference]:
    """Compare the counters with what was counted anew (``storage.accounts.count_anew``)."""
    stored = {
        (channel, reach): number for channel, all_of in find_all(connection).items() for reach, number in all_of.items()
    }
    return [
        ReachDifference(*key, stored.get(key, 0), counted.get(key, 0))
        for key in sorted(stored.keys() | counted.keys())
        if stored.get(key, 0) != counted.get(key, 0)
    ]


def mend(connection: Connection, difference: ReachDifference) -> None:
    """Put right what a counter is out by; what was counted in the meantime stays counted."""
    change = (difference.channel, difference.reach, difference.counted - difference.stored)
    add(connection, [change], stripe=0)
