"""Plays people who press buttons, and LINE that posts what they did until it is taken; knows what it must add up to.

It works out from the programme file alone what each person must have in the end, and never asks the bot.
"""

import random
import re
import threading
import time
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from bot.sandbox.server import Sandbox

TOKYO = timezone(timedelta(hours=9))
COURIERS = 10  # deliveries under way at once
POSTED_TWICE = 0.12  # share of the webhooks that come again although they were taken
PRESSED_TWICE = 0.1  # share of the reports whose button is pressed twice: a new event that must earn nothing
BATCHED = 0.1  # share of the events that wait for a neighbour's and come in one webhook
REPORTS = 8
PAUSE = 0.1  # seconds before a webhook that was not taken is posted again
DAY_LIMIT = 60

Event = dict[str, Any]


@dataclass
class Citizen:
    """One person with a LINE phone, and what they must have in the end."""

    key: str
    reports: list[tuple[str, str, int]]  # action, day, points
    withdraws: bool
    leaves: bool
    points: int = 0
    entries: int = 0
    withdrawn: bool = False
    left: bool = False


@dataclass
class Crowd:
    """Many people; ``permits`` says how many more webhooks may be posted now."""

    sandbox: Sandbox
    programme: Path
    size: int
    seed: int
    patience: float = 60.0  # seconds that a person waits for a button to come
    citizens: list[Citizen] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    webhooks: int = 0
    redelivered: int = 0
    repeated: int = 0

    def __post_init__(self) -> None:
        self.permits = threading.Semaphore(0)
        self.done = threading.Event()
        self.stop = threading.Event()
        self._lock = threading.Lock()
        self._chance = random.Random(self.seed)
        document = tomllib.loads(self.programme.read_text())
        self._version = document["consent"]["version"]
        actions = [(a["code"], a["points"]) for a in document["actions"] if _is_plain(a)]
        today = datetime.now(UTC).astimezone(TOKYO).date()
        for number in range(self.size):
            reports = _choose_reports(self._chance, actions, today)
            key = self.sandbox.line.person(f"Person {number}")
            self.citizens.append(Citizen(key, reports, withdraws=number % 3 == 0, leaves=number % 5 == 4))

    def run(self) -> None:
        """Let everybody act; ends when all have done what they had to and nobody wants passers-by any more."""
        shares = [self.citizens[n::COURIERS] for n in range(COURIERS)]
        with ThreadPoolExecutor(COURIERS) as pool:
            for courier in [pool.submit(self._serve, share, n) for n, share in enumerate(shares)]:
                courier.result()
            if not self.stop.is_set():
                self._leave([citizen for citizen in self.citizens if citizen.leaves])
        self.done.set()
        while not self.stop.is_set():
            self._pass_by()

    def _serve(self, citizens: list[Citizen], number: int) -> None:
        """Let a share of the people act in turn, each waiting for their own last act to be taken."""
        chance = random.Random(f"{self.seed}:{number}")
        scripts = [self._script(citizen, chance) for citizen in citizens]
        held: list[Event] = []
        while scripts and not self.stop.is_set():
            for script in list(scripts):
                event = next(script, None)
                if event is None:
                    scripts.remove(script)
                    continue
                held.append(event)
                if chance.random() >= BATCHED or len(scripts) == 1:
                    self._post(held, chance)
                    held = []
            if held:
                self._post(held, chance)
                held = []

    def _script(self, citizen: Citizen, chance: random.Random) -> Iterator[Event]:
        """Give one person's events; each is taken before the next is asked for."""
        yield self._act(citizen.key, "follow")
        yield self._press(citizen.key, "lang:ja")
        yield self._press(citizen.key, f"join:{self._version}")
        for action, day, points in citizen.reports:
            yield self._press(citizen.key, f"l:{action}:{day}:1")
            citizen.points += points
            citizen.entries += 1
            if chance.random() < PRESSED_TWICE:
                yield self._press(citizen.key, f"l:{action}:{day}:1")
        if citizen.withdraws:
            yield from self._withdraw(citizen)

    def _withdraw(self, citizen: Citizen) -> Iterator[Event]:
        """Take the last report back, by the button on its receipt: the newest once every receipt has come."""
        until = time.monotonic() + self.patience
        while len(entries := self._find(citizen.key, r"\"w:(\d+)\"")) < citizen.entries:
            if time.monotonic() > until or self.stop.is_set():
                return
            time.sleep(PAUSE)
        yield self._press(citizen.key, f"w:{max(entries)}")
        citizen.points -= citizen.reports[-1][2]
        citizen.withdrawn = True

    def _leave(self, citizens: list[Citizen]) -> None:
        """Let people leave whose reply token no longer works when the farewell is sent: it must be pushed."""
        for citizen in citizens:
            self._post([self._press(citizen.key, "leave")], self._chance)
            until = time.monotonic() + self.patience
            while not (asked := self._find(citizen.key, r"\"leaving:(\d+)\"")):
                if time.monotonic() > until or self.stop.is_set():
                    return
                time.sleep(PAUSE)
            self.sandbox.line.settings(reply_token_seconds=0.0)
            self._post([self._press(citizen.key, f"leaving:{max(asked)}")], self._chance)
            citizen.left = True
            time.sleep(2 * PAUSE)
            self.sandbox.line.settings(reply_token_seconds=60.0)

    def _pass_by(self) -> None:
        """Let somebody look in who does not join: there is always something to do until the last kill."""
        passer = self.sandbox.line.person("Passer-by")
        self._post([self._act(passer, "follow")], self._chance)
        for data in ("lang:ja", "later", "totals"):
            self._post([self._press(passer, data)], self._chance)

    def _find(self, key: str, pattern: str) -> set[int]:
        """Find what buttons on a phone carry."""
        shown = repr(self.sandbox.line.screen(key)).replace("'", '"')
        return {int(number) for number in re.findall(pattern, shown)}

    def _act(self, key: str, act: str, **more: Any) -> Event:
        event: Event = self.sandbox.line.act(key, act, hold=True, **more)["event"]
        return event

    def _press(self, key: str, data: str) -> Event:
        return self._act(key, "press", data=data)

    def _post(self, events: list[Event], chance: random.Random) -> None:
        """Post a webhook until it is taken, as LINE does with redelivery switched on; some again afterwards."""
        while not self.permits.acquire(timeout=0.2):
            if self.stop.is_set():
                return
        with self._lock:
            self.webhooks += 1
        while self._deliver(events) != 200:
            if self.stop.is_set():
                return
            with self._lock:
                self.redelivered += 1
            events = [{**event, "deliveryContext": {"isRedelivery": True}} for event in events]
            time.sleep(PAUSE)
        with self._lock:
            self.taken.update(event["webhookEventId"] for event in events)
        if chance.random() < POSTED_TWICE:
            self._deliver(events)
            with self._lock:
                self.repeated += 1

    def _deliver(self, events: list[Event]) -> int | None:
        status: int | None = self.sandbox.line.deliver(events)["delivery"]["status"]
        return status


def _is_plain(action: dict[str, Any]) -> bool:
    """Tell whether an action simply earns its points once a day, all year."""
    special = ("seasons", "on_heat_alert", "needs_at_home")
    daily = action["cap"] == {"times": 1, "per": "day"}
    return action["group"] == "everyday" and daily and not any(name in action for name in special)


def _choose_reports(chance: random.Random, actions: list[tuple[str, int]], today: date) -> list[tuple[str, str, int]]:
    """Choose different actions on three days, so that no day's limit is met."""
    chosen: list[tuple[str, str, int]] = []
    while len(chosen) < REPORTS:
        action, points = chance.choice(actions)
        day = (today - timedelta(days=chance.randrange(3))).isoformat()
        on_day = sum(one[2] for one in chosen if one[1] == day)
        if on_day + points <= DAY_LIMIT and (action, day) not in {one[:2] for one in chosen}:
            chosen.append((action, day, points))
    return chosen
