"""A tiny bot on a thread of its own: it sends what it is asked for, and has pictures and a clock that moves."""

import json
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from bot.sandbox.line.pictures import plain
from tests.sandbox.phones import showcase

Json = dict[str, Any]
START = datetime.fromisoformat("2022-01-20T09:00:00+09:00")


class Echo:
    """What the bot knows; `said` is every event it was sent."""

    def __init__(self) -> None:
        self.url = ""
        self.sandbox_url = ""
        self.line_token = self.telegram_token = ""
        self.status = 200
        self.now = START
        self.said: list[Json] = []

    def call(self, path: str, body: Json, token: str = "") -> Json:
        """Call the sandbox as a bot calls the platforms."""
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        request = urllib.request.Request(self.sandbox_url + path, json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            result: Json = json.loads(answer.read() or b"{}")
            return result

    def line_call(self, path: str, body: Json) -> Json:
        return self.call(f"/line/v2/bot/{path}", body, self.line_token)

    def line_picture(self, menu: str) -> None:
        """Upload the picture of a rich menu, without which it may not be shown to anyone."""
        address = f"{self.sandbox_url}/line/v2/bot/richmenu/{menu}/content"
        headers = {"Content-Type": "image/png", "Authorization": f"Bearer {self.line_token}"}
        picture = plain(*showcase.RICH_MENU["size"].values())
        urllib.request.urlopen(urllib.request.Request(address, picture, headers), timeout=10).close()

    def telegram_call(self, method: str, body: Json) -> Json:
        return self.call(f"/telegram/bot{self.telegram_token}/{method}", body)

    def line(self, body: Json) -> None:
        for event in body["events"]:
            self.said.append(event)
            if message := _line_answer(event):
                self.line_call("message/reply", {"replyToken": event["replyToken"], "messages": [message]})

    def telegram(self, update: Json) -> None:
        self.said.append(update)
        if "callback_query" in update:
            self._pressed(update["callback_query"])
        elif "message" in update:
            self._written(update["message"])

    def _pressed(self, query: Json) -> None:
        alert = query["data"] == "points"
        answer = {"callback_query_id": query["id"], "text": "受け付けました", "show_alert": alert}
        self.telegram_call("answerCallbackQuery", answer)
        place = {"chat_id": query["message"]["chat"]["id"], "message_id": query["message"]["message_id"]}
        text = f"押されました: {query['data']}"
        self.telegram_call("editMessageText", {**place, "text": text, "reply_markup": showcase.KEYS})

    def _written(self, message: Json) -> None:
        chat, text = message["chat"]["id"], message.get("text", "")
        if text == "show":
            body = {"text": showcase.TELEGRAM_HTML, "parse_mode": "HTML", "reply_markup": showcase.KEYS}
        else:
            body = {"text": f"聞きました: {text or message.get('caption') or 'その他'}"}
        self.telegram_call("sendMessage", {"chat_id": chat, **body})

    def clock(self, wish: Json) -> Json:
        if "set" in wish:
            self.now = datetime.fromisoformat(wish["set"])
        self.now += timedelta(seconds=wish.get("add_seconds", 0))
        return {"now": self.now.isoformat(), "moved": self.now != START}


def _line_answer(event: Json) -> Json | None:
    if "replyToken" not in event:
        return None
    if event["type"] == "postback":
        params = event["postback"].get("params")
        return {"type": "text", "text": f"受け取り: {event['postback']['data']} {params or ''}".strip()}
    text = event.get("message", {}).get("text", event.get("message", {}).get("type", event["type"]))
    if text.startswith("show "):
        return showcase.LINE[text.removeprefix("show ")]
    return {"type": "text", "text": f"聞きました: {text}"}


class _Handler(BaseHTTPRequestHandler):
    echo: Echo

    def log_message(self, *_: Any) -> None:
        """Stay quiet."""

    def do_GET(self) -> None:
        if self.path.startswith("/pictures/"):
            self._answer(200, "image/svg+xml", showcase.PICTURE.encode())
        elif self.path == "/clock":
            self._json(self.echo.clock({}))
        else:
            self._answer(200, "text/html", b"<title>page</title>")

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/clock":
            return self._json(self.echo.clock(body))
        work: Callable[[Json], None] = self.echo.line if self.path == "/line" else self.echo.telegram
        if self.echo.status == 200:
            work(body)
        return self._answer(self.echo.status, "text/plain", b"")

    def _json(self, value: Json) -> None:
        self._answer(200, "application/json", json.dumps(value).encode())

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def running() -> Iterator[Echo]:
    """Run a bot on a free port of loopback until the block ends."""
    echo = Echo()
    handler = type("Handler", (_Handler,), {"echo": echo})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        echo.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="echo", daemon=True)
        thread.start()
        yield echo
        server.shutdown()
        thread.join(timeout=10)
