"""Evidence that was asked for, sent, and decided on, one row a report; the pictures lie apart. Decides nothing."""

import base64
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Index, Row, delete, func, select, text, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, SQLModel

from storage import people
from storage.database import BigId, Instant, table_of


class EvidenceState(StrEnum):
    """How far a report's evidence has come."""

    ASKED = "asked"  # a link was given
    WAITING = "waiting"  # a picture waits for staff
    ACCEPTED = "accepted"
    AGAIN = "again"  # the picture cannot be judged; the report stands on the person's word
    REFUSED = "refused"  # the report was taken back
    EXPIRED = "expired"  # nobody decided in time


class Evidence(SQLModel, table=True):
    """One report's evidence. ``points`` is the whole confirmed figure, as it was promised under ``rule_version``.

    ``token_until`` is a real moment, the others are the calendar's. ``token_hash`` is None once the link was used.
    """

    __table_args__ = ({"sqlite_autoincrement": True},)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    person_id: int = Field(sa_type=BigId, index=True)
    entry_id: int = Field(sa_type=BigId, unique=True)
    action: str
    acted_on: date
    points: int
    rule_version: int
    state: str
    token_hash: str | None = Field(default=None, unique=True)
    token_until: datetime = Field(sa_type=Instant)
    tries: int = 0
    language: str
    asked_at: datetime = Field(sa_type=Instant, index=True)
    sent_at: datetime | None = Field(default=None, sa_type=Instant)
    decided_at: datetime | None = Field(default=None, sa_type=Instant)
    reason: str = ""
    has_picture: bool = False


class EvidencePicture(SQLModel, table=True):
    """The picture of one piece of evidence: a JPEG of pixels only. The row goes when it is time."""

    __tablename__ = "evidence_picture"
    evidence_id: int = Field(primary_key=True, sa_type=BigId)
    body: bytes


EVIDENCE, PICTURES = table_of(Evidence), table_of(EvidencePicture)
_WAITS = text("state = 'waiting'")
Index("evidence_waiting", EVIDENCE.c.sent_at, EVIDENCE.c.id, sqlite_where=_WAITS, postgresql_where=_WAITS)


_KEEPS = text("has_picture")
Index("evidence_pictures", EVIDENCE.c.decided_at, sqlite_where=_KEEPS, postgresql_where=_KEEPS)


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceFacts:
    """One piece of evidence, without its link and its picture."""

    id: int
    person_id: int
    entry_id: int
    action: str
    acted_on: date
    points: int
    rule_version: int
    state: EvidenceState
    tries: int
    language: str
    asked_at: datetime
    sent_at: datetime | None
    decided_at: datetime | None
    reason: str
    has_picture: bool


def ask(connection: Connection, entry_id: int, **values: Any) -> None:
    """Keep a new link for a report; an older one of the same report works no more, and its picture goes."""
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(EVIDENCE)
    fresh = {
        "state": EvidenceState.ASKED,
        "tries": 0,
        "sent_at": None,
        "decided_at": None,
        "reason": "",
        "has_picture": False,
    }
    values = {**values, **fresh, "entry_id": entry_id}
    put = insert.values(**values).on_conflict_do_update(index_elements=["entry_id"], set_=values)
    number = connection.execute(put.returning(EVIDENCE.c.id)).scalar_one()
    connection.execute(delete(PICTURES).where(PICTURES.c.evidence_id == number))


def find(connection: Connection, evidence_id: int) -> EvidenceFacts | None:
    """Find a piece of evidence by its number."""
    return _first(connection, EVIDENCE.c.id == evidence_id)


def find_of_entry(connection: Connection, entry_id: int) -> EvidenceFacts | None:
    """Find the evidence of a report."""
    return _first(connection, EVIDENCE.c.entry_id == entry_id)


def find_by_token(connection: Connection, token_hash: str, real_now: datetime) -> EvidenceFacts | None:
    """Find what a link asks for; None where it was used, replaced, or is over."""
    return _first(connection, EVIDENCE.c.token_hash == token_hash, EVIDENCE.c.token_until > real_now)


def count_asked(connection: Connection, person_id: int, since: datetime) -> int:
    """Count the reports for which a person was given a link since a moment."""
    ours = (EVIDENCE.c.person_id.in_(people.numbers_of(person_id)), EVIDENCE.c.asked_at > since)
    return int(connection.execute(select(func.count()).select_from(EVIDENCE).where(*ours)).scalar_one())


def count_try(connection: Connection, token_hash: str, real_now: datetime, most: int) -> bool:
    """Count one try to send a file by a link; False where it has had ``most``, or does not work."""
    ours = (EVIDENCE.c.token_hash == token_hash, EVIDENCE.c.token_until > real_now, EVIDENCE.c.tries < most)
    return connection.execute(EVIDENCE.update().where(*ours).values(tries=EVIDENCE.c.tries + 1)).rowcount == 1


def take(connection: Connection, token_hash: str, body: bytes, real_now: datetime, now: datetime) -> bool:
    """Keep a picture that came by a link, and end the link; False where another came first, or it is over."""
    ours = (EVIDENCE.c.token_hash == token_hash, EVIDENCE.c.token_until > real_now)
    sent = {"state": EvidenceState.WAITING, "token_hash": None, "sent_at": now, "has_picture": True}
    number = connection.execute(EVIDENCE.update().where(*ours).values(**sent).returning(EVIDENCE.c.id)).scalar()
    if number is None:
        return False
    connection.execute(PICTURES.insert().values(evidence_id=number, body=body))
    return True


def list_waiting(connection: Connection, limit: int, after: tuple[datetime, int] | None = None) -> list[EvidenceFacts]:
    """List what waits for staff, oldest first; ``after`` is where the page before ended."""
    key = tuple_(EVIDENCE.c.sent_at, EVIDENCE.c.id)
    question = select(EVIDENCE).where(_WAITS).order_by(EVIDENCE.c.sent_at, EVIDENCE.c.id).limit(limit)
    if after is not None:
        question = question.where(key > tuple_(*after))  # type: ignore[arg-type]
    return [_facts(row) for row in connection.execute(question)]


def find_picture(connection: Connection, evidence_id: int) -> bytes | None:
    """Find a picture; None where it is gone."""
    body = connection.execute(select(PICTURES.c.body).where(PICTURES.c.evidence_id == evidence_id)).scalar()
    return None if body is None else bytes(body)


def decide(connection: Connection, evidence_id: int, state: EvidenceState, reason: str, now: datetime) -> bool:
    """Keep what was decided on a picture that waits; False where somebody else was first."""
    ours = (EVIDENCE.c.id == evidence_id, EVIDENCE.c.state == EvidenceState.WAITING)
    decided = {"state": state, "reason": reason, "decided_at": now}
    return connection.execute(EVIDENCE.update().where(*ours).values(**decided)).rowcount == 1


def list_told(connection: Connection, person_id: int, since: datetime, limit: int) -> list[EvidenceFacts]:
    """List what was decided on a person's evidence since a moment, newest first."""
    ours = (EVIDENCE.c.person_id.in_(people.numbers_of(person_id)), EVIDENCE.c.decided_at > since)
    rows = connection.execute(select(EVIDENCE).where(*ours).order_by(EVIDENCE.c.decided_at.desc()).limit(limit))
    return [_facts(row) for row in rows]


def collect(connection: Connection, person_id: int) -> list[dict[str, object]]:
    """Collect a person's evidence for them to take along; a picture that is still kept as base64 of a JPEG."""
    ours = EVIDENCE.c.person_id.in_(people.numbers_of(person_id))
    found = [_facts(row) for row in connection.execute(select(EVIDENCE).where(ours).order_by(EVIDENCE.c.id))]
    return [{**asdict(one), "picture": _as_text(find_picture(connection, one.id))} for one in found]


def forget_entry(connection: Connection, entry_id: int) -> None:
    """Forget the evidence of a report that its person took back, picture and all."""
    _forget(connection, select(EVIDENCE.c.id).where(EVIDENCE.c.entry_id == entry_id))


def forget_person(connection: Connection, numbers: Collection[int]) -> None:
    """Forget all evidence of a person who leaves, under any of their numbers."""
    _forget(connection, select(EVIDENCE.c.id).where(EVIDENCE.c.person_id.in_(numbers)))


def forget_pictures(connection: Connection, decided_before: datetime, limit: int) -> int:
    """Delete pictures that were decided on before a moment; gives how many."""
    old = select(EVIDENCE.c.id).where(_KEEPS, EVIDENCE.c.decided_at <= decided_before).limit(limit)
    numbers = list(connection.execute(old).scalars())
    _drop_pictures(connection, numbers)
    return len(numbers)


def expire(connection: Connection, sent_before: datetime, now: datetime, limit: int) -> int:
    """End what nobody decided on in time; gives how many. The picture goes at once: nobody will look at it."""
    waits = select(EVIDENCE.c.id).where(_WAITS, EVIDENCE.c.sent_at <= sent_before)
    chosen = list(connection.execute(waits.order_by(EVIDENCE.c.sent_at).limit(limit)).scalars())
    _drop_pictures(connection, [one for one in chosen if decide(connection, one, EvidenceState.EXPIRED, "", now)])
    return len(chosen)


def remove_old(connection: Connection, asked_before: datetime, limit: int) -> int:
    """Remove what was asked for before a moment and waits no more, used or not; gives how many."""
    is_open = EVIDENCE.c.state == EvidenceState.WAITING
    old = select(EVIDENCE.c.id).where(EVIDENCE.c.asked_at <= asked_before, ~is_open)
    return _forget(connection, old.order_by(EVIDENCE.c.asked_at).limit(limit))


def _drop_pictures(connection: Connection, numbers: list[int]) -> None:
    connection.execute(delete(PICTURES).where(PICTURES.c.evidence_id.in_(numbers)))
    connection.execute(EVIDENCE.update().where(EVIDENCE.c.id.in_(numbers)).values(has_picture=False))


def _forget(connection: Connection, chosen: Any) -> int:
    numbers = list(connection.execute(chosen).scalars())
    # The rows first: a picture that is just being taken holds its row, and can be seen once that is waited for.
    gone = connection.execute(delete(EVIDENCE).where(EVIDENCE.c.id.in_(numbers))).rowcount
    connection.execute(delete(PICTURES).where(PICTURES.c.evidence_id.in_(numbers)))
    return gone


def _first(connection: Connection, *wanted: Any) -> EvidenceFacts | None:
    row = connection.execute(select(EVIDENCE).where(*wanted)).first()
    return None if row is None else _facts(row)


def _as_text(picture: bytes | None) -> str | None:
    return None if picture is None else base64.b64encode(picture).decode("ascii")


def _facts(row: Row[Any]) -> EvidenceFacts:
    known = {name: value for name, value in row._mapping.items() if name not in ("token_hash", "token_until")}
    return EvidenceFacts(**{**known, "state": EvidenceState(row.state)})
