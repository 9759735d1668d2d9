"""Parts, people who hold their seats, and one process that seals and sends while the test moves the clock."""

import itertools
import json
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, func, select

from bot.channels.line.channel import Line
from handlers import arranging, seating
from handlers.messages import Call, Fate, Message, Outcome, Way
from scheduler import notices as sealing
from scheduler.delivery import Delivery
from scheduler.notices import Sealed
from scheduler.pacing import LEASE
from storage import accounts, claims, events, notices, outbox, registrations
from storage.clock import TOKYO
from storage.facts import (
    AudienceKind,
    ChannelName,
    EventDetails,
    EventFacts,
    EventKind,
    EventMode,
    EventState,
    NoticeKind,
    PartFacts,
    PlannedPart,
    RegistrationState,
)
from storage.notices import NoticeState
from storage.outbox import StoredCall
from tests.town import Citizen, Town

START = datetime(2022, 1, 26, 14, tzinfo=TOKYO)
DAY_BEFORE_AT = datetime(2022, 1, 25, 18, tzinfo=TOKYO)
ACCEPTED = Outcome(fate=Fate.ACCEPTED)
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Sent:
    """What reached a phone."""

    at: datetime
    to: str
    words: str

    @property
    def title(self) -> str:
        return self.words.partition("\n")[0]


class Platform:
    """LINE as it renders, taking every key once; ``outcomes`` are given first, then everything is taken."""

    name, answers_by_token, has_retry_key = ChannelName.LINE, True, True
    multicast_limit, chat_seconds = 0, 0.0
    rates: Mapping[Way, float] = MappingProxyType({})

    def __init__(self, town: Town) -> None:
        self._town = town
        self._line = Line(bot_id="bot", channel_secret="secret", access_token="token")
        self.outcomes: deque[Outcome] = deque()
        self.calls: list[Call] = []
        self.sent: list[Sent] = []
        self.taken: set[str | None] = set()

    def render(self, messages: Sequence[Message]) -> tuple[bytes, ...]:
        return self._line.render(messages)

    def render_press_answer(self, text: str) -> bytes | None:
        return None

    async def send(self, call: Call) -> Outcome:
        if call.way in (Way.REPLY, Way.MENU):  # what people were answered and shown while they joined
            return ACCEPTED
        self.calls.append(call)
        outcome = self.outcomes.popleft() if self.outcomes else ACCEPTED
        if outcome.fate is Fate.ACCEPTED:
            self.take(call.to, call.body, call.key)
        return outcome

    def take(self, to: str, body: bytes, key: str | None) -> None:
        """Show a push on the phone; a key that was taken before shows nothing."""
        if key not in self.taken:
            words = json.loads(body)["messages"][0]["altText"]
            self.sent.append(Sent(self._town.now.astimezone(TOKYO), to, words))
        self.taken.add(key)


class Hall:
    """The town's events, and the process that tells people about them."""

    def __init__(self, town: Town) -> None:
        self.town, self.database = town, town.database
        self.platform = Platform(town)
        self.house = replace(town.house, channels={ChannelName.LINE: self.platform})
        self.delivery = Delivery(self.database, town.house.clock, self.house.channels, lambda *_: None)

    def write(self, unit: Any) -> Any:
        return self.database.write(unit).result()

    def read(self, question: Any) -> Any:
        return self.database.read(question).result()

    def event(self, starts_at: datetime | None = START, **changes: Any) -> EventFacts:
        """Publish an event of one part."""
        details = EventDetails(
            code=f"event-{next(_numbers)}",
            kind=EventKind.SEMINAR,
            audiences=(AudienceKind.PUBLIC,),
            title={"ja": "省エネの話", "en": "Saving energy"},
            description={"ja": "話"},
            mode=EventMode.ONLINE,
            joining_url="https://meet.example/1",
            source="made up",
        )
        ends_at = starts_at + timedelta(hours=2) if starts_at else None
        parts = (PlannedPart(starts_at=starts_at, ends_at=ends_at, capacity=30),)
        details = replace(details, **changes)
        added = self.write(lambda c: events.add(c, details, parts, EventState.PUBLISHED, self.town.now))
        return self.read(lambda c: events.find(c, added))

    def part(self, event: EventFacts) -> PartFacts:
        found: EventFacts = self.read(lambda c: events.find(c, event.id))
        return found.parts[0]

    def person(self, citizen: Citizen) -> int:
        return self.read(lambda c: accounts.find(c, ChannelName.LINE, "bot", citizen.key)).person_id

    def seat(self, event: EventFacts, citizen: Citizen, state: RegistrationState = RegistrationState.SEATED) -> int:
        """Register a person, who then stands in ``state``; gives the person's number."""
        person_id, part, now = self.person(citizen), self.part(event), self.town.now

        def unit(connection: Connection) -> None:
            seating.register(connection, event.id, person_id, account_id=None, now=now)
            if state is not RegistrationState.SEATED:
                registrations.put(connection, part.id, person_id, now, state=state)

        self.write(unit)
        return person_id

    def plan(self, connection: Connection, kind: NoticeKind, part: PartFacts, person_id: int, **changes: Any) -> None:
        now = self.town.now
        life = {"due_at": now, "not_after": (part.starts_at or now) + timedelta(days=1)}
        fixed = {"schedule_version": part.schedule_version, "now": now}
        notices.add(connection, kind, part.event_id, part.id, person_id, **{**fixed, **life, **changes})

    def tell(self, event: EventFacts, kind: NoticeKind, person_id: int, **changes: Any) -> None:
        """Plan one notice, due now."""
        part = self.part(event)
        self.write(lambda c: self.plan(c, kind, part, person_id, **changes))

    def move(self, event: EventFacts, starts_at: datetime) -> None:
        """Let staff move a part."""
        part, ends_at, now = self.part(event), starts_at + timedelta(hours=2), self.town.now
        self.write(lambda c: arranging.move(c, part.id, starts_at, ends_at, by="staff", now=now))

    def cancel(self, event: EventFacts) -> None:
        """Let staff cancel an event."""
        self.write(lambda c: arranging.cancel_event(c, event.id, by="staff", now=self.town.now))

    def seal(self, limit: int = 100) -> list[Sealed]:
        clock = self.town.house.clock
        sealed: list[Sealed] = self.write(
            lambda c: sealing.seal_due(c, self.house, clock.now(), clock.real(), limit=limit)
        )
        return sealed

    def claim(self, owner: str) -> list[StoredCall]:
        """Lease what is due to a process."""
        lines, now, alone = [ChannelName.LINE], self.town.now, self.database.is_sqlite
        calls: list[StoredCall] = self.write(lambda c: claims.claim_due(c, owner, lines, now, LEASE, 200, alone=alone))
        return calls

    async def send(self) -> None:
        """Do what delivery does each second."""
        self.delivery.take(self.claim(self.delivery.owner))
        await self.delivery.settle()

    async def tick(self) -> list[Sent]:
        """Seal and send what is due now; gives what reached phones by it."""
        before = len(self.platform.sent)
        self.seal()
        await self.send()
        return self.platform.sent[before:]

    async def until(self, moment: datetime) -> list[Sent]:
        """Let time pass, ticking whenever something is due; gives what reached phones meanwhile."""
        before = len(self.platform.sent)
        await self.tick()
        while self.town.now < moment:
            self.town.now = min(self.read(self._next_due) or moment, moment)
            await self.tick()
        return self.platform.sent[before:]

    def _next_due(self, connection: Connection) -> datetime | None:
        due = []
        for table in (notices.NOTICES, outbox.OUTBOX):
            waiting = (table.c.state == "waiting", table.c.due_at > self.town.now)
            due.append(connection.execute(select(func.min(table.c.due_at)).where(*waiting)).scalar())
        return min((at for at in due if at), default=None)

    def calls(self) -> list[Any]:
        """List the stored calls about parts, oldest first."""
        rows = outbox.OUTBOX.select().where(outbox.OUTBOX.c.part_id.is_not(None)).order_by(outbox.OUTBOX.c.id)
        return self.read(lambda c: c.execute(rows).all())


def one_reminder(hall: Hall) -> list[Sealed]:
    """Let the first reminder of a part at START come due, and seal it."""
    hall.town.now = DAY_BEFORE_AT
    return hall.seal()


def fates(sealed: Sequence[Sealed]) -> list[tuple[NoticeState, str]]:
    """Tell what became of notices, and why."""
    return [(one.state, one.reason) for one in sealed]
