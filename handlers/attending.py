"""Checks people in to a part, takes that back, confirms it, and notes what took place: for door, chat and imports.

Every act is one transaction of the caller's. Persons are locked before the event; nothing is said to anybody here but
the thanks that are planned once a part was held.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from handlers import entering
from handlers.entering import CheckedIn
from handlers.rules import attendance as rule
from handlers.rules import person_codes
from handlers.rules.attendance import CheckInFacts, NotAttending
from handlers.talk import Answer, Talk, text
from storage import attendances, audit, events, participations, people, registrations
from storage.database import ConflictError, lock_person
from storage.facts import (
    AttendanceFacts,
    AttendanceState,
    CheckInWay,
    EventState,
    PartFacts,
    PartState,
    Programme,
    RegistrationState,
)

HELD_WHEN = frozenset({EventState.PUBLISHED, EventState.CLOSED, EventState.HELD})
SLIP_LETTERS = person_codes.LETTERS  # 36 bits in a code of eight
SLIP_LENGTH = 8
WORD_REMEMBERED = timedelta(hours=24)  # so long a word that has closed is answered kindly


class WordRefusedError(Exception):
    """A word cannot be opened now; the message says why, for staff."""


@dataclass(frozen=True, slots=True)
class NotCheckedIn:
    """Somebody who is not, and why; with ALREADY ``first`` is how they were seen the first time."""

    reason: NotAttending
    first: AttendanceFacts | None = None


def check_in(
    connection: Connection,
    programme: Programme,
    part_id: int,
    person_id: int,
    *,
    way: CheckInWay,
    by: str,
    at: datetime,
    now: datetime,
    account_id: int | None = None,
    provisional: bool = False,
) -> CheckedIn | NotCheckedIn:
    """Check a person in to a part, once; points come at once unless it is provisional.

    ``at`` is when they were seen, by the scanning device's own clock; a time to come is taken as ``now``. ``by`` names
    the member of staff, or says how it came.
    """
    person_id = people.find_root(connection, person_id)  # a code shown before a merge still lets its holder in
    lock_person(connection, person_id)
    found = entering.locked(connection, part_id)
    if found is None:
        return NotCheckedIn(NotAttending.NOT_REGISTERED)
    event, part = found
    held = attendances.find(connection, part_id, person_id)
    facts = CheckInFacts(
        event_state=event.state,
        part=part,
        registration=registrations.find(connection, part_id, person_id),
        attendance=held,
        way=way,
        at=min(at, now),
        now=now,
        provisional=provisional,
    )
    reason = rule.decide_check_in(facts)
    if reason is not None:
        return NotCheckedIn(reason, held if reason is NotAttending.ALREADY else None)
    state = AttendanceState.PROVISIONAL if provisional else AttendanceState.CONFIRMED
    seen = {"way": way, "state": state, "at": facts.at, "entered_at": now, "entered_by": by, "account_id": account_id}
    entered = attendances.put(connection, event.id, part_id, person_id, **seen)
    return entering.enter(connection, programme, part, entered, now)


def check_in_by_code(
    connection: Connection,
    programme: Programme,
    part_id: int,
    code: str,
    *,
    by: str,
    at: datetime,
    now: datetime,
    way: CheckInWay = CheckInWay.DIGITS,
) -> CheckedIn | NotCheckedIn:
    """Check in whoever has these four digits at a part."""
    registration = registrations.find_by_code(connection, part_id, code.strip())
    if registration is None:
        return NotCheckedIn(NotAttending.WRONG_CODE)
    who, account_id = registration.person_id, registration.account_id
    return check_in(connection, programme, part_id, who, way=way, by=by, at=at, now=now, account_id=account_id)


def confirm(
    connection: Connection, programme: Programme, part_id: int, person_id: int, *, by: str, now: datetime
) -> bool:
    """Let a provisional attendance count, as the meeting's list says; False where there is none."""
    lock_person(connection, person_id)
    found, attendance = entering.locked(connection, part_id), attendances.find(connection, part_id, person_id)
    if found is None or attendance is None or attendance.state is not AttendanceState.PROVISIONAL:
        return False
    if found[1].state is PartState.CANCELLED:
        return False
    attendances.change(connection, attendance.id, state=AttendanceState.CONFIRMED, entered_at=now, entered_by=by)
    entering.enter(connection, programme, found[1], replace(attendance, state=AttendanceState.CONFIRMED), now)
    audit.add(connection, by, "attendance.confirm", f"attendance:{attendance.id}", now)
    return True


def take_back(
    connection: Connection, programme: Programme, part_id: int, person_id: int, *, by: str, now: datetime
) -> bool:
    """Take an attendance back, with its points and its place in the totals; False where there is none."""
    lock_person(connection, person_id)
    found, attendance = entering.locked(connection, part_id), attendances.find(connection, part_id, person_id)
    if found is None or attendance is None or attendance.state is AttendanceState.TAKEN_BACK:
        return False
    entering.undo(connection, programme, attendance, now)
    audit.add(connection, by, "attendance.take_back", f"attendance:{attendance.id}", now)
    return True


def mark_held(connection: Connection, programme: Programme, part_id: int, now: datetime) -> bool:
    """Note that a part took place, once it has ended, and plan the thanks; False where there is nothing to note."""
    found = entering.locked(connection, part_id)
    if found is None:
        return False
    event, part = found
    ends_at = rule.end_of(part)
    if event.state not in HELD_WHEN or ends_at is None or now < ends_at:
        return False
    if not events.mark_part(connection, part_id, PartState.PLANNED, PartState.HELD):
        return False
    participations.count_held(connection, programme.periods, part, now, 1)
    if all(other.state is not PartState.PLANNED for other in event.parts if other.id != part_id):
        events.mark_event(connection, event.id, EventState.HELD)
    entering.plan_thanks(connection, part, attendances.list_of_part(connection, part_id), now)
    return True


def hold_ended(connection: Connection, programme: Programme, now: datetime, limit: int) -> int:
    """Note for parts that have ended that they took place, at most ``limit``; gives how many."""
    ended = events.list_unnoted(connection, now, rule.HALF_HOUR, limit)
    return sum(mark_held(connection, programme, part_id, now) for part_id in ended)


def mark_not_held(connection: Connection, programme: Programme, part_id: int, *, by: str, now: datetime) -> bool:
    """Note that a part did not take place after all: it counts no more, and what it earned is taken back."""
    held = {one.person_id for one in attendances.list_of_part(connection, part_id)}
    for person_id in sorted(held):
        lock_person(connection, person_id)
    found = entering.locked(connection, part_id)
    if found is None or found[1].state is PartState.CANCELLED:
        return False
    part, there = found[1], attendances.list_of_part(connection, part_id)
    if not held.issuperset(one.person_id for one in there):
        raise ConflictError("somebody was checked in meanwhile")
    events.mark_part(connection, part_id, part.state, PartState.CANCELLED)
    if part.state is PartState.HELD:
        participations.count_held(connection, programme.periods, part, now, -1)
    for attendance in there:
        entering.undo(connection, programme, attendance, now)
    audit.add(connection, by, "part.not_held", f"part:{part_id}", now)
    return True


def progress(connection: Connection, event_id: int, person_id: int) -> tuple[int, int]:
    """Give how many of an event's parts a person was at, and how many there are; cancelled ones left out."""
    event = events.find(connection, event_id)
    going = {part.id for part in event.parts if part.state is not PartState.CANCELLED} if event else set()
    theirs = attendances.list_of_person(connection, person_id, (AttendanceState.CONFIRMED,))
    return sum(one.part_id in going for one in theirs), len(going)


def list_completed(connection: Connection, event_id: int) -> list[int]:
    """List the persons who were at every part of a course that was held; nobody before the last part is over."""
    event = events.find(connection, event_id)
    if event is None:
        return []
    held = {part.id for part in event.parts if part.state is PartState.HELD}
    counted: dict[int, int] = {}
    for part_id in held:
        for one in attendances.list_of_part(connection, part_id, (AttendanceState.CONFIRMED,)):
            counted[one.person_id] = counted.get(one.person_id, 0) + 1
    states = [part.state for part in event.parts]
    return sorted(person for person, attended in counted.items() if rule.is_completed(attended, states))


def open_word(connection: Connection, programme: Programme, part_id: int, *, by: str, now: datetime) -> str:
    """Draw the word of a web seminar and open it for ten minutes; gives it. One that is open stays as it is.

    WordRefusedError when the part is cancelled, has no date, or is not on.
    """
    found = entering.locked(connection, part_id)
    if found is None:
        raise WordRefusedError("この回は見つかりません。")
    event, part = found
    if rule.is_word_open(part, now) and part.word:
        return part.word
    refusal = rule.refuse_word(event.state, part, now)
    if refusal is NotAttending.CANCELLED:
        raise WordRefusedError("この回は中止になっています。")
    if refusal is not None:
        raise WordRefusedError("合言葉は、開始の2時間前から終了の24時間後までに出せます。")
    word = secrets.choice([word for word in words_of(programme) if word != part.word])
    events.open_word(connection, part_id, word, now)
    audit.add(connection, by, "part.word", f"part:{part_id}", now)
    return word


def words_of(programme: Programme) -> list[str]:
    """List the words that may be drawn: the living things of the city's own list of names, the longer ones if any."""
    all_words = programme.names.second["ja"]
    return [word for word in all_words if len(word) >= rule.FORGIVING_FROM] or list(all_words)


def make_slip(connection: Connection, keyed_hash: Callable[[str], str], person_id: int) -> str:
    """Make the code by which a guest claims their points later; only its keyed hash is kept. A new one ends the old.

    LookupError for somebody who is no guest.
    """
    code = ""
    while not (any(letter.isdigit() for letter in code) and any(letter.isalpha() for letter in code)):
        code = "".join(secrets.choice(SLIP_LETTERS) for _ in range(SLIP_LENGTH))
    if not registrations.put_slip(connection, person_id, keyed_hash(f"slip:{code}")):
        raise LookupError("only a guest gets a slip")
    return code


def say_word(talk: Talk, words: str) -> Answer | None:
    """Take a typed text for the word of a part at which the person has a seat; None when it is not one.

    The attendance is provisional until it is matched with the meeting's own list.
    """
    if talk.person is None:
        return None
    seats = registrations.list_of_person(talk.connection, talk.person.id, (RegistrationState.SEATED,))
    parts = [one.part_id for one in seats]
    known = words_of(talk.programme)
    for part in events.list_worded(talk.connection, parts, talk.said_at - WORD_REMEMBERED) if parts else ():
        if part.word and rule.is_word(words, part.word, known):
            return _hear(talk, part)
    return None


def _hear(talk: Talk, part: PartFacts) -> Answer:
    menu = talk.choice("メニュー", "menu")
    held = attendances.find(talk.connection, part.id, talk.joined.id)
    if held is not None and held.state is not AttendanceState.TAKEN_BACK:
        return text(talk.say("参加は、もう受け付けてあります。"), menu)
    if rule.is_word_open(part, talk.said_at):
        seen = {"at": talk.said_at, "now": talk.now, "account_id": talk.account.id, "provisional": True}
        who = (part.id, talk.joined.id)
        came = check_in(talk.connection, talk.programme, *who, way=CheckInWay.WORD, by="word", **seen)  # type: ignore[arg-type]
        if isinstance(came, CheckedIn):
            thanks = talk.say("合言葉を受け付けました。ご参加ありがとうございます。")
            later = talk.say("イベントの出席の記録とたしかめたあと、ポイントがつきます。")
            return text(f"{thanks}\n{later}", menu)
    words = talk.say("この合言葉の時間（10分間）は終わりました。参加した方は、イベントの出席の記録でも確認します。")
    return text(words, talk.choice("問い合わせ", "contact"), menu)
