"""The staff's pages over a small town, and a browser at the desk; everything behind them is the real thing."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
from sqlalchemy import Connection
from starlette.applications import Starlette

from bot.web import tickets
from bot.web.headers import SecurityHeaders
from bot.web.pages import Pages
from bot.web.staff import entrance, rooms
from bot.web.staff.desk import Desk
from bot.web.staff.scans import ticket_token
from bot.web.tickets import TicketParts
from handlers import seating
from handlers.seating import CompanionAdded, Registered
from handlers.texts import Texts
from storage import accounts, attendances, events, registrations
from storage.facts import AttendanceFacts, EventFacts, EventMode, EventState, PartFacts, PlannedPart
from tests.handlers.occasions import START, details, person_of
from tests.town import Town

SECRET = b"a secret of the tests"
NAME = "受付 花"
LANGUAGES = ("ja", "en")


@dataclass
class Office:
    """A town with events, and the pages of its staff."""

    town: Town
    public_url: str = ""

    def __post_init__(self) -> None:
        self.desk = Desk(
            database=self.town.database,
            clock=self.town.house.clock,
            programme=lambda: self.town.programme,
            secret=SECRET,
            keyed_hash=self.town.house.keyed_hash,
            public_url=self.public_url,
        )
        pages = Pages(Texts(LANGUAGES, "pages"), lambda: self.town.programme)
        parts = TicketParts(self.town.database, self.town.house.clock, SECRET, pages, Texts(LANGUAGES))
        routes = [*rooms.routes(self.desk), *tickets.routes(parts)]
        self.app = SecurityHeaders(Starlette(routes=routes, exception_handlers=dict(pages.failures)), https=False)

    def browser(self, **headers: str) -> httpx.AsyncClient:
        """Open a browser that nobody has let in."""
        transport = httpx.ASGITransport(self.app)
        given = {"sec-fetch-site": "same-origin", **headers}
        return httpx.AsyncClient(transport=transport, base_url="http://city.test", headers=given)

    @asynccontextmanager
    async def at_the_desk(self, name: str = NAME) -> AsyncIterator[httpx.AsyncClient]:
        """Open a browser and enter by a link."""
        async with self.browser() as browser:
            answer = await browser.get(entrance.entry_path(SECRET, name, self.town.house.clock.real()))
            assert answer.status_code == 200
            yield browser

    def add_event(self, *, parts: int = 1, capacity: int | None = 10, code: str = "walk", **changes: Any) -> EventFacts:
        """Add a published event of two hours a part, a day apart; the first begins at START."""
        planned = [
            PlannedPart(
                starts_at=START + timedelta(days=n), ends_at=START + timedelta(days=n, hours=2), capacity=capacity
            )
            for n in range(parts)
        ]
        state = changes.pop("state", EventState.PUBLISHED)
        said = details(code, **{"mode": EventMode.BOTH, **changes})
        event_id = self.do(lambda c: events.add(c, said, planned, state, self.town.now))
        return self.event(event_id)

    def event(self, event_id: int) -> EventFacts:
        found = self.town.database.read(lambda c: events.find(c, event_id)).result()
        assert found is not None
        return found

    def guest(self, event: EventFacts, name: str = "山田 一", **changes: Any) -> int:
        """Register somebody by telephone; gives the person's number."""
        now = self.town.now
        person_id, made = self.do(lambda c: seating.register_guest(c, event.id, name, now=now, **changes))
        assert isinstance(made, Registered)
        return person_id

    def citizen(self, event: EventFacts, language: str = "ja") -> int:
        """Register somebody with a phone; gives the person's number."""
        person_id = person_of(self.town, self.town.citizen(language))
        account = self.do(lambda c: _account_of(c, person_id))
        made = self.do(lambda c: seating.register(c, event.id, person_id, account_id=account, now=self.town.now))
        assert isinstance(made, Registered)
        return person_id

    def companion(self, event: EventFacts, host_id: int, name: str, *, is_child: bool = False) -> int:
        how = {"is_child": is_child, "account_id": None, "now": self.town.now}
        made = self.do(lambda c: seating.add_companion(c, event.id, host_id, name, **how))
        assert isinstance(made, CompanionAdded)
        return made.person_id

    def do(self, unit: Any) -> Any:
        return self.town.database.write(unit).result()

    def digits(self, part: PartFacts, person_id: int) -> str:
        found = self.town.database.read(lambda c: registrations.find(c, part.id, person_id)).result()
        assert found is not None
        return found.code

    def qr(self, part: PartFacts, person_id: int) -> str:
        """Give what the person's QR code holds."""
        return ticket_token(SECRET, part, person_id, self.town.now)

    def attendance(self, part: PartFacts, person_id: int) -> AttendanceFacts | None:
        return self.town.database.read(lambda c: attendances.find(c, part.id, person_id)).result()

    def at(self, moment: datetime) -> None:
        """Let it be a moment."""
        self.town.now = moment


def _account_of(connection: Connection, person_id: int) -> int:
    return accounts.list_of_person(connection, person_id)[0].id


def batch(sent_at: datetime, *scans: Mapping[str, object]) -> dict[str, object]:
    """Write a batch as the door's page sends it."""
    listed = [{"key": f"k{number}", "at": sent_at.isoformat(), **scan} for number, scan in enumerate(scans)]
    return {"sent_at": sent_at.isoformat(), "scans": listed}


def text_of(answer: httpx.Response) -> str:
    """Give the words of a page, without its markup."""
    body = answer.text.partition("<main")[2]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))
