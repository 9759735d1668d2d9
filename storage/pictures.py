"""The pictures of broadcasts, each under a hash of its bytes: added, never changed, and kept for who scrolls back."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, SQLModel

from storage.database import Instant, table_of
from storage.prepared import Prepared


class Picture(SQLModel, table=True):
    """One picture as it is served."""

    name: str = Field(primary_key=True)
    kind: str  # its media type
    body: bytes
    made_at: datetime = Field(sa_type=Instant)


PICTURES = table_of(Picture)
_FIND = Prepared(select(PICTURES.c.kind, PICTURES.c.body).where(PICTURES.c.name == bindparam("called")))


@dataclass(frozen=True, slots=True)
class StoredPicture:
    """A picture's media type and bytes."""

    kind: str
    body: bytes


def add(connection: Connection, name: str, picture: StoredPicture, now: datetime) -> None:
    """Keep a picture under the hash of its bytes; a second time changes nothing."""
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(PICTURES)
    values = {"name": name, "kind": picture.kind, "body": picture.body, "made_at": now}
    connection.execute(insert.values(**values).on_conflict_do_nothing())


def find(connection: Connection, name: str) -> StoredPicture | None:
    """Find a picture by its name."""
    row = _FIND.first(connection, called=name)
    return None if row is None else StoredPicture(row.kind, bytes(row.body))
