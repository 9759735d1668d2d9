"""Measures a broadcast on Telegram: how much of the permitted rate is held, and how fast a paid rate can be.

The platform, a C program, keeps a token bucket of its own, one second deep, and counts what it would have refused. The
paid rate stands beside python-telegram-bot alone, which sends as fast as it can and keeps nothing.
"""

import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench import machine, platform, sending, servers, taker
from bench.sending import TEXTS
from bench.taker import Taker
from storage.facts import ChannelName
from tests.running import two_free_ports

PEOPLE, RATE, SECONDS = 60_000, 30, 600.0
PAID, PAID_PEOPLE, AT_ONCE = 1_000, 6_000, 10
TOKEN = "42:bench-telegram-token"
LEAST_SHARE, LEAST_TIMES = 0.97, 0.8  # asked for: of the permitted rate; of the library alone


@dataclass(frozen=True, slots=True)
class Held:
    """What the platform saw of a broadcast: messages a second from the first to the last, and refusals."""

    rate: float
    told: int
    twice: int
    refused: int
    cpu_ms: float

    @classmethod
    def of(cls, came: dict[str, float], cpu: float) -> "Held":
        """Read what the platform counted."""
        told = int(came["told"])
        return cls((told - 1) / came["seconds"], told, int(came["twice"]), int(came["refused"]), cpu / told * 1000)


def measure(people: int, rate: int, seconds: float, program: Path) -> Held:
    """Let a bot tell people at a rate, until all were told or for so many seconds from the first message on."""
    port = two_free_ports()
    settings = {
        "SANDBOX": "off",
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "TELEGRAM_WEBHOOK_SECRET": "bench",
        "TELEGRAM_API_URL": f"http://127.0.0.1:{port}",
        "TELEGRAM_RATE": str(rate),
    }
    played = Taker(program, port, rate=rate)
    try:
        with tempfile.TemporaryDirectory(prefix="bench-db-") as folder:
            url = f"sqlite:///{folder}/bot.sqlite"
            sending.fill(url, ChannelName.TELEGRAM, TOKEN.partition(":")[0], people)
            with servers.bot(url, port, **settings) as server:
                played.clear()
                sent = sending.send(url, server, until=lambda: played.look()["seconds"] >= seconds)
                return Held.of(played.look(), sent.cpu)
    finally:
        played.close()


def measure_library(people: int, program: Path, rate: float = PAID) -> Held:
    """Let python-telegram-bot alone tell people as fast as it can."""
    port = two_free_ports()
    played = Taker(program, port, rate=rate)
    try:
        asked = [f"http://127.0.0.1:{port}/bot", TOKEN, TEXTS["ja"], str(people), str(AT_ONCE)]
        peer = [sys.executable, str(servers.PEERS / "messages.py"), *asked]
        cpu = float(subprocess.run(peer, check=True, capture_output=True, text=True).stdout)
        return Held.of(played.look(), cpu)
    finally:
        played.close()


def main() -> None:
    """Print both halves."""
    print(f"machine: {machine.describe()}")
    with tempfile.TemporaryDirectory(prefix="bench-c-") as folder:
        program = platform.build(Path(folder), taker.SOURCE)
        held = measure(PEOPLE, RATE, SECONDS, program)
        print(
            f"{PEOPLE:,} people at {RATE}/s, {SECONDS:.0f} s: {held.rate:.2f}/s, {held.rate / RATE:.1%} of the limit",
            end="",
        )
        print(f" (asked at least {LEAST_SHARE:.0%}); {held.refused} refused (asked 0), twice {held.twice}", flush=True)
        library = measure_library(PAID_PEOPLE, program)
        paid = measure(PAID_PEOPLE, PAID, 1e9, program)
        print(f"{PAID_PEOPLE:,} people at {PAID}/s: {paid.rate:.0f}/s, ", end="")
        print(f"python-telegram-bot alone {library.rate:.0f}/s: {paid.rate / library.rate:.2f} ×", end="")
        print(
            f" (asked at least {LEAST_TIMES}); processor a message {paid.cpu_ms:.2f} and {library.cpu_ms:.2f} ms;",
            end="",
        )
        print(f" told {paid.told}, twice {paid.twice}, {paid.refused} refused")
