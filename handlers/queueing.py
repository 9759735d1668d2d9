"""Serves the lines of parts: ends registrations, gives free seats to who is next, lets unanswered offers lapse.

Every function expects its event locked or locks it; the rules say what is done with a seat, never this file.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby

from sqlalchemy import Connection

from handlers import planning
from handlers.rules import registration as rules
from handlers.rules.registration import Serving
from storage import events, registrations
from storage.facts import EventState, NoticeKind, PartFacts, PartState, RegistrationFacts, RegistrationState

SERVED = (EventState.PUBLISHED, EventState.CLOSED)


def withdraw(
    connection: Connection,
    ended: Sequence[RegistrationFacts],
    now: datetime,
    state: RegistrationState = RegistrationState.CANCELLED,
) -> None:
    """End registrations of a locked event: their seats are free and what they were to be told is taken back."""
    for part_id, rows in by_part(ended):
        registrations.change(connection, [one.id for one in rows], now, state=state, offered_until=None)
        events.free_seats(connection, part_id, sum(one.state in registrations.HOLDING for one in rows))
        planning.take_back(connection, part_id, rows, now)


def by_part(rows: Sequence[RegistrationFacts]) -> list[tuple[int, list[RegistrationFacts]]]:
    """Sort registrations by their part."""
    ordered = sorted(rows, key=lambda one: one.part_id)
    return [(part_id, list(group)) for part_id, group in groupby(ordered, key=lambda one: one.part_id)]


def serve_line(connection: Connection, event_id: int, now: datetime) -> None:
    """Give an event's free seats to who is first in line, as the rules for this moment say."""
    events.lock(connection, event_id)
    event = events.find(connection, event_id)
    if event is not None and event.state in SERVED:
        for part in event.parts:
            _serve_part(connection, part, now)


def _serve_part(connection: Connection, part: PartFacts, now: datetime) -> None:
    serving = rules.decide_serving(part.starts_at, now)
    while part.state is PartState.PLANNED and serving is not Serving.HOLD:
        party = registrations.find_next_party(connection, part.id, part.capacity)
        if not party or not events.take_seats(connection, part.id, len(party)):
            return
        if serving is Serving.SEAT:
            seat(connection, part, party, now)
            tell_seated(connection, part, party, now)
        else:
            _offer(connection, part, party, now)


def seat(connection: Connection, part: PartFacts, party: Sequence[RegistrationFacts], now: datetime) -> None:
    """Seat a party whose seats are taken already."""
    seated = RegistrationState.SEATED
    registrations.change(connection, [one.id for one in party], now, state=seated, offered_until=None)
    planning.remind(connection, part, party, now)


def tell_seated(connection: Connection, part: PartFacts, party: Sequence[RegistrationFacts], now: datetime) -> None:
    """Tell a party that it was seated, unless it never learnt that it had lost its seats."""
    undone = {notice.person_id for notice in planning.take_back(connection, part.id, party, now, {NoticeKind.BUMPED})}
    told = [one for one in party if one.person_id not in undone]
    planning.tell(connection, NoticeKind.SEATED, part, told, now)


def _offer(connection: Connection, part: PartFacts, party: Sequence[RegistrationFacts], now: datetime) -> None:
    """Offer a party the seats that are held for it."""
    until = rules.offer_until(now)
    offered = RegistrationState.OFFERED
    registrations.change(connection, [one.id for one in party], now, state=offered, offered_until=until)
    details = {one.person_id: {"until": until.isoformat()} for one in party}
    planning.tell(connection, NoticeKind.OFFERED, part, party, now, not_after=until, details=details)


def put_first(
    connection: Connection, part: PartFacts, party: Sequence[RegistrationFacts], now: datetime
) -> list[RegistrationFacts]:
    """Take a party's seats and put it at the head of the line; gives its registrations as they now stand."""
    ids = [one.id for one in party]
    first = registrations.head_of_line(connection, part.id)
    waiting = RegistrationState.WAITING
    registrations.change(connection, ids, now, state=waiting, queued=first, offered_until=None)
    events.free_seats(connection, part.id, len(party))
    return [replace(one, state=waiting, queued=first, offered_until=None) for one in party]


def expire_offers(connection: Connection, now: datetime, limit: int) -> int:
    """End offers whose time is up, tell who had them, and serve the next in line; gives how many persons had one.

    A line that stands although it could be served, as after the clock was set back, is served too.
    """
    overdue = {one.event_id for one in registrations.list_overdue_offers(connection, now, limit)}
    idle = registrations.list_idle_lines(connection, limit)
    served = {event for event, start in idle if rules.decide_serving(start, now) is not Serving.HOLD}
    return sum(_expire(connection, event_id, now) for event_id in sorted(overdue | served))


def _expire(connection: Connection, event_id: int, now: datetime) -> int:
    events.lock(connection, event_id)
    event = events.find(connection, event_id)
    overdue = registrations.list_overdue_offers(connection, now, event_id=event_id)
    for part_id, rows in by_part(overdue):
        part = event.part(part_id) if event else None
        if part is not None:
            _lapse(connection, part, rows, now)
    serve_line(connection, event_id, now)
    return len(overdue)


def _lapse(connection: Connection, part: PartFacts, overdue: Sequence[RegistrationFacts], now: datetime) -> None:
    """End offers that were not taken up; a party that could not be told of its offer keeps its turn in the line."""
    untold = planning.take_back_offers(connection, part.id, overdue, now)
    kept = [one for one in overdue if one.party in untold]
    ended = [one for one in overdue if one.party not in untold]
    waiting = {"state": RegistrationState.WAITING, "offered_until": None}
    registrations.change(connection, [one.id for one in kept], now, **waiting)
    events.free_seats(connection, part.id, len(kept))
    withdraw(connection, ended, now, RegistrationState.LAPSED)
    planning.tell(connection, NoticeKind.OFFER_LAPSED, part, ended, now)


def list_beside(connection: Connection, own: RegistrationFacts) -> list[RegistrationFacts]:
    """List who stands where a registration stands, because they came together."""
    rows = registrations.list_party(connection, own.event_id, own.party, states=(own.state,))
    return [one for one in rows if one.part_id == own.part_id]
