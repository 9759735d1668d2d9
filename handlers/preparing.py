"""What staff write of an event: a new draft, a draft anew, other words for one that is shown. Tells nobody anything.

Of two who write at once the second is refused: each names the version (``sequence``) that they had before them.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import count

from sqlalchemy import Connection

from handlers import arranging
from handlers.arranging import ArrangementRefusedError, NotArranged
from handlers.rules.calendar import tokyo_day
from storage import audit, events
from storage.facts import EventFacts, EventState, PartFacts, PlannedEvent, PlannedPart


def draft(connection: Connection, event: PlannedEvent, *, by: str, now: datetime) -> int:
    """Store a new event as a draft; gives its number. Without a code it gets one of its kind and first day."""
    code = event.code or _free_code(connection, event, now)
    if events.find_by_code(connection, code) is not None:
        raise ArrangementRefusedError(NotArranged.CODE_TAKEN)
    event_id = events.add(connection, replace(event, code=code), event.parts, EventState.DRAFT, now)
    audit.add(connection, by, "event.draft", f"event:{event_id}", now)
    return event_id


def _free_code(connection: Connection, event: PlannedEvent, now: datetime) -> str:
    """Make a code such as ``seminar_20220126``; the next of the same kind and day is ``seminar_20220126_2``."""
    first = min((part.starts_at for part in event.parts if part.starts_at), default=now)
    plain = f"{event.kind}_{tokyo_day(first):%Y%m%d}"
    names = (plain if number == 1 else f"{plain}_{number}" for number in count(1))
    return next(name for name in names if events.find_by_code(connection, name) is None)


def rewrite(connection: Connection, event_id: int, event: PlannedEvent, *, seen: int, by: str, now: datetime) -> None:
    """Write a draft anew, its parts included: nobody was shown it."""
    was = _lock_as_seen(connection, event_id, seen)
    if was.state is not EventState.DRAFT:
        raise ArrangementRefusedError(NotArranged.CHANGED)
    if event.code != was.code:
        raise ArrangementRefusedError(NotArranged.OTHER_CODE)
    events.rewrite(connection, event_id, event, event.parts, now)
    audit.add(connection, by, "event.rewrite", f"event:{event_id}", now)


def reword(
    connection: Connection, event_id: int, event: PlannedEvent | EventFacts, *, seen: int, by: str, now: datetime
) -> None:
    """Change what is said of an event that is shown, and its parts' titles; dates and seats have acts of their own."""
    was = _lock_as_seen(connection, event_id, seen)
    if was.state is EventState.CANCELLED:
        raise ArrangementRefusedError(NotArranged.NOT_GOING)
    told: Sequence[PlannedPart | PartFacts] = event.parts
    for part, said in zip(was.parts, told, strict=True):
        if part.title != said.title:
            events.retitle(connection, part.id, said.title)
    arranging.change_details(connection, event_id, event, by=by, now=now)


def _lock_as_seen(connection: Connection, event_id: int, seen: int) -> EventFacts:
    """Hold an event that still stands as somebody saw it."""
    events.lock(connection, event_id)
    event = events.find(connection, event_id)
    if event is None:
        raise ArrangementRefusedError(NotArranged.NOT_FOUND)
    if event.sequence != seen:
        raise ArrangementRefusedError(NotArranged.CHANGED)
    return event
