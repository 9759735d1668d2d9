"""A small house of events for tests of seats: the real handlers on a real database, and what people are to be told."""

import itertools
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select

from handlers import arranging, seating
from handlers.arranging import ArrangementRefusedError, NotArranged
from handlers.seating import CompanionAdded, CompanionRefused, NotRegistered, Registered, Taken
from storage import audit, events, notices, outbox, people, registrations
from storage.clock import TOKYO
from storage.database import Database
from storage.facts import (
    AudienceKind,
    EventDetails,
    EventFacts,
    EventKind,
    EventMode,
    EventState,
    NoticeKind,
    PartFacts,
    PlannedPart,
    RegistrationFacts,
)
from storage.notices import NOTICES, Became, NoticeState
from storage.outbox import OutboxKind, OutboxState

NOW = datetime(2022, 1, 20, 12, tzinfo=TOKYO)
"""A Thursday at noon, the sandbox's first day."""
START = datetime(2022, 1, 26, 14, tzinfo=TOKYO)
THIRTY_BEFORE = START - timedelta(hours=30)
"""At 8:00 the day before: seats are offered."""
STAFF = "staff:1"
DETAILS = EventDetails(
    code="seminar",
    kind=EventKind.SEMINAR,
    audiences=(AudienceKind.PUBLIC,),
    title={"ja": "セミナー"},
    description={"ja": "はなし"},
    mode=EventMode.VENUE,
    source="made up",
)
_codes = itertools.count(1)


def a_part(capacity: int | None = 1, *, days: float = 0, open_date: bool = False) -> PlannedPart:
    """A part of two hours, so many days after START."""
    if open_date:
        return PlannedPart(capacity=capacity)
    start = START + timedelta(days=days)
    return PlannedPart(starts_at=start, ends_at=start + timedelta(hours=2), capacity=capacity)


@dataclass(frozen=True)
class Told:
    """A notice that waits or was sealed."""

    id: int
    kind: NoticeKind
    part: int
    person: int
    due_at: datetime
    not_after: datetime
    detail: dict[str, str]
    version: int
    state: NoticeState


@dataclass
class Hall:
    """One event and its people; ``now`` is the time of every act."""

    database: Database
    now: datetime = NOW
    event_id: int = 0
    sealed: list[Told] = field(default_factory=list)

    def do(self, act: Any, *values: Any, **named: Any) -> Any:
        """Call a handler in a transaction of its own, at this hall's time."""
        return self.database.write(lambda c: act(c, *values, now=self.now, **named)).result()

    def ask(self, question: Any, *values: Any, **named: Any) -> Any:
        return self.database.read(lambda c: question(c, *values, **named)).result()

    def hold(self, *parts: PlannedPart, state: EventState = EventState.PUBLISHED, **details: Any) -> EventFacts:
        """Add the event that the acts below are about."""
        said = replace(DETAILS, code=f"event{next(_codes)}", **details)
        planned = parts or (a_part(),)
        self.event_id = self.database.write(lambda c: events.add(c, said, planned, state, self.now)).result()
        return self.event

    @property
    def event(self) -> EventFacts:
        found: EventFacts = self.ask(events.find, self.event_id)
        return found

    @property
    def part(self) -> PartFacts:
        return self.event.parts[0]

    def person(self) -> int:
        added: int = self.database.write(lambda c: people.add(c, "みどり", self.now)).result()
        return added

    def people(self, count: int) -> list[int]:
        return [self.person() for _ in range(count)]

    def register(self, person: int, **named: Any) -> Registered | NotRegistered:
        answer: Registered | NotRegistered = self.do(seating.register, self.event_id, person, account_id=1, **named)
        return answer

    def seated(self, count: int) -> list[int]:
        """Bring people who register one after the other, and find what they get."""
        came = self.people(count)
        for person in came:
            assert isinstance(self.register(person), Registered)
        return came

    def cancel(self, person: int, **named: Any) -> Sequence[PartFacts]:
        ended: Sequence[PartFacts] = self.do(seating.cancel, self.event_id, person, **named)
        return ended

    def bring(self, host: int, name: str = "はな", **named: Any) -> CompanionAdded | CompanionRefused:
        more = {"is_child": False, "account_id": 1, **named}
        answer: CompanionAdded | CompanionRefused = self.do(seating.add_companion, self.event_id, host, name, **more)
        return answer

    def accept(self, person: int, part: PartFacts | None = None) -> Taken:
        taken: Taken = self.do(seating.accept_offer, (part or self.part).id, person)
        return taken

    def tick(self) -> int:
        """Let the job of every minute run."""
        ended: int = self.do(seating.expire_offers, limit=100)
        return ended

    def staff(self, act: Any, *values: Any, **named: Any) -> Any:
        return self.do(act, *values, by=STAFF, **named)

    def move(self, start: datetime | None, part: PartFacts | None = None, hours: float = 2) -> None:
        end = start + timedelta(hours=hours) if start else None
        self.staff(arranging.move, (part or self.part).id, start, end)

    def registration(self, person: int, part: PartFacts | None = None) -> RegistrationFacts:
        found: RegistrationFacts = self.ask(registrations.find, (part or self.part).id, person)
        return found

    def state(self, person: int, part: PartFacts | None = None) -> str:
        return str(self.registration(person, part).state)

    def state_or_none(self, person: int, part: PartFacts) -> str | None:
        found = self.registration(person, part)
        return str(found.state) if found else None

    def expired(self, part: PartFacts) -> set[tuple[int, NoticeKind]]:
        """Name (person, kind) of the reminders under a part's schedule whose time passed unused."""
        mine = (NOTICES.c.part_id == part.id, NOTICES.c.schedule_version == part.schedule_version)
        rows = self.ask(lambda c: c.execute(select(NOTICES).where(*mine, NOTICES.c.state == NoticeState.EXPIRED)).all())
        return {(row.person_id, NoticeKind(row.kind)) for row in rows}

    def states(self, persons: Sequence[int], part: PartFacts | None = None) -> list[str]:
        return [self.state(person, part) for person in persons]

    def notices(self, *kinds: NoticeKind) -> list[Told]:
        """What waits to be told or was told of the event, of some kinds only if so asked, in the planned order."""
        states = (NoticeState.WAITING, NoticeState.SEALED)
        ours = (NOTICES.c.event_id == self.event_id, NOTICES.c.state.in_(states))
        rows = self.ask(lambda c: c.execute(select(NOTICES).where(*ours).order_by(NOTICES.c.id)).all())
        return [self._told(row) for row in rows if not kinds or row.kind in kinds]

    @staticmethod
    def _told(row: Any) -> Told:
        state, detail = NoticeState(row.state), json.loads(row.detail)
        kind, version = NoticeKind(row.kind), row.schedule_version
        return Told(row.id, kind, row.part_id, row.person_id, row.due_at, row.not_after, detail, version, state)

    def told(self, *kinds: NoticeKind) -> list[tuple[str, int]]:
        return [(str(one.kind), one.person) for one in self.notices(*kinds)]

    def send_due(self, ended: OutboxState = OutboxState.ACCEPTED) -> None:
        """Seal what is due and worth it, as the scheduler does; each call has ended as said, or waits."""
        self.database.write(lambda c: self._seal(c, ended)).result()

    def _seal(self, connection: Connection, ended: OutboxState) -> None:
        persons = notices.list_due(connection, self.now, 1000)
        for notice in notices.claim_due(connection, self.now, 1000, persons):
            if notice.not_after <= self.now:
                notices.mark_all(connection, [Became(notice.id, NoticeState.EXPIRED)], self.now)
                continue
            about = {"account_id": 1, "part_id": notice.part_id, "schedule_version": notice.schedule_version}
            times = {"due_at": self.now, "made_at": self.now, "not_after": notice.not_after}
            way = {"channel": "line", "bot_id": "bot", "way": "push", "to_key": "U1", "body": b"{}"}
            call = outbox.add(connection, kind=OutboxKind.NOTICE, state=ended, **about, **times, **way)
            notices.mark_all(connection, [Became(notice.id, NoticeState.SEALED, "", call.id)], self.now)


def times(start: datetime | None) -> dict[str, str]:
    """What a person knew, as a notice carries it."""
    moments = (start, start + timedelta(hours=2)) if start else (None, None)
    written = ["" if at is None else at.astimezone(TOKYO).isoformat() for at in moments]
    return dict(zip(("was_starts_at", "was_ends_at"), written, strict=True))


def knew(detail: dict[str, str]) -> dict[str, str]:
    """Read a notice's times in Tokyo, for comparing."""
    moments = {name: at for name, at in detail.items() if name.startswith("was")}
    return {n: datetime.fromisoformat(at).astimezone(TOKYO).isoformat() if at else "" for n, at in moments.items()}


def refused(act: Callable[[], Any]) -> NotArranged:
    with pytest.raises(ArrangementRefusedError) as caught:
        act()
    assert str(caught.value) == caught.value.reason.value
    return caught.value.reason


def acts(hall: Hall) -> list[tuple[str, str, str, bool]]:
    rows = hall.ask(audit.list_newest, 20)
    return [(row.act, row.subject, row.actor, row.to_report) for row in reversed(rows)]
