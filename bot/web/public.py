"""Answers the public: the running totals as JSON, the pages on privacy and accessibility, our own files; no changes."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from bot.web.event_views import JoinLink
from bot.web.pages import HERE, Pages, VersionedFiles
from bot.web.visits import Visits
from handlers import forgetting
from scheduler import upkeep
from storage import totals
from storage.clock import TOKYO, Clock
from storage.database import Database
from storage.facts import Programme, Totals

Found = TypeVar("Found")
OPEN_TO_ALL = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True)
class Retention:
    """How long the days of what a chat leaves behind are, as the privacy page tells it."""

    body_days: int = upkeep.BODY_LIFE.days
    event_id_days: int = upkeep.EVENT_LIFE.days
    company_days: int = forgetting.FORMS_LIFE.days


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicParts:
    """What the public pages are made of. ``programme`` gives the version in force at each call."""

    database: Database
    clock: Clock
    programme: Callable[[], Programme]
    pages: Pages
    visits: Visits
    join_links: Callable[[], Sequence[JoinLink]] = tuple
    retention: Retention = Retention()

    async def read(self, question: Callable[[Connection], Found]) -> Found:
        """Ask the database, on a thread of its readers."""
        return await asyncio.wrap_future(self.database.read(question))


def routes(parts: PublicParts) -> list[BaseRoute]:
    """Give the public routes: ``/privacy``, ``/accessibility``, ``/api/v1/totals`` and ``/static``."""

    async def privacy(request: Request) -> Response:
        consent = parts.programme().consent
        response = parts.pages.render(request, "privacy.html", consent=consent, retention=parts.retention)
        parts.visits.note(request)
        return response

    async def accessibility(request: Request) -> Response:
        response = parts.pages.render(request, "accessibility.html")
        parts.visits.note(request)
        return response

    async def api_totals(request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={**OPEN_TO_ALL, "Access-Control-Allow-Methods": "GET"})
        found = await _find_totals(parts)
        language = parts.pages.words_for(request).language
        return JSONResponse(totals_document(found, language), headers={**OPEN_TO_ALL, "Vary": "Accept-Language"})

    return [
        Route("/privacy", privacy),
        Route("/accessibility", accessibility),
        Route("/api/v1/totals", api_totals, methods=["GET", "OPTIONS"]),
        Mount("/static", VersionedFiles(directory=HERE / "static")),
    ]


async def _find_totals(parts: PublicParts) -> Totals:
    programme, now = parts.programme(), parts.clock.now()
    return await parts.read(lambda connection: totals.find_totals(connection, programme, now))


def points_together(found: Totals) -> int:
    """Add confirmed and self-reported points, and those from before the bot."""
    return found.points_confirmed + found.points_self_reported + found.points_before


def totals_document(found: Totals, language: str) -> dict[str, Any]:
    """Write the totals as the JSON of ``/api/v1/totals``; docs/API.md defines each number."""
    period = found.period
    return {
        "period": {
            "name": period.name.get(language) or period.name["ja"],
            "starts_on": period.starts_on.isoformat(),
            "ends_on": period.ends_on.isoformat(),
        },
        "participants": {
            "total": found.participants,
            "distinct": found.participants_distinct,
            "target": period.target,
            "year_one_target": period.year_one_target,
            "before_bot": found.participants_before,
        },
        "events_held": found.events_held,
        "action_points": {
            "total": points_together(found),
            "confirmed": found.points_confirmed,
            "self_reported": found.points_self_reported,
        },
        "site_visits": {
            "total": found.visits_own + found.visits_portal,
            "own_pages": found.visits_own,
            "portal": found.visits_portal,
        },
        "as_of": found.as_of.astimezone(TOKYO).isoformat(timespec="seconds"),
    }
