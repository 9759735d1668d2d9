"""Teams and who belongs to them: a person is in one at most, and changes it without registering again. Ranks nothing.

How many belong is counted from an index of that team alone; the boards of weeks stand in storage.boards.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Index, func, literal, select, text, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, SQLModel

from storage.database import BigId, Instant, table_of
from storage.facts import Belonging, NameVerdict, TeamFacts, TeamKind, WaitingTeamName
from storage.people import IS_ONE, PEOPLE


class Team(SQLModel, table=True):
    """One team; a closed one has nobody, and keeps its weeks."""

    __table_args__ = ({"sqlite_autoincrement": True},)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    code: str = Field(unique=True)
    kind: str
    shown_name: str
    own_name: str
    made_by: int | None = Field(default=None, sa_type=BigId, index=True)
    made_at: datetime = Field(sa_type=Instant)
    name_asked_at: datetime | None = Field(default=None, sa_type=Instant)
    name_verdict: str | None = None
    is_closed: bool = False


class TeamPerson(SQLModel, table=True):
    """Somebody's place in a team."""

    __tablename__ = "team_person"
    person_id: int = Field(primary_key=True, sa_type=BigId)
    team_id: int = Field(sa_type=BigId, index=True)
    joined_at: datetime = Field(sa_type=Instant)


TEAMS, TEAM_PERSONS = table_of(Team), table_of(TeamPerson)
_NAMING = text("name_asked_at IS NOT NULL")
Index("team_naming", TEAMS.c.name_asked_at, TEAMS.c.id, sqlite_where=_NAMING, postgresql_where=_NAMING)


def add(connection: Connection, **values: Any) -> int:
    """Add a team; gives its number."""
    return int(connection.execute(TEAMS.insert().values(**values).returning(TEAMS.c.id)).scalar_one())


def change(connection: Connection, team_id: int, **values: Any) -> None:
    """Change what is said of a team."""
    connection.execute(TEAMS.update().where(TEAMS.c.id == team_id).values(**values))


def find(connection: Connection, team_id: int, *, locked: bool = False) -> TeamFacts | None:
    """Find a team by its number; ``locked`` holds it until the transaction ends."""
    question = select(TEAMS).where(TEAMS.c.id == team_id)
    row = connection.execute(question.with_for_update() if locked else question).first()
    return None if row is None else _facts(row)


def find_by_code(connection: Connection, code: str) -> TeamFacts | None:
    """Find the team that a code opens; None for an unknown one, and for a closed team's."""
    row = connection.execute(select(TEAMS).where(TEAMS.c.code == code, ~TEAMS.c.is_closed)).first()
    return None if row is None else _facts(row)


def find_of_person(connection: Connection, person_id: int) -> Belonging | None:
    """Find the team a person is in."""
    joined = TEAMS.join(TEAM_PERSONS, TEAM_PERSONS.c.team_id == TEAMS.c.id)
    mine = TEAM_PERSONS.c.person_id == person_id
    row = connection.execute(select(TEAMS, TEAM_PERSONS.c.joined_at).select_from(joined).where(mine)).first()
    return None if row is None else Belonging(_facts(row), row.joined_at)


def _facts(row: Any) -> TeamFacts:
    return TeamFacts(
        id=row.id,
        code=row.code,
        kind=TeamKind(row.kind),
        shown_name=row.shown_name,
        own_name=row.own_name,
        made_by=row.made_by,
        name_asked_at=row.name_asked_at,
        name_verdict=NameVerdict(row.name_verdict) if row.name_verdict else None,
        is_closed=row.is_closed,
    )


def list_names(connection: Connection, team_ids: Collection[int]) -> dict[int, str]:
    """List what others call some teams, as {team: name}."""
    chosen = select(TEAMS.c.id, TEAMS.c.shown_name).where(TEAMS.c.id.in_(team_ids))
    return {row.id: row.shown_name for row in connection.execute(chosen)}


def list_newest(connection: Connection, limit: int, before: int | None = None) -> list[TeamFacts]:
    """List teams, newest first; ``before`` is the number of the last one of the page before."""
    question = select(TEAMS).order_by(TEAMS.c.id.desc()).limit(limit)
    rows = connection.execute(question if before is None else question.where(TEAMS.c.id < before))
    return [_facts(row) for row in rows]


def count_made(connection: Connection, person_id: int) -> int:
    """Count the teams a person made that are open: a few."""
    made = (TEAMS.c.made_by == person_id, ~TEAMS.c.is_closed)
    return int(connection.execute(select(func.count()).select_from(TEAMS).where(*made)).scalar_one())


def count_persons(connection: Connection, team_ids: Collection[int]) -> dict[int, int]:
    """Count who belongs to some teams, as {team: persons}, from the index of those teams."""
    joined = TEAM_PERSONS.join(PEOPLE, PEOPLE.c.id == TEAM_PERSONS.c.person_id)
    counted = select(TEAM_PERSONS.c.team_id, func.count()).select_from(joined)
    rows = connection.execute(
        counted.where(TEAM_PERSONS.c.team_id.in_(team_ids), IS_ONE).group_by(TEAM_PERSONS.c.team_id)
    )
    return {team_id: int(persons) for team_id, persons in rows}


def join(connection: Connection, person_id: int, team_id: int, joined_at: datetime) -> None:
    """Put a person into a team, out of the one they were in."""
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(TEAM_PERSONS)
    place = {"team_id": team_id, "joined_at": joined_at}
    row = insert.values(person_id=person_id, **place)
    connection.execute(row.on_conflict_do_update(index_elements=["person_id"], set_=place))


def leave(connection: Connection, person_id: int) -> None:
    """Take a person out of their team."""
    connection.execute(TEAM_PERSONS.delete().where(TEAM_PERSONS.c.person_id == person_id))


def take_over(connection: Connection, joined_id: int, kept_id: int) -> None:
    """Give the person who stays after a merge the other's team, unless they are in one.

    The other's own place stays and counts nowhere, so that it is there again when the two are parted.
    """
    theirs = find_of_person(connection, joined_id)
    if theirs is not None and find_of_person(connection, kept_id) is None:
        join(connection, kept_id, theirs.team.id, theirs.joined_at)


def close(connection: Connection, team_id: int) -> None:
    """Close a team: nobody is in it any more, and its code opens nothing."""
    connection.execute(TEAM_PERSONS.delete().where(TEAM_PERSONS.c.team_id == team_id))
    change(connection, team_id, is_closed=True, name_asked_at=None)


def list_waiting_names(
    connection: Connection, limit: int, after: tuple[datetime, int] | None = None
) -> list[WaitingTeamName]:
    """List the teams' names that wait for staff, oldest first; ``after`` is the key of the page before's last one."""
    key = (TEAMS.c.name_asked_at, TEAMS.c.id)
    question = select(TEAMS.c.id, TEAMS.c.own_name, TEAMS.c.name_asked_at).where(_NAMING).order_by(*key).limit(limit)
    if after is not None:
        at, number = after
        question = question.where(tuple_(*key) > tuple_(literal(at, Instant()), literal(number)))
    return [WaitingTeamName(*row) for row in connection.execute(question)]


def forget_person(connection: Connection, person_ids: Iterable[int]) -> None:
    """Take a leaving person out of their team and off those they made; a name that nobody released goes with them."""
    numbers = list(person_ids)
    connection.execute(TEAM_PERSONS.delete().where(TEAM_PERSONS.c.person_id.in_(numbers)))
    made = TEAMS.c.made_by.in_(numbers)
    unseen = (made, TEAMS.c.own_name != TEAMS.c.shown_name)
    connection.execute(TEAMS.update().where(*unseen).values(own_name=TEAMS.c.shown_name, name_asked_at=None))
    connection.execute(TEAMS.update().where(made).values(made_by=None))


def collect(connection: Connection, person_ids: Iterable[int]) -> dict[str, list[dict[str, object]]]:
    """Collect what is kept of a person's places in teams, and of the teams they made, for their own export."""
    numbers = list(person_ids)
    places = select(TEAM_PERSONS).where(TEAM_PERSONS.c.person_id.in_(numbers))
    made = select(TEAMS.c.code, TEAMS.c.kind, TEAMS.c.own_name, TEAMS.c.shown_name, TEAMS.c.made_at)
    return {
        "in_teams": [dict(row._mapping) for row in connection.execute(places)],
        "teams_made": [dict(row._mapping) for row in connection.execute(made.where(TEAMS.c.made_by.in_(numbers)))],
    }
