"""Measures durable intake beside a bare endpoint of the same server that only checks the signature.

Ours stores each webhook and commits it durably before it answers 200; it runs with ``ROLES=web``, so that nothing but
intake is measured. A second round makes every fdatasync 2 ms slower.
"""

import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from bench import machine, platform, servers, town
from bench.platform import Platform
from bench.servers import Server
from tests.running import two_free_ports

WARM, COUNT, LOADS = 500, 4000, (32, 64)
SLOW = Path(__file__).with_name("slow_sync.c")

Starting = Callable[[], AbstractContextManager[Server]]


@contextmanager
def on_sqlite(**environment: str) -> Iterator[Server]:
    """Run our intake on SQLite."""
    with tempfile.TemporaryDirectory(prefix="bench-db-") as folder:
        url = f"sqlite:///{folder}/bot.sqlite"
        town.settle(url, 0)
        with servers.bot(url, two_free_ports(), ROLES="web", **environment) as server:
            yield server


@contextmanager
def on_postgresql(**environment: str) -> Iterator[Server]:
    """Run our intake on PostgreSQL, whose syncs are the ones made slow."""
    with servers.postgresql(**environment) as (url, pid):
        town.settle(url, 0)
        with servers.bot(url, two_free_ports(), database=pid, ROLES="web") as server:
            yield server


def measure(starting: Starting, program: Path) -> list[dict[str, float]]:
    """Post to one server at each load; gives what came, with the server's CPU milliseconds a request."""
    webhooks = [platform.text(town.user(number), "こんにちは") for number in range(WARM + COUNT * len(LOADS))]
    found = []
    with tempfile.TemporaryDirectory(prefix="bench-req-") as folder, starting() as server:
        platform.write(Path(folder, "requests"), webhooks)
        line = Platform(program, two_free_ports(), Path(folder, "requests"), server.ports)
        line.run(0, WARM, LOADS[0], until_reply=False)
        for number, connections in enumerate(LOADS):
            before = server.cpu_seconds()
            came = line.run(WARM + number * COUNT, COUNT, connections, until_reply=False)
            found.append({**came, "cpu_ms": (server.cpu_seconds() - before) / COUNT * 1000})
        line.close()
    return found


def main() -> None:
    """Print the table."""
    print(f"machine: {machine.describe()}")
    with tempfile.TemporaryDirectory(prefix="bench-c-") as folder:
        program, slow = platform.build(Path(folder)), _slow(Path(folder))
        print(f"this disk: {machine.syncs_per_second(Path(folder)):.0f} fdatasync a second, one after another")
        parts: list[tuple[str, Starting]] = [
            ("bare Starlette endpoint", lambda: servers.bare("app")),
            ("bare ASGI endpoint", lambda: servers.bare("raw")),
            ("ours, SQLite", on_sqlite),
            ("ours, PostgreSQL", on_postgresql),
            ("ours, SQLite, each sync + 2 ms", lambda: on_sqlite(LD_PRELOAD=str(slow))),
            ("ours, PostgreSQL, each sync + 2 ms", lambda: on_postgresql(LD_PRELOAD=str(slow))),
        ]
        print(f"{'':36} connections     /s   to bare   CPU ms   p99 ms   not 200   C program's share of CPU")
        first: list[float] = []
        for name, starting in parts:
            found = measure(starting, program)
            first = first or [came["answered_200"] / came["seconds"] for came in found]
            for connections, came, reference in zip(LOADS, found, first, strict=True):
                _print(name, connections, came, reference)


def _print(name: str, connections: int, came: dict[str, float], reference: float) -> None:
    rate = came["answered_200"] / came["seconds"]
    share = came["own_cpu"] / (came["own_cpu"] + came["cpu_ms"] * came["asked"] / 1000)
    failed = came["asked"] - came["answered_200"]
    figures = f"{rate:6.0f}   {rate / reference:5.2f} ×   {came['cpu_ms']:6.3f}   {came['answer_ms_p99']:6.1f}"
    print(f"{name:36} {connections:11} {figures}   {failed:7.0f}   {share:.1%}", flush=True)


def _slow(folder: Path) -> Path:
    library = folder / "slow_sync.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", str(library), str(SLOW), "-ldl"], check=True)
    return library
