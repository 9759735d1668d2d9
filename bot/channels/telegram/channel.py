"""The Telegram channel whole: puts receiving, rendering, sending and polling behind the words of the border."""

import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime

from bot.channels.telegram import limits, receive, render
from bot.channels.telegram.album import Album, Fetch, fetch_nothing
from bot.channels.telegram.poll import Polling
from bot.channels.telegram.send import Sending
from bot.channels.telegram.wiring import Wiring
from handlers.messages import Arrived, Call, Incoming, Message, Outcome, Way
from storage.clock import real_now
from storage.facts import ChannelName

API_URL = "https://api.telegram.org"


class Telegram:
    """One Telegram bot. ``deadline`` bounds each call, in seconds; ``now`` dates what Telegram does not date itself.

    ``fetch`` gives the bytes of a picture at an address of our own, which is then handed over with the call.

    Raises ValueError for a token or a secret that cannot be one; neither is ever part of a text or a log line.
    """

    name: ChannelName = ChannelName.TELEGRAM
    answers_by_token: bool = False
    has_retry_key: bool = False
    multicast_limit: int = 0
    chat_seconds: float = limits.CHAT_SECONDS

    def __init__(
        self,
        *,
        token: str,
        webhook_secret: str = "",
        api_url: str | None = None,
        deadline: float = 10.0,
        calls_in_flight: int = 20,
        rate: float = limits.BULK_RATE,
        now: Callable[[], datetime] = real_now,
        fetch: Fetch = fetch_nothing,
    ) -> None:
        if not re.fullmatch(r"\d+:[A-Za-z0-9_-]+", token):
            raise ValueError("a Telegram bot token is digits, a colon and letters, as BotFather gave it")
        if webhook_secret and not re.fullmatch(limits.SECRET_PATTERN, webhook_secret):
            raise ValueError("a Telegram webhook secret is 1 to 256 of A-Z a-z 0-9 _ -")
        self.bot_id = token.partition(":")[0]
        self._token = token
        self._secret = webhook_secret
        self._base_url = f"{(api_url or API_URL).rstrip('/')}/bot"
        self._deadline = deadline
        self._calls_in_flight = calls_in_flight
        self.rates: Mapping[Way, float] = {Way.PUSH: rate}
        self._now = now
        self._album = Album(fetch)
        self._sending: Sending | None = None

    def verify(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Tell in constant time whether the delivery bears the secret given to setWebhook."""
        return receive.verify(headers, self._secret)

    def split(self, body: bytes) -> list[Arrived]:
        """Give the one update of a delivery; ValueError if it is none."""
        return receive.split(body, self.bot_id, self._now)

    def read(self, raw: str) -> Incoming:
        """Understand one stored update; nothing raises."""
        return receive.read(raw)

    def render(self, messages: Sequence[Message]) -> tuple[bytes, ...]:
        """Give one sendMessage body a message, more for a long one; ValueError for a button no text can cause."""
        return render.render(messages)

    def address(self, body: bytes, keys: Sequence[str]) -> bytes:
        """Raise ValueError: on Telegram each account needs a call of its own."""
        raise ValueError("Telegram has no multicast")

    def render_press_answer(self, text: str) -> bytes | None:
        """Give the body that stops a button's waiting sign, with at most 200 characters over the chat."""
        return render.render_press_answer(text)

    def render_edit(self, was: bytes, messages: Sequence[Message]) -> bytes | None:
        """Give the body of an edit; None where a message of another kind, or more than one, would be needed."""
        return render.render_edit(was, messages)

    def render_waiting_sign(self, key: str) -> bytes | None:
        """Give the body of the sign that the bot is typing, for a person's own chat: a group's id is below zero."""
        return render.render_typing() if key.isdecimal() else None

    async def open(self) -> None:
        """Make the connections' pool inside the running loop; no call is made, so it opens without a network."""
        self._opened()

    async def close(self) -> None:
        """Close all connections."""
        sending, self._sending = self._sending, None
        if sending is not None:
            await sending.close()

    async def send(self, call: Call) -> Outcome:
        """Make one call under the deadline; ``request_id`` of an accepted message is Telegram's message id."""
        return await self._opened().send(call)

    @property
    def wiring(self) -> Wiring:
        """Give the look-ups and changes of `connect` and `doctor`, inside the running loop."""
        return Wiring(self._opened().bot, self._secret, self._deadline)

    def _opened(self) -> Sending:
        if self._sending is None:
            self._sending = Sending(self._token, self._base_url, self._deadline, self._calls_in_flight, self._album)
        return self._sending

    def polling(self) -> Polling:
        """Give a fresh long poll, with a connection of its own; close it when done."""
        return Polling(f"{self._base_url}{self._token}")

    async def updates(self) -> AsyncIterator[list[bytes]]:
        """Yield batches of raw updates by long polling; going on confirms the batch before, so commit it first."""
        polling = self.polling()
        try:
            async for batch in polling.updates():
                yield batch
        finally:
            await polling.close()
