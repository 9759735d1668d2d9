"""Faults down to the bytes, seen with a bare socket that no library softens."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

import pytest

from bot.sandbox.server import Sandbox
from tests.sandbox.conftest import TOKEN, text


def request(friend: str) -> bytes:
    body = json.dumps({"to": friend, "messages": [text()]}).encode()
    head = f"POST /line/v2/bot/message/push HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {TOKEN}\r\n"
    head += f"Content-Type: application/json\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


@contextmanager
def asked(sandbox: Sandbox, friend: str) -> Iterator[socket.socket]:
    address = urlsplit(sandbox.url)
    with socket.create_connection(("127.0.0.1", address.port or 0), timeout=5) as connection:
        connection.sendall(request(friend))
        yield connection


def everything(connection: socket.socket) -> list[bytes]:
    parts = []
    while part := connection.recv(65536):
        parts.append(part)
    return parts


@pytest.mark.parametrize("kind", ["reset", "accepted-no-answer"])
def test_a_reset_is_a_reset_and_no_orderly_end(sandbox: Sandbox, friend: str, kind: str) -> None:
    sandbox.order_fault("line", kind)
    with asked(sandbox, friend) as connection, pytest.raises(ConnectionResetError):
        connection.recv(65536)


def test_a_cut_answer_promises_more_than_it_gives(sandbox: Sandbox, friend: str) -> None:
    sandbox.order_fault("line", "cut")
    with asked(sandbox, friend) as connection:
        head, body = b"".join(everything(connection)).split(b"\r\n\r\n")
    promised = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    assert 0 < len(body) < promised


def test_a_drip_comes_byte_by_byte(sandbox: Sandbox, friend: str) -> None:
    sandbox.order_fault("line", "drip", seconds=0.02)
    with asked(sandbox, friend) as connection:
        parts = everything(connection)
    assert b"sentMessages" in b"".join(parts)
    assert len(parts) > 20


def test_a_timeout_keeps_the_connection_open_and_silent(sandbox: Sandbox, friend: str) -> None:
    sandbox.order_fault("line", "timeout")
    with asked(sandbox, friend) as connection:
        connection.settimeout(0.5)
        with pytest.raises(TimeoutError):
            connection.recv(1)
    assert sandbox.calls()[-1]["fault"] == "timeout"


def test_a_slow_answer_is_whole_and_late(sandbox: Sandbox, friend: str) -> None:
    sandbox.order_fault("line", "slow", seconds=0.3)
    started = time.monotonic()
    with asked(sandbox, friend) as connection:
        answer = b"".join(everything(connection))
    assert time.monotonic() - started >= 0.3
    assert answer.startswith(b"HTTP/1.1 200")


def test_closing_before_the_body_is_read_leaves_no_answer(sandbox: Sandbox, friend: str) -> None:
    sandbox.order_fault("line", "refuse-before")
    with asked(sandbox, friend) as connection, suppress(ConnectionResetError):
        assert connection.recv(65536) == b""
    assert len(sandbox.line.screen(friend)["messages"]) == 1
