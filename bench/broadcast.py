"""The kill proof of broadcasts: the sending process is killed again and again, and everybody is told once.

``python -m bench.broadcast`` (part of ``make prove``) tells 60,000 people on each engine with batches of 500 and 100,
and a tenth of them one by one on LINE and on Telegram, against a played platform that counts whom it showed what and
honours LINE's retry key. Every process is forked from this one, which holds no thread and no connection. Exit status 1
when a promise is broken.
"""

import argparse
import asyncio
import importlib
import json
import os
import random
import signal
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from select import select as select_ready
from typing import Any, cast

from aiohttp import web
from sqlalchemy import Connection, select

from bench import prove, victim
from bot.channels.line.channel import Line
from bot.channels.telegram.channel import Telegram
from handlers.messages import Call, Outcome, Text, dump
from handlers.rules import broadcasts as rules
from scheduler import broadcasts as leading
from scheduler import delivery as delivering
from scheduler import pacing
from scheduler.delivery import Delivery
from scheduler.pacing import SEATS
from storage import broadcasts, generations, people, schema
from storage.accounts import ACCOUNTS
from storage.clock import Clock, real_now
from storage.database import Database
from storage.deliveries import DELIVERIES
from storage.facts import Audience, BroadcastContent, BroadcastKind, BroadcastState, ChannelName
from storage.people import PEOPLE

LIFE_SECONDS = (0.0, 0.4)  # from the first call of a life to the kill
IMPATIENCE = 3.0  # seconds until a life without a call is ended, too: all it could make may be leased to the dead
ANSWER_SECONDS = (0.0, 0.3)  # the platform takes a call at once and answers later: kills fall in between
PIECE = 5_000
TELEGRAM_RATE = 200.0  # below what one process makes, so that the budget is what holds


@dataclass(frozen=True)
class House:
    """What leads broadcasts on."""

    channels: dict[ChannelName, Any]
    clock: Clock
    generation: str = ""
    secret: bytes = b""
    public_url: str = ""


@dataclass(kw_only=True)
class Proof:
    """What is asked for, and what came of it."""

    url: str
    folder: Path
    channel: ChannelName = ChannelName.LINE
    people: int = 60_000
    batch: int = 500
    kills: int = 100
    seed: int = 0
    flaw: str = ""
    lease: timedelta = pacing.LEASE  # what a killed process had in hand is left alone for so long
    figures: dict[str, Any] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)

    def run(self) -> None:
        """Run it; afterwards ``figures`` and ``broken`` are filled."""
        chance, began, killed, told = random.Random(self.seed), time.monotonic(), 0, []
        importlib.import_module("linebot.v3.messaging")  # takes a second, which every life would begin with
        _in_child(lambda: _fill(self.url, self.channel, self.people))
        with _platform(self.folder) as port:
            while killed < self.kills or not told:
                told.append(_in_child(lambda: _arm(self.url)))
                while killed < self.kills and not _has_ended(self.url, told[-1]):
                    killed += _live(self, port, told[-1], chance.uniform(*LIFE_SECONDS))
                _live(self, port, told[-1], None)
            shown = _ask(port)
        for number in told:
            self._judge(number, Counter(shown.get(str(number), {})))
        self.figures |= {"broadcasts": len(told), "kills": killed, "seconds": round(time.monotonic() - began)}

    def _judge(self, number: int, shown: Counter[str]) -> None:
        """Compare what the platform showed with what the rows say."""
        state, rows = _in_child(lambda: _became(self.url, number))
        twice = sum(times > 1 for times in shown.values())
        lost = sum(became == "accepted" and not shown[key] for key, became in rows.items())
        unknown = sum(became == "unknown" for became in rows.values())
        counted = Counter(rows.values())
        self.figures[f"broadcast {number}"] = {**counted, "shown": len(shown), "twice": twice, "lost": lost}
        self.broken += [f"{number}: {twice} were told twice"] if twice else []
        self.broken += [f"{number}: {lost} accepted and never shown"] if lost else []
        if state != BroadcastState.FINISHED or sum(counted.values()) != self.people:
            self.broken.append(f"{number}: {state} with {dict(counted)} of {self.people}")
        most = 0 if self.channel is ChannelName.LINE else self.kills * max(SEATS.values())
        if set(counted) - {"accepted", "unknown"} or unknown > most:
            self.broken.append(f"{number}: {dict(counted)}")

    def summary(self) -> str:
        """Say what came of it, in a few lines."""
        name = f"{self.channel}, batches of {self.batch}, {self.people} people, seed {self.seed}"
        lines = [f"### {name}{', flaw: ' + self.flaw if self.flaw else ''}"]
        lines += [f"- {what}: {value}" for what, value in self.figures.items()]
        return "\n".join([*lines, *(f"- **broken: {wrong}**" for wrong in self.broken)])


def _in_child(work: Callable[[], Any]) -> Any:
    """Do something in a forked process of its own, and give what it gives."""
    source, target = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(source)
        status = 1
        with suppress(BaseException):
            with os.fdopen(target, "w") as pipe:
                json.dump(work(), pipe)
            status = 0
        os._exit(status)
    os.close(target)
    with os.fdopen(source, "rb") as pipe:
        said = pipe.read()
    if os.waitpid(child, 0)[1]:
        raise RuntimeError("a forked process failed")
    return json.loads(said)


def _fill(url: str, channel: ChannelName, many: int) -> None:
    """Bring so many people, each with one account."""
    database = Database(url)
    schema.upgrade(database)
    for start in range(0, many, PIECE):
        database.write(lambda c, start=start: _bring(c, channel, range(start, min(start + PIECE, many)))).result()
    database.close()


def _bring(connection: Connection, channel: ChannelName, numbers: range) -> None:
    persons = [people.draw_number() for _ in numbers]
    agreed = {"nickname_is_own": False, "is_tombstone": False, "consent_version": "1"}
    connection.execute(PEOPLE.insert(), [{"id": person, **agreed} for person in persons])
    same = {"channel": channel, "bot_id": "bot", "state": "following", "paused": False, "reminders": "both"}
    same |= {"made_at": real_now(), "language": "ja"}
    keys = [f"U{number:032x}" if channel is ChannelName.LINE else str(number + 1) for number in numbers]
    rows = [{**same, "key": key, "person_id": person} for key, person in zip(keys, persons, strict=True)]
    connection.execute(ACCOUNTS.insert(), rows)


def _arm(url: str) -> int:
    """Arm a broadcast whose words are its number."""
    database = Database(url)
    now = real_now()

    def unit(connection: Connection) -> int:
        content = BroadcastContent(
            kind=BroadcastKind.NOTICE,
            title="proof",
            audience=Audience(),
            texts={"ja": "[]"},
            send_at=now - timedelta(minutes=1),
            not_after=now + timedelta(hours=6),
            opens_hour=0,
            closes_hour=24,
            is_capped=False,
        )
        number = broadcasts.add(connection, content, "author", now)
        broadcasts.change(connection, number, texts=json.dumps({"ja": dump([Text(str(number))])}))
        found = broadcasts.find(connection, number)
        frozen = rules.content_hash(found.content) if found else ""
        approval = {"content_hash": frozen, "submitted_by": "author", "approved_by": "approver"}
        broadcasts.change(connection, number, **approval, generation=generations.find(connection))
        broadcasts.change_state(connection, number, (BroadcastState.DRAFT,), BroadcastState.ARMED)
        return number

    number = database.write(unit).result()
    database.close()
    return number


def _has_ended(url: str, number: int) -> bool:
    return _in_child(lambda: _became(url, number, rows=False)[0]) not in (BroadcastState.ARMED, BroadcastState.SENDING)


def _became(url: str, number: int, *, rows: bool = True) -> tuple[str, dict[str, str]]:
    """Tell a broadcast's state, and what became of each account's delivery."""
    database = Database(url)
    joined = DELIVERIES.join(ACCOUNTS, ACCOUNTS.c.id == DELIVERIES.c.account_id)
    question = select(ACCOUNTS.c.key, DELIVERIES.c.state).select_from(joined)
    found = database.read(lambda c: broadcasts.find(c, number)).result()
    ours = question.where(DELIVERIES.c.broadcast_id == number)
    became = database.read(lambda c: {row.key: row.state for row in c.execute(ours)}).result() if rows else {}
    database.close()
    return found.state if found else "", became


def _state(database: Database, number: int) -> BroadcastState | None:
    found = database.read(lambda c: broadcasts.find(c, number)).result()
    return found.state if found else None


def _live(proof: Proof, port: int, number: int, seconds: float | None) -> int:
    """Let one sending process live, for so long after its start or until the broadcast has ended; gives its kills."""
    source, target = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(source)
        with suppress(BaseException):
            asyncio.run(_send(proof, port, number, target))
        os._exit(0)
    os.close(target)
    select_ready([source], [], [], IMPATIENCE if seconds is not None else None)  # it makes its first call now
    os.close(source)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    return int(os.WIFSIGNALED(os.waitpid(child, 0)[1]))


async def _send(proof: Proof, port: int, number: int, ready: int) -> None:
    """Seal and send as the bot does, until the broadcast has ended."""
    victim.spoil(proof.flaw)
    pacing.LEASE = delivering.LEASE = proof.lease  # type: ignore[misc, attr-defined]
    address = f"http://127.0.0.1:{port}"
    line = Line(bot_id="bot", channel_secret="s", access_token="t", api_url=address)
    line.multicast_limit = proof.batch
    telegram = Telegram(token="42:proof", api_url=address, rate=TELEGRAM_RATE)
    channels: dict[ChannelName, Any] = {one.name: one for one in (line, telegram)}
    for channel in channels.values():
        await channel.open()
        _tell_of_first_call(channel, ready)
    database, clock = Database(proof.url), Clock()
    delivery = Delivery(database, clock, channels, lambda *_: None)
    tasks = [delivery.run(), leading.run(database, House(channels, clock), delivery.room, delivery.wake)]
    running = [asyncio.create_task(task) for task in tasks]
    while _state(database, number) in (BroadcastState.ARMED, BroadcastState.SENDING):
        await asyncio.wait(running, timeout=0.2)
    await delivery.stop()


def _tell_of_first_call(channel: Any, ready: int) -> None:
    """Say through a pipe that a call is being made: then a kill is worth while."""
    original = channel.send

    async def send(call: Call) -> Outcome:
        with suppress(OSError):
            os.write(ready, b"!")
        return cast(Outcome, await original(call))

    channel.send = send


# --- the platform ----------------------------------------------------------------------------------------------------


class _Platform:
    """Takes calls, remembers whom it showed which text, and answers a retry key it took before with 409."""

    def __init__(self) -> None:
        self.shown: dict[str, Counter[str]] = {}
        self._keys: set[str] = set()

    async def take(self, request: web.Request) -> web.Response:
        is_json = request.content_type == "application/json"
        try:
            body: Any = await request.json() if is_json else await request.post()
        except ConnectionResetError:  # killed before all of it was written: nobody is shown anything
            return web.Response(status=400)
        key = request.headers.get("X-Line-Retry-Key") or str(uuid.uuid4())
        if key in self._keys:
            return web.json_response({"message": "The retry key is already accepted"}, status=409)
        self._keys.add(key)
        if "messages" in body:
            to = body["to"] if isinstance(body["to"], list) else [body["to"]]
            words = body["messages"][0]["text"]
        else:
            to, words = [str(body["chat_id"])], body["text"]
        self.shown.setdefault(words, Counter()).update(to)
        await asyncio.sleep(random.uniform(*ANSWER_SECONDS))
        chat = {"id": 1, "type": "private"}
        return web.json_response({"ok": True, "result": {"message_id": 1, "date": 1, "chat": chat, "text": words}})

    async def tell(self, _: web.Request) -> web.Response:
        return web.json_response(self.shown)

    async def serve(self, folder: Path, ready: int) -> None:
        application = web.Application(client_max_size=2**24)
        application.router.add_get("/shown", self.tell)
        application.router.add_post("/{path:.*}", self.take)
        runner = web.AppRunner(application)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        os.write(ready, f"{runner.addresses[0][1]}\n".encode())
        await asyncio.Event().wait()


@contextmanager
def _platform(folder: Path) -> Iterator[int]:
    """Play the platform in a process of its own; gives its port."""
    source, target = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(source)
        with suppress(BaseException):
            asyncio.run(_Platform().serve(folder, target))
        os._exit(0)
    os.close(target)
    try:
        with os.fdopen(source) as pipe:
            yield int(pipe.readline())
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _ask(port: int) -> dict[str, dict[str, int]]:
    """Ask the platform whom it showed what."""
    import urllib.request

    with urllib.request.urlopen(f"http://127.0.0.1:{port}/shown") as answer:
        shown: dict[str, dict[str, int]] = json.load(answer)
        return shown


def main(arguments: Sequence[str] | None = None) -> int:
    """Prove it for each engine, channel and batch size; 1 when a promise was broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--people", type=int, default=60_000)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--batch", type=int, nargs="*", default=[500, 100, 1])
    parser.add_argument("--flaw", choices=["", "key"], default="", help="take the retry key away: it must be noticed")
    given = parser.parse_args(arguments)
    seed, broken = random.SystemRandom().randrange(10**6) if given.seed is None else given.seed, 0
    rounds = [(ChannelName.LINE, batch, given.people if batch > 1 else given.people // 10) for batch in given.batch]
    rounds += [] if given.flaw else [(ChannelName.TELEGRAM, 1, given.people // 10)]
    for engine in ("sqlite", "postgresql") if given.engine == "both" else (given.engine,):
        for channel, batch, many in rounds:
            with (
                tempfile.TemporaryDirectory(prefix="broadcast-") as name,
                _address(engine, name) as url,
            ):
                asked = {"channel": channel, "batch": batch, "people": many, "kills": given.kills, "seed": seed}
                proof = Proof(url=url, folder=Path(name), flaw=given.flaw, **asked)
                proof.run()
            print(f"## {engine}\n{proof.summary()}\n", flush=True)
            broken += bool(proof.broken)
    return int(broken > 0)


@contextmanager
def _address(engine: str, folder: str) -> Iterator[str]:
    if engine == "sqlite":
        yield f"sqlite:///{folder}/bot.sqlite"
        return
    with prove.durable_postgresql() as url:
        yield url


if __name__ == "__main__":
    sys.exit(main())
