"""Measures a broadcast to 60,000 people on LINE, from snapshot to end state, beside a bare client of the same calls.

Ours seals each call durably, looks at each account, and writes down how each ended; the bare aiohttp client posts the
same multicasts, as many at once, and keeps nothing. The platform, a C program, answers after 50 ms, or at once.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import machine, platform, sending, servers, taker
from bench.sending import TEXTS, Sent
from bench.taker import Taker
from handlers.messages import Way
from scheduler import pacing
from storage.facts import ChannelName
from tests.running import two_free_ports

PEOPLE, FEW, EACH, DELAYS = 60_000, 6_000, 500, (50, 0)
AT_ONCE = pacing.AT_ONCE[ChannelName.LINE, Way.MULTICAST]
MOST_TIMES, MOST_MICROSECONDS = 1.5, 50  # asked for: of the bare client's time at 50 ms; beyond its processor at 0 ms


@dataclass(frozen=True, slots=True)
class Beside:
    """One broadcast of ours, and the same calls by the bare client."""

    people: int
    ours: Sent
    bare_seconds: float
    bare_cpu: float
    told: dict[str, float]
    bare_told: dict[str, float]

    @property
    def times(self) -> float:
        """Give how many times the bare client's time ours took."""
        return self.ours.seconds / self.bare_seconds

    @property
    def more_microseconds(self) -> float:
        """Give how much more processor time a recipient cost than with the bare client."""
        return (self.ours.cpu - self.bare_cpu) / self.people * 1e6


def measure(engine: str, people: int, delay_ms: int, program: Path) -> Beside:
    """Send one broadcast from a new bot, and then its calls from the bare client."""
    port = two_free_ports()
    platform_played = Taker(program, port, delay_ms=delay_ms)
    try:
        with _database(engine) as (url, database):
            sending.fill(url, ChannelName.LINE, platform.BOT, people)
            with servers.bot(url, port, database=database, SANDBOX="off") as server:
                platform_played.clear()
                ours = sending.send(url, server)
                told = platform_played.look()
        platform_played.clear()
        bare = _bare(port, people)
        bare_told = {name: platform_played.look()[name] for name in ("told", "twice", "calls")}
    finally:
        platform_played.close()
    return Beside(people, ours, bare["seconds"], bare["cpu"], told, bare_told)


@contextmanager
def _database(engine: str) -> Iterator[tuple[str, int]]:
    if engine == "PostgreSQL":
        with servers.postgresql() as found:
            yield found
        return
    with tempfile.TemporaryDirectory(prefix="bench-db-") as folder:
        yield f"sqlite:///{folder}/bot.sqlite", 0


def _bare(port: int, people: int) -> dict[str, float]:
    messages = json.dumps([{"type": "text", "text": TEXTS["ja"]}], ensure_ascii=False)
    asked = [f"http://127.0.0.1:{port}", messages, str(people), str(EACH), str(AT_ONCE)]
    said = subprocess.run(
        [sys.executable, str(servers.PEERS / "multicasts.py"), *asked], capture_output=True, text=True, check=True
    )
    answer: dict[str, float] = json.loads(said.stdout)
    return answer


def main() -> None:
    """Print the table."""
    print(f"machine: {machine.describe()}")
    print(f"{PEOPLE:,} people, {EACH} a call, {AT_ONCE} calls at once; the processor of PostgreSQL counts as ours")
    with tempfile.TemporaryDirectory(prefix="bench-c-") as folder:
        program = platform.build(Path(folder), taker.SOURCE)
        for engine in ("SQLite", "PostgreSQL"):
            few = measure(engine, FEW, 0, program)
            for delay in DELAYS:
                _print(engine, delay, measure(engine, PEOPLE, delay, program), few)


def _print(engine: str, delay: int, found: Beside, few: Beside) -> None:
    ours, told = found.ours, found.told
    asked = f" (asked at most {MOST_TIMES})" if delay else ""
    print(f"{engine}, answers after {delay} ms: {ours.seconds:.2f} s, {found.times:.2f} × the bare client's{asked}")
    asked = "" if delay else f" (asked at most {MOST_MICROSECONDS})"
    each, bare = ours.cpu / found.people * 1e6, found.bare_cpu / found.people * 1e6
    print(
        f"    processor a person {each:.0f} µs, the bare client's {bare:.0f}: {found.more_microseconds:.0f} more{asked}"
    )
    print(
        f"    memory grew by {few.ours.grown_mb:.0f} MB for {few.people:,} and {ours.grown_mb:.0f} for {found.people:,}"
    )
    print(f"    told {told['told']:.0f}, twice {told['twice']:.0f}; C program {told['own_cpu']:.2f} s", flush=True)
