"""Generations: a restored database starts a new one, and pushes nothing until somebody re-arms it. Sends nothing.

The database says which generation it is; what remembers the one that may push (DATA_DIR) lies outside it, so that a
backup that is put back cannot bring its own permission along.
"""

import secrets
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, func, select

from storage import marks, outbox
from storage.marks import MarkName
from storage.notices import NOTICES, NoticeState
from storage.outbox import OUTBOX, OutboxKind, OutboxState

PUSHES = tuple(kind for kind in OutboxKind if kind not in outbox.REPLIES)
"""What nobody asked for at that moment, and what waits while a generation is not armed."""


def find(connection: Connection) -> str:
    """Find which generation the database is; "" for one that was never started."""
    return marks.find(connection, MarkName.GENERATION) or ""


def start(connection: Connection) -> str:
    """Start a new generation, as a restore does, which is not armed; gives its name."""
    name = secrets.token_hex(8)
    marks.put(connection, MarkName.GENERATION, name)
    marks.put(connection, MarkName.ARMED, "")
    return name


def arm(connection: Connection) -> str:
    """Arm the generation that the database is; gives its name, for the machine to remember."""
    name = find(connection)
    marks.put(connection, MarkName.ARMED, name)
    return name


def find_armed(connection: Connection) -> str:
    """Find which generation a machine may remember that remembers none: "" where the database waits to be armed."""
    armed = marks.find(connection, MarkName.ARMED)
    return find(connection) if armed is None else armed


def is_armed(connection: Connection, remembered: str) -> bool:
    """Tell whether the database is of the generation that this machine remembers: else nothing but replies may go out.

    Whatever seals or makes pushes asks this in the transaction in which it does so: a database can be put back while
    processes run.
    """
    return find(connection) == remembered


def count_open(connection: Connection) -> dict[OutboxKind, int]:
    """Count the calls that wait or are being tried, by kind."""
    counted = select(OUTBOX.c.kind, func.count()).where(outbox.OPEN).group_by(OUTBOX.c.kind)
    return {OutboxKind(row[0]): row[1] for row in connection.execute(counted)}


def count_planned(connection: Connection) -> int:
    """Count the notices about events that are planned and not sealed yet."""
    planned = select(func.count()).select_from(NOTICES).where(NOTICES.c.state == NoticeState.WAITING)
    return int(connection.execute(planned).scalar_one())


def end_open(connection: Connection, kinds: Collection[OutboxKind], now: datetime, detail: str) -> int:
    """End all open calls of some kinds, also those perhaps sent; gives how many. Only while no bot runs."""
    ended = {"state": OutboxState.SKIPPED, "ended_at": now, "leased_until": None, "detail": detail}
    open_ones = OUTBOX.update().where(outbox.OPEN, OUTBOX.c.kind.in_(kinds))
    return connection.execute(open_ones.values(**ended)).rowcount
