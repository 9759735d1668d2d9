"""Events and their parts: what the city holds, when, and how many seats are taken. Knows no person."""

import json
from collections.abc import Collection, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, Index, Row, Select, UniqueConstraint, func, or_, select
from sqlmodel import Field, SQLModel

from storage.database import BigId, Instant, table_of
from storage.facts import EventDetails, EventFacts, EventState, PartFacts, PartState, PlannedPart, Texts

_DETAILS: TypeAdapter[EventDetails] = TypeAdapter(EventDetails)
DETAIL_NAMES = frozenset(field.name for field in fields(EventDetails))


class Event(SQLModel, table=True):
    """One event. ``details`` is a JSON document of EventDetails; ``starts_at`` its first part's, for lists.

    ``ends_at`` is its last part's end; while no date is set, when registration closes: then it is coming no more.
    """

    __table_args__ = ({"sqlite_autoincrement": True},)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    code: str = Field(unique=True)
    state: str
    details: str
    starts_at: datetime | None = Field(default=None, sa_type=Instant)
    ends_at: datetime | None = Field(default=None, sa_type=Instant)
    sequence: int = 0
    published_at: datetime | None = Field(default=None, sa_type=Instant)
    changed_at: datetime = Field(sa_type=Instant)


class Part(SQLModel, table=True):
    """One date of an event. ``taken`` changes only together with registrations, while the event is locked."""

    __table_args__ = (UniqueConstraint("event_id", "number"), {"sqlite_autoincrement": True})
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    event_id: int = Field(sa_type=BigId)
    number: int
    title: str = "{}"
    starts_at: datetime | None = Field(default=None, sa_type=Instant)
    ends_at: datetime | None = Field(default=None, sa_type=Instant)
    capacity: int | None = None
    taken: int = 0
    state: str
    schedule_version: int = 1
    word: str | None = None
    word_opened_at: datetime | None = Field(default=None, sa_type=Instant)


EVENTS, PARTS = table_of(Event), table_of(Part)
Index("event_coming", EVENTS.c.state, EVENTS.c.starts_at)
Index("part_when", PARTS.c.starts_at)
_MOMENT = func.coalesce(EVENTS.c.starts_at, EVENTS.c.ends_at)  # while its date is open, an event stands at its closing
_SOONEST_FIRST = (_MOMENT.is_(None), _MOMENT, EVENTS.c.id)
_SHOWN = EVENTS.c.state.not_in((EventState.DRAFT, EventState.CANCELLED)) | (
    (EVENTS.c.state == EventState.CANCELLED) & EVENTS.c.published_at.is_not(None)
)  # EventFacts.is_shown


def lock(connection: Connection, event_id: int) -> None:
    """Hold an event until the transaction ends; after account and person, before counters. SQLite needs no lock."""
    connection.execute(select(EVENTS.c.id).where(EVENTS.c.id == event_id).with_for_update())


def find(connection: Connection, event_id: int) -> EventFacts | None:
    """Find an event by its number."""
    return _one(connection, EVENTS.c.id == event_id)


def find_by_code(connection: Connection, code: str) -> EventFacts | None:
    """Find an event by its code."""
    return _one(connection, EVENTS.c.code == code)


def find_by_part(connection: Connection, part_id: int) -> EventFacts | None:
    """Find the event that a part belongs to."""
    return _one(connection, EVENTS.c.id == select(PARTS.c.event_id).where(PARTS.c.id == part_id).scalar_subquery())


def find_id(connection: Connection, part_id: int) -> int | None:
    """Find the number of the event that a part belongs to."""
    return connection.execute(select(PARTS.c.event_id).where(PARTS.c.id == part_id)).scalar()


def list_coming(connection: Connection, now: datetime, limit: int, after: int = 0) -> list[EventFacts]:
    """List published and closed events that are not over, soonest first; an open date stands where registration closes.

    ``after`` leaves out so many from the front.
    """
    shown = EVENTS.c.state.in_((EventState.PUBLISHED, EventState.CLOSED))
    coming = or_(EVENTS.c.ends_at.is_(None), EVENTS.c.ends_at > now)
    question = select(EVENTS).where(shown, coming).order_by(*_SOONEST_FIRST)
    return _many(connection, question.limit(limit).offset(after))


def list_shown(connection: Connection, since: datetime, limit: int, after: int | None = None) -> list[EventFacts]:
    """List what everybody may see and was not over at ``since``, soonest first; an open date stands at its closing.

    Cancelled events stay until their day has passed. ``after`` is the number of the last event already seen.
    """
    is_open = EVENTS.c.ends_at.is_(None) & (EVENTS.c.state != EventState.CANCELLED)
    question = select(EVENTS).where(_SHOWN, or_(is_open, EVENTS.c.ends_at > since))
    return _many(connection, _behind(connection, question, after).order_by(*_SOONEST_FIRST).limit(limit))


def list_within(connection: Connection, since: datetime, until: datetime, limit: int) -> list[EventFacts]:
    """List events of every state with a part that begins in a stretch of time, at most so many parts of them."""
    begins = (PARTS.c.starts_at >= since, PARTS.c.starts_at < until, PARTS.c.state != PartState.CANCELLED)
    chosen = select(PARTS.c.event_id).where(*begins).order_by(PARTS.c.starts_at).limit(limit)
    return list_by_id(connection, list(connection.execute(chosen).scalars()))


def list_past(connection: Connection, since: datetime, until: datetime, limit: int) -> list[EventFacts]:
    """List what everybody may see and ended in a stretch of time, latest first."""
    ended = (EVENTS.c.ends_at > since, EVENTS.c.ends_at <= until)
    order = (EVENTS.c.starts_at.desc(), EVENTS.c.id.desc())
    return _many(connection, select(EVENTS).where(_SHOWN, *ended).order_by(*order).limit(limit))


def list_all(connection: Connection, limit: int, before: int | None = None) -> list[EventFacts]:
    """List events of every state for staff, newest first; ``before`` is the last number already seen."""
    question = select(EVENTS).order_by(EVENTS.c.id.desc()).limit(limit)
    return _many(connection, question if before is None else question.where(EVENTS.c.id < before))


def list_by_id(connection: Connection, event_ids: Sequence[int]) -> list[EventFacts]:
    """List some events, soonest first; an open date stands where registration closes."""
    return _many(connection, select(EVENTS).where(EVENTS.c.id.in_(set(event_ids))).order_by(*_SOONEST_FIRST))


def list_with_interests(connection: Connection, codes: Collection[str]) -> list[int]:
    """List the events that touch one of some interests, whenever they are: a city has some hundreds."""
    rows = connection.execute(select(EVENTS.c.id, EVENTS.c.details))
    return [row.id for row in rows if set(codes) & set(_read_details(row.details).interests)]


def list_unnoted(connection: Connection, now: datetime, shortest: timedelta, limit: int) -> list[int]:
    """List parts whose time is over and of which nobody has noted yet whether they took place, longest over first.

    ``shortest`` is what a part lasts at least, and if it has no end.
    """
    shown = EVENTS.c.state.in_((EventState.PUBLISHED, EventState.CLOSED, EventState.HELD))
    over = (PARTS.c.starts_at <= now - shortest, or_(PARTS.c.ends_at.is_(None), PARTS.c.ends_at <= now))
    joined = select(PARTS.c.id).join(EVENTS, EVENTS.c.id == PARTS.c.event_id)
    chosen = joined.where(PARTS.c.state == PartState.PLANNED, shown, *over).order_by(PARTS.c.starts_at).limit(limit)
    return list(connection.execute(chosen).scalars())


def list_worded(connection: Connection, part_ids: Sequence[int], since: datetime) -> list[PartFacts]:
    """List those of some parts whose word was opened since a moment, newest first."""
    chosen = select(PARTS).where(PARTS.c.id.in_(part_ids), PARTS.c.word_opened_at >= since)
    return [_part(row) for row in connection.execute(chosen.order_by(PARTS.c.word_opened_at.desc()))]


def add(
    connection: Connection, details: EventDetails, parts: Sequence[PlannedPart], state: EventState, now: datetime
) -> int:
    """Add an event with its parts; gives its number. A code that exists raises ConflictError through its key."""
    values = {"code": details.code, "state": state, "details": dump_details(details), "sequence": 0, "changed_at": now}
    values["published_at"] = now if state is EventState.PUBLISHED else None
    event_id = int(connection.execute(EVENTS.insert().values(**values).returning(EVENTS.c.id)).scalar_one())
    _add_parts(connection, event_id, parts)
    _note_times(connection, event_id)
    return event_id


def _add_parts(connection: Connection, event_id: int, parts: Sequence[PlannedPart]) -> None:
    for number, part in enumerate(parts, 1):
        times = {"starts_at": part.starts_at, "ends_at": part.ends_at, "capacity": part.capacity}
        fixed = {"event_id": event_id, "number": number, "title": _json(part.title), "taken": 0, "schedule_version": 1}
        connection.execute(PARTS.insert().values(**fixed, **times, state=PartState.PLANNED))


def change(connection: Connection, event_id: int, now: datetime, **values: Any) -> None:
    """Change an event's columns; its sequence rises."""
    rise = {"sequence": EVENTS.c.sequence + 1, "changed_at": now}
    connection.execute(EVENTS.update().where(EVENTS.c.id == event_id).values(**rise, **values))


def change_details(connection: Connection, event_id: int, details: EventDetails, now: datetime) -> None:
    """Replace what the city says of an event."""
    change(connection, event_id, now, details=dump_details(details))
    _note_times(connection, event_id)


def rewrite(
    connection: Connection, event_id: int, details: EventDetails, parts: Sequence[PlannedPart], now: datetime
) -> None:
    """Write an event anew with other parts; only for one that nobody was ever shown: its parts get new numbers."""
    connection.execute(PARTS.delete().where(PARTS.c.event_id == event_id))
    _add_parts(connection, event_id, parts)
    change_details(connection, event_id, details, now)


def retitle(connection: Connection, part_id: int, title: Texts) -> None:
    """Give a part another title; the event is changed with it, and tells calendars of both."""
    connection.execute(PARTS.update().where(PARTS.c.id == part_id).values(title=_json(title)))


def change_part(connection: Connection, part: PartFacts, now: datetime, **values: Any) -> None:
    """Change a part's columns; the event's sequence rises and its first and last moment follow."""
    connection.execute(PARTS.update().where(PARTS.c.id == part.id).values(**values))
    change(connection, part.event_id, now)
    _note_times(connection, part.event_id)


def open_word(connection: Connection, part_id: int, word: str, now: datetime) -> None:
    """Remember the word that is now shown and spoken; no calendar changes by it."""
    connection.execute(PARTS.update().where(PARTS.c.id == part_id).values(word=word, word_opened_at=now))


def mark_part(connection: Connection, part_id: int, was: PartState, state: PartState) -> bool:
    """Note whether a part took place, if it still stands as it was; no calendar changes by it."""
    ours = (PARTS.c.id == part_id, PARTS.c.state == was)
    return connection.execute(PARTS.update().where(*ours).values(state=state)).rowcount == 1


def mark_event(connection: Connection, event_id: int, state: EventState) -> None:
    """Note where an event stands; no calendar changes by it."""
    connection.execute(EVENTS.update().where(EVENTS.c.id == event_id).values(state=state))


def take_seats(connection: Connection, part_id: int, seats: int) -> bool:
    """Take seats if so many are free (the guard behind the rule); False when they are not."""
    free = or_(PARTS.c.capacity.is_(None), PARTS.c.taken + seats <= PARTS.c.capacity)
    update = PARTS.update().where(PARTS.c.id == part_id, free).values(taken=PARTS.c.taken + seats)
    return connection.execute(update).rowcount == 1


def free_seats(connection: Connection, part_id: int, seats: int) -> None:
    """Give seats back."""
    connection.execute(PARTS.update().where(PARTS.c.id == part_id).values(taken=PARTS.c.taken - seats))


def dump_details(details: EventDetails) -> str:
    """Write what the city says of an event as a JSON document, of a file's event or a stored one alike."""
    plain = EventDetails(**{name: getattr(details, name) for name in DETAIL_NAMES})
    return _json(_DETAILS.dump_python(plain, mode="json"))


def _behind(connection: Connection, question: Select[Any], after: int | None) -> Select[Any]:
    """Leave out what stands in front of an event, and the event itself, soonest first."""
    seen = connection.execute(select(_MOMENT.label("moment")).where(EVENTS.c.id == after)).first() if after else None
    if seen is None:
        return question
    later = EVENTS.c.id > after
    if seen.moment is None:
        return question.where(_MOMENT.is_(None), later)
    return question.where(or_(_MOMENT.is_(None), seen.moment < _MOMENT, (seen.moment == _MOMENT) & later))


def _note_times(connection: Connection, event_id: int) -> None:
    rows = connection.execute(select(PARTS).where(PARTS.c.event_id == event_id)).all()
    going = [row for row in rows if row.state != PartState.CANCELLED] or rows  # what is cancelled whole keeps its day
    starts = [row.starts_at for row in going if row.starts_at]
    ends = [row.ends_at or row.starts_at for row in going if row.starts_at]
    ends_at = max(ends, default=None)
    if any(row.starts_at is None for row in going):  # an event with a date to come is not over
        ends_at = None if starts else _closing(connection, event_id)
    values = {"starts_at": min(starts, default=None), "ends_at": ends_at}
    connection.execute(EVENTS.update().where(EVENTS.c.id == event_id).values(**values))


def _closing(connection: Connection, event_id: int) -> datetime | None:
    details = connection.execute(select(EVENTS.c.details).where(EVENTS.c.id == event_id)).scalar_one()
    return _DETAILS.validate_json(details).closes_at


def _one(connection: Connection, where: Any) -> EventFacts | None:
    return next(iter(_many(connection, select(EVENTS).where(where))), None)


def _many(connection: Connection, question: Any) -> list[EventFacts]:
    rows = connection.execute(question).all()
    parts: dict[int, list[PartFacts]] = {row.id: [] for row in rows}
    ordered = select(PARTS).where(PARTS.c.event_id.in_(parts)).order_by(PARTS.c.event_id, PARTS.c.number)
    for part in connection.execute(ordered):
        parts[part.event_id].append(_part(part))
    return [_facts(row, parts[row.id]) for row in rows]


def _facts(row: Row[Any], parts: list[PartFacts]) -> EventFacts:
    details = _read_details(row.details)
    return EventFacts(
        **{name: getattr(details, name) for name in DETAIL_NAMES},
        id=row.id,
        state=EventState(row.state),
        sequence=row.sequence,
        published_at=row.published_at,
        changed_at=row.changed_at,
        parts=tuple(parts),
    )


@lru_cache(maxsize=1_000)  # more than any page lists: one that lists more than are kept would read each anew
def _read_details(document: str) -> EventDetails:
    """Read what the city says of an event; the same words are read once, as one event is asked for again and again."""
    return _DETAILS.validate_json(document)


def _part(row: Row[Any]) -> PartFacts:
    same = {name: getattr(row, name) for name in PartFacts.__slots__ if name not in ("title", "state")}
    return PartFacts(**same, title=json.loads(row.title), state=PartState(row.state))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
