"""The answer table: what staff let the bot answer, a row each, with every version it ever had. Decides nothing."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select
from sqlmodel import Field, SQLModel

from storage.database import BigId, Instant, table_of
from storage.facts import AnswerRow, StoredAnswer

MOST = 500
"""Rows that one table may have: the whole of it is read for each sentence that nothing else understood."""


class AnswerTable(SQLModel, table=True):
    """One row that is in force, by its code; ``document`` is the row as JSON."""

    __tablename__ = "answer"
    __table_args__ = ({"sqlite_autoincrement": True},)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    code: str = Field(unique=True)
    version: int
    document: str


class AnswerVersion(SQLModel, table=True):
    """What a row said in one of its versions; an empty ``document`` is its removal. Rows are only ever added."""

    __tablename__ = "answer_version"
    answer_id: int = Field(primary_key=True, sa_type=BigId)
    version: int = Field(primary_key=True)
    document: str
    made_by: str
    made_at: datetime = Field(sa_type=Instant)


ANSWERS = table_of(AnswerTable)
VERSIONS = table_of(AnswerVersion)


def list_all(connection: Connection) -> list[StoredAnswer]:
    """List the rows in force, oldest first."""
    return [_stored(row) for row in connection.execute(select(ANSWERS).order_by(ANSWERS.c.id).limit(MOST))]


def find(connection: Connection, answer_id: int) -> StoredAnswer | None:
    """Find one row in force."""
    row = connection.execute(select(ANSWERS).where(ANSWERS.c.id == answer_id)).first()
    return None if row is None else _stored(row)


def list_versions(connection: Connection, answer_id: int, limit: int) -> list[tuple[int, str, datetime, AnswerRow]]:
    """List the newest versions of a row as (number, who made it, when, what it said)."""
    ours = select(VERSIONS).where(VERSIONS.c.answer_id == answer_id, VERSIONS.c.document != "")
    rows = connection.execute(ours.order_by(VERSIONS.c.version.desc()).limit(limit))
    return [(row.version, row.made_by, row.made_at, _row(row.document)) for row in rows]


def add(connection: Connection, row: AnswerRow, by: str, now: datetime) -> int:
    """Add a row; gives its number."""
    insert = ANSWERS.insert().values(code=row.code, version=1, document=_write(row))
    number = int(connection.execute(insert.returning(ANSWERS.c.id)).scalar_one())
    _keep(connection, number, 1, _write(row), by, now)
    return number


def change(connection: Connection, answer_id: int, version: int, row: AnswerRow, by: str, now: datetime) -> bool:
    """Put a new version in the place of ``version``; False where that is not in force any more."""
    ours = (ANSWERS.c.id == answer_id, ANSWERS.c.version == version)
    new = {"version": version + 1, "document": _write(row)}
    if not connection.execute(ANSWERS.update().where(*ours).values(**new)).rowcount:
        return False
    _keep(connection, answer_id, version + 1, _write(row), by, now)
    return True


def remove(connection: Connection, answer_id: int, version: int, by: str, now: datetime) -> bool:
    """Take a row out of force; its versions stay. False where ``version`` is not in force any more."""
    ours = (ANSWERS.c.id == answer_id, ANSWERS.c.version == version)
    if not connection.execute(ANSWERS.delete().where(*ours)).rowcount:
        return False
    _keep(connection, answer_id, version + 1, "", by, now)
    return True


def _keep(connection: Connection, answer_id: int, version: int, document: str, by: str, now: datetime) -> None:
    values = {"answer_id": answer_id, "version": version, "document": document, "made_by": by, "made_at": now}
    connection.execute(VERSIONS.insert().values(**values))


def _write(row: AnswerRow) -> str:
    return json.dumps(asdict(row), ensure_ascii=False, sort_keys=True)


def _row(document: str) -> AnswerRow:
    read = json.loads(document)
    return AnswerRow(**{**read, "words": _tuples(read["words"]), "lines": _tuples(read["lines"])})


def _tuples(texts: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {language: tuple(lines) for language, lines in texts.items()}


def _stored(row: Row[Any]) -> StoredAnswer:
    return StoredAnswer(id=row.id, version=row.version, row=_row(row.document))
