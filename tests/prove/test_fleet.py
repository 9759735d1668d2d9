"""The layout of docs/OPERATIONS for real: three processes, one role each, on one PostgreSQL that was empty before."""

import re
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection, text

from bench import fleet
from bench.restarts import Restarts
from bot.sandbox.server import Sandbox
from storage.clock import TOKYO, real_now
from storage.database import Database
from tests import databases
from tests.databases import postgresql_url


@pytest.fixture
def empty_database() -> Iterator[str]:
    """The address of a database without any table."""
    name = "fleet_of_three"
    databases.on_server(f"CREATE DATABASE {name}")
    yield postgresql_url(name)
    databases.on_server(f"DROP DATABASE {name} WITH (FORCE)")


def answers(sandbox: Sandbox) -> list[dict[str, Any]]:
    return [call for call in sandbox.calls() if call["name"] == "message/reply" and call["status"] == 200]


def say_and_wait(sandbox: Sandbox, key: str, act: str, **more: Any) -> float:
    """Let somebody act on their phone, and wait for the answer; gives the seconds."""
    before, started = len(answers(sandbox)), time.monotonic()
    assert sandbox.line.act(key, act, **more)["delivery"]["status"] == 200
    while len(answers(sandbox)) == before:
        assert time.monotonic() - started < 60
        time.sleep(0.005)
    return time.monotonic() - started


def versions_and_entries(connection: Connection) -> tuple[Any, ...]:
    counted = "SELECT (SELECT count(*) FROM programme_version), (SELECT count(*) FROM ledger)"
    return tuple(connection.execute(text(counted)).one())


@pytest.mark.timeout(240)
def test_three_processes_with_a_role_each_serve_a_city_together(empty_database: str, tmp_path: Path) -> None:
    with (
        Sandbox.running(line_secret=fleet.SECRET, line_token=fleet.TOKEN) as sandbox,
        fleet.running(empty_database, sandbox.line_url, tmp_path) as members,
    ):
        web, worker, ticker = members
        sandbox.webhook("line", f"{web.url}/webhooks/line", fleet.SECRET)
        key = sandbox.line.person("Hanako")
        say_and_wait(sandbox, key, "follow")
        waits = [say_and_wait(sandbox, key, "text", text="メニュー") for _ in range(15)]
        print(f"answered in {statistics.median(waits) * 1000:.0f} ms (median), {max(waits) * 1000:.0f} ms (most)")
        assert statistics.median(waits) < 2.0, "a worker in another process is woken late"
        say_and_wait(sandbox, key, "press", data="lang:ja")
        shown = repr(sandbox.line.screen(key))
        join = re.search(r"join:[\w.-]+", shown)
        assert join, shown
        say_and_wait(sandbox, key, "press", data=join[0])
        today = real_now().astimezone(TOKYO).date()
        say_and_wait(sandbox, key, "press", data=f"l:my_bottle:{today}:1")
        assert httpx.get(f"{web.url}/api/v1/totals", timeout=20).status_code == 200
        for member in (worker, ticker):
            assert httpx.post(f"{member.url}/webhooks/line", timeout=20).status_code == 404
            assert httpx.get(f"{member.url}/healthz", timeout=20).text == "ok"
        _wait_until(lambda: "bot_job_done_timestamp_seconds{" in httpx.get(f"{ticker.url}/metrics", timeout=20).text)
        database = Database(empty_database, read_only=True)
        versions, entries = database.read(versions_and_entries).result()
        database.close()
        assert versions == 1, "two processes seeded the database"
        assert entries == 1
        assert [member.end() for member in members] == [0, 0, 0]


def _wait_until(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.2)


@pytest.mark.timeout(300)
def test_nothing_is_lost_and_nothing_counted_twice_while_postgresql_restarts(tmp_path: Path) -> None:
    proof = Restarts(folder=tmp_path, seconds=0, pause=(0.8, 1.6), least=3, people=6, seed=11, rate=12)
    proof.run()
    assert proof.broken == [], proof.table()
    assert all(len(proof._down[mode]) >= 3 for mode in ("fast", "immediate")), proof.table()
    assert proof.figures["points"] > 0
