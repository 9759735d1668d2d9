"""Seats: registering and cancelling, companions, the line that waits, and offers. Says nothing and sends nothing.

Every act locks its event first, then reads, lets the rules decide, and stores; chat, web and command line share it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection

from handlers import planning, queueing
from handlers.queueing import expire_offers, serve_line
from handlers.rules import registration as rules
from handlers.rules.names import NicknameProblem, checked_nickname
from handlers.rules.registration import Asked, NoSeat, Serving
from storage import attendances, audit, events, people, registrations
from storage.facts import (
    AttendanceState,
    EventFacts,
    EventState,
    NoticeKind,
    PartFacts,
    RegistrationFacts,
    RegistrationState,
)

__all__ = ["expire_offers", "serve_line"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Where somebody stands at one part: ``place`` in the line from 1, parties counted once; 0 with a seat."""

    part: PartFacts
    registration: RegistrationFacts
    place: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A registration that stands, part by part: those parts that are new by it."""

    places: tuple[Placed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotRegistered:
    """A registration that was refused; nothing was changed."""

    reason: NoSeat


class NoCompanion(StrEnum):
    """Why somebody cannot be brought along."""

    FULL = "full"
    TOO_MANY = "too_many"
    NOT_REGISTERED = "not_registered"
    NAME = "name"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanionAdded:
    """A companion with a place of their own at each part where there was room."""

    person_id: int
    places: tuple[Placed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanionRefused:
    """A companion who cannot be brought; nothing was changed."""

    reason: NoCompanion


class Taken(StrEnum):
    """What became of somebody's yes to an offer."""

    SEATED = "seated"
    TOO_LATE = "too_late"
    NOTHING = "nothing"  # there was no offer


def register(
    connection: Connection,
    event_id: int,
    person_id: int,
    *,
    account_id: int | None,
    now: datetime,
    part_ids: Collection[int] | None = None,
    as_company: bool = False,
    by_staff: bool = False,
) -> Registered | NotRegistered:
    """Register a person for an event, or for some of its parts: at each part they get a seat or join the line.

    Staff register also outside the window, and seat somebody directly when only staff give out seats.
    """
    events.lock(connection, event_id)
    event = events.find(connection, event_id)
    if event is None:
        return NotRegistered(reason=NoSeat.NOT_FOUND)
    party = registrations.list_party(connection, event_id, person_id)
    already = {one.part_id for one in party if one.person_id == person_id}
    asked = Asked(part_ids=part_ids, as_company=as_company, by_staff=by_staff, already=already)
    chosen = rules.choose_parts(event, asked, now)
    if isinstance(chosen, NoSeat):
        return NotRegistered(reason=chosen)
    values = {"event_id": event_id, "host_id": None, "account_id": account_id, "as_company": as_company}
    put = [_place(connection, part, person_id, values, now, by_staff) for part in chosen]
    return Registered(places=_show(connection, put))


def _place(
    connection: Connection, part: PartFacts, person_id: int, values: Mapping[str, object], now: datetime, by_staff: bool
) -> RegistrationFacts:
    """Give one person a seat at a part, or the last place in its line."""
    goes_first = by_staff and rules.decide_serving(part.starts_at, now) is Serving.HOLD
    is_next = goes_first or not registrations.has_line(connection, part.id, part.capacity)
    has_seat = is_next and events.take_seats(connection, part.id, 1)
    state = RegistrationState.SEATED if has_seat else RegistrationState.WAITING
    queued = registrations.next_in_line(connection, part.id)
    put = registrations.put(connection, part.id, person_id, now, state=state, queued=queued, **values)
    planning.take_back(connection, part.id, [put], now)
    if has_seat:
        planning.remind(connection, part, [put], now)
    return put


def _show(connection: Connection, put: Sequence[RegistrationFacts]) -> tuple[Placed, ...]:
    """Show where registrations stand now, with their parts as they are now."""
    event = events.find(connection, put[0].event_id) if put else None
    parts = {part.id: part for part in event.parts} if event else {}
    return tuple(Placed(part=parts[one.part_id], registration=one, place=place_in_line(connection, one)) for one in put)


def place_in_line(connection: Connection, registration: RegistrationFacts) -> int:
    """Give the place in a part's line, from 1, each party counted once; 0 for who does not wait."""
    if registration.state is not RegistrationState.WAITING:
        return 0
    return registrations.count_ahead(connection, registration) + 1


def cancel(
    connection: Connection, event_id: int, person_id: int, *, now: datetime, part_ids: Collection[int] | None = None
) -> tuple[PartFacts, ...]:
    """Cancel a person's registrations with their companions', and serve the lines; gives the parts it was for.

    An event held as a whole is cancelled as a whole. A part that is over, and whoever was checked in, stay as they are.
    """
    events.lock(connection, event_id)
    event = events.find(connection, event_id)
    if event is None:
        return ()
    chosen = None if event.whole_only else part_ids
    going = {part.id for part in event.parts if not rules.is_over(part, now)}
    party = registrations.list_party(connection, event_id, person_id)
    ended = [one for one in party if one.part_id in going and (chosen is None or one.part_id in chosen)]
    ended = [one for one in ended if not _was_there(connection, one)]
    queueing.withdraw(connection, ended, now)
    serve_line(connection, event_id, now)
    return tuple(part for part in event.parts if part.id in {one.part_id for one in ended})


def _was_there(connection: Connection, registration: RegistrationFacts) -> bool:
    seen = attendances.find(connection, registration.part_id, registration.person_id)
    return seen is not None and seen.state is not AttendanceState.TAKEN_BACK


def accept_offer(connection: Connection, part_id: int, person_id: int, *, now: datetime) -> Taken:
    """Take the seats that are held for a person's party; a second yes finds them seated."""
    found = _lock_registration(connection, part_id, person_id)
    if found is None:
        return Taken.NOTHING
    event, part, own = found
    if own.state is RegistrationState.SEATED:
        return Taken.SEATED
    if own.state is RegistrationState.LAPSED:
        return Taken.TOO_LATE
    if own.state is not RegistrationState.OFFERED or own.offered_until is None:
        return Taken.NOTHING
    party = queueing.list_beside(connection, own)
    if own.offered_until <= now:
        queueing.withdraw(connection, party, now, RegistrationState.LAPSED)  # the answer tells them: no notice does
        serve_line(connection, event.id, now)
        return Taken.TOO_LATE
    planning.take_back(connection, part.id, party, now, {NoticeKind.OFFERED})
    queueing.seat(connection, part, party, now)
    return Taken.SEATED


def _lock_registration(
    connection: Connection, part_id: int, person_id: int
) -> tuple[EventFacts, PartFacts, RegistrationFacts] | None:
    """Lock the event of a part; gives it with the person's registration as it stands under the lock."""
    event = events.find_by_part(connection, part_id)
    if event is None:
        return None
    events.lock(connection, event.id)
    event = events.find(connection, event.id)
    part = event.part(part_id) if event else None
    own = registrations.find(connection, part_id, person_id)
    return (event, part, own) if event and part and own else None


def give_back(connection: Connection, part_id: int, person_id: int, *, now: datetime) -> bool:
    """Decline an offer or return a seat; of an event held as a whole all of it. False when there was nothing."""
    event = events.find_by_part(connection, part_id)
    return event is not None and bool(cancel(connection, event.id, person_id, now=now, part_ids=(part_id,)))


def register_guest(
    connection: Connection,
    event_id: int,
    name: str,
    *,
    now: datetime,
    part_ids: Collection[int] | None = None,
    is_child: bool = False,
    forget_at: datetime | None = None,
) -> tuple[int, Registered | NotRegistered]:
    """Let staff register somebody without an account, by telephone or at the door.

    Gives their person number, 0 when they were refused. Without ``forget_at`` the name is kept for 90 days afterwards.
    """
    events.lock(connection, event_id)
    event = events.find(connection, event_id)
    asked = Asked(part_ids=part_ids, as_company=False, by_staff=True, already=())
    chosen = rules.choose_parts(event, asked, now) if event else NoSeat.NOT_FOUND
    if isinstance(chosen, NoSeat):
        return 0, NotRegistered(reason=chosen)
    until = forget_at or rules.forget_guests_at(chosen, now)
    person_id = _add_guest(connection, name, now, is_child=is_child, forget_at=until)
    values = {"event_id": event_id, "host_id": None, "account_id": None, "as_company": False}
    put = [_place(connection, part, person_id, values, now, by_staff=True) for part in chosen]
    return person_id, Registered(places=_show(connection, put))


def _add_guest(connection: Connection, name: str, now: datetime, **values: object) -> int:
    person_id = people.add_without_account(connection)
    registrations.add_guest(connection, person_id, name, now, **values)
    return person_id


def seat_by_staff(connection: Connection, registration_id: int, *, by: str, now: datetime) -> bool:
    """Give a waiting party its seats when only staff give them out, or say yes to its offer for it."""
    asked = registrations.get(connection, registration_id)
    found = _lock_registration(connection, asked.part_id, asked.person_id) if asked else None
    if found is None:
        return False
    event, part, own = found
    party = queueing.list_beside(connection, own)
    if own.state is RegistrationState.WAITING:
        is_theirs = rules.decide_serving(part.starts_at, now) is Serving.HOLD and event.state is not EventState.DRAFT
        if not is_theirs or not events.take_seats(connection, part.id, len(party)):
            return False
    elif own.state is not RegistrationState.OFFERED:
        return False
    planning.take_back(connection, part.id, party, now, {NoticeKind.OFFERED})
    queueing.seat(connection, part, party, now)
    queueing.tell_seated(connection, part, party, now)
    audit.add(connection, by, "registration.seat", f"registration:{registration_id}", now)
    return True


def add_companion(
    connection: Connection,
    event_id: int,
    host_id: int,
    name: str,
    *,
    is_child: bool,
    account_id: int | None,
    now: datetime,
) -> CompanionAdded | CompanionRefused:
    """Let somebody bring a companion, who gets a place beside them at every part where there is room.

    The host waits with the companion, or has a seat and finds another one free; a companion never waits alone.
    """
    checked = checked_nickname(name)
    if isinstance(checked, NicknameProblem):
        return CompanionRefused(reason=NoCompanion.NAME)
    events.lock(connection, event_id)
    event = events.find(connection, event_id)
    party = registrations.list_party(connection, event_id, host_id)
    if event is None or not any(one.person_id == host_id for one in party):
        return CompanionRefused(reason=NoCompanion.NOT_REGISTERED)
    beside = _choose_beside(connection, event, host_id, party, now)
    if isinstance(beside, NoCompanion):
        return CompanionRefused(reason=beside)
    until = rules.forget_guests_at([part for part, _ in beside], now)
    person_id = _add_guest(connection, checked, now, is_child=is_child, host_id=host_id, forget_at=until)
    put = [_place_beside(connection, part, own, person_id, account_id, now) for part, own in beside]
    return CompanionAdded(person_id=person_id, places=_show(connection, put))


def _choose_beside(
    connection: Connection, event: EventFacts, host_id: int, party: Sequence[RegistrationFacts], now: datetime
) -> list[tuple[PartFacts, RegistrationFacts]] | NoCompanion:
    """Choose the parts at which a host has room for one more, or say why there is none."""
    if len({one.person_id for one in party} - {host_id}) >= event.companions:
        return NoCompanion.TOO_MANY
    own = {one.part_id: one for one in party if one.person_id == host_id}
    going = [part for part in event.parts if part.id in own and rules.refuse_time(event, part, now) is None]
    sizes = {part.id: sum(one.part_id == part.id for one in party) for part in going}
    free = [part for part in going if _has_room(connection, part, own[part.id], sizes[part.id])]
    if not going:
        return NoCompanion.CLOSED
    if not free or (event.whole_only and len(free) < len(going)):
        return NoCompanion.FULL
    return [(part, own[part.id]) for part in free]


def _has_room(connection: Connection, part: PartFacts, own: RegistrationFacts, size: int) -> bool:
    if part.capacity is None:
        return True
    if own.state is RegistrationState.WAITING:
        return size < part.capacity  # a larger party could never be seated
    return part.taken < part.capacity and not registrations.has_line(connection, part.id, part.capacity)


def _place_beside(
    connection: Connection,
    part: PartFacts,
    own: RegistrationFacts,
    person_id: int,
    account_id: int | None,
    now: datetime,
) -> RegistrationFacts:
    """Give a companion the place beside their host: the same state, the same turn in the line."""
    if own.state in registrations.HOLDING and not events.take_seats(connection, part.id, 1):
        raise LookupError("a seat that was free under the lock is not")
    same = {"event_id": own.event_id, "state": own.state, "queued": own.queued, "offered_until": own.offered_until}
    whose = {"host_id": own.person_id, "account_id": account_id, "as_company": own.as_company}
    return registrations.put(connection, part.id, person_id, now, **same, **whose)


def remove_companion(connection: Connection, event_id: int, host_id: int, person_id: int, *, now: datetime) -> bool:
    """Let a host leave a companion at home; False when they do not bring that person."""
    party = registrations.list_party(connection, event_id, host_id)
    if not any(one.person_id == person_id and one.host_id == host_id for one in party):
        return False
    return bool(cancel(connection, event_id, person_id, now=now))
