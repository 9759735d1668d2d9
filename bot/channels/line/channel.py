"""LINE as a channel: joins the halves that receive and send; holds no rule of its own."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from bot.channels.line import limits, receive, render, send
from bot.channels.line.account import Account
from bot.channels.line.menus import Menus
from bot.channels.line.tokens import LongLivedToken, TokenSource
from bot.channels.line.wire import LineError, Wire
from handlers.messages import Arrived, Call, Incoming, Message, Outcome, Way
from scheduler.followers import NotListedError, NotVerifiedError, Page
from scheduler.quotas import Reading, TokenRefusedError
from storage.facts import ChannelName


class Line:
    """One LINE Official Account. ``bot_id`` is its own user id, ``api_url`` another host, ``deadline`` in seconds."""

    name = ChannelName.LINE
    answers_by_token = True
    has_retry_key = True
    multicast_limit = limits.MULTICAST_RECIPIENTS
    rates: Mapping[Way, float] = MappingProxyType(
        {
            Way.PUSH: limits.PUSH_RATE,
            Way.MULTICAST: limits.MULTICAST_RATE,
            Way.BROADCAST: limits.BROADCAST_RATE,
            Way.MENU: limits.MENU_RATE,
        }
    )
    chat_seconds = 0.0

    def __init__(
        self,
        *,
        bot_id: str,
        channel_secret: str,
        access_token: str | TokenSource,
        api_url: str | None = None,
        deadline: float = 10.0,
    ) -> None:
        tokens = LongLivedToken(access_token) if isinstance(access_token, str) else access_token
        self._bot_id = bot_id
        self._secret = channel_secret
        self._wire = Wire(tokens, api_url, deadline)
        self.account = Account(self._wire)
        self.menus = Menus(self._wire)

    async def open(self) -> None:
        """Open connections inside the running loop; importing the SDK takes one to three seconds."""
        await self._wire.open()

    async def close(self) -> None:
        """Close connections."""
        await self._wire.close()

    def verify(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Tell in constant time whether the raw bytes come from LINE; header names in any case."""
        return receive.verify(self._secret, headers, body)

    def split(self, body: bytes) -> list[Arrived]:
        """Cut a webhook's body into its events; a strange event never loses a good one; ValueError if no webhook."""
        return receive.split(self._bot_id, body)

    def read(self, raw: str) -> Incoming:
        """Understand one stored event; unknown kinds are OTHER, and nothing raises."""
        return receive.read(raw)

    def render(self, messages: Sequence[Message]) -> tuple[bytes, ...]:
        """Turn messages into the bodies of as few calls as LINE allows; only the first can be a reply."""
        return render.render(messages)

    def address(self, body: bytes, keys: Sequence[str]) -> bytes:
        """Give the body of one multicast to these user ids; every rendered body of another is taken as well."""
        return render.address(body, keys)

    def render_press_answer(self, text: str) -> bytes | None:
        """Give None: a press on LINE waits for nothing."""
        return None

    def render_edit(self, was: bytes, messages: Sequence[Message]) -> bytes | None:
        """Give None: what LINE took stays as it is."""
        return None

    def render_waiting_sign(self, key: str) -> bytes | None:
        """Give the body of the loading animation, which LINE has for a person's own chat only."""
        return limits.LOADING if key.startswith("U") else None

    async def read_quota(self) -> Reading | None:
        """Ask for this month's messages; None when LINE does not answer, TokenRefusedError for a bad token."""
        try:
            quota = await self.account.quota()
        except LineError as error:
            if error.status in (401, 403):
                raise TokenRefusedError(str(error)) from None
            return None
        return Reading(most=quota.limit, used=quota.used)

    async def find_bot_id(self) -> str:
        """Ask for the account's own user id, which LINE calls the destination of events."""
        try:
            return (await self.account.bot_info()).user_id
        except LineError as error:
            raise NotListedError(str(error)) from None

    async def list_followers(self, start: str) -> Page:
        """Ask for a page of those who follow; NotVerifiedError, or NotListedError when LINE does not answer."""
        try:
            return Page(*await self.account.followers(start))
        except LineError as error:
            raise NotVerifiedError if error.status == 403 else NotListedError(str(error)) from None

    async def send(self, call: Call) -> Outcome:
        """Make one call under one deadline, without a retry of its own; every failure becomes an Outcome."""
        if call.way is Way.MENU:
            return await self.menus.show(call)
        return await send.send(self._wire, self.account, call)
