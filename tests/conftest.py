"""What every test shares: the counted list of what could not run, empty on CI."""

import gc
import os
from collections.abc import Iterator
from functools import cache

import pytest
from httpx._transports import default as transport

from bot import passwords
from bot.__main__ import RARELY
from storage import approvers
from storage.database import Database
from tests import databases
from tests.town import Town

transport.create_ssl_context = cache(transport.create_ssl_context)  # type: ignore[attr-defined]
"""Once a process and not for each client: to read the world's certificates takes 20 ms, and a start is asked for its
readiness forty times."""

SLOW = ("tests/end_to_end/", "tests/prove/", "tests/bench/", "tests/web/test_pages_in_a_browser.py")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """What is there when the tests begin stays to the end; for other garbage Python looks as seldom as the bot does."""
    gc.disable()
    yield
    gc.freeze()
    gc.set_threshold(RARELY)
    gc.enable()


@pytest.hookimpl(trylast=True)  # after the shuffling, whose order stays within each kind
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Spread the files that take long, and mostly wait, over the first half of the others.

    All of them first, and the processor has little to do; one of them last, and all but one worker have nothing.
    """
    files = list(dict.fromkeys(item.path for item in items))
    slow = {item.path for item in items if item.nodeid.startswith(SLOW)}
    quick = [path for path in files if path not in slow]
    step = max(len(quick) // (2 * len(slow)), 1) if slow else 1
    place = {path: float(at) for at, path in enumerate(quick)}
    place |= {path: at * step - 0.5 for at, path in enumerate(path for path in files if path in slow)}
    items.sort(key=lambda item: place[item.path])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = sorted({report.longrepr[2] for report in skipped if isinstance(report.longrepr, tuple)})
    terminalreporter.write_line(f"could not run on this machine: {len(skipped)}")
    for reason in reasons:
        terminalreporter.write_line(f"  - {reason}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Close what was kept; on CI nothing is skipped: a skip there is a failure."""
    databases.close_spares()
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") == "true" and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session", autouse=True)
def slow_to_guess() -> dict[str, int]:
    """Make approvers' words and staff's passwords cheap to check in tests; gives what they cost outside."""
    real = {**approvers.SCRYPT, **passwords.COST}
    approvers.SCRYPT["n"] = 2
    passwords.COST.update(passes=1, kibibytes=8)
    return real


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A migrated, empty database: every test that takes it runs on SQLite and on PostgreSQL."""
    with databases.fresh(request.param) as opened:
        yield opened


@pytest.fixture
def town(database: Database) -> Town:
    """A small town on each database."""
    return Town(database)
