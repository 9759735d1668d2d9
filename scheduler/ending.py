"""What becomes of deliveries when their call has ended: ended, cut in halves, or hung on the next. Makes no call."""

import json
import uuid
from collections import defaultdict, deque
from collections.abc import Mapping
from datetime import datetime

import structlog
from sqlalchemy import Connection

from handlers.messages import Fate, Outcome, Reason, Sender, Way
from handlers.rules import broadcasts as rules
from scheduler.outcomes import Next
from scheduler.sealing import Sealing, cap_of
from storage import alerts, broadcasts, candidates, deliveries, outbox, switches
from storage.alerts import AlertKind
from storage.facts import BroadcastState, ChannelName, DeliveryState
from storage.outbox import OutboxState, StoredCall

WINDOW = 20  # calls of a broadcast whose ends are remembered
LEAST = {Way.PUSH: 10, Way.MULTICAST: 2, Way.BROADCAST: 2}  # failures without which nothing is paused
OF_ACCOUNT = (Reason.BLOCKED, Reason.GONE)
"""Refusals that say something about the account, and nothing about what is sent."""

log = structlog.get_logger()


def list_sendable(connection: Connection, generation: str, now: datetime) -> list[int]:
    """List the broadcasts whose calls may be made now (calendar time): asked whenever some are taken."""
    if switches.is_disaster(connection):
        return []
    found = (broadcasts.find(connection, number) for number in broadcasts.list_open(connection, now))
    return [one.id for one in found if one is not None and rules.may_send(one, generation, now)]


class Errors:
    """The last ends of each broadcast's calls, in memory: half of them failing is a reason to stop and ask."""

    def __init__(self) -> None:
        self._ends: dict[int, deque[bool]] = defaultdict(lambda: deque(maxlen=WINDOW))

    def note(self, call: StoredCall, outcome: Outcome, step: Next) -> bool:
        """Note how a call ended; True when the broadcast should be paused. Blocks and the gone are no failures.

        Nor is an edit: what is told beside it counts.
        """
        if call.broadcast_id is None or call.token is not None or step.state is OutboxState.WAITING:
            return False
        failed = step.state is OutboxState.UNKNOWN
        failed |= step.state is OutboxState.REFUSED and outcome.reason not in OF_ACCOUNT
        ends = self._ends[call.broadcast_id]
        ends.append(failed)
        if not failed or sum(ends) < max(LEAST[Way(call.way)], len(ends) / 2):
            return False
        ends.clear()
        return True


def pause(connection: Connection, broadcast_id: int, why: str, real_now: datetime) -> None:
    """Pause a broadcast by ourselves, and have staff told."""
    was = rules.may_follow(rules.Act.PAUSE)
    if broadcasts.change_state(connection, broadcast_id, was, BroadcastState.PAUSED, paused_why=why):
        log.error("broadcast_paused", broadcast_id=broadcast_id, why=why)
        alerts.raise_(connection, AlertKind.AUTO_PAUSED, str(broadcast_id), why, real_now)


class Ending:
    """Ends the deliveries of calls, in the transaction that ends the call."""

    def __init__(self, senders: Mapping[ChannelName, Sender], generation: str) -> None:
        self._senders, self._generation = senders, generation

    def end(
        self, connection: Connection, call: StoredCall, outcome: Outcome, step: Next, now: datetime, real_now: datetime
    ) -> None:
        """Let the deliveries of a call that has ended follow it; ``now`` is calendar time."""
        if call.broadcast_id is None:
            return
        if call.rest and (step.state is OutboxState.ACCEPTED or is_edit_over(call, outcome)):
            self._go_on(connection, call, call.broadcast_id, real_now)
        elif is_splittable(call, outcome, step):
            self._split(connection, call, call.broadcast_id, now, real_now)
        else:
            state, reason = DeliveryState(step.state.value), outcome.reason.value if outcome.reason else ""
            deliveries.end_call(connection, call.broadcast_id, call.id, call.channel, state, reason, now)

    def _go_on(self, connection: Connection, call: StoredCall, broadcast_id: int, real_now: datetime) -> None:
        """Store the call with the next body for the same accounts, in the place of one that was accepted."""
        sender, (body, *rest) = self._senders[call.channel], json.loads(call.rest)
        sealed = body.encode()
        if call.way == Way.MULTICAST:
            sealed = sender.address(sealed, deliveries.list_keys(connection, broadcast_id, call.id))
        same = ("broadcast_id", "account_id", "channel", "bot_id", "kind", "way", "to_key", "not_after", "forget")
        following = outbox.add(
            connection,
            **{name: getattr(call, name) for name in same},
            body=sealed,
            rest=json.dumps(rest) if rest else "",
            retry_key=str(uuid.uuid4()) if sender.has_retry_key else None,
            state=OutboxState.WAITING,
            due_at=real_now,
            made_at=real_now,
        )
        deliveries.pass_on(connection, broadcast_id, call.id, following.id)

    def _split(
        self, connection: Connection, call: StoredCall, broadcast_id: int, now: datetime, real_now: datetime
    ) -> None:
        """Seal each half of a refused call anew, until the account that was refused stands alone.

        Where the broadcast may not go on just now, all wait again, and are sealed and cut when it may.
        """
        broadcast = broadcasts.find(connection, broadcast_id, for_update=True)
        lot = deliveries.find_lot(connection, broadcast_id, call.id)
        waiting = deliveries.unseal(connection, broadcast_id, call.id)
        if broadcast is None or lot is None or not rules.may_send(broadcast, self._generation, now):
            return
        held = candidates.claim(connection, broadcast_id, waiting, cap_of(broadcast, now))
        sealing = Sealing(connection, self._senders[call.channel], broadcast, lot, now, real_now)
        half = (len(held) + 1) // 2
        for few in (held[:half], held[half:]):
            sealing.seal(few)


def is_edit_over(call: StoredCall, outcome: Outcome) -> bool:
    """Tell whether an edit ended, however it did, so that what is told beside it follows; not to who is not there."""
    return call.token is not None and outcome.reason not in OF_ACCOUNT


def is_splittable(call: StoredCall, outcome: Outcome, step: Next) -> bool:
    """Tell whether a refused call was for many, of whom one may be at fault: LINE takes such a call whole or not."""
    refused = step.state is OutboxState.REFUSED and outcome.fate is Fate.PERMANENT
    return refused and call.way == Way.MULTICAST and call.account_id is None and outcome.reason in OF_ACCOUNT
