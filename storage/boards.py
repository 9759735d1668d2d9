"""The boards of a week that is over: what wards and teams did together, fixed once, so that no board changes after.

Sums what handlers.rules.boards defines. Ranks nothing and says nothing.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, case, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, SQLModel

from storage.database import BigId, table_of
from storage.facts import BoardLimits, GroupWeek
from storage.people import IS_ONE, PEOPLE
from storage.teams import TEAM_PERSONS
from storage.weeks import PERSON_WEEKS, active_days


class WardWeek(SQLModel, table=True):
    """One ward in one week: its persons, those who were active, and their points, each one's part capped."""

    __tablename__ = "ward_week"
    week: date = Field(primary_key=True)
    ward: str = Field(primary_key=True)
    persons: int
    active: int
    points: int = Field(sa_type=BigId)


class TeamWeek(SQLModel, table=True):
    """One team in one week, as a ward."""

    __tablename__ = "team_week"
    week: date = Field(primary_key=True)
    team_id: int = Field(primary_key=True, sa_type=BigId)
    persons: int
    active: int
    points: int = Field(sa_type=BigId)


WARD_WEEKS, TEAM_WEEKS = table_of(WardWeek), table_of(TeamWeek)


def sum_wards(
    connection: Connection, wards: Iterable[str], week: date, joined_by: datetime, limits: BoardLimits
) -> list[GroupWeek]:
    """Sum a week by ward over all who joined by a moment: asked once a week, it looks at everybody."""
    named = list(wards)
    counted = (PEOPLE.c.joined_at <= joined_by, PEOPLE.c.ward.in_(named))
    sums = _sum(connection, PEOPLE.c.ward, PEOPLE, counted, week, limits)
    nothing = (0, 0, 0)
    return [_group(ward, *sums.get(ward, nothing)) for ward in named]


def sum_teams(connection: Connection, week: date, joined_by: datetime, limits: BoardLimits) -> list[GroupWeek]:
    """Sum a week by team over all who joined it by a moment; a team of which nobody counts is left out."""
    placed = PEOPLE.join(TEAM_PERSONS, TEAM_PERSONS.c.person_id == PEOPLE.c.id)
    counted = (TEAM_PERSONS.c.joined_at <= joined_by,)
    sums = _sum(connection, TEAM_PERSONS.c.team_id, placed, counted, week, limits)
    return [_group(str(team_id), *sums[team_id]) for team_id in sorted(sums)]


def _group(code: str, persons: int, active: int, points: int) -> GroupWeek:
    return GroupWeek(code=code, persons=persons, active=active, points=points)


def _sum(
    connection: Connection, group: ColumnElement[Any], source: FromClause, counted: tuple[ColumnElement[bool], ...],
    week: date, limits: BoardLimits,
) -> dict[Any, tuple[int, int, int]]:  # fmt: skip
    """Sum a week by group, as {group: (persons, active, points)}; ``source`` joins persons to their group."""
    counted = (~PEOPLE.c.is_tombstone, IS_ONE, *counted)
    persons = select(group, func.count()).select_from(source).where(*counted).group_by(group)
    part = case(
        (PERSON_WEEKS.c.points > limits.points_a_week, limits.points_a_week),
        (PERSON_WEEKS.c.points < 0, 0),
        else_=PERSON_WEEKS.c.points,
    )
    did = PERSON_WEEKS.join(source, PEOPLE.c.id == PERSON_WEEKS.c.person_id)
    acted = (PERSON_WEEKS.c.week == week, active_days() >= limits.active_days)
    active = select(group, func.count(), func.sum(part)).select_from(did).where(*counted, *acted).group_by(group)
    sums = {code: (int(number), 0, 0) for code, number in connection.execute(persons)}
    for code, number, points in connection.execute(active):
        sums[code] = (sums[code][0], int(number), int(points))
    return sums


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


def close_teams(connection: Connection, week: date, teams: Iterable[GroupWeek]) -> None:
    """Fix a week's team board; one that is fixed already stays as it is."""
    rows = [
        {"week": week, "team_id": int(t.code), "persons": t.persons, "active": t.active, "points": t.points}
        for t in teams
    ]
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(TEAM_WEEKS)
    if rows:
        connection.execute(insert.on_conflict_do_nothing(), rows)


def find_teams(connection: Connection, week: date, smallest: int) -> list[GroupWeek]:
    """Find the fixed sums of a week's teams of at least so many persons; the code is the team's number."""
    shown = (TEAM_WEEKS.c.week == week, TEAM_WEEKS.c.persons >= smallest)
    rows = connection.execute(select(TEAM_WEEKS).where(*shown))
    return [_group(str(row.team_id), row.persons, row.active, row.points) for row in rows]


def list_team_weeks(connection: Connection, first: date, last: date, smallest: int) -> Iterator[tuple[date, GroupWeek]]:
    """List the fixed sums of teams of at least so many persons, of the weeks of a stretch of days, by week and team."""
    shown = (TEAM_WEEKS.c.week.between(first, last), TEAM_WEEKS.c.persons >= smallest)
    rows = connection.execute(select(TEAM_WEEKS).where(*shown).order_by(TEAM_WEEKS.c.week, TEAM_WEEKS.c.team_id))
    for row in rows:
        yield row.week, _group(str(row.team_id), row.persons, row.active, row.points)
