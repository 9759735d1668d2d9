"""Plain rows for storage tests, each changed by what a test is about."""

from datetime import UTC, datetime, timedelta
from typing import Any

from storage.facts import ChannelName
from storage.inbox import NewEvent
from storage.outbox import OutboxKind, OutboxState

NOW = datetime(2022, 1, 20, 3, tzinfo=UTC)


def an_event(event_id: str | None = "e1", key: str = "U1", at: datetime = NOW, **changes: Any) -> NewEvent:
    values = {"raw": "{}", "reply_token": "t1", "reply_until": at + timedelta(seconds=55), "bot_id": "bot"}
    return NewEvent(event_id=event_id, account_key=key, occurred_at=at, **{**values, **changes})


def a_call(**changes: Any) -> dict[str, Any]:
    values = {
        "channel": ChannelName.LINE,
        "bot_id": "bot",
        "kind": OutboxKind.ANSWER,
        "way": "push",
        "to_key": "U1",
        "body": b"{}",
        "content": "[]",
        "state": OutboxState.WAITING,
        "due_at": NOW,
        "made_at": NOW,
        "not_after": NOW + timedelta(hours=24),
        "account_id": 1,
    }
    return {**values, **changes}
