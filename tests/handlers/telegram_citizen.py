"""Somebody with Telegram in a town of the tests: updates as its manual shows them, read by the real channel."""

import itertools
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from bot.channels.telegram.channel import Telegram
from handlers.messages import Message
from storage.facts import ChannelName
from tests.channels.telegram.updates import membership
from tests.town import Citizen, Town

BOT = "4242"
_numbers = itertools.count(1)
_SENT = {
    "sticker": {"sticker": {"file_id": "a", "type": "regular"}},
    "image": {"photo": [{"file_id": "a", "width": 1, "height": 1}], "caption": "マイボトル使った"},
    "video": {"video": {"file_id": "a"}},
    "audio": {"voice": {"file_id": "a", "duration": 3}},
    "file": {"document": {"file_id": "a"}},
    "location": {"location": {"latitude": 33.88, "longitude": 130.87}},
}


class Remembering(Telegram):
    """The channel, which keeps what it was last given to render: an answer is not stored in words for Telegram."""

    rendered: list[Message]

    def render(self, messages: Sequence[Message]) -> tuple[bytes, ...]:
        self.rendered.extend(messages)
        return super().render(messages)


def bring(town: Town, language: str) -> "TelegramCitizen":
    """Bring somebody who has joined by Telegram."""
    channel = Remembering(token=f"{BOT}:A", webhook_secret="s", now=lambda: town.now)
    channel.rendered = []
    town.house.channels[ChannelName.TELEGRAM] = channel
    friend = TelegramCitizen(town, str(7000 + next(_numbers)))
    friend.follow()
    friend.press(f"lang:{language}")
    friend.press(f"join:{town.programme.consent.version}")
    return friend


class TelegramCitizen(Citizen):
    """The acts of a citizen, as Telegram tells them."""

    channel: ClassVar[ChannelName] = ChannelName.TELEGRAM
    bot: ClassVar[str] = BOT

    def follow(self) -> Sequence[Message]:
        return self.text("/start")

    def block(self, at: datetime | None = None) -> Sequence[Message]:
        change = membership("kicked", self._chat())
        return self._update(my_chat_member={**change, "from": self._self(), "date": self._seconds(at)})

    def text(self, words: str) -> Sequence[Message]:
        return self._update(message=self._message(text=words))

    def photo(self) -> Sequence[Message]:
        return self.send({"type": "image"})

    def send(self, message: dict[str, object]) -> Sequence[Message]:
        return self._update(message=self._message(**_SENT[str(message["type"])]))

    def unsend(self, message_id: str) -> Sequence[Message]:
        """Change what one had written: Telegram tells of no message that is deleted."""
        edited = {**self._message(text="マイバッグ使った"), "message_id": int(message_id), "edit_date": self._seconds()}
        return self._update(edited_message=edited)

    def press(self, data: str, at: datetime | None = None) -> Sequence[Message]:
        press = {"id": f"press{next(_numbers)}", "from": self._self(), "chat_instance": "1", "data": data}
        return self._update(callback_query={**press, "message": self._message(text="menu")})

    def _said(self, calls: list[int]) -> list[Message]:
        channel = self.town.house.channels[self.channel]
        assert isinstance(channel, Remembering)
        said, channel.rendered = channel.rendered, []
        return said

    def _update(self, **kinds: Any) -> Sequence[Message]:
        return self.receive(json.dumps({"update_id": next(_numbers), **kinds}).encode())

    def _message(self, **fields: Any) -> dict[str, Any]:
        about = {"message_id": next(_numbers), "from": self._self(), "chat": self._chat(), "date": self._seconds()}
        return {**about, **fields}

    def _self(self) -> dict[str, Any]:
        return {"id": int(self.key), "is_bot": False, "first_name": "環", "language_code": "ja"}

    def _chat(self) -> dict[str, Any]:
        return {"id": int(self.key), "type": "private"}

    def _seconds(self, at: datetime | None = None) -> int:
        return int((at or self.town.now).timestamp())
