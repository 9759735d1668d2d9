"""The real bot as a process of its own: a fresh folder, two free ports, and a look at its public address."""

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parents[1]
READY_SECONDS = 90  # a machine under load takes its time; a healthy one needs three seconds


class Bot:
    """A running ``python -m bot serve`` and the lines it has printed."""

    def __init__(self, process: "subprocess.Popen[str]", port: int, folder: Path) -> None:
        self.process, self.port, self.folder = process, port, folder
        self.url = f"http://127.0.0.1:{port}"
        self.printed: list[str] = []

    def wait_until_ready(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.printed.append(line.rstrip())
            if line.startswith("health"):
                break
        threading.Thread(target=self.process.stdout.read, daemon=True).start()  # a full pipe would hold the bot up
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.printed
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200:
                    return
            time.sleep(0.1)
        raise TimeoutError("the bot did not become ready")

    def totals(self) -> dict[str, Any]:
        return httpx.get(f"{self.url}/api/v1/totals", timeout=20).json()

    def points(self) -> int:
        return self.totals()["action_points"]["total"]

    def interrupt(self) -> None:
        """Do what Ctrl-C does: the signal goes to every process of the terminal's group."""
        os.killpg(self.process.pid, signal.SIGINT)


def two_free_ports() -> int:
    """Give a port that is free together with the one after it, which the sandbox takes.

    Below 32768: from there on the system gives ports out by itself, to whoever connects next.
    """
    while True:
        port = secrets.randbelow(8_000) * 2 + 16_000  # tests that run side by side begin with the same random numbers
        with socket.socket() as first, socket.socket() as second, contextlib.suppress(OSError):
            first.bind(("127.0.0.1", port))
            second.bind(("127.0.0.1", port + 1))
            return port


def start(folder: Path, port: int, **settings: str) -> "subprocess.Popen[str]":
    """Start the bot in a folder that holds nothing else, with no setting of this machine's."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
    own = {"PYTHONPATH": str(ROOT), "PROGRAMME_FILE": str(ROOT / "programmes" / "kitaq.toml"), "PORT": str(port)}
    return subprocess.Popen(
        [sys.executable, "-m", "bot", "serve"],
        cwd=folder,
        env={**kept, **own, "DATA_DIR": str(folder / "data"), "PYTHONUNBUFFERED": "1", **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@contextlib.contextmanager
def running(folder: Path, **settings: str) -> Iterator[Bot]:
    """Start the bot, wait until it is ready, and end it and all that it started."""
    port = two_free_ports()
    with start(folder, port, **settings) as process:
        bot = Bot(process, port, folder)
        try:
            bot.wait_until_ready()
            yield bot
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            try:
                process.communicate(timeout=30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
