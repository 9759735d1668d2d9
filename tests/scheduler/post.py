"""Stored calls for tests, and a delivery that makes them against a strict platform on this machine."""

import asyncio
import contextlib
import itertools
import json
import time
import uuid
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from bot.channels.line.channel import Line
from bot.channels.telegram.channel import Telegram
from bot.sandbox.server import Sandbox
from handlers.messages import Sender, Way
from scheduler.delivery import Delivery
from storage import outbox
from storage.clock import Clock, real_now
from storage.database import Database
from storage.facts import ChannelName
from storage.outbox import OUTBOX, OutboxKind, OutboxState

TELEGRAM_TOKEN = "42:sandbox-telegram-token"
_numbers = itertools.count(1)


def line(sandbox: Sandbox, deadline: float = 1.0) -> Line:
    return Line(
        bot_id=sandbox.line.bot_id,
        channel_secret="sandbox-line-secret",
        access_token="sandbox-line-token",
        api_url=sandbox.line_url,
        deadline=deadline,
    )


def telegram(sandbox: Sandbox, deadline: float = 1.0) -> Telegram:
    return Telegram(token=TELEGRAM_TOKEN, webhook_secret="s", api_url=sandbox.telegram_url, deadline=deadline)


def store(database: Database, to: str, **changes: Any) -> int:
    """Store a LINE push that is due now, or what ``changes`` make of it; gives its number."""
    now, words = real_now(), f"words {next(_numbers)}"
    values = {
        "channel": ChannelName.LINE,
        "bot_id": "bot",
        "account_id": None,
        "kind": OutboxKind.NOTICE,
        "way": Way.PUSH,
        "to_key": to,
        "body": json.dumps({"messages": [{"type": "text", "text": words}]}).encode(),
        "retry_key": str(uuid.uuid4()),
        "state": OutboxState.WAITING,
        "due_at": now,
        "made_at": now,
        "not_after": now + timedelta(hours=1),
        **changes,
    }
    return database.write(lambda c: outbox.add(c, **values)).result().id


def reply(token: str) -> dict[str, Any]:
    """What makes a push a reply with a token that still lives."""
    until = real_now() + timedelta(seconds=50)
    return {
        "kind": OutboxKind.ANSWER,
        "way": Way.REPLY,
        "token": token,
        "token_until": until,
        "retry_key": None,
        "content": "[]",
    }


def chat(words: str = "hello") -> dict[str, Any]:
    """What makes a push a message on Telegram."""
    body = json.dumps({"text": words}).encode()
    return {"channel": ChannelName.TELEGRAM, "bot_id": "42", "retry_key": None, "body": body}


def row(database: Database, number: int) -> Any:
    return database.read(lambda c: c.execute(select(OUTBOX).where(OUTBOX.c.id == number)).one()).result()


async def ended(database: Database, *numbers: int, seconds: float = 20.0) -> list[str]:
    """Wait until no call waits or is being tried; give their states."""
    until = time.monotonic() + seconds
    while True:
        states = [row(database, number).state for number in numbers]
        if not {OutboxState.WAITING, OutboxState.SENDING} & set(states):
            return states
        assert time.monotonic() < until, states
        await asyncio.sleep(0.05)


def ignore(*_: Any) -> None:
    pass


@contextlib.asynccontextmanager
async def delivering(database: Database, *channels: Line | Telegram) -> AsyncIterator[Delivery]:
    senders: Mapping[ChannelName, Sender] = {channel.name: channel for channel in channels}
    for channel in channels:
        await channel.open()
    delivery = Delivery(database, Clock(), senders, ignore)
    running = asyncio.create_task(delivery.run())
    try:
        yield delivery
    finally:
        await delivery.stop()
        await running
        for channel in channels:
            await channel.close()


def outcome_of(sandbox: Sandbox, name: str) -> list[tuple[Any, Any]]:
    """Give (status, fault) of each call of a name."""
    return [(call["status"], call["fault"]) for call in sandbox.calls() if call["name"] == name]
