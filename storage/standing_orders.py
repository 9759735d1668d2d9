"""Standing orders for Monday's message, and what became of each week's. Decides and sends nothing."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Connection, Row, Select, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, SQLModel

from storage.database import BigId, Instant, table_of
from storage.facts import OrderTerms, Shortage, StandingOrder, WeeklyPush


class Order(SQLModel, table=True):
    """One standing order; that nobody approves their own is the database's rule, too."""

    __tablename__ = "standing_order"
    __table_args__ = (
        CheckConstraint("approved_by IS NULL OR approved_by <> proposed_by", name="ordered_by_two"),
        {"sqlite_autoincrement": True},
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    ceiling: int
    posts: bool
    terms_hash: str
    proposed_by: str
    proposed_at: datetime = Field(sa_type=Instant)
    approved_by: str | None = None
    approved_at: datetime | None = Field(default=None, sa_type=Instant)
    ended_by: str | None = None
    ended_at: datetime | None = Field(default=None, sa_type=Instant)


class Push(SQLModel, table=True):
    """One week's message, named by the Monday of the week it tells of: the row is what makes it once."""

    __tablename__ = "weekly_push"
    week: date = Field(primary_key=True)
    order_id: int = Field(sa_type=BigId)
    broadcast_id: int | None = Field(default=None, sa_type=BigId)
    shortage: str | None = None
    line_messages: int
    made_at: datetime = Field(sa_type=Instant, index=True)
    post_call_id: int | None = Field(default=None, sa_type=BigId)  # where the public channel's post is one call


ORDERS, PUSHES = table_of(Order), table_of(Push)


def add(connection: Connection, terms: OrderTerms, terms_hash: str, by: str, now: datetime) -> int:
    """Propose a standing order; gives its number."""
    values = {"ceiling": terms.ceiling, "posts": terms.posts, "terms_hash": terms_hash}
    proposed = ORDERS.insert().values(**values, proposed_by=by, proposed_at=now).returning(ORDERS.c.id)
    return int(connection.execute(proposed).scalar_one())


def find(connection: Connection, order_id: int) -> StandingOrder | None:
    """Find a standing order, and hold it until the transaction ends."""
    return _one(connection, select(ORDERS).where(ORDERS.c.id == order_id).with_for_update())


def find_in_force(connection: Connection) -> StandingOrder | None:
    """Find the order that is approved and not ended."""
    approved = select(ORDERS).where(ORDERS.c.approved_at.is_not(None), ORDERS.c.ended_at.is_(None))
    return _one(connection, approved.order_by(ORDERS.c.approved_at.desc(), ORDERS.c.id.desc()).limit(1))


def list_open(connection: Connection) -> list[StandingOrder]:
    """List what is proposed or in force, newest first."""
    rows = connection.execute(select(ORDERS).where(ORDERS.c.ended_at.is_(None)).order_by(ORDERS.c.id.desc()))
    return [_order(row) for row in rows]


def approve(connection: Connection, order_id: int, by: str, now: datetime) -> None:
    """Let an order be in force; the one before it ends."""
    others = (ORDERS.c.id != order_id, ORDERS.c.approved_at.is_not(None), ORDERS.c.ended_at.is_(None))
    connection.execute(ORDERS.update().where(*others).values(ended_by=by, ended_at=now))
    connection.execute(ORDERS.update().where(ORDERS.c.id == order_id).values(approved_by=by, approved_at=now))


def end(connection: Connection, order_id: int, by: str, now: datetime) -> bool:
    """End an order; False when it was ended already, or never was."""
    ours = (ORDERS.c.id == order_id, ORDERS.c.ended_at.is_(None))
    return connection.execute(ORDERS.update().where(*ours).values(ended_by=by, ended_at=now)).rowcount == 1


def add_push(connection: Connection, push: WeeklyPush) -> bool:
    """Claim a week for its one message; False when it was made already."""
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(PUSHES)
    values = {name: getattr(push, name) for name in WeeklyPush.__slots__}
    added = insert.values(**values).on_conflict_do_nothing().returning(PUSHES.c.week)
    return connection.execute(added).first() is not None


def find_push(connection: Connection, week: date) -> WeeklyPush | None:
    """Find what became of a week's message; None while it was not made."""
    row = connection.execute(select(PUSHES).where(PUSHES.c.week == week)).first()
    return None if row is None else _push(row)


def note_post(connection: Connection, week: date, call_id: int) -> None:
    """Note which call makes the public post of a week's message."""
    connection.execute(PUSHES.update().where(PUSHES.c.week == week).values(post_call_id=call_id))


def find_post(connection: Connection, broadcast_id: int) -> int | None:
    """Find the call that made the public post of the week that a broadcast told of; None where there is none."""
    return connection.execute(select(PUSHES.c.post_call_id).where(PUSHES.c.broadcast_id == broadcast_id)).scalar()


def list_pushes(connection: Connection, limit: int) -> list[WeeklyPush]:
    """List the newest weeks' messages, newest first."""
    rows = connection.execute(select(PUSHES).order_by(PUSHES.c.week.desc()).limit(limit))
    return [_push(row) for row in rows]


def sum_line_messages(connection: Connection, since: datetime, until: datetime) -> int:
    """Sum the LINE messages that weeks' messages were foreseen to take, made from one moment until before another."""
    made = (PUSHES.c.made_at >= since, PUSHES.c.made_at < until)
    return int(connection.execute(select(func.sum(PUSHES.c.line_messages)).where(*made)).scalar() or 0)


def _one(connection: Connection, question: Select[Any]) -> StandingOrder | None:
    row = connection.execute(question).first()
    return None if row is None else _order(row)


def _order(row: Row[Any]) -> StandingOrder:
    same = {name: getattr(row, name) for name in StandingOrder.__slots__ if name != "terms"}
    return StandingOrder(**same, terms=OrderTerms(ceiling=row.ceiling, posts=row.posts))


def _push(row: Row[Any]) -> WeeklyPush:
    same = {name: getattr(row, name) for name in WeeklyPush.__slots__ if name != "shortage"}
    return WeeklyPush(**same, shortage=Shortage(row.shortage) if row.shortage else None)
