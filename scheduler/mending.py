"""Finds the messages that a correction takes the place of, so that the mistake does not stay in the chat. Asks only."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection

from handlers import drafting
from handlers.messages import Sender, load
from storage import batches, broadcasts
from storage.facts import BroadcastFacts


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
