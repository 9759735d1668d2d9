"""Key figures that staff keep beside the totals: each with its base, target and values; nothing is ever overwritten.

A change of a figure's words is a new version, a change of a value a newer one of the same day. Decides nothing.
"""

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select
from sqlmodel import Field, SQLModel

from storage.database import BigId, Instant, table_of
from storage.facts import KpiFacts, KpiValue, KpiWords


class KpiVersion(SQLModel, table=True):
    """What a figure is, as somebody last wrote it; the newest version holds."""

    __tablename__ = "kpi_version"
    kpi_id: int = Field(primary_key=True, sa_type=BigId)
    version: int = Field(primary_key=True)
    name: str
    unit: str
    base: str
    base_when: str
    base_source: str
    target: str
    target_when: str
    is_public: bool
    is_ended: bool
    written_by: str
    written_at: datetime = Field(sa_type=Instant)


class StoredKpiValue(SQLModel, table=True):
    """A figure's value on a day, with its source; of those of one day the newest holds, "" takes it back."""

    __tablename__ = "kpi_value"
    __table_args__ = ({"sqlite_autoincrement": True},)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    kpi_id: int = Field(sa_type=BigId, index=True)
    on: date
    amount: str
    source: str
    entered_by: str
    entered_at: datetime = Field(sa_type=Instant)


VERSIONS, VALUES = table_of(KpiVersion), table_of(StoredKpiValue)


def add(connection: Connection, words: KpiWords, by: str, now: datetime) -> int:
    """Add a figure; gives its number."""
    number = int(connection.execute(select(func.max(VERSIONS.c.kpi_id))).scalar() or 0) + 1
    put(connection, number, 1, words, by, now)
    return number


def put(connection: Connection, kpi_id: int, version: int, words: KpiWords, by: str, now: datetime) -> None:
    """Write a figure's next version; ConflictError where somebody else was first to write it."""
    values = {**asdict(words), "kpi_id": kpi_id, "version": version, "written_by": by, "written_at": now}
    connection.execute(VERSIONS.insert().values(**values))


def add_value(connection: Connection, kpi_id: int, value: KpiValue) -> None:
    """Add a value; it holds from now on for its day."""
    connection.execute(VALUES.insert().values(kpi_id=kpi_id, **asdict(value)))


def find(connection: Connection, kpi_id: int) -> KpiFacts | None:
    """Find a figure as it now is, with the values that hold."""
    row = connection.execute(_newest().where(VERSIONS.c.kpi_id == kpi_id)).first()
    return None if row is None else _facts(row, _list_values(connection, kpi_id))


def list_all(connection: Connection, *, is_public: bool = False) -> list[KpiFacts]:
    """List the figures in the order they were added, each with the values that hold; some dozens at most.

    ``is_public`` leaves out those that are not shown to everybody, and those that are kept no more.
    """
    question = _newest().order_by(VERSIONS.c.kpi_id)
    if is_public:
        question = question.where(VERSIONS.c.is_public, ~VERSIONS.c.is_ended)
    return [_facts(row, _list_values(connection, row.kpi_id)) for row in connection.execute(question).all()]


def list_versions(connection: Connection, kpi_id: int) -> list[KpiFacts]:
    """List every version of a figure, newest first, without values."""
    rows = connection.execute(select(VERSIONS).where(VERSIONS.c.kpi_id == kpi_id).order_by(VERSIONS.c.version.desc()))
    return [_facts(row, ()) for row in rows]


def list_entered(connection: Connection, kpi_id: int) -> list[KpiValue]:
    """List every value that was ever entered for a figure, newest entry first."""
    rows = connection.execute(select(VALUES).where(VALUES.c.kpi_id == kpi_id).order_by(VALUES.c.id.desc()))
    return [_value(row) for row in rows]


def _newest() -> Select[Any]:
    key = [VERSIONS.c.kpi_id, func.max(VERSIONS.c.version).label("version")]
    newest = select(*key).group_by(VERSIONS.c.kpi_id).subquery()
    here = (newest.c.kpi_id == VERSIONS.c.kpi_id) & (newest.c.version == VERSIONS.c.version)
    return select(VERSIONS).join(newest, here)


def _list_values(connection: Connection, kpi_id: int) -> tuple[KpiValue, ...]:
    """List the values that hold, oldest day first."""
    rows = connection.execute(select(VALUES).where(VALUES.c.kpi_id == kpi_id).order_by(VALUES.c.on, VALUES.c.id))
    by_day = {row.on: _value(row) for row in rows}
    return tuple(value for value in by_day.values() if value.amount)


def _value(row: Row[Any]) -> KpiValue:
    return KpiValue(**{name: getattr(row, name) for name in KpiValue.__slots__})


def _facts(row: Row[Any], values: tuple[KpiValue, ...]) -> KpiFacts:
    words = KpiWords(**{name: getattr(row, name) for name in KpiWords.__slots__})
    same = {name: getattr(row, name) for name in ("version", "written_by", "written_at")}
    return KpiFacts(id=row.kpi_id, words=words, values=values, **same)
