"""Gives tests the acts of a person on LINE as plain methods; may not hold any rule."""

from typing import Any, cast

from bot.sandbox.line.platform import LinePlatform
from bot.sandbox.platform import Hands, Json


class LineHands(Hands):
    """Act for persons on LINE; every act waits for the webhook's answer unless `wait=False` or `hold=True`."""

    @property
    def _line(self) -> LinePlatform:
        return cast(LinePlatform, self._platform)

    def follow(self, person: str, **more: Any) -> Json:
        """Add the account as a friend."""
        return self.act(person, "follow", **more)

    def unfollow(self, person: str, **more: Any) -> Json:
        """Block the account."""
        return self.act(person, "unfollow", **more)

    def text(self, person: str, text: str, **more: Any) -> Json:
        """Write a message."""
        return self.act(person, "text", text=text, **more)

    def press(self, person: str, data: str, **more: Any) -> Json:
        """Press a button with a postback action; `displayText`, `params` and `richMenuAliasId` may be given."""
        return self.act(person, "press", data=data, **more)

    def release(self) -> Json:
        """Deliver all held events in one batch."""
        result: Json = self.ask(self._line.release)
        return result

    def deliver(self, events: list[Json] | None = None, **more: Any) -> Json:
        """Sign and post any batch: `events`, or `body`; `signature` good, bad or missing."""
        wish = more if events is None else {"events": events, **more}
        result: Json = self.ask(self._line.deliver, wish)
        return result

    def settings(self, **changes: Any) -> Json:
        """Change settings of the account (quota, used, verified, mode, …) and return all."""
        result: Json = self.ask(self._line.change, changes)
        return result

    @property
    def bot_id(self) -> str:
        """Return the bot's user id, the destination of every webhook."""
        return self._line.account.id
