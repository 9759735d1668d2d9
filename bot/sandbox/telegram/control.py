"""Offers over HTTP what only Telegram has in the control API; decides nothing itself."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from aiohttp import web

from bot.sandbox.platform import Json, WishError
from bot.sandbox.telegram.world import Chat, World

Work = Callable[[web.Request, Json], Awaitable[Json]]
Handler = Callable[[web.Request], Awaitable[web.Response]]


class Controlled(Protocol):
    """What these endpoints need of the platform; it is described there."""

    world: World

    def chat(self, chat_id: str | int) -> Chat:
        """Find a chat."""
        ...

    def add_chat(self, kind: str, title: str, username: str = "") -> int:
        """Make one."""
        ...

    async def bot_status(self, chat_id: str | int, status: str, by: int | None = None) -> Json:
        """Change the bot's place in one."""
        ...

    def upgrade(self, chat_id: int) -> int:
        """Turn a group into a supergroup."""
        ...

    def deactivate(self, person: int) -> None:
        """Delete an account."""
        ...

    async def deliver(self, update: Json, secret: str = "good") -> Json:  # noqa: S107 - names a kind of secret
        """Post an update once."""
        ...

    def age(self, chat_id: int, message_id: int, seconds: float) -> None:
        """Make a message older."""
        ...

    def set_limits(self, **wish: Any) -> None:
        """Set pace and timing."""
        ...


class Control:
    """Translate between HTTP and the platform; every endpoint takes and gives a JSON object."""

    def __init__(self, platform: Controlled):
        self._platform = platform

    def routes(self) -> list[web.RouteDef]:
        """Return the endpoints."""
        return [
            web.post("/control/telegram/chats", _answering(self._add_chat)),
            web.post("/control/telegram/chats/{chat}/bot", _answering(self._bot_status)),
            web.post("/control/telegram/chats/{chat}/upgrade", _answering(self._upgrade)),
            web.post("/control/telegram/people/{person}/deactivate", _answering(self._deactivate)),
            web.post("/control/telegram/deliver", _answering(self._deliver)),
            web.post("/control/telegram/age", _answering(self._age)),
            web.post("/control/telegram/limits", _answering(self._set_limits)),
            web.get("/control/telegram/files/{unique}", self._show_file),
        ]

    async def _add_chat(self, _: web.Request, wish: Json) -> Json:
        kind, title = str(wish.get("type", "supergroup")), str(wish.get("title", "Group"))
        return {"id": self._platform.add_chat(kind, title, str(wish.get("username", "")))}

    async def _bot_status(self, request: web.Request, wish: Json) -> Json:
        chat = request.match_info["chat"]
        return await self._platform.bot_status(chat, str(wish.get("status")), wish.get("by"))

    async def _upgrade(self, request: web.Request, _: Json) -> Json:
        return {"id": self._platform.upgrade(self._platform.chat(request.match_info["chat"]).id)}

    async def _deactivate(self, request: web.Request, _: Json) -> Json:
        self._platform.deactivate(self._platform.chat(request.match_info["person"]).id)
        return {}

    async def _deliver(self, _: web.Request, wish: Json) -> Json:
        if not isinstance(wish.get("update"), dict):
            raise WishError("update must be an object")
        return await self._platform.deliver(wish["update"], str(wish.get("secret", "good")))

    async def _age(self, _: web.Request, wish: Json) -> Json:
        try:
            self._platform.age(int(wish["chat"]), int(wish["message_id"]), float(wish["seconds"]))
        except (KeyError, TypeError, ValueError) as error:
            raise WishError("chat, message_id and seconds must be numbers") from error
        return {}

    async def _set_limits(self, _: web.Request, wish: Json) -> Json:
        self._platform.set_limits(**wish)
        return {}

    async def _show_file(self, request: web.Request) -> web.Response:
        """Show a picture to the phones' page; unlike the bot's download, nobody counts it."""
        file = self._platform.world.files.unique(request.match_info["unique"])
        if file is None:
            raise WishError("no such file", 404)
        kind = "image/png" if file.content.startswith(b"\x89PNG") else file.kind
        return web.Response(body=file.content, content_type=kind)


def _answering(work: Work) -> Handler:
    async def handler(request: web.Request) -> web.Response:
        return web.json_response(await work(request, await _wish(request)))

    return handler


async def _wish(request: web.Request) -> Json:
    try:
        wish = await request.json()
    except ValueError as error:
        raise WishError(f"the body is not JSON: {error}") from error
    if not isinstance(wish, dict):
        raise WishError("the body must be a JSON object")
    return wish
