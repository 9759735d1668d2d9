"""One incoming event, one transaction: decided, recorded, and its answer stored. Sends nothing, commits nothing."""

import hashlib
import hmac
import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection

from handlers import burying, commands, following, helping, messages
from handlers.messages import Channel, Incoming, IncomingKind, Way
from handlers.rules import calendar
from handlers.talk import Answer, Talk
from handlers.texts import Texts
from scheduler.pacing import LEASE
from storage import accounts, inbox, outbox, people, switches
from storage.clock import Clock
from storage.database import lock_account, lock_person, try_lock_account
from storage.facts import AccountFacts, ChannelName, Programme
from storage.inbox import StoredEvent
from storage.outbox import OutboxKind, OutboxState, StoredCall

ANSWER_LIFE = timedelta(hours=24)
PRESS_ANSWER_LIFE = timedelta(seconds=10)
A_PAGE = b"{}"  # a body without a picture, as every page that can be replaced has
MESSAGES_A_REPLY = 5  # LINE's limit for one reply, and plenty for any answer

Address = tuple[ChannelName, str, str]
"""Channel, bot id and account key: whose events are handled one after another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What deciding needs besides the event: the programme in force, the texts, the clock and the secrets."""

    channels: Mapping[ChannelName, Channel]
    clock: Clock
    programme: Callable[[], Programme]
    texts: Texts
    secret: bytes
    make_link: Callable[[str, str], str]
    make_picture: Callable[[object], str] = lambda _: ""
    public_url: str = ""
    public_channel: str = ""
    generation: str = ""
    private_chats: Mapping[ChannelName, str] = field(default_factory=dict)
    alert_names: tuple[str, ...] = ()

    def keyed_hash(self, words: str) -> str:
        """Hash words so that nobody without the secret can tell or try what they were."""
        return hmac.new(self.secret, words.encode(), hashlib.sha256).hexdigest()


class Decided(NamedTuple):
    """One handled event: its number, the calls leased to who handled it, and whether the account has more waiting."""

    event_id: int
    calls: list[StoredCall]
    more_wait: bool


def decide(connection: Connection, house: House, owner: str, address: Address) -> Decided | None:
    """Handle an account's oldest waiting event, its calls leased to ``owner``; None when there is none.

    None too while another process works on the account, or sends it an answer: what waits is left to that one.
    """
    if not try_lock_account(connection, *address):
        return None
    if outbox.is_answering_elsewhere(connection, owner, address):
        return None
    event, more_wait = inbox.find_next_waiting(connection, *address)
    if event is None:
        return None
    channel = house.channels[event.channel]
    incoming = channel.read(event.raw)
    calls: list[StoredCall] = []
    if event.account_key:
        talk = _open_talk(connection, house, event, incoming)
        said = _answer(talk, event)
        calls = _post(connection, house, owner, talk, event, said if incoming.answerable else Answer())
        _tell_others(connection, house, said)
        if said.forget:
            inbox.forget_event(connection, event.id)
    inbox.mark_done(connection, event.id, house.clock.real())
    return Decided(event.id, calls, more_wait)


def apologise(connection: Connection, house: House, owner: str, event: StoredEvent) -> list[StoredCall]:
    """Give up an event that failed three times: the person gets a kind word, staff see it, the account goes on."""
    lock_account(connection, event.channel, event.bot_id, event.account_key)
    if not inbox.mark_failed(connection, event.id, house.clock.real()) or not event.account_key:
        return []
    talk = _open_talk(connection, house, event, house.channels[event.channel].read(event.raw))
    return _post(connection, house, owner, talk, event, helping.apologise(talk))


def _open_talk(connection: Connection, house: House, event: StoredEvent, incoming: Incoming) -> Talk:
    programme, now = house.programme(), house.clock.now()
    key = (event.channel, event.bot_id, event.account_key)
    account, held = _find_account(connection, house, key), None
    while account.person_id not in (None, held) and lock_person(connection, account.person_id or 0):
        # the person may have left, or become one with another, while this account waited for the lock
        held, account = account.person_id, _find_account(connection, house, key)
    said_at, switched = house.clock.calendar(event.occurred_at), switches.find(connection)
    return Talk(
        connection=connection,
        programme=programme,
        texts=house.texts,
        account=account,
        person=people.find(connection, account.person_id),
        incoming=incoming,
        event_id=event.id,
        now=now,
        said_at=said_at,
        today=calendar.tokyo_day(now),
        on=calendar.tokyo_day(said_at),
        heat_alert_days=switched.heat_days.union(programme.heat_alert_days),
        is_disaster=switched.disaster is not None,
        keyed_hash=house.keyed_hash,
        make_link=house.make_link,
        make_picture=house.make_picture,
        public_url=house.public_url,
        private_chat=house.private_chats.get(event.channel, ""),
        telegram_chat=house.private_chats.get(ChannelName.TELEGRAM, ""),
        alert_names=house.alert_names,
        real_at=house.clock.real(),
    )


def _find_account(connection: Connection, house: House, key: Address) -> AccountFacts:
    """Find an account, know who comes back after a year, or add a stranger."""
    found = accounts.find(connection, *key) or burying.find_buried(connection, house.keyed_hash, *key)
    return found or accounts.add(connection, *key, house.clock.now())


def _answer(talk: Talk, event: StoredEvent) -> Answer:
    """Answer, unless the account writes too fast: then one kind word, and silence for the rest of the minute.

    What asks for no answer is never too fast: a block and an unsent message are always taken, a group is greeted once.
    """
    if not talk.incoming.private or talk.incoming.kind in (IncomingKind.BLOCKED, IncomingKind.UNSENT):
        return commands.answer(talk)
    limit, minute = talk.programme.limits.messages_a_minute, timedelta(minutes=1)
    recent = inbox.count_recent(talk.connection, event, minute)
    if recent <= limit:
        return commands.answer(talk)
    if talk.incoming.kind is IncomingKind.FOLLOWED:
        following.come_back(talk)
    return helping.slow_down(talk) if recent == limit + 1 else Answer()


def _post(
    connection: Connection, house: House, owner: str, talk: Talk, event: StoredEvent, said: Answer
) -> list[StoredCall]:
    """Store an answer as calls that are already leased to this process."""
    channel, now = house.channels[event.channel], house.clock.real()
    leased = {"state": OutboxState.SENDING, "attempts": 1, "first_tried_at": now}
    lease = {"leased_by": owner, "leased_until": now + LEASE}
    same = {"inbox_id": event.id, "channel": event.channel, "bot_id": event.bot_id, "to_key": event.account_key}
    times = {"due_at": now, "made_at": event.received_at}  # an answer's age is counted from what it answers
    account_id = None if said.forget else talk.account.id
    calls = []
    in_place = talk.incoming.message_id if _leads_on(connection, talk, said) else None
    for values in (
        *_calls(connection, channel, event, said, account_id, now, in_place),
        *_menu(channel, talk, said, now),
    ):
        ready = leased | lease if values.get("state") is None else {}
        calls.append(outbox.add(connection, account_id=account_id, **same, **times, **{**ready, **values}))
    return [call for call in calls if call.attempts]


def _leads_on(connection: Connection, talk: Talk, said: Answer) -> bool:
    """Tell whether an answer may take the place of the page that was pressed: it leads on, and the page still stands.

    A second press in a row replaces nothing more, and words without a button leave the page to go on from.
    """
    number, data = talk.incoming.message_id, talk.incoming.data
    ways = [one for message in said.messages for one in messages.choices_of(message)]
    if not talk.incoming.replaces or number is None or not ways:
        return False
    newer = outbox.find_replacement(connection, talk.account.id, number)
    return newer is None or f'{data}"'.encode() in newer


def _tell_others(connection: Connection, house: House, said: Answer) -> None:
    """Store what other accounts must know of an answer, as pushes that wait for their turn."""
    now = house.clock.real()
    push = {"kind": OutboxKind.ANSWER, "way": Way.PUSH, "must_arrive": True, "state": OutboxState.WAITING}
    times = {"due_at": now, "made_at": now, "not_after": now + ANSWER_LIFE}
    for account, told in said.told:
        channel = house.channels.get(account.channel)
        to = {"channel": account.channel, "bot_id": account.bot_id, "to_key": account.key, "account_id": account.id}
        for body in channel.render(told) if channel else ():
            key = str(uuid.uuid4()) if channel and channel.has_retry_key else None
            outbox.add(connection, **push, **times, **to, body=body, retry_key=key)


def _calls(
    connection: Connection,
    channel: Channel,
    event: StoredEvent,
    said: Answer,
    account_id: int | None,
    now: datetime,
    in_place: str | None,
) -> list[dict[str, object]]:
    flags = {"must_arrive": said.must_arrive, "forget": said.forget}
    if channel.answers_by_token:
        return _reply(connection, channel, event, said, account_id, now, flags)
    calls: list[dict[str, object]] = []
    pressed = channel.render_press_answer(said.toast) if event.reply_token else None
    if pressed is not None:
        until = event.received_at + PRESS_ANSWER_LIFE
        press = {"kind": OutboxKind.PRESS_ANSWER, "way": Way.PRESS_ANSWER, "not_after": until, "forget": said.forget}
        calls.append({**press, "body": pressed, "token": event.reply_token})
    answer = {"kind": OutboxKind.ANSWER, "way": Way.PUSH, "not_after": now + ANSWER_LIFE, **flags}
    edit = channel.render_edit(A_PAGE, said.messages) if in_place else None
    if edit is not None:
        return [*calls, {**answer, "way": Way.REPLACE, "body": edit, "token": in_place}]
    return calls + [{**answer, "body": body} for body in channel.render(said.messages)]


def _menu(channel: Channel, talk: Talk, said: Answer, now: datetime) -> list[dict[str, object]]:
    """Show the menu of a language, where the platform has menus: not before the words, and never instead of them."""
    if not said.menu or Way.MENU not in channel.rates:
        return []
    body = json.dumps({"language": said.menu, "is_disaster": talk.is_disaster}).encode()
    menu = {"kind": OutboxKind.ANSWER, "way": Way.MENU, "body": body, "content": messages.dump(())}
    return [{**menu, "not_after": now + ANSWER_LIFE}]


def _reply(
    connection: Connection,
    channel: Channel,
    event: StoredEvent,
    said: Answer,
    account_id: int | None,
    now: datetime,
    flags: dict[str, bool],
) -> list[dict[str, object]]:
    """Answer freely while the event's token lives, with stranded answers riding along; else wait for a ride."""
    alive = event.reply_token is not None and event.reply_until is not None and now < event.reply_until
    said_now: Sequence[messages.Message] = said.messages
    if alive and account_id is not None:
        room = MESSAGES_A_REPLY - len(said_now)
        said_now = (*_riding(connection, account_id, now, room), *said_now)
    if not said_now:
        return []
    answer = {"kind": OutboxKind.ANSWER, "not_after": now + ANSWER_LIFE, "content": messages.dump(said_now), **flags}
    bodies = channel.render(said_now)
    if alive:
        first = {**answer, "way": Way.REPLY, "body": bodies[0]}
        return [{**first, "token": event.reply_token, "token_until": event.reply_until}]
    if said.must_arrive:
        return [{**answer, "way": Way.PUSH, "body": body, "retry_key": str(uuid.uuid4())} for body in bodies]
    return [{**answer, "way": Way.REPLY, "body": bodies[0], "state": OutboxState.STRANDED}]


def _riding(connection: Connection, account_id: int, now: datetime, room: int) -> tuple[messages.Message, ...]:
    """Take the oldest stranded answers along, in their order, as far as they fit whole."""
    riding: tuple[messages.Message, ...] = ()
    taken = []
    for call_id, written in outbox.list_stranded(connection, account_id, now):
        said = messages.load(written)
        if len(riding) + len(said) > room:
            break
        riding += said
        taken.append(call_id)
    outbox.mark_rode(connection, taken, now)
    return riding
