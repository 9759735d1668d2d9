"""Writes events as iCalendar (RFC 5545), for calendars that people keep; never a joining link, and no request is known.

One entry for each part with a date. Its UID is made of city, event code and part number, so that it stays when the
bot's address changes; SEQUENCE and LAST-MODIFIED rise with every change of the event.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from icalendar import Calendar, Timezone, TimezoneStandard
from icalendar import Event as Entry

from handlers import eventwords
from handlers.texts import Words
from storage.clock import TOKYO
from storage.facts import City, EventFacts, EventState, PartFacts, PartState

REFRESH = timedelta(hours=1)
"""How often a calendar that follows the feed is asked to look again (RFC 7986, 5.7)."""


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes in one language: ``facts`` are the words of events, ``words`` the web's. ``address`` is ours, or ""."""

    city: City
    facts: Words
    words: Words
    address: str = ""

    def feed(self, events: Iterable[EventFacts]) -> bytes:
        """Write all dated parts of several events; a calendar without any is still a valid one."""
        calendar = self._calendar()
        for event in events:
            self._add(calendar, event)
        written: bytes = calendar.to_ical()
        return written

    def single(self, event: EventFacts) -> bytes | None:
        """Write one event's dated parts; None while every date is open."""
        return self.feed([event]) if any(part.starts_at for part in event.parts) else None

    def _calendar(self) -> Calendar:
        calendar, language = Calendar(), self.facts.language
        name = eventwords.written(self.facts, self.city.project)
        calendar.add("prodid", f"-//{name}//events//{language.upper()}")
        calendar.add("version", "2.0")
        calendar.add("method", "PUBLISH")
        calendar.add("name", name)
        calendar.add("x-wr-calname", name)
        calendar.add("x-wr-timezone", TOKYO.key)
        calendar.add("refresh-interval", REFRESH, parameters={"value": "DURATION"})
        calendar.add_component(_tokyo())
        return calendar

    def _add(self, calendar: Calendar, event: EventFacts) -> None:
        for part in event.parts:
            if part.starts_at is not None:
                calendar.add_component(self._entry(event, part, part.starts_at))

    def _entry(self, event: EventFacts, part: PartFacts, starts_at: datetime) -> Entry:
        entry, is_off = Entry(), is_cancelled(event, part)
        entry.add("uid", self._uid(event, part))
        entry.add("dtstamp", event.changed_at)
        entry.add("last-modified", event.changed_at)
        entry.add("sequence", event.sequence)
        entry.add("status", "CANCELLED" if is_off else "CONFIRMED")
        entry.add("dtstart", starts_at.astimezone(TOKYO))
        if part.ends_at is not None:
            entry.add("dtend", part.ends_at.astimezone(TOKYO))
        title = " ".join(filter(None, (eventwords.title(self.facts, event), self._part_name(event, part))))
        entry.add("summary", self.words.say("【中止】{title}", title=title) if is_off else title)
        entry.add("location", eventwords.place(self.facts, event))
        entry.add("description", "\n".join(self._description(event)))
        if self.address:
            entry.add("url", self._page(event))
        return entry

    def _uid(self, event: EventFacts, part: PartFacts) -> str:
        return str(uuid5(NAMESPACE_URL, f"event:{self.city.name['ja']}/{event.code}/{part.number}"))

    def _part_name(self, event: EventFacts, part: PartFacts) -> str:
        return eventwords.part_name(self.facts, event, part)

    def _page(self, event: EventFacts) -> str:
        return f"{self.address}/events/{event.id}"

    def _description(self, event: EventFacts) -> Iterable[str]:
        yield from eventwords.description(self.facts, event)
        if self.address:
            yield self.words.say("申し込みと最新のお知らせ：{page}", page=self._page(event))


def is_cancelled(event: EventFacts, part: PartFacts) -> bool:
    """Tell whether a part does not take place, alone or with its event."""
    return event.state is EventState.CANCELLED or part.state is PartState.CANCELLED


def _tokyo() -> Timezone:
    """Describe Tokyo's time, for readers that know no zones by name: nine hours ahead, all the year round."""
    zone, standard = Timezone(), TimezoneStandard()
    zone.add("tzid", TOKYO.key)
    standard.add("dtstart", datetime(1970, 1, 1))  # noqa: DTZ001 - the beginning of a rule is a local time
    standard.add("tzoffsetfrom", timedelta(hours=9))
    standard.add("tzoffsetto", timedelta(hours=9))
    standard.add("tzname", "JST")
    zone.add_component(standard)
    return zone
