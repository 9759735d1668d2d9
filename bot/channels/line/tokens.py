"""Gives the access token of each call, long-lived or issued for minutes from the channel's id and secret."""

import asyncio
import time
from typing import Protocol

LINE_API = "https://api.line.me"
_RENEW_BEFORE = 60.0  # seconds


class TokenError(Exception):
    """No token could be had; ``refused`` when LINE said no to the id and secret, not when LINE was out of reach."""

    def __init__(self, message: str, *, refused: bool) -> None:
        super().__init__(message)
        self.refused = refused


class TokenSource(Protocol):
    """Where a call takes its token from."""

    async def current(self) -> str:
        """Give a token that is good now; raise TokenError."""
        ...

    def forget(self) -> None:
        """Drop the token that LINE refused."""
        ...


class LongLivedToken:
    """A token that was issued once in LINE's console."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def current(self) -> str:
        """Give the token."""
        return self._token

    def forget(self) -> None:
        """Keep it: only staff can put a new one in its place."""


class StatelessToken:
    """Tokens that live 15 minutes and need no revoking.

    https://developers.line.biz/en/reference/messaging-api/#issue-stateless-channel-access-token
    """

    def __init__(
        self, *, channel_id: str, channel_secret: str, api_url: str | None = None, deadline: float = 5.0
    ) -> None:
        from linebot.v3 import oauth  # half a second, better spent at the start than within a call's deadline

        self._oauth = oauth
        self._channel_id = channel_id
        self._channel_secret = channel_secret
        self._api_url = api_url or LINE_API
        self._deadline = deadline
        self._lock = asyncio.Lock()
        self._token = ""
        self._good_until = 0.0

    async def current(self) -> str:
        """Give the token in hand, or issue a new one a minute before the old one ends; raise TokenError."""
        async with self._lock:
            if time.monotonic() >= self._good_until:
                asked_at = time.monotonic()
                self._token, seconds = await self._issue()
                self._good_until = asked_at + seconds - _RENEW_BEFORE
            return self._token

    def forget(self) -> None:
        """Issue a new one for the next call."""
        self._good_until = 0.0

    async def _issue(self) -> tuple[str, float]:
        oauth = self._oauth
        configuration = oauth.Configuration(host=self._api_url, access_token="")
        try:
            async with asyncio.timeout(self._deadline), oauth.AsyncApiClient(configuration) as client:
                issued = await oauth.AsyncChannelAccessToken(client).issue_stateless_channel_token_by_client_secret(
                    client_id=self._channel_id, client_secret=self._channel_secret, _request_timeout=self._deadline
                )
        except oauth.ApiException as error:
            raise TokenError(f"token: status {error.status}", refused=400 <= (error.status or 0) < 429) from None
        except Exception as error:
            raise TokenError(f"token: {type(error).__name__}", refused=False) from None
        return str(issued.access_token), float(issued.expires_in)
