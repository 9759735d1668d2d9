"""A tiny Bot API over real HTTP that answers, fails or breaks off as a test says; it checks nothing itself."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]

TOKEN = "4242:AAtokenTOKENtoken_token-token12345"
CHAT = {"id": 7001, "type": "private", "first_name": "x"}
SENT = {"message_id": 5, "date": 1642636800, "chat": CHAT, "text": "x"}


@dataclass
class Played:
    url: str = ""
    answers: list[Answer] = field(default_factory=list)
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            fields = dict(request.query) | dict(await request.post())
            self.asked.append((request.match_info["method"], {name: _value(value) for name, value in fields.items()}))
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            return await answer(request)
        finally:
            self.at_once -= 1


def _value(value: Any) -> Any:
    try:
        return json.loads(value)
    except (ValueError, TypeError):  # plain words; an uploaded file
        return value


@asynccontextmanager
async def played(*answers: Answer) -> AsyncIterator[Played]:
    api = Played(answers=list(answers))
    app = web.Application()
    app.router.add_route("*", f"/bot{TOKEN}/{{method}}", api.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]
    api.url = f"http://127.0.0.1:{port}"
    try:
        yield api
    finally:
        await runner.cleanup()


def ok(result: Any = SENT, after: float = 0) -> Answer:
    async def answer(request: web.Request) -> web.Response:
        await asyncio.sleep(after)
        return web.json_response({"ok": True, "result": result})

    return answer


def error(status: int, description: str, **parameters: Any) -> Answer:
    async def answer(request: web.Request) -> web.Response:
        body: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
        return web.json_response(body | ({"parameters": parameters} if parameters else {}), status=status)

    return answer


def plain(status: int, text: str) -> Answer:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=status, text=text, content_type="text/html")

    return answer


async def silence(request: web.Request) -> web.Response:
    await asyncio.sleep(60)
    return web.Response()


async def reset(request: web.Request) -> web.Response:
    assert request.transport
    request.transport.abort()
    return web.Response()


async def closed(request: web.Request) -> web.Response:
    assert request.transport
    request.transport.close()
    return web.Response()


async def drip(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "5000"})
    await response.prepare(request)
    for _ in range(600):
        await response.write(b" ")
        await asyncio.sleep(0.05)
    return response


def redirect(status: int, to: str) -> Answer:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=status, headers={"Location": to})

    return answer


async def endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b" " * 65536)


async def swollen(request: web.Request) -> web.Response:
    """Answer a few kilobytes that unpack to 30 MB."""
    packed = gzip.compress(bytes(30 * 2**20))
    return web.Response(body=packed, headers={"Content-Encoding": "gzip", "Content-Type": "application/json"})


async def cut_off(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "5000"})
    await response.prepare(request)
    await response.write(b'{"ok": true, "resu')
    assert request.transport
    request.transport.close()
    return response
