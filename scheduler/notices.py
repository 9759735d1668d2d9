"""Seals the notices that are due into stored calls, if they are still true, wanted and in time. Makes no call.

A piece of them is judged and stored together: one question a table, one statement a change, whatever their number.
"""

import asyncio
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Connection

from handlers import announcing
from handlers.messages import Sender, Way
from handlers.rules import notices as rules
from scheduler import circumstances, validity
from scheduler.cards import Cards
from scheduler.circumstances import Circumstances
from scheduler.house import House
from storage import generations, notices, outbox
from storage.database import ConflictError, Database, StorageUnavailableError, hold_free_persons, in_savepoint
from storage.facts import REMINDERS, AccountFacts, AccountState, ChannelName, EventFacts, NoticeFacts, NoticeKind
from storage.notices import Became, NoticeState
from storage.outbox import OutboxKind, OutboxState

PIECE = 200  # notices a transaction: about 0.1 ms each, and nothing holds SQLite's one writer over 50 ms
AHEAD = 5  # pieces looked at for persons whom no other process holds just then
LOOK_SECONDS = 1.0
AGAIN = timedelta(minutes=1)  # until a notice that failed is tried once more
UNASKED = REMINDERS | {NoticeKind.THANKS}
"""What somebody who paused is spared; the rest concerns seats they asked for."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Sealed:
    """What became of one notice, why, and the numbers of its calls; WAITING is one that was put off."""

    notice: NoticeFacts
    state: NoticeState
    reason: str = ""
    call_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Looked:
    """What is to become of one notice: its calls as columns, or until when it waits."""

    notice: NoticeFacts
    state: NoticeState
    reason: str = ""
    later: datetime | None = None
    calls: tuple[dict[str, Any], ...] = ()


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
    cards = Cards(house)
    while True:
        try:
            while await _seal_piece(database, house, watch, cards):
                pass
        except (StorageUnavailableError, ConflictError) as error:
            log.warning("notices_not_sealed", error=str(error))
        except Exception as error:  # whatever it was, reminders must not wait for a restart
            log.error("notices_not_sealed", error=type(error).__name__, exc_info=error)
        await asyncio.sleep(LOOK_SECONDS)


async def _seal_piece(database: Database, house: House, watch: Watcher, cards: Cards) -> int:
    """Seal one piece, after a look that costs no transaction; gives how many notices it held."""
    clock = house.clock
    due = await asyncio.wrap_future(database.read(lambda c: notices.list_due(c, clock.now(), 1)))
    if not due:
        return 0
    sealed = await asyncio.wrap_future(
        database.write(lambda c: seal_due(c, house, clock.now(), clock.real(), limit=PIECE, cards=cards))
    )
    for one in sealed:
        _tell(one, watch)
    return len(sealed)


def _tell(sealed: Sealed, watch: Watcher) -> None:
    if sealed.state is NoticeState.EXPIRED:
        log.warning("notice_expired", notice_id=sealed.notice.id, kind=sealed.notice.kind)
    if sealed.state is not NoticeState.WAITING:
        watch(sealed.notice.kind, sealed.state)


def seal_due(
    connection: Connection, house: House, now: datetime, real_now: datetime, *, limit: int, cards: Cards | None = None
) -> list[Sealed]:
    """Seal notices that are due, in the transaction of the caller; ``now`` is calendar time.

    Their persons are held first: who leaves meanwhile is either gone already, or waits and then finds the calls stored
    here; and two processes never store one person's notices in the wrong order. Whom somebody else holds comes later.
    """
    if not generations.is_armed(connection, house.generation):
        return []
    persons = hold_free_persons(connection, notices.list_due(connection, now, limit), limit)
    if not persons:  # another process has just these: there may be others behind them
        persons = hold_free_persons(connection, notices.list_due(connection, now, limit * AHEAD), limit)
    due = notices.claim_due(connection, now, limit, persons)
    return _Sealing(connection, house, cards or Cards(house), now, real_now).seal(due)


class _Sealing:
    """Some notices being sealed at one moment."""

    def __init__(self, connection: Connection, house: House, cards: Cards, now: datetime, real_now: datetime) -> None:
        self._connection, self._house, self._cards = connection, house, cards
        self._now, self._real_now = now, real_now

    def seal(self, due: Sequence[NoticeFacts]) -> list[Sealed]:
        """Seal notices; one at which a mistake of ours shows is tried again later, and holds up no other.

        Where some cannot be sealed, each half of them is, until the one that cannot stands alone.
        """
        sealed, error = in_savepoint(self._connection, lambda _: self._seal(due))
        if sealed is not None:
            return sealed
        if isinstance(error, ConflictError):
            raise error  # nothing of the piece is stored, all of it is tried again
        if len(due) == 1:
            log.error("notice_not_sealed", notice_id=due[0].id, error=type(error).__name__, exc_info=error)
            return self._store([self._put_off(due[0])])
        half = len(due) // 2
        return [*self.seal(due[:half]), *self.seal(due[half:])]

    def _seal(self, due: Sequence[NoticeFacts]) -> list[Sealed]:
        known = circumstances.gather(self._connection, due)
        return self._store([self._look(notice, known) for notice in due])

    def _store(self, looked: Sequence[Looked]) -> list[Sealed]:
        """Store what became of notices, and their calls in the same order."""
        numbers = iter(outbox.add_all(self._connection, [call for one in looked for call in one.calls]))
        sealed = [Sealed(one.notice, one.state, one.reason, tuple(next(numbers) for _ in one.calls)) for one in looked]
        self._end_idle(looked, sealed)
        ended = (one for one in sealed if one.state is not NoticeState.WAITING)
        became = [Became(one.notice.id, one.state, one.reason, next(iter(one.call_ids), None)) for one in ended]
        notices.mark_all(self._connection, became, self._now)
        notices.postpone_all(self._connection, {one.notice.id: one.later for one in looked if one.later})
        return sealed

    def _end_idle(self, looked: Sequence[Looked], sealed: Sequence[Sealed]) -> None:
        """End what waits to be told about parts whose cancellation was just stored."""
        newer = [
            (after.call_ids[0], one.calls[0]["account_id"], one.notice.part_id)
            for one, after in zip(looked, sealed, strict=True)
            if one.calls and one.notice.kind is NoticeKind.CANCELLED
        ]
        outbox.skip_earlier(self._connection, newer, self._real_now, "part cancelled")

    def _put_off(self, notice: NoticeFacts) -> Looked:
        """Let a notice at which sealing failed wait a minute, out of the quiet hours, if it may still go then."""
        again = self._now + AGAIN
        again = again if rules.is_quiet(notice.due_at) else rules.after_quiet(again)
        if again >= notice.not_after:
            return Looked(notice, NoticeState.EXPIRED, "failed")
        return Looked(notice, NoticeState.WAITING, later=again)

    def _look(self, notice: NoticeFacts, known: Circumstances) -> Looked:
        """Look at a notice once more; gives the calls it becomes, or why it becomes none."""
        place, event = (notice.part_id, notice.person_id), known.events.get(notice.event_id)
        held, _ = known.stands.get(place, (None, None))
        fault = validity.find_fault(notice, event, held, known.seen.get(place))
        if event is None or fault:
            return Looked(notice, NoticeState.CANCELLED, fault)
        to, unwanted = self._recipient(notice, known)
        if to is None:
            return Looked(notice, NoticeState.SKIPPED, unwanted)
        free_from = validity.free_from(notice, event, self._now)
        if max(free_from, self._now) >= notice.not_after:
            return Looked(notice, NoticeState.EXPIRED, "too late")
        if free_from > self._now:
            return Looked(notice, NoticeState.WAITING, later=free_from)
        return self._word(notice, event, to, known)

    def _recipient(self, notice: NoticeFacts, known: Circumstances) -> tuple[Recipient | None, str]:
        """Find whom to tell; else None and why nobody is told."""
        if notice.kind is NoticeKind.POST:
            sender, key = self._house.channels.get(ChannelName.TELEGRAM), self._house.public_channel
            return (Recipient(sender, "", key), "") if sender and key else (None, "no public channel")
        consent = known.consents.get(notice.person_id)
        if not consent:
            return None, "left" if consent is None else "no consent"
        owned = known.accounts.get(notice.person_id, ())
        reachable = [
            one for one in owned if one.state is AccountState.FOLLOWING and one.channel in self._house.channels
        ]
        unwanted = _why_unwanted(notice, reachable)
        if unwanted:
            return None, unwanted
        account = rules.told_first(reachable, known.preferred.get(notice.person_id))
        return Recipient(self._house.channels[account.channel], account.bot_id, account.key, account), ""

    def _word(self, notice: NoticeFacts, event: EventFacts, to: Recipient, known: Circumstances) -> Looked:
        """Word a notice as what its platform is sent, byte for byte, under its key."""
        language = to.account.language if to.account else None
        try:
            bodies = self._cards.render(notice, event, known, to.sender, language)
        except (KeyError, ValueError) as error:  # one that cannot be said must not hold up the others for ever
            log.error("notice_not_rendered", notice_id=notice.id, error=type(error).__name__, exc_info=error)
            return Looked(notice, NoticeState.SKIPPED, "not rendered")
        return Looked(notice, NoticeState.SEALED, calls=tuple(self._call(notice, to, body) for body in bodies))

    def _call(self, notice: NoticeFacts, to: Recipient, body: bytes) -> dict[str, Any]:
        """Give the columns of a call, the same ones for every kind."""
        account = to.account
        return {
            "kind": OutboxKind.NOTICE if account else OutboxKind.POST,
            "account_id": account.id if account else None,
            "part_id": notice.part_id if account else None,
            "schedule_version": notice.schedule_version if account else None,
            "channel": to.sender.name,
            "bot_id": to.bot_id,
            "to_key": to.key,
            "token": notice.detail.get(announcing.EDITS),
            "way": Way.PUSH,
            "retry_key": str(uuid.uuid4()) if to.sender.has_retry_key else None,
            "body": body,
            "state": OutboxState.WAITING,
            "due_at": self._real_now,
            "made_at": self._real_now,
            "not_after": self._real_now + (notice.not_after - self._now),
        }


def _why_unwanted(notice: NoticeFacts, reachable: Sequence[AccountFacts]) -> str:
    """Say why a person is not told; of several accounts the stricter setting holds."""
    if not reachable:
        return "not reachable"
    if notice.kind in UNASKED and any(account.paused for account in reachable):
        return "paused"
    kinds = rules.read_kinds(notice)
    wanted = all(rules.wants(account.reminders, kinds) for account in reachable)
    return "" if notice.kind not in REMINDERS or wanted else "not wanted"
