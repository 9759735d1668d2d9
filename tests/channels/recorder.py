"""A server that remembers each request byte for byte and answers, or fails, as told; it knows no platform."""

import asyncio
import re
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Answer:
    """An HTTP answer, whole."""

    status: int = 200
    body: bytes = b"{}"
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "application/json"),)

    def wire(self) -> bytes:
        head = "".join(f"{name}: {value}\r\n" for name, value in self.headers)
        return f"HTTP/1.1 {self.status} X\r\n{head}Content-Length: {len(self.body)}\r\n\r\n".encode() + self.body


@dataclass(frozen=True)
class Request:
    """One request as it came: header names in lower case, the body untouched."""

    path: str
    headers: dict[str, str]
    body: bytes


WIRE_FAULTS = ("timeout", "reset", "hang up", "drip", "cut")
"""No answer; RST after reading; closed after reading; one byte now and then; half of the body."""


class Recorder:
    """Answer each request with ``choose(request)``: an Answer, or the name of a fault on the wire."""

    def __init__(self, choose: Callable[[Request], Answer | str]) -> None:
        self.choose = choose
        self.requests: list[Request] = []

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self._talks: set[asyncio.Task[None]] = set()
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._talks.add(task)
        try:
            while request := await _request(reader):
                self.requests.append(request)
                if not await self._answer(self.choose(request), writer):
                    break
        except (ConnectionError, asyncio.CancelledError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _answer(self, chosen: Answer | str, writer: asyncio.StreamWriter) -> bool:
        """Write the answer; False when the connection must end with it."""
        if isinstance(chosen, Answer):
            writer.write(chosen.wire())
            await writer.drain()
            return True
        whole = Answer(body=b'{"sentMessages":[{"id":"1"}],"ok":true,"result":{}}').wire()
        if chosen == "timeout":
            await asyncio.sleep(60)
        elif chosen == "drip":
            for at in range(len(whole)):
                writer.write(whole[at : at + 1])
                await writer.drain()
                await asyncio.sleep(0.1)
        elif chosen == "cut":
            writer.write(whole[:-20])
            await writer.drain()
        elif chosen == "reset":
            raw = writer.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
        return False


async def _request(reader: asyncio.StreamReader) -> Request | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.strip().split("\r\n")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    found = re.match(r"\w+ (\S+)", first)
    assert found is not None
    return Request(found[1], headers, await reader.readexactly(int(headers.get("content-length", 0))))


@contextmanager
def deaf_port() -> Iterator[int]:
    """A port whose queue is full: Linux drops further knocks, so that a connection neither opens nor is refused."""
    with socket.socket() as deaf, ExitStack() as waiting:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        for _ in range(4):
            knock = waiting.enter_context(socket.socket())
            knock.setblocking(False)
            knock.connect_ex(deaf.getsockname())
        yield deaf.getsockname()[1]
