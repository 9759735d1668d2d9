"""Which of the city's directory's people is which staff account. Knows the directory's number of somebody, no more."""

from datetime import datetime

from sqlalchemy import Connection, select
from sqlmodel import Field, SQLModel

from storage.database import BigId, Instant, table_of


class StaffDirectory(SQLModel, table=True):
    """One account's number (``subject``) in one directory; a number leads to one account, an account has one number."""

    __tablename__ = "staff_directory"
    issuer: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    staff_id: int = Field(sa_type=BigId, unique=True)
    made_at: datetime = Field(sa_type=Instant)


LINKED = table_of(StaffDirectory)


def put(connection: Connection, staff_id: int, issuer: str, subject: str, now: datetime) -> None:
    """Link an account, in place of what it was linked to; ConflictError where the number is another's."""
    remove(connection, staff_id)
    connection.execute(LINKED.insert().values(issuer=issuer, subject=subject, staff_id=staff_id, made_at=now))


def remove(connection: Connection, staff_id: int) -> None:
    """Link an account to nobody."""
    connection.execute(LINKED.delete().where(LINKED.c.staff_id == staff_id))


def find(connection: Connection, issuer: str, subject: str) -> int | None:
    """Find whose account a number leads to."""
    ours = (LINKED.c.issuer == issuer, LINKED.c.subject == subject)
    return connection.execute(select(LINKED.c.staff_id).where(*ours)).scalar()


def list_linked(connection: Connection, issuer: str) -> dict[int, str]:
    """List the linked accounts of a directory, each with its number there."""
    rows = connection.execute(select(LINKED.c.staff_id, LINKED.c.subject).where(LINKED.c.issuer == issuer))
    return {row.staff_id: row.subject for row in rows}
