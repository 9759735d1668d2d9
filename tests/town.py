"""A small town for tests: real storage, real rules, the real LINE channel's reading and rendering; nothing is sent."""

import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import ClassVar

from sqlalchemy import select

from bot import dispatch
from bot.channels.line.channel import Line
from bot.dispatch import House
from handlers import messages
from handlers.messages import Card, Message, Text
from handlers.texts import Texts
from storage import inbox, outbox
from storage.clock import TOKYO, Clock
from storage.database import Database
from storage.facts import ChannelName, Programme
from storage.inbox import NewEvent
from storage.programme_file import read_programme

KITAQ = Path(__file__).parent.parent / "programmes" / "kitaq.toml"
_numbers = itertools.count(1)


@cache
def kitaq() -> Programme:
    """The first city's programme, read once."""
    return replace(read_programme(KITAQ), version=1)


@dataclass
class Town:
    """A database, a programme and a clock that tests move."""

    database: Database
    programme: Programme = field(default_factory=kitaq)
    now: datetime = datetime(2022, 1, 20, 12, tzinfo=TOKYO)

    def __post_init__(self) -> None:
        line = Line(bot_id="bot", channel_secret="secret", access_token="token")
        self.house = House(
            channels={ChannelName.LINE: line},
            clock=Clock(source=lambda: self.now),
            programme=lambda: self.programme,
            texts=Texts(self.programme.city.languages),
            secret=b"secret",
            make_link=lambda page, subject: f"https://sandbox.test/{page}/{subject}",
            public_url="https://sandbox.test",
        )

    def citizen(self, language: str = "ja", *, joined: bool = True) -> "Citizen":
        """Bring a friend who follows; by default one who has joined."""
        friend = Citizen(self, f"U{next(_numbers):032x}")
        friend.follow()
        if joined:
            friend.press(f"lang:{language}")
            friend.press(f"join:{self.programme.consent.version}")
        return friend

    def pass_minutes(self, minutes: int) -> None:
        """Let a little time pass: who writes too fast is asked to wait."""
        self.now += timedelta(minutes=minutes)

    def pass_days(self, days: int) -> None:
        """Let time pass."""
        self.now += timedelta(days=days)


@dataclass
class Citizen:
    """Somebody with a LINE phone; every act gives what the bot answered."""

    town: Town
    key: str
    answered: Sequence[Message] = ()
    delivered: bytes = b""
    channel: ClassVar[ChannelName] = ChannelName.LINE
    bot: ClassVar[str] = "bot"

    def follow(self) -> Sequence[Message]:
        return self._act({"type": "follow", "follow": {"isUnblocked": False}})

    def block(self, at: datetime | None = None) -> Sequence[Message]:
        return self._act({"type": "unfollow"}, at=at, token=False)

    def text(self, words: str) -> Sequence[Message]:
        message = {"type": "text", "id": str(next(_numbers)), "text": words, "quoteToken": "q"}
        return self._act({"type": "message", "message": message})

    def photo(self) -> Sequence[Message]:
        message = {"type": "image", "id": str(next(_numbers)), "contentProvider": {"type": "line"}, "quoteToken": "q"}
        return self._act({"type": "message", "message": message})

    def send(self, message: dict[str, object]) -> Sequence[Message]:
        """Send anything else: a sticker, a place; only its kind matters."""
        return self._act({"type": "message", "message": {"id": str(next(_numbers)), **message}})

    def unsend(self, message_id: str) -> Sequence[Message]:
        return self._act({"type": "unsend", "unsend": {"messageId": message_id}}, token=False)

    def press(self, data: str, at: datetime | None = None) -> Sequence[Message]:
        return self._act({"type": "postback", "postback": {"data": data}}, at=at)

    def tap(self, label: str) -> Sequence[Message]:
        """Press a button that the last answer shows, found by what is written on it."""
        found = [choice for choice in self.buttons() if choice.label.startswith(label)]
        assert found, f"no button {label!r} among {[choice.label for choice in self.buttons()]}"
        return self.press(found[0].data)

    def source(self) -> dict[str, str]:
        """Where LINE says that this person's events come from."""
        return {"type": "user", "userId": self.key}

    def buttons(self) -> list[messages.Choice]:
        return [c for m in self.answered for c in (m.buttons if isinstance(m, Card) else m.choices)]

    def words(self) -> str:
        """All that the last answer says."""
        return "\n".join(m.text if isinstance(m, Text) else "\n".join((m.title, *m.lines)) for m in self.answered)

    def _act(self, event: dict[str, object], at: datetime | None = None, token: bool = True) -> Sequence[Message]:
        town, number = self.town, next(_numbers)
        at = at or town.now
        raw = {
            **event,
            "mode": "active",
            "timestamp": int(at.timestamp() * 1000),
            "source": self.source(),
            "webhookEventId": f"event{number}",
            "deliveryContext": {"isRedelivery": False},
            **({"replyToken": f"token{number}"} if token else {}),
        }
        body = json.dumps({"destination": "bot", "events": [raw]}).encode()
        return self.receive(body)

    def receive(self, body: bytes) -> Sequence[Message]:
        """Take a webhook's body in and work this citizen's events off; gives the messages of all answers."""
        town, self.delivered = self.town, body
        arrived = town.house.channels[self.channel].split(body)
        until = town.now + timedelta(seconds=55)
        fields = ("bot_id", "event_id", "account_key", "occurred_at", "raw", "reply_token")
        events = [NewEvent(**{name: getattr(one, name) for name in fields}, reply_until=until) for one in arrived]
        town.database.write(lambda c: inbox.store_all(c, [(self.channel, events, town.now)])).result()
        answered: list[Message] = []
        while self._step(answered):
            pass
        self.answered = answered
        return answered

    def _step(self, answered: list[Message]) -> bool:
        town, address = self.town, (self.channel, self.bot, self.key)
        done = town.database.write(lambda c: dispatch.decide(c, town.house, "test", address)).result()
        if done is None:
            return False
        answered.extend(self._said([call.id for call in done[1]]))
        return True

    def _said(self, calls: list[int]) -> list[Message]:
        """Give the messages of calls, as they stand beside what was rendered of them."""
        kept = select(outbox.OUTBOX.c.content).where(outbox.OUTBOX.c.id.in_(calls))
        rows = self.town.database.read(lambda c: c.execute(kept).scalars().all()).result()
        return [message for written in rows for message in messages.load(written)]
