"""Reads the days that a text names with their weekdays, in Japanese and English; may not ask which day it is."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

_JAPANESE = "月火水木金土日"
_ENGLISH = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ERA_STARTS = 2018  # 令和1年 is 2019
_WEEKDAY = r"(?P<weekday>mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?"
_MONTH = r"(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_IN_BRACKETS = (
    r"(?:\s*\(\s*(?P<weekday>[月火水木金土日])(?:曜日?)?(?:・?祝)?\s*\)|\s*(?P<weekday2>[月火水木金土日])曜日?)?"
)
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?:(?:(?P<year>\d{{4}})|令和(?P<era>\d{{1,2}}))年\s*)?(?P<month>\d{{1,2}})月\s*(?P<day>\d{{1,2}})日{_IN_BRACKETS}",
        rf"(?<![\d/])(?:(?P<year>\d{{4}})/)?(?P<month>\d{{1,2}})/(?P<day>\d{{1,2}})(?![\d/]){_IN_BRACKETS}",
        rf"(?<!\d)(?P<year>\d{{4}})-(?P<month>\d{{2}})-(?P<day>\d{{2}})(?!\d){_IN_BRACKETS}",
        rf"\b{_WEEKDAY}\s+(?:the\s+)?{_DAY}\s+(?:of\s+)?{_MONTH}(?:,?\s+(?P<year>\d{{4}}))?",
        rf"\b{_WEEKDAY}\s+{_MONTH}\s+{_DAY}\b(?:,?\s+(?P<year>\d{{4}}))?",
        rf"\b{_DAY}\s+{_MONTH}(?:,?\s+(?P<year>\d{{4}}))?\s*\(\s*{_WEEKDAY}\s*\)",
        rf"\b{_MONTH}\s+{_DAY}(?:,?\s+(?P<year>\d{{4}}))?\s*\(\s*{_WEEKDAY}\s*\)",
    )
)


@dataclass(frozen=True, slots=True)
class NamedDay:
    """A day as a text names it. ``on`` is None where there is no such day; ``weekday`` is 0 for Monday, None if unsaid.

    ``has_year``: the text says which year; else it is the one that comes closest to the day of reading.
    """

    words: str
    on: date | None
    weekday: int | None
    has_year: bool

    @property
    def is_wrong(self) -> bool:
        """Tell whether there is no such day, or it falls on another weekday than the text says."""
        return self.on is None or (self.weekday is not None and self.on.weekday() != self.weekday)


def find_days(text: str, near: date) -> list[NamedDay]:
    """List the days that a text names, in order; ``near`` decides the year where the text says none."""
    text = unicodedata.normalize("NFKC", text)
    found: dict[int, NamedDay] = {}
    taken: list[tuple[int, int]] = []
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            if not any(match.start() < end and start < match.end() for start, end in taken):
                taken.append(match.span())
                found[match.start()] = _named(match, near)
    return [found[start] for start in sorted(found) if not _is_fraction(found[start])]


def _is_fraction(named: NamedDay) -> bool:
    """Tell whether what looks like a day is a number: 24/7 is read by nobody as one."""
    return named.on is None and named.weekday is None and "/" in named.words


def _named(match: re.Match[str], near: date) -> NamedDay:
    said = {name: value for name, value in match.groupdict().items() if value}
    year = int(said["year"]) if "year" in said else _ERA_STARTS + int(said["era"]) if "era" in said else None
    month = said["month"].lower()
    number = _MONTHS.index(month[:3]) + 1 if month[:3] in _MONTHS else int(month)
    on = next(iter(_closest(_possible(year, number, int(said["day"]), near), near)), None)
    weekday = _weekday(said.get("weekday") or said.get("weekday2"))
    return NamedDay(match.group().strip(), on, weekday, year is not None)


def _possible(year: int | None, month: int, day: int, near: date) -> Iterator[date]:
    for candidate in (year,) if year is not None else (near.year - 1, near.year, near.year + 1):
        try:
            yield date(candidate, month, day)
        except ValueError:
            continue


def _closest(days: Iterator[date], near: date) -> list[date]:
    return sorted(days, key=lambda day: abs((day - near).days))


def _weekday(said: str | None) -> int | None:
    if said is None:
        return None
    return _JAPANESE.index(said) if said in _JAPANESE else _ENGLISH.index(said[:3].lower())
