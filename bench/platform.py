"""Writes signed LINE webhooks into a file and has ``platform.c`` post them and take the replies; judges nothing."""

import base64
import hashlib
import hmac
import json
import shutil
import struct
import subprocess
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).with_name("platform.c")
SECRET, TOKEN, BOT = "bench-channel-secret", "bench-access-token", "U" + "b" * 32


class NoCompilerError(Exception):
    """No C compiler is here, and the load generator is a C program."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """One LINE webhook with one event: who sent it, and what it says besides what every event says."""

    user: str
    event: dict[str, Any]


def text(user: str, words: str) -> Webhook:
    """Say something."""
    return Webhook(user, {"type": "message", "message": {"id": "1", "type": "text", "quoteToken": "q", "text": words}})


def press(user: str, data: str) -> Webhook:
    """Press a button."""
    return Webhook(user, {"type": "postback", "postback": {"data": data}})


def write(path: Path, webhooks: Iterable[Webhook], address: str = "/webhooks/line") -> None:
    """Write whole HTTP requests, each after its length; the n-th carries the reply token ``bench-n``."""
    milliseconds = time.time_ns() // 1_000_000
    with path.open("wb") as file:
        for number, webhook in enumerate(webhooks):
            request = _request(address, _body(webhook, number, milliseconds))
            file.write(struct.pack("<I", len(request)) + request)


def _body(webhook: Webhook, number: int, milliseconds: int) -> bytes:
    event = {
        "replyToken": f"bench-{number}",
        "mode": "active",
        "timestamp": milliseconds,
        "source": {"type": "user", "userId": webhook.user},
        "webhookEventId": f"bench{milliseconds}{number}",
        "deliveryContext": {"isRedelivery": False},
        **webhook.event,
    }
    return json.dumps({"destination": BOT, "events": [event]}, ensure_ascii=False).encode()


def _request(address: str, body: bytes) -> bytes:
    signature = base64.b64encode(hmac.digest(SECRET.encode(), body, hashlib.sha256)).decode()
    head = (
        f"POST {address} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: LineBotWebhook/2.0\r\n"
        f"Content-Type: application/json; charset=utf-8\r\nX-Line-Signature: {signature}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def build(folder: Path, source: Path = SOURCE) -> Path:
    """Compile a C program; NoCompilerError says what to install."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise NoCompilerError("no C compiler is here; on Debian or Ubuntu: sudo apt install gcc libc6-dev")
    program = folder / source.stem
    subprocess.run([compiler, "-O2", "-o", str(program), str(source)], check=True)
    return program


class Platform:
    """The running C program; ``run`` posts a stretch of the requests and waits until they ended."""

    def __init__(self, program: Path, listens: int, requests: Path, targets: Sequence[int]) -> None:
        command = [str(program), str(listens), str(requests), *map(str, targets)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.requests = int(self._answer()["requests"])

    def run(self, first: int, count: int, connections: int, *, rate: int = 0, until_reply: bool) -> dict[str, float]:
        """Post ``count`` requests from the ``first`` on, ``rate`` a second or as fast as they end; gives what came."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{first} {count} {connections} {rate} {int(until_reply)}\n")
        self._process.stdin.flush()
        return self._answer()

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.communicate()

    def _answer(self) -> dict[str, float]:
        assert self._process.stdout is not None
        answer: dict[str, float] = json.loads(self._process.stdout.readline())
        return answer
