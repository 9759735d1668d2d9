"""Answers the webhook settings of the channel (manual: reference#webhook-settings); may not send events."""

from datetime import UTC, datetime

from bot.sandbox.line.checking import Sheet
from bot.sandbox.line.gate import Answer, Endpoint, Exchange, RefusalError
from bot.sandbox.line.webhook import Webhook
from bot.sandbox.platform import Settings

URL = 500  # reference#set-webhook-endpoint-url: https, at most 500 characters


class Channel:
    """Get, set and test the webhook's address."""

    def __init__(self, webhook: Webhook, settings: Settings) -> None:
        self._webhook, self._settings = webhook, settings

    def endpoints(self) -> list[Endpoint]:
        """Return the endpoints with their rates (reference#rate-limits)."""
        path = "/v2/bot/channel/webhook"
        return [
            Endpoint("GET", f"{path}/endpoint", self._get, 1_000, 60),
            Endpoint("PUT", f"{path}/endpoint", self._set, 1_000, 60, reads="json"),
            Endpoint("POST", f"{path}/test", self._test, 60, 3600, reads="json"),
        ]

    async def _get(self, _: Exchange) -> Answer:
        if not self._webhook.endpoint:
            raise RefusalError(404, "Webhook endpoint not found")
        return {"endpoint": self._webhook.endpoint, "active": True}

    async def _set(self, exchange: Exchange) -> Answer:
        endpoint = str(exchange.check(lambda sheet: _endpoint(sheet, True)).data["endpoint"])
        self._webhook.endpoint, self._webhook.url = endpoint, self._really(endpoint)
        return {}

    async def _test(self, exchange: Exchange) -> Answer:
        given = exchange.check(lambda sheet: _endpoint(sheet, False)).data.get("endpoint")
        url = self._webhook.url if given is None else self._really(str(given))
        delivery = await self._webhook.post(self._webhook.body([]), 0, url=url)
        return {
            "success": delivery["reason"] == "OK",
            "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "statusCode": delivery["status"] or 0,
            "reason": delivery["reason"],
            "detail": str(delivery["status"] or delivery["reason"]),
        }

    def _really(self, endpoint: str) -> str:
        """Return the address behind the reserved https name; others are called as they are."""
        name = self._settings.public_url
        return self._settings.public_url_is + endpoint[len(name) :] if endpoint.startswith(name) else endpoint


def _endpoint(sheet: Sheet, required: bool) -> None:
    sheet.url("endpoint", URL, required=required)
