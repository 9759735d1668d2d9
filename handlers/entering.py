"""Enters one attendance and takes it back: its points, its place in the totals, its thanks. Decides on no check-in.

Whoever calls holds the person and then the event, by `locked`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Connection

from handlers.rules import attendance as rule
from handlers.rules import calendar
from handlers.rules.notices import after_quiet
from storage import accounts, attendances, events, ledger, notices, participations
from storage.facts import AttendanceFacts, AttendanceState, EventFacts, NoticeKind, PartFacts, PartState, Programme
from storage.ledger import EntryKind


@dataclass(frozen=True, slots=True)
class CheckedIn:
    """Somebody who is now checked in. A provisional attendance has 0 points until it is confirmed."""

    attendance: AttendanceFacts
    points: int


def locked(connection: Connection, part_id: int) -> tuple[EventFacts, PartFacts] | None:
    """Lock a part's event and read it, as it then stands."""
    event_id = events.find_id(connection, part_id)
    if event_id is None:
        return None
    events.lock(connection, event_id)
    event = events.find(connection, event_id)
    part = event.part(part_id) if event else None
    return (event, part) if event and part else None


def enter(
    connection: Connection, programme: Programme, part: PartFacts, attendance: AttendanceFacts, now: datetime
) -> CheckedIn:
    """Let an attendance earn and count unless it is provisional."""
    points = 0
    if attendance.state is AttendanceState.CONFIRMED:
        on = _day_of(part)
        points = _earn(connection, programme, part, attendance, on, now)
        participations.count(connection, programme.periods, attendance.person_id, on, now, 1)
    entered = attendances.find(connection, part.id, attendance.person_id) or attendance
    if part.state is PartState.HELD:
        plan_thanks(connection, part, [entered], now)
    return CheckedIn(entered, points)


def _earn(
    connection: Connection,
    programme: Programme,
    part: PartFacts,
    attendance: AttendanceFacts,
    on: date,
    now: datetime,
) -> int:
    """Enter an attendance's points in the ledger; gives them. 0 is entered too: the entry is what counts it."""
    earned = _earned_on(connection, attendance.person_id, on)
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
        period=f"{ledger.PART_PERIOD}{part.id}",
        n=1,
    )
    attendances.change(connection, attendance.id, entry_id=entry_id)
    return points


def undo(
    connection: Connection, programme: Programme, attendance: AttendanceFacts, now: datetime, detail: str = ""
) -> None:
    """Take an attendance back: its entry is withdrawn, it counts no more, and nobody is thanked for it.

    ``detail`` is what the withdrawal says of why.
    """
    attendances.change(connection, attendance.id, state=AttendanceState.TAKEN_BACK, entry_id=None)
    person_id, thanks = attendance.person_id, [NoticeKind.THANKS]
    notices.cancel(connection, now, part_id=attendance.part_id, person_ids=[person_id], kinds=thanks)
    if attendance.entry_id is None:
        return
    on = _withdraw(connection, programme, attendance, attendance.entry_id, now, detail)
    participations.count(connection, programme.periods, person_id, on, now, -1)
    _settle_day(connection, programme, person_id, on, now)


def _withdraw(
    connection: Connection,
    programme: Programme,
    attendance: AttendanceFacts,
    entry_id: int,
    now: datetime,
    detail: str = "",
) -> date:
    """Withdraw an attendance's entry; gives the day it was for."""
    entry = ledger.get(connection, entry_id)
    moment = {"entered_at": now, "rule_version": programme.version, "detail": detail}
    board = calendar.counts_for_board(entry.acted_on, now)
    ledger.withdraw(connection, entry, attendance.account_id or 0, **moment, counts_for_board=board)
    return entry.acted_on


def _settle_day(connection: Connection, programme: Programme, person_id: int, on: date, now: datetime) -> None:
    """Enter anew what the day's limit had cut short, now that there is room for it again."""
    action = programme.action(rule.ACTION)
    for attendance in attendances.list_of_person(connection, person_id, (AttendanceState.CONFIRMED,)):
        entry = ledger.get(connection, attendance.entry_id or 0)
        found = events.find_by_part(connection, attendance.part_id) if entry.acted_on == on else None
        part = found.part(attendance.part_id) if found else None
        if part is None:
            continue
        others = _earned_on(connection, person_id, on) - entry.points
        if rule.worth(action, part, others) > entry.points:
            _withdraw(connection, programme, attendance, entry.id, now)
            again = replace(attendance, times=attendance.times + 1)
            attendances.change(connection, attendance.id, times=again.times)
            _earn(connection, programme, part, again, on, now)


def _earned_on(connection: Connection, person_id: int, on: date) -> int:
    day = ledger.list_day(connection, person_id, on)
    return sum(points for action, _, points in day if action == rule.ACTION)


def plan_thanks(connection: Connection, part: PartFacts, seen: Iterable[AttendanceFacts], now: datetime) -> None:
    """Plan the thanks for those who can be reached: one message a person and part."""
    ends_at = rule.end_of(part)
    if ends_at is None:
        return
    due_at = after_quiet(ends_at + rule.THANKS_AFTER)
    if now >= due_at + rule.THANKS_FOR:
        return
    by_person = {one.person_id: one for one in seen}
    for person_id in accounts.list_persons(connection, list(by_person)):
        entry_id = by_person[person_id].entry_id
        points = ledger.get(connection, entry_id).points if entry_id else 0
        notices.add(
            connection,
            NoticeKind.THANKS,
            part.event_id,
            part.id,
            person_id,
            schedule_version=part.schedule_version,
            due_at=due_at,
            not_after=due_at + rule.THANKS_FOR,
            now=now,
            detail={"points": str(points)},
        )


def _day_of(part: PartFacts) -> date:
    if part.starts_at is None:
        raise LookupError("nobody can have been at a part whose date is open")
    return calendar.tokyo_day(part.starts_at)
