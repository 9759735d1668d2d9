"""Finds the part that a line of an attendance list is about, or makes the event of one held elsewhere."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot.importing.moments import UnreadableError, read_moment
from handlers.rules.calendar import tokyo_day
from storage import events
from storage.clock import TOKYO
from storage.facts import (
    AudienceKind,
    EventDetails,
    EventFacts,
    EventKind,
    EventMode,
    EventState,
    Metric,
    PartFacts,
    PartState,
    PlannedPart,
    Programme,
)
from storage.text_checks import CODE

Found = tuple[EventFacts, PartFacts]
ELSEWHERE = "elsewhere_"
"""Begins the code of an event that was made of a list, where the list names none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """What a line says of the event: a code, or else its title and times, by which it is found again."""

    code: str
    part: int | None = None
    title: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    place: str = ""


class RefusedError(Exception):
    """A line's event takes no attendance; the message says why."""


def read_occasion(cells: Mapping[str, str]) -> Occasion:
    """Read what a line says of its event; UnreadableError where it says too little or cannot be read."""
    starts_at = read_moment(cells["starts_at"]) if cells.get("starts_at") else None
    ends_at = read_moment(cells["ends_at"]) if cells.get("ends_at") else None
    title, code, part = cells.get("title", ""), cells.get("event", ""), cells.get("part", "")
    if code and not CODE.fullmatch(code):
        raise UnreadableError(f"{code!r} is no code of an event")
    if part and not (part.isdecimal() and int(part) > 0):
        raise UnreadableError(f"{part!r} is no number of a part: write 1 for the first")
    if starts_at and ends_at and ends_at <= starts_at:
        raise UnreadableError("ends_at is not after starts_at")
    if not code and not (title and starts_at and ends_at):
        raise UnreadableError("says of no event: it needs event, or title, starts_at and ends_at")
    number = int(part) if part else None
    code = code or _code_of(title, starts_at, ends_at)
    return Occasion(
        code=code, part=number, title=title, starts_at=starts_at, ends_at=ends_at, place=cells.get("place", "")
    )


def _code_of(title: str, starts_at: datetime | None, ends_at: datetime | None) -> str:
    """Make the code of an event held elsewhere of its title and times: the same list finds the same event."""
    moments = [moment.astimezone(TOKYO).isoformat() if moment else "" for moment in (starts_at, ends_at)]
    return f"{ELSEWHERE}{hashlib.sha256('|'.join((title, *moments)).encode()).hexdigest()[:12]}"


def find(connection: Connection, occasion: Occasion) -> Found | None:
    """Find a line's event and part; None where there is no such event yet. RefusedError where the part is not clear."""
    event = events.find_by_code(connection, occasion.code)
    if event is None:
        if not (occasion.title and occasion.starts_at and occasion.ends_at):
            raise RefusedError(
                f"there is no event {occasion.code!r}: an event held elsewhere needs title, starts_at and ends_at"
            )
        return None
    return event, _choose(event, occasion)


def _choose(event: EventFacts, occasion: Occasion) -> PartFacts:
    if occasion.part is not None:
        chosen = [part for part in event.parts if part.number == occasion.part]
    elif occasion.starts_at is not None:
        chosen = [part for part in event.parts if part.starts_at == occasion.starts_at]
    else:
        chosen = list(event.parts)
    if len(chosen) == 1:
        return chosen[0]
    if occasion.part is None and occasion.starts_at is None:
        raise RefusedError(f"{event.code} has {len(event.parts)} parts: say which by part or starts_at")
    if occasion.part is None:
        raise RefusedError(f"{event.code} has no part that begins then: give each event a code of its own")
    raise RefusedError(f"{event.code} has no part {occasion.part}")


def refuse(found: Found | None, occasion: Occasion, programme: Programme, now: datetime) -> str:
    """Say why an event takes no attendance from a list; nothing when it does."""
    starts_at, ends_at = occasion.starts_at, occasion.ends_at
    if found:
        event, part = found
        starts_at, ends_at = part.starts_at, part.ends_at or part.starts_at
        if event.state in (EventState.CANCELLED, EventState.DRAFT) or part.state is PartState.CANCELLED:
            return f"{event.code} is {'cancelled' if event.state is not EventState.DRAFT else 'a draft'}"
        if occasion.starts_at not in (None, starts_at):
            return f"part {part.number} of {event.code} begins at another time"
    if starts_at is None or ends_at is None:
        return f"{occasion.code} has no date yet"
    if ends_at > now:
        return "is not over yet"
    return _refuse_day(starts_at, programme)


def _refuse_day(starts_at: datetime, programme: Programme) -> str:
    """Refuse a day that no total counts, and one that an opening balance counts already."""
    day = tokyo_day(starts_at)
    if not any(period.starts_on <= day <= period.ends_on for period in programme.periods):
        return f"{day} is in no period of the programme: it would count nowhere"
    for balance in programme.opening_balances:
        if balance.metric is Metric.PARTICIPANTS and day <= balance.on:
            return f"{day} is counted by the opening balance of {balance.on} already"
    return ""


def make(connection: Connection, occasion: Occasion, source: str, now: datetime) -> Found:
    """Make the event of one held elsewhere, of which only this is known; it is over, so nobody is shown it to join."""
    details = EventDetails(
        code=occasion.code,
        kind=EventKind.SEMINAR,
        audiences=(AudienceKind.PUBLIC, AudienceKind.COMPANY),
        title={"ja": occasion.title},
        description={"ja": occasion.title},
        mode=EventMode.VENUE,
        source=source,
        place={"ja": occasion.place} if occasion.place else {},
        companions=0,
    )
    part = PlannedPart(starts_at=occasion.starts_at, ends_at=occasion.ends_at)
    number = events.add(connection, details, [part], EventState.HELD, now)
    event = events.find(connection, number)
    if event is None:
        raise LookupError("an event was stored and is not there")
    return event, event.parts[0]
