"""Lets LINE itself tell a general notice to all of its friends: one stored call. Makes no call, and counts nobody.

This is for an account that LINE has not verified, whose followers cannot be listed: those who never wrote are reached
in no other way (https://developers.line.biz/en/reference/messaging-api/#send-broadcast-message, 60 calls an hour). It
heeds no pause and no setting of ours, reaches who follows at that moment, and nobody can tell whom: staff are shown so.
"""

import uuid
from datetime import datetime

from sqlalchemy import Connection

from handlers import messages
from handlers.messages import Sender, Way
from storage import friends, outbox
from storage.facts import BroadcastFacts, ChannelName
from storage.outbox import OutboxKind, OutboxState

SPOKEN = "ja"  # LINE tells everybody the same words


class CannotBeToldError(Exception):
    """The notice does not fit into one call to LINE, or LINE is not switched on."""


def seal(
    connection: Connection, line: Sender | None, broadcast: BroadcastFacts, *, now: datetime, real_now: datetime
) -> bool:
    """Store a broadcast's one call, in the caller's transaction; False where it has one already.

    ``now`` is calendar time, in which a broadcast is dated. A second process that comes at the same time gets a
    ConflictError. CannotBeToldError leaves nothing stored.
    """
    if friends.find(connection, broadcast.id) is not None:
        return False
    if line is None or line.name is not ChannelName.LINE:
        raise CannotBeToldError("LINE is not switched on")
    bodies = line.render(messages.load(broadcast.content.texts[SPOKEN]))
    if len(bodies) != 1:
        raise CannotBeToldError(f"it takes {len(bodies)} calls")
    call = outbox.add(
        connection,
        broadcast_id=broadcast.id,
        channel=line.name,
        bot_id="",
        kind=OutboxKind.BULK,
        way=Way.BROADCAST,
        to_key="",
        body=bodies[0],
        retry_key=str(uuid.uuid4()),
        state=OutboxState.WAITING,
        due_at=real_now,
        made_at=real_now,
        not_after=real_now + (broadcast.content.not_after - now),
    )
    friends.add(connection, broadcast.id, call.id, real_now)
    return True
