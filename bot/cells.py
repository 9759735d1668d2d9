"""Writes tables that a spreadsheet opens as they are: CSV in UTF-8 with a mark, and no cell that it would compute."""

import csv
import re
from collections.abc import Iterable, Sequence
from typing import TextIO

MARK = "\ufeff"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")
NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
Cell = str | int | float | None


def neutral(cell: Cell) -> str:
    """Put an apostrophe before what a spreadsheet would take for a formula (OWASP ASVS 5.0, 1.2.10); numbers stay."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(FORMULA_STARTS) and not NUMBER.fullmatch(text) else text


def write(out: TextIO, header: Sequence[str], rows: Iterable[Sequence[Cell]], *, marked: bool = True) -> None:
    """Write a table with CRLF line ends; ``out`` must leave line ends as they are.

    ``marked`` puts the mark of UTF-8 in front, without which Excel guesses; a program that reads CSV may stumble on it.
    """
    if marked:
        out.write(MARK)
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([neutral(cell) for cell in row] for row in rows)
