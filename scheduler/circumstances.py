"""What must be known of notices to judge them: one question a table, however many they are. Decides nothing."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from storage import accounts, attendances, events, people, registrations
from storage.facts import AccountFacts, AttendanceFacts, EventFacts, NoticeFacts, NoticeKind, RegistrationFacts

Place = tuple[int, int]
"""A part and a person."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """The facts about some notices. ``consents`` lacks who has left; ``companions`` counts whom a person brings."""

    events: Mapping[int, EventFacts]
    consents: Mapping[int, str]
    accounts: Mapping[int, Sequence[AccountFacts]]
    held: Mapping[Place, RegistrationFacts]
    companions: Mapping[Place, int]
    seen: Mapping[Place, AttendanceFacts]


def gather(connection: Connection, concerned: Sequence[NoticeFacts]) -> Circumstances:
    """Gather all that is to be known of some notices."""
    person_ids = {one.person_id for one in concerned}
    brought = registrations.list_brought(connection, person_ids)
    thanked = {one.person_id for one in concerned if one.kind is NoticeKind.THANKS}
    seen = attendances.list_of_persons(connection, thanked) if thanked else []
    return Circumstances(
        events={event.id: event for event in events.list_by_id(connection, [one.event_id for one in concerned])},
        consents=people.list_consented(connection, person_ids),
        accounts=accounts.list_of_persons(connection, person_ids),
        held={_place(one): one for one in registrations.list_of_persons(connection, person_ids)},
        companions=Counter((one.part_id, one.party) for one in brought),
        seen={_place(one): one for one in seen},
    )


def _place(one: NoticeFacts | RegistrationFacts | AttendanceFacts) -> Place:
    return one.part_id, one.person_id
