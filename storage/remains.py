"""All that events and broadcasts keep of one person: gathered for them to take along, and unlinked when they leave."""

from dataclasses import asdict

from sqlalchemy import Connection, select

from storage import (
    approvers,
    attendances,
    broadcasts,
    donations,
    draws,
    evidence,
    inquiries,
    interests,
    links,
    registrations,
)
from storage.attendances import ATTENDANCES, PARTICIPANTS, SURVEY_ANSWERS
from storage.facts import AttendanceState, RegistrationState
from storage.notices import NOTICES
from storage.registrations import COMPANY_FORMS, GUESTS, HOLDING, REGISTRATIONS


def list_events(connection: Connection, person_ids: list[int]) -> list[int]:
    """List the events that some persons are registered for, in the order in which they are to be locked."""
    live = (REGISTRATIONS.c.person_id.in_(person_ids), REGISTRATIONS.c.state.in_(registrations.LIVE))
    chosen = select(REGISTRATIONS.c.event_id).where(*live).distinct()
    return list(connection.execute(chosen.order_by(REGISTRATIONS.c.event_id)).scalars())


def hand_over(connection: Connection, numbers: list[int], tombstone: int) -> None:
    """Give attendances and seats that were used to a tombstone, so that figures hold, and remove all else.

    What is still to come was cancelled before. ``numbers`` are all that one person has, their own first; where they had
    a place twice at one part, one stays.
    """
    nobody = {"person_id": tombstone, "account_id": None}
    own, *merged = numbers
    held = REGISTRATIONS.c.state.in_(HOLDING)
    for table in (REGISTRATIONS, ATTENDANCES):
        connection.execute(table.delete().where(table.c.person_id.in_(merged)))
    connection.execute(REGISTRATIONS.delete().where(REGISTRATIONS.c.person_id == own, ~held))
    connection.execute(REGISTRATIONS.update().where(REGISTRATIONS.c.person_id == own).values(**nobody))
    connection.execute(REGISTRATIONS.update().where(REGISTRATIONS.c.host_id == own).values(host_id=tombstone))
    connection.execute(ATTENDANCES.update().where(ATTENDANCES.c.person_id == own).values(**nobody))
    connection.execute(PARTICIPANTS.update().where(PARTICIPANTS.c.person_id == own).values(person_id=tombstone))
    for number in numbers:
        inquiries.forget_person(connection, number)
    for table in (SURVEY_ANSWERS, NOTICES, COMPANY_FORMS, GUESTS):
        connection.execute(table.delete().where(table.c.person_id.in_(numbers)))


def forget_broadcasts(connection: Connection, person_id: int, account_ids: list[int]) -> None:
    """Forget what broadcasts and the choice of interests keep of a person and their accounts; counts stay."""
    links.forget(connection, person_id, account_ids)
    interests.forget_person(connection, person_id)
    approvers.remove_devices(connection, account_ids)
    broadcasts.forget_blocks(connection, account_ids)


def collect(connection: Connection, person_id: int) -> dict[str, object]:
    """Collect what is kept of a person by events, broadcasts and those who answer their questions."""
    mine = registrations.list_of_person(connection, person_id, tuple(RegistrationState))
    seen = attendances.list_of_person(connection, person_id, tuple(AttendanceState))
    tables = {"company_forms": COMPANY_FORMS, "survey_answers": SURVEY_ANSWERS, "notices": NOTICES}
    rows = {
        name: [dict(row._mapping) for row in connection.execute(table.select().where(table.c.person_id == person_id))]
        for name, table in tables.items()
    }
    return {
        "registrations": [asdict(one) for one in mine],
        "companions": [asdict(one) for one in registrations.list_companions(connection, person_id)],
        "attendances": [asdict(one) for one in seen],
        "interests": interests.list_of_person(connection, person_id),
        "evidence": evidence.collect(connection, person_id),
        "donations": donations.collect(connection, person_id),
        "lots_in_draws": draws.collect(connection, person_id),
        "questions_to_staff": inquiries.list_of_person(connection, person_id),
        "links_pressed": links.list_pressed(connection, person_id),
        **rows,
    }
