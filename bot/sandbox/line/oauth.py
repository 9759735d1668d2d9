"""Issues channel access tokens (manual: reference#channel-access-token); may not send anything."""

from urllib.parse import parse_qs

from aiohttp import web

from bot.sandbox.line.gate import Answer, Endpoint, Exchange, RefusalError
from bot.sandbox.line.memory import SHORT_LIVED_SECONDS, STATELESS_SECONDS, ChannelTokens
from bot.sandbox.platform import Settings


class OAuth:
    """Short-lived and stateless tokens by channel id and secret; no JWT assertions."""

    def __init__(self, settings: Settings, tokens: ChannelTokens) -> None:
        self._settings, self._tokens = settings, tokens

    def endpoints(self) -> list[Endpoint]:
        """Return the endpoints with their rates (reference#rate-limits)."""
        return [
            Endpoint("POST", "/v2/oauth/accessToken", self._short_lived, 370, token=False),
            Endpoint("POST", "/oauth2/v3/token", self._stateless, token=False),
            Endpoint("POST", "/v2/oauth/verify", self._verify, token=False),
            Endpoint("POST", "/v2/oauth/revoke", self._revoke, token=False),
        ]

    async def _short_lived(self, exchange: Exchange) -> Answer:
        self._check_client(exchange)
        return _issued(exchange, self._tokens.issue_short_lived(), SHORT_LIVED_SECONDS)

    async def _stateless(self, exchange: Exchange) -> Answer:
        self._check_client(exchange)
        return _issued(exchange, self._tokens.issue_stateless(), STATELESS_SECONDS)

    async def _verify(self, exchange: Exchange) -> Answer:
        seconds = self._tokens.seconds_left(_form(exchange).get("access_token", ""))
        if seconds == 0:
            raise _refusal("invalid_request", "access_token invalid")
        return {"client_id": self._settings.line_channel_id, "expires_in": seconds}

    async def _revoke(self, exchange: Exchange) -> Answer:
        self._tokens.revoke(_form(exchange).get("access_token", ""))
        return web.Response()

    def _check_client(self, exchange: Exchange) -> None:
        form = _form(exchange)
        if form.get("grant_type") != "client_credentials":
            raise _refusal("unsupported_grant_type", "unsupported grant_type")
        if form.get("client_id") != self._settings.line_channel_id:
            raise _refusal("invalid_client", "invalid client_id")
        if form.get("client_secret") != self._settings.line_secret:
            raise _refusal("invalid_client", "invalid client_secret")


def _form(exchange: Exchange) -> dict[str, str]:
    """Read the form; the log shows its names only, the values are secrets."""
    if exchange.request.content_type != "application/x-www-form-urlencoded":
        raise _refusal("invalid_request", "the body must be a form")
    form = {key: values[0] for key, values in parse_qs(exchange.raw.decode(errors="replace")).items()}
    exchange.noted = sorted(form)
    return form


def _refusal(error: str, description: str) -> RefusalError:
    return RefusalError(400, {"error": error, "error_description": description})


def _issued(exchange: Exchange, token: str, seconds: int) -> Answer:
    # a web.Response, so that the log shows its type and not the token
    return web.json_response({"access_token": token, "expires_in": seconds, "token_type": "Bearer"})
