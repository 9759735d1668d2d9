"""The audit trail: who of the staff did what to what, in the same transaction; append-only, never content."""

from datetime import datetime

from sqlalchemy import Connection, Index, func, select, text
from sqlmodel import Field, SQLModel

from storage.database import BigId, Instant, table_of


class AuditRow(SQLModel, table=True):
    """One act. ``subject`` is a kind and a number, such as ``event:12`` or ``person:34``; never a name or words."""

    __tablename__ = "audit"
    __table_args__ = ({"sqlite_autoincrement": True},)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    at: datetime = Field(sa_type=Instant, index=True)
    actor: str
    act: str
    subject: str = Field(index=True)
    detail: str = ""
    to_report: bool = False  # done on one person's authority; the approver is told afterwards


AUDIT = table_of(AuditRow)
_TO_REPORT = text("to_report")
Index("audit_to_report", AUDIT.c.id, sqlite_where=_TO_REPORT, postgresql_where=_TO_REPORT)


def add(
    connection: Connection,
    actor: str,
    act: str,
    subject: str,
    now: datetime,
    detail: str = "",
    *,
    to_report: bool = False,
) -> None:
    """Write an act down."""
    values = {"at": now, "actor": actor, "act": act, "subject": subject, "detail": detail, "to_report": to_report}
    connection.execute(AUDIT.insert().values(**values))


def count(connection: Connection, act: str, subject: str, since: datetime) -> int:
    """Count how often something was done to a subject since a moment."""
    ours = (AUDIT.c.subject == subject, AUDIT.c.act == act, AUDIT.c.at > since)
    return int(connection.execute(select(func.count()).select_from(AUDIT).where(*ours)).scalar_one())


def list_newest(
    connection: Connection, limit: int, *, to_report: bool = False, before: int | None = None
) -> list[AuditRow]:
    """List the newest acts, newest first; with ``to_report`` only those the approver must see.

    ``before`` is an act's number, to go on from there.
    """
    question = select(AUDIT).order_by(AUDIT.c.id.desc()).limit(limit)
    if before is not None:
        question = question.where(AUDIT.c.id < before)
    rows = connection.execute(question.where(_TO_REPORT) if to_report else question)
    return [AuditRow(**row._mapping) for row in rows]
