"""The restart proof: people report while PostgreSQL is stopped and started every few seconds; all must add up.

``python -m bench.restarts`` runs three processes of the real bot (web; worker; worker and ticker) against the strict
sandbox, and restarts PostgreSQL in turn ``fast`` (clients cut off) and ``immediate`` (as after a power cut). Exit
status 1 when a promise is broken.
"""

import argparse
import random
import secrets
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bench import fleet, verdict
from bench.crowd import Crowd
from bench.prove import _acting as acting
from bench.prove import _notice as a_notice
from bot.sandbox.server import Sandbox
from storage import outbox
from storage.database import Database, StorageUnavailableError

LAYOUT = ("web", "worker", "worker,ticker")
SETTLE_SECONDS = 150.0  # a call leased while the connection was lost waits half a minute
NOTICES = 2  # pushes with retry keys that are stored at each restart


@dataclass(kw_only=True)
class Restarts:
    """What is asked for, and what came of it."""

    folder: Path
    seconds: float = 600.0
    pause: tuple[float, float] = (2.0, 6.0)  # between two restarts
    least: int = 0  # restarts of each kind, however long they take
    people: int = 100
    rate: float = 20.0  # webhooks a second at most
    seed: int = 0
    layout: Sequence[str] = LAYOUT
    figures: dict[str, Any] = field(default_factory=dict)
    promises: dict[str, list[str]] = field(default_factory=dict)
    _notices: dict[str, str] = field(default_factory=dict)
    _down: dict[str, list[float]] = field(default_factory=lambda: {"fast": [], "immediate": []})

    @property
    def broken(self) -> list[str]:
        """Everything that was not as promised."""
        return [wrong for found in self.promises.values() for wrong in found]

    def run(self) -> None:
        """Run it; afterwards ``figures`` and ``promises`` are filled."""
        sandbox_settings = {"line_secret": fleet.SECRET, "line_token": fleet.TOKEN}
        with fleet.postgresql() as server, Sandbox.running(**sandbox_settings) as sandbox:
            sandbox.line.settings(quota=None)
            with fleet.running(server.url, sandbox.line_url, self.folder, self.layout) as members:
                sandbox.webhook("line", f"{members[0].url}/webhooks/line", fleet.SECRET)
                crowd = Crowd(sandbox, fleet.PROGRAMME, self.people, self.seed)
                with acting(crowd):
                    self._disturb(server, crowd)
                    self._settle(server, crowd)
                alive = [member.roles for member in members if member.process.poll() is None]
            self._close(server, sandbox, crowd)
            self.promises["every process lived through it"] = [] if len(alive) == len(members) else [f"left: {alive}"]
            self.promises["`python -m bot recompute --check` finds nothing"] = fleet.recompute(server.url, self.folder)

    def _disturb(self, server: fleet.Server, crowd: Crowd) -> None:
        """Restart PostgreSQL again and again while people act."""
        chance, until = random.Random(self.seed), time.monotonic() + self.seconds
        modes = ["fast", "immediate"]
        while time.monotonic() < until or any(len(down) < self.least for down in self._down.values()):
            rest = time.monotonic() + chance.uniform(*self.pause)
            while time.monotonic() < rest:
                crowd.permits.release()
                time.sleep(1 / self.rate)
            self._store_notices(server, chance)
            self._down[modes[0]].append(server.restart(modes[0]))
            modes.reverse()

    def _store_notices(self, server: fleet.Server, chance: random.Random) -> None:
        database = Database(server.url)
        try:
            joined = "SELECT id, bot_id, key FROM account WHERE person_id IS NOT NULL ORDER BY id"
            keys = database.read(lambda c: list(c.execute(text(joined)))).result()
            for account_id, bot_id, key in chance.sample(keys, min(NOTICES, len(keys))):
                words = f"お知らせ {uuid.uuid4().hex}"
                values = a_notice(account_id, bot_id, key, words)
                database.write(lambda c, values=values: outbox.add(c, **values)).result()  # type: ignore[misc]
                self._notices[words] = key
        finally:
            database.close()

    def _settle(self, server: fleet.Server, crowd: Crowd) -> None:
        """Let the bot finish in peace: all that people still want, then all that waits."""
        until = time.monotonic() + SETTLE_SECONDS
        while not crowd.done.is_set() and time.monotonic() < until:
            crowd.permits.release(5)
            time.sleep(0.1)
        crowd.stop.set()
        started = time.monotonic()
        while self._open(server) and time.monotonic() < until:
            time.sleep(0.5)
        self.figures["seconds until nothing waited, after the last webhook"] = round(time.monotonic() - started, 1)

    def _open(self, server: fleet.Server) -> int:
        database = Database(server.url)
        try:
            waiting = """SELECT (SELECT count(*) FROM inbox WHERE state = 'waiting')
              + (SELECT count(*) FROM outbox WHERE state IN ('waiting', 'sending'))"""
            return int(database.read(lambda c: c.execute(text(waiting)).scalar_one()).result())
        except StorageUnavailableError:
            return 1
        finally:
            database.close()

    def _close(self, server: fleet.Server, sandbox: Sandbox, crowd: Crowd) -> None:
        calls = sandbox.calls()
        database = Database(server.url)
        try:
            self.promises = verdict.judge(database, crowd, self._notices, calls)
            ends = database.read(lambda c: c.execute(text(_ENDS)).all()).result()
        finally:
            database.close()
        self.figures |= {
            f"restarts, {mode}": f"{len(down)}; down {statistics.median(down):.2f} s (median), {max(down):.2f} (most)"
            for mode, down in self._down.items()
            if down
        }
        self.figures |= {
            "processes": "; ".join(self.layout),
            "people": len(crowd.citizens),
            "webhooks posted": crowd.webhooks,
            "posted again without a 200": crowd.redelivered,
            "posted twice on purpose": crowd.repeated,
            "events accepted": len(crowd.taken),
            "points": sum(citizen.points for citizen in crowd.citizens),
            "pushes stored at restarts": len(self._notices),
            "calls LINE saw": len(calls),
            "ends of calls": ", ".join(f"{row[0]} {row[1]}: {row[2]}" for row in ends),
        }

    def table(self) -> str:
        """Write it all down as Markdown."""
        lines = ["| figure | |", "|---|---|"]
        lines += [f"| {name} | {value} |" for name, value in self.figures.items()]
        lines += ["", "| promise | |", "|---|---|"]
        lines += [f"| {name} | {'; '.join(wrong[:3]) or 'kept'} |" for name, wrong in self.promises.items()]
        return "\n".join(lines)


_ENDS = "SELECT kind, state, count(*) FROM outbox GROUP BY kind, state ORDER BY kind, state"


def main(given: Sequence[str] | None = None) -> int:
    """Prove it; 1 when a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m bench.restarts", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--people", type=int, default=100)
    parser.add_argument("--rate", type=float, default=20.0, help="webhooks a second at most")
    parser.add_argument("--seed", type=int, default=None)
    asked = parser.parse_args(given)
    seed = secrets.randbelow(10**6) if asked.seed is None else asked.seed
    print(f"## restarts of PostgreSQL, seed {seed}, {fleet.cores()} cores\n", flush=True)
    with tempfile.TemporaryDirectory(prefix="restarts-") as folder:
        proof = Restarts(folder=Path(folder), seconds=asked.seconds, people=asked.people, rate=asked.rate, seed=seed)
        proof.run()
    print(proof.table(), flush=True)
    return 1 if proof.broken else 0


if __name__ == "__main__":
    sys.exit(main())
