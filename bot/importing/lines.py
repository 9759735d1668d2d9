"""Reads a file of separated values line by line, whatever wrote it. Knows no column, runs no formula, never gives up.

A line that cannot be read is told with its number and the reason, and the next one is read. Memory does not grow with
the file: at most LINES_A_ROW lines of LONGEST characters are held.
"""

import csv
import itertools
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from bot.importing import ImportRefusedError

SEPARATORS = (",", "\t", ";")
LONGEST = 131_072  # characters of a line, and of a cell: the csv module's own limit
LINES_A_ROW = 50  # line breaks that one row's cells may hold; more is a quote that somebody forgot to close
LOST = "\ufffd"  # what a byte becomes that is no character
WORKBOOKS = {b"PK\x03\x04": "an Excel workbook (.xlsx)", b"\xd0\xcf\x11\xe0": "an old Excel workbook (.xls)"}
UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Written:
    """How a file is written: the codec, its name for people, and about how many lines it has."""

    path: Path
    encoding: str
    name: str
    lines: int


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the number of its first line, from 1, and its cells as they stand."""

    number: int
    cells: Sequence[str]


@dataclass(frozen=True, slots=True)
class Rejected:
    """A line that was not taken, and why."""

    number: int
    reason: str


def examine(path: Path) -> Written:
    """Find out how a file is written; ImportRefusedError when it cannot be opened or is no text.

    A file is what most of its lines are: UTF-8 with or without a mark, else CP932, which holds Shift_JIS. UTF-16 is
    known by its mark; Excel writes it as "Unicode text", and Teams its lists.
    """
    try:
        with path.open("rb") as file:
            start = file.read(4)
            file.seek(0)
            return _examine(path, file, start)
    except OSError as error:
        raise ImportRefusedError(f"{path}: {error.strerror}") from None


def _examine(path: Path, file: IO[bytes], start: bytes) -> Written:
    if kind := WORKBOOKS.get(start):
        raise ImportRefusedError(f"{path}: is {kind}: save it there as CSV UTF-8")
    if start.startswith(UTF16):
        return Written(
            path, "utf-16", "UTF-16", sum(piece.count(b"\n") for piece in iter(lambda: file.read(1 << 16), b""))
        )
    lines, not_utf8, not_cp932 = 0, 0, 0
    for line in iter(lambda: file.readline(LONGEST), b""):
        lines += 1
        if not line.isascii():
            not_utf8 += not _is_written(line, "utf-8")
            not_cp932 += not _is_written(line, "cp932")
    if not_cp932 < not_utf8:
        return Written(path, "cp932", "Shift_JIS (CP932)", lines)
    return Written(path, "utf-8-sig", "UTF-8", lines)


def _is_written(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def read(written: Written, separator: str) -> Iterator[Row | Rejected]:
    """Read every row that is not empty; what cannot be read comes as Rejected in its place."""
    try:
        with written.path.open(encoding=written.encoding, errors="replace", newline="") as file:
            yield from _rows(_Feed(file), separator)
    except OSError as error:
        raise ImportRefusedError(f"{written.path}: {error.strerror}") from None


class _Feed:
    """Gives lines one by one, at most so many for one row; what one row took can be given back."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._returned: deque[str] = deque()
        self.taken: list[str] = []
        self.number = 1  # of the line that the next row begins with

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self.taken) == LINES_A_ROW:
            raise csv.Error("a quote is opened here and not closed")
        line = self._returned.popleft() if self._returned else self._file.readline(LONGEST)
        if not line:
            raise StopIteration
        self.taken.append(line)
        if len(line) == LONGEST and not line.endswith(("\n", "\r")):
            self._skip_line()
            raise csv.Error(f"longer than {LONGEST:,} characters")
        return line

    def _skip_line(self) -> None:
        """Leave out the rest of a line that is too long to hold."""
        for piece in iter(lambda: self._file.readline(LONGEST), ""):
            if piece.endswith(("\n", "\r")):
                return

    def next_row(self) -> None:
        self.number += len(self.taken)
        self.taken = []

    def keep_first(self) -> None:
        """Take only the first line as read, and give the others back."""
        self._returned.extendleft(reversed(self.taken[1:]))
        self.taken = self.taken[:1]


def _rows(feed: _Feed, separator: str) -> Iterator[Row | Rejected]:
    reader = csv.reader(feed, delimiter=separator, strict=True)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            feed.keep_first()
            yield Rejected(feed.number, _words(error))
        else:
            if reason := _unreadable(cells):
                yield Rejected(feed.number, reason)
            elif any(cell.strip() for cell in cells):
                yield Row(feed.number, cells)
            else:
                yield Row(feed.number, ())
        feed.next_row()


def _unreadable(cells: Sequence[str]) -> str:
    """Say what in a row is no text; nothing when all is."""
    if any("\0" in cell for cell in cells):
        return "holds a NUL byte: is the file UTF-16? Save it as CSV UTF-8"
    if any(LOST in cell for cell in cells):
        return "holds a character that cannot be read: save the file as CSV UTF-8"
    return ""


def _words(error: csv.Error) -> str:
    said = str(error)
    if "unexpected end of data" in said:
        return "a quote is opened here and not closed"
    if "expected after" in said:
        return 'a quote is closed inside a cell: a quote in a text is written twice, ""'
    if "field larger" in said:
        return f"a cell is longer than {LONGEST:,} characters"
    return said


def first_rows(written: Written, separator: str, count: int) -> list[Row]:
    """Read the first rows that can be read."""
    return [row for row in itertools.islice(read(written, separator), count) if isinstance(row, Row)]
