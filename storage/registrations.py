"""Registrations: who holds a seat at which part, or waits for one, and the guests who came without an account."""

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Index, Row, UniqueConstraint, and_, bindparam, exists, func, or_, select, text
from sqlmodel import Field, SQLModel

from storage.bulk import among, prepare_among
from storage.database import BigId, Instant, table_of
from storage.events import PARTS
from storage.facts import GuestFacts, PartState, RegistrationFacts, RegistrationState

LIVE = (RegistrationState.SEATED, RegistrationState.OFFERED, RegistrationState.WAITING)
HOLDING = (RegistrationState.SEATED, RegistrationState.OFFERED)
CODES = 10_000  # four digits
Stand = tuple[RegistrationState, datetime | None]
"""The state of a registration, and until when a seat is offered."""


class Registration(SQLModel, table=True):
    """One person at one part, whatever became of it; a new registration of the same person takes the same row."""

    __table_args__ = (UniqueConstraint("part_id", "person_id"), {"sqlite_autoincrement": True})
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    event_id: int = Field(sa_type=BigId, index=True)
    part_id: int = Field(sa_type=BigId)
    person_id: int = Field(sa_type=BigId, index=True)
    host_id: int | None = Field(default=None, sa_type=BigId, index=True)
    account_id: int | None = Field(default=None, sa_type=BigId)
    state: str
    queued: int = Field(sa_type=BigId)
    offered_until: datetime | None = Field(default=None, sa_type=Instant)
    code: str
    as_company: bool = False
    made_at: datetime = Field(sa_type=Instant)
    changed_at: datetime = Field(sa_type=Instant)


class CompanyForm(SQLModel, table=True):
    """What a company's attendee wrote on our own form for one event; never taken from a chat."""

    __tablename__ = "company_form"
    event_id: int = Field(primary_key=True, sa_type=BigId)
    person_id: int = Field(primary_key=True, sa_type=BigId)
    company: str
    email: str
    given_at: datetime = Field(sa_type=Instant)


class Guest(SQLModel, table=True):
    """A person without an account, by the name on staff's list or on a companion's registration.

    ``slip_hash`` is the keyed hash of the code on the slip that lets them claim their points later.
    """

    person_id: int = Field(primary_key=True, sa_type=BigId)
    name: str
    is_child: bool = False
    host_id: int | None = Field(default=None, sa_type=BigId, index=True)
    slip_hash: str | None = Field(default=None, index=True)
    number_hash: str | None = Field(default=None, index=True)
    email_hash: str | None = Field(default=None, index=True)
    made_at: datetime = Field(sa_type=Instant)
    forget_at: datetime | None = Field(default=None, sa_type=Instant)


REGISTRATIONS, COMPANY_FORMS, GUESTS = table_of(Registration), table_of(CompanyForm), table_of(Guest)
_READ = [REGISTRATIONS.c[name] for name in RegistrationFacts.__slots__]
_SAME = tuple(name for name in RegistrationFacts.__slots__ if name != "state")
Index("registration_line", REGISTRATIONS.c.part_id, REGISTRATIONS.c.state, REGISTRATIONS.c.queued)
_OFFERED = text("state = 'offered'")  # a literal: SQLite uses an index of some rows only for the very same words
Index("registration_offers", REGISTRATIONS.c.offered_until, sqlite_where=_OFFERED, postgresql_where=_OFFERED)
_FORGETTABLE = text("forget_at IS NOT NULL")
Index("guest_forget", GUESTS.c.forget_at, sqlite_where=_FORGETTABLE, postgresql_where=_FORGETTABLE)


def find(connection: Connection, part_id: int, person_id: int) -> RegistrationFacts | None:
    """Find one person's registration for one part, whatever became of it."""
    ours = (REGISTRATIONS.c.part_id == part_id, REGISTRATIONS.c.person_id == person_id)
    row = connection.execute(select(REGISTRATIONS).where(*ours)).first()
    return None if row is None else _facts(row)


def get(connection: Connection, registration_id: int) -> RegistrationFacts | None:
    """Find a registration by its number."""
    row = connection.execute(select(REGISTRATIONS).where(REGISTRATIONS.c.id == registration_id)).first()
    return None if row is None else _facts(row)


def find_by_code(connection: Connection, part_id: int, code: str) -> RegistrationFacts | None:
    """Find the seated person whose four digits these are at a part."""
    ours = (REGISTRATIONS.c.part_id == part_id, REGISTRATIONS.c.code == code)
    row = connection.execute(
        select(REGISTRATIONS).where(*ours, REGISTRATIONS.c.state == RegistrationState.SEATED)
    ).first()
    return None if row is None else _facts(row)


def list_line(connection: Connection, part_id: int) -> list[RegistrationFacts]:
    """List who has been offered a seat or waits for one at a part, first in line first."""
    return _many(
        connection, REGISTRATIONS.c.part_id == part_id, states=(RegistrationState.OFFERED, RegistrationState.WAITING)
    )


def list_of_part(
    connection: Connection, part_id: int, states: Sequence[RegistrationState] = LIVE
) -> list[RegistrationFacts]:
    """List a part's registrations in the order in which they came."""
    return _many(connection, REGISTRATIONS.c.part_id == part_id, states=states)


def list_companies(connection: Connection, part_id: int) -> list[RegistrationFacts]:
    """List the live registrations of a part that were made for a company, companions left out."""
    ours = (REGISTRATIONS.c.part_id == part_id, REGISTRATIONS.c.as_company, REGISTRATIONS.c.host_id.is_(None))
    return _many(connection, and_(*ours), states=LIVE)


def list_of_person(
    connection: Connection, person_id: int, states: Sequence[RegistrationState] = LIVE
) -> list[RegistrationFacts]:
    """List what a person is registered for, companions left out."""
    return _many(connection, REGISTRATIONS.c.person_id == person_id, states=states)


def list_party(
    connection: Connection, event_id: int, host_id: int, states: Sequence[RegistrationState] = LIVE
) -> list[RegistrationFacts]:
    """List the registrations of a person and their companions for an event, the person's own first of each part."""
    whose = (REGISTRATIONS.c.person_id == host_id) | (REGISTRATIONS.c.host_id == host_id)
    return _many(connection, (REGISTRATIONS.c.event_id == event_id) & whose, states=states)


_STANDS = [REGISTRATIONS.c[name] for name in ("part_id", "person_id", "state", "offered_until")]
_LIST_STANDS = prepare_among(REGISTRATIONS.c.person_id, select(*_STANDS).where)
_PARTY = (REGISTRATIONS.c.part_id, REGISTRATIONS.c.host_id)
_IS_LIVE = or_(*(REGISTRATIONS.c.state == state for state in LIVE))
_COUNT_BROUGHT = prepare_among(
    REGISTRATIONS.c.host_id,
    lambda chosen: select(*_PARTY, func.count().label("number")).where(chosen, _IS_LIVE).group_by(*_PARTY),
)


def list_stands(connection: Connection, person_ids: Collection[int]) -> dict[tuple[int, int], Stand]:
    """List how some persons stand, or stood, with every part they registered for, by part and person."""
    rows = _LIST_STANDS.all(connection, numbers=set(person_ids))
    return {(part_id, person_id): (RegistrationState(state), until) for part_id, person_id, state, until in rows}


def count_brought(connection: Connection, host_ids: Collection[int]) -> dict[tuple[int, int], int]:
    """Count whom some persons bring, by part and host; who brings nobody to a part is left out."""
    rows = _COUNT_BROUGHT.all(connection, numbers=set(host_ids))
    return {(part_id, host_id): count for part_id, host_id, count in rows}


def count_waiting(connection: Connection, part_ids: Sequence[int]) -> dict[int, int]:
    """Count the people who wait for a seat, by part; a part for which nobody waits is left out."""
    waiting = (REGISTRATIONS.c.part_id.in_(part_ids), REGISTRATIONS.c.state == RegistrationState.WAITING)
    counted = select(REGISTRATIONS.c.part_id, func.count().label("waiting")).where(*waiting)
    rows = connection.execute(counted.group_by(REGISTRATIONS.c.part_id))
    return {row.part_id: row.waiting for row in rows}


def count_of_parts(connection: Connection, part_ids: Sequence[int]) -> dict[tuple[int, RegistrationState], int]:
    """Count some parts' registrations, as {(part, state): number}; a state that nobody is in is left out."""
    columns = (REGISTRATIONS.c.part_id, REGISTRATIONS.c.state)
    counted = select(*columns, func.count()).where(REGISTRATIONS.c.part_id.in_(set(part_ids))).group_by(*columns)
    return {(part_id, RegistrationState(state)): count for part_id, state, count in connection.execute(counted)}


def list_overdue_offers(
    connection: Connection, now: datetime, limit: int | None = None, event_id: int | None = None
) -> list[RegistrationFacts]:
    """List offers whose time is up, of one event only if so asked, longest over first."""
    due = (_OFFERED, REGISTRATIONS.c.offered_until <= now)
    question = select(REGISTRATIONS).where(*due).order_by(REGISTRATIONS.c.offered_until).limit(limit)
    if event_id is not None:
        question = question.where(REGISTRATIONS.c.event_id == event_id)
    return [_facts(row) for row in connection.execute(question)]


def list_idle_lines(connection: Connection, limit: int) -> list[tuple[int, datetime | None]]:
    """List the parts to come where somebody waits although a seat is free, as (event, start), soonest first."""
    waits = exists().where(REGISTRATIONS.c.part_id == PARTS.c.id, REGISTRATIONS.c.state == RegistrationState.WAITING)
    has_room = or_(PARTS.c.capacity.is_(None), PARTS.c.taken < PARTS.c.capacity)
    chosen = select(PARTS.c.event_id, PARTS.c.starts_at).where(PARTS.c.state == PartState.PLANNED, has_room, waits)
    rows = connection.execute(chosen.order_by(PARTS.c.starts_at.is_(None), PARTS.c.starts_at).limit(limit))
    return [(row.event_id, row.starts_at) for row in rows]


def next_in_line(connection: Connection, part_id: int) -> int:
    """Give a number behind everybody who ever stood in a part's line, while the event is locked.

    No person is given the same number twice at a part, so that a number names one stay in the line.
    """
    widest = select(func.max(func.abs(REGISTRATIONS.c.queued))).where(REGISTRATIONS.c.part_id == part_id)
    return int(connection.execute(widest).scalar() or 0) + 1


def head_of_line(connection: Connection, part_id: int) -> int:
    """Give a number before everybody in a part's line, as new as ``next_in_line``'s, while the event is locked."""
    return -next_in_line(connection, part_id)


def list_next_parties(
    connection: Connection, part_id: int, capacity: int | None, limit: int
) -> list[list[RegistrationFacts]]:
    """List the first parties in a part's line, in order, the host of each first; empty when nobody waits.

    A party larger than the whole part can never be seated, so it is left out and holds nobody up.
    """
    waiting = (REGISTRATIONS.c.part_id == part_id, REGISTRATIONS.c.state == RegistrationState.WAITING)
    line = select(REGISTRATIONS.c.queued).where(*waiting).group_by(REGISTRATIONS.c.queued)
    fitting = line if capacity is None else line.having(func.count() <= capacity)
    turns = connection.execute(fitting.order_by(REGISTRATIONS.c.queued).limit(limit)).scalars().all()
    whose = (REGISTRATIONS.c.part_id == part_id) & REGISTRATIONS.c.queued.in_(turns)
    rows = _many(connection, whose, states=(RegistrationState.WAITING,)) if turns else []
    return [list(party) for _, party in groupby(rows, key=lambda one: one.queued)]


def has_line(connection: Connection, part_id: int, capacity: int | None) -> bool:
    """Tell whether anybody waits at a part who could be seated one day."""
    return bool(list_next_parties(connection, part_id, capacity, 1))


def count_ahead(connection: Connection, registration: RegistrationFacts) -> int:
    """Count the parties that wait in front of a registration at its part."""
    waiting = (REGISTRATIONS.c.part_id == registration.part_id, REGISTRATIONS.c.state == RegistrationState.WAITING)
    ahead = select(func.count(REGISTRATIONS.c.queued.distinct())).where(*waiting)
    return int(connection.execute(ahead.where(REGISTRATIONS.c.queued < registration.queued)).scalar_one())


def put(connection: Connection, part_id: int, person_id: int, now: datetime, **values: Any) -> RegistrationFacts:
    """Register a person for a part, in the row they may have had before; gives the registration as it now stands."""
    ours = (REGISTRATIONS.c.part_id == part_id, REGISTRATIONS.c.person_id == person_id)
    changed = {"offered_until": None, "changed_at": now, **values}
    if connection.execute(REGISTRATIONS.update().where(*ours).values(**changed)).rowcount == 0:
        first = {"part_id": part_id, "person_id": person_id, "made_at": now, "code": _draw_code(connection, part_id)}
        connection.execute(REGISTRATIONS.insert().values(**{"as_company": False, **first, **changed}))
    found = find(connection, part_id, person_id)
    if found is None:
        raise LookupError("a registration was stored and is not there")
    return found


def change(connection: Connection, registration_ids: Sequence[int], now: datetime, **values: Any) -> None:
    """Change some registrations' columns."""
    ours = REGISTRATIONS.c.id.in_(registration_ids)
    connection.execute(REGISTRATIONS.update().where(ours).values(changed_at=now, **values))


def requeue(connection: Connection, moved: Sequence[RegistrationFacts], now: datetime) -> None:
    """Store the state, turn and offer of some registrations, each its own."""
    if not moved:
        return
    names = ("state", "queued", "offered_until")
    ours = REGISTRATIONS.update().where(REGISTRATIONS.c.id == bindparam("row"))
    values = [{"row": one.id, **{f"new_{name}": getattr(one, name) for name in names}} for one in moved]
    changed = {name: bindparam(f"new_{name}", type_=REGISTRATIONS.c[name].type) for name in names}
    connection.execute(ours.values(changed_at=now, **changed), values)


def _draw_code(connection: Connection, part_id: int) -> str:
    """Draw four digits that nobody else has at a part; the few next to it once a part is that full."""
    used = set(connection.execute(select(REGISTRATIONS.c.code).where(REGISTRATIONS.c.part_id == part_id)).scalars())
    first = secrets.randbelow(CODES)
    tried = (f"{(first + step) % CODES:04}" for step in range(CODES))
    return next((code for code in tried if code not in used), "")


def put_company_form(
    connection: Connection, event_id: int, person_id: int, company: str, email: str, now: datetime
) -> None:
    """Keep what a company's attendee wrote on the form; a second time replaces the first."""
    ours = (COMPANY_FORMS.c.event_id == event_id, COMPANY_FORMS.c.person_id == person_id)
    values = {"company": company, "email": email, "given_at": now}
    if connection.execute(COMPANY_FORMS.update().where(*ours).values(**values)).rowcount == 0:
        connection.execute(COMPANY_FORMS.insert().values(event_id=event_id, person_id=person_id, **values))


def find_company_form(connection: Connection, event_id: int, person_id: int) -> tuple[str, str] | None:
    """Find what a person wrote on an event's form, as (company, e-mail)."""
    ours = (COMPANY_FORMS.c.event_id == event_id, COMPANY_FORMS.c.person_id == person_id)
    row = connection.execute(select(COMPANY_FORMS).where(*ours)).first()
    return None if row is None else (row.company, row.email)


def list_company_forms(connection: Connection, event_id: int) -> dict[int, tuple[str, str]]:
    """List who wrote on an event's form, as {person: (company, e-mail)}."""
    rows = connection.execute(select(COMPANY_FORMS).where(COMPANY_FORMS.c.event_id == event_id))
    return {row.person_id: (row.company, row.email) for row in rows}


def add_guest(connection: Connection, person_id: int, name: str, now: datetime, **values: Any) -> None:
    """Add what is known of a person without an account; see Guest for the columns."""
    plain = {"is_child": False, "made_at": now, **values}
    connection.execute(GUESTS.insert().values(person_id=person_id, name=name, **plain))


def keep_guests(connection: Connection, event_id: int, until: datetime) -> None:
    """Put off the day on which the guests registered for an event are forgotten, if it would come sooner."""
    coming = select(REGISTRATIONS.c.person_id).where(
        REGISTRATIONS.c.event_id == event_id, REGISTRATIONS.c.state.in_(LIVE)
    )
    ours = (GUESTS.c.person_id.in_(coming), GUESTS.c.forget_at < until)
    connection.execute(GUESTS.update().where(*ours).values(forget_at=until))


def list_guests(connection: Connection, person_ids: Sequence[int]) -> dict[int, GuestFacts]:
    """List what is known of some persons without an account, by their number."""
    rows = connection.execute(select(GUESTS).where(among(connection, GUESTS.c.person_id, set(person_ids))))
    return {row.person_id: _guest(row) for row in rows}


def list_companions(connection: Connection, host_id: int) -> list[GuestFacts]:
    """List whom a person has ever brought, oldest first."""
    rows = connection.execute(select(GUESTS).where(GUESTS.c.host_id == host_id).order_by(GUESTS.c.made_at))
    return [_guest(row) for row in rows]


def put_slip(connection: Connection, person_id: int, slip_hash: str) -> bool:
    """Keep the keyed hash of a guest's slip, in place of an older one; False for somebody who is no guest."""
    ours = GUESTS.update().where(GUESTS.c.person_id == person_id)
    return connection.execute(ours.values(slip_hash=slip_hash)).rowcount == 1


def take_slip(connection: Connection, slip_hash: str) -> int | None:
    """Find the guest whose slip this is, and end the slip: it works once."""
    ended = GUESTS.update().where(GUESTS.c.slip_hash == slip_hash).values(slip_hash=None)
    return connection.execute(ended.returning(GUESTS.c.person_id)).scalar()


def _many(connection: Connection, where: Any, states: Sequence[RegistrationState]) -> list[RegistrationFacts]:
    chosen = select(*_READ).where(where, REGISTRATIONS.c.state.in_(states))
    rows = connection.execute(chosen.order_by(REGISTRATIONS.c.queued, REGISTRATIONS.c.id)).all()
    return [_facts(row) for row in rows]


def _facts(row: Row[Any]) -> RegistrationFacts:
    same = {name: getattr(row, name) for name in _SAME}
    return RegistrationFacts(**same, state=RegistrationState(row.state))


def _guest(row: Row[Any]) -> GuestFacts:
    return GuestFacts(**{name: getattr(row, name) for name in GuestFacts.__slots__})
