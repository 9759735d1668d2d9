"""Turns a CSV file into rows by the names of its columns, in Japanese or English. What a row means it does not know.

Cells are plain text: a formula is never computed. A leading apostrophe that keeps a spreadsheet from computing one is
taken away, as exports put it there.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.importing import ImportRefusedError, lines
from bot.importing.lines import SEPARATORS, Rejected, Row, Written

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
SEPARATOR_NAMES = {",": "commas", "\t": "tabs", ";": "semicolons"}
LOOKED_AT = 5  # rows in which the header is looked for: empty lines and Excel's "sep=;" may come first


@dataclass(frozen=True, slots=True)
class Column:
    """One column: our name, the other names it goes by, and whether a file must have it."""

    name: str
    also: tuple[str, ...] = ()
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: its number in the file and its cells by our columns' names; an absent one is empty."""

    number: int
    cells: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.cells.get(name, "")


@dataclass(frozen=True, slots=True)
class Table:
    """A file whose columns are known. Iterating reads it anew from its first line to its last."""

    written: Written
    separator: str
    header: Row
    places: Mapping[str, int]
    unused: tuple[str, ...]

    @property
    def told(self) -> str:
        """Say in one line how the file was read."""
        words = f"{self.written.path.name}: {self.written.name}, {SEPARATOR_NAMES[self.separator]}"
        return f"{words}; columns not used: {', '.join(self.unused)}" if self.unused else words

    def __iter__(self) -> Iterator[Line | Rejected]:
        for row in lines.read(self.written, self.separator):
            if row.number <= self.header.number:
                continue
            if isinstance(row, Rejected):
                yield row
            elif row.cells:
                yield self._line(row)

    def _line(self, row: Row) -> Line | Rejected:
        width = len(self.header.cells)
        if any(cell.strip() for cell in row.cells[width:]):
            words = f"has {len(row.cells)} cells and the first line {width}: a text with a separator in it needs quotes"
            return Rejected(row.number, words)
        return Line(row.number, pick(row.cells, self.places))


def read(path: Path, columns: Sequence[Column]) -> Table:
    """Look at a file's first lines; ImportRefusedError names what is missing, twice there, or wrong with the file."""
    written = lines.examine(path)
    tried = [(separator, _find_header(written, separator, columns)) for separator in SEPARATORS]
    separator, header = max(tried, key=lambda one: _known(one[1], columns))
    places, problems = place(header.cells, columns)
    if problems:
        raise ImportRefusedError("\n".join(f"{path}: {problem}" for problem in problems))
    used = set(places.values())
    unused = tuple(cell.strip() for at, cell in enumerate(header.cells) if at not in used and cell.strip())
    return Table(written, separator, header, places, unused)


def place(cells: Sequence[str], columns: Sequence[Column]) -> tuple[dict[str, int], list[str]]:
    """Find each column's place in a header; also says what is missing and what stands there twice."""
    found: dict[str, list[int]] = {}
    names = _names(columns)
    for at, cell in enumerate(cells):
        if name := names.get(fold(cell)):
            found.setdefault(name, []).append(at)
    problems = [
        f"the column {_both(column)} is missing" for column in columns if column.needed and column.name not in found
    ]
    for column in columns:
        if len(same := found.get(column.name, [])) > 1:
            said = ", ".join(cells[at].strip() for at in same)
            problems.append(f"the column {column.name} is there {len(same)} times: {said}")
    if not found:
        known = ", ".join(_both(column) for column in columns if column.needed) or _both(columns[0])
        problems = [f"no column is known in the first line; it needs {known}"]
    return {name: same[0] for name, same in found.items()}, problems


def pick(cells: Sequence[str], places: Mapping[str, int]) -> dict[str, str]:
    """Take the cells that are known, cleaned."""
    return {name: clean(cells[at]) for name, at in places.items() if at < len(cells)}


def clean(cell: str) -> str:
    """Take a cell as plain text: without the spaces around it, and without an apostrophe before a formula's sign."""
    text = cell.strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA_STARTS) else text


def fold(name: str) -> str:
    """Fold a column's name, so that width, case, spaces and brackets do not matter."""
    return re.sub(r"[\s_\-・.:*()\[\]]+", "", unicodedata.normalize("NFKC", name).casefold())


def _names(columns: Sequence[Column]) -> dict[str, str]:
    return {fold(name): column.name for column in columns for name in (column.name, *column.also)}


def _both(column: Column) -> str:
    return f"{column.name} ({column.also[0]})" if column.also else column.name


def _known(header: Row, columns: Sequence[Column]) -> int:
    return len(place(header.cells, columns)[0])


def _find_header(written: Written, separator: str, columns: Sequence[Column]) -> Row:
    """Take the first row that knows a column, else the first that is not empty."""
    rows = [row for row in lines.first_rows(written, separator, LOOKED_AT) if row.cells]
    rows = [row for row in rows if not row.cells[0].lower().startswith("sep=")] or rows
    if not rows:
        raise ImportRefusedError(f"{written.path}: is empty")
    return next((row for row in rows if _known(row, columns)), rows[0])
