"""Holds the SDK's client and its connections, and makes single requests; judges no answer and retries nothing.

Requests that send go out as stored bytes over one aiohttp session of their own, not through the SDK's typed methods:
the models reorder fields and add some, so that the bytes would change with the SDK's version while a row waits for its
retry; they raise validation errors over an answer that had been accepted, losing its request id; and an error page
that is not UTF-8 escapes as UnicodeDecodeError. The SDK's own session looks for proxies and passwords anew for each
request, at a quarter of its cost: ours looks once. Questions (``ask``) use the typed ``AsyncMessagingApi``.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from bot.channels.line.tokens import LINE_API, TokenError, TokenSource
from bot.channels.proxy import proxy_for

if TYPE_CHECKING:
    import aiohttp
    from linebot.v3.messaging import AsyncMessagingApi

_T = TypeVar("_T")
LINE_DATA_API = "https://api-data.line.me"  # reference #domain-name: files go to a host of their own
_CONNECTIONS = 100  # LINE takes 2,000 calls a second on an endpoint: at 50 ms a call these are enough


class LineError(Exception):
    """A question to LINE got no answer; says the status or the kind of failure, never a token."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class NotSentError(Exception):
    """The request surely never left: nothing was connected."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whatever the status: the raw body, and headers whose names match in any case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Wire:
    """One client of the Messaging API for the process, opened inside the running loop."""

    def __init__(self, tokens: TokenSource, api_url: str | None, deadline: float) -> None:
        self.tokens = tokens
        self.deadline = deadline
        self._api_url = api_url or LINE_API
        self._data_url = api_url or LINE_DATA_API
        self._api: AsyncMessagingApi | None = None
        self._session: aiohttp.ClientSession | None = None
        self._proxy: str | None = None

    async def open(self) -> None:
        """Import the SDK (one to three seconds, once) and make its client, unless that was done."""
        self._opened()

    async def close(self) -> None:
        """Close all connections; a closed wire may be opened again."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()
        api, self._api = self._api, None
        if api is not None:
            await api.api_client.close()

    def _opened(self) -> "AsyncMessagingApi":
        if self._api is None:
            from linebot.v3 import messaging

            configuration = messaging.Configuration(host=self._api_url, access_token="")
            configuration.connection_pool_maxsize = _CONNECTIONS
            self._api = messaging.AsyncMessagingApi(messaging.AsyncApiClient(configuration))
        return self._api

    async def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Post a JSON body once, byte for byte, and give whatever is answered.

        Raises NotSentError or TokenError when it surely never left; anything else when it may have arrived.
        """
        import aiohttp

        api, session = self._opened(), self._session_of_ours()
        sent = {
            **headers,
            "Content-Type": "application/json",
            "User-Agent": api.api_client.user_agent,
            "Authorization": f"Bearer {await self.tokens.current()}",
        }
        try:
            async with session.post(
                self._api_url + path, data=body, headers=sent, proxy=self._proxy, allow_redirects=False
            ) as answer:
                return Answer(answer.status, answer.headers, await answer.read())
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.ClientHttpProxyError) as error:
            raise NotSentError(type(error).__name__) from error

    async def upload(self, path: str, body: bytes, kind: str) -> None:
        """Hand a file over within the deadline; raise LineError for any failure. The SDK's own way has a fixed host."""
        sent = {"Content-Type": kind, "Authorization": f"Bearer {await self.tokens.current()}"}
        try:
            async with (
                asyncio.timeout(self.deadline),
                self._session_of_ours().post(
                    self._data_url + path, data=body, headers=sent, proxy=self._proxy
                ) as answer,
            ):
                status = answer.status
        except Exception as error:
            raise LineError(f"LINE: {type(error).__name__}") from None
        if status != 200:
            raise LineError(f"LINE: {status}", status)

    def _session_of_ours(self) -> "aiohttp.ClientSession":
        """Give the session of the calls that send, over the SDK's own connections and certificates."""
        import aiohttp

        if self._session is None:
            connector = self._opened().api_client.rest_client.pool_manager.connector
            # Half of the time at most for a connection: only then a time-out surely means that nothing was sent.
            timeout = aiohttp.ClientTimeout(total=None, connect=self.deadline / 2)
            jar = aiohttp.DummyCookieJar()
            self._session = aiohttp.ClientSession(
                connector=connector, connector_owner=False, cookie_jar=jar, timeout=timeout
            )
            self._proxy = proxy_for(self._api_url)
        return self._session

    async def ask(self, question: Callable[["AsyncMessagingApi"], Awaitable[_T]]) -> _T:
        """Put one question through the SDK's typed client within the deadline; raise LineError for any failure."""
        api = self._opened()
        try:
            async with asyncio.timeout(self.deadline):
                api.api_client.configuration.access_token = await self.tokens.current()
                return await question(api)
        except TokenError as error:
            raise LineError(f"LINE: {error}", 401 if error.refused else None) from None
        except Exception as error:
            status = getattr(error, "status", None)
            raise LineError(f"LINE: {status or type(error).__name__}", status) from None
