"""Lays out the curve of a row of numbers in per cent of its frame, so that a page draws it at any width. Knows no page.

Words stay in rem and lines in pixels, however wide the frame is: nothing is scaled but the places.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, log10

LEVELS = 4  # lines across the chart, the ground not counted
TOP, GROUND = 14.0, 86.0  # per cent of the height; above stands the highest number, below the names of the months
SIDE = 5.0  # per cent of the width, so that no mark is cut
NAMED_EVERY = 3  # months: more names would touch one another on a telephone


@dataclass(frozen=True, slots=True)
class Mark:
    """One number of the row, and where it stands."""

    x: float
    y: float
    is_named: bool


@dataclass(frozen=True, slots=True)
class Level:
    """A line across, and the number it stands for."""

    y: float
    amount: int


@dataclass(frozen=True, slots=True)
class Curve:
    """A row of numbers as it is drawn."""

    marks: tuple[Mark, ...]
    levels: tuple[Level, ...]

    @property
    def line(self) -> str:
        """Give the points of the line, as SVG writes them, in a frame of 100 by 100."""
        return " ".join(f"{mark.x:g},{mark.y:g}" for mark in self.marks)

    @property
    def area(self) -> str:
        """Give the points of what lies under the line."""
        first, last = self.marks[0], self.marks[-1]
        return f"{first.x:g},{GROUND:g} {self.line} {last.x:g},{GROUND:g}"


def draw(amounts: Sequence[int]) -> Curve:
    """Draw two numbers or more, from left to right on a scale from nothing; what is below nothing stands on the ground.

    Raises ValueError for fewer than two.
    """
    if len(amounts) < 2:
        raise ValueError("a curve needs two numbers")
    step = _step(max(amounts))
    top = step * LEVELS
    apart = (100 - 2 * SIDE) / (len(amounts) - 1)
    marks = tuple(
        Mark(round(SIDE + number * apart, 2), _height(amount, top), (len(amounts) - 1 - number) % NAMED_EVERY == 0)
        for number, amount in enumerate(amounts)
    )
    return Curve(marks, tuple(Level(_height(step * n, top), step * n) for n in range(LEVELS + 1)))


def _height(amount: int, top: int) -> float:
    return round(GROUND - (GROUND - TOP) * max(0, amount) / top, 2)


def _step(highest: int) -> int:
    """Give the smallest round step (1, 2, 5 and their tens) of which four reach the highest number."""
    least = max(1, -(-highest // LEVELS))
    ten: int = 10 ** floor(log10(least))
    return next(round(ten * times) for times in (1, 2, 5, 10) if ten * times >= least)
