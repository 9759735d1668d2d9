"""Who is signed in on which browser, and which browsers somebody has signed in on before. Keeps hashes of cookies only.

All times are real time: the sandbox's calendar does not move sign-ins.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection, select
from sqlmodel import Field, SQLModel

from storage.database import BigId, Instant, table_of
from storage.facts import SessionFacts, StaffRole
from storage.staff import STAFF


class StaffSession(SQLModel, table=True):
    """One sign-in. ``proved_at`` is when the password was last typed in it."""

    __tablename__ = "staff_session"
    token_hash: str = Field(primary_key=True)
    staff_id: int = Field(sa_type=BigId, index=True)
    made_at: datetime = Field(sa_type=Instant)
    seen_at: datetime = Field(sa_type=Instant)
    proved_at: datetime = Field(sa_type=Instant)


class StaffDevice(SQLModel, table=True):
    """A browser on which somebody has signed in: its wrong tries are counted apart from everybody else's."""

    __tablename__ = "staff_device"
    token_hash: str = Field(primary_key=True)
    staff_id: int = Field(primary_key=True, sa_type=BigId)
    made_at: datetime = Field(sa_type=Instant)


SESSIONS, DEVICES = table_of(StaffSession), table_of(StaffDevice)


def add(connection: Connection, token_hash: str, staff_id: int, now: datetime) -> None:
    """Begin a session."""
    values = {"token_hash": token_hash, "staff_id": staff_id, "made_at": now, "seen_at": now, "proved_at": now}
    connection.execute(SESSIONS.insert().values(**values))


def find(
    connection: Connection, token_hash: str, now: datetime, idle: timedelta, longest: timedelta
) -> SessionFacts | None:
    """Find a session that is neither idle nor too old, of an account that may sign in."""
    whose = SESSIONS.join(STAFF, STAFF.c.id == SESSIONS.c.staff_id)
    lives = (SESSIONS.c.seen_at > now - idle, SESSIONS.c.made_at > now - longest, STAFF.c.ended_at.is_(None))
    question = select(SESSIONS, STAFF.c.name, STAFF.c.role).select_from(whose)
    row = connection.execute(question.where(SESSIONS.c.token_hash == token_hash, *lives)).first()
    if row is None:
        return None
    return SessionFacts(
        key=row.token_hash,
        staff_id=row.staff_id,
        name=row.name,
        role=StaffRole(row.role),
        made_at=row.made_at,
        seen_at=row.seen_at,
        proved_at=row.proved_at,
    )


def see(connection: Connection, token_hash: str, now: datetime) -> None:
    """Note that a session is in use."""
    connection.execute(SESSIONS.update().where(SESSIONS.c.token_hash == token_hash).values(seen_at=now))


def prove(connection: Connection, token_hash: str, now: datetime) -> None:
    """Note that the password was typed again."""
    values = {"proved_at": now, "seen_at": now}
    connection.execute(SESSIONS.update().where(SESSIONS.c.token_hash == token_hash).values(**values))


def end(connection: Connection, token_hash: str) -> None:
    """End one session."""
    connection.execute(SESSIONS.delete().where(SESSIONS.c.token_hash == token_hash))


def end_all(connection: Connection, staff_id: int, but: str = "") -> int:
    """End every session of an account, except one; gives how many."""
    ours = (SESSIONS.c.staff_id == staff_id, SESSIONS.c.token_hash != but)
    return connection.execute(SESSIONS.delete().where(*ours)).rowcount


def end_old(connection: Connection, before: datetime) -> None:
    """Remove sessions that began before a moment: they are over."""
    connection.execute(SESSIONS.delete().where(SESSIONS.c.made_at < before))


def list_of(connection: Connection, staff_id: int) -> list[tuple[str, datetime, datetime]]:
    """List an account's sessions as (key, began, last seen), the newest first."""
    columns = (SESSIONS.c.token_hash, SESSIONS.c.made_at, SESSIONS.c.seen_at)
    question = select(*columns).where(SESSIONS.c.staff_id == staff_id).order_by(SESSIONS.c.made_at.desc())
    return [(row.token_hash, row.made_at, row.seen_at) for row in connection.execute(question)]


def add_device(connection: Connection, token_hash: str, staff_id: int, now: datetime) -> None:
    """Note a browser on which somebody has signed in."""
    if not knows_device(connection, token_hash, staff_id):
        connection.execute(DEVICES.insert().values(token_hash=token_hash, staff_id=staff_id, made_at=now))


def knows_device(connection: Connection, token_hash: str, staff_id: int) -> bool:
    """Tell whether somebody has signed in on this browser before."""
    ours = (DEVICES.c.token_hash == token_hash, DEVICES.c.staff_id == staff_id)
    return connection.execute(select(DEVICES.c.staff_id).where(*ours)).first() is not None


def forget_devices(connection: Connection, staff_id: int) -> None:
    """Forget all browsers of an account."""
    connection.execute(DEVICES.delete().where(DEVICES.c.staff_id == staff_id))
