"""A sheet to draw on: smooth shapes, and words that fit their place, with CO2 as it is written. Knows no picture."""

import re
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Literal, NamedTuple

from PIL import Image, ImageDraw, ImageFont

from bot.drawing import fonts

FINER = 3  # shapes are drawn so many times larger and made smaller: Pillow draws hard edges
LOWERED, SMALLER = 0.22, 0.66  # the 2 of CO2 against the size of its letters
LITTLE_SMALLER = 0.82
LEAST_SIZE = 24  # pixels: below it nobody reads
GREEN, LEAF, INK, QUIET, EDGE, PAPER = "#197a4b", "#eaf5ef", "#1a1a1a", "#4d4d4d", "#cccccc", "#ffffff"
RED, YELLOW = "#a90000", "#ffd43d"
"""Colours of bot/web/static/tokens.css; the light green is ours, 17 : 1 under the ink."""

Side = Literal["left", "middle", "right"]
Box = tuple[float, float, float, float]
_CO2 = re.compile("CO[2₂]")
_PIECES = re.compile(r"[一-鿿々]+（[ぁ-んー]+）|[\x21-\u02ff\u1e00-\u1eff\uac00-\ud7af]+\s*|.")
"""What a line is not broken in: kanji with their reading, and words of scripts that part them by spaces."""


class _Part(NamedTuple):
    words: str
    font: ImageFont.FreeTypeFont
    lower: int


class Sheet:
    """A picture being drawn, in pixels from its left upper corner, with words in one language."""

    def __init__(self, width: int, height: int, language: str, ground: str = PAPER) -> None:
        self.image = Image.new("RGB", (width, height), ground)
        self.language = language
        self._draw = ImageDraw.Draw(self.image)

    def words(
        self, x: float, y: float, words: str, size: int, color: str = INK, *,
        bold: bool = True, side: Side = "left", width: float | None = None,
    ) -> float:  # fmt: skip
        """Write one line, its letters standing on ``y``, smaller where ``width`` asks for it; give its width."""
        size = self._fitting(words, size, width, bold=bold)
        parts = list(self._parts(words, size, bold=bold))
        wide = sum(part.font.getlength(part.words) for part in parts)
        x -= {"left": 0, "middle": wide / 2, "right": wide}[side]
        for part in parts:
            self._draw.text((x, y + part.lower), part.words, fill=color, font=part.font, anchor="ls")
            x += part.font.getlength(part.words)
        return wide

    def lines(
        self, x: float, y: float, words: str, size: int, color: str = INK, *,
        width: float, most: int, bold: bool = False, side: Side = "left",
    ) -> float:  # fmt: skip
        """Write words in at most ``most`` lines, smaller where they need it; give where the next line would stand."""
        size, broken = self._lines_of(words, size, width, most, bold=bold)
        for line in broken:
            self.words(x, y, line, size, color, bold=bold, side=side, width=width)
            y += size * 1.4
        return y

    def measure(self, words: str, size: int, *, bold: bool = True) -> float:
        """Give how wide words are."""
        return sum(part.font.getlength(part.words) for part in self._parts(words, size, bold=bold))

    def box(self, box: Box, color: str, *, radius: float = 0) -> None:
        """Fill a rectangle with round corners."""
        left, top, right, low = (round(side) for side in box)
        r = round(min(radius, (right - left) / 2, (low - top) / 2))
        for inner in ((left + r, top, right - r, low), (left, top + r, right, low - r)):
            self.image.paste(color, inner)
        for x in {left + r, right - r} if r else ():
            for y in {top + r, low - r}:
                self.disc(x, y, r, color)

    def disc(self, x: float, y: float, radius: float, color: str) -> None:
        """Fill a circle."""
        self._smooth((x - radius, y - radius, x + radius, y + radius), color, lambda draw, r: draw.ellipse(r, fill=255))

    def ring(self, x: float, y: float, radius: float, thick: float, share: float, color: str) -> None:
        """Draw a share (0 to 1) of a ring, from its top to the right."""
        box, end = (x - radius, y - radius, x + radius, y + radius), -90 + 360 * min(1.0, max(0.0, share))
        self._smooth(box, color, lambda draw, r: draw.arc(r, -90, end, fill=255, width=round(thick * FINER)))

    def shape(self, points: list[tuple[float, float]], color: str) -> None:
        """Fill a shape with straight sides."""
        xs, ys = [x for x, _ in points], [y for _, y in points]
        left, top = min(xs), min(ys)
        moved = [((x - left) * FINER, (y - top) * FINER) for x, y in points]
        self._smooth((left, top, max(xs), max(ys)), color, lambda draw, _: draw.polygon(moved, fill=255))

    def line(self, points: list[tuple[float, float]], color: str, thick: float) -> None:
        """Draw a line with round ends and corners."""
        left, top = min(x for x, _ in points) - thick, min(y for _, y in points) - thick
        right, low = max(x for x, _ in points) + thick, max(y for _, y in points) + thick
        moved = [((x - left) * FINER, (y - top) * FINER) for x, y in points]

        def paint(draw: ImageDraw.ImageDraw, _: Box) -> None:
            draw.line(moved, fill=255, width=round(thick * FINER), joint="curve")
            half = thick * FINER / 2
            for x, y in moved:
                draw.ellipse((x - half, y - half, x + half, y + half), fill=255)

        self._smooth((left, top, right, low), color, paint)

    def png(self, colors: int = 0) -> bytes:
        """Give the picture as a PNG; with so many colours only, where they are named, which makes it much smaller."""
        image = self.image
        if colors:  # by octree: seven times as quick as the median cut, and no colour is off by more than an eye sees
            image = image.quantize(colors, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        written = BytesIO()
        image.save(written, "PNG", compress_level=6)
        return written.getvalue()

    def _smooth(self, box: Box, color: str, paint: Callable[[ImageDraw.ImageDraw, Box], None]) -> None:
        left, top = round(box[0]), round(box[1])
        width, height = max(1, round(box[2]) - left), max(1, round(box[3]) - top)
        mask = Image.new("L", (width * FINER, height * FINER))
        paint(ImageDraw.Draw(mask), (0, 0, width * FINER - 1, height * FINER - 1))
        self.image.paste(color, (left, top), mask.reduce(FINER))

    def _fitting(self, words: str, size: int, width: float | None, *, bold: bool) -> int:
        while width is not None and size > LEAST_SIZE and self.measure(words, size, bold=bold) > width:
            size -= 2
        return size

    def _lines_of(self, words: str, size: int, width: float, most: int, *, bold: bool) -> tuple[int, list[str]]:
        """Choose size and lines: rather a little smaller than one line more, and an ellipsis where nothing helps."""
        broken: list[str] = []
        for count in range(1, most + 1):
            least = LEAST_SIZE if count == most else round(size * LITTLE_SMALLER)
            for smaller in range(size, least - 1, -2):
                broken = self._broken(words, smaller, width, bold=bold)
                if len(broken) <= count:
                    return smaller, broken
        return LEAST_SIZE, [*broken[: most - 1], f"{broken[most - 1].rstrip()}…"]

    def _parts(self, words: str, size: int, *, bold: bool) -> Iterator[_Part]:
        at = 0
        for found in _CO2.finditer(words):
            yield from self._plain(f"{words[at : found.start()]}CO", size, 0, bold=bold)
            yield from self._plain("2", round(size * SMALLER), round(size * LOWERED), bold=bold)
            at = found.end()
        yield from self._plain(words[at:], size, 0, bold=bold)

    def _plain(self, words: str, size: int, lower: int, *, bold: bool) -> Iterator[_Part]:
        for part, font in fonts.runs(words, self.language, size, bold=bold):
            yield _Part(part, font, lower)

    def _broken(self, words: str, size: int, width: float, *, bold: bool) -> list[str]:
        """Break words into lines: between words where there are spaces, else between characters."""
        lines = [""]
        for piece in _PIECES.findall(words):
            if lines[-1] and self.measure((lines[-1] + piece).rstrip(), size, bold=bold) > width and not _hangs(piece):
                lines.append("")
            lines[-1] += piece
        return lines


def _hangs(piece: str) -> bool:
    """Tell whether a piece may not begin a line (JIS X 4051): it hangs over the end instead."""
    return piece[0] in "、。，．：）」』】・ー…％"
