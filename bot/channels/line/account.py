"""Asks LINE about the account itself, for the commands doctor and connect; sends no message."""

from dataclasses import dataclass

from bot.channels.line.wire import LineError, Wire


@dataclass(frozen=True, slots=True, kw_only=True)
class BotInfo:
    """The account: ``chat_by_hand`` when staff have switched Chat on, so that two may answer."""

    user_id: str
    basic_id: str
    name: str
    chat_by_hand: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEndpoint:
    """Where LINE sends events, and whether the console's switch for it is on."""

    url: str
    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookTest:
    """How LINE's own try of a webhook went; ``reason`` is OK, COULD_NOT_CONNECT, REQUEST_TIMEOUT, …."""

    success: bool
    reason: str
    detail: str
    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """Messages of this month: ``limit`` is None where the plan has none; ``used`` is LINE's estimate."""

    limit: int | None
    used: int

    @property
    def used_up(self) -> bool:
        """Tell whether nothing is left."""
        return self.limit is not None and self.used >= self.limit


class Account:
    """The account's own affairs; every method raises LineError when LINE does not answer."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def bot_info(self) -> BotInfo:
        """Ask who the token belongs to (reference #get-bot-info)."""
        info = await self._wire.ask(lambda api: api.get_bot_info(_request_timeout=self._wire.deadline))
        return BotInfo(
            user_id=info.user_id,
            basic_id=info.basic_id,
            name=info.display_name,
            chat_by_hand=info.chat_mode == "chat",
        )

    async def webhook_endpoint(self) -> WebhookEndpoint | None:
        """Ask where events go (reference #get-webhook-endpoint-information); None where nothing was ever set."""
        try:
            found = await self._wire.ask(lambda api: api.get_webhook_endpoint(_request_timeout=self._wire.deadline))
        except LineError as error:
            if error.status == 404:
                return None
            raise
        return WebhookEndpoint(url=found.endpoint, active=found.active) if found.endpoint else None

    async def set_webhook_endpoint(self, url: str) -> None:
        """Say where events go: https, at most 500 characters (reference #set-webhook-endpoint-url)."""
        from linebot.v3.messaging import SetWebhookEndpointRequest

        wanted = SetWebhookEndpointRequest(endpoint=url)
        await self._wire.ask(lambda api: api.set_webhook_endpoint(wanted, _request_timeout=self._wire.deadline))

    async def test_webhook_endpoint(self, url: str | None = None) -> WebhookTest:
        """Let LINE call a webhook, the one that is set if none is named; 60 times an hour (#test-webhook-endpoint)."""
        from linebot.v3.messaging import TestWebhookEndpointRequest

        wanted = TestWebhookEndpointRequest(endpoint=url)
        tried = await self._wire.ask(
            lambda api: api.test_webhook_endpoint(wanted, _request_timeout=self._wire.deadline)
        )
        return WebhookTest(
            success=bool(tried.success), reason=tried.reason, detail=tried.detail, status=tried.status_code
        )

    async def followers(self, start: str = "", limit: int = 1_000) -> tuple[tuple[str, ...], str]:
        """Ask for a page of follower ids, at most 1,000, and the word for the next ("" at the end): #get-follower-ids.

        LineError with status 403 for an account that is neither verified nor premium.
        """
        found = await self._wire.ask(
            lambda api: api.get_followers(start=start or None, limit=limit, _request_timeout=self._wire.deadline)
        )
        return tuple(found.user_ids), found.next or ""

    async def is_verified(self) -> bool:
        """Tell whether LINE lists who follows the account, which it does for verified and premium ones only."""
        try:
            await self.followers(limit=1)
        except LineError as error:
            if error.status == 403:
                return False
            raise
        return True

    async def quota(self) -> Quota:
        """Ask for the month's messages (reference #get-quota, #get-consumption)."""
        within = self._wire.deadline
        allowed = await self._wire.ask(lambda api: api.get_message_quota(_request_timeout=within))
        consumed = await self._wire.ask(lambda api: api.get_message_quota_consumption(_request_timeout=within))
        limited = str(getattr(allowed.type, "value", allowed.type)) == "limited"
        return Quota(limit=allowed.value if limited else None, used=consumed.total_usage)
