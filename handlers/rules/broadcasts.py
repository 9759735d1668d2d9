"""A broadcast's life: what may follow what, who may approve, and when it may be told. Pure; may not ask the time."""

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

from handlers.rules.calendar import TOKYO, tokyo_day, week_start
from storage.facts import BroadcastContent, BroadcastFacts, BroadcastKind, BroadcastState, EventFacts, EventState

MOST_A_WEEK = 3
"""What one person is told in a Tokyo week, Monday to Sunday, of what is capped. A week's boards are not capped."""
BLOCKS_COUNT_FOR = timedelta(hours=48)
"""Who blocks us so soon after a broadcast is counted with it."""

LARGE = 500
"""So many accounts are what one multicast of LINE tells: nobody can stop it half way."""
HOLD = timedelta(minutes=5)
"""How long a large one waits once it is armed, so that who armed it can still stop it."""


class Act(StrEnum):
    """What is done to a broadcast."""

    EDIT = "edit"
    SUBMIT = "submit"
    RETURN = "return"  # the second person wants it changed
    APPROVE = "approve"
    ARM = "arm"
    REARM = "rearm"  # in a new generation: where it stood before a restore
    BEGIN = "begin"
    HOLD = "hold"  # its event has changed, and what was frozen is no longer true
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    FINISH = "finish"
    EXPIRE = "expire"


_S = BroadcastState
_BEFORE = (_S.DRAFT, _S.SUBMITTED, _S.APPROVED, _S.ARMED)
_GOING = (_S.SENDING, _S.PAUSED)
_LEADS: Mapping[Act, tuple[tuple[BroadcastState, ...], BroadcastState | None]] = {
    Act.EDIT: (_BEFORE, _S.DRAFT),
    Act.SUBMIT: ((_S.DRAFT,), _S.SUBMITTED),
    Act.RETURN: ((_S.SUBMITTED, _S.APPROVED), _S.DRAFT),
    Act.APPROVE: ((_S.SUBMITTED,), _S.APPROVED),
    Act.ARM: ((_S.APPROVED,), _S.ARMED),
    Act.REARM: ((_S.ARMED, *_GOING), None),
    Act.BEGIN: ((_S.ARMED,), _S.SENDING),
    Act.HOLD: ((_S.SUBMITTED, _S.APPROVED, _S.ARMED), _S.DRAFT),
    Act.PAUSE: ((_S.SENDING,), _S.PAUSED),
    Act.RESUME: ((_S.PAUSED,), _S.SENDING),
    Act.STOP: ((*_BEFORE, *_GOING), _S.STOPPED),
    Act.FINISH: ((_S.SENDING,), _S.FINISHED),
    Act.EXPIRE: ((_S.SUBMITTED, _S.APPROVED, _S.ARMED, *_GOING), _S.EXPIRED),
}
ENDED = frozenset({_S.FINISHED, _S.STOPPED, _S.EXPIRED})


class NotDone(StrEnum):
    """Why something is not done to a broadcast."""

    NOT_NOW = "not_now"  # it stands elsewhere
    OWN = "own"  # nobody approves what they wrote
    NOT_APPROVER = "not_approver"
    CHANGED = "changed"  # what was seen, or approved, is not what is there
    TOO_LATE = "too_late"
    OTHER_GENERATION = "other_generation"
    SAME_GENERATION = "same_generation"


def may_follow(act: Act) -> tuple[BroadcastState, ...]:
    """List the states in which something may be done."""
    return _LEADS[act][0]


def next_state(state: BroadcastState, act: Act) -> BroadcastState | None:
    """Give the state that an act leads to; None where it may not be done there."""
    froms, to = _LEADS[act]
    return (to or state) if state in froms else None


def content_hash(content: BroadcastContent) -> str:
    """Hash all that approval freezes: text, audience, times, and how it is told. Any change gives another hash."""
    fields = asdict(content)
    fields["texts"] = dict(content.texts)
    for name in ("send_at", "not_after"):
        fields[name] = fields[name].astimezone(UTC).isoformat()
    written = json.dumps(fields, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(written.encode()).hexdigest()


def stated(event: EventFacts) -> str:
    """Hash what an announcement states of its event: title, dates, place, cost, and whether it is held at all.

    Seats and descriptions may change while it is told; these may not.
    """
    parts = [(part.number, str(part.starts_at), str(part.ends_at), part.state) for part in event.parts]
    texts = [dict(event.title), dict(event.place), dict(event.date_words), dict(event.cost_note)]
    written = json.dumps(
        [parts, texts, event.mode, event.cost_yen, event.state is EventState.CANCELLED], sort_keys=True
    )
    return hashlib.sha256(written.encode()).hexdigest()


def is_same_name(one: str, other: str) -> bool:
    """Tell whether two names, typed by hand, are one person's: width, case and spaces tell nobody apart."""
    return _folded(one) == _folded(other)


def _folded(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def refuse_approval(
    broadcast: BroadcastFacts, by: str, seen_hash: str, now: datetime, *, is_approver: bool
) -> NotDone | None:
    """Say why somebody may not approve what they saw; None where they may."""
    if next_state(broadcast.state, Act.APPROVE) is None:
        return NotDone.NOT_NOW
    if any(is_same_name(by, name) for name in (*broadcast.authors, broadcast.submitted_by or "")):
        return NotDone.OWN
    if not is_approver:
        return NotDone.NOT_APPROVER
    if len({seen_hash, broadcast.content_hash, content_hash(broadcast.content)}) > 1:
        return NotDone.CHANGED
    return NotDone.TOO_LATE if now >= broadcast.content.not_after else None


def refuse_arming(broadcast: BroadcastFacts, now: datetime) -> NotDone | None:
    """Say why an approved broadcast may not be armed; None where it may."""
    if next_state(broadcast.state, Act.ARM) is None:
        return NotDone.NOT_NOW
    if not is_approved(broadcast):
        return NotDone.CHANGED
    return NotDone.TOO_LATE if now >= broadcast.content.not_after else None


def refuse_rearming(broadcast: BroadcastFacts, generation: str, now: datetime) -> NotDone | None:
    """Say why a broadcast need not, or may not, be armed again after a restore; None where it may."""
    if next_state(broadcast.state, Act.REARM) is None:
        return NotDone.NOT_NOW
    if broadcast.generation == generation:
        return NotDone.SAME_GENERATION
    if not is_approved(broadcast):
        return NotDone.CHANGED
    return NotDone.TOO_LATE if now >= broadcast.content.not_after else None


def is_approved(broadcast: BroadcastFacts) -> bool:
    """Tell whether what is there now is what another person approved; asked again before anything is sealed."""
    approver = broadcast.approved_by
    is_own = any(is_same_name(approver or "", name) for name in broadcast.authors)
    return bool(approver) and not is_own and broadcast.content_hash == content_hash(broadcast.content)


def may_send(broadcast: BroadcastFacts, generation: str, now: datetime) -> bool:
    """Tell whether deliveries of a broadcast may be sealed now: begun, approved as it is, armed here, and in time."""
    is_ours = broadcast.generation == generation and broadcast.state is BroadcastState.SENDING
    return is_ours and is_approved(broadcast) and is_open(broadcast.content, now)


def is_open(content: BroadcastContent, now: datetime) -> bool:
    """Tell whether people may be told at a moment: in the window of the day, not before its time nor after its end."""
    hour = now.astimezone(TOKYO).hour
    in_window = content.opens_hour <= hour < content.closes_hour
    return in_window and content.send_at <= now < content.not_after


def opens_at(content: BroadcastContent, now: datetime) -> datetime | None:
    """Give the first moment from ``now`` on at which people may be told; None where there is none left."""
    at = max(content.send_at, now)
    there = at.astimezone(TOKYO)
    if there.hour >= content.closes_hour:
        at = datetime.combine(there.date() + timedelta(days=1), time(content.opens_hour), TOKYO)
    elif there.hour < content.opens_hour:
        at = datetime.combine(there.date(), time(content.opens_hour), TOKYO)
    return at if at < content.not_after else None


def cap_counts_since(now: datetime) -> datetime:
    """Give the Monday 0:00 in Tokyo from which a person's week is counted."""
    return datetime.combine(week_start(tokyo_day(now)), time(), TOKYO)


def held_until(content: BroadcastContent, told: int, now: datetime) -> datetime | None:
    """Give until when a notice waits that is armed now and tells so many accounts; None where it does not wait.

    A correction is urgent, and Monday's message is armed by nobody who would be watching.
    """
    is_large = told >= LARGE or content.audience.by_line_itself
    return now + HOLD if is_large and content.kind is BroadcastKind.NOTICE else None


def is_counted_block(told_at: datetime, blocked_at: datetime) -> bool:
    """Tell whether a block is counted with what was told before it."""
    return timedelta() <= blocked_at - told_at <= BLOCKS_COUNT_FOR
