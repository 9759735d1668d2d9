"""Seals deliveries of a broadcast into stored calls, after a last look at each account. Makes no call.

The transaction that looks is the one that stores: consent, pause, block, erasure, the weekly cap and "told on another
account" are true when a call is stored, and what is skipped says why.
"""

import json
import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Connection

from handlers.messages import Sender, Way, load
from handlers.rules import broadcasts as rules
from handlers.tracking import Tracking
from scheduler.mending import Edit, find_edits
from storage import deliveries, outbox
from storage.audiences import SPOKEN
from storage.candidates import Candidate, Cap
from storage.deliveries import Lot
from storage.facts import BroadcastFacts
from storage.outbox import OutboxKind, OutboxState

PUSHES = 50  # calls a transaction where each account needs its own: well under 50 ms of SQLite's one writer

log = structlog.get_logger()


def batch_size(sender: Sender, broadcast: BroadcastFacts) -> int:
    """Give how many deliveries one piece holds: those of one call to many, or as many calls to one each."""
    return sender.multicast_limit if is_shared(sender, broadcast) else PUSHES


def is_shared(sender: Sender, broadcast: BroadcastFacts) -> bool:
    """Tell whether one call may go to many: the platform can, and all are sent the same words."""
    return sender.multicast_limit > 1 and not broadcast.content.has_tracked_links


def text_language(broadcast: BroadcastFacts, language: str | None) -> str:
    """Give the language of the text that an account gets; Japanese where its own is missing."""
    return language if language and language in broadcast.content.texts else SPOKEN


@dataclass(frozen=True, slots=True)
class Sealing:
    """One piece of one lot, sealed by one sender at one moment; ``now`` is calendar time."""

    connection: Connection
    sender: Sender
    broadcast: BroadcastFacts
    lot: Lot
    now: datetime
    real_now: datetime
    is_row: bool = False  # the candidates are all of the lot that wait between the first and the last
    tracking: Tracking | None = None  # makes the buttons each account's own

    def seal(self, held: Sequence[Candidate]) -> int:
        """Seal whom it is still for; the others are skipped, each with the reason. Gives how many calls it stored."""
        moved, reasons, wanted = self._sort(held)
        deliveries.change_language(self.connection, self.broadcast.id, moved)
        bodies = self._render() if wanted else ()
        if wanted and not bodies:
            reasons["not rendered"], wanted = [one.account_id for one in wanted], []
        deliveries.skip(self.connection, self.broadcast.id, self.lot, reasons, self.now)
        return self._store(wanted, bodies) if wanted else 0

    def _sort(self, held: Sequence[Candidate]) -> tuple[dict[int, str], dict[str, list[int]], list[Candidate]]:
        """Sort candidates: who reads another language now, who must not be told and why, and the rest."""
        moved: dict[int, str] = {}
        reasons: dict[str, list[int]] = defaultdict(list)
        wanted, told = [], set()
        for one in held:
            language = text_language(self.broadcast, one.language)
            fault = one.fault or ("another account" if one.person_id in told else "")
            if fault:
                reasons[fault].append(one.account_id)
            elif language != self.lot.language:
                moved[one.account_id] = language
            else:
                wanted.append(one)
                told |= set() if one.person_id is None else {one.person_id}
        return moved, reasons, wanted

    def _render(self) -> tuple[bytes, ...]:
        """Render the text of this lot; nothing, loudly, where it cannot be: others must not wait for it."""
        try:
            return self.sender.render(load(self.broadcast.content.texts[self.lot.language]))
        except (KeyError, ValueError) as error:
            log.error("broadcast_not_rendered", broadcast_id=self.broadcast.id, error=type(error).__name__)
            return ()

    def _store(self, wanted: Sequence[Candidate], bodies: Sequence[bytes]) -> int:
        joined = {one.account_id: one.person_id for one in wanted if one.person_id != one.was_person_id}
        deliveries.change_persons(self.connection, self.broadcast.id, joined)
        if not is_shared(self.sender, self.broadcast):
            told = [one.account_id for one in wanted]
            edits = find_edits(self.connection, self.sender, self.broadcast, self.lot.language, told)
            pushes = [self._push(one, bodies, edits.get(one.account_id)) for one in wanted]
            calls = dict(zip(told, outbox.add_all(self.connection, pushes), strict=True))
            deliveries.seal_each(self.connection, self.broadcast.id, self.lot, calls, self.now)
            return len(calls)
        body = self.sender.address(bodies[0], [one.key or "" for one in wanted])
        (call_id,) = outbox.add_all(self.connection, [self._call(wanted, Way.MULTICAST, body, bodies[1:])])
        numbers = [one.account_id for one in wanted]
        place = (self.connection, self.broadcast.id, self.lot)
        deliveries.seal(*place, numbers, call_id, self.now, is_row=self.is_row)
        return 1

    def _push(self, one: Candidate, bodies: Sequence[bytes], edit: Edit | None) -> dict[str, Any]:
        """Give the call to one account, with buttons of its own where they are tracked; first what it edits."""
        if self.tracking is not None:
            shown = load(self.broadcast.content.texts[self.lot.language])
            bodies = self.sender.render(self.tracking.personalise(shown, one.account_id))
        if edit is not None:
            return self._call([one], Way.PUSH, edit.body, bodies, token=edit.number)
        return self._call([one], Way.PUSH, bodies[0], bodies[1:])

    def _call(
        self, to: Sequence[Candidate], way: Way, body: bytes, rest: Sequence[bytes], token: str | None = None
    ) -> dict[str, Any]:
        """Give one call; one to a single account names it, so that its outcome says something about that account."""
        alone = to[0] if len(to) == 1 else None
        key = (alone.key if alone else None) if way is Way.PUSH else None
        return {
            "broadcast_id": self.broadcast.id,
            "account_id": alone.account_id if alone else None,
            "channel": self.lot.channel,
            "bot_id": self.lot.bot_id,
            "kind": OutboxKind.BULK,
            "way": way,
            "to_key": key or "",
            "body": body,
            "rest": json.dumps([one.decode() for one in rest]) if rest else "",
            "token": token,
            "retry_key": str(uuid.uuid4()) if self.sender.has_retry_key else None,
            "state": OutboxState.WAITING,
            "due_at": self.real_now,
            "made_at": self.real_now,
            "not_after": self.real_now + (self.broadcast.content.not_after - self.now),
        }


def cap_of(broadcast: BroadcastFacts, now: datetime) -> Cap | None:
    """Give the weekly cap that a broadcast is held back by; None for none."""
    return Cap(rules.MOST_A_WEEK, rules.cap_counts_since(now)) if broadcast.content.is_capped else None
