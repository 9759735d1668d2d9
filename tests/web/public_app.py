"""The public half of the web as tests put it together: a made-up city, a set clock, a real database."""

from datetime import UTC, date, datetime
from typing import Any

import httpx
from starlette.applications import Starlette

from bot.web import catalogue, company, events, home, open_data
from bot.web.event_views import JoinLink
from bot.web.events import EventParts
from bot.web.headers import SecurityHeaders
from bot.web.pages import Pages
from bot.web.public import PublicParts, routes
from bot.web.visits import Visits
from handlers.texts import Texts
from storage.clock import Clock
from storage.database import Database
from storage.facts import Metric, OpeningBalance, Programme
from tests.factories import a_programme

NOON = datetime(2022, 1, 20, 3, tzinfo=UTC)
"""Noon in Tokyo, on the Thursday the sandbox starts."""

TEXTS = Texts(("ja", "en", "ja-easy"), "pages")
SECRET = b"secret"
EVENT_TEXTS = Texts(("ja", "en"))
OPENING = OpeningBalance(
    metric=Metric.PARTICIPANTS, amount=40, distinct=30, on=date(2022, 1, 1), source="環境課の名簿", signed_by="係長"
)
BROWSER = {"user-agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Safari/604.1 Line/14.0"}


def public_parts(database: Database, programme: Programme | None = None, **changes: Any) -> PublicParts:
    programme = programme or a_programme(opening_balances=(OPENING,))
    clock = Clock(source=lambda: NOON)
    settings: dict[str, Any] = {
        "database": database,
        "clock": clock,
        "programme": lambda: programme,
        "pages": Pages(TEXTS, lambda: programme),
        "visits": Visits(database, clock),
        "join_links": lambda: (
            JoinLink("LINE", "https://line.example/r"),
            JoinLink("Telegram", "https://telegram.example/b"),
        ),
    }
    return PublicParts(**{**settings, **changes})


def event_parts(parts: PublicParts, **changes: Any) -> EventParts:
    settings: dict[str, Any] = {
        "public": parts,
        "texts": EVENT_TEXTS,
        "share_links": lambda code: [JoinLink("LINE", f"https://line.example/r/?e_{code}")],
        "address": "https://city.test",
    }
    return EventParts(**{**settings, **changes})


def app_of(parts: PublicParts, *, https: bool = False, **changes: Any) -> SecurityHeaders:
    shown = event_parts(parts, **changes)
    every = [*routes(parts), *company.routes(shown, SECRET)]
    for room in (home, events, catalogue, open_data):
        every += room.routes(shown)
    return SecurityHeaders(Starlette(routes=every, exception_handlers=parts.pages.failures), https=https)


def reader(app: SecurityHeaders, **headers: str) -> httpx.AsyncClient:
    """A browser on the app; an exception inside is answered as a server would answer it."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=("192.0.2.7", 1234))
    return httpx.AsyncClient(transport=transport, base_url="http://city.test", headers={**BROWSER, **headers})
