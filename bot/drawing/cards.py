"""Lays out the three pictures that chats and pages show: a person's week, the week's board, the way to the target."""

from bot.drawing.canvas import EDGE, GREEN, INK, LEAF, PAPER, QUIET, YELLOW, Sheet
from handlers.picturing import BoardLine, BoardPicture, PersonPicture, RingPicture, Shown

MARGIN, BAND = 56, 150
"""Of all pictures, in pixels. A phone shows them at about a third: letters of 36 pixels are its smallest."""


def draw(shown: Shown) -> bytes:
    """Draw a picture; gives a PNG. It takes some 50 ms of processor time: not for the event loop."""
    if isinstance(shown, PersonPicture):
        return _draw_person(shown)
    return _draw_board(shown) if isinstance(shown, BoardPicture) else _draw_ring(shown)


def _sheet(shown: Shown, title: str) -> tuple[Sheet, float]:
    """Begin a picture under its band; gives it with the width of its words."""
    width, height = shown.size
    sheet, wide = Sheet(width, height, shown.language), width - 2 * MARGIN
    sheet.box((0, 0, width, BAND), GREEN)
    sheet.words(MARGIN, 64, shown.heading, 40, PAPER, width=wide)
    sheet.words(MARGIN, 122, title, 44, PAPER, width=wide)
    return sheet, wide


def _draw_person(shown: PersonPicture) -> bytes:
    sheet, wide = _sheet(shown, shown.name)
    sheet.words(MARGIN, 226, shown.label, 44, QUIET, width=wide / 2)
    sheet.words(MARGIN + wide, 226, shown.week, 36, QUIET, bold=False, side="right", width=wide / 2 - 20)
    taken = sheet.words(MARGIN, 400, shown.points, 180, GREEN, width=wide / 2)
    _days(sheet, shown, MARGIN + max(taken + 50, 380), MARGIN + wide)
    sheet.words(MARGIN, 486, shown.in_all, 42, INK, width=wide)
    if shown.streak:
        sheet.words(MARGIN, 486 + shown.streak_height, shown.streak, 42, INK, width=wide)
    if shown.co2 is not None:
        _co2(sheet, *shown.co2, 530 + shown.streak_height, wide)
    return sheet.png()


def _days(sheet: Sheet, shown: PersonPicture, left: float, right: float) -> None:
    """Draw a dot for each day of the week, full where the person acted."""
    step = (right - left) / 7
    radius = min(36, step / 2 - 5)
    for n, (name, acted) in enumerate(zip(shown.days, shown.acted, strict=True)):
        x = left + step * (n + 0.5)
        sheet.words(x, 308, name, 36, INK if acted else QUIET, side="middle", width=step - 4)
        sheet.disc(x, 366, radius, GREEN if acted else EDGE)
        if acted:
            sheet.line([(x - radius * 0.42, 368), (x - 4, 366 + radius * 0.36), (x + radius * 0.46, 352)], PAPER, 7)
        else:
            sheet.disc(x, 366, radius - 5, PAPER)


def _co2(sheet: Sheet, figure: str, basis: str, top: float, wide: float) -> None:
    sheet.box((MARGIN - 20, top, MARGIN + wide + 20, top + 320), LEAF, radius=24)
    y = sheet.lines(MARGIN + 10, top + 70, figure, 52, INK, width=wide - 20, most=2, bold=True)
    sheet.lines(MARGIN + 10, y + 4, basis, 36, QUIET, width=wide - 20, most=4)


def _draw_board(shown: BoardPicture) -> bytes:
    sheet, wide = _sheet(shown, f"{shown.title}  {shown.week}")
    sheet.words(MARGIN, 212, shown.what, 38, QUIET, width=wide, bold=False)
    longest = max(line.share for line in shown.lines) or 1
    step = (shown.size[1] - 250) / max(7, len(shown.lines))
    for n, line in enumerate(shown.lines):
        _board_line(sheet, line, 236 + step * n, min(step, 112), wide, longest)
    return sheet.png()


def _board_line(sheet: Sheet, line: BoardLine, top: float, high: float, wide: float, longest: float) -> None:
    middle, is_first = top + high * 0.46, line.place == "1"
    sheet.disc(MARGIN + 34, middle, 34, YELLOW if is_first else LEAF)
    sheet.words(MARGIN + 34, middle + 16, line.place, 44, INK, side="middle")
    left, right = MARGIN + 92, MARGIN + wide
    taken = sheet.words(right, middle + 4, line.rate, 48, INK, side="right")
    sheet.words(left, middle + 2, line.name, 46, INK, width=right - left - taken - 24)
    if line.share:
        sheet.box((left, middle + 18, left + (right - left) * line.share / longest, middle + 36), GREEN, radius=9)


def _draw_ring(shown: RingPicture) -> bytes:
    sheet, _ = _sheet(shown, shown.title)
    x, y, radius = 286, 392, 196
    sheet.ring(x, y, radius, 52, 1, LEAF)
    sheet.ring(x, y, radius, 52, shown.share, GREEN)
    sheet.words(x, y + 30, shown.percent, 88, GREEN, side="middle", width=2 * radius - 130)
    left, right = 540, shown.size[0] - MARGIN
    low = sheet.lines(left, 244, shown.total, 52, INK, width=right - left, most=2, bold=True)
    low = sheet.lines(left, low, shown.target, 46, GREEN, width=right - left, most=1, bold=True)
    sheet.box((left, low - 38, right, low - 35), EDGE)
    for words in shown.others:
        low = sheet.lines(left, low + 18, words, 44, INK, width=right - left, most=1, bold=True)
    sheet.words(right, 588, shown.as_of, 38, QUIET, side="right", bold=False, width=right - left)
    return sheet.png()
