"""Shows the public what the city holds: pages, calendars and open data. Changes nothing, and shows no joining link."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.web import event_views
from bot.web.calendars import Writer
from bot.web.event_views import JoinLink, Viewer
from bot.web.numbers import read_number
from bot.web.public import OPEN_TO_ALL, PublicParts
from handlers.texts import Texts, Words
from storage import events, registrations
from storage.facts import EventFacts

PAST = timedelta(days=90)  # how far back the page and the feed reach
COMING = 200  # on the page: no city has announced more at a time
FEED = 1_000
API_PAGE = 50
CALENDAR = "text/calendar; charset=utf-8"
FOR_CALENDARS = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cache-Control": "public, max-age=300",
    "Vary": "Accept-Language",
}

Waiting = Mapping[int, int]
"""How many people wait for a seat, by part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventParts:
    """What the pages of events need beside the public's: the words of events, and the links by which one registers.

    ``share_links`` gives, for an event's code, an address on each platform; ``address`` is ours, or "".
    """

    public: PublicParts
    texts: Texts
    share_links: Callable[[str], Sequence[JoinLink]]
    address: str = ""

    def words(self, request: Request) -> tuple[Words, Words]:
        """Give the words of events and of the web, in the language asked for."""
        words = self.public.pages.words_for(request)
        return self.texts.of(words.language), words

    def viewer(self, request: Request) -> Viewer:
        """Make what shows events to this reader now."""
        return Viewer(*self.words(request), self.public.clock.now())

    def writer(self, request: Request) -> Writer:
        """Make what writes calendars for this reader."""
        return Writer(self.public.programme().city, *self.words(request), self.address)


def routes(parts: EventParts) -> list[BaseRoute]:
    """Give ``/events``, ``/events/{id}``, ``/events/{id}.ics``, ``/calendar.ics`` and ``/api/v1/events``."""

    async def overview(request: Request) -> Response:
        viewer = parts.viewer(request)
        coming, past, waiting = await parts.public.read(lambda c: _overview(c, viewer))
        shown = [viewer.view(event, waiting) for event in coming]
        over = [viewer.view(event, waiting) for event in past]
        response = parts.public.pages.render(request, "events.html", coming=shown, past=over)
        parts.public.visits.note(request)
        return response

    async def one(request: Request) -> Response:
        event, waiting = await _find(parts, request)
        view = parts.viewer(request).view(event, waiting)
        links = [] if view.state else parts.share_links(event.code)
        sending = event_views.sending_links(links, view.title, f"{parts.address}/events/{event.id}")
        response = parts.public.pages.render(request, "event.html", event=view, links=links, sending=sending)
        parts.public.visits.note(request)
        return response

    async def one_calendar(request: Request) -> Response:
        event, _ = await _find(parts, request)
        written = parts.writer(request).single(event)
        if written is None:
            raise HTTPException(404)
        return _calendar(request, written, f"event-{event.id}.ics")

    async def feed(request: Request) -> Response:
        since = parts.public.clock.now() - PAST
        found = await parts.public.read(lambda c: events.list_shown(c, since, FEED))
        return _calendar(request, parts.writer(request).feed(found), "calendar.ics")

    async def api(request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={**OPEN_TO_ALL, "Access-Control-Allow-Methods": "GET"})
        after = read_number(request.query_params.get("after", "0"))
        if after is None:
            return JSONResponse({"error": "after must be the number of an event"}, 400, headers=OPEN_TO_ALL)
        viewer = parts.viewer(request)
        found, waiting = await parts.public.read(lambda c: find_coming(c, viewer.now, API_PAGE + 1, after))
        headers = {**OPEN_TO_ALL, "Vary": "Accept-Language"}
        return JSONResponse(_documents(parts, viewer, found, waiting), headers=headers)

    return [
        Route("/events", overview),
        Route("/events/{id:number}.ics", one_calendar),
        Route("/events/{id:number}", one),
        Route("/calendar.ics", feed),
        Route("/api/v1/events", api, methods=["GET", "OPTIONS"]),
    ]


async def _find(parts: EventParts, request: Request) -> tuple[EventFacts, Waiting]:
    """Find the event that an address names; 404 for a draft as for one that never was."""
    event_id: int = request.path_params["id"]
    event = await parts.public.read(lambda c: events.find(c, event_id))
    if event is None or not event.is_shown:
        raise HTTPException(404)
    return event, await parts.public.read(lambda c: _waiting(c, [event]))


def _overview(connection: Connection, viewer: Viewer) -> tuple[list[EventFacts], list[EventFacts], Waiting]:
    coming, waiting = find_coming(connection, viewer.now, COMING)
    return coming, events.list_past(connection, viewer.now - PAST, viewer.now, COMING), waiting


def find_coming(connection: Connection, now: datetime, limit: int, after: int = 0) -> tuple[list[EventFacts], Waiting]:
    """Find the coming events behind one, soonest first, and who waits for a seat."""
    found = events.list_shown(connection, now, limit, after)
    return found, _waiting(connection, found)


def _waiting(connection: Connection, found: Sequence[EventFacts]) -> Waiting:
    return registrations.count_waiting(connection, [part.id for event in found for part in event.parts])


def _documents(parts: EventParts, viewer: Viewer, found: Sequence[EventFacts], waiting: Waiting) -> dict[str, object]:
    """Write a page of events; one more than fits was asked for, to know whether another page follows."""
    page = found[:API_PAGE]
    return {
        "events": [
            event_views.document(event, viewer, waiting, parts.share_links(event.code), parts.address) for event in page
        ],
        "next": page[-1].id if len(found) > API_PAGE else None,
        "as_of": event_views.iso(viewer.now),
    }


def _calendar(request: Request, written: bytes, name: str) -> Response:
    """Answer with a calendar; one that the asker has already is not sent again (RFC 9110, 13.1.2)."""
    tag = f'"{hashlib.sha256(written).hexdigest()[:32]}"'
    headers = {**FOR_CALENDARS, "ETag": tag, "Content-Disposition": f'inline; filename="{name}"'}
    known = [given.strip().removeprefix("W/") for given in request.headers.get("if-none-match", "").split(",")]
    if tag in known or known == ["*"]:
        return Response(status_code=304, headers=headers)
    return Response(written, headers={**headers, "Content-Type": CALENDAR})
