"""A bot's webhook for tests: writes down what arrives and answers as told; decides nothing about updates."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Receiver:
    """Received updates in order, each with its headers and the times it began and ended."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.answers: list[tuple[int, dict[str, str], bytes]] = []  # used up first, then 200
        self.slow = 0.0
        self.url = ""
        self._lock = threading.Lock()

    def updates(self) -> list[dict[str, Any]]:
        return [one["update"] for one in self.got]

    def wait_for(self, count: int, seconds: float = 5.0) -> list[dict[str, Any]]:
        deadline = time.monotonic() + seconds
        while len(self.got) < count and time.monotonic() < deadline:
            time.sleep(0.01)
        assert len(self.got) >= count, self.got
        return self.updates()

    def take(self, headers: Any, body: bytes) -> tuple[int, dict[str, str], bytes]:
        began = time.monotonic()
        time.sleep(self.slow)
        with self._lock:
            one = {"update": json.loads(body), "headers": headers, "began": began, "ended": time.monotonic()}
            self.got.append(one)
            return self.answers.pop(0) if self.answers else (200, {}, b"")


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, headers, content = receiver.take(self.headers, body)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Say nothing on the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a sandbox may stop before the answer
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    receiver.url = f"http://127.0.0.1:{server.server_port}/webhooks/telegram"
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
