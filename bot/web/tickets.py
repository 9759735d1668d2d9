"""Shows a person's entry codes at the signed address their own chat showed them: QR and digits. Changes nothing."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import segno
from markupsafe import Markup
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot import signed
from bot.web.pages import Pages
from bot.web.staff import rosters
from bot.web.staff.rosters import Entry
from bot.web.staff.scans import ticket_token
from handlers import eventwords
from handlers.texts import Texts
from storage import accounts, events, people, registrations
from storage.clock import Clock
from storage.database import Database
from storage.facts import EventFacts, EventState, PartFacts, PartState, RegistrationState

PURPOSE = "ticket"
HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}


@dataclass(frozen=True, slots=True)
class Ticket:
    """One person's entry to one part."""

    name: str
    is_host: bool
    is_child: bool
    digits: str
    qr: Markup
    has_come: bool


@dataclass(frozen=True, slots=True)
class Tickets:
    """The entry codes of a person and their companions, and the language their chat speaks."""

    event: EventFacts
    part: PartFacts
    tickets: list[Ticket]
    language: str | None


@dataclass(frozen=True, slots=True)
class TicketParts:
    """What the page is made of. ``texts`` are the chats', in which events are put into words."""

    database: Database
    clock: Clock
    secret: bytes
    pages: Pages
    texts: Texts


def routes(parts: TicketParts) -> list[BaseRoute]:
    """Give ``GET /ticket/{token}``; the token is that of a link for the page ``ticket``, about ``PART-PERSON``."""

    async def show(request: Request) -> Response:
        subject = signed.verify(parts.secret, PURPOSE, request.path_params["token"], parts.clock.real())
        found = None
        if subject is not None:
            question = partial(_find, subject=subject, secret=parts.secret, now=parts.clock.now())
            found = await asyncio.wrap_future(parts.database.read(question))
        response = _page(parts, request, found)
        response.headers.update(HEADERS)
        return response

    return [Route("/ticket/{token}", show, name="ticket")]


def _page(parts: TicketParts, request: Request, found: Tickets | None) -> Response:
    if found is None:
        return parts.pages.render(request, "no_ticket.html", status=404)
    words = parts.texts.of(parts.pages.words_for(request, found.language).language)
    lines: dict[str, Any] = {
        "title": eventwords.title(words, found.event),
        "part_name": eventwords.part_name(words, found.event, found.part),
        "when": eventwords.when(words, found.event, found.part),
        "place": eventwords.place(words, found.event),
    }
    template = "ticket.html" if found.tickets else "no_seat.html"
    return parts.pages.render(request, template, preferred=found.language, tickets=found.tickets, **lines)


def _find(connection: Connection, subject: str, secret: bytes, now: datetime) -> Tickets | None:
    """Find what a link is about; without tickets for who has no seat now, None where there is no such part."""
    part_id, person_id = (int(number) for number in subject.split("-"))
    event = events.find_by_part(connection, part_id)
    part = event.part(part_id) if event else None
    if event is None or part is None:
        return None
    person_id = people.find_root(connection, person_id)
    party = registrations.list_party(connection, event.id, person_id, (RegistrationState.SEATED,))
    seated = [one for one in party if one.part_id == part_id]
    going = PartState.CANCELLED is not part.state and EventState.CANCELLED is not event.state
    shown = [_ticket(entry, part, secret, now) for entry in rosters.named(connection, part, seated if going else [])]
    account = accounts.find_reachable(connection, person_id)
    return Tickets(event, part, shown, account.language if account else None)


def _ticket(entry: Entry, part: PartFacts, secret: bytes, now: datetime) -> Ticket:
    person_id = entry.registration.person_id
    return Ticket(
        name=entry.name,
        is_host=entry.registration.host_id is None,
        is_child=entry.is_child,
        digits=entry.registration.code,
        qr=_draw(ticket_token(secret, part, person_id, now)),
        has_come=entry.attendance is not None,
    )


def _draw(token: str) -> Markup:
    """Draw a QR code; a middling correction is read well from a screen, and with a cracked glass over it."""
    picture = segno.make(token, error="m", micro=False)
    return Markup(picture.svg_inline(omitsize=True, border=4, svgclass="qr", lineclass=None))  # noqa: S704 - our own
