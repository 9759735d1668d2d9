"""A bot that nobody writes to rests: what its looks cost the processor, the database's share included."""

import time
import uuid
from pathlib import Path

import psycopg
import pytest

from bench.machine import cpu_seconds
from tests import databases
from tests.running import running

SECONDS = 5.0
LITTLE = {"sqlite": 0.05, "postgresql": 0.10}
"""Of one processor. On PostgreSQL it looks 20 times a second for what other processes stored."""


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_an_idle_bot_leaves_the_processor_to_others(engine: str, tmp_path: Path) -> None:
    url = databases.new_postgresql(f"idle{uuid.uuid4().hex}") if engine == "postgresql" else ""
    with running(tmp_path, **({"DATABASE_URL": url} if url else {})) as bot:
        time.sleep(3)  # what a start leaves to do
        used, began = cpu_seconds([bot.process.pid, *sessions(url)]), time.monotonic()
        time.sleep(SECONDS)
        used, seconds = cpu_seconds([bot.process.pid, *sessions(url)]) - used, time.monotonic() - began
    assert used / seconds < LITTLE[engine], f"{used / seconds:.1%} of a processor"


def sessions(url: str) -> list[int]:
    """List the processes of the server that serve a database; none for no address."""
    if not url:
        return []
    asked = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        return [pid for (pid,) in connection.execute(asked)]
