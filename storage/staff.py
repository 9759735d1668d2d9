"""Staff accounts: their roles, hashes, one-time links and printed codes. Knows no secret, only what it is checked by.

An account is never deleted: the audit trail names it. One that may no longer sign in keeps its row with ``ended_at``.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select
from sqlmodel import Field, SQLModel

from storage.database import BigId, Instant, table_of
from storage.facts import StaffFacts, StaffRole, StaffSecrets


class Staff(SQLModel, table=True):
    """Somebody of the staff. ``app_step`` is the last 30 seconds whose code was taken: each counts once."""

    __table_args__ = ({"sqlite_autoincrement": True},)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    name: str = Field(unique=True)
    role: str
    password_hash: str = ""
    app_salt: str = ""
    app_step: int = Field(default=0, sa_type=BigId)
    made_at: datetime = Field(sa_type=Instant)
    joined_at: datetime | None = Field(default=None, sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)


class StaffLink(SQLModel, table=True):
    """A link by which somebody enters for the first time, or anew. Only the newest of an account is kept.

    ``replaces_id`` is the account that ends when this link is used; ``until`` is real time.
    """

    __tablename__ = "staff_link"
    token_hash: str = Field(primary_key=True)
    staff_id: int = Field(sa_type=BigId, unique=True)
    replaces_id: int | None = Field(default=None, sa_type=BigId)
    until: datetime = Field(sa_type=Instant)
    used_at: datetime | None = Field(default=None, sa_type=Instant)


class StaffCode(SQLModel, table=True):
    """One code of the sheet that somebody printed; it works once."""

    __tablename__ = "staff_code"
    staff_id: int = Field(primary_key=True, sa_type=BigId)
    number: int = Field(primary_key=True)
    code_hash: str
    used_at: datetime | None = Field(default=None, sa_type=Instant)


STAFF, LINKS, CODES = table_of(Staff), table_of(StaffLink), table_of(StaffCode)
_CODES_LEFT = select(func.count()).where(CODES.c.staff_id == STAFF.c.id, CODES.c.used_at.is_(None)).scalar_subquery()
_LINK_UNTIL = select(LINKS.c.until).where(LINKS.c.staff_id == STAFF.c.id, LINKS.c.used_at.is_(None)).scalar_subquery()
_WHOLE = select(STAFF, _CODES_LEFT.label("codes_left"), _LINK_UNTIL.label("link_until"))


def add(connection: Connection, name: str, role: StaffRole, now: datetime) -> int:
    """Add an account that nobody has entered yet; ConflictError where the name was ever used."""
    made = STAFF.insert().values(name=name, role=role, made_at=now).returning(STAFF.c.id)
    return int(connection.execute(made).scalar_one())


def change(connection: Connection, staff_id: int, **values: Any) -> None:
    """Change columns of one account."""
    connection.execute(STAFF.update().where(STAFF.c.id == staff_id).values(**values))


def find(connection: Connection, staff_id: int) -> StaffFacts | None:
    """Find an account by its number."""
    return _find(connection, STAFF.c.id == staff_id)


def find_by_name(connection: Connection, name: str) -> StaffFacts | None:
    """Find an account by its name, ended ones too."""
    return _find(connection, STAFF.c.name == name)


def list_all(connection: Connection) -> list[StaffFacts]:
    """List all accounts by name: a city has dozens of staff, never thousands."""
    return [_facts(row) for row in connection.execute(_WHOLE.order_by(STAFF.c.name))]


def lock(connection: Connection) -> list[StaffFacts]:
    """Hold all accounts until the transaction ends, and list them: no two acts may take the last administrator."""
    connection.execute(select(STAFF.c.id).order_by(STAFF.c.id).with_for_update()).all()
    return list_all(connection)


def find_secrets(connection: Connection, name: str) -> StaffSecrets | None:
    """Find what somebody's sign-in is checked against; None for a name that may not sign in."""
    row = connection.execute(_WHOLE.where(STAFF.c.name == name, STAFF.c.ended_at.is_(None))).first()
    if row is None or not row.password_hash:
        return None
    unused = select(CODES.c.number, CODES.c.code_hash).where(CODES.c.staff_id == row.id, CODES.c.used_at.is_(None))
    hashes = {code.number: code.code_hash for code in connection.execute(unused)}
    return StaffSecrets(staff=_facts(row), password_hash=row.password_hash, app_salt=row.app_salt, code_hashes=hashes)


def use_step(connection: Connection, staff_id: int, step: int) -> bool:
    """Take the app's code of one step of 30 seconds; False where it, or a later one, was taken already."""
    fresh = STAFF.update().where(STAFF.c.id == staff_id, STAFF.c.app_step < step)
    return connection.execute(fresh.values(app_step=step)).rowcount == 1


def use_code(connection: Connection, staff_id: int, number: int, now: datetime) -> bool:
    """Take a printed code; False where it was used already."""
    ours = (CODES.c.staff_id == staff_id, CODES.c.number == number, CODES.c.used_at.is_(None))
    return connection.execute(CODES.update().where(*ours).values(used_at=now)).rowcount == 1


def put_codes(connection: Connection, staff_id: int, hashes: Mapping[int, str]) -> None:
    """Keep the hashes of a new sheet of codes; the old sheet ends."""
    connection.execute(CODES.delete().where(CODES.c.staff_id == staff_id))
    rows = [{"staff_id": staff_id, "number": number, "code_hash": one} for number, one in hashes.items()]
    if rows:
        connection.execute(CODES.insert(), rows)


def put_link(
    connection: Connection, staff_id: int, token_hash: str, until: datetime, replaces_id: int | None = None
) -> None:
    """Keep a new link of an account; an older one ends."""
    connection.execute(LINKS.delete().where(LINKS.c.staff_id == staff_id))
    values = {"token_hash": token_hash, "staff_id": staff_id, "until": until, "replaces_id": replaces_id}
    connection.execute(LINKS.insert().values(**values))


def find_link(connection: Connection, token_hash: str) -> Row[Any] | None:
    """Find a link by its token's hash, used or not: (staff_id, replaces_id, until, used_at)."""
    columns = (LINKS.c.staff_id, LINKS.c.replaces_id, LINKS.c.until, LINKS.c.used_at)
    return connection.execute(select(*columns).where(LINKS.c.token_hash == token_hash)).first()


def find_link_of(connection: Connection, staff_id: int) -> Row[Any] | None:
    """Find the newest link of an account, used or not: (replaces_id,)."""
    return connection.execute(select(LINKS.c.replaces_id).where(LINKS.c.staff_id == staff_id)).first()


def use_link(connection: Connection, token_hash: str, now: datetime) -> bool:
    """Take a link; False where it was used already."""
    ours = (LINKS.c.token_hash == token_hash, LINKS.c.used_at.is_(None))
    return connection.execute(LINKS.update().where(*ours).values(used_at=now)).rowcount == 1


def end_links(connection: Connection, staff_id: int) -> None:
    """Let no link lead to an account any more."""
    connection.execute(LINKS.delete().where(LINKS.c.staff_id == staff_id))


def _find(connection: Connection, which: ColumnElement[bool]) -> StaffFacts | None:
    row = connection.execute(_WHOLE.where(which)).first()
    return None if row is None else _facts(row)


def _facts(row: Row[Any]) -> StaffFacts:
    return StaffFacts(
        id=row.id,
        name=row.name,
        role=StaffRole(row.role),
        made_at=row.made_at,
        joined_at=row.joined_at,
        ended_at=row.ended_at,
        has_app=bool(row.app_salt),
        codes_left=row.codes_left,
        link_until=row.link_until,
    )
