"""Staff make one person of two, part them again, and help who lost a phone: each act written down. Sends nothing."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection

from handlers import linking, merging
from handlers.erasing import KeyedHash
from handlers.merging import Merged, NotMerged
from storage import audit, people, recoveries
from storage.facts import Programme
from storage.merges import MergeFacts
from storage.recoveries import CodeKind


class UndoReason(StrEnum):
    """Why two persons are parted again; one of a list, for the audit trail keeps no words about anybody."""

    OTHER_PERSON = "other_person"
    ASKED = "asked"
    MISTAKE = "mistake"
    PRACTICE = "practice"


def merge(
    connection: Connection, programme: Programme, one_id: int, other_id: int, by: str, now: datetime
) -> Merged | NotMerged:
    """Make one person of two, on staff's word."""
    done = merging.merge(connection, programme, one_id, other_id, now)
    if isinstance(done, Merged):
        audit.add(connection, by, "person.merge", f"person:{done.kept_id}", now, f"merge:{done.merge_id}")
    return done


def unmerge(
    connection: Connection, programme: Programme, merge_id: int, reason: UndoReason, by: str, now: datetime
) -> MergeFacts | NotMerged:
    """Part two persons again, on staff's word."""
    done = merging.unmerge(connection, programme, merge_id, now)
    if isinstance(done, MergeFacts):
        audit.add(connection, by, "person.unmerge", f"person:{done.kept_id}", now, f"merge:{merge_id} {reason}")
    return done


def make_handover_code(
    connection: Connection, person_id: int, keyed_hash: KeyedHash, by: str, now: datetime, real_now: datetime
) -> str | None:
    """Make the code by which somebody at the desk takes their record to a new phone; None where nobody is there."""
    if people.find(connection, person_id) is None:
        return None
    letters, until = linking.draw_code(), real_now + linking.CODE_LIFE
    recoveries.put_code(connection, person_id, CodeKind.BRING_BACK, keyed_hash(f"link:{letters}"), until)
    audit.add(connection, by, "person.handover", f"person:{person_id}", now)
    return letters
