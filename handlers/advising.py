"""Staff claim, answer and close questions that were handed over; an answer becomes a call in the outbox, unsent here.

An answer was asked for, so it keeps no quiet hours; who blocked the bot, left, or paused what is sent is not reached.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection

from handlers.asking import THREAD
from handlers.messages import Choice, Sender, Text, Way
from handlers.texts import Texts
from storage import accounts, audit, inquiries, outbox, people
from storage.database import lock_person
from storage.facts import AccountFacts, AccountState, ChannelName
from storage.inquiries import InquiryFacts, InquiryState
from storage.outbox import OutboxKind, OutboxState

LIFE = timedelta(days=1)
"""How long an answer is tried: with LINE's retry keys remembered for 24 hours, no longer."""
LONGEST = 1_000  # characters: one screen of a phone, far below every platform's limit


class Unreached(StrEnum):
    """Why an answer cannot reach the person."""

    GONE = "gone"
    BLOCKED = "blocked"
    PAUSED = "paused"
    CHANNEL_OFF = "channel_off"


class OvertakenError(Exception):
    """Somebody else did something to the question first."""


class UnreachedError(Exception):
    """The person cannot be reached, and why."""

    def __init__(self, why: Unreached) -> None:
        self.why = why
        super().__init__(why)


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What an answer is sent with: the channels that are on, the bot's words, and the real time."""

    senders: Mapping[ChannelName, Sender]
    texts: Texts
    real_now: datetime


def find_fault(
    connection: Connection, inquiry: InquiryFacts, senders: Mapping[ChannelName, Sender]
) -> Unreached | None:
    """Say why the account that asked cannot be reached; None while it can."""
    found = _account(connection, inquiry)
    if found is None or found.state in (AccountState.GONE, AccountState.TOMBSTONE):
        return Unreached.GONE
    if found.state is AccountState.BLOCKED:
        return Unreached.BLOCKED
    if found.paused:
        return Unreached.PAUSED
    return None if found.channel in senders else Unreached.CHANNEL_OFF


def _account(connection: Connection, inquiry: InquiryFacts) -> AccountFacts | None:
    owned = accounts.list_of_person(connection, inquiry.person_id)
    return next((account for account in owned if account.id == inquiry.account_id), None)


def claim(connection: Connection, inquiry_id: int, version: int, by: str, now: datetime) -> None:
    """Let somebody of staff take a question on themselves; others see it. OvertakenError where it changed."""
    _change(connection, _seen(connection, inquiry_id, version), now, claimed_by=by)
    audit.add(connection, by, "inquiry.claim", f"inquiry:{inquiry_id}", now)


def close(connection: Connection, inquiry_id: int, version: int, by: str, now: datetime) -> None:
    """Close a question; what the person asks later is a new one. OvertakenError where it changed."""
    seen = _seen(connection, inquiry_id, version)
    _change(connection, seen, now, state=InquiryState.CLOSED)
    person = people.find(connection, seen.person_id)
    if person is not None and person.awaiting == THREAD:
        people.change(connection, person.id, awaiting=None)
    audit.add(connection, by, "inquiry.close", f"inquiry:{inquiry_id}", now)


def answer(
    connection: Connection, inquiry_id: int, version: int, words: str, post: Post, by: str, now: datetime
) -> None:
    """Answer a question in its chat; the person's next words go on with it, unless they want something else.

    OvertakenError where somebody else was first, UnreachedError where the answer would reach nobody.
    """
    seen = _seen(connection, inquiry_id, version)
    lock_person(connection, seen.person_id)
    fault = find_fault(connection, seen, post.senders)
    if fault is not None:
        raise UnreachedError(fault)
    _change(connection, seen, now, state=InquiryState.ANSWERED, claimed_by=by)
    call_id = _store(connection, accounts.get(connection, seen.account_id), words, post)
    inquiries.add_line(connection, inquiry_id, words, now, said_by=by, call_id=call_id)
    person = people.find(connection, seen.person_id)
    if person is not None and person.awaiting is None:
        people.change(connection, person.id, awaiting=THREAD)
    audit.add(connection, by, "inquiry.answer", f"inquiry:{inquiry_id}", now)


def compose(words: str, language: str | None, texts: Texts) -> Text:
    """Put staff's words into a message, with the ways on in the person's language."""
    own = texts.of(language)
    ways = (Choice(own.say("続けて聞く"), "ask"), Choice(own.say("メニュー"), "menu"))
    return Text(f"{own.say('職員からの返事です。')}\n{words}", ways)


def _store(connection: Connection, to: AccountFacts, words: str, post: Post) -> int:
    """Store the one call that tells an answer."""
    sender, now = post.senders[to.channel], post.real_now
    call = outbox.add(
        connection,
        account_id=to.id,
        channel=to.channel,
        bot_id=to.bot_id,
        kind=OutboxKind.ANSWER,
        way=Way.PUSH,
        to_key=to.key,
        body=sender.render((compose(words, to.language, post.texts),))[0],
        retry_key=str(uuid.uuid4()) if sender.has_retry_key else None,
        must_arrive=True,
        state=OutboxState.WAITING,
        due_at=now,
        made_at=now,
        not_after=now + LIFE,
    )
    return call.id


def _seen(connection: Connection, inquiry_id: int, version: int) -> InquiryFacts:
    """Find a question as somebody saw it."""
    found = inquiries.find(connection, inquiry_id)
    if found is None or found.version != version or found.state is InquiryState.CLOSED:
        raise OvertakenError
    return found


def _change(connection: Connection, seen: InquiryFacts, now: datetime, **values: object) -> None:
    if not inquiries.change(connection, seen, now, **values):
        raise OvertakenError
