"""Lets a platform fail as real ones do, down to the bytes on the wire; may not know any platform's words."""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass

from aiohttp import web

# Answered in the platform's own words, without doing what was asked.
REFUSALS = frozenset({"429", "429-monthly", "500", "401", "403"})
# Nothing is done, and the answer (if there is one) is not the platform's.
BROKEN = frozenset({"502-html", "timeout", "reset", "refuse-before"})
# What was asked IS done; only the answer suffers.
ACCEPTED = frozenset({"slow", "drip", "cut", "junk", "accepted-no-answer", "accepted-500"})
KINDS = REFUSALS | BROKEN | ACCEPTED

Work = Callable[[], Awaitable[web.Response]]
Refuse = Callable[["Fault"], web.Response]


@dataclass(kw_only=True)
class Fault:
    """Order a failure for the next calls whose name contains `name`.

    `times`: how many calls fail; `after`: how many pass first; `retry_after`: seconds a 429 asks to wait;
    `seconds`: how long `slow` waits, or the pause between two bytes of `drip`.
    """

    platform: str
    kind: str
    name: str = "*"
    times: int = 1
    after: int = 0
    retry_after: int | None = None
    seconds: float | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown fault {self.kind!r}: one of {', '.join(sorted(KINDS))}")

    def concerns(self, platform: str, name: str) -> bool:
        """Tell whether a call of this platform and name is meant."""
        return self.platform == platform and (self.name == "*" or self.name in name)


class Faults:
    """Hold the ordered failures; the oldest order that concerns a call strikes it."""

    def __init__(self) -> None:
        self._ordered: list[Fault] = []

    def order(self, fault: Fault) -> None:
        """Add an order."""
        self._ordered.append(fault)

    def clear(self) -> None:
        """Forget all orders."""
        self._ordered.clear()

    def waiting(self) -> list[dict[str, object]]:
        """Return the orders not yet used up."""
        return [asdict(fault) for fault in self._ordered]

    def take(self, platform: str, name: str) -> Fault | None:
        """Return the failure this call must suffer, and count it off."""
        for fault in self._ordered:
            if not fault.concerns(platform, name):
                continue
            if fault.after > 0:
                fault.after -= 1
                continue
            fault.times -= 1
            if fault.times <= 0:
                self._ordered.remove(fault)
            return fault
        return None


async def play(request: web.Request, fault: Fault | None, work: Work, refuse: Refuse) -> web.StreamResponse:
    """Answer a call through its fault: `work` does what was asked, `refuse` words the platform's own error.

    A kind in REFUSALS or BROKEN never calls `work`; one in ACCEPTED always does, before the answer suffers.
    """
    if fault is None:
        return await work()
    if fault.kind == "refuse-before":
        return _hang_up(request)
    await request.read()
    if fault.kind in REFUSALS:
        return refuse(fault)
    if fault.kind in BROKEN:
        return await _break(request, fault)
    return await _spoil(request, fault, await work(), refuse)


async def _break(request: web.Request, fault: Fault) -> web.StreamResponse:
    if fault.kind == "502-html":
        return web.Response(status=502, text="<html><h1>502 Bad Gateway</h1></html>", content_type="text/html")
    if fault.kind == "timeout":
        await _wait_until_gone(request)
    return _reset(request)


async def _spoil(request: web.Request, fault: Fault, answer: web.Response, refuse: Refuse) -> web.StreamResponse:
    if fault.kind == "slow":
        await asyncio.sleep(3.0 if fault.seconds is None else fault.seconds)
        return answer
    if fault.kind == "drip":
        return await _drip(request, answer, 0.2 if fault.seconds is None else fault.seconds)
    if fault.kind == "cut":
        return await _cut(request, answer)
    if fault.kind == "junk":
        return web.Response(text="<html>OK", content_type="text/html")
    if fault.kind == "accepted-500":
        return refuse(fault)
    return _reset(request)


def _hang_up(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.close()
    return web.Response()  # never written: the connection is closed


def _reset(request: web.Request) -> web.Response:
    """Send a TCP RST: lingering for 0 seconds makes the kernel throw the connection away."""
    transport = request.transport
    if transport is not None:
        raw = transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response()


async def _wait_until_gone(request: web.Request) -> None:
    # aiohttp tells a waiting handler nothing of a client that left, so the transport is looked at
    while request.transport is not None and not request.transport.is_closing():  # noqa: ASYNC110
        await asyncio.sleep(0.05)


async def _start(request: web.Request, answer: web.Response) -> tuple[web.StreamResponse, bytes]:
    body = answer.body if isinstance(answer.body, bytes) else b""
    headers = {key: value for key, value in answer.headers.items() if key != "Content-Length"}
    stream = web.StreamResponse(status=answer.status, headers=headers)
    stream.content_length = len(body)
    await stream.prepare(request)
    return stream, body


async def _drip(request: web.Request, answer: web.Response, pause: float) -> web.StreamResponse:
    stream, body = await _start(request, answer)
    for number in range(len(body)):
        await asyncio.sleep(pause)
        await stream.write(body[number : number + 1])
    return stream


async def _cut(request: web.Request, answer: web.Response) -> web.StreamResponse:
    stream, body = await _start(request, answer)
    await stream.write(body[: len(body) // 2])
    _hang_up(request)
    return stream
