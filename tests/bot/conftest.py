"""The commands as staff call them: real settings from the environment, a folder of their own, the real entry point."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from bot.sandbox.platform import Settings as SandboxSettings
from bot.sandbox.server import Sandbox
from bot.settings import Settings
from tests.running import two_free_ports
from tests.town import KITAQ

ROOT = Path(__file__).parents[2]
PLAYED = SandboxSettings()
TELEGRAM_SECRET = "secret-of-the-webhook"
PUBLIC_URL = "https://sandbox.test"


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str

    def lines(self, part: str) -> list[str]:
        """The lines about one part, each with its level and what to do."""
        lines = self.out.splitlines()
        pairs = zip(lines, [*lines[1:], ""], strict=True)
        return [f"{line} {after.strip()}" for line, after in pairs if line[6:].startswith(part)]


@dataclass
class Desk:
    """A desk: a folder, an environment, and the command line."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.set(DATA_DIR=str(self.folder / "data"), PROGRAMME_FILE=str(KITAQ), PORT=str(two_free_ports()))

    def set(self, **names: str) -> None:
        self.environment |= names

    def say(self, *words: str, typed: str | None = None) -> Said:
        """Call a command as staff do; ``typed`` is what they type when asked."""
        done = CliRunner().invoke(app, list(words), input=typed, env=self._environment(), catch_exceptions=False)
        return Said(done.exit_code, done.stdout, done.stderr)

    def _environment(self) -> dict[str, str | None]:
        ours = {name.upper() for name in Settings.model_fields}
        return {**dict.fromkeys(ours), **self.environment}

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Run the bot itself, in a process of its own, for as long as the block lasts."""
        others = {name: value for name, value in os.environ.items() if name.lower() not in Settings.model_fields}
        environment = {**others, **self.environment, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "bot", "serve"]
        with (self.folder / "serve.log").open("w") as log:
            process = subprocess.Popen(command, cwd=self.folder, env=environment, stdout=log, stderr=log)
        try:
            self._await_ready(process)
            yield
        finally:
            process.terminate()
            process.wait(20)

    def _await_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and process.poll() is None:
            try:
                if httpx.get(f"http://127.0.0.1:{self.environment['PORT']}/readyz", trust_env=False).status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
        raise AssertionError((self.folder / "serve.log").read_text())


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk in an empty folder: no .env of whoever runs the tests is read."""
    monkeypatch.chdir(tmp_path)
    return Desk(tmp_path)


@pytest.fixture
def play(desk: Desk) -> Iterator[Callable[..., Sandbox]]:
    """Start the strict sandbox as both platforms and point the desk's settings at it."""
    started = []

    def begin() -> Sandbox:
        running = Sandbox.running(public_url=PUBLIC_URL, public_url_is=f"http://127.0.0.1:{desk.environment['PORT']}")
        sandbox = running.__enter__()
        started.append(running)
        desk.set(
            LINE_CHANNEL_SECRET=PLAYED.line_secret,
            LINE_CHANNEL_ACCESS_TOKEN=PLAYED.line_token,
            LINE_API_URL=sandbox.line_url,
            TELEGRAM_BOT_TOKEN=PLAYED.telegram_token,
            TELEGRAM_API_URL=sandbox.telegram_url,
            TELEGRAM_WEBHOOK_SECRET=TELEGRAM_SECRET,
            PUBLIC_URL=PUBLIC_URL,
        )
        return sandbox

    yield begin
    for running in started:
        running.__exit__(None, None, None)


@pytest.fixture
def sandbox(play: Callable[..., Sandbox]) -> Sandbox:
    """The strict sandbox as both platforms; the desk's settings point at it."""
    return play()
