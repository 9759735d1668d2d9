"""Makes one person of two, and two of one again: doubles are offset, a doubled seat is given on. Says nothing.

docs/decisions/merges.md says what passes, what stays, and what cannot come back. No entry is rewritten: sums are
counted anew from the entries of both, in the same transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection

from handlers import entering, queueing
from handlers.rules import calendar
from handlers.rules import merging as rules
from handlers.rules.merging import Overlap
from storage import (
    accounts,
    attendances,
    donations,
    events,
    inquiries,
    interests,
    ledger,
    merges,
    participations,
    people,
    recount,
    recoveries,
    registrations,
    teams,
    week_recount,
)
from storage.attendances import ATTENDANCES
from storage.database import lock_account, lock_person
from storage.facts import (
    AttendanceFacts,
    AttendanceState,
    EntryFacts,
    PersonFacts,
    Programme,
    RegistrationFacts,
    RegistrationState,
)
from storage.ledger import EntryKind
from storage.merges import MARK, MergeFacts, Moved
from storage.registrations import LIVE, REGISTRATIONS

PLACE = "place:"
"""Begins the detail of an entry that a merge made to give a report another place under its cap."""


class NotMerged(StrEnum):
    """Why two persons are not made one, or one not two."""

    NOBODY = "nobody"  # one of them has left, or is merged already
    SAME = "same"
    NOT_NEWEST = "not_newest"  # only a person's newest merge can be undone
    DONE = "done"  # it was undone before


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """Two persons who are one now: who stays, and how much of the other's was offset."""

    merge_id: int
    kept_id: int
    joined_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What a merge would do: who stays, who joins, and what would be offset."""

    kept: PersonFacts
    joining: PersonFacts
    doubles: tuple[EntryFacts, ...]
    seats: tuple[RegistrationFacts, ...]
    seen: tuple[AttendanceFacts, ...]

    @property
    def points(self) -> int:
        """The points of the doubled reports."""
        return sum(one.points for one in self.doubles)


def foresee(connection: Connection, programme: Programme, one_id: int, other_id: int) -> Forecast | NotMerged:
    """Say what a merge would offset, and change nothing."""
    found = _find_both(connection, one_id, other_id)
    if isinstance(found, NotMerged):
        return found
    kept, joining = found
    overlap = _find_overlap(connection, programme, kept.id, joining.id)
    seats = [loser for _, loser in _doubled_seats(connection, kept.id, joining.id) if loser.state in LIVE]
    seen = [loser for _, loser in _doubled_attendances(connection, kept.id, joining.id) if _counts(loser)]
    return Forecast(kept=kept, joining=joining, doubles=overlap.doubles, seats=tuple(seats), seen=tuple(seen))


def merge(
    connection: Connection, programme: Programme, one_id: int, other_id: int, now: datetime
) -> Merged | NotMerged:
    """Make one person of two; who joined first stays. All in the transaction of the caller."""
    _lock(connection, one_id, other_id)
    found = _find_both(connection, one_id, other_id)
    if isinstance(found, NotMerged):
        return found
    kept, joined = found[0].id, found[1].id
    _lock_events(connection, joined)
    merge_id = merges.add(connection, kept, joined, now)
    moved = _move(connection, programme, merge_id, kept, joined, now)
    _settle(connection, programme, (kept, joined), now)
    merges.seal(connection, merge_id, moved)
    return Merged(merge_id=merge_id, kept_id=kept, joined_id=joined)


def _find_both(connection: Connection, one_id: int, other_id: int) -> tuple[PersonFacts, PersonFacts] | NotMerged:
    one, other = people.find(connection, one_id), people.find(connection, other_id)
    if one is None or other is None or not (one.joined_at and other.joined_at):
        return NotMerged.NOBODY
    return NotMerged.SAME if one.id == other.id else rules.order(one, other)


def _lock(connection: Connection, *person_ids: int) -> None:
    """Hold the accounts of some persons, then the persons, the lower number first."""
    owned = [account for number in person_ids for account in accounts.list_of_person(connection, number)]
    for account in sorted(owned, key=lambda one: (one.channel, one.bot_id, one.key)):
        lock_account(connection, account.channel, account.bot_id, account.key)
    for number in sorted(set(person_ids)):
        lock_person(connection, number)


def _lock_events(connection: Connection, person_id: int) -> None:
    """Hold the events that somebody has a place at, the lower number first."""
    seats = registrations.list_of_person(connection, person_id, tuple(RegistrationState))
    seen = attendances.list_of_person(connection, person_id, tuple(AttendanceState))
    for event_id in sorted({one.event_id for one in seats} | {one.event_id for one in seen}):
        events.lock(connection, event_id)


def _move(connection: Connection, programme: Programme, merge_id: int, kept: int, joined: int, now: datetime) -> Moved:
    """Offset what is doubled, then give what is left to the person who stays."""
    undone, seen = _join_attendances(connection, programme, merge_id, kept, joined, now)
    _offset(connection, programme, merge_id, joined, _find_overlap(connection, programme, kept, joined), now)
    seats = _join_seats(connection, kept, joined, now)
    brought, guests = merges.list_companions(connection, joined)
    merges.move_companions(connection, brought, guests, kept)
    merges.move_forms(connection, joined, kept)
    merges.move_notices(connection, joined, kept, merges.list_parts(connection, seats, seen))
    for code in interests.list_of_person(connection, joined):
        interests.add(connection, kept, code)
    teams.take_over(connection, joined, kept)
    owned = [account.id for account in accounts.list_of_person(connection, joined)]
    for account_id in owned:
        accounts.change(connection, account_id, person_id=kept)
    inquiries.pass_on(connection, owned, kept)
    numbers = merges.join(connection, kept, joined)
    merges.move_claims(connection, joined, kept, numbers)
    recoveries.forget_person(connection, [joined])
    return Moved(
        accounts=owned, persons=numbers, registrations=seats, attendances=seen, companions=brought, guests=guests,
        undone=[(one.id, one.state) for one in undone],
    )  # fmt: skip


def _settle(connection: Connection, programme: Programme, person_ids: Sequence[int], now: datetime) -> None:
    """Count the sums of some persons anew from the ledger."""
    recount.mend_tallies(connection, person_ids)
    for person_id in sorted(person_ids):
        week_recount.settle(connection, person_id)
        participations.settle(connection, programme.periods, person_id, now)


def _find_overlap(connection: Connection, programme: Programme, kept: int, joined: int) -> Overlap:
    mine = ledger.list_standing(connection, kept, EntryKind.REPORT)
    theirs = ledger.list_standing(connection, joined, EntryKind.REPORT)
    return rules.find_overlap(mine, theirs, programme)


def _offset(
    connection: Connection, programme: Programme, merge_id: int, joined: int, overlap: Overlap, now: datetime
) -> None:
    """Offset doubles, and give those that share a place under their cap with another a free one."""
    for double in overlap.doubles:
        _withdraw(connection, programme, double, now, f"{MARK}{merge_id}")
    for report, place in overlap.replaced:
        distance = ledger.find_by_reference(connection, EntryKind.DISTANCE, str(report.id))
        grams = report.co2_grams + (distance.co2_grams if distance else 0)
        detail = f"{PLACE}{merge_id}"
        _withdraw(connection, programme, report, now, detail)
        entry = {"reference": f"{MARK}{merge_id}:{report.id}", "n": place, "co2_grams": grams, "detail": detail}
        _enter_again(connection, programme, joined, report, now, entry)


def _withdraw(connection: Connection, programme: Programme, entry: EntryFacts, now: datetime, detail: str) -> None:
    moment = {"entered_at": now, "rule_version": programme.version, "detail": detail}
    board = calendar.counts_for_board(entry.acted_on, now)
    ledger.withdraw(connection, entry, 0, counts_for_board=board, **moment)


def _enter_again(
    connection: Connection, programme: Programme, holder: int, report: Any, now: datetime, values: dict[str, Any]
) -> None:
    """Enter a report once more under the number of who made it, with the points it had; the claim is its holder's."""
    same = ("person_id", "kind", "action", "acted_on", "points", "confirmed", "period", "n")
    entry = {name: getattr(report, name) for name in same} | values
    confirmed = ledger.find_by_reference(connection, EntryKind.CONFIRMATION, str(report.id))
    entry |= {} if confirmed is None else {"points": confirmed.points, "confirmed": True}
    moment = {"entered_at": now, "counts_for_board": calendar.counts_for_board(report.acted_on, now)}
    whole = {"account_id": 0, **entry, **moment, "rule_version": programme.version}
    ledger.add_entry(connection, holder, **whole)


def _doubled_attendances(
    connection: Connection, kept: int, joined: int
) -> list[tuple[AttendanceFacts, AttendanceFacts]]:
    """List the parts where both have an attendance, as (the one that stays, the other)."""
    every = tuple(AttendanceState)
    mine = {one.part_id: one for one in attendances.list_of_person(connection, kept, every)}
    theirs = attendances.list_of_person(connection, joined, every)
    return [rules.rank_attendances(mine[one.part_id], one) for one in theirs if one.part_id in mine]


def _counts(attendance: AttendanceFacts) -> bool:
    return attendance.state is not AttendanceState.TAKEN_BACK


def _join_attendances(
    connection: Connection, programme: Programme, merge_id: int, kept: int, joined: int, now: datetime
) -> tuple[list[AttendanceFacts], list[int]]:
    """Take back who was seen twice at a part, and move the rest; gives those taken back, and the rows moved."""
    doubled = _doubled_attendances(connection, kept, joined)
    undone = [loser for _, loser in doubled if _counts(loser)]
    for loser in undone:
        now_is = attendances.find(connection, loser.part_id, loser.person_id) or loser
        entering.undo(connection, programme, now_is, now, f"{MARK}{merge_id}")
    parked = {loser.id for _, loser in doubled if loser.person_id == joined}
    theirs = attendances.list_of_person(connection, joined, tuple(AttendanceState))
    moved = [one.id for one in theirs if one.id not in parked]
    merges.move_places(connection, ATTENDANCES, moved, joined, kept)
    return undone, moved


def _doubled_seats(connection: Connection, kept: int, joined: int) -> list[tuple[RegistrationFacts, RegistrationFacts]]:
    """List the parts where both have a registration, as (the one that stays, the other)."""
    every = tuple(RegistrationState)
    mine = {one.part_id: one for one in registrations.list_of_person(connection, kept, every)}
    theirs = registrations.list_of_person(connection, joined, every)
    return [rules.rank_seats(mine[one.part_id], one) for one in theirs if one.part_id in mine]


def _join_seats(connection: Connection, kept: int, joined: int, now: datetime) -> list[int]:
    """Give up a doubled seat and serve who is next, and move the rest; gives the rows moved."""
    doubled = _doubled_seats(connection, kept, joined)
    freed = [loser for _, loser in doubled if loser.state in LIVE]
    queueing.withdraw(connection, freed, now)
    parked = {loser.id for _, loser in doubled if loser.person_id == joined}
    theirs = registrations.list_of_person(connection, joined, tuple(RegistrationState))
    moved = [one.id for one in theirs if one.id not in parked]
    merges.move_places(connection, REGISTRATIONS, moved, joined, kept)
    for event_id in sorted({one.event_id for one in freed}):
        queueing.serve_line(connection, event_id, now)
    return moved


# --- Two of one again --------------------------------------------------------------------------------------------


def unmerge(connection: Connection, programme: Programme, merge_id: int, now: datetime) -> MergeFacts | NotMerged:
    """Make two persons of one again, the newest merge first.

    What was entered since goes to the account it came through; what staff entered stays with who stayed. A seat that
    was given on does not come back.
    """
    done = merges.find(connection, merge_id)
    if done is None:
        return NotMerged.NOBODY
    _lock(connection, done.kept_id, done.joined_id)
    done = merges.find(connection, merge_id)
    refusal = _refuse_unmerge(connection, done)
    if done is None or refusal is not None:
        return refusal or NotMerged.NOBODY
    _lock_events(connection, done.kept_id)
    _give_back(connection, done)
    merges.mark_undone(connection, done.id, now)
    _settle(connection, programme, (done.kept_id, done.joined_id), now)
    _restore(connection, programme, done, now)
    return done


def _refuse_unmerge(connection: Connection, done: MergeFacts | None) -> NotMerged | None:
    if done is None or done.undone_at is not None:
        return NotMerged.DONE
    if people.find(connection, done.kept_id) is None:
        return NotMerged.NOT_NEWEST  # who stayed was merged into somebody since
    newest = merges.find_newest(connection, done.kept_id)
    return None if newest is not None and newest.id == done.id else NotMerged.NOT_NEWEST


def _give_back(connection: Connection, done: MergeFacts) -> None:
    """Give accounts, places and entries back to who had joined."""
    kept, joined, moved = done.kept_id, done.joined_id, done.moved
    owned = merges.list_own_accounts(connection, kept, moved.accounts)
    seats = {*moved.registrations, *merges.list_through(connection, REGISTRATIONS, kept, owned)}
    seen = {*moved.attendances, *merges.list_through(connection, ATTENDANCES, kept, owned)}
    merges.move_notices(connection, kept, joined, merges.list_parts(connection, seats, seen))
    merges.move_places(connection, REGISTRATIONS, sorted(seats), kept, joined)
    merges.move_places(connection, ATTENDANCES, sorted(seen), kept, joined)
    merges.move_companions(connection, moved.companions, moved.guests, joined)
    merges.give_later(connection, done, owned, seen)
    donations.give_back(connection, kept, joined, owned, done.made_at)
    for account_id in owned:
        accounts.change(connection, account_id, person_id=joined)
    inquiries.pass_on(connection, owned, joined)
    merges.part(connection, joined, moved.persons)
    merges.move_claims(connection, kept, joined, people.list_numbers(connection, joined))


def _restore(connection: Connection, programme: Programme, done: MergeFacts, now: datetime) -> None:
    """Enter again what was offset as a double, as far as the caps of one person allow: it may be reported again."""
    for attendance_id, state in done.moved.undone:
        _see_again(connection, programme, attendance_id, AttendanceState(state), now)
    offset = merges.list_offset(connection, done)
    standing = ledger.list_standing(connection, done.joined_id, EntryKind.REPORT)
    overlap = rules.find_overlap(standing, [report for report, _, _ in offset], programme)
    places = {report.id: place for report, place in overlap.replaced}
    for report, offset_id, grams in offset:
        if report not in overlap.doubles:
            values = {
                "person_id": done.joined_id,
                "account_id": ledger.find_account(connection, report.id),
                "reference": f"unmerge:{offset_id}",
                "n": places.get(report.id, report.n),
                "co2_grams": grams,
                "detail": "",
            }
            _enter_again(connection, programme, done.joined_id, report, now, values)


def _see_again(
    connection: Connection, programme: Programme, attendance_id: int, state: AttendanceState, now: datetime
) -> None:
    """Let an attendance count again that was taken back as a double."""
    seen = attendances.get(connection, attendance_id)
    if seen is None or seen.state is not AttendanceState.TAKEN_BACK:
        return
    found = entering.locked(connection, seen.part_id)
    if found is None:
        return
    same = {"way": seen.way, "state": state, "at": seen.at, "entered_at": now, "entered_by": seen.entered_by}
    again = attendances.put(connection, seen.event_id, seen.part_id, seen.person_id, **same)
    entering.enter(connection, programme, found[1], again, now)
