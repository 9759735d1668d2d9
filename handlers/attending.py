"""Checks people in to a part, takes that back, confirms it, and notes what took place: for door, chat and imports.

Every act is one transaction of the caller's. Persons are locked before the event; nothing is said to anybody here but
the thanks that are planned once a part was held.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from handlers.rules import attendance as rule
from handlers.rules import calendar
from handlers.rules.attendance import CheckInFacts, NoCheckIn
from storage import attendances, audit, events, ledger, notices, participations, registrations
from storage.database import lock_person
from storage.facts import (
    AttendanceFacts,
    AttendanceState,
    CheckInWay,
    EventFacts,
    NoticeKind,
    PartFacts,
    Programme,
)
from storage.ledger import EntryKind


@dataclass(frozen=True, slots=True)
class CheckedIn:
    """Somebody who is now checked in. A provisional attendance has 0 points until it is confirmed."""

    attendance: AttendanceFacts
    points: int


@dataclass(frozen=True, slots=True)
class NotCheckedIn:
    """Somebody who is not, and why; with ALREADY ``first_at`` is when they were seen the first time."""

    reason: NoCheckIn
    first_at: datetime | None = None


def check_in(
    connection: Connection,
    programme: Programme,
    part_id: int,
    person_id: int,
    *,
    way: CheckInWay,
    by: str,
    at: datetime,
    now: datetime,
    account_id: int | None = None,
    provisional: bool = False,
) -> CheckedIn | NotCheckedIn:
    """Check a person in to a part, once; points come at once unless it is provisional.

    ``at`` is when they were seen, by the scanning device's own clock; a time to come is taken as ``now``. ``by`` names
    the member of staff, or says how it came.
    """
    lock_person(connection, person_id)
    found = _locked(connection, part_id)
    if found is None:
        return NotCheckedIn(NoCheckIn.NOT_REGISTERED)
    event, part = found
    held = attendances.find(connection, part_id, person_id)
    facts = CheckInFacts(
        event_state=event.state,
        part=part,
        registration=registrations.find(connection, part_id, person_id),
        attendance=held,
        way=way,
        at=min(at, now),
        now=now,
        provisional=provisional,
    )
    reason = rule.decide_check_in(facts)
    if reason is not None:
        return NotCheckedIn(reason, held.at if held and reason is NoCheckIn.ALREADY else None)
    state = AttendanceState.PROVISIONAL if provisional else AttendanceState.CONFIRMED
    seen = {"way": way, "state": state, "at": facts.at, "entered_at": now, "entered_by": by, "account_id": account_id}
    entered = attendances.put(connection, event.id, part_id, person_id, **seen)
    return _entered(connection, programme, part, entered, now)


def check_in_by_code(
    connection: Connection,
    programme: Programme,
    part_id: int,
    code: str,
    *,
    by: str,
    at: datetime,
    now: datetime,
    way: CheckInWay = CheckInWay.DIGITS,
) -> CheckedIn | NotCheckedIn:
    """Check in whoever has these four digits at a part."""
    registration = registrations.find_by_code(connection, part_id, code.strip())
    if registration is None:
        return NotCheckedIn(NoCheckIn.WRONG_CODE)
    who, account_id = registration.person_id, registration.account_id
    return check_in(connection, programme, part_id, who, way=way, by=by, at=at, now=now, account_id=account_id)


def confirm(
    connection: Connection, programme: Programme, part_id: int, person_id: int, *, by: str, now: datetime
) -> bool:
    """Let a provisional attendance count, as the meeting's list says; False where there is none."""
    lock_person(connection, person_id)
    found, attendance = _locked(connection, part_id), attendances.find(connection, part_id, person_id)
    if found is None or attendance is None or attendance.state is not AttendanceState.PROVISIONAL:
        return False
    attendances.change(connection, attendance.id, state=AttendanceState.CONFIRMED, entered_at=now, entered_by=by)
    _entered(connection, programme, found[1], replace(attendance, state=AttendanceState.CONFIRMED), now)
    audit.add(connection, by, "confirm_attendance", f"attendance:{attendance.id}", now)
    return True


def take_back(
    connection: Connection, programme: Programme, part_id: int, person_id: int, *, by: str, now: datetime
) -> bool:
    """Take an attendance back, with its points and its place in the totals; False where there is none."""
    lock_person(connection, person_id)
    found, attendance = _locked(connection, part_id), attendances.find(connection, part_id, person_id)
    if found is None or attendance is None or attendance.state is AttendanceState.TAKEN_BACK:
        return False
    _undo(connection, programme, attendance, now)
    audit.add(connection, by, "take_back_attendance", f"attendance:{attendance.id}", now)
    return True


def _locked(connection: Connection, part_id: int) -> tuple[EventFacts, PartFacts] | None:
    """Lock a part's event and read it, as it then stands."""
    event = events.find_by_part(connection, part_id)
    if event is None:
        return None
    events.lock(connection, event.id)
    event = events.find_by_part(connection, part_id)
    part = event.part(part_id) if event else None
    return (event, part) if event and part else None


def _entered(
    connection: Connection, programme: Programme, part: PartFacts, attendance: AttendanceFacts, now: datetime
) -> CheckedIn:
    """Let an attendance earn and count unless it is provisional."""
    points = 0
    if attendance.state is AttendanceState.CONFIRMED:
        points = _earn(connection, programme, part, attendance, now)
        on = calendar.tokyo_day(_start(part))
        participations.count(connection, programme.periods, attendance.person_id, on, now, 1)
    entered = attendances.find(connection, part.id, attendance.person_id)
    return CheckedIn(entered or attendance, points)


def _earn(
    connection: Connection, programme: Programme, part: PartFacts, attendance: AttendanceFacts, now: datetime
) -> int:
    """Enter an attendance's points in the ledger; gives them. 0 is entered too: the entry is what counts it."""
    on = calendar.tokyo_day(_start(part))
    day = ledger.list_day(connection, attendance.person_id, on)
    earned = sum(points for action, _, points in day if action == rule.ACTION)
    points = rule.worth(programme.action(rule.ACTION), part, earned)
    entry_id = ledger.add_entry(
        connection,
        person_id=attendance.person_id,
        account_id=attendance.account_id or 0,
        kind=EntryKind.ATTENDANCE,
        reference=f"{attendance.id}:{attendance.times}",
        action=rule.ACTION,
        acted_on=on,
        entered_at=now,
        points=points,
        confirmed=True,
        counts_for_board=calendar.counts_for_board(on, now),
        rule_version=programme.version,
        period=f"part:{part.id}",
        n=1,
    )
    attendances.change(connection, attendance.id, entry_id=entry_id)
    return points


def _undo(connection: Connection, programme: Programme, attendance: AttendanceFacts, now: datetime) -> None:
    attendances.change(connection, attendance.id, state=AttendanceState.TAKEN_BACK, entry_id=None)
    whom = {"part_id": attendance.part_id, "person_ids": [attendance.person_id]}
    notices.cancel(connection, now, **whom, kinds=[NoticeKind.THANKS])  # type: ignore[arg-type]
    if attendance.entry_id is None:
        return
    entry = ledger.get(connection, attendance.entry_id)
    moment = {"entered_at": now, "rule_version": programme.version}
    board = calendar.counts_for_board(entry.acted_on, now)
    ledger.withdraw(connection, entry, attendance.account_id or 0, **moment, counts_for_board=board)
    participations.count(connection, programme.periods, entry.person_id, entry.acted_on, now, -1)


def _start(part: PartFacts) -> datetime:
    """Give the start of a part that somebody attended: such a part has a date."""
    if part.starts_at is None:
        raise LookupError("nobody can have been at a part whose date is open")
    return part.starts_at
