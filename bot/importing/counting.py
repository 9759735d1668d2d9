"""Counts a piece of an attendance list in one transaction, or looks what it would count. Prints nothing."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import Connection

from bot.importing import occasions
from bot.importing.identity import Identity
from bot.importing.lines import Rejected
from bot.importing.occasions import Found, Occasion, RefusedError
from handlers import attending
from handlers.entering import CheckedIn
from handlers.rules.attendance import NotAttending
from handlers.rules.calendar import tokyo_day
from storage import attendances, audit, guests, marks, people, registrations
from storage.clock import TOKYO, Clock
from storage.database import ConflictError, Database, lock_lists, lock_person
from storage.facts import AttendanceState, CheckInWay, PartState, Programme
from storage.guests import Known

COUNTED, ALREADY, REJECTED, UNKNOWN = "counted", "already counted", "rejected", "not identified"
NEW, MADE = "persons who are new", "events made"
NOBODY = "has neither a number nor an e-mail address: nobody is identified by a name alone"
TRIES = 5  # of a piece that met another transaction
KEPT_AFTER = timedelta(days=90)
"""How long hashes outlive the period they are needed for: within it nobody may be counted twice as a new person."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One line: who was seen where."""

    number: int
    occasion: Occasion
    who: Identity


@dataclass(frozen=True, slots=True, kw_only=True)
class Vouching:
    """Who vouches for a list, and under which programme it is counted."""

    by: str
    source: str
    file: str
    programme: Programme


@dataclass
class Outcome:
    """What became of a piece: how many lines of each kind, and what is told of single lines."""

    counted: Counter[str] = field(default_factory=Counter)
    told: list[tuple[int, str, str]] = field(default_factory=list)

    def tell(self, line: int, what: str, why: str) -> None:
        """Note a line of which something is told."""
        self.counted[what] += 1
        self.told.append((line, what, why))


@dataclass
class _Places:
    """The events of one piece, each looked up once; ``refused`` says why one takes no attendance."""

    connection: Connection
    vouching: Vouching
    now: datetime
    found: dict[Occasion, Found | None] = field(default_factory=dict)
    refused: dict[Occasion, str] = field(default_factory=dict)

    def refusal(self, occasion: Occasion) -> str:
        """Say why an event takes no attendance; nothing when it does."""
        if occasion not in self.refused:
            try:
                found = occasions.find(self.connection, occasion)
                self.found[occasion] = found
                self.refused[occasion] = occasions.refuse(found, occasion, self.vouching.programme, self.now)
            except RefusedError as error:
                self.refused[occasion] = str(error)
        return self.refused[occasion]


class _Keeper(Protocol):
    """What is done with a line that can be counted; gives what became of it, and why where it was not counted."""

    def keep(self, one: Seen, places: _Places, known: Known, outcome: Outcome) -> tuple[str, str]: ...


def _go_through(
    connection: Connection, piece: Sequence[Seen | Rejected], vouching: Vouching, keeper: _Keeper
) -> tuple[Outcome, _Places]:
    outcome = Outcome()
    places = _Places(connection, vouching, Clock(marks.find_clock_offset(connection)).now())
    known = _find_known(connection, piece)
    for one in piece:
        if isinstance(one, Rejected):
            outcome.tell(one.number, REJECTED, one.reason)
        elif not one.who.keys:
            outcome.tell(one.number, UNKNOWN, NOBODY)
        elif reason := places.refusal(one.occasion):
            outcome.tell(one.number, REJECTED, reason)
        else:
            _note(outcome, one.number, *keeper.keep(one, places, known, outcome))
    return outcome, places


def _note(outcome: Outcome, line: int, what: str, why: str) -> None:
    if what == COUNTED:
        outcome.counted[what] += 1
    else:
        outcome.tell(line, what, why)


def _find_known(connection: Connection, piece: Sequence[Seen | Rejected]) -> Known:
    """Find all of a piece's people at once, and hold them, lower numbers first, before any event is held."""
    who = [one.who for one in piece if isinstance(one, Seen)]
    known = guests.find_known(
        connection,
        [one.number_hash for one in who if one.number_hash],
        [one.email_hash for one in who if one.email_hash],
        [one.address for one in who if one.address],
    )
    for person_id in sorted({*known.by_number.values(), *known.by_email.values(), *known.by_address.values()}):
        lock_person(connection, person_id)
    return known


def find_person(known: Known, who: Identity) -> int | None:
    """Find who is meant: by the number, else by the e-mail of an earlier list, else by that of a company's form."""
    by_number = known.by_number.get(who.number_hash or "")
    by_email = known.by_email.get(who.email_hash or "") or known.by_address.get(who.address or "")
    return by_number or by_email


@dataclass
class Looking:
    """Looks what would be counted and stores nothing; remembers a few bytes of each line, to know a double."""

    database: Database
    vouching: Vouching
    _seen: set[int] = field(default_factory=set)

    def take(self, piece: Sequence[Seen | Rejected]) -> Outcome:
        """Look at one piece."""
        return self.database.read(lambda c: _go_through(c, piece, self.vouching, self)[0]).result()

    def keep(self, one: Seen, places: _Places, known: Known, outcome: Outcome) -> tuple[str, str]:
        """Look at one line."""
        found, person_id = places.found[one.occasion], find_person(known, one.who)
        if found is None:
            outcome.counted[MADE] += self._is_new(one.occasion.code)
        if person_id is None:
            outcome.counted[NEW] += self._is_new(*one.who.keys)
        elif found and _is_counted(places.connection, found[1].id, person_id):
            return ALREADY, ""
        where = found[1].id if found else one.occasion.code
        keys = [f"{where}:{key}" for key in ([person_id] if person_id else one.who.keys)]
        return (COUNTED, "") if self._is_new(*keys) else (ALREADY, "")

    def _is_new(self, *keys: str) -> bool:
        """Tell whether none of some words was seen before; they are from now on."""
        hashes = {hash(key) for key in keys}
        is_new = not hashes & self._seen
        self._seen |= hashes
        return is_new


def _is_counted(connection: Connection, part_id: int, person_id: int) -> bool:
    there = attendances.find(connection, part_id, person_id)
    return there is not None and there.state is AttendanceState.CONFIRMED


@dataclass
class Counting:
    """Counts, each piece in a transaction of its own that is durable when it is answered."""

    database: Database
    vouching: Vouching

    def take(self, piece: Sequence[Seen | Rejected]) -> Outcome:
        """Count one piece; again with fresh facts where another transaction was first."""
        for _ in range(TRIES - 1):
            try:
                return self.database.write(lambda c: self._count(c, piece)).result()
            except ConflictError:
                continue
        return self.database.write(lambda c: self._count(c, piece)).result()

    def _count(self, connection: Connection, piece: Sequence[Seen | Rejected]) -> Outcome:
        lock_lists(connection)
        outcome, places = _go_through(connection, piece, self.vouching, self)
        counted = {found[0].id for found in places.found.values() if found}
        if outcome.counted[COUNTED]:
            first, last = piece[0].number, piece[-1].number
            detail = f"{self.vouching.file} lines {first}-{last}: {self.vouching.source}"
            for event_id in sorted(counted):
                audit.add(connection, self.vouching.by, "attendance.import", f"event:{event_id}", places.now, detail)
        return outcome

    def keep(self, one: Seen, places: _Places, known: Known, outcome: Outcome) -> tuple[str, str]:
        """Count one line."""
        connection, programme, now = places.connection, self.vouching.programme, places.now
        found = places.found[one.occasion]
        if found is None:
            found = places.found[one.occasion] = occasions.make(connection, one.occasion, self.vouching.source, now)
            outcome.counted[MADE] += 1
        part = found[1]
        if part.state is PartState.PLANNED and attending.mark_held(connection, programme, part.id, now):
            places.found[one.occasion] = occasions.find(connection, one.occasion)
        starts_at = part.starts_at or now
        person_id = self._find_or_add(one.who, known, places, starts_at, outcome)
        if _is_counted(connection, part.id, person_id):  # check_in says the same, in five times the time
            return ALREADY, ""
        seen = {"way": CheckInWay.IMPORT, "by": f"{self.vouching.by}, import", "at": starts_at, "now": now}
        done = attending.check_in(connection, programme, part.id, person_id, **seen)  # type: ignore[arg-type]
        if isinstance(done, CheckedIn):
            return COUNTED, ""
        return (ALREADY, "") if done.reason is NotAttending.ALREADY else (REJECTED, done.reason.value)

    def _find_or_add(self, who: Identity, known: Known, places: _Places, starts_at: datetime, outcome: Outcome) -> int:
        """Find who is meant, or make them a guest without a name; both hashes lead to them from now on."""
        connection, until = places.connection, _keep_until(self.vouching.programme, starts_at, places.now)
        hashes = {"number_hash": who.number_hash, "email_hash": who.email_hash}
        person_id = find_person(known, who)
        if person_id is None:
            person_id = people.add_without_account(connection)
            registrations.add_guest(connection, person_id, "", places.now, forget_at=until, **hashes)
            outcome.counted[NEW] += 1
        elif len(who.keys) == 2 and not (known.by_number.get(who.keys[0]) and known.by_email.get(who.keys[1])):
            guests.add_hashes(connection, person_id, **hashes)
        if who.number_hash:
            known.by_number.setdefault(who.number_hash, person_id)
        if who.email_hash:
            known.by_email.setdefault(who.email_hash, person_id)
        return person_id


def _keep_until(programme: Programme, starts_at: datetime, now: datetime) -> datetime:
    """Say until when somebody must be known again: for as long as their period is counted, and a while longer."""
    last = programme.period(tokyo_day(starts_at)).ends_on
    end = datetime(last.year, last.month, last.day, tzinfo=TOKYO) + timedelta(days=1)
    return max(end, now) + KEPT_AFTER
