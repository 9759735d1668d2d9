"""Somebody with a Telegram phone in a small town: what they press and write, and what the bot's calls show them."""

import itertools
import json
from dataclasses import dataclass, field, replace
from datetime import timedelta

from bot import dispatch
from bot.channels.telegram.channel import Telegram
from storage import inbox
from storage.facts import ChannelName
from storage.inbox import NewEvent
from storage.outbox import OutboxKind
from tests.town import Town

_numbers = itertools.count(1)


@dataclass
class TelegramFriend:
    """Every act gives the texts that are shown; ``buttons`` are the last ones: label to data or address."""

    town: Town
    id: int = 77
    buttons: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.channel = Telegram(token="1:A", webhook_secret="s")
        channels = {**self.town.house.channels, ChannelName.TELEGRAM: self.channel}
        self.town.house = replace(self.town.house, channels=channels)
        self.person = {"id": self.id, "is_bot": False, "first_name": "A", "language_code": "ja"}
        self.chat = {"id": self.id, "type": "private", "first_name": "A"}

    def write(self, words: str) -> str:
        return self._receive({"message": self._message(words)})

    def press(self, data: str) -> str:
        press = {"id": str(next(_numbers)), "from": self.person, "message": self._message("x"), "data": data}
        return self._receive({"callback_query": {**press, "chat_instance": "1"}})

    def tap(self, label: str) -> str:
        return self.press(self.buttons[label])

    def _message(self, words: str) -> dict[str, object]:
        number, date = next(_numbers), int(self.town.now.timestamp())
        return {"message_id": number, "date": date, "chat": self.chat, "from": self.person, "text": words}

    def _receive(self, update: dict[str, object]) -> str:
        body = json.dumps({"update_id": next(_numbers), **update}).encode()
        fields = ("bot_id", "event_id", "account_key", "raw", "reply_token")
        until, now = self.town.now + timedelta(seconds=10), self.town.now
        arrived = [
            NewEvent(**{name: getattr(one, name) for name in fields}, occurred_at=now, reply_until=until)
            for one in self.channel.split(body)
        ]
        self.town.database.write(lambda c: inbox.store_all(c, [(ChannelName.TELEGRAM, arrived, now)])).result()
        (address,) = self.town.database.read(inbox.list_waiting_accounts).result()
        done = self.town.database.write(lambda c: dispatch.decide(c, self.town.house, "t", address)).result()
        assert done is not None
        bodies = [json.loads(call.body) for call in done[1] if call.kind is OutboxKind.ANSWER]
        keys = [
            key for body in bodies for row in body.get("reply_markup", {}).get("inline_keyboard", []) for key in row
        ]
        self.buttons = {key["text"]: key.get("callback_data") or key["url"] for key in keys}
        return "\n".join(body["text"] for body in bodies)
