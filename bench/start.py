"""Measures the running bot on this machine: start to ready, memory, and 1,000 messages through the whole way.

Everything is real: the bot's own process, the sandbox's strict LINE over HTTP, and a durable SQLite file.
"""

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

import httpx

from bench.machine import cpu_seconds, resident_mb
from tests.running import Bot, running

MESSAGES, PEOPLE = 1000, 100  # few enough each that nobody is asked to slow down
CHOSEN_PARTS = (
    "linebot.v3.messaging, linebot.v3.webhook, telegram, httpx, aiohttp, sqlalchemy, sqlmodel, alembic.command,"
    " apscheduler.schedulers.asyncio, starlette.applications, uvicorn, uvloop, httptools, python_multipart, jinja2,"
    " babel.support, pydantic_settings, typer, rich, icalendar, segno, structlog, prometheus_client"
)
"""The dependencies of pyproject.toml that a bot on SQLite loads, by the names under which it uses them."""
RUNS = 3
MOST_TIMES, MOST_MB = 1.5, 40.0
"""Start to ready, in times the imports; resident memory of one idle process, in megabytes over them."""


@dataclass(frozen=True)
class Cost:
    """Seconds by the clock, seconds of the processor, and resident megabytes."""

    seconds: float
    cpu: float
    mb: float


def import_cost() -> Cost:
    """Import the chosen parts alone in a fresh interpreter."""
    program = f"import time, {CHOSEN_PARTS}\nprint(time.process_time())\nprint(open('/proc/self/status').read())"
    started = time.monotonic()
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    seconds, lines = time.monotonic() - started, printed.splitlines()
    mb = int(next(line.split()[1] for line in lines if line.startswith("VmRSS"))) / 1024
    return Cost(seconds, float(lines[0]), mb)


def start_up() -> Cost:
    """Start the bot with a new database until it is ready; the sandbox's process counts by the clock alone."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.monotonic()
        with running(Path(folder)) as bot:
            seconds, cpu = time.monotonic() - started, cpu_seconds([bot.process.pid])
            time.sleep(2)
            return Cost(seconds, cpu, resident_mb(bot.process.pid))


def middle(costs: Sequence[Cost]) -> Cost:
    """Give the median of each figure."""
    return Cost(*(median(getattr(cost, name) for cost in costs) for name in ("seconds", "cpu", "mb")))


async def talk(bot: Bot) -> tuple[float, list[float], float]:
    """Let 100 people send 1,000 messages, four at once; gives seconds, each answer's milliseconds, and CPU seconds."""
    phones = f"http://127.0.0.1:{bot.port + 1}/control/line"
    async with httpx.AsyncClient(timeout=60) as client:
        people = [(await client.post(f"{phones[:-5]}/people", json=_somebody(n))).json()["id"] for n in range(PEOPLE)]
        acts = [f"{phones}/people/{person}/act" for person in people]
        for act in acts:
            for step in ({"act": "follow"}, {"act": "press", "data": "lang:ja"}, {"act": "press", "data": "join:1"}):
                await client.post(act, json=step)
        used, started, seats = cpu_seconds([bot.process.pid]), time.monotonic(), asyncio.Semaphore(4)
        latencies: list[float] = []

        async def say(number: int) -> None:
            async with seats:
                said = time.monotonic()
                data = "menu" if number % 2 else f"r:my_bag:2022-01-20:{number}"
                await client.post(acts[number % PEOPLE], json={"act": "press", "data": data})
                latencies.append((time.monotonic() - said) * 1000)

        await asyncio.gather(*(say(number) for number in range(MESSAGES)))
        while (await _waiting(client, bot)) > 0:  # noqa: ASYNC110 - another process tells us, no event of ours
            await asyncio.sleep(0.05)
        return time.monotonic() - started, latencies, cpu_seconds([bot.process.pid]) - used


def _somebody(number: int) -> dict[str, str]:
    return {"platform": "line", "name": f"bench {number}", "language": "ja"}


async def _waiting(client: httpx.AsyncClient, bot: Bot) -> float:
    figures = (await client.get(f"{bot.url}/metrics")).text.splitlines()
    names = ("bot_inbox_waiting ", 'bot_outbox_open{state="waiting"}', 'bot_outbox_open{state="sending"}')
    return sum(float(line.split()[-1]) for line in figures if line.startswith(names))


def asked(reached: float, most: float, unit: str) -> str:
    """Give a figure with what is asked of it, and whether it is reached."""
    return f"{reached:6.2f} {unit} (at most {most:g}: {'reached' if reached <= most else 'MISSED'})"


def main() -> None:
    costs = [(import_cost(), start_up()) for _ in range(RUNS)]  # in turn: a machine that is busy is so for both
    imports, starts = middle([one for one, _ in costs]), middle([one for _, one in costs])
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as bot:
        seconds, latencies, cpu = asyncio.run(talk(bot))
        after = resident_mb(bot.process.pid)
    slowest = quantiles(latencies, n=100)[98]
    print(
        f"importing the chosen parts  {imports.seconds:6.2f} s  {imports.cpu:6.2f} s of processor  {imports.mb:4.0f} MB"
    )
    print(f"start to ready, then idle   {starts.seconds:6.2f} s  {starts.cpu:6.2f} s of processor  {starts.mb:4.0f} MB")
    print(f"  by the clock        {asked(starts.seconds / imports.seconds, MOST_TIMES, '×')}, sandbox included")
    print(f"  by the processor    {asked(starts.cpu / imports.cpu, MOST_TIMES, '×')}")
    print(f"  resident, idle      {asked(starts.mb - imports.mb, MOST_MB, 'MB over them')}")
    print(f"after {MESSAGES} messages                            {after:6.0f} MB resident")
    print(
        f"{MESSAGES} messages, {PEOPLE} people        {seconds:6.1f} s      {MESSAGES / seconds:6.0f} answered a second"
    )
    print(f"webhook answered 200            {median(latencies):6.1f} ms     {slowest:6.1f} ms at the 99th percentile")
    print(f"bot's processor time a message  {cpu / MESSAGES * 1000:6.2f} ms")
