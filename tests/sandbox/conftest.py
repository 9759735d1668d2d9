"""A running sandbox, a receiver of webhooks, and a plain HTTP client of the played LINE."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from bot.sandbox.server import Sandbox
from tests.sandbox.receiver import Receiver, receiving

TOKEN = "sandbox-line-token"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.running() as running:
        yield running


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


class Line:
    """Calls the played LINE over HTTP, as any client would."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.client = httpx.Client(base_url=sandbox.line_url, timeout=10, trust_env=False)
        self.client.headers["Authorization"] = f"Bearer {TOKEN}"

    def post(self, path: str, body: Any, **headers: str) -> httpx.Response:
        raw = json.dumps(body, ensure_ascii=False).encode()
        names = {key.replace("_", "-"): value for key, value in headers.items()}
        return self.client.post(path, content=raw, headers={"Content-Type": "application/json", **names})

    def push(self, to: str, *messages: dict[str, Any], **headers: str) -> httpx.Response:
        return self.post("/v2/bot/message/push", {"to": to, "messages": list(messages)}, **headers)

    def reply(self, token: str, *messages: dict[str, Any], **headers: str) -> httpx.Response:
        return self.post("/v2/bot/message/reply", {"replyToken": token, "messages": list(messages)}, **headers)

    def validate(self, *messages: dict[str, Any]) -> httpx.Response:
        return self.post("/v2/bot/message/validate/push", {"messages": list(messages)})

    def get(self, path: str) -> httpx.Response:
        return self.client.get(path)


@pytest.fixture
def line(sandbox: Sandbox) -> Iterator[Line]:
    client = Line(sandbox)
    yield client
    client.client.close()


@pytest.fixture
def friend(sandbox: Sandbox) -> str:
    person = str(sandbox.line.person("友だち"))
    sandbox.line.follow(person)
    return person


def text(words: str = "hello") -> dict[str, Any]:
    return {"type": "text", "text": words}
