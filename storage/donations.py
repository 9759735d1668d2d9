"""Points that persons gave to local bodies: rows that only grow, apart from the ledger. Takes nothing from anybody.

What the bodies were given together is fixed when a week closes, and only where enough persons gave since it was fixed
last: no difference of two shown sums says what a few did.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Index, UniqueConstraint, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, SQLModel

from storage.database import BigId, Instant, table_of
from storage.facts import GivenSum
from storage.people import PEOPLE, numbers_of


class Donation(SQLModel, table=True):
    """Points given once. ``asked_by`` is the event that was asked about: one yes to it counts; None after leaving."""

    __table_args__ = (UniqueConstraint("person_id", "asked_by"), {"sqlite_autoincrement": True})
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    person_id: int = Field(sa_type=BigId)
    account_id: int | None = Field(default=None, sa_type=BigId)
    local_body: str
    points: int
    year: int
    given_at: datetime = Field(sa_type=Instant)
    asked_by: int | None = Field(default=None, sa_type=BigId)


class DonationWeek(SQLModel, table=True):
    """What a body was given in a fiscal year up to the end of a week: the sum that may be shown."""

    __tablename__ = "donation_week"
    week: date = Field(primary_key=True)
    local_body: str = Field(primary_key=True)
    year: int = Field(primary_key=True)
    points: int = Field(sa_type=BigId)
    persons: int


DONATIONS, DONATION_WEEKS = table_of(Donation), table_of(DonationWeek)
Index("donation_body", DONATIONS.c.year, DONATIONS.c.local_body, DONATIONS.c.given_at)


def add(connection: Connection, **values: Any) -> None:
    """Add a donation; the giver is held by whoever answers the event."""
    connection.execute(DONATIONS.insert().values(**values))


def was_answered(connection: Connection, person_id: int, asked_by: int) -> bool:
    """Tell whether a question was answered with yes before."""
    ours = (DONATIONS.c.person_id.in_(numbers_of(person_id)), DONATIONS.c.asked_by == asked_by)
    return connection.execute(select(DONATIONS.c.id).where(*ours)).first() is not None


def sum_given(connection: Connection, person_id: int, year: int) -> int:
    """Sum what a person gave away of a fiscal year."""
    ours = (DONATIONS.c.person_id.in_(numbers_of(person_id)), DONATIONS.c.year == year)
    return int(connection.execute(select(func.coalesce(func.sum(DONATIONS.c.points), 0)).where(*ours)).scalar_one())


def give_back(connection: Connection, kept_id: int, joined_id: int, accounts: Collection[int], since: datetime) -> None:
    """Let what was given through some accounts after a merge be of who had joined."""
    ours = (DONATIONS.c.person_id == kept_id, DONATIONS.c.account_id.in_(accounts), DONATIONS.c.given_at >= since)
    connection.execute(DONATIONS.update().where(*ours).values(person_id=joined_id))


def hand_over(connection: Connection, numbers: Collection[int], tombstone: int) -> None:
    """Give a leaving person's donations to their tombstone: what the bodies were given stays."""
    nobody = {"person_id": tombstone, "account_id": None, "asked_by": None}
    connection.execute(DONATIONS.update().where(DONATIONS.c.person_id.in_(numbers)).values(**nobody))


def collect(connection: Connection, person_id: int) -> list[dict[str, object]]:
    """Collect a person's donations for them to take along."""
    ours = select(DONATIONS).where(DONATIONS.c.person_id.in_(numbers_of(person_id)))
    return [dict(row._mapping) for row in connection.execute(ours.order_by(DONATIONS.c.id))]


def sum_bodies(
    connection: Connection,
    year: int,
    *,
    until: datetime | None = None,
    since: datetime | None = None,
    local_body: str | None = None,
) -> dict[str, tuple[int, int]]:
    """Sum what bodies were given of a fiscal year in a stretch of time, as {body: (points, persons)}.

    Two merged persons are one. It looks at every donation of the stretch: for the close of a week, and for staff.
    """
    root = func.count(func.distinct(func.coalesce(PEOPLE.c.merged_into, DONATIONS.c.person_id)))
    source = DONATIONS.outerjoin(PEOPLE, PEOPLE.c.id == DONATIONS.c.person_id)
    asked = select(DONATIONS.c.local_body, func.sum(DONATIONS.c.points), root).select_from(source)
    asked = asked.where(DONATIONS.c.year == year).group_by(DONATIONS.c.local_body)
    if until is not None:
        asked = asked.where(DONATIONS.c.given_at < until)
    if since is not None:
        asked = asked.where(DONATIONS.c.given_at >= since)
    if local_body is not None:
        asked = asked.where(DONATIONS.c.local_body == local_body)
    return {body: (int(points), int(persons)) for body, points, persons in connection.execute(asked)}


def find_shown(connection: Connection, year: int) -> dict[str, GivenSum]:
    """Find the newest fixed sum of each body in a fiscal year."""
    asked = select(DONATION_WEEKS).where(DONATION_WEEKS.c.year == year).order_by(DONATION_WEEKS.c.week)
    return {row.local_body: GivenSum(**row._mapping) for row in connection.execute(asked)}


def list_shown(connection: Connection) -> Iterable[GivenSum]:
    """List every sum that was fixed, by week: at most one a body, year and week."""
    ordered = select(DONATION_WEEKS).order_by(*DONATION_WEEKS.primary_key.columns)
    for row in connection.execute(ordered):
        yield GivenSum(**row._mapping)


def fix(connection: Connection, sums: Iterable[GivenSum]) -> None:
    """Fix what bodies were given up to the end of a week; what is fixed already stays as it is."""
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(DONATION_WEEKS)
    rows = [{name: getattr(one, name) for name in GivenSum.__slots__} for one in sums]
    if rows:
        connection.execute(insert.on_conflict_do_nothing(), rows)
