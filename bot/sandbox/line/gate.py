"""Stands before every LINE endpoint: rate, token, body, faults, request id and call log; may not know any endpoint."""

import json
import re
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from aiohttp import web

from bot.sandbox.calls import Call, CallLog
from bot.sandbox.faults import BROKEN, Fault, Faults, play
from bot.sandbox.line.checking import Problems, Sheet
from bot.sandbox.line.memory import ChannelTokens, Rates
from bot.sandbox.platform import Json

BODY_BYTES = 2 * 2**20  # reference#status-codes: 413 above 2 MB
PREFIX = "/line"

RATE_MESSAGE = "The API rate limit has been exceeded. Try again later."  # reference#error-messages
MONTHLY_MESSAGE = "You have reached your monthly limit."  # reference#error-messages
NO_ENTRY = (
    "Authentication failed due to the following reason: invalid token. "
    "Confirm that the access token in the authorization header is valid."
)


class RefusalError(Exception):
    """A call that LINE answers with an error."""

    def __init__(self, status: int, body: str | Json, headers: dict[str, str] | None = None) -> None:
        super().__init__(str(body))
        self.status = status
        self.body: Json = {"message": body} if isinstance(body, str) else body
        self.headers = headers or {}


@dataclass
class Exchange:
    """Carry one call through its endpoint, and what the log shall say about it."""

    request: web.Request
    id: str
    raw: bytes = b""
    body: Any = None
    recipients: int = 0
    counted: int = 0
    yen: float = 0.0
    key: str | None = None
    violation: str | None = None
    noted: Any = None  # shown in the log in place of the body
    started: float = field(default_factory=time.monotonic)

    @property
    def part(self) -> Any:
        """Return the variable parts of the path."""
        return self.request.match_info

    def check(self, *checks: Callable[[Sheet], None]) -> Sheet:
        """Check the body as an object; raise RefusalError with LINE's list of errors."""
        problems = Problems()
        sheet = Sheet.of(self.body, "", problems)
        if sheet is None:
            raise RefusalError(400, "The request body could not be parsed as JSON (line: 1, column: 1)")
        for check in checks:
            check(sheet)
        sheet.close()
        wrong = problems.body()
        if wrong is not None:
            raise RefusalError(400, wrong)
        if problems.unknown:
            self.violation = f"unknown properties: {', '.join(problems.unknown)}"
        return sheet


Answer = Json | web.Response
Work = Callable[[Exchange], Awaitable[Answer]]


@dataclass(frozen=True)
class Endpoint:
    """Describe one endpoint: where it is, how often it may be called, what it reads."""

    method: str
    path: str
    work: Work
    calls: int = 2_000  # reference#rate-limits: other API endpoints
    seconds: int = 1
    reads: str = ""  # "json", "form", "bytes" or nothing
    token: bool = True
    retry_key: bool = False
    success: int = 200

    @property
    def name(self) -> str:
        """Return the path without its prefix: what the call log and ordered faults name."""
        plain = re.sub(r":[^}]*", "", self.path)  # {kind:group|room} is shown as {kind}
        return plain.removeprefix("/v2/bot/").removeprefix("/")


class Gate:
    """Let calls through to their endpoints."""

    def __init__(self, calls: CallLog, faults: Faults, tokens: ChannelTokens, rates: Rates) -> None:
        self._calls, self._faults, self._tokens, self._rates = calls, faults, tokens, rates

    def routes(self, endpoints: list[Endpoint]) -> list[web.RouteDef]:
        """Return a route for each endpoint, and one that refuses every other path."""
        found = [web.route(one.method, PREFIX + one.path, self._door(one)) for one in endpoints]
        nothing = Endpoint("*", "/{path:.*}", _not_found, token=False)
        return [*found, web.route("*", PREFIX + nothing.path, self._door(nothing))]

    def _door(self, endpoint: Endpoint) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def serve(request: web.Request) -> web.StreamResponse:
            return await self._serve(endpoint, request)

        return serve

    async def _serve(self, endpoint: Endpoint, request: web.Request) -> web.StreamResponse:
        exchange = Exchange(request, str(uuid.uuid4()), key=request.headers.get("X-Line-Retry-Key"))
        fault = self._faults.take("line", endpoint.name)
        logged = False

        def log(status: int | None, answer: object) -> None:
            nonlocal logged
            if not logged:
                self._log(endpoint, exchange, fault, status, answer)
            logged = True

        async def work() -> web.Response:
            status, answer, headers = await self._answer(endpoint, exchange)
            shown = answer if not isinstance(answer, web.Response) else f"{answer.content_type}"
            log(status, shown)
            return _response(exchange, status, answer, headers)

        def refuse(fault: Fault) -> web.Response:
            status, body = _fault_answer(fault)
            log(status, body)
            headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
            return _response(exchange, status, body, headers)

        if fault is not None and fault.kind in BROKEN:
            log(502 if fault.kind == "502-html" else None, None)
        return await play(request, fault, work, refuse)

    async def _answer(self, endpoint: Endpoint, exchange: Exchange) -> tuple[int, Answer, dict[str, str]]:
        try:
            await self._admit(endpoint, exchange)
            return endpoint.success, await endpoint.work(exchange), {}
        except RefusalError as refusal:
            return refusal.status, refusal.body, refusal.headers

    async def _admit(self, endpoint: Endpoint, exchange: Exchange) -> None:
        """Refuse what no endpoint would take: reading stops above the largest body."""
        exchange.raw = await exchange.request.read()
        if endpoint.token:
            self._check_token(exchange.request)
        if not self._rates.take(endpoint.method, endpoint.name, endpoint.calls, endpoint.seconds):
            raise RefusalError(429, RATE_MESSAGE)
        if len(exchange.raw) > BODY_BYTES:
            raise RefusalError(413, "Request exceeds the max size of 2MB")
        _check_key(endpoint, exchange)
        if endpoint.reads == "json":
            exchange.body = _json(exchange)

    def _check_token(self, request: web.Request) -> None:
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer" or self._tokens.seconds_left(token) == 0:
            raise RefusalError(401, NO_ENTRY)

    def _log(
        self, endpoint: Endpoint, exchange: Exchange, fault: Fault | None, status: int | None, answer: object
    ) -> None:
        self._calls.add(
            Call(
                platform="line",
                name=endpoint.name,
                path=f"{exchange.request.method} {exchange.request.path.removeprefix(PREFIX)}",
                status=status,
                recipients=exchange.recipients,
                counted=exchange.counted,
                yen=exchange.yen,
                request=exchange.body if exchange.noted is None else exchange.noted,
                answer=answer,
                key=exchange.key,
                fault=None if fault is None else fault.kind,
                violation=exchange.violation,
                took_ms=round((time.monotonic() - exchange.started) * 1000, 1),
            )
        )


async def _not_found(exchange: Exchange) -> Answer:
    exchange.violation = "no such endpoint: call the exact documented path"
    raise RefusalError(404, "Not found")


def _check_key(endpoint: Endpoint, exchange: Exchange) -> None:
    """Take a retry key where it belongs, a UUID (guide/retrying-api-request); 400 anywhere else."""
    if exchange.key is None:
        return
    if not endpoint.retry_key:
        exchange.violation = "X-Line-Retry-Key belongs to push, multicast, narrowcast and broadcast only"
        raise RefusalError(400, "The retry key is not supported by this API")
    try:
        if str(uuid.UUID(exchange.key)) != exchange.key.lower():
            raise ValueError
    except ValueError:
        raise RefusalError(400, "The retry key must be a UUID in hexadecimal format") from None


def _json(exchange: Exchange) -> Any:
    kind = exchange.request.content_type
    if kind != "application/json":
        raise RefusalError(415, f"The content type, {kind}, is not supported")
    try:
        return json.loads(exchange.raw)
    except json.JSONDecodeError as error:
        where = f"(line: {error.lineno}, column: {error.colno})"
        raise RefusalError(400, f"The request body could not be parsed as JSON {where}") from None
    except UnicodeDecodeError:
        message = "The request body could not be parsed as JSON (line: -, column: -)"
        raise RefusalError(400, message) from None


def _fault_answer(fault: Fault) -> tuple[int, Json]:
    return {
        "429": (429, {"message": RATE_MESSAGE}),
        "429-monthly": (429, {"message": MONTHLY_MESSAGE}),
        "401": (401, {"message": NO_ENTRY}),
        "403": (403, {"message": "Access to this API is not available for your account"}),
    }.get(fault.kind, (500, {"message": HTTPStatus(500).phrase}))


def _response(exchange: Exchange, status: int, answer: Answer, headers: dict[str, str]) -> web.Response:
    response = answer if isinstance(answer, web.Response) else web.json_response(answer, status=status)
    response.headers["x-line-request-id"] = exchange.id
    response.headers.update(headers)
    return response
