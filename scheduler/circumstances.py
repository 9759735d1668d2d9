"""What must be known of notices to judge them: one question a table, however many they are. Decides nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from storage import accounts, attendances, events, people, registrations
from storage.facts import AccountFacts, AttendanceState, ChannelName, EventFacts, NoticeFacts, NoticeKind
from storage.registrations import Stand

Place = tuple[int, int]
"""A part and a person."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """The facts about some notices. ``consents`` lacks who has left, ``preferred`` who chose no platform.

    ``brought`` counts companions.
    """

    events: Mapping[int, EventFacts]
    consents: Mapping[int, str]
    preferred: Mapping[int, ChannelName]
    accounts: Mapping[int, Sequence[AccountFacts]]
    stands: Mapping[Place, Stand]
    brought: Mapping[Place, int]
    seen: Mapping[Place, AttendanceState]


def gather(connection: Connection, concerned: Sequence[NoticeFacts]) -> Circumstances:
    """Gather all that is to be known of some notices."""
    person_ids = {one.person_id for one in concerned}
    thanked = {one.person_id for one in concerned if one.kind is NoticeKind.THANKS}
    agreed = people.list_consented(connection, person_ids)
    return Circumstances(
        events={event.id: event for event in events.list_by_id(connection, [one.event_id for one in concerned])},
        consents={person_id: version for person_id, (version, _) in agreed.items()},
        preferred={person_id: channel for person_id, (_, channel) in agreed.items() if channel},
        accounts=accounts.list_of_persons(connection, person_ids),
        stands=registrations.list_stands(connection, person_ids),
        brought=registrations.count_brought(connection, person_ids),
        seen=attendances.list_states(connection, thanked) if thanked else {},
    )
