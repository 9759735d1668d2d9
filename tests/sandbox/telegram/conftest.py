"""A running sandbox, the real python-telegram-bot pointed at it, and a person who has pressed Start."""

import os
from collections.abc import AsyncIterator, Callable, Iterator

import httpx
import pytest
from telegram import Bot

from bot.sandbox.server import Sandbox
from tests.sandbox.telegram.published import published_errors
from tests.sandbox.telegram.receiver import Receiver, receiving

TOKEN = "42:sandbox-telegram-token"
Raw = Callable[..., httpx.Response]


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A running sandbox; what it accepted and answered is held against the published Bot API afterwards."""
    with Sandbox.running() as running:
        yield running
        if os.environ.get("SPECS_DIR"):
            assert published_errors(running.calls()) == []


@pytest.fixture
async def bot(sandbox: Sandbox) -> AsyncIterator[Bot]:
    url = sandbox.telegram_url
    async with Bot(TOKEN, base_url=f"{url}/bot", base_file_url=f"{url}/file/bot") as ready:
        yield ready


@pytest.fixture
def person(sandbox: Sandbox) -> int:
    """Somebody who has pressed Start and can be written to."""
    made: int = sandbox.telegram.person("花子", "ja")
    sandbox.telegram.start(made)
    return made


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as ready:
        yield ready


@pytest.fixture
def raw(sandbox: Sandbox) -> Iterator[Raw]:
    """Call a method without any library: raw("sendMessage", data={...}) or json=…, files=…."""
    with httpx.Client(timeout=10) as client:

        def call(method: str, *, verb: str = "POST", token: str = TOKEN, **more: object) -> httpx.Response:
            return client.request(verb, f"{sandbox.telegram_url}/bot{token}/{method}", **more)  # type: ignore[arg-type]

        yield call
