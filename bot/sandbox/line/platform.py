"""Puts the parts of the played LINE together; may not hold any rule itself."""

from aiohttp import web

from bot.sandbox.calls import CallLog, Changes
from bot.sandbox.faults import Faults
from bot.sandbox.platform import Json, Settings, WishError


class LinePlatform:
    """Play LINE for one channel."""

    name = "line"

    def __init__(self, calls: CallLog, faults: Faults, changes: Changes, settings: Settings) -> None:
        self._calls, self._faults, self._changes, self._settings = calls, faults, changes, settings

    def routes(self) -> list[web.RouteDef]:
        """Return the endpoints."""
        return []

    async def start(self) -> None:
        """Open the webhook's connections."""

    async def close(self) -> None:
        """Close them."""

    def add_person(self, name: str, language: str) -> str | int:
        """Refuse: the phones of LINE come with the next commit."""
        raise WishError("not yet")

    def people(self) -> list[Json]:
        """Return nobody yet."""
        return []

    def screen(self, person: str) -> Json:
        """Refuse."""
        raise WishError("no such person", 404)

    async def act(self, person: str, wish: Json) -> Json:
        """Refuse."""
        raise WishError("no such person", 404)

    def set_webhook(self, url: str, secret: str | None, redelivery: bool) -> None:
        """Ignore for now."""

    def webhook(self) -> Json:
        """Return nothing yet."""
        return {}

    def totals(self) -> Json:
        """Return nothing yet."""
        return {}
