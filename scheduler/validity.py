"""Says whether a notice is still true, and whether it may go at this hour; asks the database, changes nothing."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from handlers.announcing import EDITS
from handlers.rules import notices as rules
from storage import accounts, attendances, events, notices, registrations
from storage.attendances import COUNTING
from storage.facts import (
    AttendanceState,
    EventFacts,
    EventState,
    NoticeFacts,
    NoticeKind,
    PartFacts,
    PartState,
    RegistrationState,
)
from storage.outbox import StoredCall

HELD = {
    NoticeKind.DAY_BEFORE: frozenset({RegistrationState.SEATED}),
    NoticeKind.HOUR_BEFORE: frozenset({RegistrationState.SEATED}),
    NoticeKind.SEATED: frozenset({RegistrationState.SEATED}),
    NoticeKind.OFFERED: frozenset({RegistrationState.OFFERED}),
    NoticeKind.OFFER_LAPSED: frozenset({RegistrationState.LAPSED}),
    NoticeKind.BUMPED: frozenset({RegistrationState.WAITING, RegistrationState.OFFERED}),
    NoticeKind.MOVED: frozenset(registrations.LIVE),
}
"""What the person must still have at the part for a notice of each kind to be true."""

CHANGES = frozenset({NoticeKind.MOVED, NoticeKind.CANCELLED})
"""What may be told in the quiet hours, if the part begins within 12 hours."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a call is no longer true ("" while it is), and from when it may go (calendar time)."""

    fault: str
    free_from: datetime


def look_again(connection: Connection, call: StoredCall, now: datetime) -> Verdict:
    """Look at a stored call about a part just before it is tried; ``now`` is calendar time."""
    event = events.find_by_part(connection, call.part_id) if call.part_id is not None else None
    part = event.part(call.part_id) if event and call.part_id is not None else None
    if event is None or part is None:
        return Verdict("no such part", now)
    notice = _find_notice(connection, call, part.id)
    if notice is not None:
        held = registrations.find(connection, part.id, notice.person_id)
        seen = attendances.find(connection, part.id, notice.person_id) if notice.kind is NoticeKind.THANKS else None
        fault = find_fault(notice, event, held.state if held else None, seen.state if seen else None)
        return Verdict(fault, free_from(notice, event, now))
    return Verdict("outdated" if call.schedule_version != part.schedule_version else "", now)


def _find_notice(connection: Connection, call: StoredCall, part_id: int) -> NoticeFacts | None:
    person_id = accounts.find_person(connection, call.account_id) if call.account_id is not None else None
    return None if person_id is None else notices.find_by_call(connection, part_id, person_id, call.id)


def find_fault(
    notice: NoticeFacts,
    event: EventFacts | None,
    held: RegistrationState | None,
    seen: AttendanceState | None,
) -> str:
    """Say why a notice is no longer true, in a word or two; "" while it is.

    ``held`` and ``seen`` are what became of its person's registration for its part, and of their attendance of it.
    """
    part = event.part(notice.part_id) if event else None
    if event is None or part is None:
        return "no such part"
    is_off = event.state is EventState.CANCELLED or part.state is PartState.CANCELLED
    match notice.kind:
        case NoticeKind.CANCELLED:
            return "" if is_off else "not cancelled"
        case NoticeKind.THANKS:
            return "" if seen in COUNTING else "attendance taken back"
        case NoticeKind.POST:
            is_true = event.state is EventState.PUBLISHED or EDITS in notice.detail
            return "" if is_true else "not published"
    if is_off:
        return "part cancelled"
    if notice.schedule_version != part.schedule_version:
        return "outdated"
    return "" if held in HELD[notice.kind] else "seat gone"


def free_from(notice: NoticeFacts, event: EventFacts, now: datetime) -> datetime:
    """Give the moment from which a notice may go: ``now``, or the end of the quiet hours (calendar time).

    One that was planned into the quiet hours was urgent then; one that was only held up until them must wait.
    """
    if not rules.is_quiet(now) or rules.is_quiet(notice.due_at):
        return now
    if notice.kind in CHANGES:
        return rules.due_for_change(now, _first_known_start(notice, event.part(notice.part_id)))
    return rules.after_quiet(now)


def _first_known_start(notice: NoticeFacts, part: PartFacts | None) -> datetime | None:
    """Give the earlier of the starts before and after a change."""
    was = notice.detail.get("was_starts_at", "")
    starts = (part.starts_at if part else None, datetime.fromisoformat(was) if was else None)
    return min((start for start in starts if start), default=None)
