"""Checks of one event before it is stored, from whatever file it comes; every problem as one line. Changes nothing.

The weekday is no field: words make it from the day. Whether a moment is past is for who enters it to ask.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from urllib.parse import urlsplit

from storage import text_checks
from storage.facts import (
    EventKind,
    EventState,
    PlannedEvent,
    PlannedPart,
    Programme,
    Question,
    QuestionKind,
    Texts,
)

ZONE_MISSING = "has no zone: write +09:00 at its end, such as 2022-01-26T14:00:00+09:00"
LONGEST_PART = timedelta(hours=24)
TITLE_COLUMNS = 120  # about three lines on a phone
DESCRIPTION_CHARACTERS = 2_000
LINE_COLUMNS = 200  # of a place, a note on the cost, words for an open date: each is one line among others on a card
ADDRESS_CHARACTERS = 1_000  # of a LINE button: https://developers.line.biz/en/reference/messaging-api/#uri-action
QUESTION_COLUMNS = 160
CHOICE_CHARACTERS = 20  # a LINE button
CHOICES = (2, 8)
QUESTIONS = 5
COMPANIONS = 4
DEAREST_YEN = 1_000_000


def find_problems(event: PlannedEvent, programme: Programme) -> list[str]:
    """List every problem, as ``parts[#1].ends_at: must be after starts_at``; empty when all is well."""
    checks: tuple[Callable[[PlannedEvent, Programme], Iterator[str]], ...] = (
        _texts, _languages, _places, _amounts, _address, _window, _parts, _course, _survey,
    )  # fmt: skip
    return [problem for check in checks for problem in check(event, programme)]


def _texts(event: PlannedEvent, programme: Programme) -> Iterator[str]:
    yield from _in_words("title", event.title, programme)
    for language, title in event.title.items():
        if text_checks.columns(title) > TITLE_COLUMNS:
            yield f"title.{language}: must be short, at most {TITLE_COLUMNS // 2} full-width characters"
    for name in ("place", "cost_note", "date_words"):
        if texts := getattr(event, name):
            yield from _in_words(name, texts, programme)
            yield from _short(name, texts)
    if "ja" not in event.description:
        yield "description.ja: is missing: other languages may be left out, Japanese may not"
    for language, text in event.description.items():
        yield from text_checks.words(f"description.{language}", text, lines=True)
        if len(text) > DESCRIPTION_CHARACTERS:
            yield f"description.{language}: must be at most {DESCRIPTION_CHARACTERS} characters"


def _short(path: str, texts: Texts) -> Iterator[str]:
    for language, text in texts.items():
        if text_checks.columns(text) > LINE_COLUMNS:
            yield f"{path}.{language}: must be short, at most {LINE_COLUMNS // 2} full-width characters"


def _in_words(path: str, texts: Texts, programme: Programme) -> Iterator[str]:
    city = programme.city
    yield from text_checks.in_every_language(path, texts, city.staff_languages or city.languages)
    for language, text in texts.items():
        yield from text_checks.words(f"{path}.{language}", text)


def _languages(event: PlannedEvent, _programme: Programme) -> Iterator[str]:
    if not event.held_in:
        yield "held_in: must name at least one language"
    both: Mapping[str, tuple[str, ...]] = {"held_in": event.held_in, "interpreted_into": event.interpreted_into}
    for path, tags in both.items():
        yield from text_checks.twice(path, tags)
        for tag in tags:
            if not text_checks.LANGUAGE.fullmatch(tag):
                yield f'{path}: "{tag}" is not a language tag such as "en" or "zh-Hans"'
    for tag in sorted({*event.held_in} & {*event.interpreted_into}):
        yield f'interpreted_into: "{tag}" is the language it is held in'


def _places(event: PlannedEvent, programme: Programme) -> Iterator[str]:
    if not event.audiences:
        yield 'audiences: must name "citizen", "company" or both'
    yield from text_checks.twice("audiences", event.audiences)
    if event.ward is not None and programme.ward(event.ward) is None:
        yield f'ward: "{event.ward}" is no code of wards'
    yield from text_checks.twice("interests", event.interests)
    for code in event.interests:
        if programme.interest(code) is None:
            yield f'interests: "{code}" is no code of interests'
    if event.state not in (EventState.DRAFT, EventState.PUBLISHED):
        yield 'state: must be "draft" or "published": the others come about while the bot runs'


def _amounts(event: PlannedEvent, _programme: Programme) -> Iterator[str]:
    if not 0 <= event.companions <= COMPANIONS:
        yield f"companions: must be from 0 to {COMPANIONS}"
    if not 0 <= event.cost_yen <= DEAREST_YEN:
        yield f"cost_yen: must be from 0 to {DEAREST_YEN}"


def _address(event: PlannedEvent, _programme: Programme) -> Iterator[str]:
    if event.joining_url and not is_web_address(event.joining_url):
        yield "joining_url: must be a whole address that begins with https://"
    if len(event.joining_url) > ADDRESS_CHARACTERS:
        yield f"joining_url: must be at most {ADDRESS_CHARACTERS} characters"


def is_web_address(address: str) -> bool:
    """Tell whether this is an https address that a person can open."""
    try:
        found = urlsplit(address)
        has_host = found.scheme == "https" and bool(found.hostname) and found.port != 0
    except ValueError:  # such as a port that is no number
        return False
    return has_host and found.username is None and address.isprintable() and " " not in address


def _window(event: PlannedEvent, _programme: Programme) -> Iterator[str]:
    opens, closes = event.opens_at, event.closes_at
    yield from _zone("opens_at", opens)
    yield from _zone("closes_at", closes)
    if opens and closes and _has_zone(opens, closes) and closes <= opens:
        yield "closes_at: must be after opens_at"
    ends = [part.ends_at for part in event.parts if part.ends_at and _has_zone(part.ends_at)]
    is_dated = all(part.starts_at for part in event.parts)
    if closes and ends and is_dated and _has_zone(closes) and closes > max(ends):
        yield "closes_at: must not be after the end of the last part"


def _zone(path: str, moment: datetime | None) -> Iterator[str]:
    if moment is not None and not _has_zone(moment):
        yield f"{path}: {ZONE_MISSING}"


def _has_zone(*moments: datetime) -> bool:
    return all(moment.tzinfo is not None for moment in moments)


def _parts(event: PlannedEvent, programme: Programme) -> Iterator[str]:
    if not event.parts:
        yield "parts: must hold at least one"
    for place, part in enumerate(event.parts, 1):
        titles = (*_in_words("title", part.title, programme), *_short("title", part.title)) if part.title else ()
        for problem in (*_part(part), *titles):
            yield f"parts[#{place}].{problem}"
    starts = [(place, part.starts_at) for place, part in enumerate(event.parts, 1) if part.starts_at]
    for (_, earlier), (place, later) in pairwise(starts):
        if _has_zone(earlier, later) and later <= earlier:
            yield f"parts[#{place}].starts_at: must be after that of the part before it: put the parts in order"


def _part(part: PlannedPart) -> Iterator[str]:
    starts, ends = part.starts_at, part.ends_at
    yield from _zone("starts_at", starts)
    yield from _zone("ends_at", ends)
    if starts and not ends:
        yield "ends_at: is missing: reminders, calendars and points need it"
    if ends and not starts:
        yield "starts_at: is missing: leave both out while the date is open"
    if starts and ends and _has_zone(starts, ends) and not timedelta() < ends - starts <= LONGEST_PART:
        yield "ends_at: must be after starts_at, and within 24 hours of it"
    if part.capacity is not None and part.capacity < 1:
        yield "capacity: must be 1 or more; leave it out to take everybody"


def _course(event: PlannedEvent, _programme: Programme) -> Iterator[str]:
    if len(event.parts) < 2:
        if event.kind is EventKind.COURSE:
            yield "parts: a course has several: add [[events.parts]], or choose another kind"
        if event.whole_only:
            yield "whole_only: must be false where there is one part"


def _survey(event: PlannedEvent, programme: Programme) -> Iterator[str]:
    if len(event.survey) > QUESTIONS:
        yield f"survey: must hold at most {QUESTIONS} questions"
    for place, question in enumerate(event.survey, 1):
        for problem in _question(question, programme):
            yield f"survey[#{place}].{problem}"


def _question(question: Question, programme: Programme) -> Iterator[str]:
    yield from _in_words("words", question.words, programme)
    for language, text in question.words.items():
        if text_checks.columns(text) > QUESTION_COLUMNS:
            yield f"words.{language}: must be short, at most {QUESTION_COLUMNS // 2} full-width characters"
    least, most = CHOICES
    if question.kind is QuestionKind.CHOICE and not least <= len(question.choices) <= most:
        yield f"choices: must be from {least} to {most}"
    if question.kind is not QuestionKind.CHOICE and question.choices:
        yield 'choices: must be left out unless kind is "choice"'
    for place, choice in enumerate(question.choices, 1):
        yield from _in_words(f"choices[#{place}]", choice, programme)
        for language, text in choice.items():
            if len(text) > CHOICE_CHARACTERS:
                yield f"choices[#{place}].{language}: is too long for a button: at most {CHOICE_CHARACTERS} characters"
