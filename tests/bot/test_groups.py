"""In groups and rooms: nothing personal, nothing counted, one greeting with the way to the private chat."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot import dispatch
from bot.channels.telegram.channel import Telegram
from handlers import messages
from handlers.messages import Message, Text
from storage import inbox, outbox
from storage.accounts import ACCOUNTS
from storage.facts import ChannelName
from storage.inbox import INBOX, NewEvent
from storage.ledger import LEDGER
from storage.people import PEOPLE
from tests.town import Citizen, Town

PRIVATE = {ChannelName.LINE: "https://line.me/R/ti/p/@bot", ChannelName.TELEGRAM: "https://t.me/the_bot"}
GROUP, ROOM, MEMBER = "C" + "1" * 32, "R" + "2" * 32, "U" + "3" * 32


class LineGroup(Citizen):
    """A group in which somebody writes."""

    def source(self) -> dict[str, str]:
        kind = {"C": "group", "R": "room"}[self.key[0]]
        return {"type": kind, f"{kind}Id": self.key, "userId": MEMBER}

    def join(self) -> Sequence[Message]:
        return self._act({"type": "join"})


class TelegramGroup:
    """A supergroup in which somebody writes."""

    def __init__(self, town: Town) -> None:
        self.town, self.channel, self.numbers = town, Telegram(token="1:A", webhook_secret="s"), iter(range(1, 1000))
        town.house = replace(town.house, channels={ChannelName.TELEGRAM: self.channel}, private_chats=PRIVATE)
        self.chat = {"id": -100123, "type": "supergroup", "title": "近所の会"}
        self.writer = {"id": 77, "is_bot": False, "first_name": "A", "language_code": "ja"}

    def text(self, words: str) -> Sequence[Message]:
        return self.receive({"message": self.message(words)})

    def press(self, data: str) -> Sequence[Message]:
        press = {"id": "p1", "from": self.writer, "message": self.message("x"), "chat_instance": "1", "data": data}
        return self.receive({"callback_query": press})

    def join(self) -> Sequence[Message]:
        change = {"chat": self.chat, "from": self.writer, "date": 1_642_600_000}
        return self.receive({"my_chat_member": {**change, "new_chat_member": {"status": "member"}}})

    def message(self, words: str) -> dict[str, object]:
        number = next(self.numbers)
        return {"message_id": number, "date": 1_642_600_000, "chat": self.chat, "from": self.writer, "text": words}

    def receive(self, update: dict[str, object]) -> Sequence[Message]:
        town, body = self.town, json.dumps({"update_id": next(self.numbers), **update}).encode()
        fields = ("bot_id", "event_id", "account_key", "occurred_at", "raw", "reply_token")
        until = town.now + timedelta(seconds=10)
        arrived = [
            NewEvent(**{name: getattr(one, name) for name in fields}, reply_until=until)
            for one in self.channel.split(body)
        ]
        town.database.write(lambda c: inbox.store_all(c, [(ChannelName.TELEGRAM, arrived, town.now)])).result()
        return [m for address in self.addresses() for m in self.decide(address)]

    def addresses(self) -> list[dispatch.Address]:
        return self.town.database.read(inbox.list_waiting_accounts).result()

    def decide(self, address: dispatch.Address) -> list[Message]:
        done = self.town.database.write(lambda c: dispatch.decide(c, self.town.house, "t", address)).result()
        assert done is not None
        assert {call.to_key for call in done[1]} <= {"-100123"}
        bodies = [json.loads(call.body) for call in done[1] if call.kind is outbox.OutboxKind.ANSWER]
        return [Text(body["text"], tuple(links(body))) for body in bodies]


def links(body: dict[str, dict[str, list[list[dict[str, str]]]]]) -> list[messages.Choice]:
    rows = body.get("reply_markup", {}).get("inline_keyboard", [])
    return [messages.Choice(key["text"], key.get("callback_data", ""), key.get("url", "")) for r in rows for key in r]


@pytest.fixture(params=["line group", "line room", "telegram"])
def group(request: pytest.FixtureRequest, town: Town) -> LineGroup | TelegramGroup:
    if request.param == "telegram":
        return TelegramGroup(town)
    town.house = replace(town.house, private_chats=PRIVATE)
    return LineGroup(town, GROUP if request.param == "line group" else ROOM)


def count(town: Town, table: object) -> int:
    return town.database.read(lambda c: c.execute(select(func.count()).select_from(table)).scalar_one()).result()


def test_a_group_is_told_once_where_to_talk(group: LineGroup | TelegramGroup) -> None:
    (said,) = group.text("こんにちは")
    assert isinstance(said, Text)
    assert "1対1" in said.text
    assert [choice.url for choice in said.choices] == [PRIVATE[next(iter(group.town.house.channels))]]
    for _ in range(2):
        assert not group.text("ポイント")
        assert not group.press("points")


def test_nothing_is_counted_in_a_group_and_nobody_joins_there(group: LineGroup | TelegramGroup) -> None:
    group.join()
    group.text("マイボトル使った")
    for data in ("lang:ja", "join:1", "r:my_bottle:2022-01-20:1", "l:my_bottle:2022-01-20:1", "leave", "data"):
        group.press(data)
    assert count(group.town, PEOPLE) == 0
    assert count(group.town, LEDGER) == 0


def test_only_the_group_has_an_account_and_no_member(group: LineGroup | TelegramGroup) -> None:
    group.text("こんにちは")
    group.press("points")
    keys = group.town.database.read(lambda c: c.execute(select(ACCOUNTS.c.key)).scalars().all()).result()
    assert keys == [group.key if isinstance(group, LineGroup) else "-100123"]


def test_a_lively_group_is_not_asked_to_slow_down(group: LineGroup | TelegramGroup) -> None:
    said = [message for _ in range(30) for message in group.text("わいわい")]
    assert len(said) == 1


def test_who_joined_in_private_shows_nothing_of_it_in_a_group(town: Town) -> None:
    citizen = town.citizen()
    citizen.press("r:my_bottle:2022-01-20:1")
    group = LineGroup(town, GROUP)
    group.source = lambda: {"type": "group", "groupId": GROUP, "userId": citizen.key}  # type: ignore[method-assign]
    group.press("points")
    assert "ポイント" not in group.words()
    assert not group.press("w:1")
    assert count(town, LEDGER) == 1


def test_a_message_taken_back_in_a_group_is_forgotten_and_greets_nobody(town: Town) -> None:
    group = LineGroup(town, GROUP)
    group.join()
    group.send({"type": "text", "text": "まちがえた", "id": "message-8"})
    assert not group.unsend("message-8")
    kept = town.database.read(lambda c: c.execute(select(INBOX.c.raw)).scalars().all()).result()
    assert not [raw for raw in kept if "message-8" in raw]
