"""Attendances: who was at which part, how that is known, and what survey answers they gave. Earns nothing itself."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, UniqueConstraint, func, select
from sqlmodel import Field, SQLModel

from storage.database import BigId, Instant, table_of
from storage.facts import AttendanceFacts, AttendanceState, CheckInWay

COUNTING = (AttendanceState.PROVISIONAL, AttendanceState.CONFIRMED)


class Attendance(SQLModel, table=True):
    """One person at one part, whatever became of it: unique, so that nobody counts twice."""

    __table_args__ = (UniqueConstraint("part_id", "person_id"), {"sqlite_autoincrement": True})
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    event_id: int = Field(sa_type=BigId, index=True)
    part_id: int = Field(sa_type=BigId)
    person_id: int = Field(sa_type=BigId, index=True)
    account_id: int | None = Field(default=None, sa_type=BigId)
    way: str
    state: str
    at: datetime = Field(sa_type=Instant)
    entered_at: datetime = Field(sa_type=Instant)
    entered_by: str
    times: int = 1  # how often it was entered, taken back in between: part of the ledger's reference
    entry_id: int | None = Field(default=None, sa_type=BigId)


class Participant(SQLModel, table=True):
    """How many confirmed attendances a person has in a period: the first of them makes one more distinct person."""

    period_starts_on: date = Field(primary_key=True)
    person_id: int = Field(primary_key=True, sa_type=BigId)
    attendances: int


class SurveyAnswer(SQLModel, table=True):
    """One person's answer to one question about an event; another answer replaces it."""

    __tablename__ = "survey_answer"
    event_id: int = Field(primary_key=True, sa_type=BigId)
    person_id: int = Field(primary_key=True, sa_type=BigId)
    question: int = Field(primary_key=True)  # from 1
    answer: str
    given_at: datetime = Field(sa_type=Instant)


ATTENDANCES, PARTICIPANTS, SURVEY_ANSWERS = table_of(Attendance), table_of(Participant), table_of(SurveyAnswer)


def find(connection: Connection, part_id: int, person_id: int) -> AttendanceFacts | None:
    """Find one person's attendance of one part, whatever became of it."""
    ours = (ATTENDANCES.c.part_id == part_id, ATTENDANCES.c.person_id == person_id)
    row = connection.execute(select(ATTENDANCES).where(*ours)).first()
    return None if row is None else _facts(row)


def get(connection: Connection, attendance_id: int) -> AttendanceFacts | None:
    """Find an attendance by its number."""
    row = connection.execute(select(ATTENDANCES).where(ATTENDANCES.c.id == attendance_id)).first()
    return None if row is None else _facts(row)


def list_of_part(
    connection: Connection, part_id: int, states: Sequence[AttendanceState] = COUNTING
) -> list[AttendanceFacts]:
    """List who was at a part, in the order in which they were entered."""
    chosen = select(ATTENDANCES).where(ATTENDANCES.c.part_id == part_id, ATTENDANCES.c.state.in_(states))
    return [_facts(row) for row in connection.execute(chosen.order_by(ATTENDANCES.c.id))]


def count_of_parts(connection: Connection, part_ids: Sequence[int]) -> dict[int, int]:
    """Count who was at some parts, provisional ones too, as {part: number}; a part where nobody was is left out."""
    chosen = select(ATTENDANCES.c.part_id, func.count()).where(ATTENDANCES.c.part_id.in_(set(part_ids)))
    counted = chosen.where(ATTENDANCES.c.state.in_(COUNTING)).group_by(ATTENDANCES.c.part_id)
    return {row[0]: row[1] for row in connection.execute(counted)}


def list_of_person(
    connection: Connection, person_id: int, states: Sequence[AttendanceState] = COUNTING
) -> list[AttendanceFacts]:
    """List the parts a person was at, oldest first."""
    chosen = select(ATTENDANCES).where(ATTENDANCES.c.person_id == person_id, ATTENDANCES.c.state.in_(states))
    return [_facts(row) for row in connection.execute(chosen.order_by(ATTENDANCES.c.id))]


def list_states(connection: Connection, person_ids: Collection[int]) -> dict[tuple[int, int], AttendanceState]:
    """List what became of all attendances of some persons, by part and person."""
    columns = (ATTENDANCES.c.part_id, ATTENDANCES.c.person_id, ATTENDANCES.c.state)
    rows = connection.execute(select(*columns).where(ATTENDANCES.c.person_id.in_(set(person_ids)))).all()
    return {(part_id, person_id): AttendanceState(state) for part_id, person_id, state in rows}


def put(connection: Connection, event_id: int, part_id: int, person_id: int, **values: Any) -> AttendanceFacts:
    """Enter that a person was at a part, in the row they may have had before; gives the attendance as it now stands."""
    ours = (ATTENDANCES.c.part_id == part_id, ATTENDANCES.c.person_id == person_id)
    changed = {**values, "times": ATTENDANCES.c.times + 1, "entry_id": None}
    if connection.execute(ATTENDANCES.update().where(*ours).values(**changed)).rowcount == 0:
        first = {"event_id": event_id, "part_id": part_id, "person_id": person_id, "times": 1}
        connection.execute(ATTENDANCES.insert().values(**first, **values))
    found = find(connection, part_id, person_id)
    if found is None:
        raise LookupError("an attendance was stored and is not there")
    return found


def change(connection: Connection, attendance_id: int, **values: Any) -> None:
    """Change some of an attendance's columns."""
    connection.execute(ATTENDANCES.update().where(ATTENDANCES.c.id == attendance_id).values(**values))


def put_answer(
    connection: Connection, event_id: int, person_id: int, question: int, answer: str, now: datetime
) -> None:
    """Keep a person's answer to a question, in place of an older one."""
    key = {"event_id": event_id, "person_id": person_id, "question": question}
    values = {"answer": answer, "given_at": now}
    ours = [SURVEY_ANSWERS.c[name] == value for name, value in key.items()]
    if connection.execute(SURVEY_ANSWERS.update().where(*ours).values(**values)).rowcount == 0:
        connection.execute(SURVEY_ANSWERS.insert().values(**key, **values))


def list_answers(connection: Connection, event_id: int, person_id: int) -> dict[int, str]:
    """List a person's answers about an event, as {question: answer}."""
    ours = (SURVEY_ANSWERS.c.event_id == event_id, SURVEY_ANSWERS.c.person_id == person_id)
    rows = connection.execute(select(SURVEY_ANSWERS).where(*ours).order_by(SURVEY_ANSWERS.c.question))
    return {row.question: row.answer for row in rows}


def list_answers_of_event(connection: Connection, event_id: int) -> list[dict[int, str]]:
    """List what was answered about an event, one {question: answer} a person, in an order that tells nobody who."""
    by_person: dict[int, dict[int, str]] = {}
    for row in connection.execute(select(SURVEY_ANSWERS).where(SURVEY_ANSWERS.c.event_id == event_id)):
        by_person.setdefault(row.person_id, {})[row.question] = row.answer
    return sorted(by_person.values(), key=lambda answers: sorted(answers.items()))


def _facts(row: Row[Any]) -> AttendanceFacts:
    names = set(AttendanceFacts.__slots__) - {"way", "state"}
    same = {name: getattr(row, name) for name in names}
    return AttendanceFacts(**same, way=CheckInWay(row.way), state=AttendanceState(row.state))
