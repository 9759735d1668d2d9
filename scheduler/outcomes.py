"""Decides what becomes of a call after a try: pure, from the call and its outcome to a state. Makes no call."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from handlers.messages import Fate, Outcome, Reason, Way
from storage.outbox import OutboxKind, OutboxState, StoredCall

KEY_LIFE = timedelta(hours=23)  # LINE keeps a retry key for 24 hours from its first use
FIRST_DELAY, LONGEST_DELAY = 1.0, 60.0  # seconds between tries, doubling
HALT_DELAY = 60.0  # seconds until a halted channel is tried again
REPEATED = frozenset({OutboxKind.ANSWER, OutboxKind.NOTICE, OutboxKind.ALERT})
NEVER_REPEATED = (OutboxKind.POST, OutboxKind.BULK)  # without a key, once they may have been taken
UNKEYED_TRIES = 3  # an answer without a retry key may arrive twice, but not for ever


@dataclass(frozen=True, slots=True)
class Next:
    """What becomes of a call: an end state, or WAITING until ``due_at``. ``push`` asks for a push in its place."""

    state: OutboxState
    due_at: datetime | None = None
    push: bool = False
    columns: dict[str, Any] = field(default_factory=dict)


def before(call: StoredCall, now: datetime) -> Next | None:
    """Decide whether a call must not be tried any more: its time, or its reply token's, has run out."""
    if call.way == Way.REPLY and call.token_until is not None and now >= call.token_until:
        return _token_lost(call)
    if call.was_unknown and call.retry_key is None and call.kind in NEVER_REPEATED:
        return Next(OutboxState.UNKNOWN)
    return _over(call.was_unknown) if now >= _last_moment(call, call.was_unknown) else None


def put_off(call: StoredCall, due_at: datetime) -> Next:
    """Let a call wait until a later moment, if it may still be tried then; what was counted was no try."""
    if due_at >= _last_moment(call, call.was_unknown):
        return _over(call.was_unknown)
    return Next(OutboxState.WAITING, due_at, columns={"attempts": call.attempts - 1})


def after(call: StoredCall, outcome: Outcome, now: datetime) -> Next:
    """Decide what becomes of a call after a try."""
    match outcome.fate:
        case Fate.ACCEPTED:
            return Next(OutboxState.ACCEPTED)
        case Fate.PERMANENT:
            return _refused(call, outcome)
        case Fate.HALTED:
            return _later(call, now, HALT_DELAY, call.was_unknown)
        case Fate.TEMPORARY:
            return _later(call, now, max(outcome.retry_after or 0, _delay(call)), call.was_unknown)
        case Fate.UNKNOWN:
            return _unknown(call, now)


def _refused(call: StoredCall, outcome: Outcome) -> Next:
    if outcome.reason is not Reason.TOKEN_DEAD:
        return Next(OutboxState.REFUSED)
    if call.way == Way.PRESS_ANSWER:
        return Next(OutboxState.EXPIRED)
    if call.was_unknown:  # an earlier try must have used the token up: it was answered
        return Next(OutboxState.ACCEPTED)
    return _token_lost(call)


def _token_lost(call: StoredCall) -> Next:
    """An answer that was surely never sent may ride or be pushed; one that may have been is never sent again."""
    if call.was_unknown:
        return Next(OutboxState.UNKNOWN)
    return Next(OutboxState.RODE, push=True) if call.must_arrive else Next(OutboxState.STRANDED)


def _unknown(call: StoredCall, now: datetime) -> Next:
    delay = _delay(call)
    if call.way == Way.REPLY:
        return _later(call, now, delay, True)
    if call.retry_key is not None:
        return _later(call, now, delay, True)
    may_repeat = call.kind in REPEATED and call.attempts < UNKEYED_TRIES
    return _later(call, now, delay, True) if may_repeat else Next(OutboxState.UNKNOWN)


def _later(call: StoredCall, now: datetime, delay: float, was_unknown: bool) -> Next:
    """Wait for another try, if there is still time for one."""
    due_at = now + timedelta(seconds=delay)
    if call.way == Way.REPLY and call.token_until is not None and due_at >= call.token_until:
        return Next(OutboxState.UNKNOWN) if was_unknown else _token_lost(call)
    if due_at >= _last_moment(call, was_unknown):
        return _over(was_unknown)
    return Next(OutboxState.WAITING, due_at, columns={"was_unknown": was_unknown})


def _last_moment(call: StoredCall, was_unknown: bool) -> datetime:
    """Tell until when a call may be tried: once it may have been taken, no longer than its key is remembered."""
    if call.retry_key is None or not was_unknown or call.first_tried_at is None:
        return call.not_after
    return min(call.not_after, call.first_tried_at + KEY_LIFE)


def _over(was_unknown: bool) -> Next:
    return Next(OutboxState.UNKNOWN if was_unknown else OutboxState.EXPIRED)


def _delay(call: StoredCall) -> float:
    return min(FIRST_DELAY * 2.0 ** max(call.attempts - 1, 0), LONGEST_DELAY)
