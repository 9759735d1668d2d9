"""The ticker looks at every job, at once and then each minute, and lets none wait for another."""

import asyncio
import threading
from datetime import timedelta

from apscheduler.triggers.cron import CronTrigger

from scheduler import ticker
from scheduler.slots import Job
from storage.clock import TOKYO, real_now


def a_job(name: str) -> Job:
    return Job(name, CronTrigger(hour=3, timezone=TOKYO), timedelta(hours=1), lambda _: None)


async def test_each_job_is_looked_at_at_once_and_not_first_after_a_minute() -> None:
    seen: list[str] = []
    both, loop = asyncio.Event(), asyncio.get_running_loop()

    def look(job: Job) -> None:
        seen.append(job.name)
        if len(seen) == 2:
            loop.call_soon_threadsafe(both.set)

    running = ticker.start([a_job("one"), a_job("other")], look)
    try:
        nexts = [job.next_run_time for job in running.get_jobs()]
        assert all(at - real_now() <= timedelta(0) for at in nexts)
        await asyncio.wait_for(both.wait(), 5)
    finally:
        running.shutdown(wait=False)
    assert sorted(seen) == ["one", "other"]


async def test_the_next_look_is_on_the_full_minute() -> None:
    looked, loop = asyncio.Event(), asyncio.get_running_loop()
    running = ticker.start([a_job("one")], lambda _: loop.call_soon_threadsafe(looked.set) and None)
    try:
        await asyncio.wait_for(looked.wait(), 5)
        (job,) = running.get_jobs()
        assert (job.next_run_time.second, job.next_run_time.microsecond) == (0, 0)
        assert job.next_run_time - real_now() <= timedelta(minutes=1)
    finally:
        running.shutdown(wait=False)


async def test_a_job_that_takes_long_holds_up_no_other() -> None:
    ended, seen, loop = threading.Event(), asyncio.Event(), asyncio.get_running_loop()

    def look(job: Job) -> None:
        if job.name == "long":
            ended.wait(5)
        else:
            loop.call_soon_threadsafe(seen.set)

    running = ticker.start([a_job("long"), a_job("short")], look)
    try:
        await asyncio.wait_for(seen.wait(), 3)
        assert not ended.is_set()
    finally:
        ended.set()
        running.shutdown(wait=False)
