"""Turns the form of an event into the event as it is planned, and back; what does not fit is told by its field."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from bot.web.numbers import read_number
from bot.web.staff.events import faults
from bot.web.staff.wording import field_value, moment
from handlers.texts import JAPANESE
from storage import event_checks
from storage.clock import TOKYO
from storage.events import DETAIL_NAMES
from storage.facts import (
    AudienceKind,
    EventDetails,
    EventFacts,
    EventKind,
    EventMode,
    EventState,
    PlannedEvent,
    PlannedPart,
    Programme,
    Texts,
)
from storage.text_checks import CODE

Form = Mapping[str, str]
Kind = TypeVar("Kind", bound=StrEnum)
YES = "yes"
LINES = ("title", "place", "cost_note", "date_words")
"""The texts of one line; each stands in the form once for each language, as the description does."""
MOST_PARTS = 12  # to choose: as many as a course's card shows
MOST_ROWS = 200  # of an event that a file brought
LARGEST = 1_000_000  # seats, or yen
DAYS = "月火水木金土日"
JAPAN = timedelta(hours=9)


@dataclass(frozen=True, slots=True)
class Written:
    """What was written on a form: the event, and what is wrong with it, by field; only without faults is it as meant.

    ``lacking`` names fields that may stay empty in a language: its readers then see Japanese.
    """

    event: PlannedEvent
    faults: dict[str, str]
    lacking: list[str]


def empty(programme: Programme) -> dict[str, str]:
    """Give the form of a new event: one part, for citizens, in Japanese."""
    return {
        "kind": EventKind.SEMINAR,
        "mode": EventMode.VENUE,
        f"audience.{AudienceKind.PUBLIC}": YES,
        f"held_in.{JAPANESE}": YES,
        "cost_yen": "0",
        "companions": str(event_checks.COMPANIONS),
        "source": programme.city.name[JAPANESE],
        "rows": "1",
    }


def fill(event: EventFacts) -> dict[str, str]:
    """Give the form that holds an event."""
    form = {
        "code": event.code,
        "kind": event.kind,
        "mode": event.mode,
        "ward": event.ward or "",
        "cost_yen": str(event.cost_yen),
        "companions": str(event.companions),
        "joining_url": event.joining_url,
        "source": event.source,
        "opens_at": field_value(event.opens_at),
        "closes_at": field_value(event.closes_at),
        "whole_only": YES if event.whole_only else "",
        "rows": str(len(event.parts)),
    }
    for name in (*LINES, "description"):
        form |= {f"{name}.{language}": text for language, text in getattr(event, name).items()}
    ticked = {
        "audience": event.audiences, "interest": event.interests, "held_in": event.held_in,
        "interpreted_into": event.interpreted_into,
    }  # fmt: skip
    form |= {f"{name}.{code}": YES for name, codes in ticked.items() for code in codes}
    for number, part in enumerate(event.parts, 1):
        form |= _fill_part(number, part.starts_at, part.ends_at, part.capacity)
        form |= {f"part_title.{number}.{language}": text for language, text in part.title.items()}
    return form


def like(event: EventFacts) -> dict[str, str]:
    """Give the form of a new event like an old one: with no code and no dates of its own."""
    own = ("code", "opens_at", "closes_at", "starts_at", "ends_at", "weekday", "joining_url")
    return {name: value for name, value in fill(event).items() if name.partition(".")[0] not in own}


def _fill_part(
    number: int, starts_at: datetime | None, ends_at: datetime | None, capacity: int | None
) -> dict[str, str]:
    return {
        f"starts_at.{number}": field_value(starts_at),
        f"ends_at.{number}": field_value(ends_at),
        f"weekday.{number}": DAYS[starts_at.astimezone(TOKYO).weekday()] if starts_at else "",
        f"capacity.{number}": "" if capacity is None else str(capacity),
    }


def rows(form: Form) -> list[int]:
    """List the rows of parts that a form has; a row that is to go is one until it is saved."""
    return list(range(1, min(max(read_number(form.get("rows", "")) or 1, 1), MOST_ROWS) + 1))


def read(form: Form, programme: Programme, was: EventFacts | None, now: datetime) -> Written:
    """Read an event from its form, and look it through as it would be stored.

    What no field holds stays as it ``was``; so do dates and seats of an event that is no draft any more.
    """
    reader = _Reader(form, programme, was)
    is_draft = was is None or was.state is EventState.DRAFT
    parts = {row: reader.part(row) for row in reader.kept_rows()} if is_draft else {}
    planned = tuple(parts.values()) if was is None or is_draft else reader.retitled(was)
    details = reader.details()
    known = {name: getattr(details, name) for name in DETAIL_NAMES}
    event = PlannedEvent(**known, parts=planned, state=EventState.DRAFT)
    found, lacking = faults.look_through(event, programme, now, is_draft=is_draft)
    rows_of = {f"{number}": f"{row}" for number, row in enumerate(parts, 1)}
    of_fields = {faults.of_row(name, rows_of): words for name, words in found.items()}
    return Written(event, {**of_fields, **reader.faults}, lacking)


class _Reader:
    """Reads field by field and remembers what could not be read."""

    def __init__(self, form: Form, programme: Programme, was: EventFacts | None) -> None:
        self.form, self.programme, self.was = form, programme, was
        self.faults: dict[str, str] = {}

    def kept_rows(self) -> list[int]:
        """List the rows that are not to go; the last one stays."""
        kept = [row for row in rows(self.form) if self.form.get(f"drop.{row}") != YES]
        return kept or [1]

    def details(self) -> EventDetails:
        """Read all but the parts."""
        plain = self.was or EventDetails(
            code=self._code(),
            kind=EventKind.SEMINAR,
            audiences=(),
            title={},
            description={},
            mode=EventMode.VENUE,
            source="",
        )
        texts: dict[str, Any] = {name: self._texts(name, getattr(plain, name)) for name in LINES}
        return replace(
            EventDetails(**{name: getattr(plain, name) for name in DETAIL_NAMES}),
            **texts,
            kind=self._chosen("kind", EventKind, plain.kind),
            mode=self._chosen("mode", EventMode, plain.mode),
            audiences=tuple(one for one in AudienceKind if self.form.get(f"audience.{one}") == YES),
            held_in=self._ticked("held_in", self.programme.city.languages, plain.held_in),
            interpreted_into=self._ticked("interpreted_into", self.programme.city.languages, plain.interpreted_into),
            interests=self._ticked("interest", [one.code for one in self.programme.interests], ()),
            ward=self.form.get("ward") or None,
            description=self._texts("description", plain.description, lines=True),
            cost_yen=self._number("cost_yen") or 0,
            companions=self._number("companions") or 0,
            joining_url=self.form.get("joining_url", ""),
            source=one_line(self.form.get("source", "")) or self.programme.city.name[JAPANESE],
            opens_at=self._moment("opens_at"),
            closes_at=self._moment("closes_at"),
            whole_only=self.form.get("whole_only") == YES,
        )

    def part(self, row: int) -> PlannedPart:
        """Read one row of the parts."""
        starts_at = self._moment(f"starts_at.{row}")
        weekday = self.form.get(f"weekday.{row}", "")
        if starts_at and weekday and DAYS.find(weekday) != starts_at.astimezone(TOKYO).weekday():
            said = f"{moment(starts_at)}です。選んだ曜日（{weekday}）と合いません。日にちか曜日を直してください。"
            self.faults[f"starts_at.{row}"] = said
        return PlannedPart(
            starts_at=starts_at,
            ends_at=self._moment(f"ends_at.{row}"),
            capacity=self._number(f"capacity.{row}"),
            title=self._texts(f"part_title.{row}", {}),
        )

    def retitled(self, was: EventFacts) -> tuple[PlannedPart, ...]:
        """Give the parts of an event that is shown, under the titles that were written."""
        planned = faults.as_planned(was.parts)
        if len(planned) < 2:
            return planned
        return tuple(
            replace(part, title=self._texts(f"part_title.{row}", part.title)) for row, part in enumerate(planned, 1)
        )

    def _code(self) -> str:
        code = self.form.get("code", "")
        if code and not CODE.fullmatch(code):
            self.faults["code"] = "英小文字で始まる、英小文字・数字・_ の32文字までにしてください。"
        return code

    def _chosen(self, name: str, kinds: type[Kind], was: Kind) -> Kind:
        try:
            return kinds(self.form.get(name, was))
        except ValueError:
            self.faults[name] = "もう一度選んでください。"
            return was

    def _ticked(self, name: str, known: Iterable[str], was: Iterable[str]) -> tuple[str, ...]:
        """Read what is ticked, in the form's order; what has no box stays."""
        boxes = tuple(known)
        kept = [code for code in was if code not in boxes]
        return (*(code for code in boxes if self.form.get(f"{name}.{code}") == YES), *kept)

    def _texts(self, name: str, was: Texts, *, lines: bool = False) -> Texts:
        boxes = tuple(dict.fromkeys((JAPANESE, *self.programme.city.languages)))
        clean = clean_lines if lines else one_line
        read = {language: clean(self.form.get(f"{name}.{language}", "")) for language in boxes}
        kept = {language: text for language, text in was.items() if language not in boxes}
        return {language: text for language, text in read.items() if text} | kept

    def _number(self, name: str) -> int | None:
        text = unicodedata.normalize("NFKC", self.form.get(name, "")).replace(",", "").strip()
        number = read_number(text)
        if text and (number is None or number > LARGEST):
            self.faults[name] = f"数字で、{LARGEST:,}までで書いてください。"
        return number

    def _moment(self, name: str) -> datetime | None:
        """Read a moment of Tokyo's; another zone is refused, since what was meant is a guess."""
        text = unicodedata.normalize("NFKC", self.form.get(name, "")).replace("/", "-")
        if not text:
            return None
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            found = None
        if found is None or ":" not in text:
            self.faults[name] = "日付と時刻の両方を、2022-01-26T14:00 のように書いてください。"
            return None
        if found.tzinfo is not None and found.utcoffset() != JAPAN:
            said = f"日本時間ではありません。日本では{moment(found)}です。日本時間で書いてください。"
            self.faults[name] = said
            return None
        return found.replace(tzinfo=TOKYO)


def clean_lines(text: str) -> str:
    """Leave out what no page shows: control signs that come along when one pastes from a word processor."""
    lines = "\n".join(line.rstrip() for line in text.replace("\t", " ").splitlines())
    return "".join(sign for sign in lines if sign == "\n" or unicodedata.category(sign) != "Cc").strip()


def one_line(text: str) -> str:
    """Make one line of what was written."""
    return " ".join(clean_lines(text).split("\n")).strip()
