"""Turns what a platform answered into alerts, and ends them; asks the database only when it is not sure."""

import time
from datetime import datetime

from sqlalchemy import Connection

from handlers.messages import Fate, Outcome, Reason, Way
from scheduler.outcomes import Next
from storage import alerts
from storage.alerts import AlertKind
from storage.facts import ChannelName
from storage.outbox import OutboxKind, OutboxState, StoredCall

WELL_SECONDS = 60.0  # for so long after an accepted call nobody looks whether an alert of its channel is still open
OUR_MISTAKES = frozenset({Reason.REFUSED, Reason.TOO_LONG})
"""What a platform refuses for good though the person can be reached."""
OUTBOX_KEY = "outbox"


def halt_key(channel: ChannelName, outcome: Outcome) -> str:
    """Name what is halted: the channel, or only its pushes."""
    return f"{channel}:quota" if outcome.reason is Reason.QUOTA else channel


class Troubles:
    """What one process knows of its channels."""

    def __init__(self) -> None:
        self._well_until: dict[str, float] = {}

    def note(self, connection: Connection, call: StoredCall, outcome: Outcome, step: Next, *, now: datetime) -> None:
        """Raise or end, in the transaction that writes a call's end. ``now`` is real time."""
        if outcome.fate is Fate.HALTED:
            key = halt_key(call.channel, outcome)
            alerts.raise_(connection, AlertKind.CHANNEL_HALTED, key, outcome.detail, now)
        elif outcome.fate is Fate.ACCEPTED:
            for key in self._unsure(call):
                alerts.end(connection, AlertKind.CHANNEL_HALTED, key, now)
        is_ours = step.state is OutboxState.REFUSED and outcome.reason in OUR_MISTAKES
        if is_ours and call.kind is not OutboxKind.ALERT:
            alerts.raise_(connection, AlertKind.FAILED_ROWS, OUTBOX_KEY, f"{call.channel} {outcome.detail}", now)

    def remember(self, call: StoredCall, outcome: Outcome) -> None:
        """Keep in mind how a channel does; after the commit."""
        if outcome.fate is Fate.HALTED:
            self._well_until.pop(halt_key(call.channel, outcome), None)
        elif outcome.fate is Fate.ACCEPTED:
            for key in self._unsure(call):
                self._well_until[key] = time.monotonic() + WELL_SECONDS

    def _unsure(self, call: StoredCall) -> list[str]:
        """Name what this accepted call proves to be well: a free reply says nothing of the month's quota."""
        proved = (
            [call.channel] if call.way in (Way.REPLY, Way.PRESS_ANSWER) else [call.channel, f"{call.channel}:quota"]
        )
        return [key for key in proved if self._well_until.get(key, 0.0) < time.monotonic()]
