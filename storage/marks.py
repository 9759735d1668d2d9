"""Marks on the database itself: made in the sandbox or not, which generation it is, how far the calendar was moved."""

import secrets
from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, SQLModel

from storage.database import table_of
from storage.prepared import Prepared


class MarkName(StrEnum):
    """What can be marked."""

    SANDBOX = "sandbox"
    GENERATION = "generation"
    ARMED = "armed"  # the generation that somebody armed, so that a machine new to the bot may push as well
    CLOCK_OFFSET_SECONDS = "clock_offset_seconds"
    HEAT_ALERT = "heat_alert"  # the Tokyo days (ISO, with commas) for which staff switched a heat alert on
    DISASTER = "disaster"  # since when and by whom; "" for none (storage.switches reads both)
    VISITOR_SALT = "visitor_salt"
    EVIDENCE_SEED = "evidence_seed"  # chooses the reports that may be confirmed by a photo
    FOLLOWERS = "followers"  # how far taking in who follows has come (scheduler.followers.Progress)
    DISK_PROBE = "disk_probe"  # written to find out whether a full disk has room again


class Mark(SQLModel, table=True):
    """One mark."""

    name: str = Field(primary_key=True)
    content: str


MARKS = table_of(Mark)
_FIND = Prepared(select(MARKS.c.content).where(MARKS.c.name == bindparam("mark")))


def find(connection: Connection, name: MarkName) -> str | None:
    """Find what a mark says."""
    row = _FIND.first(connection, mark=name)
    return None if row is None else row.content


def put(connection: Connection, name: MarkName, content: str) -> None:
    """Set a mark."""
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(MARKS)
    replace = insert.on_conflict_do_update(index_elements=["name"], set_={"content": insert.excluded.content})
    connection.execute(replace, {"name": name, "content": content})


def keep_salt(connection: Connection, day: date) -> str:
    """Give the visitors' salt of a day, made by whoever asks first and shared by all; it replaces an older day's.

    A day that is already over gets the salt in force: its own is gone.
    """
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(MARKS)
    replace = insert.on_conflict_do_update(
        index_elements=["name"],
        set_={"content": insert.excluded.content},
        where=MARKS.c.content < day.isoformat(),
    )
    connection.execute(
        replace, {"name": MarkName.VISITOR_SALT, "content": f"{day.isoformat()}:{secrets.token_hex(16)}"}
    )
    return str(find(connection, MarkName.VISITOR_SALT)).partition(":")[2]


def find_clock_offset(connection: Connection) -> timedelta:
    """Find how far the sandbox moved the calendar; nothing outside the sandbox."""
    return timedelta(seconds=float(find(connection, MarkName.CLOCK_OFFSET_SECONDS) or 0))
