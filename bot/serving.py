"""Runs the bot until it is stopped: the web server with everything behind it, or a talk in the terminal."""

import asyncio
import contextlib
import gc
import signal
import socket
from collections.abc import Iterator

import typer
import uvicorn

from bot import logs
from bot.app import App
from bot.channels import terminal
from bot.settings import Settings
from handlers.messages import Channel
from storage.facts import ChannelName


class PortTakenError(Exception):
    """Another program listens where this one should."""


def serve(settings: Settings) -> None:
    """Serve until a signal ends it."""
    logs.configure(settings.secrets)
    _check_ports(settings)
    with asyncio.Runner(loop_factory=_new_loop) as runner:
        runner.run(_serve(App(settings)))


def _new_loop() -> asyncio.AbstractEventLoop:
    """Make an event loop: uvloop's, which takes a third off each request, wherever it can be installed."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


def _check_ports(settings: Settings) -> None:
    """Say in plain words that a port is taken, before anything is started."""
    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            words = f"PORT: {settings.host}:{settings.port} cannot be used ({error.strerror}); set PORT to another."
            raise PortTakenError(words) from error


class _Server(uvicorn.Server):
    """uvicorn's server, ended by us: its own handling raises the signal again before our work in hand has ended."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield

    def end(self) -> None:
        """Take no more requests; a second time, wait for none."""
        self.force_exit = self.should_exit
        self.should_exit = True


async def _serve(app: App) -> None:
    config = uvicorn.Config(
        app.web,
        host=app.settings.host,
        port=app.settings.port,
        log_config=None,
        access_log=False,
        lifespan="off",
        proxy_headers=False,
        server_header=False,
    )
    server = _Server(config)
    for ending in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(ending, server.end)
    async with app.running():
        gc.freeze()  # what is there by now stays to the end: no need to look through it for garbage ever again
        typer.echo(_where_to_look(app))
        await server.serve()


def _where_to_look(app: App) -> str:
    home = f"http://{app.settings.host}:{app.settings.port}"
    staff = f"staff      {home}/staff/sign-in   (the first account: python -m bot staff add NAME --role administrator)"
    lines = [f"totals     {home}/", staff, f"health     {home}/readyz"]
    if app.phones is not None:
        lines.insert(0, f"two phones {home}/sandbox   (a sandbox: nothing leaves this machine)")
    return "\n".join(lines)


def talk(settings: Settings, language: str) -> None:
    """Talk with the bot in this terminal."""
    logs.configure(settings.secrets, level="ERROR")
    asyncio.run(_talk(settings, language))


async def _talk(settings: Settings, language: str) -> None:
    phone = terminal.Terminal()
    channels: dict[ChannelName, Channel] = {ChannelName.TERMINAL: phone}
    app = App(settings, channels)

    async def take(body: bytes) -> None:
        await app.worker.take_in(ChannelName.TERMINAL, phone.split(body))
        await app.worker.settle()
        await app.delivery.settle()

    async with app.running():
        await terminal.talk(phone, take, terminal.typed_lines(), language)
