"""Draws LINE's rich menu: six tabs, each a sign over a word, green every day and red in a disaster. Links nothing."""

from collections.abc import Callable
from functools import lru_cache

from bot.drawing.canvas import GREEN, INK, LEAF, PAPER, RED, YELLOW, Sheet

WIDTH, HEIGHT = 2500, 1686  # LINE, reference #upload-rich-menu-image-requirements: 800 to 2,500 wide, 1.45 : 1 at least
COLUMNS, ROWS = 3, 2
GAP = 24
COLORS = 64  # few colours make a picture of this size a tenth of LINE's 1 MB
SMALLEST_ON_ONE_LINE = 80  # pixels; smaller is broken into two lines
PALE_RED = "#fdeeee"

Paint = Callable[[Sheet, float, float, str, str], None]


def tabs() -> list[tuple[int, int, int, int]]:
    """Give where the six tabs are, as (x, y, width, height), row by row; they fill the picture."""
    xs = [round(WIDTH * n / COLUMNS) for n in range(COLUMNS + 1)]
    ys = [round(HEIGHT * n / ROWS) for n in range(ROWS + 1)]
    return [
        (xs[column], ys[row], xs[column + 1] - xs[column], ys[row + 1] - ys[row])
        for row in range(ROWS)
        for column in range(COLUMNS)
    ]


@lru_cache(maxsize=16)
def draw(labels: tuple[tuple[str, str], ...], language: str, *, is_disaster: bool = False) -> bytes:
    """Draw a menu of six (sign, word); gives a PNG. A tenth of a second: not for the event loop."""
    strong, pale = (RED, PALE_RED) if is_disaster else (GREEN, LEAF)
    sheet = Sheet(WIDTH, HEIGHT, language, strong)
    for (sign, word), (x, y, width, height) in zip(labels, tabs(), strict=True):
        left, top, right, low = x + GAP / 2, y + GAP / 2, x + width - GAP / 2, y + height - GAP / 2
        first = sign == labels[0][0]
        sheet.box((left, top, right, low), pale if first else PAPER, radius=48)
        middle = (left + right) / 2
        SIGNS[sign](sheet, middle, top + 300, strong, pale if first else PAPER)
        _label(sheet, word, middle, low - 180, width - 3 * GAP)
    return sheet.png(COLORS)


def _label(sheet: Sheet, word: str, x: float, y: float, width: float) -> None:
    """Write the word of a tab, of 100 pixels, 15 points on a phone: a little smaller on one line, else on two."""
    if sheet.measure(word, SMALLEST_ON_ONE_LINE) <= width:
        sheet.words(x, y + 30, word, 100, INK, side="middle", width=width)
    else:
        sheet.lines(x, y - 30, word, 96, INK, width=width, most=2, bold=True, side="middle")


def _report(sheet: Sheet, x: float, y: float, ink: str, _paper: str) -> None:
    sheet.disc(x, y, 165, ink)
    sheet.line([(x - 80, y + 6), (x - 20, y + 66), (x + 86, y - 62)], PAPER, 34)


def _calendar(sheet: Sheet, x: float, y: float, ink: str, paper: str) -> None:
    sheet.box((x - 160, y - 140, x + 160, y + 160), ink, radius=36)
    sheet.box((x - 130, y - 50, x + 130, y + 130), paper, radius=16)
    for side in (-80, 80):
        sheet.line([(x + side, y - 170), (x + side, y - 116)], ink, 30)
    for n in range(6):
        at, low = x - 76 + 76 * (n % 3), y + 2 + 76 * (n // 3)
        sheet.box((at - 24, low - 24, at + 24, low + 24), YELLOW if n == 4 else ink, radius=10)


def _person(sheet: Sheet, x: float, y: float, ink: str, paper: str) -> None:
    sheet.disc(x, y - 34, 46, ink)
    sheet.disc(x, y + 74, 84, ink)
    sheet.box((x - 90, y + 84, x + 90, y + 134), paper)
    sheet.ring(x, y, 165, 28, 1, ink)


def _podium(sheet: Sheet, x: float, y: float, ink: str, _paper: str) -> None:
    for place, (left, high) in enumerate([(-55, 300), (-175, 210), (65, 150)]):
        sheet.box((x + left, y + 150 - high, x + left + 110, y + 150), YELLOW if place == 0 else ink, radius=16)
    sheet.line([(x - 185, y + 160), (x + 185, y + 160)], ink, 20)


def _ring(sheet: Sheet, x: float, y: float, ink: str, _paper: str) -> None:
    sheet.ring(x, y, 165, 60, 1, "#c9e3d6")
    sheet.ring(x, y, 165, 60, 0.62, ink)


def _grid(sheet: Sheet, x: float, y: float, ink: str, _paper: str) -> None:
    for n in range(4):
        left, top = x - 150 + 160 * (n % 2), y - 150 + 160 * (n // 2)
        sheet.box((left, top, left + 140, top + 140), ink, radius=30)


def _number(digits: str) -> Paint:
    def paint(sheet: Sheet, x: float, y: float, ink: str, _paper: str) -> None:
        sheet.words(x, y + 100, digits, 290, ink, side="middle")

    return paint


def _shelter(sheet: Sheet, x: float, y: float, ink: str, paper: str) -> None:
    sheet.shape([(x, y - 160), (x + 190, y + 10), (x - 190, y + 10)], ink)
    sheet.box((x - 130, y, x + 130, y + 150), ink, radius=16)
    sheet.box((x - 45, y + 30, x + 45, y + 150), paper, radius=10)


def _speech(sheet: Sheet, x: float, y: float, ink: str, paper: str) -> None:
    sheet.box((x - 180, y - 140, x + 180, y + 90), ink, radius=60)
    sheet.shape([(x - 90, y + 70), (x + 10, y + 70), (x - 80, y + 165)], ink)
    sheet.words(x, y + 22, "Aあ", 150, paper, side="middle")


SIGNS: dict[str, Paint] = {
    "report": _report,
    "calendar": _calendar,
    "person": _person,
    "podium": _podium,
    "ring": _ring,
    "grid": _grid,
    "119": _number("119"),
    "110": _number("110"),
    "shelter": _shelter,
    "speech": _speech,
}
