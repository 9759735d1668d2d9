"""Tells what became of the lines of a file: on the screen, or in a file when one is named. Keeps no line in memory.

A report names lines by their number and repeats nobody's name, number or address: it may be handed on.
"""

import csv
from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

import typer
from rich.console import Console
from rich.progress import Progress

from bot.cells import MARK, neutral
from bot.importing import ImportRefusedError
from bot.importing.lines import Rejected


class Report:
    """The rejected lines of one file, told as they come."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: TextIO | None = None
        self._writer: Any = None
        self.counted: Counter[str] = Counter()

    def __enter__(self) -> "Report":
        if self._path:
            try:
                self._file = self._path.open("w", encoding="utf-8", newline="")
            except OSError as error:
                raise ImportRefusedError(f"{self._path}: {error.strerror}") from None
            self._file.write(MARK)
            self._writer = csv.writer(self._file, lineterminator="\r\n")
            self._writer.writerow(("line", "what", "why"))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file:
            self._file.close()
            if kind is None:
                typer.echo(f"{sum(self.counted.values()):,} lines are in {self._path}")

    def reject(self, line: Rejected) -> None:
        """Tell a line that was not taken."""
        self.tell(line.number, "rejected", line.reason)

    def tell(self, number: int, what: str, why: str) -> None:
        """Tell something of a line."""
        self._put(str(number), what, why, f"line {number}: {what}: {why}")

    def say(self, whom: str, why: str) -> None:
        """Tell something of somebody who may be in no line."""
        self._put("", whom, why, f"{whom}: {why}")

    def _put(self, number: str, what: str, why: str, words: str) -> None:
        self.counted[what] += 1
        if self._writer:
            self._writer.writerow((number, what, neutral(why)))
        else:
            typer.echo(words)


def progress_bar() -> Progress:
    """Make a progress bar, which is drawn on a terminal only."""
    console = Console(stderr=True)
    return Progress(console=console, disable=not console.is_terminal, transient=True)
