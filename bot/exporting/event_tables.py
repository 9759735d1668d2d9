"""Hands out one event's registrations, attendances, survey answers and completions as tables for a spreadsheet.

Survey answers come without anything that tells whose they are. Reads only, also beside a running bot.
"""

import io
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from sqlalchemy import Connection

from bot import cells, choosing, opening
from bot.cells import Cell
from bot.settings import Settings
from handlers import attending
from storage import attendances, people, registrations
from storage.clock import TOKYO
from storage.facts import (
    AttendanceState,
    EventFacts,
    GuestFacts,
    PartState,
    RegistrationFacts,
    RegistrationState,
)

Rows = Iterator[Sequence[Cell]]
REGISTRATIONS = (
    "part", "starts_at", "code", "state", "name", "kind", "child", "comes_with", "as_company", "company", "email",
    "registered_at",
)  # fmt: skip
ATTENDANCES = ("part", "starts_at", "code", "name", "state", "way", "seen_at", "entered_at", "entered_by")
COMPLETIONS = ("name", "company", "email", "parts_attended", "parts_held")


def run(settings: Settings, table: str, event: str, output: Path | None) -> None:
    """Write a table of an event to a file, which only its owner can read, or else to standard output."""
    with opening.reading(settings) as database:
        text = database.read(partial(_write, table=table, words=event)).result()
    if output is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode())
        sys.stdout.flush()
        return
    try:
        handle = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise choosing.NotThereError(f"{output}: {error.strerror}") from None
    with os.fdopen(handle, "wb") as file:
        file.write(text.encode())


def _write(connection: Connection, table: str, words: str) -> str:
    return write(*TABLES[table](connection, choosing.find_event(connection, words)))


def write(header: Sequence[str], rows: Rows, *, marked: bool = True) -> str:
    """Write a table as CSV; ``marked`` for Excel."""
    out = io.StringIO(newline="")
    cells.write(out, header, rows, marked=marked)
    return out.getvalue()


def _registrations(connection: Connection, event: EventFacts) -> tuple[Sequence[str], Rows]:
    def rows() -> Rows:
        forms = registrations.list_company_forms(connection, event.id)
        for part in event.parts:
            listed = registrations.list_of_part(connection, part.id, tuple(RegistrationState))
            names, guests = _names(connection, [one.person_id for one in listed])
            codes = {one.person_id: one.code for one in listed}
            for one in listed:
                company, email = forms.get(one.person_id, ("", ""))
                guest = guests.get(one.person_id)
                yield (
                    part.number, _moment(part.starts_at), one.code, one.state, names[one.person_id], _kind(one, guest),
                    _yes(guest is not None and guest.is_child), codes.get(one.host_id or 0, ""), _yes(one.as_company),
                    company, email, _moment(one.made_at),
                )  # fmt: skip

    return REGISTRATIONS, rows()


def _kind(registration: RegistrationFacts, guest: GuestFacts | None) -> str:
    if registration.host_id is not None:
        return "companion"
    return "guest" if guest else "account"


def _attendances(connection: Connection, event: EventFacts) -> tuple[Sequence[str], Rows]:
    def rows() -> Rows:
        for part in event.parts:
            listed = attendances.list_of_part(connection, part.id, tuple(AttendanceState))
            names, _ = _names(connection, [one.person_id for one in listed])
            registered = registrations.list_of_part(connection, part.id, tuple(RegistrationState))
            codes = {one.person_id: one.code for one in registered}
            for one in listed:
                yield (
                    part.number, _moment(part.starts_at), codes.get(one.person_id, ""), names[one.person_id], one.state,
                    one.way, _moment(one.at), _moment(one.entered_at), one.entered_by,
                )  # fmt: skip

    return ATTENDANCES, rows()


def _survey(connection: Connection, event: EventFacts) -> tuple[Sequence[str], Rows]:
    numbers = range(1, len(event.survey) + 1)
    answered = attendances.list_answers_of_event(connection, event.id)
    header = [f"{number}. {question.words['ja']}" for number, question in zip(numbers, event.survey, strict=True)]
    return header, ([answers.get(number, "") for number in numbers] for answers in answered)


def _completions(connection: Connection, event: EventFacts) -> tuple[Sequence[str], Rows]:
    def rows() -> Rows:
        held = [part.id for part in event.parts if part.state is PartState.HELD]
        completed = attending.list_completed(connection, event.id)
        names, _ = _names(connection, completed)
        forms = registrations.list_company_forms(connection, event.id)
        for person_id in completed:
            was_at = attendances.list_of_person(connection, person_id, (AttendanceState.CONFIRMED,))
            attended = sum(one.part_id in held for one in was_at)
            yield (names[person_id], *forms.get(person_id, ("", "")), attended, len(held))

    return COMPLETIONS, rows()


TABLES: Mapping[str, Callable[[Connection, EventFacts], tuple[Sequence[str], Rows]]] = {
    "registrations": _registrations,
    "attendance": _attendances,
    "survey": _survey,
    "completions": _completions,
}


def _names(connection: Connection, person_ids: Sequence[int]) -> tuple[dict[int, str], dict[int, GuestFacts]]:
    """Give what people are called: a guest's name, else the nickname; nothing for who left or was forgotten."""
    guests = registrations.list_guests(connection, person_ids)
    names = {}
    for person_id in person_ids:
        person = people.find(connection, person_id)
        names[person_id] = guests[person_id].name if person_id in guests else person.nickname if person else ""
    return names, guests


def _moment(at: datetime | None) -> str:
    return at.astimezone(TOKYO).isoformat(timespec="minutes") if at else ""


def _yes(is_so: bool) -> str:
    return "yes" if is_so else ""
