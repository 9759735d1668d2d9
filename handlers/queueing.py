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
SERVED_AT_ONCE = 100
"""Parties of one part that are seated in one transaction: each has notices to plan, and the writer is only one."""


def withdraw(
    connection: Connection,
    ended: Sequence[RegistrationFacts],
    now: datetime,
    state: RegistrationState = RegistrationState.CANCELLED,
) -> None:
    """End registrations of a locked event: their seats are free and what they were to be told is taken back."""
    for part_id, rows in by_part(ended):
        end(connection, part_id, rows, now, state)
        planning.take_back(connection, part_id, rows, now)


def end(
    connection: Connection,
    part_id: int,
    rows: Sequence[RegistrationFacts],
    now: datetime,
    state: RegistrationState = RegistrationState.CANCELLED,
) -> None:
    """End registrations of one part of a locked event, and leave what their people are to be told as it is."""
    registrations.change(connection, [one.id for one in rows], now, state=state, offered_until=None)
    events.free_seats(connection, part_id, sum(one.state in registrations.HOLDING for one in rows))


def by_part(rows: Sequence[RegistrationFacts]) -> list[tuple[int, list[RegistrationFacts]]]:
    """Sort registrations by their part."""
    ordered = sorted(rows, key=lambda one: one.part_id)
    return [(part_id, list(group)) for part_id, group in groupby(ordered, key=lambda one: one.part_id)]


def serve_line(connection: Connection, event_id: int, now: datetime) -> int:
    """Give an event's free seats to who is first in line, as the rules for this moment say; gives to how many parties.

    At most SERVED_AT_ONCE at each part: the job of every minute goes on where more could be.
    """
    events.lock(connection, event_id)
    event = events.find(connection, event_id)
    if event is None or event.state not in SERVED:
        return 0
    return sum(_serve_part(connection, part, now) for part in event.parts if part.state is PartState.PLANNED)


def _serve_part(connection: Connection, part: PartFacts, now: datetime) -> int:
    serving = rules.decide_serving(part.starts_at, now)
    if serving is Serving.HOLD:
        return 0
    parties = _choose_next(connection, part)
    seats = [one for party in parties for one in party]
    if not seats or not events.take_seats(connection, part.id, len(seats)):
        return 0
    if serving is Serving.SEAT:
        seat(connection, part, seats, now)
        tell_seated(connection, part, seats, now)
    else:
        _offer(connection, part, seats, now)
    return len(parties)


def _choose_next(connection: Connection, part: PartFacts) -> list[list[RegistrationFacts]]:
    """Choose the parties at the head of a line for whom there are seats; who does not fit holds up all behind."""
    if part.capacity is not None and part.taken >= part.capacity:
        return []
    chosen: list[list[RegistrationFacts]] = []
    left = None if part.capacity is None else part.capacity - part.taken
    for party in registrations.list_next_parties(connection, part.id, part.capacity, SERVED_AT_ONCE):
        if left is not None:
            left -= len(party)
            if left < 0:
                break
        chosen.append(party)
    return chosen


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
    connection: Connection, part: PartFacts, parties: Sequence[Sequence[RegistrationFacts]], now: datetime
) -> list[RegistrationFacts]:
    """Take parties' seats and put them at the head of the line, the last of them first; gives how they now stand."""
    head, waiting = registrations.head_of_line(connection, part.id), RegistrationState.WAITING
    moved = [
        replace(one, state=waiting, queued=head - place, offered_until=None)
        for place, party in enumerate(parties)
        for one in party
    ]
    registrations.requeue(connection, moved, now)
    events.free_seats(connection, part.id, len(moved))
    return moved


def expire_offers(connection: Connection, now: datetime, limit: int) -> int:
    """End offers whose time is up, tell who had them, and serve the next in line; gives how many persons had one.

    A line that stands although it could be served, as after the clock was set back, is served too.
    """
    overdue = {one.event_id for one in registrations.list_overdue_offers(connection, now, limit)}
    idle = _list_idle(connection, now, limit)
    return sum(_expire(connection, event_id, now) for event_id in sorted(overdue | idle))


def serve_idle_lines(connection: Connection, now: datetime, limit: int) -> int:
    """Serve lines that stand although they could be served, until ``limit`` parties were; gives how many."""
    served = 0
    for event_id in sorted(_list_idle(connection, now, limit)):
        if served < limit:
            served += serve_line(connection, event_id, now)
    return served


def _list_idle(connection: Connection, now: datetime, limit: int) -> set[int]:
    idle = registrations.list_idle_lines(connection, limit)
    return {event for event, start in idle if rules.decide_serving(start, now) is not Serving.HOLD}


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
