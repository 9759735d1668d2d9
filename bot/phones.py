"""Runs the sandbox (two played platforms and their phones) as a process beside this one. Knows none of it."""

import asyncio
import contextlib
import sys

from bot.settings import Settings

LINE_SECRET, LINE_TOKEN = "sandbox-line-secret", "sandbox-line-token"
TELEGRAM_SECRET, TELEGRAM_TOKEN = "sandbox-secret", "42:sandbox-telegram-token"
PUBLIC_NAME = "https://sandbox.test"  # the one https name that both sides read as "this machine"
START_SECONDS = 20.0


class PhonesError(Exception):
    """The sandbox did not start; the message says what it said."""


class Phones:
    """The sandbox's process: where it listens, and its beginning and end."""

    def __init__(self, settings: Settings, account_name: str) -> None:
        self.home = f"http://127.0.0.1:{settings.port}"
        self._port = settings.port + 1
        self.url = f"http://127.0.0.1:{self._port}"
        self._account_name = account_name
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start the process and wait until it says that it is ready."""
        arguments = {
            "port": str(self._port),
            "line-webhook": f"{self.home}/webhooks/line",
            "line-secret": LINE_SECRET,
            "line-token": LINE_TOKEN,
            "telegram-webhook": f"{self.home}/webhooks/telegram",
            "telegram-secret": TELEGRAM_SECRET,
            "telegram-token": TELEGRAM_TOKEN,
            "clock-url": f"{self.home}/sandbox/clock",
            "public-url": PUBLIC_NAME,
            "public-url-is": self.home,
            "account-name": self._account_name,
        }
        options = [word for name, value in arguments.items() for word in (f"--{name}", value)]
        command = (sys.executable, "-m", "bot.sandbox", *options)
        pipe = asyncio.subprocess.PIPE
        self._process = await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=pipe)
        said = b""
        with contextlib.suppress(TimeoutError):
            said = await asyncio.wait_for(self._process.stdout.readline(), START_SECONDS)  # type: ignore[union-attr]
        if b"ready" not in said:
            await self._fail()

    async def _fail(self) -> None:
        await self.stop()
        said = await self._process.stderr.read() if self._process and self._process.stderr else b""
        raise PhonesError(f"the sandbox did not start on port {self._port}: {said.decode(errors='replace')[-300:]}")

    async def stop(self) -> None:
        """End the process."""
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()
            await self._process.wait()
