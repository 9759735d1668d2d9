"""Measures whole conversations: a webhook in, points in the ledger, the reply taken; beside two bots that only echo.

Ours is durable at each step; the echoes store nothing. The load generator and platform is one C program. Each server
first gets a warm-up, then as many conversations as fast as it takes them, then half that rate for a while.
"""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import machine, platform, servers, town
from bench.platform import Platform, Webhook
from bench.servers import Server, UnavailableError
from tests.running import two_free_ports

PERSONS, WARM, COUNT, CONNECTIONS, CALM_SECONDS = 1000, 1000, 3000, 32, 5

Starting = Callable[[int], AbstractContextManager[Server]]
"""Starts a server, given the port where LINE is."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What one server did: conversations a second, CPU milliseconds each, and the calm half of that load."""

    name: str
    rate: float
    cpu_ms: float
    calm_p99_ms: float
    calm_max_ms: float
    resident_mb: float
    own_share: float
    failed: int


def measure(name: str, starting: Starting, webhooks: Sequence[Webhook], program: Path) -> Measured:
    """Run one server through the warm-up, the full load and half of it."""
    stub = two_free_ports()
    with tempfile.TemporaryDirectory(prefix="bench-req-") as folder, starting(stub) as server:
        requests = Path(folder, "requests")
        platform.write(requests, webhooks)
        server.await_calm()
        with _playing(program, stub, requests, server) as line:
            line.run(0, WARM, CONNECTIONS, until_reply=True)
            before = server.cpu_seconds()
            full = line.run(WARM, COUNT, CONNECTIONS, until_reply=True)
            used = server.cpu_seconds() - before
            rate = full["replied"] / full["seconds"]
            most = min(len(webhooks) - WARM - COUNT, max(1, int(rate / 2 * CALM_SECONDS)))
            calm = line.run(WARM + COUNT, most, CONNECTIONS, rate=max(1, int(rate / 2)), until_reply=True)
        lost = full["asked"] - full["replied"] + calm["asked"] - calm["replied"]
        twice = full["replied_twice"] + calm["replied_twice"]
        share = full["own_cpu"] / (full["own_cpu"] + used)
        return Measured(
            name,
            rate,
            used / COUNT * 1000,
            calm["reply_ms_p99"],
            calm["reply_ms_max"],
            server.resident_mb(),
            share,
            int(lost + twice),
        )


@contextmanager
def _playing(program: Path, stub: int, requests: Path, server: Server) -> Iterator[Platform]:
    line = Platform(program, stub, requests, server.ports)
    try:
        yield line
    finally:
        line.close()


@contextmanager
def on_sqlite(stub: int) -> Iterator[Server]:
    """Run ours in one process on SQLite, with WAL and synchronous FULL."""
    with tempfile.TemporaryDirectory(prefix="bench-db-") as folder:
        url = f"sqlite:///{folder}/bot.sqlite"
        town.settle(url, PERSONS)
        with servers.bot(url, stub) as server:
            yield server


@contextmanager
def on_postgresql(stub: int) -> Iterator[Server]:
    """Run ours in two processes on PostgreSQL; the database's processor time counts as ours."""
    with servers.postgresql() as (url, pid):
        town.settle(url, PERSONS)
        with servers.bot(url, stub, processes=2, database=pid) as server:
            yield server


def main() -> None:
    """Print the table."""
    print(f"machine: {machine.describe()}")
    reports = town.reports(PERSONS)
    echoes = [platform.text(webhook.user, "今日マイボトル使った") for webhook in reports]
    rows: list[Measured] = []
    with tempfile.TemporaryDirectory(prefix="bench-c-") as folder:
        program = platform.build(Path(folder))
        for name, starting, webhooks in (
            ("official SDK echo, FastAPI", servers.line_echo, echoes),
            ("Bottender echo", servers.bottender, echoes),
            ("ours, SQLite, one process", on_sqlite, reports),
            ("ours, PostgreSQL, two processes", on_postgresql, reports),
        ):
            try:
                rows.append(measure(name, starting, webhooks, program))
            except UnavailableError as error:
                print(f"{name}: not measured: {error}")
                continue
            _print(rows[-1], rows)


def _print(row: Measured, rows: Sequence[Measured]) -> None:
    """Print a row with its ratios to the echoes measured before it, as far as there are."""
    if row is rows[0]:
        print(f"{'':32} /s   CPU ms   p99 and longest ms at half   MB   C program's share of CPU   failed")
    figures = f"{row.rate:5.0f}  {row.cpu_ms:6.2f}   {row.calm_p99_ms:10.0f} {row.calm_max_ms:8.0f}"
    print(f"{row.name:30} {figures}        {row.resident_mb:6.0f} {row.own_share:14.1%} {row.failed:12}", flush=True)
    for other in rows[:-1]:
        if row.name.startswith("ours") and "echo" in other.name:
            print(f"    to {other.name}: rate {row.rate / other.rate:.2f} ×, CPU {row.cpu_ms / other.cpu_ms:.2f} ×")
