"""Gives tests the acts of a person on Telegram as plain methods; may not hold any rule."""

from typing import Any

from bot.sandbox.platform import Hands, Json
from bot.sandbox.telegram.platform import TelegramPlatform


class TelegramHands(Hands):
    """Act for persons on Telegram; every act returns `{"event", "delivery"}` and may take `wait=False`."""

    _platform: TelegramPlatform

    def start(self, person: int, payload: str = "", **more: Any) -> Json:
        """Press Start, with the payload of a deep link."""
        return self.act(person, "start", payload=payload, **more)

    def text(self, person: int, text: str, **more: Any) -> Json:
        """Write a text; `chat` writes it in a group, `reply_to` answers a message."""
        return self.act(person, "text", text=text, **more)

    def press(self, person: int, message_id: int, data: str, **more: Any) -> Json:
        """Press the button with this data; `stale=True` presses one that has been replaced since."""
        return self.act(person, "press", message_id=message_id, data=data, **more)

    def photo(self, person: int, caption: str = "", **more: Any) -> Json:
        """Send a picture; `data` is its content in base64."""
        return self.act(person, "photo", caption=caption, **more)

    def sticker(self, person: int, **more: Any) -> Json:
        """Send a sticker."""
        return self.act(person, "sticker", **more)

    def block(self, person: int, **more: Any) -> Json:
        """Block the bot."""
        return self.act(person, "block", **more)

    def unblock(self, person: int, **more: Any) -> Json:
        """Unblock the bot."""
        return self.act(person, "unblock", **more)

    def chat(self, kind: str, title: str, username: str = "") -> int:
        """Make a group, supergroup or channel that the bot is in, and return its id."""
        made: int = self.ask(self._platform.add_chat, kind, title, username)
        return made

    def bot_status(self, chat: int, status: str) -> Json:
        """Make the bot member, administrator, kicked or left in a group or channel."""
        result: Json = self.ask(self._platform.bot_status, chat, status)
        return result

    def upgrade(self, chat: int) -> int:
        """Turn a group into a supergroup and return the new id."""
        new: int = self.ask(self._platform.upgrade, chat)
        return new

    def deactivate(self, person: int) -> None:
        """Delete a person's account."""
        self.ask(self._platform.deactivate, person)

    def deliver(self, update: Json, secret: str = "good") -> Json:  # noqa: S107 - names a kind of secret
        """Post any update to the webhook once; `secret` is good, bad or missing."""
        result: Json = self.ask(self._platform.deliver, update, secret)
        return result

    def age(self, chat: int, message_id: int, seconds: float) -> None:
        """Make a message older."""
        self.ask(self._platform.age, chat, message_id, seconds)

    def limits(self, **wish: float | tuple[float, float]) -> None:
        """Set the pace (overall, paid, chat, chat_burst, group_minute) or any field of Timing, in seconds."""

        async def change() -> None:
            self._platform.set_limits(**wish)

        self._run(change())

    def downloads(self) -> int:
        """Return how many files the bot has downloaded."""
        count: int = self.ask(lambda: self._platform.world.files.downloads())
        return count
