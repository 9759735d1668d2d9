"""The ticker says when something is due."""

import asyncio

from scheduler import ticker


async def test_upkeep_runs_at_once_and_not_first_after_its_pause() -> None:
    ran = asyncio.Event()
    loop = asyncio.get_running_loop()
    running = ticker.start(lambda: loop.call_soon_threadsafe(ran.set) and None, minutes=60)
    try:
        await asyncio.wait_for(ran.wait(), 5)
    finally:
        running.shutdown(wait=False)
