"""The staff's pages over a small town, and a browser at the desk; everything behind them is the real thing."""

import re
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
from sqlalchemy import Connection
from starlette.applications import Starlette

from bot.broadcasting import office as broadcasting
from bot.directory import Directory
from bot.signed import hash_token
from bot.web import tickets
from bot.web.headers import SecurityHeaders
from bot.web.pages import Pages
from bot.web.staff import entrance, rooms
from bot.web.staff.desk import Desk
from bot.web.staff.forms import make_token
from bot.web.staff.scans import ticket_token
from bot.web.tickets import TicketParts
from handlers import seating
from handlers.rules.forecast import PLANS
from handlers.seating import CompanionAdded, Registered
from handlers.texts import Texts
from storage import accounts, attendances, events, quotas, registrations, sessions, staff
from storage.facts import (
    AttendanceFacts,
    ChannelName,
    EventFacts,
    EventMode,
    EventState,
    PartFacts,
    PlannedPart,
    StaffRole,
)
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
    directory: Directory | None = None
    line_says: int | None = None  # how many messages LINE allows this month, whenever it is asked

    def __post_init__(self) -> None:
        self.desk = Desk(
            database=self.town.database,
            clock=self.town.house.clock,
            programme=lambda: self.town.programme,
            secret=SECRET,
            keyed_hash=self.town.house.keyed_hash,
            public_url=self.public_url,
            directory=self.directory,
        )
        pages = Pages(Texts(LANGUAGES, "pages"), lambda: self.town.programme)
        parts = TicketParts(self.town.database, self.town.house.clock, SECRET, pages, Texts(LANGUAGES))
        self.sender = broadcasting.Office(
            database=self.town.database,
            clock=self.town.house.clock,
            programme=lambda: self.town.programme,
            texts=Texts(LANGUAGES),
            public_url="https://city.test",
            senders=self.town.house.channels,
            plan=PLANS["standard"],
            rates={ChannelName.LINE: 2_000.0, ChannelName.TELEGRAM: 30.0},
        )
        self.rooms = rooms.routes(self.desk, self.sender, self._ask_quota)
        routes = [*self.rooms, *tickets.routes(parts)]
        self.app = SecurityHeaders(Starlette(routes=routes, exception_handlers=dict(pages.failures)), https=False)

    async def _ask_quota(self) -> None:
        if self.line_says is not None:
            most, now = self.line_says, self.town.house.clock.real()
            self.do(lambda c: quotas.put(c, ChannelName.LINE, most, 0, now))

    def browser(self, address: str = "127.0.0.1", **headers: str) -> httpx.AsyncClient:
        """Open a browser that nobody has let in, at an address of the network."""
        transport = httpx.ASGITransport(self.app, client=(address, 1234))
        given = {"sec-fetch-site": "same-origin", **headers}
        return httpx.AsyncClient(transport=transport, base_url="http://city.test", headers=given)

    @asynccontextmanager
    async def by_link(self, name: str = NAME) -> AsyncIterator[httpx.AsyncClient]:
        """Open a browser and enter by the link of the desk, as a volunteer."""
        async with self.browser() as browser:
            assert (await browser.get(self.link(name))).status_code == 200
            yield browser

    def link(self, name: str = NAME) -> str:
        """Give the link of the desk, for a volunteer."""
        return entrance.entry_path(SECRET, name, self.town.house.clock.real())

    @asynccontextmanager
    async def at_the_desk(
        self, name: str = NAME, role: StaffRole = StaffRole.EDITOR
    ) -> AsyncIterator[httpx.AsyncClient]:
        """Open a browser in which somebody with an account of their own is signed in; its forms carry the token."""
        cookie = self.sign_in(name, role)
        async with self.browser() as browser:
            browser.cookies.set("session", cookie)
            browser.event_hooks["request"].append(carrying(make_token(SECRET, cookie)))
            yield browser

    def sign_in(self, name: str = NAME, role: StaffRole = StaffRole.EDITOR) -> str:
        """Begin a session of somebody, with an account if they have none; gives what its cookie holds."""
        cookie, now = secrets.token_urlsafe(32), self.town.house.clock.real()

        def unit(connection: Connection) -> None:
            known = staff.find_by_name(connection, name)
            number = known.id if known else staff.add(connection, name, role, now)
            staff.change(connection, number, joined_at=now)
            sessions.add(connection, hash_token(cookie), number, now)

        self.do(unit)
        return cookie

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


def carrying(token: str) -> Callable[[httpx.Request], Awaitable[None]]:
    """Make a hook that puts the token into every form that has none, as the pages do."""

    async def carry(request: httpx.Request) -> None:
        kind = request.headers.get("content-type", "")
        body = request.read().decode()
        if request.method != "POST" or "json" in kind or "form_token=" in body:
            return
        body = "&".join(filter(None, (body, f"form_token={token}")))
        request.headers["content-type"] = "application/x-www-form-urlencoded"
        request.headers["content-length"] = str(len(body))
        request.stream = httpx.ByteStream(body.encode())

    return carry


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
