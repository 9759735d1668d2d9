"""The programme as the database knows it: every version that was ever in force. The newest is the truth."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select
from sqlmodel import Field, SQLModel

from storage.database import BigId, Instant, table_of


class ProgrammeVersion(SQLModel, table=True):
    """One version of the whole programme; its number is the rule version that ledger entries keep."""

    __tablename__ = "programme_version"
    __table_args__ = ({"sqlite_autoincrement": True},)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    document: str
    made_at: datetime = Field(sa_type=Instant)
    made_by: str
    reason: str = Field(default="", sa_column_kwargs={"server_default": ""})


VERSIONS = table_of(ProgrammeVersion)


_TOLD = (VERSIONS.c.id, VERSIONS.c.made_at, VERSIONS.c.made_by, VERSIONS.c.reason)


@dataclass(frozen=True, slots=True)
class VersionFacts:
    """Who made a version, when (calendar time) and why; ``number`` is the rule version that entries keep."""

    number: int
    made_at: datetime
    made_by: str
    reason: str


def list_newest(connection: Connection, limit: int, before: int | None = None) -> list[VersionFacts]:
    """List the versions, newest first; ``before`` is the last number of the page before this."""
    question = select(*_TOLD).order_by(VERSIONS.c.id.desc()).limit(limit)
    rows = connection.execute(question if before is None else question.where(VERSIONS.c.id < before))
    return [VersionFacts(*row) for row in rows]


def find_document(connection: Connection, number: int) -> dict[str, Any] | None:
    """Find what a version says."""
    written = connection.execute(select(VERSIONS.c.document).where(VERSIONS.c.id == number)).scalar()
    found: dict[str, Any] | None = None if written is None else json.loads(written)
    return found


def find_newest(connection: Connection) -> tuple[int, dict[str, Any]] | None:
    """Find the version in force, as (number, document)."""
    row = connection.execute(select(VERSIONS).order_by(VERSIONS.c.id.desc()).limit(1)).first()
    return None if row is None else (row.id, json.loads(row.document))


def find_newest_version(connection: Connection) -> int:
    """Find the number of the version in force, 0 when there is none."""
    return connection.execute(select(func.max(VERSIONS.c.id))).scalar() or 0


def add_version(
    connection: Connection, document: Mapping[str, Any], made_by: str, now: datetime, reason: str = ""
) -> int:
    """Put a new version in force; gives its number."""
    text = json.dumps(document, ensure_ascii=False, sort_keys=True)
    values = {"document": text, "made_at": now, "made_by": made_by, "reason": reason}
    return int(connection.execute(VERSIONS.insert().values(**values).returning(VERSIONS.c.id)).scalar_one())
