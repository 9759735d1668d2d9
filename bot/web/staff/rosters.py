"""Who is expected at a part and who has come, as the door, the lists and the tickets show it. Changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from storage import attendances, people, registrations
from storage.facts import (
    AttendanceFacts,
    AttendanceState,
    GuestFacts,
    PartFacts,
    RegistrationFacts,
    RegistrationState,
)

NAMELESS = "名前なし"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One person at one part. ``host`` names who brings them; ``is_guest``: nobody can write to them."""

    registration: RegistrationFacts
    name: str
    host: str = ""
    is_child: bool = False
    is_guest: bool = False
    company: str = ""
    attendance: AttendanceFacts | None = None

    @property
    def is_seated(self) -> bool:
        """Whether they may come in."""
        return self.registration.state is RegistrationState.SEATED

    @property
    def must_be_telephoned(self) -> bool:
        """Whether a change reaches them only by telephone: no account, and nobody who brings them."""
        return self.is_guest and self.registration.host_id is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How full one part is, in persons."""

    part: PartFacts
    seated: int
    offered: int
    waiting: int
    came: int

    @property
    def free(self) -> int | None:
        """How many seats nobody holds; None where there is no limit."""
        return None if self.part.capacity is None else self.part.capacity - self.part.taken


def standings(connection: Connection, parts: Sequence[PartFacts]) -> dict[int, Standing]:
    """Count how full some parts are, as {part: standing}; two questions, however many parts."""
    part_ids = [part.id for part in parts]
    counted = registrations.count_of_parts(connection, part_ids)
    came = attendances.count_of_parts(connection, part_ids)
    return {
        part.id: Standing(
            part=part,
            seated=counted.get((part.id, RegistrationState.SEATED), 0),
            offered=counted.get((part.id, RegistrationState.OFFERED), 0),
            waiting=counted.get((part.id, RegistrationState.WAITING), 0),
            came=came.get(part.id, 0),
        )
        for part in parts
    }


def entries(connection: Connection, part: PartFacts) -> list[Entry]:
    """List the live registrations of a part: seated, offered, waiting, each in the order in which they came."""
    return named(connection, part, registrations.list_of_part(connection, part.id))


def named(connection: Connection, part: PartFacts, live: Sequence[RegistrationFacts]) -> list[Entry]:
    """Put names, companies and attendances beside some registrations of a part."""
    persons = {one.person_id for one in live} | {one.host_id for one in live if one.host_id is not None}
    guests = registrations.list_guests(connection, list(persons))
    names = {**people.list_nicknames(connection, persons), **{key: guest.name for key, guest in guests.items()}}
    came = {one.person_id: one for one in attendances.list_of_part(connection, part.id)}
    forms = registrations.list_company_forms(connection, part.event_id)
    return [_entry(one, names, guests, came, forms) for one in live]


def _entry(
    one: RegistrationFacts,
    names: dict[int, str],
    guests: dict[int, GuestFacts],
    came: dict[int, AttendanceFacts],
    forms: dict[int, tuple[str, str]],
) -> Entry:
    guest = guests.get(one.person_id)
    return Entry(
        registration=one,
        name=names.get(one.person_id) or NAMELESS,
        host=(names.get(one.host_id) or NAMELESS) if one.host_id is not None else "",
        is_child=guest is not None and guest.is_child,
        is_guest=guest is not None,
        company=forms.get(one.person_id, ("", ""))[0],
        attendance=came.get(one.person_id),
    )


def document(connection: Connection, part: PartFacts) -> dict[str, object]:
    """Write who may come to a part as the JSON that the door keeps; persons are numbers that say nothing."""
    expected = [entry for entry in entries(connection, part) if entry.is_seated]
    return {
        "part": part.id,
        "people": [
            {
                "person": entry.registration.person_id,
                "name": entry.name,
                "host": entry.host,
                "child": entry.is_child,
                "digits": entry.registration.code,
                "came": entry.attendance.at.isoformat() if entry.attendance else None,
                "sure": entry.attendance is None or entry.attendance.state is AttendanceState.CONFIRMED,
            }
            for entry in sorted(expected, key=lambda entry: entry.name)
        ],
        "came": attendances.count_of_parts(connection, [part.id]).get(part.id, 0),
        "expected": len(expected),
    }
