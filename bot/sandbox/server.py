"""Serves the platforms, the phones and the control API on one loopback port; may not know any rule."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientSession, ClientTimeout, web

from bot.sandbox import phones
from bot.sandbox.calls import CallLog, Changes
from bot.sandbox.faults import Fault, Faults
from bot.sandbox.line import LineHands, LinePlatform
from bot.sandbox.platform import Json, Platform, Settings, WishError
from bot.sandbox.telegram import TelegramHands, TelegramPlatform

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
LONG_POLL_SECONDS = 25.0
BIGGEST_BODY = 50 * 2**20  # Telegram takes files up to 50 MB; each platform refuses its own sizes below that


class Server:
    """Join the platforms, the call log, the faults and the control API in one web application."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.changes = Changes()
        self.calls = CallLog(self.changes)
        self.faults = Faults()
        self.line = LinePlatform(self.calls, self.faults, self.changes, settings)
        self.telegram = TelegramPlatform(self.calls, self.faults, self.changes, settings)
        self.platforms: dict[str, Platform] = {"line": self.line, "telegram": self.telegram}
        self._clock: ClientSession | None = None

    def application(self) -> web.Application:
        """Build the application; its platforms start and stop with it."""
        application = web.Application(middlewares=[wishes], client_max_size=BIGGEST_BODY)
        for platform in self.platforms.values():
            application.add_routes(platform.routes())
        application.add_routes(self._routes())
        application.add_routes(phones.routes(self.settings.public_url_is))
        application.cleanup_ctx.append(self._alive)
        return application

    async def _alive(self, _: web.Application) -> Any:
        for platform in self.platforms.values():
            await platform.start()
        async with ClientSession(timeout=ClientTimeout(total=5)) as self._clock:
            yield
        for platform in self.platforms.values():
            await platform.close()

    def _routes(self) -> list[web.RouteDef]:
        return [
            web.get("/control/settings", self._get_settings),
            web.get("/control/calls", self._get_calls),
            web.get("/control/changes", self._get_changes),
            web.get("/control/faults", self._get_faults),
            web.post("/control/faults", self._order_fault),
            web.delete("/control/faults", self._clear_faults),
            web.get("/control/webhook", self._get_webhooks),
            web.post("/control/webhook", self._set_webhook),
            web.get("/control/people", self._get_people),
            web.post("/control/people", self._add_person),
            web.post("/control/{platform}/people/{person}/act", self._act),
            web.get("/control/{platform}/people/{person}/screen", self._get_screen),
            web.get("/control/clock", self._move_clock),
            web.post("/control/clock", self._move_clock),
        ]

    def platform(self, name: object) -> Platform:
        """Return the platform of this name; raise WishError for another."""
        if name not in self.platforms:
            raise WishError(f"platform must be one of {', '.join(self.platforms)}", 404)
        return self.platforms[str(name)]

    def order(self, wish: Json) -> None:
        """Order a fault from its JSON; raise WishError when it makes no sense."""
        try:
            fault = Fault(**wish)
        except (TypeError, ValueError) as error:
            raise WishError(str(error)) from error
        self.platform(fault.platform)
        self.faults.order(fault)

    def call_list(self, after: int) -> Json:
        """Return the calls after a number and the sums of all."""
        totals = {name: platform.totals() for name, platform in self.platforms.items()}
        return {"calls": self.calls.since(after), "totals": totals}

    async def _get_settings(self, _: web.Request) -> web.Response:
        names = ("account_name", "public_url", "public_url_is")
        return web.json_response({name: getattr(self.settings, name) for name in names})

    async def _get_calls(self, request: web.Request) -> web.Response:
        return web.json_response(self.call_list(_number(request, "after")))

    async def _get_changes(self, request: web.Request) -> web.Response:
        return web.json_response(await self.changes.since(_number(request, "after"), LONG_POLL_SECONDS))

    async def _get_faults(self, _: web.Request) -> web.Response:
        return web.json_response({"faults": self.faults.waiting()})

    async def _order_fault(self, request: web.Request) -> web.Response:
        self.order(await _wish(request))
        return web.json_response({"faults": self.faults.waiting()})

    async def _clear_faults(self, _: web.Request) -> web.Response:
        self.faults.clear()
        return web.json_response({"faults": []})

    async def _get_webhooks(self, _: web.Request) -> web.Response:
        return web.json_response({name: platform.webhook() for name, platform in self.platforms.items()})

    async def _set_webhook(self, request: web.Request) -> web.Response:
        wish = await _wish(request)
        platform = self.platform(wish.get("platform"))
        platform.set_webhook(str(wish.get("url", "")), wish.get("secret"), wish.get("redelivery") is True)
        return web.json_response(platform.webhook())

    async def _get_people(self, _: web.Request) -> web.Response:
        people = [
            {"platform": name, **person} for name, platform in self.platforms.items() for person in platform.people()
        ]
        return web.json_response({"people": people})

    async def _add_person(self, request: web.Request) -> web.Response:
        wish = await _wish(request)
        platform = self.platform(wish.get("platform"))
        person = platform.add_person(str(wish.get("name", "Person")), str(wish.get("language", "ja")))
        return web.json_response({"id": person})

    async def _act(self, request: web.Request) -> web.Response:
        platform = self.platform(request.match_info["platform"])
        wish = await _wish(request)
        try:
            return web.json_response(await platform.act(request.match_info["person"], wish))
        except ValueError as error:
            raise WishError(str(error)) from error

    async def _get_screen(self, request: web.Request) -> web.Response:
        platform = self.platform(request.match_info["platform"])
        return web.json_response(platform.screen(request.match_info["person"]))

    async def _move_clock(self, request: web.Request) -> web.Response:
        """Pass on to the clock of the app under test, which alone has one that moves."""
        if not self.settings.clock_url or self._clock is None:
            raise WishError("no --clock-url was given: the app under test has no clock to move", 404)
        body = await request.read()
        headers = {"Content-Type": "application/json"}
        try:
            async with self._clock.request(
                request.method, self.settings.clock_url, data=body or None, headers=headers
            ) as answer:
                return web.Response(status=answer.status, body=await answer.read(), content_type="application/json")
        except (ClientError, TimeoutError) as error:
            raise WishError(f"the app's clock does not answer: {error}", 502) from error


class Sandbox:
    """Run a server in a thread of its own and offer the control API as plain, thread-safe methods."""

    def __init__(self, server: Server, loop: asyncio.AbstractEventLoop, port: int) -> None:
        self._server = server
        self._loop = loop
        self.url = f"http://127.0.0.1:{port}"
        self.line_url = f"{self.url}/line"
        self.telegram_url = f"{self.url}/telegram"
        self.line = LineHands(server.line, self._run)
        self.telegram = TelegramHands(server.telegram, self._run)

    @classmethod
    @contextmanager
    def running(cls, **settings: Any) -> Iterator["Sandbox"]:
        """Start on a free port; `settings` are the fields of Settings. Stops when the block ends."""
        server = Server(Settings(**settings))
        started: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event, int]] = Future()
        thread = threading.Thread(target=_thread, args=(server, started), name="sandbox", daemon=True)
        thread.start()
        loop, stop, port = started.result(timeout=20)
        try:
            yield cls(server, loop, port)
        finally:
            loop.call_soon_threadsafe(stop.set)
            thread.join(timeout=20)

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=60)

    def _ask(self, method: Callable[..., Any], *values: Any) -> Any:
        async def inside() -> Any:
            return method(*values)

        return self._run(inside())

    def calls(self, after: int = 0) -> list[Json]:
        """Return the calls with a number above `after`, oldest first."""
        result: list[Json] = self._ask(self._server.calls.since, after)
        return result

    def totals(self) -> Json:
        """Return each platform's sums."""
        result: Json = self._ask(self._server.call_list, 2**62)["totals"]
        return result

    def order_fault(self, platform: str, kind: str, name: str = "*", **more: Any) -> None:
        """Order a fault; `more` are further fields of Fault."""
        self._ask(self._server.order, {"platform": platform, "kind": kind, "name": name, **more})

    def clear_faults(self) -> None:
        """Forget all ordered faults."""
        self._ask(self._server.faults.clear)

    def webhook(self, platform: str, url: str, secret: str | None = None, redelivery: bool = False) -> None:
        """Say where a platform's events go."""
        self._ask(self._server.platform(platform).set_webhook, url, secret, redelivery)

    def webhook_statistics(self, platform: str) -> Json:
        """Return where a platform's events go and how deliveries went."""
        result: Json = self._ask(self._server.platform(platform).webhook)
        return result


async def listen(server: Server, host: str, port: int) -> tuple[web.AppRunner, int]:
    """Listen on a loopback host, port 0 for a free one; return the runner and the real port.

    Raises ValueError for any other host: whoever reaches the sandbox can act for every person in it.
    """
    if host not in LOOPBACK:
        raise ValueError(f"the sandbox listens on this machine only, not on {host}")
    runner = web.AppRunner(server.application(), access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, host, port).start()
    return runner, int(runner.addresses[0][1])


def _thread(server: Server, started: Future[Any]) -> None:
    async def serve() -> None:
        stop = asyncio.Event()
        try:
            runner, port = await listen(server, "127.0.0.1", 0)
        except BaseException as error:
            started.set_exception(error)
            raise
        started.set_result((asyncio.get_running_loop(), stop, port))
        await stop.wait()
        await runner.cleanup()

    asyncio.run(serve())


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def wishes(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer a wish that cannot be met as JSON, and refuse wishes of web pages from elsewhere."""
    try:
        if request.path.startswith("/control/"):
            _refuse_strangers(request)
        return await handler(request)
    except WishError as wrong:
        return web.json_response({"error": str(wrong)}, status=wrong.status)


def _refuse_strangers(request: web.Request) -> None:
    """Let only this machine's own pages in: any page a browser shows could post here otherwise."""
    for address in (f"http://{request.host}", request.headers.get("Origin")):
        if address is not None and urlsplit(address).hostname not in LOOPBACK:
            raise WishError(f"the sandbox serves this machine only, not {address}", 403)


async def _wish(request: web.Request) -> Json:
    try:
        wish = await request.json()
    except ValueError as error:
        raise WishError(f"the body is not JSON: {error}") from error
    if not isinstance(wish, dict):
        raise WishError("the body must be a JSON object")
    return wish


def _number(request: web.Request, name: str) -> int:
    text = request.query.get(name, "0")
    if not text.isascii() or not text.isdigit():
        raise WishError(f"{name} must be a number")
    return int(text)
