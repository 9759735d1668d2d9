"""What staff do with the draft of the programme's next version, until it is in force. Never touches an old version."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from handlers.rules.calendar import tokyo_day
from storage import audit, catalogue, programme_checks, programme_file, rule_drafts
from storage.database import lock_job
from storage.facts import Action, Programme
from storage.rule_drafts import DraftFacts

SUBJECT = "rules"


class RulingRefusedError(Exception):
    """The draft is not what somebody saw, or cannot come into force; nothing was changed."""


class ChangedMeanwhileError(RulingRefusedError):
    """Somebody else changed the draft first."""


class OutdatedError(RulingRefusedError):
    """Another version came into force since this one was begun."""


class FaultyError(RulingRefusedError):
    """The checks of a programme file find problems."""


def find_base(connection: Connection) -> tuple[int, Mapping[str, Any]]:
    """Find the version in force, as (number, document); LookupError where there is none."""
    found = catalogue.find_newest(connection)
    if found is None:
        raise LookupError("no version of the programme is in force")
    return found


def find_next(connection: Connection) -> Programme:
    """Find what the next version would say: the draft, or what is in force."""
    draft = rule_drafts.find(connection)
    return programme_file.from_document(find_base(connection)[1] if draft is None else draft.document)


def find_faults(document: Mapping[str, Any]) -> list[str]:
    """List what the checks of a programme file say of a draft."""
    return programme_checks.find_problems(programme_file.from_document(document))


def change_action(connection: Connection, action: Action, seen: str, by: str, now: datetime) -> None:
    """Put an action in the place of the one of its code; ``seen`` is the mark of the draft, "" for none."""
    _hold(connection, seen)
    programme = find_next(connection)
    actions = tuple(action if one.code == action.code else one for one in programme.actions)
    _put(connection, programme_file.to_document(replace(programme, actions=actions)), by, now, action.code)


def replace_all(connection: Connection, programme: Programme, seen: str, by: str, now: datetime) -> None:
    """Put a whole programme in the draft's place."""
    _hold(connection, seen)
    _put(connection, programme_file.to_document(programme), by, now, "file")


def discard(connection: Connection, seen: str, by: str, now: datetime) -> None:
    """Throw the draft away."""
    _hold(connection, seen)
    rule_drafts.remove(connection)
    audit.add(connection, by, "rules.discard", SUBJECT, now)


def sign(connection: Connection, seen: str, reason: str, starts_on: date, by: str, now: datetime) -> int | None:
    """Let the draft come into force on a day, at once where it has begun; gives the version's number then."""
    draft = _hold(connection, seen)
    if draft is None:
        raise ChangedMeanwhileError
    _refuse_faulty(connection, draft)
    if starts_on > tokyo_day(now):
        rule_drafts.sign(connection, reason, starts_on, by)
        audit.add(connection, by, "rules.sign", SUBJECT, now, starts_on.isoformat())
        return None
    return _begin(connection, draft, reason, by, now)


def unsign(connection: Connection, seen: str, by: str, now: datetime) -> None:
    """Take back the day on which the draft comes into force."""
    draft = _hold(connection, seen)
    rule_drafts.sign(connection, draft.reason if draft else "", None, None)
    audit.add(connection, by, "rules.unsign", SUBJECT, now)


def begin_due(connection: Connection, now: datetime) -> bool:
    """Put the signed draft in force on its day; one that cannot be is signed no more, and approvers read that."""
    lock_job(connection, SUBJECT)
    draft = rule_drafts.find(connection)
    if draft is None or draft.signed_by is None or draft.starts_on is None or draft.starts_on > tokyo_day(now):
        return False
    try:
        _refuse_faulty(connection, draft)
    except RulingRefusedError:
        rule_drafts.sign(connection, draft.reason, None, None)
        audit.add(connection, draft.signed_by, "rules.missed", SUBJECT, now, to_report=True)
        return False
    _begin(connection, draft, draft.reason, draft.signed_by, now)
    return True


def put_in_force(
    connection: Connection, document: Mapping[str, Any], base: int, made_by: str, now: datetime, reason: str = ""
) -> int:
    """Make a version of a document that was compared with version ``base``; OutdatedError where another is in force."""
    if catalogue.find_newest_version(connection) != base:
        raise OutdatedError
    return catalogue.add_version(connection, document, made_by, now, reason)


def _begin(connection: Connection, draft: DraftFacts, reason: str, by: str, now: datetime) -> int:
    version = put_in_force(connection, draft.document, draft.base_version, by, now, reason)
    rule_drafts.remove(connection)
    audit.add(connection, by, "rules.begin", f"version:{version}", now)
    return version


def _refuse_faulty(connection: Connection, draft: DraftFacts) -> None:
    if catalogue.find_newest_version(connection) != draft.base_version:
        raise OutdatedError
    if find_faults(draft.document):
        raise FaultyError


def _hold(connection: Connection, seen: str) -> DraftFacts | None:
    """Find the draft and keep others from it; ChangedMeanwhileError where it is not what was seen."""
    lock_job(connection, SUBJECT)
    draft = rule_drafts.find(connection)
    if (draft.mark if draft else "") != seen:
        raise ChangedMeanwhileError
    return draft


def _put(connection: Connection, document: Mapping[str, Any], by: str, now: datetime, changed: str) -> None:
    draft = rule_drafts.find(connection)
    base = draft.base_version if draft else find_base(connection)[0]
    rule_drafts.put(connection, document, base, by, now)
    audit.add(connection, by, "rules.change", SUBJECT, now, changed)
