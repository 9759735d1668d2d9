"""Somebody with Telegram in a town of the tests: updates as its manual shows them, read by the real channel."""

import itertools
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import select

from bot.channels.telegram.channel import Telegram
from bot.channels.telegram.limits import CALLBACK_DATA_BYTES, PAGE_MARK
from handlers.messages import Card, Message, Way
from storage import outbox
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


def _has(card: Card, data: str) -> bool:
    return any(button.data == data for button in card.buttons)


class Remembering(Telegram):
    """The channel, which keeps what it was last given to render: an answer is not stored in words for Telegram."""

    rendered: list[Message]

    def render(self, messages: Sequence[Message]) -> tuple[bytes, ...]:
        self.rendered.extend(messages)
        return super().render(messages)

    def render_edit(self, was: bytes, messages: Sequence[Message]) -> bytes | None:
        body = super().render_edit(was, messages)
        if body is not None:
            self.rendered.extend(messages)
        return body


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
    shown = 1
    """The number of the newest message of the bot; what takes a page's place keeps the page's."""

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
        """Press a button under the newest message; one of a page bears the page's mark, as Telegram gives it back."""
        paged = any(isinstance(one, Card) and one.is_page and _has(one, data) for one in self.answered)
        marked = f"{PAGE_MARK}{data}" if paged and len(data.encode()) < CALLBACK_DATA_BYTES else data
        press = {"id": f"press{next(_numbers)}", "from": self._self(), "chat_instance": "1", "data": marked}
        shown = {**self._message(text="menu"), "message_id": self.shown}
        return self._update(callback_query={**press, "message": shown})

    def _said(self, calls: list[int]) -> list[Message]:
        ways = select(outbox.OUTBOX.c.way).where(outbox.OUTBOX.c.id.in_(calls)).order_by(outbox.OUTBOX.c.id)
        self.ways = self.town.database.read(lambda c: c.execute(ways).scalars().all()).result()
        if Way.PUSH in self.ways:
            self.shown = next(_numbers)
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
