"""Starts and ends the lives of a victim process from another one; knows nothing of what they serve."""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Any

ROOT = Path(__file__).parent.parent
READY_SECONDS = 60


def surroundings(environment: dict[str, str]) -> dict[str, str]:
    """Give a process only these settings, and none of whoever runs the proof."""
    return {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(ROOT), **environment}


class Nursery:
    """One ``bench.victim`` process, run in ``folder``; a context manager that ends it and its child."""

    def __init__(self, folder: Path, environment: dict[str, str], flaw: str = "") -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.victim", flaw],
            cwd=folder,  # no .env lies there
            env=surroundings(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._said: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        threading.Thread(target=self._listen, daemon=True).start()
        self.pid = 0
        self._said.get(timeout=READY_SECONDS)

    def _listen(self) -> None:
        for line in self._process.stdout or ():
            self._said.put(json.loads(line))

    def start(self, step: str = "", nth: int = 0) -> None:
        """Begin a life that ends the nth time a step is reached; with no step it ends when it is killed."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"step": step, "nth": nth}) + "\n")
        self._process.stdin.flush()
        self.pid = self._said.get(timeout=READY_SECONDS)["pid"]

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        """Kill the child."""
        os.kill(self.pid, how)

    def ended(self, seconds: float) -> dict[str, Any] | None:
        """Wait for the child's end; None when it still lives."""
        try:
            end = self._said.get(timeout=seconds)
        except queue.Empty:
            return None
        self.pid = 0
        return end

    def __enter__(self) -> "Nursery":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.pid:
            self.kill()
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait(timeout=30)
        if self._process.stdout is not None:
            self._process.stdout.close()
