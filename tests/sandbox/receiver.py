"""A real web server that stands for the app under test: takes webhooks and answers as told."""

import asyncio
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web


@dataclass
class Receiver:
    """Remember what came in; `answers` are the next statuses, then always 200; `delay` in seconds."""

    url: str = ""
    taken: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    delay: float = 0.0

    async def take(self, request: web.Request) -> web.Response:
        headers = {key.lower(): value for key, value in request.headers.items()}
        self.taken.append((headers, await request.read()))
        await asyncio.sleep(self.delay)
        return web.Response(status=self.answers.pop(0) if self.answers else 200)

    def wait_for(self, count: int, seconds: float = 5.0) -> None:
        """Wait until so many webhooks came."""
        end = time.monotonic() + seconds
        while len(self.taken) < count and time.monotonic() < end:
            time.sleep(0.01)
        assert len(self.taken) >= count, f"{len(self.taken)} of {count} webhooks came"


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Run a receiver on a free loopback port."""
    receiver = Receiver()
    started: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event, int]] = Future()
    thread = threading.Thread(target=_serve, args=(receiver, started), daemon=True)
    thread.start()
    loop, stop, port = started.result(timeout=10)
    receiver.url = f"http://127.0.0.1:{port}/webhooks"
    try:
        yield receiver
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(timeout=10)


def _serve(receiver: Receiver, started: Future[Any]) -> None:
    async def serve() -> None:
        stop = asyncio.Event()
        application = web.Application()
        application.router.add_post("/webhooks", receiver.take)
        runner = web.AppRunner(application, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        started.set_result((asyncio.get_running_loop(), stop, int(runner.addresses[0][1])))
        await stop.wait()
        await runner.cleanup()

    asyncio.run(serve())
