"""Carries python-telegram-bot's requests over aiohttp, each under one deadline; judges no answer and retries nothing.

The library's own carrier, httpx, costs several times as much a call, and more the more run side by side
(`docs/decisions/telegram-over-aiohttp.md`). The address of every call holds the bot's token, and aiohttp's errors name
addresses: none of them leaves this file, neither as a text nor as a cause.
"""

from typing import Any

import aiohttp
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

from bot.channels.proxy import proxy_for

LARGEST_ANSWER = 24 * 2**20
"""Bytes of an answer: a file has at most 20 MB (API, getFile), updates about 4 MB (Telegram's own server)."""

LONGEST_START = 5.0
"""Seconds for a free connection, or a new one; half of the deadline, if that is less: only then is a call that was not
begun told from one that was not answered."""

_NOT_SENT = (
    aiohttp.ClientConnectorError,  # refused, no such name, a bad certificate
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientHttpProxyError,  # the proxy let us through to nobody
    aiohttp.InvalidURL,
)

_IN_ONE_LINE = {"Content-Type": "application/x-www-form-urlencoded"}


class NotSentError(NetworkError):
    """The request surely never left: nothing was connected."""


class Wire(BaseRequest):
    """At most ``size`` connections; a call has ``deadline`` seconds in all, whatever times the library names.

    It opens with the first call, inside the running loop. What is closed stays closed until it is initialized anew.
    """

    def __init__(self, deadline: float, size: int) -> None:
        self._deadline, self._size = deadline, size
        self._is_closed = False
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """Give the deadline in seconds."""
        return self._deadline

    async def initialize(self) -> None:
        """Let calls be made again after a shutdown."""
        self._is_closed = False

    async def shutdown(self) -> None:
        """Close all connections."""
        self._is_closed = True
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *_times: Any, **_named_times: Any
    ) -> tuple[int, bytes]:
        """Make one request and give the status and the whole body of its answer; a redirect is an answer like others.

        Raises NotSentError where it surely never left, TimedOut or NetworkError where it may have arrived.
        """
        if self._is_closed:
            raise NotSentError("closed")
        body = {} if request_data is None else _body(request_data)
        try:
            async with self._opened(url).request(method, url, allow_redirects=False, **body) as answer:
                return answer.status, await _whole(answer)
        except _NOT_SENT as error:
            raise NotSentError(type(error).__name__) from None
        except TimeoutError:
            raise TimedOut from None
        except Exception as error:
            raise NetworkError(f"Connection lost ({type(error).__name__})") from None

    def _opened(self, url: str) -> aiohttp.ClientSession:
        """Give the session; a proxy is looked for once, not anew for each call, for all go to one host."""
        if self._session is None:
            start = min(LONGEST_START, self._deadline / 2)
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._size),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
                proxy=proxy_for(url),
                timeout=aiohttp.ClientTimeout(total=self._deadline, connect=start),
            )
        return self._session


def _body(data: RequestData) -> dict[str, Any]:
    """Give the fields as a form: with files in parts, else in one line; aiohttp would draw a boundary for that, too."""
    if not data.contains_files:
        return {"data": data.url_encoded_parameters().encode(), "headers": _IN_ONE_LINE}
    form = aiohttp.FormData(quote_fields=False)
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, kind) in data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=kind)
    return {"data": form}


async def _whole(answer: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for piece in answer.content.iter_any():
        body += piece
        if len(body) > LARGEST_ANSWER:
            raise ValueError("the answer is too large")
    return bytes(body)
