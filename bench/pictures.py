"""Measures drawing: milliseconds and kilobytes of each picture in each language, and of the rich menus.

The processor's time is told, for the clock's swings with what else runs; the first of each kind, with its fonts, apart.
"""

import statistics
import time
from collections.abc import Callable
from datetime import date, datetime

from bot.drawing import cards, fonts, menus
from handlers import picturing
from handlers.picturing import Shown
from handlers.texts import Texts
from storage.clock import TOKYO
from storage.facts import RESERVED_WARDS, GroupLine, GroupWeek, Standing, Totals
from tests.town import kitaq

TIMES, MOST_MS = 20, 150
WEEK = date(2022, 1, 17)


def pictures(language: str) -> dict[str, Shown]:
    """Word one picture of each kind in a language."""
    programme, words = kitaq(), Texts(kitaq().city.languages).of(language)
    standing = Standing(
        today=10, week=145, all=3210, confirmed=1000, self_reported=2210, by_action=(),
        co2_grams=(("bicycle_walk", 12_800),),
    )  # fmt: skip
    wards = [ward.code for ward in programme.wards if ward.code not in RESERVED_WARDS]
    groups = [GroupWeek(code=code, persons=100, active=60 - 7 * n, points=900) for n, code in enumerate(wards)]
    lines = tuple(GroupLine(n + 1, group) for n, group in enumerate(groups))
    city = Totals(
        period=programme.periods[0], participants=23_456, participants_distinct=3_000, participants_before=0,
        events_held=41, points_confirmed=50_000, points_self_reported=73_456, points_before=0, visits_own=1,
        visits_portal=0, as_of=datetime(2022, 1, 20, 12, tzinfo=TOKYO),
    )  # fmt: skip
    acted = (True, True, False, True, False, False, False)
    streak = words.say("続けた日：{days}日（1日休んでも続きます）", days=12)
    return {
        "person": picturing.show_person(programme, "みどりのカササギ12", standing, streak, acted, WEEK, words),
        "board": picturing.show_board(programme, lines, WEEK, words),
        "ring": picturing.show_ring(programme, city, words),
    }


def measure(draw: Callable[[], bytes], times: int) -> tuple[float, float, int]:
    """Draw again and again; gives the first and the median in milliseconds of the processor, and the bytes."""
    took = []
    for _ in range(times):
        started = time.process_time()
        drawn = draw()
        took.append((time.process_time() - started) * 1000)
    return took[0], statistics.median(took), len(drawn)


def main() -> None:
    print(f"{'picture':<24}{'first ms':>9}{'median ms':>10}{'kB':>6}   (a picture shall take less than {MOST_MS} ms)")
    for language in filter(fonts.can_write, fonts.SAMPLES):
        for kind, shown in pictures(language).items():
            _print(f"{kind} {language}", *measure(lambda shown=shown: cards.draw(shown), TIMES))
    labels = tuple((sign, "メニュー") for sign in ("report", "calendar", "person", "podium", "ring", "grid"))
    _print("rich menu ja", *measure(lambda: menus.draw.__wrapped__(labels, "ja"), 3))


def _print(name: str, first: float, median: float, size: int) -> None:
    print(f"{name:<24}{first:>9.0f}{median:>10.0f}{size / 1000:>6.0f}", flush=True)


if __name__ == "__main__":
    main()
