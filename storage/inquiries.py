"""Questions handed over to staff, line by line, until they are answered and closed; personal data. Decides nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Index, Row, delete, func, select, text, tuple_
from sqlmodel import Field, SQLModel

from storage.database import BigId, Instant, draw_ids, table_of
from storage.outbox import OUTBOX


class InquiryState(StrEnum):
    """Whose turn it is: staff's, the person's, or nobody's any more."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"


class Inquiry(SQLModel, table=True):
    """One question of a person with all that is said about it. ``due_on`` is the day by which staff answer."""

    __table_args__ = ({"sqlite_autoincrement": True},)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    person_id: int = Field(sa_type=BigId, index=True)
    account_id: int = Field(sa_type=BigId)
    state: str
    version: int
    asked_at: datetime = Field(sa_type=Instant)
    due_on: date
    claimed_by: str = ""
    changed_at: datetime = Field(sa_type=Instant)


class InquiryLine(SQLModel, table=True):
    """What one side said. ``said_by`` is the member of staff, "" for the person; ``call_id`` the call that tells it."""

    __tablename__ = "inquiry_line"
    __table_args__ = ({"sqlite_autoincrement": True},)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    inquiry_id: int = Field(sa_type=BigId, index=True)
    said_by: str = ""
    words: str
    said_at: datetime = Field(sa_type=Instant)
    message_id: str | None = Field(default=None, index=True)
    call_id: int | None = Field(default=None, sa_type=BigId)


INQUIRIES = table_of(Inquiry)
LINES = table_of(InquiryLine)
_ID = INQUIRIES.c["id"]
_DUE = text("state = 'open'")
Index("inquiry_due", INQUIRIES.c.due_on, _ID, sqlite_where=_DUE, postgresql_where=_DUE)
_PAST = text("state <> 'open'")
Index("inquiry_changed", INQUIRIES.c.state, INQUIRIES.c.changed_at, sqlite_where=_PAST, postgresql_where=_PAST)
LIVE = (InquiryState.OPEN, InquiryState.ANSWERED)


@dataclass(frozen=True, slots=True, kw_only=True)
class InquiryFacts:
    """One question as staff see it; ``version`` is counted up with each change."""

    id: int
    person_id: int
    account_id: int
    state: InquiryState
    version: int
    asked_at: datetime
    due_on: date
    claimed_by: str
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFacts:
    """One line of a thread; ``call_state`` is where the call that tells it stands, None for a person's line."""

    said_by: str
    words: str
    said_at: datetime
    call_state: str | None


def find(connection: Connection, inquiry_id: int) -> InquiryFacts | None:
    """Find one question."""
    row = connection.execute(select(INQUIRIES).where(INQUIRIES.c.id == inquiry_id)).first()
    return None if row is None else _facts(row)


def find_live(connection: Connection, person_id: int) -> InquiryFacts | None:
    """Find the question that a person and staff still talk about: at most one at a time."""
    ours = (INQUIRIES.c.person_id == person_id, INQUIRIES.c.state.in_(LIVE))
    row = connection.execute(select(INQUIRIES).where(*ours).order_by(_ID.desc()).limit(1)).first()
    return None if row is None else _facts(row)


def list_due(connection: Connection, limit: int, after: tuple[date, int] | None = None) -> list[InquiryFacts]:
    """List what staff have to answer, what is due first first; ``after`` is the last one's due day and number."""
    question = select(INQUIRIES).where(_DUE).order_by(INQUIRIES.c.due_on, _ID).limit(limit)
    if after is not None:
        question = question.where(tuple_(INQUIRIES.c.due_on, _ID) > tuple_(*after))  # type: ignore[arg-type]
    return [_facts(row) for row in connection.execute(question)]


def list_latest(connection: Connection, state: InquiryState, limit: int) -> list[InquiryFacts]:
    """List what staff have answered or closed, what changed last first."""
    ours = (
        select(INQUIRIES).where(_PAST, INQUIRIES.c.state == state).order_by(INQUIRIES.c.changed_at.desc()).limit(limit)
    )
    return [_facts(row) for row in connection.execute(ours)]


def count_open(connection: Connection, today: date, most: int = 100) -> tuple[int, int]:
    """Count what staff have to answer, and what of it is overdue on a day; neither counts further than ``most``."""
    open_ = select(INQUIRIES.c.due_on).where(_DUE).order_by(INQUIRIES.c.due_on, _ID).limit(most)
    days = list(connection.execute(open_).scalars())
    return len(days), sum(day < today for day in days)


def list_lines(connection: Connection, inquiry_id: int) -> list[LineFacts]:
    """List what was said, oldest first."""
    columns = (LINES.c.said_by, LINES.c.words, LINES.c.said_at, OUTBOX.c.state.label("call_state"))
    joined = LINES.outerjoin(OUTBOX, OUTBOX.c.id == LINES.c.call_id)
    ours = select(*columns).select_from(joined).where(LINES.c.inquiry_id == inquiry_id).order_by(LINES.c.id)
    return [LineFacts(**row._mapping) for row in connection.execute(ours)]


def list_first_words(connection: Connection, inquiry_ids: Sequence[int]) -> dict[int, str]:
    """List with what each of some questions began."""
    first = select(func.min(LINES.c.id)).where(LINES.c.inquiry_id.in_(inquiry_ids)).group_by(LINES.c.inquiry_id)
    rows = connection.execute(select(LINES.c.inquiry_id, LINES.c.words).where(LINES.c.id.in_(first)))
    return {row.inquiry_id: row.words for row in rows}


def add(connection: Connection, person_id: int, account_id: int, due_on: date, now: datetime) -> int:
    """Begin a question; gives its number."""
    number = draw_ids(connection, INQUIRIES, 1)[0]
    whose = {"id": number, "person_id": person_id, "account_id": account_id, "state": InquiryState.OPEN, "version": 1}
    connection.execute(INQUIRIES.insert().values(**whose, asked_at=now, changed_at=now, due_on=due_on, claimed_by=""))
    return number


def add_line(connection: Connection, inquiry_id: int, words: str, now: datetime, **more: Any) -> None:
    """Add a line; see InquiryLine for the rest."""
    values = {"inquiry_id": inquiry_id, "words": words, "said_at": now, "said_by": "", **more}
    connection.execute(LINES.insert().values(**values))


def change(connection: Connection, seen: InquiryFacts, now: datetime, **values: Any) -> bool:
    """Change a question as it was seen; False where it was changed meanwhile."""
    ours = (INQUIRIES.c.id == seen.id, INQUIRIES.c.version == seen.version)
    new = {"version": seen.version + 1, "changed_at": now, **values}
    return connection.execute(INQUIRIES.update().where(*ours).values(**new)).rowcount == 1


def take_back(connection: Connection, account_id: int, message_id: str) -> None:
    """Empty a line whose message was taken back on its platform."""
    sent = select(LINES.c.id, LINES.c.inquiry_id).where(LINES.c.message_id == message_id)
    for line in connection.execute(sent).all():
        inquiry = find(connection, line.inquiry_id)
        if inquiry is not None and inquiry.account_id == account_id:
            connection.execute(LINES.update().where(LINES.c.id == line.id).values(words="", message_id=None))


def pass_on(connection: Connection, account_ids: Sequence[int], person_id: int) -> None:
    """Give what was asked through some accounts to the person whose they are now."""
    ours = INQUIRIES.c.account_id.in_(account_ids)
    connection.execute(INQUIRIES.update().where(ours).values(person_id=person_id))


def forget_person(connection: Connection, person_id: int) -> None:
    """Remove all that a person asked and was answered."""
    _remove(connection, list(connection.execute(select(_ID).where(INQUIRIES.c.person_id == person_id)).scalars()))


def list_of_person(connection: Connection, person_id: int) -> list[dict[str, object]]:
    """List a person's questions with every line, to take along."""
    ours = select(INQUIRIES).where(INQUIRIES.c.person_id == person_id).order_by(_ID)
    return [
        {
            "asked_at": row.asked_at,
            "state": row.state,
            "lines": [_said(line) for line in list_lines(connection, row.id)],
        }
        for row in connection.execute(ours).all()
    ]


def _said(line: LineFacts) -> dict[str, object]:
    return {"by_staff": bool(line.said_by), "words": line.words, "said_at": line.said_at}


def close_quiet(connection: Connection, before: datetime, now: datetime, limit: int) -> int:
    """Close what was answered and stayed quiet since a moment, at most ``limit``; gives how many."""
    quiet = (_PAST, INQUIRIES.c.state == InquiryState.ANSWERED, INQUIRIES.c.changed_at < before)
    chosen = select(_ID).where(*quiet).limit(limit)
    closed = {"state": InquiryState.CLOSED, "version": INQUIRIES.c.version + 1, "changed_at": now}
    return connection.execute(INQUIRIES.update().where(_ID.in_(chosen)).values(**closed)).rowcount


def forget_old(connection: Connection, before: datetime, limit: int) -> int:
    """Remove what was closed before a moment, at most ``limit``; gives how many."""
    old = (_PAST, INQUIRIES.c.state == InquiryState.CLOSED, INQUIRIES.c.changed_at < before)
    chosen = list(connection.execute(select(_ID).where(*old).limit(limit)).scalars())
    _remove(connection, chosen)
    return len(chosen)


def _remove(connection: Connection, inquiry_ids: Sequence[int]) -> None:
    if not inquiry_ids:
        return
    connection.execute(delete(LINES).where(LINES.c.inquiry_id.in_(inquiry_ids)))
    connection.execute(delete(INQUIRIES).where(_ID.in_(inquiry_ids)))


def _facts(row: Row[Any]) -> InquiryFacts:
    return InquiryFacts(**{**row._mapping, "state": InquiryState(row.state)})
