"""The boards of a week that is over: what each ward did together, fixed once, so that a board never changes after.

Sums what handlers.rules.boards defines. Ranks nothing and says nothing.
"""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import Connection, case, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, SQLModel

from storage.database import BigId, table_of
from storage.facts import BoardLimits, GroupWeek
from storage.people import IS_ONE, PEOPLE
from storage.weeks import PERSON_WEEKS, active_days


class WardWeek(SQLModel, table=True):
    """One ward in one week: its persons, those who were active, and their points, each one's part capped."""

    __tablename__ = "ward_week"
    week: date = Field(primary_key=True)
    ward: str = Field(primary_key=True)
    persons: int
    active: int
    points: int = Field(sa_type=BigId)


WARD_WEEKS = table_of(WardWeek)


def sum_wards(
    connection: Connection, wards: Iterable[str], week: date, joined_by: datetime, limits: BoardLimits
) -> list[GroupWeek]:
    """Sum a week by ward over all who joined by a moment: asked once a week, it looks at everybody."""
    counted = (~PEOPLE.c.is_tombstone, IS_ONE, PEOPLE.c.joined_at <= joined_by, PEOPLE.c.ward.in_(list(wards)))
    persons = select(PEOPLE.c.ward, func.count()).where(*counted).group_by(PEOPLE.c.ward)
    part = case(
        (PERSON_WEEKS.c.points > limits.points_a_week, limits.points_a_week),
        (PERSON_WEEKS.c.points < 0, 0),
        else_=PERSON_WEEKS.c.points,
    )
    joined = PERSON_WEEKS.join(PEOPLE, PEOPLE.c.id == PERSON_WEEKS.c.person_id)
    acted = (PERSON_WEEKS.c.week == week, active_days() >= limits.active_days)
    active = select(PEOPLE.c.ward, func.count(), func.sum(part)).select_from(joined).where(*counted, *acted)
    there = {ward: int(number) for ward, number in connection.execute(persons)}
    did = {
        ward: (int(number), int(points)) for ward, number, points in connection.execute(active.group_by(PEOPLE.c.ward))
    }
    return [
        GroupWeek(code=ward, persons=there.get(ward, 0), active=active_, points=points)
        for ward in wards
        for active_, points in [did.get(ward, (0, 0))]
    ]


def close_week(connection: Connection, week: date, wards: Iterable[GroupWeek]) -> None:
    """Fix a week's ward board; one that is fixed already stays as it is."""
    rows = [{"week": week, "ward": w.code, "persons": w.persons, "active": w.active, "points": w.points} for w in wards]
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(WARD_WEEKS)
    if rows:
        connection.execute(insert.values(rows).on_conflict_do_nothing())


def find_wards(connection: Connection, week: date) -> list[GroupWeek]:
    """Find the fixed sums of a week; empty while it is not closed."""
    rows = connection.execute(select(WARD_WEEKS).where(WARD_WEEKS.c.week == week))
    return [GroupWeek(code=row.ward, persons=row.persons, active=row.active, points=row.points) for row in rows]


def list_weeks(connection: Connection, first: date, last: date) -> list[tuple[date, GroupWeek]]:
    """List the fixed sums of the weeks (Mondays) of a stretch of days, by week and ward: a dozen rows a week."""
    shown = WARD_WEEKS.c.week.between(first, last)
    rows = connection.execute(select(WARD_WEEKS).where(shown).order_by(WARD_WEEKS.c.week, WARD_WEEKS.c.ward))
    return [
        (row.week, GroupWeek(code=row.ward, persons=row.persons, active=row.active, points=row.points)) for row in rows
    ]
