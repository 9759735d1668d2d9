"""`python -m bot serve` as a process: what it prints, what it says of a taken port, and that nothing outlives it."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.running import Bot, running, start, two_free_ports

END_SECONDS = 30


def is_answered(port: int) -> bool:
    with contextlib.suppress(httpx.HTTPError):
        return httpx.get(f"http://127.0.0.1:{port}/", timeout=5).status_code < 500
    return False


def wait_until_silent(port: int) -> None:
    deadline = time.monotonic() + END_SECONDS
    while is_answered(port):
        assert time.monotonic() < deadline, f"something still listens on {port}"
        time.sleep(0.1)


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[Bot]:
    """A bot for a test that ends it."""
    with running(tmp_path) as started:
        yield started


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bot]:
    """A bot for the tests that leave it running."""
    with running(tmp_path_factory.mktemp("standing")) as started:
        yield started


@contextlib.contextmanager
def taken(port: int) -> Iterator[None]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        yield


def refusal(process: "subprocess.Popen[str]") -> str:
    """Wait for a start that fails; give its words, which are one line and no trace."""
    with process:
        _, said = process.communicate(timeout=60)
    assert process.returncode == 2, said
    assert len(said.strip().splitlines()) == 1, said
    return said


def test_it_prints_where_to_look_and_every_address_answers(standing: Bot) -> None:
    addresses = [word for line in standing.printed for word in line.split() if word.startswith("http")]
    assert [address.removeprefix(standing.url) for address in addresses] == [
        "/sandbox",
        "/",
        "/staff/sign-in",
        "/readyz",
    ]
    for address in addresses:
        assert httpx.get(address, follow_redirects=True, timeout=20).status_code == 200


def test_ctrl_c_ends_the_bot_and_its_sandbox_without_a_trace(bot: Bot) -> None:
    assert is_answered(bot.port + 1)
    bot.interrupt()
    _, said = bot.process.communicate(timeout=END_SECONDS)
    assert "Traceback" not in said
    assert not is_answered(bot.port)
    wait_until_silent(bot.port + 1)


def test_a_service_manager_s_stop_ends_everything_in_order(bot: Bot) -> None:
    bot.process.terminate()
    _, said = bot.process.communicate(timeout=END_SECONDS)
    assert (bot.process.returncode, "Traceback" in said) == (0, False)
    wait_until_silent(bot.port + 1)


def test_the_sandbox_ends_by_itself_when_the_bot_is_killed(bot: Bot) -> None:
    assert is_answered(bot.port + 1)
    os.kill(bot.process.pid, signal.SIGKILL)
    bot.process.wait(timeout=END_SECONDS)
    wait_until_silent(bot.port + 1)


def test_a_second_start_in_the_same_folder_says_what_is_in_the_way(standing: Bot) -> None:
    assert f"127.0.0.1:{standing.port} cannot be used" in refusal(start(standing.folder, standing.port))
    elsewhere = refusal(start(standing.folder, two_free_ports()))
    assert "another process is using" in elsewhere
    assert is_answered(standing.port)


def test_a_taken_port_is_named_with_the_way_out(tmp_path: Path) -> None:
    port = two_free_ports()
    with taken(port):
        said = refusal(start(tmp_path, port))
    assert f"127.0.0.1:{port} cannot be used" in said
    assert "set PORT to another" in said


def test_a_taken_port_of_the_sandbox_is_named_with_the_way_out(tmp_path: Path) -> None:
    port = two_free_ports()
    with taken(port + 1):
        said = refusal(start(tmp_path, port))
    assert f"{port + 1} cannot be used" in said
    assert "set PORT to another" in said
    assert not is_answered(port)
