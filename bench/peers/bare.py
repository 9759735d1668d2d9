"""Endpoints that check a webhook's signature and answer 200, and do nothing else: what intake is measured against."""

import base64
import hashlib
import hmac
import os
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

SECRET = os.environ["LINE_CHANNEL_SECRET"].encode()


def is_genuine(signature: str, body: bytes) -> bool:
    """Check the signature in constant time."""
    return hmac.compare_digest(signature.encode(), base64.b64encode(hmac.digest(SECRET, body, hashlib.sha256)))


async def take(request: Request) -> Response:
    """Answer one webhook."""
    genuine = is_genuine(request.headers.get("x-line-signature", ""), await request.body())
    return PlainTextResponse("ok" if genuine else "wrong signature", 200 if genuine else 401)


app = Starlette(routes=[Route("/webhooks/line", take, methods=["POST"])])


async def raw(scope: Any, receive: Any, send: Any) -> None:
    """Answer one webhook as plain ASGI, the least that this server can do."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    signature = next((value for name, value in scope["headers"] if name == b"x-line-signature"), b"")
    status = 200 if is_genuine(signature.decode(), body) else 401
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})
