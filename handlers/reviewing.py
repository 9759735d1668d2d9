"""Staff decide on a photo: the report gets its confirmed points, stands on the person's word, or is taken back.

Nothing is sent: the person reads it beside their points.
"""

from datetime import datetime
from enum import Enum

from sqlalchemy import Connection

from handlers.rules import calendar
from handlers.rules.evidence import LEAVE_REPORT, Reason
from storage import audit, evidence, ledger, people
from storage.database import lock_person
from storage.evidence import EvidenceFacts, EvidenceState
from storage.facts import EntryFacts, Programme


class Review(Enum):
    """What became of a decision."""

    DONE = "done"
    DECIDED = "decided"  # somebody else was first
    TAKEN_BACK = "taken_back"  # the person took the report back, or left


def accept(connection: Connection, evidence_id: int, by: str, now: datetime) -> Review:
    """Give a report its confirmed points, in the place of those on the person's word."""
    found = _hold(connection, evidence_id)
    if isinstance(found, Review):
        return found
    one, report = found
    board = calendar.counts_for_board(report.acted_on, now)
    moment = {"entered_at": now, "counts_for_board": board, "rule_version": one.rule_version}
    ledger.confirm(connection, report, one.points, **moment)
    return _close(connection, one, EvidenceState.ACCEPTED, "", by, now)


def refuse(
    connection: Connection, programme: Programme, evidence_id: int, why: Reason, by: str, now: datetime
) -> Review:
    """Refuse a photo. The report is taken back and its claim released, unless the photo only could not be judged."""
    found = _hold(connection, evidence_id)
    if isinstance(found, Review):
        return found
    one, report = found
    if why in LEAVE_REPORT:
        return _close(connection, one, EvidenceState.AGAIN, why, by, now)
    board = calendar.counts_for_board(report.acted_on, now)
    moment = {"entered_at": now, "counts_for_board": board, "rule_version": programme.version}
    account_id = ledger.find_account(connection, report.id)
    ledger.withdraw(connection, report, account_id, **moment, detail="evidence")
    return _close(connection, one, EvidenceState.REFUSED, why, by, now)


def _hold(connection: Connection, evidence_id: int) -> tuple[EvidenceFacts, EntryFacts] | Review:
    """Hold the person, then find the photo as it now is, with its report; or why nothing can be decided."""
    one = evidence.find(connection, evidence_id)
    if one is None:
        return Review.TAKEN_BACK
    lock_person(connection, people.find_root(connection, one.person_id))
    one = evidence.find(connection, evidence_id)
    if one is None:
        return Review.TAKEN_BACK
    if one.state is not EvidenceState.WAITING:
        return Review.DECIDED
    if not ledger.stands(connection, one.entry_id):  # offset as a double of a merged person
        evidence.forget_entry(connection, one.entry_id)
        return Review.TAKEN_BACK
    return one, ledger.get(connection, one.entry_id)


def _close(
    connection: Connection, one: EvidenceFacts, state: EvidenceState, why: str, by: str, now: datetime
) -> Review:
    evidence.decide(connection, one.id, state, why, now)
    audit.add(connection, by, f"evidence.{state}", f"evidence:{one.id}", now, why)
    return Review.DONE
