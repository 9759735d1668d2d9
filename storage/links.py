"""Tracked links: the targets of broadcasts' buttons, and which persons pressed which. Follows none."""

from sqlalchemy import Connection, UniqueConstraint, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, SQLModel

from storage.database import BigId, table_of
from storage.facts import TrackedLink


class Link(SQLModel, table=True):
    """Where one button of a broadcast leads. ``persons`` counts its visits' rows, so that no screen has to."""

    __table_args__ = (UniqueConstraint("broadcast_id", "target"), {"sqlite_autoincrement": True})
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    broadcast_id: int = Field(sa_type=BigId)
    target: str
    persons: int = 0


class LinkVisit(SQLModel, table=True):
    """Who pressed a link: ``person:12``, or ``account:34`` who never joined. The row goes when they leave."""

    __tablename__ = "link_visit"
    link_id: int = Field(primary_key=True, sa_type=BigId)
    visitor: str = Field(primary_key=True, index=True)


LINKS, VISITS = table_of(Link), table_of(LinkVisit)


def keep(connection: Connection, broadcast_id: int, targets: list[str]) -> dict[str, int]:
    """Give the number of each target of a broadcast, made where it is new."""
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(LINKS)
    rows = [{"broadcast_id": broadcast_id, "target": target, "persons": 0} for target in dict.fromkeys(targets)]
    if rows:
        connection.execute(insert.on_conflict_do_nothing(), rows)
    return {link.target: link.id for link in list_of_broadcast(connection, broadcast_id)}


def find(connection: Connection, link_id: int) -> TrackedLink | None:
    """Find a link by its number."""
    row = connection.execute(select(LINKS).where(LINKS.c.id == link_id)).first()
    return None if row is None else TrackedLink(**row._mapping)


def list_of_broadcast(connection: Connection, broadcast_id: int) -> list[TrackedLink]:
    """List a broadcast's links in the order of their making."""
    rows = connection.execute(select(LINKS).where(LINKS.c.broadcast_id == broadcast_id).order_by(LINKS.c.id))
    return [TrackedLink(**row._mapping) for row in rows]


def count_visit(connection: Connection, link_id: int, *, person_id: int | None, account_id: int) -> bool:
    """Count that somebody pressed a link, once a person; False where they had before."""
    visitor = _visitor(person_id, account_id)
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(VISITS)
    row = insert.values(link_id=link_id, visitor=visitor).on_conflict_do_nothing()
    if connection.execute(row.returning(VISITS.c.link_id)).first() is None:
        return False
    connection.execute(LINKS.update().where(LINKS.c.id == link_id).values(persons=LINKS.c.persons + 1))
    return True


def list_pressed(connection: Connection, person_id: int) -> list[str]:
    """List where a person was led by the links they pressed."""
    pressed = select(LINKS.c.target).join(VISITS, VISITS.c.link_id == LINKS.c.id)
    mine = VISITS.c.visitor == _visitor(person_id, 0)
    return list(connection.execute(pressed.where(mine).order_by(LINKS.c.id)).scalars())


def forget(connection: Connection, person_id: int | None, account_ids: list[int]) -> None:
    """Forget what somebody pressed who leaves; what was counted stays."""
    visitors = [_visitor(None, account_id) for account_id in account_ids]
    if person_id is not None:
        visitors.append(_visitor(person_id, 0))
    connection.execute(VISITS.delete().where(VISITS.c.visitor.in_(visitors)))


def _visitor(person_id: int | None, account_id: int) -> str:
    return f"account:{account_id}" if person_id is None else f"person:{person_id}"
