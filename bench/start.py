"""Measures the running bot on this machine: start to ready, memory, and 1,000 messages through the whole way.

Everything is real: the bot's own process, the sandbox's strict LINE over HTTP, and a durable SQLite file.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

import httpx

from tests.running import Bot, running

MESSAGES, PEOPLE = 1000, 100  # few enough each that nobody is asked to slow down
CHOSEN_PARTS = (
    "linebot.v3.messaging, telegram, sqlalchemy, sqlmodel, alembic, apscheduler, starlette, uvicorn, jinja2, babel"
)
RUNS = 3


def resident_mb(pid: int) -> float:
    """Read a process's resident memory, in megabytes."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmRSS"))) / 1024


def cpu_seconds(pid: int) -> float:
    """Read the processor time a process has used, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def import_cost() -> tuple[float, float]:
    """Import the chosen parts alone in a fresh interpreter; gives seconds and megabytes."""
    program = f"import {CHOSEN_PARTS}\nprint(open('/proc/self/status').read())"
    started = time.monotonic()
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    seconds = time.monotonic() - started
    return seconds, int(next(x.split()[1] for x in printed.splitlines() if x.startswith("VmRSS"))) / 1024


def start_up() -> float:
    """Start the bot with a new database until it is ready; gives seconds."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.monotonic()
        with running(Path(folder)):
            return time.monotonic() - started


async def talk(bot: Bot) -> tuple[float, list[float], float]:
    """Let 100 people send 1,000 messages, four at once; gives seconds, each answer's milliseconds, and CPU seconds."""
    phones = f"http://127.0.0.1:{bot.port + 1}/control/line"
    async with httpx.AsyncClient(timeout=60) as client:
        people = [(await client.post(f"{phones[:-5]}/people", json=_somebody(n))).json()["id"] for n in range(PEOPLE)]
        acts = [f"{phones}/people/{person}/act" for person in people]
        for act in acts:
            for step in ({"act": "follow"}, {"act": "press", "data": "lang:ja"}, {"act": "press", "data": "join:1"}):
                await client.post(act, json=step)
        used, started, seats = cpu_seconds(bot.process.pid), time.monotonic(), asyncio.Semaphore(4)
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
        return time.monotonic() - started, latencies, cpu_seconds(bot.process.pid) - used


def _somebody(number: int) -> dict[str, str]:
    return {"platform": "line", "name": f"bench {number}", "language": "ja"}


async def _waiting(client: httpx.AsyncClient, bot: Bot) -> float:
    figures = (await client.get(f"{bot.url}/metrics")).text.splitlines()
    names = ("bot_inbox_waiting ", 'bot_outbox_open{state="waiting"}', 'bot_outbox_open{state="sending"}')
    return sum(float(line.split()[-1]) for line in figures if line.startswith(names))


def main() -> None:
    imports = [import_cost() for _ in range(RUNS)]
    starts = [start_up() for _ in range(RUNS)]
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as bot:
        time.sleep(2)
        before = resident_mb(bot.process.pid)
        seconds, latencies, cpu = asyncio.run(talk(bot))
        after = resident_mb(bot.process.pid)
    slowest = quantiles(latencies, n=100)[98]
    parts_s, parts_mb = median(s for s, _ in imports), median(mb for _, mb in imports)
    print(f"importing the chosen parts      {parts_s:6.2f} s      {parts_mb:6.0f} MB")
    print(f"start to ready                  {median(starts):6.2f} s      {before:6.0f} MB resident after start")
    print(f"after {MESSAGES} messages                            {after:6.0f} MB resident")
    print(
        f"{MESSAGES} messages, {PEOPLE} people        {seconds:6.1f} s      {MESSAGES / seconds:6.0f} answered a second"
    )
    print(f"webhook answered 200            {median(latencies):6.1f} ms     {slowest:6.1f} ms at the 99th percentile")
    print(f"bot's processor time a message  {cpu / MESSAGES * 1000:6.2f} ms")
