"""What each person did in each week, and how many persons earned how much: kept in the ledger's own transaction.

How many have so many points stands in stripes, so that no row is hot and a rank is a short sum. Decides no board.
"""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Index, bindparam, case, false, func, literal, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, SQLModel

from storage.database import BigId, table_of
from storage.facts import Crowd, PersonWeek
from storage.people import PEOPLE
from storage.prepared import Prepared
from storage.totals import STRIPES


class StoredWeek(SQLModel, table=True):
    """One person in one week, named by its Monday: points, and how often they acted on each of its days.

    ``is_listed`` says that the person asked to stand on the person board.
    """

    __tablename__ = "person_week"
    week: date = Field(primary_key=True)
    person_id: int = Field(primary_key=True, sa_type=BigId, index=True)
    points: int
    monday: int
    tuesday: int
    wednesday: int
    thursday: int
    friday: int
    saturday: int
    sunday: int
    is_listed: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


class WeekStep(SQLModel, table=True):
    """One stripe of how many persons have exactly so many points in a week; those without points are not counted."""

    __tablename__ = "week_step"
    week: date = Field(primary_key=True)
    points: int = Field(primary_key=True)
    stripe: int = Field(primary_key=True)
    persons: int = Field(sa_type=BigId)


PERSON_WEEKS, WEEK_STEPS = table_of(StoredWeek), table_of(WeekStep)
_LISTED = text("is_listed")
Index("person_week_listed", PERSON_WEEKS.c.week, PERSON_WEEKS.c.points, sqlite_where=_LISTED, postgresql_where=_LISTED)
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NOTHING = {"points": 0, **dict.fromkeys(DAYS, 0)}


def week_of(on: date) -> date:
    """Give the Monday of a day's week."""
    return on - timedelta(days=on.weekday())


def count(connection: Connection, person_id: int, acted_on: date, times: int, points: int) -> None:
    """Count an entry that was made in its week: ``times`` is 1 for an action, -1 where it is taken back, else 0."""
    if not times and not points:
        return
    week = week_of(acted_on)
    values = {"of_week": week, "of_person": person_id, "more_times": times, "more_points": points}
    now_has = _ADD[acted_on.weekday()].one(connection, **values).points
    if points:
        step(connection, week, person_id, now_has - points, now_has)


def _chose(person_id: Any) -> ColumnElement[bool]:
    """Ask whether a person chose to be listed; a tombstone did not."""
    chose = select(PEOPLE.c.board_name.is_not(None)).where(PEOPLE.c.id == person_id).scalar_subquery()
    return func.coalesce(chose, false())


def _adding(dialect: str, weekday: int) -> Any:
    """Add to a person's week, or begin it as the person chose to be listed; gives the points it then has."""
    insert = (sqlite if dialect == "sqlite" else postgresql).insert(PERSON_WEEKS)
    day = DAYS[weekday]
    person: Any = bindparam("of_person")
    added = {**_NOTHING, "points": bindparam("more_points"), day: bindparam("more_times")}
    begun = insert.values(week=bindparam("of_week"), person_id=person, is_listed=_chose(person), **added)
    more = {name: PERSON_WEEKS.c[name] + insert.excluded[name] for name in ("points", day)}
    return begun.on_conflict_do_update(index_elements=["week", "person_id"], set_=more).returning(PERSON_WEEKS.c.points)


_ADD = [Prepared(_adding("sqlite", day), postgresql=_adding("postgresql", day)) for day in range(len(DAYS))]


def add_week(connection: Connection, week: date, person_id: int, values: dict[str, int]) -> None:
    """Begin a person's week with points and times of days that were counted elsewhere; listed as the person chose."""
    begun = PERSON_WEEKS.insert().values(week=week, person_id=person_id, is_listed=_chose(person_id), **values)
    connection.execute(begun)


def step(connection: Connection, week: date, person_id: int, before: int, after: int) -> None:
    """Move a person from one number of points to another, the lower first: no two transactions wait in a circle."""
    moved = sorted([(before, -1), (after, 1)])
    same = {"week": week, "stripe": person_id % STRIPES}
    rows = [{**same, "points": points, "persons": persons} for points, persons in moved if points > 0]
    for row in rows:
        _STEP.put_off(connection, **row)


def _stepping(insert: sqlite.Insert | postgresql.Insert) -> sqlite.Insert | postgresql.Insert:
    more = {"persons": WEEK_STEPS.c.persons + insert.excluded.persons}
    return insert.on_conflict_do_update(index_elements=["week", "points", "stripe"], set_=more)


_STEP = Prepared(
    _stepping(sqlite.insert(WEEK_STEPS)),
    postgresql=_stepping(postgresql.insert(WEEK_STEPS)),
    columns=[column.name for column in WEEK_STEPS.c],
)


def add_steps(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Add to how many persons have so many points; ``rows`` name week, points, stripe and persons."""
    _STEP.change_many(connection, rows)


def active_days() -> ColumnElement[int]:
    """Give on how many days a person acted in a week, for a question about PERSON_WEEKS."""
    return sum((case((PERSON_WEEKS.c[day] > 0, 1), else_=0) for day in DAYS), start=literal(0))


def find(connection: Connection, person_id: int, week: date) -> PersonWeek:
    """Find what a person did in a week; nothing, where nothing is known."""
    ours = (PERSON_WEEKS.c.week == week, PERSON_WEEKS.c.person_id == person_id)
    row = connection.execute(select(PERSON_WEEKS.c.points, active_days()).where(*ours)).first()
    points, days = row or (0, 0)
    return PersonWeek(week=week, person_id=person_id, points=points, days=days)


def find_days(connection: Connection, person_id: int, week: date) -> tuple[bool, ...]:
    """Tell of each day from Monday to Sunday whether a person acted on it."""
    ours = (PERSON_WEEKS.c.week == week, PERSON_WEEKS.c.person_id == person_id)
    row = connection.execute(select(*(PERSON_WEEKS.c[day] for day in DAYS)).where(*ours)).first()
    return tuple(times > 0 for times in row or (0,) * len(DAYS))


def find_crowd(connection: Connection, week: date, points: int) -> Crowd:
    """Find how many persons earned points in a week, and how many of them more than ``points``: a short sum."""
    ahead = func.sum(case((WEEK_STEPS.c.points > points, WEEK_STEPS.c.persons), else_=0))
    row = connection.execute(select(func.sum(WEEK_STEPS.c.persons), ahead).where(WEEK_STEPS.c.week == week)).one()
    return Crowd(int(row[0] or 0), int(row[1] or 0))


def list_best(connection: Connection, week: date, limit: int) -> list[tuple[int, str, int]]:
    """List (person, name, points) of those who asked to be listed, most points first, from an index of them alone."""
    listed = (PERSON_WEEKS.c.week == week, _LISTED, PERSON_WEEKS.c.points > 0)
    columns = (PERSON_WEEKS.c.person_id, PEOPLE.c.board_name, PERSON_WEEKS.c.points)
    joined = PERSON_WEEKS.join(PEOPLE, PEOPLE.c.id == PERSON_WEEKS.c.person_id)
    question = select(*columns).select_from(joined).where(*listed, PEOPLE.c.board_name.is_not(None))
    best = question.order_by(PERSON_WEEKS.c.points.desc()).limit(limit)
    return [(row.person_id, row.board_name, row.points) for row in connection.execute(best)]


def list_person(connection: Connection, person_id: int, from_week: date) -> None:
    """Put a person on the person board from a week on."""
    ours = (PERSON_WEEKS.c.person_id == person_id, PERSON_WEEKS.c.week >= from_week)
    connection.execute(PERSON_WEEKS.update().where(*ours).values(is_listed=True))


def unlist_person(connection: Connection, person_id: int) -> None:
    """Take a person off the person board, every week of it."""
    ours = (PERSON_WEEKS.c.person_id == person_id, _LISTED)
    connection.execute(PERSON_WEEKS.update().where(*ours).values(is_listed=False))


def list_of_person(connection: Connection, person_id: int) -> list[PersonWeek]:
    """List what a person did week by week, newest first, for their own export."""
    columns = (PERSON_WEEKS.c.week, PERSON_WEEKS.c.points, active_days().label("days"))
    ours = select(*columns).where(PERSON_WEEKS.c.person_id == person_id).order_by(PERSON_WEEKS.c.week.desc())
    rows = connection.execute(ours)
    return [PersonWeek(week=row.week, person_id=person_id, points=row.points, days=row.days) for row in rows]


def hand_over(connection: Connection, person_id: int, tombstone: int) -> None:
    """Give a leaving person's weeks to their tombstone, on no board."""
    ours = PERSON_WEEKS.c.person_id == person_id
    connection.execute(PERSON_WEEKS.update().where(ours).values(person_id=tombstone, is_listed=False))
