"""Runs the sandbox (two played platforms and their phones) as a process beside this one. Knows none of it."""

import asyncio
import contextlib
import socket
import sys

from bot.settings import Settings

LINE_SECRET, LINE_TOKEN = "sandbox-line-secret", "sandbox-line-token"
TELEGRAM_SECRET, TELEGRAM_TOKEN = "sandbox-secret", "42:sandbox-telegram-token"
TELEGRAM_CHANNEL = "@sandbox_events"  # the played public channel, where the settings name none
PUBLIC_NAME = "https://sandbox.test"  # the one https name that both sides read as "this machine"
START_SECONDS = 60.0  # a healthy machine needs two


class PhonesError(Exception):
    """The sandbox did not start; the message says what it said."""


class Phones:
    """The sandbox's process: where it listens, and its beginning and end."""

    def __init__(self, settings: Settings, account_name: str) -> None:
        self.home = f"http://127.0.0.1:{settings.port}"
        self._port = settings.port + 1
        self.url = f"http://127.0.0.1:{self._port}"
        self._account_name = account_name
        self.telegram_channel = settings.telegram_channel or TELEGRAM_CHANNEL
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start the process and wait until it says that it is ready."""
        self._check_port()
        arguments = {
            "port": str(self._port),
            "line-webhook": f"{self.home}/webhooks/line",
            "line-secret": LINE_SECRET,
            "line-token": LINE_TOKEN,
            "telegram-webhook": f"{self.home}/webhooks/telegram",
            "telegram-secret": TELEGRAM_SECRET,
            "telegram-token": TELEGRAM_TOKEN,
            "telegram-channel": self.telegram_channel,
            "clock-url": f"{self.home}/sandbox/clock",
            "public-url": PUBLIC_NAME,
            "public-url-is": self.home,
            "account-name": self._account_name,
        }
        options = [word for name, value in arguments.items() for word in (f"--{name}", value)]
        command = (sys.executable, "-m", "bot.sandbox", "--until-closed", *options)
        pipe = asyncio.subprocess.PIPE
        # Its input stays open as long as we live: however we end, it ends too. Ctrl-C reaches us alone, so that the
        # last answers still find it.
        self._process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, start_new_session=True)
        said = b""
        with contextlib.suppress(TimeoutError):
            said = await asyncio.wait_for(self._process.stdout.readline(), START_SECONDS)  # type: ignore[union-attr]
        if b"ready" not in said:
            await self.stop()
            raise PhonesError(f"The sandbox did not start on port {self._port}; what it said stands above.")

    def _check_port(self) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", self._port))
            except OSError as error:
                words = f"PORT: the sandbox takes the port after PORT, and {self._port} cannot be used"
                raise PhonesError(f"{words} ({error.strerror}); set PORT to another.") from error

    async def stop(self) -> None:
        """End the process."""
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()
            await self._process.wait()
