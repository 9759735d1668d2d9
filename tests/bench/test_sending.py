"""The measurements of broadcasts, in short: everybody is told once, and the figures are figures."""

import shutil
from pathlib import Path

import pytest

from bench import line, platform, taker, telegram

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(not (shutil.which("cc") or shutil.which("gcc")), reason="needs a C compiler"),
]


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """The platform, compiled."""
    return platform.build(tmp_path, taker.SOURCE)


@pytest.mark.parametrize("engine", ["SQLite", "PostgreSQL"])
def test_a_broadcast_on_line_and_the_bare_client_make_the_same_calls(engine: str, program: Path) -> None:
    found = line.measure(engine, 1_200, 50, program)
    assert found.ours.states == {"accepted": 1_200}
    assert (found.told["told"], found.told["twice"], found.told["calls"]) == (1_200, 0, 3)
    assert found.bare_told == {"told": 1_200, "twice": 0, "calls": 3}
    assert found.bare_seconds >= 0.05, "the platform answers after 50 ms"
    assert found.ours.seconds > found.bare_seconds
    assert found.ours.cpu > found.bare_cpu > 0


def test_a_permitted_rate_is_held_and_never_passed(program: Path) -> None:
    rate = 10  # which a machine that is busy with other tests reaches as well
    held = telegram.measure(400, rate, 6, program)
    assert held.told >= 0.9 * rate * 6
    assert 0.9 * rate <= held.rate <= 1.25 * rate, "a quarter of a second is caught up with, at the most"
    assert (held.twice, held.refused) == (0, 0)


def test_everybody_is_told_at_a_paid_rate(program: Path) -> None:
    held = telegram.measure(300, 1_000, 1e9, program)
    assert (held.told, held.twice, held.refused) == (300, 0, 0)
    assert held.cpu_ms > 0


def test_the_played_platform_counts_what_comes_too_fast(program: Path) -> None:
    played = telegram.measure_library(100, program, rate=20)
    assert played.told == 100
    assert played.refused > 20, "its bucket of 20 was empty long before the last"
    assert played.cpu_ms > 0
