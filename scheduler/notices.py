"""Seals the notices that are due into stored calls, if they are still true, wanted and in time. Makes no call."""

import asyncio
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from handlers import announcing, notifying
from handlers.messages import Message, Sender, Way
from handlers.notifying import Told
from handlers.rules import notices as rules
from handlers.texts import Texts
from scheduler import validity
from storage import accounts, events, generations, notices, outbox, people, registrations
from storage.clock import Clock
from storage.database import ConflictError, Database, StorageUnavailableError, in_savepoint, lock_person
from storage.facts import (
    REMINDERS,
    AccountFacts,
    AccountState,
    ChannelName,
    EventFacts,
    NoticeFacts,
    NoticeKind,
    Programme,
)
from storage.notices import NoticeState
from storage.outbox import OutboxKind, OutboxState, StoredCall

PIECE = 10  # notices a transaction: about 2.5 ms each, and nothing holds SQLite's one writer over 50 ms
LOOK_SECONDS = 1.0
AGAIN = timedelta(minutes=1)  # until a notice that failed is tried once more
UNASKED = REMINDERS | {NoticeKind.THANKS}
"""What somebody who paused is spared; the rest concerns seats they asked for."""

log = structlog.get_logger()


class House(Protocol):
    """What sealing needs besides the database."""

    @property
    def channels(self) -> Mapping[ChannelName, Sender]:
        """The platforms that are switched on."""
        ...

    @property
    def clock(self) -> Clock:
        """The one clock."""
        ...

    @property
    def programme(self) -> Callable[[], Programme]:
        """Gives the programme in force."""
        ...

    @property
    def texts(self) -> Texts:
        """The texts of the chats."""
        ...

    @property
    def private_chats(self) -> Mapping[ChannelName, str]:
        """Where people reach the bot alone."""
        ...

    @property
    def public_url(self) -> str:
        """The address of our own pages; "" for none."""
        ...

    @property
    def public_channel(self) -> str:
        """The city's own Telegram channel, such as @city_events; "" for none."""
        ...

    @property
    def generation(self) -> str:
        """The generation that this machine remembers: a database of another one pushes nothing."""
        ...


@dataclass(frozen=True, slots=True)
class Sealed:
    """What became of one notice, why, and the calls it was stored as; WAITING is one that was put off."""

    notice: NoticeFacts
    state: NoticeState
    reason: str = ""
    calls: tuple[StoredCall, ...] = ()


@dataclass(frozen=True, slots=True)
class Recipient:
    """Where a notice goes: an account, or (without one) the city's public channel."""

    sender: Sender
    bot_id: str
    key: str
    account: AccountFacts | None = None


Watcher = Callable[[NoticeKind, NoticeState], None]


async def run(database: Database, house: House, watch: Watcher) -> None:
    """Seal what is due, every second, for ever; ``watch`` is told what became of each notice (for metrics)."""
    while True:
        try:
            while await _seal_piece(database, house, watch) == PIECE:
                pass
        except (StorageUnavailableError, ConflictError) as error:
            log.warning("notices_not_sealed", error=str(error))
        except Exception as error:  # whatever it was, reminders must not wait for a restart
            log.error("notices_not_sealed", error=type(error).__name__, exc_info=error)
        await asyncio.sleep(LOOK_SECONDS)


async def _seal_piece(database: Database, house: House, watch: Watcher) -> int:
    """Seal one piece, after a look that costs no transaction; gives how many notices it held."""
    clock = house.clock
    due = await asyncio.wrap_future(database.read(lambda c: notices.list_due(c, clock.now(), 1)))
    if not due:
        return 0
    sealed = await asyncio.wrap_future(
        database.write(lambda c: seal_due(c, house, clock.now(), clock.real(), limit=PIECE))
    )
    for one in sealed:
        _tell(one, watch)
    return len(sealed)


def _tell(sealed: Sealed, watch: Watcher) -> None:
    if sealed.state is NoticeState.EXPIRED:
        log.warning("notice_expired", notice_id=sealed.notice.id, kind=sealed.notice.kind)
    if sealed.state is not NoticeState.WAITING:
        watch(sealed.notice.kind, sealed.state)


def seal_due(connection: Connection, house: House, now: datetime, real_now: datetime, limit: int) -> list[Sealed]:
    """Seal the notices that are due, in the transaction of the caller; ``now`` is calendar time.

    The persons are held first, lower numbers first: who leaves meanwhile is either gone already, or waits and then
    finds the calls stored here; and two processes never store one person's notices in the wrong order.
    """
    if not generations.is_armed(connection, house.generation):
        return []
    persons = notices.list_due(connection, now, limit)
    for person_id in sorted(persons):
        lock_person(connection, person_id)
    sealing = _Sealing(connection, house, now, real_now)
    return [sealing.seal(notice) for notice in notices.claim_due(connection, now, limit, persons)]


class _Sealing:
    """One piece being sealed; what it has read of events serves all of its notices."""

    def __init__(self, connection: Connection, house: House, now: datetime, real_now: datetime) -> None:
        self._connection, self._house, self._now, self._real_now = connection, house, now, real_now
        self._events: dict[int, EventFacts | None] = {}

    def seal(self, notice: NoticeFacts) -> Sealed:
        """Seal a notice; one at which a mistake of ours shows is tried again later, and holds up no other."""
        sealed, error = in_savepoint(self._connection, lambda _: self._look(notice))
        if isinstance(error, SQLAlchemyError | ConflictError):
            raise error  # the database's: nothing of the piece is stored, all of it is tried again
        if sealed is not None:
            return sealed
        log.error("notice_not_sealed", notice_id=notice.id, error=type(error).__name__, exc_info=error)
        again = self._now + AGAIN
        again = again if rules.is_quiet(notice.due_at) else rules.after_quiet(again)
        if again >= notice.not_after:
            return self._end(notice, NoticeState.EXPIRED, "failed")
        notices.postpone(self._connection, notice.id, again)
        return Sealed(notice, NoticeState.WAITING)

    def _look(self, notice: NoticeFacts) -> Sealed:
        """Look at a notice once more, store it as calls or write down why not."""
        event = self._event(notice)
        fault = validity.find_fault(self._connection, notice, event)
        if event is None or fault:
            return self._end(notice, NoticeState.CANCELLED, fault)
        to, unwanted = self._recipient(notice)
        if to is None:
            return self._end(notice, NoticeState.SKIPPED, unwanted)
        free_from = validity.free_from(notice, event, self._now)
        if max(free_from, self._now) >= notice.not_after:
            return self._end(notice, NoticeState.EXPIRED, "too late")
        if free_from > self._now:
            notices.postpone(self._connection, notice.id, free_from)
            return Sealed(notice, NoticeState.WAITING)
        return self._store(notice, event, to)

    def _event(self, notice: NoticeFacts) -> EventFacts | None:
        if notice.event_id not in self._events:
            self._events[notice.event_id] = events.find(self._connection, notice.event_id)
        return self._events[notice.event_id]

    def _end(self, notice: NoticeFacts, state: NoticeState, reason: str) -> Sealed:
        notices.mark(self._connection, notice.id, state, self._now, reason)
        return Sealed(notice, state, reason)

    def _recipient(self, notice: NoticeFacts) -> tuple[Recipient | None, str]:
        """Find whom to tell; else None and why nobody is told."""
        if notice.kind is NoticeKind.POST:
            sender, key = self._house.channels.get(ChannelName.TELEGRAM), self._house.public_channel
            return (Recipient(sender, "", key), "") if sender and key else (None, "no public channel")
        person = people.find(self._connection, notice.person_id)
        if person is None or not person.consent_version:
            return None, "left" if person is None else "no consent"
        owned = accounts.list_of_person(self._connection, notice.person_id)
        reachable = [
            one for one in owned if one.state is AccountState.FOLLOWING and one.channel in self._house.channels
        ]
        unwanted = _why_unwanted(notice, reachable)
        if unwanted:
            return None, unwanted
        account = reachable[0]
        return Recipient(self._house.channels[account.channel], account.bot_id, account.key, account), ""

    def _store(self, notice: NoticeFacts, event: EventFacts, to: Recipient) -> Sealed:
        """Store a notice as what its platform is sent, byte for byte, under its key."""
        try:
            bodies = to.sender.render(self._compose(notice, event, to))
        except (KeyError, ValueError) as error:  # one that cannot be said must not hold up the others for ever
            log.error("notice_not_rendered", notice_id=notice.id, error=type(error).__name__, exc_info=error)
            return self._end(notice, NoticeState.SKIPPED, "not rendered")
        if notice.kind is NoticeKind.CANCELLED and to.account is not None:
            outbox.skip_waiting(self._connection, to.account.id, notice.part_id, self._real_now, "part cancelled")
        calls = tuple(outbox.add(self._connection, **self._call(notice, to), body=body) for body in bodies)
        notices.mark(self._connection, notice.id, NoticeState.SEALED, self._now, outbox_id=calls[0].id)
        return Sealed(notice, NoticeState.SEALED, calls=calls)

    def _call(self, notice: NoticeFacts, to: Recipient) -> dict[str, object]:
        about: dict[str, object] = {"kind": OutboxKind.POST}
        if to.account is not None:
            about = {"kind": OutboxKind.NOTICE, "account_id": to.account.id, "part_id": notice.part_id}
            about["schedule_version"] = notice.schedule_version
        way = {"channel": to.sender.name, "bot_id": to.bot_id, "to_key": to.key, "way": Way.PUSH}
        key = str(uuid.uuid4()) if to.sender.has_retry_key else None
        times = {"due_at": self._real_now, "made_at": self._real_now}
        not_after = self._real_now + (notice.not_after - self._now)
        return {**about, **way, **times, "retry_key": key, "state": OutboxState.WAITING, "not_after": not_after}

    def _compose(self, notice: NoticeFacts, event: EventFacts, to: Recipient) -> Sequence[Message]:
        spoken = self._house.programme().city.languages[0]
        language = (to.account and to.account.language) or spoken
        words, part = self._house.texts.of(language), event.part(notice.part_id)
        if notice.kind is NoticeKind.POST or part is None:
            return announcing.compose(event, words, self._address(event))
        party = registrations.list_party(self._connection, event.id, notice.person_id)
        here = [one for one in party if one.part_id == part.id]
        own = next((one for one in here if one.person_id == notice.person_id), None)
        told = Told(notice=notice, event=event, part=part, words=words, seats=max(len(here), 1))
        return notifying.compose(replace(told, state=own.state, offered_until=own.offered_until) if own else told)

    def _address(self, event: EventFacts) -> str:
        """Link to the bot at this event; else to our own page."""
        chat = self._house.private_chats.get(ChannelName.TELEGRAM, "")
        if chat:
            return f"{chat}?start=e_{event.code}"
        return f"{self._house.public_url}/events/{event.id}" if self._house.public_url else ""


def _why_unwanted(notice: NoticeFacts, reachable: Sequence[AccountFacts]) -> str:
    """Say why a person is not told; of several accounts the stricter setting holds."""
    if not reachable:
        return "not reachable"
    if notice.kind in UNASKED and any(account.paused for account in reachable):
        return "paused"
    kinds = rules.read_kinds(notice)
    wanted = all(rules.wants(account.reminders, kinds) for account in reachable)
    return "" if notice.kind not in REMINDERS or wanted else "not wanted"
