"""Events, seats and guests for tests of attendance: put straight into storage, without the rules of registration."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from handlers import attending
from storage import accounts, attendances, events, ledger, people, recount, registrations, totals
from storage.attendances import PARTICIPANTS
from storage.clock import TOKYO
from storage.facts import (
    AttendanceFacts,
    AudienceKind,
    ChannelName,
    CheckInWay,
    EventDetails,
    EventKind,
    EventMode,
    EventState,
    PlannedPart,
    Question,
    QuestionKind,
    RegistrationState,
)
from tests.town import Citizen, Town

START = datetime(2022, 1, 26, 14, tzinfo=TOKYO)
"""A Wednesday, six days after the town's first."""


SURVEY = (
    Question(kind=QuestionKind.SCALE, words={"ja": "役に立ちましたか。", "en": "Was it useful?"}),
    Question(
        kind=QuestionKind.CHOICE,
        words={"ja": "どこで知りましたか。", "en": "How did you hear of it?"},
        choices=({"ja": "市政だより", "en": "City paper"}, {"ja": "友だち", "en": "A friend"}),
    ),
    Question(kind=QuestionKind.WORDS, words={"ja": "ひとことどうぞ。", "en": "Anything to add?"}),
)


def details(code: str = "seminar", **changes: Any) -> EventDetails:
    plain = {
        "code": code,
        "kind": EventKind.SEMINAR,
        "audiences": (AudienceKind.PUBLIC,),
        "title": {"ja": "脱炭素セミナー", "en": "Decarbonisation seminar"},
        "description": {"ja": "話を聞きます。"},
        "mode": EventMode.ONLINE,
        "source": "made up",
    }
    return EventDetails(**{**plain, **changes})


def add_event(
    town: Town, *starts: datetime | None, minutes: int | None = 120, code: str = "seminar", **changes: Any
) -> list[int]:
    """Add an event with a part at each start; gives the numbers of its parts."""
    length = None if minutes is None else timedelta(minutes=minutes)
    parts = [
        PlannedPart(starts_at=start, ends_at=start + length if start and length else None)
        for start in starts or (START,)
    ]

    def unit(connection: Connection) -> list[int]:
        event_id = events.add(connection, details(code, **changes), parts, EventState.PUBLISHED, town.now)
        event = events.find(connection, event_id)
        assert event is not None
        return [part.id for part in event.parts]

    return town.database.write(unit).result()


def person_of(town: Town, citizen: Citizen) -> int:
    account = town.database.read(lambda c: accounts.find(c, ChannelName.LINE, "bot", citizen.key)).result()
    assert account is not None
    assert account.person_id is not None
    return account.person_id


def seat(connection: Connection, part_id: int, person_id: int, now: datetime, **values: Any) -> str:
    """Seat somebody; gives their four digits."""
    event = events.find_by_part(connection, part_id)
    assert event is not None
    same = {"event_id": event.id, "state": RegistrationState.SEATED, "queued": 1, **values}
    events.take_seats(connection, part_id, 1)
    return registrations.put(connection, part_id, person_id, now, **same).code


def seated(town: Town, part_id: int, citizen: Citizen | None = None) -> int:
    """Seat a citizen, or a guest of staff's list; gives the person's number."""
    person_id = add_guest(town) if citizen is None else person_of(town, citizen)
    town.database.write(lambda c: seat(c, part_id, person_id, town.now)).result()
    return person_id


def seat_at(town: Town, part_id: int, person_id: int, **values: Any) -> None:
    town.database.write(lambda c: seat(c, part_id, person_id, town.now, **values)).result()


def add_guest(town: Town, name: str = "客 一", host_id: int | None = None) -> int:
    def unit(connection: Connection) -> int:
        number = people.draw_number()
        connection.execute(people.PEOPLE.insert().values(id=number, nickname_is_own=False, is_tombstone=False))
        registrations.add_guest(connection, number, name, town.now, host_id=host_id)
        return number

    return town.database.write(unit).result()


def check_in(town: Town, part_id: int, person_id: int, **changes: Any) -> attending.CheckedIn | attending.NotCheckedIn:
    how = {"way": CheckInWay.QR, "by": "staff", "at": town.now, "now": town.now, **changes}
    return town.database.write(lambda c: attending.check_in(c, town.programme, part_id, person_id, **how)).result()


def take_back(town: Town, part_id: int, person_id: int) -> bool:
    return town.database.write(
        lambda c: attending.take_back(c, town.programme, part_id, person_id, by="staff", now=town.now)
    ).result()


def attendance(town: Town, part_id: int, person_id: int) -> AttendanceFacts | None:
    return town.database.read(lambda c: attendances.find(c, part_id, person_id)).result()


def city(town: Town) -> tuple[int, int, int, int]:
    """Give the city's participations, distinct participants, events held and confirmed points."""
    found = town.database.read(lambda c: totals.find_totals(c, town.programme, town.now)).result()
    return found.participants, found.participants_distinct, found.events_held, found.points_confirmed


def points_of(town: Town, person_id: int) -> int:
    return town.database.read(lambda c: sum(one.confirmed for one in ledger.list_tallies(c, person_id))).result()


def participants(town: Town) -> dict[int, int]:
    rows = town.database.read(lambda c: c.execute(select(PARTICIPANTS)).all()).result()
    return {row.person_id: row.attendances for row in rows}


def differences(town: Town) -> recount.Differences:
    return town.database.read(lambda c: recount.compare(c, town.programme.periods)).result()


def event_of(town: Town, part_id: int) -> int:
    event = town.database.read(lambda c: events.find_by_part(c, part_id)).result()
    assert event is not None
    return event.id
