"""Matches an online meeting's list with a part's people, confirms who said the word, and tells who is left over."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path

import typer
from sqlalchemy import Connection

from bot import choosing, opening
from bot.importing import ImportRefusedError, meeting_list, signer
from bot.importing.identity import fold_address
from bot.importing.meeting_list import Attendee
from bot.importing.reporting import Report
from bot.settings import Settings
from handlers import attending
from handlers.entering import CheckedIn
from storage import attendances, audit, marks, people, registrations
from storage.clock import TOKYO, Clock
from storage.database import Database, lock_person
from storage.facts import (
    AttendanceFacts,
    AttendanceState,
    CheckInWay,
    EventFacts,
    PartFacts,
    Programme,
    RegistrationState,
)

PIECE = 10  # persons of one transaction
BY_CODE, BY_EMAIL, BY_NAME = "four digits", "e-mail", "nickname"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a seat at the part: all that they may be known by, and how they stand so far."""

    person_id: int
    code: str
    email: str
    name: str
    attendance: AttendanceState | None


@dataclass
class Matched:
    """What a list says of a part's people: seconds by person, and the attendees nobody knows, with the reason."""

    seconds: dict[int, int] = field(default_factory=dict)
    ways: dict[int, str] = field(default_factory=dict)
    strangers: list[tuple[Attendee, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What staff asked for beside the file."""

    part: str
    minutes: int = 1
    add: bool = False
    confirmed: bool = False
    by: str = ""
    report: Path | None = None


@dataclass(frozen=True, slots=True)
class Situation:
    """The part that a list is about, and everybody who may be on it."""

    event: EventFacts
    part: PartFacts
    people: Sequence[Person]
    programme: Programme
    now: datetime


def run(settings: Settings, path: Path, wishes: Wishes) -> int:
    """Show what a list confirms, or confirm it; gives 1 where a line or a person is left over, else 0."""
    found, rejected, how = meeting_list.read(path)
    with opening.reading(settings) as database:
        situation = database.read(partial(_look, words=wishes.part)).result()
    matched = match(found, situation.people)
    typer.echo(f"{how}; {situation.event.code}, part {situation.part.number}, {_when(situation.part)}")
    with Report(wishes.report) as report:
        for line in rejected:
            report.reject(line)
        chosen = _tell(matched, situation, wishes, report)
        is_all = not report.counted
    if not wishes.confirmed:
        typer.echo(f"nothing was stored; with --yes {len(chosen)} attendances are confirmed or added")
        return int(not is_all)
    typer.echo(f"{_store(settings, situation, chosen, path, signer(wishes.by))} attendances were confirmed or added")
    return int(not is_all)


def _look(connection: Connection, words: str) -> Situation:
    event, part = choosing.find_part(connection, words)
    programme = opening.find_newer_programme(connection, version=0)
    if programme is None:
        raise ImportRefusedError("the database holds no programme yet: the first start takes PROGRAMME_FILE")
    return look(connection, event, part, programme, Clock(marks.find_clock_offset(connection)).now())


def look(connection: Connection, event: EventFacts, part: PartFacts, programme: Programme, now: datetime) -> Situation:
    """Look who may be on the list of a part; ImportRefusedError where it has not begun."""
    if part.starts_at is None or part.starts_at > now:
        raise ImportRefusedError(f"part {part.number} of {event.code} has not begun yet")
    return Situation(event, part, list_people(connection, event, part), programme, now)


def list_people(connection: Connection, event: EventFacts, part: PartFacts) -> list[Person]:
    """List who has a seat at a part, and who was seen there without one."""
    seated = registrations.list_of_part(connection, part.id, (RegistrationState.SEATED,))
    seen = {one.person_id: one.state for one in attendances.list_of_part(connection, part.id, tuple(AttendanceState))}
    codes = {one.person_id: one.code for one in seated}
    everybody = dict.fromkeys((*codes, *seen))
    forms = registrations.list_company_forms(connection, event.id)
    guests = registrations.list_guests(connection, list(everybody))
    return [
        Person(
            person_id=person_id,
            code=codes.get(person_id, ""),
            email=fold_address(forms[person_id][1]) if person_id in forms else "",
            name=guests[person_id].name if person_id in guests else _nickname(connection, person_id),
            attendance=seen.get(person_id),
        )
        for person_id in everybody
    ]


def _nickname(connection: Connection, person_id: int) -> str:
    person = people.find(connection, person_id)
    return person.nickname if person else ""


def match(found: Iterable[Attendee], everybody: Sequence[Person]) -> Matched:
    """Match by the four digits in the name shown, else by the e-mail, else by a nickname that only one person has."""
    matched = Matched()
    for attendee in found:
        codes = meeting_list.codes_in(attendee.name)
        names = set(meeting_list.names_in(attendee.name))
        email = fold_address(attendee.email)
        ways = {
            BY_CODE: [one for one in everybody if one.code and one.code in codes],
            BY_EMAIL: [one for one in everybody if email and one.email == email],
            BY_NAME: [one for one in everybody if one.name and meeting_list.fold_name(one.name) in names],
        }
        way = next((way for way, whom in ways.items() if whom), "")
        if not way or len(ways[way]) > 1:
            reason = f"several people have this {way}" if way else "nobody with a seat has these digits, e-mail or name"
            matched.strangers.append((attendee, reason))
            continue
        person_id = ways[way][0].person_id
        matched.seconds[person_id] = matched.seconds.get(person_id, 0) + attendee.seconds
        matched.ways.setdefault(person_id, way)
    return matched


def _tell(matched: Matched, situation: Situation, wishes: Wishes, report: Report) -> list[Person]:
    """Tell who is left over; gives those whose attendance is confirmed or added."""
    for attendee, reason in matched.strangers:
        report.tell(attendee.numbers[0], "not matched", reason)
    chosen, left_over = choose(matched, situation.people, wishes.minutes, add=wishes.add)
    for person, words in left_over:
        _say(person, words, report)
    return chosen


def choose(
    matched: Matched, everybody: Sequence[Person], minutes: int, *, add: bool
) -> tuple[list[Person], list[tuple[Person, str]]]:
    """Choose whose attendance is confirmed or added; gives also who is left over, and why."""
    chosen: list[Person] = []
    left_over: list[tuple[Person, str]] = []
    for person in sorted(everybody, key=lambda one: one.code):
        seconds = matched.seconds.get(person.person_id)
        if seconds is None:
            if person.attendance is AttendanceState.PROVISIONAL:
                left_over.append((person, "said the word and is not in the list: stays provisional"))
        elif seconds < minutes * 60:
            left_over.append((person, f"was there for {seconds // 60} minutes only"))
        elif person.attendance is AttendanceState.PROVISIONAL or (add and person.attendance is None):
            chosen.append(person)
        elif person.attendance is None:
            left_over.append((person, "was there without the word: --add counts them"))
        elif person.attendance is AttendanceState.TAKEN_BACK:
            left_over.append((person, "was there, and staff took the attendance back: not counted"))
    return chosen, left_over


def _say(person: Person, words: str, report: Report) -> None:
    """Tell something of a person by the four digits, which staff have on their list."""
    report.say(f"code {person.code or '----'}", words)


def _when(part: PartFacts) -> str:
    return f"{part.starts_at.astimezone(TOKYO):%Y-%m-%d %H:%M}" if part.starts_at else "date open"


def _store(settings: Settings, situation: Situation, chosen: Sequence[Person], path: Path, by: str) -> int:
    database = opening.open_database(settings)
    try:
        return confirm_all(database, situation, chosen, path.name, by)
    finally:
        database.close()


def confirm_all(database: Database, situation: Situation, chosen: Sequence[Person], file: str, by: str) -> int:
    """Confirm or add attendances, some in each transaction; gives how many."""
    ordered = sorted(chosen, key=lambda one: one.person_id)
    pieces = [ordered[first : first + PIECE] for first in range(0, len(ordered), PIECE)]
    return sum(
        database.write(partial(_confirm, situation=situation, piece=piece, file=file, by=by)).result()
        for piece in pieces
    )


def _confirm(connection: Connection, situation: Situation, piece: Sequence[Person], file: str, by: str) -> int:
    """Confirm or add one piece; what changed since it was looked at is left as it is."""
    part, now = situation.part, Clock(marks.find_clock_offset(connection)).now()
    for person in piece:  # all of them before the event, lower numbers first: the door may be checking one of them in
        lock_person(connection, person.person_id)
    done = 0
    for person in piece:
        there: AttendanceFacts | None = attendances.find(connection, part.id, person.person_id)
        if there and there.state is AttendanceState.PROVISIONAL:
            done += attending.confirm(connection, situation.programme, part.id, person.person_id, by=by, now=now)
        elif there is None:
            seen = {"way": CheckInWay.IMPORT, "by": f"{by}, meeting's list", "at": part.starts_at, "now": now}
            entered = attending.check_in(connection, situation.programme, part.id, person.person_id, **seen)  # type: ignore[arg-type]
            done += isinstance(entered, CheckedIn)
    if done:
        audit.add(connection, by, "meeting.import", f"part:{part.id}", now, f"{file}: {done} confirmed or added")
    return done
