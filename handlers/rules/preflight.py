"""Looks through a broadcast before it is submitted: what keeps it back, and what two people should look at. Pure."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from handlers.rules.broadcasts import opens_at, stated
from handlers.rules.calendar import tokyo_day
from handlers.rules.dates import find_days
from handlers.rules.notices import QUIET_FROM, QUIET_UNTIL
from handlers.rules.registration import has_begun
from storage.facts import BroadcastContent, BroadcastKind, EventFacts, EventState, PartState

JAPANESE = "ja"  # what is told in a language that a broadcast was not written in
LONGEST = timedelta(days=14)
"""No broadcast goes on for longer: what was true when it was approved may no longer be."""
MOST_HELD_OUT = 50  # per cent
UNFINISHED = re.compile(r"[○〇●◯]{2,}|[XＸ]{2,}|[_＿]{3,}|TODO|TBD|\{[a-z_]*\}|（仮）|ここに", re.IGNORECASE)
PRACTICE = re.compile(
    r"訓練|テスト(?:です|配信|送信)|動作確認|\b(?:this is a test|drill|test message)\b", re.IGNORECASE
)


class Fault(StrEnum):
    """What is found. Those in WARNINGS are shown to both people; the rest keep a broadcast from being submitted."""

    NO_TEXT = "no_text"
    NO_JAPANESE = "no_japanese"
    UNKNOWN_LANGUAGE = "unknown_language"
    MISSING_LANGUAGE = "missing_language"
    WRONG_WEEKDAY = "wrong_weekday"
    DAY_IN_THE_PAST = "day_in_the_past"
    SENT_IN_THE_PAST = "sent_in_the_past"
    NO_TIME = "no_time"  # it would never be in the window before not_after
    TOO_LONG_A_TIME = "too_long_a_time"
    QUIET_HOURS = "quiet_hours"
    DEAD_LINK = "dead_link"
    UNCHECKED_LINK = "unchecked_link"  # nobody asked whether it answers
    INSECURE_LINK = "insecure_link"
    NO_PUBLIC_ADDRESS = "no_public_address"
    NO_ALT_TEXT = "no_alt_text"  # nothing says what a picture shows
    NO_EVENT = "no_event"
    EVENT_NOT_SHOWN = "event_not_shown"
    EVENT_CANCELLED = "event_cancelled"
    EVENT_OVER = "event_over"
    REGISTRATION_CLOSED = "registration_closed"
    EVENT_CHANGED = "event_changed"  # since the announcement was made from it
    UNFINISHED = "unfinished"
    PRACTICE_WORDS = "practice_words"
    HOLD_OUT = "hold_out"
    NO_RELATION = "no_relation"
    CORRECTS_NOTHING = "corrects_nothing"
    NOT_RENDERED = "not_rendered"
    NOT_GENERAL = "not_general"  # LINE itself tells all friends alike, in Japanese, by one call


WARNINGS = frozenset({
    Fault.MISSING_LANGUAGE, Fault.DAY_IN_THE_PAST, Fault.UNFINISHED, Fault.PRACTICE_WORDS, Fault.REGISTRATION_CLOSED,
    Fault.EVENT_OVER, Fault.UNCHECKED_LINK,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found; ``detail`` is the piece of text, the language or the address it is about."""

    fault: Fault
    detail: str = ""

    @property
    def is_warning(self) -> bool:
        """Tell whether it may be submitted all the same."""
        return self.fault in WARNINGS


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the rules are told beside the content.

    ``words`` maps each language to all that its messages say, ``links`` to the addresses its buttons open, ``pictures``
    to the addresses of its pictures, each with what it says that the picture shows. ``dead`` are
    addresses that do not answer, with the reason, ``unchecked`` those that nobody asked; ``unrendered`` are texts that
    a platform cannot send, with the reason. ``event`` is the one the broadcast is about.
    """

    languages: Sequence[str]  # the city's
    words: Mapping[str, str]
    links: Mapping[str, Sequence[str]]
    dead: Mapping[str, str]
    unrendered: Mapping[str, str]
    event: EventFacts | None
    has_public_address: bool
    unchecked: Collection[str] = ()
    pictures: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)


def look_through(content: BroadcastContent, seen: Seen, now: datetime) -> tuple[Finding, ...]:
    """List all that is found, each thing once: what keeps it back first."""
    looks = (_languages, _times, _days, _links, _pictures, _event, _wording, _ways)
    found = dict.fromkeys(finding for look in looks for finding in look(content, seen, now))
    return tuple(sorted(found, key=lambda finding: finding.is_warning))


def keeps_back(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """List the findings with which a broadcast cannot be submitted."""
    return tuple(finding for finding in findings if not finding.is_warning)


def _languages(content: BroadcastContent, seen: Seen, now: datetime) -> Iterator[Finding]:
    """Whoever reads none of its languages gets Japanese, so that one is always there."""
    wanted = content.audience.languages or seen.languages
    for language in content.texts:
        if language not in seen.languages:
            yield Finding(Fault.UNKNOWN_LANGUAGE, language)
        if not seen.words.get(language, "").strip():
            yield Finding(Fault.NO_TEXT, language)
    if not content.texts:
        yield Finding(Fault.NO_TEXT)
    missing = [language for language in wanted if language not in content.texts]
    if missing and JAPANESE not in content.texts:
        yield Finding(Fault.NO_JAPANESE)
    yield from (Finding(Fault.MISSING_LANGUAGE, language) for language in missing)


def _times(content: BroadcastContent, seen: Seen, now: datetime) -> Iterator[Finding]:
    if not QUIET_UNTIL.hour <= content.opens_hour < content.closes_hour <= QUIET_FROM.hour:
        yield Finding(Fault.QUIET_HOURS, f"{content.opens_hour}-{content.closes_hour}")
    elif content.not_after <= now:
        yield Finding(Fault.SENT_IN_THE_PAST, content.not_after.isoformat())
    elif opens_at(content, now) is None:
        yield Finding(Fault.NO_TIME)
    if content.not_after - content.send_at > LONGEST:
        yield Finding(Fault.TOO_LONG_A_TIME, str(LONGEST.days))


def _days(content: BroadcastContent, seen: Seen, now: datetime) -> Iterator[Finding]:
    """Every day in the text has the weekday it really has, and is not over when it is read."""
    read_on = tokyo_day(max(content.send_at, now))
    for words in seen.words.values():
        for named in find_days(words, read_on):
            if named.is_wrong:
                yield Finding(Fault.WRONG_WEEKDAY, named.words)
            elif named.on is not None and named.on < read_on:
                yield Finding(Fault.DAY_IN_THE_PAST, named.words)


def _links(content: BroadcastContent, seen: Seen, now: datetime) -> Iterator[Finding]:
    addresses = dict.fromkeys(address for links in seen.links.values() for address in links)
    for address in addresses:
        if not address.startswith("https://"):
            yield Finding(Fault.INSECURE_LINK, address)
        elif address in seen.dead:
            yield Finding(Fault.DEAD_LINK, f"{address} {seen.dead[address]}")
        elif address in seen.unchecked:
            yield Finding(Fault.UNCHECKED_LINK, address)
    if content.has_tracked_links and not seen.has_public_address:
        yield Finding(Fault.NO_PUBLIC_ADDRESS)


def _pictures(content: BroadcastContent, seen: Seen, now: datetime) -> Iterator[Finding]:
    """A phone fetches a picture from our own address, and who sees none is told what it shows."""
    for language, pictures in seen.pictures.items():
        for address, alt in pictures:
            if not address.startswith("https://"):
                yield Finding(Fault.NO_PUBLIC_ADDRESS)
            if not alt.strip():
                yield Finding(Fault.NO_ALT_TEXT, language)


def look_at_event(content: BroadcastContent, event: EventFacts | None, now: datetime) -> tuple[Finding, ...]:
    """List what the event alone gives cause for: asked again whenever a broadcast goes a step on."""
    return tuple(_of_event(content, event, now))


def _event(content: BroadcastContent, seen: Seen, now: datetime) -> Iterator[Finding]:
    return _of_event(content, seen.event, now)


def _of_event(content: BroadcastContent, event: EventFacts | None, now: datetime) -> Iterator[Finding]:
    """An announcement is of an event that people can still come to; a correction may say that they cannot."""
    if content.event_id is None:
        return
    if event is None:
        yield Finding(Fault.NO_EVENT, str(content.event_id))
    elif not event.is_shown:
        yield Finding(Fault.EVENT_NOT_SHOWN, event.code)
    elif content.event_stated not in ("", stated(event)):
        yield Finding(Fault.EVENT_CHANGED, event.code)
    elif content.kind is BroadcastKind.NOTICE and content.audience.relation is None:
        yield from _announced(event, max(content.send_at, now))


def _announced(event: EventFacts, at: datetime) -> Iterator[Finding]:
    going = [part for part in event.parts if part.state is not PartState.CANCELLED]
    if event.state is EventState.CANCELLED or not going:
        yield Finding(Fault.EVENT_CANCELLED, event.code)
    elif event.state is EventState.HELD or all(has_begun(part, at) for part in going):
        yield Finding(Fault.EVENT_OVER, event.code)
    elif event.state is EventState.CLOSED or (event.closes_at is not None and event.closes_at <= at):
        yield Finding(Fault.REGISTRATION_CLOSED, event.code)


def _wording(content: BroadcastContent, seen: Seen, now: datetime) -> Iterator[Finding]:
    """Half sentences and drills went to everybody in a dozen cities: both are asked about."""
    for words in seen.words.values():
        yield from (Finding(Fault.UNFINISHED, match.group()) for match in UNFINISHED.finditer(words))
        if not content.audience.is_training:
            yield from (Finding(Fault.PRACTICE_WORDS, match.group()) for match in PRACTICE.finditer(words))
    yield from (Finding(Fault.NOT_RENDERED, f"{place}: {why}") for place, why in seen.unrendered.items())


def is_general(content: BroadcastContent) -> bool:
    """Tell whether LINE itself can tell a notice: the same words for all its friends, none of them left out."""
    is_plain = content.hold_out_percent == 0 and not content.has_tracked_links and list(content.texts) == [JAPANESE]
    return content.audience.is_general and content.kind is BroadcastKind.NOTICE and is_plain


def _ways(content: BroadcastContent, seen: Seen, now: datetime) -> Iterator[Finding]:
    """Nobody is left out by lot of what corrects, cancels or comes every week."""
    if content.audience.by_line_itself and not is_general(content):
        yield Finding(Fault.NOT_GENERAL)
    most = MOST_HELD_OUT if content.kind is BroadcastKind.NOTICE else 0
    if not 0 <= content.hold_out_percent <= most:
        yield Finding(Fault.HOLD_OUT, str(content.hold_out_percent))
    audience = content.audience
    if (audience.event_id is None) != (audience.relation is None):
        yield Finding(Fault.NO_RELATION)
    corrected = content.corrects_id if content.kind is BroadcastKind.CORRECTION else None
    if audience.reached_by != corrected or (content.kind is BroadcastKind.CORRECTION and corrected is None):
        yield Finding(Fault.CORRECTS_NOTHING)
