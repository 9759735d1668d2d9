"""Says what the server asks of a platform, and the settings all parts share; may not know either platform."""

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Protocol

from aiohttp import web

Json = dict[str, Any]


class WishError(Exception):
    """A wish of the control API that cannot be met; answered as `{"error": …}` with this status."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Hold everything the command line can set."""

    line_webhook: str = ""
    line_secret: str = "sandbox-line-secret"  # noqa: S105 - of this machine only
    line_token: str = "sandbox-line-token"  # noqa: S105 - of this machine only
    line_channel_id: str = "2000000000"
    line_plan: str = "communication"
    telegram_webhook: str = ""
    telegram_secret: str = ""
    telegram_token: str = "42:sandbox-telegram-token"  # noqa: S105 - of this machine only
    telegram_channel: str = ""  # a public channel, such as @city_events, in which the bot may post
    clock_url: str = ""
    account_name: str = ""
    public_url: str = "https://sandbox.test"
    public_url_is: str = "http://127.0.0.1:8000"

    def real(self, url: str) -> str:
        """Return the address behind the reserved https name; any other stays as it is."""
        name = self.public_url
        named = name and (url == name or url.startswith((f"{name}/", f"{name}?", f"{name}#")))
        return self.public_url_is + url[len(name) :] if named else url


class Platform(Protocol):
    """Name what each platform offers to the server; every method runs in the server's loop."""

    name: str

    def routes(self) -> list[web.RouteDef]:
        """Return the platform's own endpoints, with full paths, and its extra ones under /control/."""
        ...

    async def start(self) -> None:
        """Open what needs a running loop."""
        ...

    async def close(self) -> None:
        """Stop own tasks and close connections."""
        ...

    def add_person(self, name: str, language: str) -> str | int:
        """Make a person with a phone, not yet a friend of the bot, and return the id."""
        ...

    def people(self) -> list[Json]:
        """Return all persons."""
        ...

    def screen(self, person: str) -> Json:
        """Return what the phone of this person shows; raise WishError(…, 404) for an unknown one."""
        ...

    async def act(self, person: str, wish: Json) -> Json:
        """Let a person do something; return `{"event": …, "delivery": {"status", "ms"}}`."""
        ...

    def set_webhook(self, url: str, secret: str | None, redelivery: bool) -> None:
        """Say where events go; a secret of None stays as it is."""
        ...

    def webhook(self) -> Json:
        """Return where events go and how deliveries went."""
        ...

    def totals(self) -> Json:
        """Return the sums shown beside the call log."""
        ...


class Hands:
    """Let a test, in another thread than the server's, do what the control API does."""

    def __init__(self, platform: Platform, run: Callable[[Coroutine[Any, Any, Any]], Any]) -> None:
        self._platform = platform
        self._run = run

    def ask(self, method: Callable[..., Any], *values: Any) -> Any:
        """Call a method, plain or async, inside the server's loop and return its result."""

        async def inside() -> Any:
            result = method(*values)
            return await result if isinstance(result, Awaitable) else result

        return self._run(inside())

    def person(self, name: str = "Person", language: str = "ja") -> Any:
        """Make a person and return the id."""
        return self.ask(self._platform.add_person, name, language)

    def screen(self, person: str | int) -> Json:
        """Return what the phone of this person shows."""
        result: Json = self.ask(self._platform.screen, str(person))
        return result

    def act(self, person: str | int, act: str, **wish: Any) -> Json:
        """Let a person do something, and wait for the webhook's answer unless `wait=False`."""
        result: Json = self.ask(self._platform.act, str(person), {"act": act, **wish})
        return result
