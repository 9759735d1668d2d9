"""What persons said they are interested in, by the programme's codes. Decides nothing."""

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, SQLModel

from storage.database import BigId, table_of


class PersonInterest(SQLModel, table=True):
    """One thing a person is interested in."""

    __tablename__ = "person_interest"
    person_id: int = Field(primary_key=True, sa_type=BigId)
    code: str = Field(primary_key=True)


INTERESTS = table_of(PersonInterest)


def list_of_person(connection: Connection, person_id: int) -> list[str]:
    """List a person's interests."""
    mine = INTERESTS.c.person_id == person_id
    return list(connection.execute(select(INTERESTS.c.code).where(mine).order_by(INTERESTS.c.code)).scalars())


def add(connection: Connection, person_id: int, code: str) -> None:
    """Add an interest; one that is there stays."""
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(INTERESTS)
    connection.execute(insert.values(person_id=person_id, code=code).on_conflict_do_nothing())


def remove(connection: Connection, person_id: int, code: str) -> None:
    """Take an interest away."""
    connection.execute(INTERESTS.delete().where(INTERESTS.c.person_id == person_id, INTERESTS.c.code == code))


def forget_person(connection: Connection, person_id: int) -> None:
    """Forget a person's interests, who leaves."""
    connection.execute(INTERESTS.delete().where(INTERESTS.c.person_id == person_id))
