"""What must be known of notices to judge them: one question a table, however many they are. Decides nothing."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from storage import accounts, attendances, events, people, registrations
from storage.facts import AccountFacts, AttendanceFacts, EventFacts, NoticeFacts, NoticeKind, RegistrationFacts
from storage.registrations import LIVE

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
    part_ids, person_ids = {one.part_id for one in concerned}, {one.person_id for one in concerned}
    rows = registrations.list_parties(connection, part_ids, person_ids)
    thanked = {one.part_id for one in concerned if one.kind is NoticeKind.THANKS}
    seen = attendances.list_of_persons(connection, thanked, person_ids) if thanked else []
    return Circumstances(
        events={event.id: event for event in events.list_by_id(connection, [one.event_id for one in concerned])},
        consents=people.list_consented(connection, person_ids),
        accounts=accounts.list_of_persons(connection, person_ids),
        held={(one.part_id, one.person_id): one for one in rows},
        companions=Counter((one.part_id, one.host_id) for one in rows if one.host_id and one.state in LIVE),
        seen={(one.part_id, one.person_id): one for one in seen},
    )
