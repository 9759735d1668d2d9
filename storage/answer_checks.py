"""Checks of one row of the answer table and of staff's hours, each problem as one line. Changes nothing."""

import re
from collections.abc import Iterator

from storage import text_checks
from storage.facts import AnswerRow, Programme, StaffHours

LINES = 2
LINE_COLUMNS = 120  # about three lines on a phone
MOST_WORDS = 30
SHORTEST_WORD = 2
LONGEST_WORD = 60
TELEPHONE = re.compile(r"#?[0-9][0-9-]{2,18}")
CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
MONTH_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
MOST_ANSWER_DAYS = 30


def find_problems(row: AnswerRow, programme: Programme) -> list[str]:
    """List every problem of a row, as ``lines.ja: must be 1 or 2 lines``; empty when all is well."""
    return [*_words(row), *_languages(row, programme), *_lines(row, programme), *_ways(row)]


def _words(row: AnswerRow) -> Iterator[str]:
    if not any(row.words.values()):
        yield "words: must hold at least one word that asks"
    for language, words in row.words.items():
        path = f"words.{language}"
        if len(words) > MOST_WORDS:
            yield f"{path}: must be at most {MOST_WORDS} words"
        for word in words:
            yield from text_checks.words(f'{path} "{word}"', word)
            if not SHORTEST_WORD <= len(word) <= LONGEST_WORD:
                yield f'{path} "{word}": must be from {SHORTEST_WORD} to {LONGEST_WORD} characters'
        yield from text_checks.twice(path, words)


def _languages(row: AnswerRow, programme: Programme) -> Iterator[str]:
    for name, texts in (("words", row.words), ("lines", row.lines)):
        for language in texts:
            if language not in programme.city.languages:
                yield f"{name}.{language}: is not in city.languages"


def _lines(row: AnswerRow, programme: Programme) -> Iterator[str]:
    if row.action:
        if programme.action(row.action) is None:
            yield f"action: there is no action {row.action}"
        if row.lines or row.link or row.telephone:
            yield "action: a row that names an action answers nothing else"
        return
    if "ja" not in row.lines:
        yield "lines.ja: is missing: other languages may be left out, Japanese may not"
    for language, lines in row.lines.items():
        path = f"lines.{language}"
        if not 1 <= len(lines) <= LINES:
            yield f"{path}: must be 1 or {LINES} lines"
        for line in lines:
            yield from text_checks.words(path, line)
            if text_checks.columns(line) > LINE_COLUMNS:
                yield f"{path}: a line must be short, at most {LINE_COLUMNS // 2} full-width characters"


def _ways(row: AnswerRow) -> Iterator[str]:
    if row.link and not row.link.startswith("https://"):
        yield "link: must begin with https://"
    if row.link and text_checks.columns(row.link) != len(row.link):
        yield "link: must hold no full-width characters"
    if row.telephone and not TELEPHONE.fullmatch(row.telephone):
        yield "telephone: must be digits and -, such as 093-000-0000"


def find_problems_of_hours(hours: StaffHours) -> Iterator[str]:
    """Say what is wrong with the hours in which staff answer."""
    for name in ("opens", "closes"):
        if not CLOCK.fullmatch(getattr(hours, name)):
            yield f'{name}: must be a time of day such as "09:00"'
    if hours.opens >= hours.closes:
        yield "closes: must be after opens"
    if not 1 <= hours.answer_days <= MOST_ANSWER_DAYS:
        yield f"answer_days: must be from 1 to {MOST_ANSWER_DAYS}"
    for day in hours.closed_each_year:
        if not MONTH_DAY.fullmatch(day):
            yield f'closed_each_year "{day}": must be a month and day such as "12-29"'
