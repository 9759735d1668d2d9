"""Serves the Bot API over HTTP: token, parameters, faults, call log, receiving of updates; holds no limit."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.sandbox.calls import Call, CallLog
from bot.sandbox.faults import Fault, Faults, play
from bot.sandbox.telegram import limits, parameters, webhook
from bot.sandbox.telegram.errors import RefusedError, conflict, too_many
from bot.sandbox.telegram.parameters import Parameters
from bot.sandbox.telegram.updates import Updates
from bot.sandbox.telegram.webhook import Webhook
from bot.sandbox.telegram.world import Json, World

Method = Callable[[Parameters], Any]
MESSAGES = frozenset({"sendMessage", "sendPhoto", "sendDocument"})
WEBHOOK_ACTIVE = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
FAULTS = {
    "401": RefusedError(401, "Unauthorized"),
    "403": RefusedError(403, "Forbidden: bot was blocked by the user"),
}


@dataclass(frozen=True)
class _Said:
    """A result of True with words beside it, as setWebhook answers."""

    words: str


@dataclass
class _Noted:
    """What is written down of one call."""

    status: int | None = None
    request: Any = None
    answer: Json | None = None
    done: bool = False  # the method was carried out, whatever became of its answer


def ordered_refusal(fault: Fault) -> RefusedError:
    """Return the refusal an ordered fault is answered with, in Telegram's words."""
    if fault.kind.startswith("429"):
        return too_many(5 if fault.retry_after is None else fault.retry_after)
    return FAULTS.get(fault.kind, RefusedError(500, "Internal Server Error: restart"))


class Api:
    """Answer the calls of one bot with the methods given."""

    def __init__(
        self, world: World, updates: Updates, calls: CallLog, faults: Faults, methods: dict[str, Method]
    ) -> None:
        self._world, self._updates, self._calls, self._faults = world, updates, calls, faults
        self._methods, self._names = methods, dict[str, str]()
        self.called = self.sent = 0

    def receive(self, deliveries: Webhook) -> None:
        """Add the methods about updates, which need the webhook."""
        self._deliveries = deliveries
        self._methods |= {
            "getUpdates": self._get_updates,
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "getWebhookInfo": lambda _: deliveries.info(),
        }
        self._names = {name.lower(): name for name in self._methods}

    def routes(self) -> list[web.RouteDef]:
        """Return the endpoints, GET and POST alike (manual, "Making requests")."""
        return [
            web.route("*", "/telegram/bot{token}/{method}", self._serve),
            web.get("/telegram/file/bot{token}/{path:.+}", self._download),
        ]

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        """Answer one call, through the fault ordered for it, and write it down."""
        started = time.monotonic()
        method, noted = self._name(request.match_info["method"]), _Noted()
        fault = self._faults.take("telegram", method)

        async def work() -> web.Response:
            noted.status, noted.answer = await self._answer(request, method, noted)
            return _response(noted.status, noted.answer)

        def refuse(ordered: Fault) -> web.Response:
            refused = ordered_refusal(ordered)
            noted.status, noted.answer = refused.code, refused.body()
            return _response(refused.code, refused.body())

        try:
            return await play(request, fault, work, refuse)
        finally:
            if noted.request is None and not (fault and fault.kind == "refuse-before"):
                noted.request = await _shown(request)  # what was asked is worth seeing though a fault struck it
            self._write_down(method, noted, fault, (time.monotonic() - started) * 1000)

    def _name(self, asked: str) -> str:
        """Return a method's proper name; the server reads names without regard to case."""
        return self._names.get(asked.lower(), asked)

    def _write_down(self, method: str, noted: _Noted, fault: Fault | None, took_ms: float) -> None:
        sent = noted.done and method in MESSAGES
        self.called += 1
        self.sent += sent
        self._calls.add(
            Call(
                platform="telegram",
                name=method,
                path=f"/bot***/{method}",
                status=noted.status,
                recipients=int(sent),
                counted=int(sent),
                request=noted.request,
                answer=noted.answer,
                fault=fault.kind if fault else None,
                took_ms=round(took_ms, 1),
            )
        )

    async def _answer(self, request: web.Request, method: str, noted: _Noted) -> tuple[int, Json]:
        try:
            self._check_token(request.match_info["token"])
            given = await parameters.read(request)
            noted.request = given.shown()
            answer = await self._call(method, given)
        except RefusedError as refused:
            return refused.code, refused.body()
        noted.done = True
        return 200, answer

    def _check_token(self, token: str) -> None:
        if token == self._world.token:
            return
        # server: what does not look like a token is no path at all
        if not token.partition(":")[0].isdecimal() or not token.partition(":")[2]:
            raise RefusedError(404, "Not Found")
        raise RefusedError(401, "Unauthorized")

    async def _call(self, method: str, given: Parameters) -> Json:
        play_method = self._methods.get(method)
        if play_method is None:
            raise RefusedError(404, "Not Found: method not found")
        result = play_method(given)
        if isinstance(result, Awaitable):
            result = await result
        if isinstance(result, _Said):
            return {"ok": True, "result": True, "description": result.words}
        return {"ok": True, "result": result}

    async def call_in_answer(self, method: str, values: Json) -> None:
        """Do the method given in a webhook's answer; nobody is told the result (FAQ)."""
        method, noted = self._name(method), _Noted(200, Parameters(values).shown())
        try:
            noted.answer, noted.done = await self._call(method, Parameters(values)), True
        except RefusedError as refused:
            noted.status, noted.answer = refused.code, refused.body()
        self._write_down(method, noted, None, 0.0)

    async def _get_updates(self, given: Parameters) -> list[Json]:
        if self._deliveries.target.url:
            raise conflict(WEBHOOK_ACTIVE)
        limit = given.number("limit", 100, 1, limits.UPDATES_AT_ONCE)
        timeout = given.number("timeout", 0, 0, limits.POLL_SECONDS)
        self._choose_kinds(given)
        return await self._updates.poll(given.number("offset", 0), limit, timeout)

    def _choose_kinds(self, given: Parameters) -> None:
        """Take allowed_updates; if not given, the last choice stays (manual)."""
        if given.has("allowed_updates"):
            self._updates.allow(given.objects("allowed_updates", "allowed_updates"))

    def _set_webhook(self, given: Parameters) -> _Said:
        url, secret = given.text("url").strip(), given.text("secret_token")
        if not url:
            return self._delete_webhook(given)
        webhook.check_url(url)
        webhook.check_secret(secret)
        self._deliveries.hurry()
        most = given.number("max_connections", 40, *limits.WEBHOOK_CONNECTIONS)
        target = webhook.Target(url, secret, most, given.text("ip_address"))
        self._choose_kinds(given)
        if given.flag("drop_pending_updates"):
            self._updates.clear()
        elif target == self._deliveries.target:
            return _Said("Webhook is already set")
        self._updates.stop_poll("terminated by setWebhook request")
        self._deliveries.set(target)
        return _Said("Webhook was set")

    def _delete_webhook(self, given: Parameters) -> _Said:
        if given.flag("drop_pending_updates"):
            self._updates.clear()
        if not self._deliveries.target.url:
            return _Said("Webhook is already deleted")
        self._deliveries.set(webhook.Target())
        return _Said("Webhook was deleted")

    async def _download(self, request: web.Request) -> web.Response:
        """Serve a file to the bot and count the download, so that a test can prove that none happened."""
        file = self._world.files.at(request.match_info["path"])
        if request.match_info["token"] != self._world.token or file is None:
            refused = RefusedError(404, "Not Found")
            return _response(404, refused.body())
        file.downloads += 1
        noted = _Noted(200, {"file_path": file.path}, {"ok": True}, done=True)
        self._write_down("download", noted, None, 0.0)
        return web.Response(body=file.content, content_type="application/octet-stream")


def _response(status: int, body: Json) -> web.Response:
    retry_after = body.get("parameters", {}).get("retry_after")
    headers = {"Retry-After": str(retry_after)} if retry_after is not None else None
    return web.json_response(body, status=status, headers=headers)


async def _shown(request: web.Request) -> Any:
    """Return the parameters of a call that a fault struck, nothing where they can no longer be read."""
    try:
        return (await parameters.read(request)).shown()
    except (RefusedError, OSError, ValueError, RuntimeError, AssertionError):
        return None
