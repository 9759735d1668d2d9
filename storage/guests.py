"""Guests as imports know them again and as time forgets them: keyed hashes, never what was hashed. Decides nothing."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, or_, select

from storage.events import EVENTS
from storage.facts import EventState
from storage.people import PEOPLE
from storage.registrations import COMPANY_FORMS, GUESTS


@dataclass(frozen=True, slots=True)
class Known:
    """Who stands behind some hashes and addresses: person numbers by number hash, by e-mail hash and by address."""

    by_number: dict[str, int]
    by_email: dict[str, int]
    by_address: dict[str, int]


def find_known(
    connection: Connection, numbers: Collection[str], emails: Collection[str], addresses: Collection[str]
) -> Known:
    """Find the persons behind hashed member numbers, hashed e-mails, and addresses (folded) on companies' forms."""
    return Known(
        _by(connection, "number_hash", numbers), _by(connection, "email_hash", emails), _forms(connection, addresses)
    )


def _by(connection: Connection, column: str, hashes: Collection[str]) -> dict[str, int]:
    if not hashes:
        return {}
    found = select(GUESTS.c[column], GUESTS.c.person_id).where(GUESTS.c[column].in_(set(hashes)))
    return {row[0]: row[1] for row in connection.execute(found.order_by(GUESTS.c.made_at.desc()))}


def _forms(connection: Connection, addresses: Collection[str]) -> dict[str, int]:
    if not addresses:
        return {}
    address = func.lower(func.trim(COMPANY_FORMS.c.email))
    found = select(address, COMPANY_FORMS.c.person_id).join(PEOPLE, PEOPLE.c.id == COMPANY_FORMS.c.person_id)
    ours = found.where(address.in_(set(addresses)), ~PEOPLE.c.is_tombstone)
    return {row[0]: row[1] for row in connection.execute(ours.order_by(COMPANY_FORMS.c.given_at))}


def add_hashes(connection: Connection, person_id: int, *, number_hash: str | None, email_hash: str | None) -> None:
    """Complete what a guest is known by; a hash that is there stays."""
    values = {
        "number_hash": func.coalesce(GUESTS.c.number_hash, number_hash),
        "email_hash": func.coalesce(GUESTS.c.email_hash, email_hash),
    }
    connection.execute(GUESTS.update().where(GUESTS.c.person_id == person_id).values(**values))


def keep_until(connection: Connection, person_ids: Collection[int], until: datetime) -> None:
    """Put off the day on which some guests are forgotten, where it would come sooner."""
    sooner = (GUESTS.c.person_id.in_(set(person_ids)), GUESTS.c.forget_at < until)
    connection.execute(GUESTS.update().where(*sooner).values(forget_at=until))


def forget_due(connection: Connection, now: datetime, limit: int) -> int:
    """Empty names and hashes of guests whose time is up; their numbers stay, so that sums hold. Gives how many."""
    due = select(GUESTS.c.person_id).where(GUESTS.c.forget_at <= now).order_by(GUESTS.c.forget_at).limit(limit)
    ours = list(connection.execute(due).scalars())
    nothing = {"name": "", "slip_hash": None, "number_hash": None, "email_hash": None, "forget_at": None}
    if ours:
        connection.execute(GUESTS.update().where(GUESTS.c.person_id.in_(ours)).values(**nothing))
    return len(ours)


def forget_forms(connection: Connection, over_before: datetime, limit: int) -> int:
    """Remove companies' forms of events that were over, or called off, before a moment. Gives how many."""
    over = or_(
        EVENTS.c.ends_at < over_before,
        (EVENTS.c.state == EventState.CANCELLED) & (EVENTS.c.changed_at < over_before),
    )
    old = select(COMPANY_FORMS.c.event_id, COMPANY_FORMS.c.person_id).join(
        EVENTS, EVENTS.c.id == COMPANY_FORMS.c.event_id
    )
    ours = connection.execute(old.where(over).limit(limit)).all()
    for event_id, person_id in ours:
        one = (COMPANY_FORMS.c.event_id == event_id, COMPANY_FORMS.c.person_id == person_id)
        connection.execute(COMPANY_FORMS.delete().where(*one))
    return len(ours)
