"""Shows what staff write for many on the office's own phones first. Counts with no broadcast, reaches no citizen."""

import json
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection

from handlers import messages
from handlers.messages import Sender, Text, Way
from handlers.texts import JAPANESE
from storage import accounts, approvers, outbox
from storage.facts import AccountFacts, AccountState, BroadcastContent, ChannelName
from storage.outbox import OutboxKind, OutboxState

LIFE = timedelta(minutes=30)
"""Who wrote it waits with the phone in hand."""


def rehearse(
    connection: Connection,
    senders: Mapping[ChannelName, Sender],
    content: BroadcastContent,
    heading: str,
    real_now: datetime,
) -> int:
    """Store a push to each phone of the office, in that phone's language, below a heading; gives how many.

    ValueError where a platform cannot send the text.
    """
    phones = [accounts.get(connection, account_id) for account_id, _label in approvers.list_devices(connection)]
    reached = [one for one in phones if one.state is AccountState.FOLLOWING and one.channel in senders]
    for phone in reached:
        _store(connection, senders[phone.channel], phone, _said(content, phone, heading), real_now)
    return len(reached)


def _said(content: BroadcastContent, phone: AccountFacts, heading: str) -> tuple[messages.Message, ...]:
    written = content.texts.get(phone.language or JAPANESE) or content.texts[JAPANESE]
    return (Text(heading), *messages.load(written))


def _store(
    connection: Connection,
    sender: Sender,
    phone: AccountFacts,
    said: tuple[messages.Message, ...],
    real_now: datetime,
) -> None:
    body, *rest = sender.render(said)
    outbox.add(
        connection,
        account_id=phone.id,
        channel=phone.channel,
        bot_id=phone.bot_id,
        kind=OutboxKind.ALERT,
        way=Way.PUSH,
        to_key=phone.key,
        body=body,
        rest=json.dumps([one.decode() for one in rest]) if rest else "",
        retry_key=str(uuid.uuid4()) if sender.has_retry_key else None,
        state=OutboxState.WAITING,
        due_at=real_now,
        made_at=real_now,
        not_after=real_now + LIFE,
    )
