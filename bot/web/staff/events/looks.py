"""Prepares how an event will look before it is saved: as cards of both platforms, and as a page. Stores nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from markupsafe import Markup
from sqlalchemy import Connection

from bot.web.event_views import Viewer
from bot.web.pages import Pages
from bot.web.staff.desk import Desk
from bot.web.staff.sending.outlook import Outlook
from bot.web.staff.sending.previews import Preview, previews
from handlers import browsing, messages
from handlers.messages import Incoming, IncomingKind
from handlers.rules.calendar import tokyo_day
from handlers.talk import Talk
from handlers.texts import JAPANESE, name_language, web_tag
from storage.events import DETAIL_NAMES
from storage.facts import (
    AccountFacts,
    AccountState,
    ChannelName,
    EventFacts,
    EventState,
    PartFacts,
    PartState,
    PlannedEvent,
    PlannedPart,
)


@dataclass(frozen=True, slots=True)
class Page:
    """The public page in one language: its heading, and the rest as the page itself writes it."""

    language: str
    tag: str  # as a browser knows it
    name: str
    title: str
    kind: str
    body: Markup


@dataclass(frozen=True, slots=True)
class Looks:
    """How an event looks in the languages that it was written in, Japanese first."""

    cards: Sequence[Preview]
    pages: Sequence[Page]


def look(connection: Connection, desk: Desk, outlook: Outlook, public: Pages, event: EventFacts) -> Looks:
    """Prepare all looks of an event."""
    languages = sorted(event.title, key=lambda language: language != JAPANESE)
    cards = {language: _card(connection, desk, outlook, event, language) for language in languages}
    return Looks(previews(cards), [_page(public, outlook, event, language, desk.clock.now()) for language in languages])


def as_shown(event: PlannedEvent, was: EventFacts | None, now: datetime) -> EventFacts:
    """Give an event as it will stand once it is published; one that is shown keeps its dates and their seats."""
    details = {name: getattr(event, name) for name in DETAIL_NAMES}
    if was is not None and was.state is not EventState.DRAFT:
        both = zip(was.parts, event.parts, strict=True)
        return replace(was, **details, parts=tuple(replace(part, title=said.title) for part, said in both))
    return EventFacts(
        **details,
        id=was.id if was else 0,
        state=EventState.PUBLISHED,
        sequence=0,
        published_at=now,
        changed_at=now,
        parts=tuple(_part(number, part) for number, part in enumerate(event.parts, 1)),
    )


def _part(number: int, part: PlannedPart) -> PartFacts:
    return PartFacts(
        id=number,
        event_id=0,
        number=number,
        title=part.title,
        starts_at=part.starts_at,
        ends_at=part.ends_at,
        capacity=part.capacity,
        taken=0,
        state=PartState.PLANNED,
        schedule_version=1,
    )


def _card(connection: Connection, desk: Desk, outlook: Outlook, event: EventFacts, language: str) -> str:
    """Write the card that somebody sees who has not joined."""
    now = desk.clock.now()
    stranger = AccountFacts(
        id=0,
        channel=ChannelName.LINE,
        bot_id="",
        key="",
        language=language,
        person_id=None,
        state=AccountState.FOLLOWING,
        paused=False,
        pending=None,
        state_at=None,
        greeted_at=None,
    )
    talk = Talk(
        connection=connection,
        programme=desk.programme(),
        texts=outlook.texts,
        account=stranger,
        person=None,
        incoming=Incoming(kind=IncomingKind.TEXT),
        event_id=0,
        now=now,
        said_at=now,
        today=tokyo_day(now),
        on=tokyo_day(now),
        heat_alert_days=frozenset(),
        is_disaster=False,
        keyed_hash=desk.keyed_hash,
        make_link=lambda page, subject: "",
        public_url=outlook.public_url,
    )
    return messages.dump(browsing.show_found(talk, event).messages)


def _page(public: Pages, outlook: Outlook, event: EventFacts, language: str, now: datetime) -> Page:
    view = Viewer(outlook.texts.of(language), public.texts.of(language), now).view(event, {})
    body = public.piece(language, "event_shown.html", event=replace(view, is_dated=False), place=f"page-{language}-")
    return Page(language, web_tag(language), name_language(language, JAPANESE), view.title, view.kind, body)
