"""Finds what a correction takes the place of, so that the mistake does not stay to be read. Makes no call."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from handlers import drafting
from handlers.messages import Sender, Way, load
from storage import batches, broadcasts, outbox, standing_orders
from storage.audiences import SPOKEN
from storage.facts import BroadcastFacts, ChannelName
from storage.outbox import OutboxKind, OutboxState


@dataclass(frozen=True, slots=True)
class Edit:
    """What is put into the place of one message of ours, which the platform knows by its number."""

    number: str
    body: bytes


def find_edits(
    connection: Connection, sender: Sender, correction: BroadcastFacts, language: str, account_ids: Collection[int]
) -> dict[int, Edit]:
    """Give the edit of each account whose wrong message is known and stands alone; none but a correction has any.

    A message that took several calls stays: to put the whole into one of its pieces would leave the others.
    """
    wrong = broadcasts.find(connection, correction.content.corrects_id) if correction.content.corrects_id else None
    if wrong is None:
        return {}
    words = drafting.without_heading(load(correction.content.texts[language]))
    bodies: dict[str, bytes | None] = {}
    edits = {}
    for account_id, told_in, number in batches.list_taken(connection, wrong.id, account_ids):
        if told_in not in bodies:
            was = sender.render(load(wrong.content.texts[told_in]))
            bodies[told_in] = sender.render_edit(was[0], words) if len(was) == 1 else None
        body = bodies[told_in]
        if body is not None:
            edits[account_id] = Edit(number, body)
    return edits


def mend_post(
    connection: Connection,
    senders: Mapping[ChannelName, Sender],
    correction: BroadcastFacts,
    *,
    now: datetime,
    real_now: datetime,
) -> None:
    """Store the edit of the public post that said what a correction corrects: a week's message has one.

    It belongs into the transaction in which the correction begins. Posts of events follow their events by themselves.
    """
    content = correction.content
    call_id = standing_orders.find_post(connection, content.corrects_id) if content.corrects_id else None
    post = batches.find_post(connection, call_id) if call_id else None
    if post is None or post[0] not in senders:
        return
    channel, to, number = post
    bodies = senders[channel].render(drafting.without_heading(load(content.texts[SPOKEN])))
    if len(bodies) != 1:
        return
    outbox.add(
        connection,
        kind=OutboxKind.POST,
        channel=channel,
        bot_id="",
        way=Way.PUSH,
        to_key=to,
        token=number,
        body=bodies[0],
        state=OutboxState.WAITING,
        due_at=real_now,
        made_at=real_now,
        not_after=real_now + (content.not_after - now),
    )
