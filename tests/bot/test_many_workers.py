"""Three worker processes on one PostgreSQL: each account in its order, others beside it, a dead worker replaced."""

import itertools
import json
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from storage import inbox
from storage.clock import real_now
from storage.database import Database
from storage.facts import ChannelName
from storage.inbox import INBOX, NewEvent
from tests import databases
from tests.bot import workers

MESSAGES, OTHERS, WORKERS = 200, 6, 3
PATIENCE = 90.0
_numbers = itertools.count()


@pytest.fixture
def database() -> Iterator[Database]:
    with databases.fresh("postgresql") as opened:
        yield opened


class Office:
    """Three workers and what their platform took, as (token, process)."""

    def __init__(self, database: Database, folder: Path, lease: timedelta) -> None:
        self.database, self._folder = database, folder
        url = database.url.render_as_string(hide_password=False)
        self.processes = workers.start(url, folder / "taken", WORKERS, lease)

    def wait_until_ready(self) -> None:
        until = time.monotonic() + PATIENCE
        while len(list(self._folder.glob("ready-*"))) < WORKERS:
            assert time.monotonic() < until
            time.sleep(0.05)

    def take_in(self, key: str, number: int) -> None:
        """Store a message as a web process does, which wakes nobody."""
        event, now = message(key, f"{key}-{number}"), real_now()
        self.database.write(lambda c: inbox.store_all(c, [(ChannelName.LINE, [event], now)])).result()

    def taken(self) -> list[tuple[str, int]]:
        path = self._folder / "taken"
        lines = path.read_text().splitlines() if path.exists() else []
        return [(token, int(process)) for token, process in (line.split() for line in lines)]

    def wait_until_answered(self, count: int) -> list[tuple[str, int]]:
        """Wait until so many different answers were taken."""
        until = time.monotonic() + PATIENCE
        while len({token for token, _ in self.taken()}) < count:
            assert time.monotonic() < until, len(self.taken())
            time.sleep(0.05)
        return self.taken()

    def states(self) -> list[str]:
        return list(self.database.read(lambda c: c.execute(select(INBOX.c.state)).scalars().all()).result())


@contextmanager
def office(database: Database, folder: Path, lease: timedelta = timedelta(seconds=30)) -> Iterator[Office]:
    opened = Office(database, folder, lease)
    try:
        opened.wait_until_ready()
        yield opened
    finally:
        for process in opened.processes:
            process.kill()
            process.join()


def message(key: str, token: str) -> NewEvent:
    at = real_now()
    said = {"type": "text", "id": token, "text": "ポイント", "quoteToken": "q"}
    raw: dict[str, Any] = {"type": "message", "mode": "active", "source": {"type": "user", "userId": key}}
    return NewEvent(
        bot_id="bot",
        event_id=token,
        account_key=key,
        occurred_at=at,
        raw=json.dumps({**raw, "message": said, "replyToken": token, "timestamp": int(at.timestamp() * 1000)}),
        reply_token=token,
        reply_until=at + timedelta(seconds=55),
    )


def of(key: str, taken: list[tuple[str, int]]) -> list[int]:
    return [int(token.partition("-")[2]) for token, _ in taken if token.startswith(f"{key}-")]


def test_one_accounts_answers_keep_their_order_and_others_are_answered_beside_it(
    database: Database, tmp_path: Path
) -> None:
    with office(database, tmp_path) as opened:
        for number in range(MESSAGES):
            opened.take_in("U0", number)
            if number % 10 == 0:
                for other in range(1, OTHERS + 1):
                    opened.take_in(f"U{other}", number // 10)
            time.sleep(0.01)
        taken = opened.wait_until_answered(MESSAGES + OTHERS * MESSAGES // 10)
    assert of("U0", taken) == list(range(MESSAGES))
    for other in range(1, OTHERS + 1):
        assert of(f"U{other}", taken) == list(range(MESSAGES // 10))
    assert len({process for _, process in taken}) == WORKERS, "somebody had nothing to do"
    last_of_first = max(place for place, (token, _) in enumerate(taken) if token.startswith("U0-"))
    assert any(token.startswith("U1-") for token, _ in taken[:last_of_first])


def test_what_a_killed_worker_had_in_hand_is_taken_over_in_order(database: Database, tmp_path: Path) -> None:
    with office(database, tmp_path, lease=timedelta(seconds=6)) as opened:
        for number in range(60):
            for account in range(4):
                opened.take_in(f"U{account}", number)
            if number == 20:
                opened.processes[0].kill()
            time.sleep(0.01)
        taken = opened.wait_until_answered(240)
        opened.processes[0].join()
        assert opened.processes[0].exitcode == -signal.SIGKILL
        assert set(opened.states()) == {"done"}
    for account in range(4):
        first_seen = list(dict.fromkeys(of(f"U{account}", taken)))
        assert first_seen == list(range(60))
    twice = len(taken) - 240  # calls in flight at the kill: tried again under the token they had
    assert twice <= 4, "one a lane"
