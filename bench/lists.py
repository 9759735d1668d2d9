"""Measures taking in an attendance list: `python -m bench.lists [lines] [sqlite|postgresql]`; half of it are doubles.

Each list is looked at, counted, and counted again, through the real reader, rules and a fresh database.
"""

import resource
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from bot.importing import attendance, counting
from bot.importing.counting import Vouching
from storage import marks
from storage.clock import real_now
from storage.database import Database
from storage.marks import MarkName
from tests import databases
from tests.town import Town, kitaq

HEAD = "題名,開始,終了,会員番号,メール\n"
EVENT_SIZE = 5_000


def write_list(path: Path, lines: int) -> None:
    """Write a list in Shift_JIS: events of 5,000 lines, in which everybody stands twice."""
    with path.open("w", encoding="cp932") as file:
        file.write(HEAD)
        for number in range(lines):
            event, hour = number // EVENT_SIZE, 8 + number // EVENT_SIZE % 12
            when = f"2022-01-15T{hour:02}:00+09:00,2022-01-15T{hour + 1:02}:00+09:00"
            file.write(f"清掃{event},{when},N{number % (EVENT_SIZE // 2)},\n")


def measure(name: str, path: Path, taker: counting.Looking | counting.Counting, size: int) -> None:
    """Take the list in once and print what that took."""
    total: Counter[str] = Counter()
    started, cpu, took = time.monotonic(), time.process_time(), []
    for piece in attendance.pieces(attendance.read(path), b"secret", size):
        began = time.monotonic()
        total += taker.take(piece).counted
        took.append((time.monotonic() - began) * 1000)
    took.sort()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{name}: {time.monotonic() - started:.1f} s, processor {time.process_time() - cpu:.1f} s; pieces of {size}:"
        f" median {took[len(took) // 2]:.0f} ms, 99 % {took[int(len(took) * 0.99)]:.0f} ms; {memory} MB; {dict(total)}"
    )


def main() -> None:
    """Measure all three."""
    lines, engine = int((sys.argv[1:] or ["100000"])[0]), (sys.argv[2:] or ["sqlite"])[0]
    with tempfile.TemporaryDirectory() as folder, databases.fresh(engine) as database:
        offset = str((Town.now - real_now()).total_seconds())
        database.write(lambda c: marks.put(c, MarkName.CLOCK_OFFSET_SECONDS, offset)).result()
        path = Path(folder) / "list.csv"
        write_list(path, lines)
        _measure_all(path, database)


def _measure_all(path: Path, database: Database) -> None:
    vouching = Vouching(by="bench", source="bench", file=path.name, programme=kitaq())
    measure("looked at", path, counting.Looking(database, vouching), attendance.LOOKED_AT)
    measure("counted", path, counting.Counting(database, vouching), attendance.PIECE)
    measure("counted again", path, counting.Counting(database, vouching), attendance.PIECE)


if __name__ == "__main__":
    main()
