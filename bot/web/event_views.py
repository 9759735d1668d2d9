"""Turns an event into what pages and open data show of it; asks no database and shows no joining link."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from bot.web.calendars import is_cancelled
from handlers import eventwords
from handlers.texts import JAPANESE, Words
from storage.clock import TOKYO
from storage.facts import EventFacts, EventState, PartFacts, Texts


@dataclass(frozen=True, slots=True)
class JoinLink:
    """Where one joins on a platform: its name as people know it, and the address that opens a chat with the bot."""

    name: str
    url: str


_SENDING = {
    "LINE": "https://line.me/R/share?text={title}%0A{page}",
    "Telegram": "https://t.me/share/url?url={page}&text={title}",
}
"""What opens an app's list of friends (LINE, using-line-url-scheme; Telegram, widgets/share)."""


def sending_links(doors: Sequence[JoinLink], title: str, page: str) -> list[JoinLink]:
    """Give a link for each app that leads to the bot: one chooses there to which friend an event's page is sent."""
    words = {"title": quote(title, safe=""), "page": quote(page, safe="")}
    return [JoinLink(door.name, _SENDING[door.name].format(**words)) for door in doors if door.name in _SENDING]


@dataclass(frozen=True, slots=True)
class PartView:
    """One date as a page shows it; ``name`` is "" where there is one date only."""

    name: str
    when: str
    seats: str
    is_cancelled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EventView:
    """One event as a page shows it, in one language. ``facts`` are pairs of a name and what it is."""

    id: int
    title: str
    kind: str
    when: str
    state: str  # what keeps one from registering; "" where nothing does
    facts: tuple[tuple[str, str], ...]
    parts: tuple[PartView, ...]
    description: tuple[str, ...]  # the last is the city's; a word before it says so when it is in another language
    description_language: str
    source: str
    is_dated: bool
    is_online: bool


@dataclass(frozen=True, slots=True)
class Viewer:
    """Shows events in one language at one moment: ``facts`` are the words of events, ``words`` the web's."""

    facts: Words
    words: Words
    now: datetime

    def view(self, event: EventFacts, waiting: Mapping[int, int]) -> EventView:
        """Show an event; ``waiting`` is how many people wait for a seat, by part."""
        event = _dated_in_full(event)
        said = eventwords.description(self.facts, event)
        return EventView(
            id=event.id,
            title=eventwords.title(self.facts, event),
            kind=eventwords.kind(self.facts, event),
            when=eventwords.event_when(self.facts, event),
            state=eventwords.state(self.facts, event, self.now),
            facts=self._facts(event),
            parts=tuple(self._part(event, part, waiting.get(part.id, 0)) for part in event.parts),
            description=said,
            description_language=self.facts.language if event.description.get(self.facts.language) else JAPANESE,
            source=event.source,
            is_dated=any(part.starts_at for part in event.parts),
            is_online=event.mode.value != "venue",
        )

    def _part(self, event: EventFacts, part: PartFacts, waiting: int) -> PartView:
        is_open = not is_cancelled(event, part) and not eventwords.state(self.facts, event, self.now)
        return PartView(
            name=eventwords.part_name(self.facts, event, part),
            when=eventwords.when(self.facts, event, part),
            seats=eventwords.seats(self.facts, part, waiting) if is_open else "",
            is_cancelled=is_cancelled(event, part),
        )

    def _facts(self, event: EventFacts) -> tuple[tuple[str, str], ...]:
        say = self.words.say
        return (
            (say("場所"), eventwords.place(self.facts, event)),
            (say("費用"), eventwords.cost(self.facts, event)),
            (say("使うことば"), eventwords.held_in(self.facts, event)),
            (say("対象"), eventwords.audience(self.facts, event)),
        )


def _dated_in_full(event: EventFacts) -> EventFacts:
    """Have every year named: the words leave out the year of the announcement, but a page is found years later."""
    return replace(event, published_at=datetime.min.replace(tzinfo=UTC))


def document(
    event: EventFacts, viewer: Viewer, waiting: Mapping[int, int], links: Sequence[JoinLink], address: str
) -> dict[str, Any]:
    """Write an event as the JSON of ``/api/v1/events``; docs/API.md defines each field."""
    page = f"{address}/events/{event.id}"
    is_open = not eventwords.state(viewer.facts, event, viewer.now)
    return {
        "id": event.id,
        "code": event.code,
        "kind": event.kind,
        "audiences": list(event.audiences),
        "state": event.state,
        **_texts(event, viewer.facts),
        "mode": event.mode,
        "ward": event.ward,
        "interests": list(event.interests),
        "cost_yen": event.cost_yen,
        "languages": list(event.held_in),
        "interpreted_into": list(event.interpreted_into),
        "opens_at": iso(event.opens_at),
        "closes_at": iso(event.closes_at),
        "parts": [_part(event, part, viewer, waiting.get(part.id, 0)) for part in event.parts],
        "page": page,
        "ics": f"{page}.ics" if any(part.starts_at for part in event.parts) else None,
        "register": [{"name": link.name, "url": link.url} for link in links] if is_open else [],
        "source": event.source,
        "changed_at": iso(event.changed_at),
    }


def _texts(event: EventFacts, words: Words) -> dict[str, str]:
    named: dict[str, Texts] = {
        "title": event.title,
        "description": event.description,
        "place": event.place,
        "cost_note": event.cost_note,
        "date_words": event.date_words,
    }
    return {name: eventwords.written(words, texts) for name, texts in named.items()}


def _part(event: EventFacts, part: PartFacts, viewer: Viewer, waiting: int) -> dict[str, Any]:
    free = None if part.capacity is None else max(0, part.capacity - part.taken)
    return {
        "id": part.id,
        "number": part.number,
        "title": eventwords.written(viewer.facts, part.title),
        "state": "cancelled" if event.state is EventState.CANCELLED else part.state,
        "starts_at": iso(part.starts_at),
        "ends_at": iso(part.ends_at),
        "seats": {"capacity": part.capacity, "free": 0 if waiting else free, "waiting": waiting},
    }


def iso(at: datetime | None) -> str | None:
    """Write a moment as ISO 8601 with Tokyo's offset."""
    return None if at is None else at.astimezone(TOKYO).isoformat(timespec="seconds")
