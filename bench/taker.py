"""Runs ``taker.c``, which plays LINE and Telegram towards a bot that sends and counts who was told; judges nothing."""

import json
import subprocess
import time
from pathlib import Path

import httpx

SOURCE = Path(__file__).with_name("taker.c")


class Taker:
    """The running C program: it answers calls after ``delay_ms``, and counts what ``rate`` a second would refuse."""

    def __init__(self, program: Path, port: int, *, delay_ms: int = 0, rate: float = 1e9) -> None:
        command = [str(program), str(port), str(delay_ms), str(rate)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(100):
            try:
                httpx.get(f"http://127.0.0.1:{port}/", trust_env=False)
                return
            except httpx.TransportError:
                time.sleep(0.05)
        raise RuntimeError("the played platform does not listen")

    def look(self) -> dict[str, float]:
        """Give what came since it was cleared: calls, told, twice, refused, seconds from first to last, own_cpu."""
        return self._asked("look")

    def clear(self) -> None:
        """Forget what came."""
        self._asked("clear")

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.communicate()

    def _asked(self, word: str) -> dict[str, float]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{word}\n")
        self._process.stdin.flush()
        answer: dict[str, float] = json.loads(self._process.stdout.readline())
        return answer
