"""The one draft of the programme's next version: what it would say, who changed it last, and from when it may begin."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, SQLModel

from storage.database import BigId, Instant, table_of

ONLY = 1


class RuleDraft(SQLModel, table=True):
    """The draft; there is one, for two drafts of one document could not both come into force."""

    __tablename__ = "rule_draft"
    id: int = Field(primary_key=True)
    document: str
    base_version: int = Field(sa_type=BigId)  # the version it was begun from
    changed_at: datetime = Field(sa_type=Instant)
    changed_by: str
    reason: str = ""
    starts_on: date | None = None  # signed: it comes into force as this Tokyo day begins
    signed_by: str | None = None


DRAFTS = table_of(RuleDraft)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftFacts:
    """The draft as it stands; ``signed_by`` is None while nobody has set a day for it."""

    document: Mapping[str, Any]
    base_version: int
    changed_at: datetime
    changed_by: str
    reason: str
    starts_on: date | None
    signed_by: str | None

    @property
    def mark(self) -> str:
        """Tell this draft from any other: by it the second of two who change the draft is told."""
        said = json.dumps([self.document, self.base_version, str(self.starts_on)], ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()[:16]


def find(connection: Connection) -> DraftFacts | None:
    """Find the draft."""
    row = connection.execute(select(DRAFTS).where(DRAFTS.c.id == ONLY)).first()
    if row is None:
        return None
    same = {name: getattr(row, name) for name in DraftFacts.__slots__ if name != "document"}
    return DraftFacts(document=json.loads(row.document), **same)


def put(connection: Connection, document: Mapping[str, Any], base_version: int, by: str, now: datetime) -> None:
    """Put what the next version would say in the draft's place; nobody has signed it then."""
    values = {"document": json.dumps(document, ensure_ascii=False, sort_keys=True), "base_version": base_version}
    values |= {"changed_at": now, "changed_by": by, "reason": "", "starts_on": None, "signed_by": None}
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(DRAFTS).values(id=ONLY, **values)
    connection.execute(insert.on_conflict_do_update(index_elements=["id"], set_=values))


def sign(connection: Connection, reason: str, starts_on: date | None, signed_by: str | None) -> None:
    """Set the day on which the draft comes into force, and why; or take that back."""
    connection.execute(DRAFTS.update().values(reason=reason, starts_on=starts_on, signed_by=signed_by))


def remove(connection: Connection) -> None:
    """Throw the draft away, or take it out once it is in force."""
    connection.execute(DRAFTS.delete())
