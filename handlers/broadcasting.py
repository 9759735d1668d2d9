"""What staff do with a broadcast: write, submit, approve, arm, pause, stop, correct. Seals and sends nothing.

Each act is written to the audit trail in the same transaction; one that the rules refuse raises, and nothing is done.
Times are calendar times.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from handlers import foreseeing, tracking
from handlers.rules import broadcasts as rules
from handlers.rules import preflight
from handlers.rules.broadcasts import Act, NotDone
from handlers.rules.forecast import Forecast, Lack, quota_lacks
from handlers.rules.preflight import Finding, Seen
from storage import approvers, audit, broadcasts, events, generations, links
from storage.database import lock_quota
from storage.facts import (
    Audience,
    BroadcastContent,
    BroadcastFacts,
    BroadcastKind,
    BroadcastState,
    ChannelName,
    EventFacts,
)

CORRECTION_LIFE = timedelta(hours=24)
"""How long a correction may be told unless its author says otherwise: a mistake that old has been acted on."""
EVENT_CHANGED = "event changed"
DISASTER = "disaster"
BOT = "bot"  # who acts in the audit trail where nobody of the staff does


class BroadcastRefusedError(Exception):
    """An act on a broadcast that is not done; ``reasons`` say why: one of the rules', findings, or what is lacking."""

    def __init__(self, *reasons: NotDone | Finding | Lack) -> None:
        super().__init__(", ".join(str(reason) for reason in reasons))
        self.reasons = reasons


class NoBroadcastError(Exception):
    """There is no broadcast of this number."""


def draft(
    connection: Connection, content: BroadcastContent, *, by: str, now: datetime, occasion: str | None = None
) -> int:
    """Begin a broadcast; gives its number. ConflictError where one was made for the same ``occasion`` already."""
    number = broadcasts.add(connection, content, by, now, occasion)
    _write_down(connection, number, "draft", by, now)
    return number


def edit(
    connection: Connection,
    broadcast_id: int,
    content: BroadcastContent,
    *,
    by: str,
    now: datetime,
    seen_hash: str | None = None,
) -> None:
    """Replace all of a broadcast; it is a draft again, and who did this may not approve it.

    With ``seen_hash``, that of the content they began from, nobody writes over what another has changed meanwhile.
    """
    broadcast = _get(connection, broadcast_id, Act.EDIT)
    if seen_hash is not None and rules.content_hash(broadcast.content) != seen_hash:
        raise BroadcastRefusedError(NotDone.CHANGED)
    broadcasts.add_author(connection, broadcast_id, by)
    broadcasts.change_content(connection, broadcast_id, content)
    _write_down(connection, broadcast_id, "edit", by, now)


def submit(
    connection: Connection, broadcast_id: int, seen: Seen, seen_hash: str, *, by: str, now: datetime
) -> tuple[Finding, ...]:
    """Freeze a draft for a second person to look at; gives what both should look at.

    ``seen`` is what was gathered outside of any transaction about the content whose hash is ``seen_hash``.
    """
    broadcast = _get(connection, broadcast_id, Act.SUBMIT)
    content = broadcast.content
    if rules.content_hash(content) != seen_hash:
        raise BroadcastRefusedError(NotDone.CHANGED)
    event = None if content.event_id is None else events.find(connection, content.event_id)
    findings = preflight.look_through(content, replace(seen, event=event), now)
    if preflight.keeps_back(findings):
        raise BroadcastRefusedError(*preflight.keeps_back(findings))
    broadcasts.add_author(connection, broadcast_id, by)
    _lead(connection, broadcast, Act.SUBMIT, content_hash=seen_hash, submitted_by=by, returned_why="")
    _write_down(connection, broadcast_id, "submit", by, now, seen_hash)
    return findings


def approve(connection: Connection, broadcast_id: int, seen_hash: str, *, by: str, now: datetime) -> None:
    """Approve what another person submitted. That it is really ``by`` who approves, the caller has made sure."""
    broadcast = _get(connection, broadcast_id, Act.APPROVE)
    approver = approvers.find(connection, by)
    refused = rules.refuse_approval(broadcast, by, seen_hash, now, is_approver=approver is not None)
    if refused or approver is None:
        raise BroadcastRefusedError(refused or NotDone.NOT_APPROVER)
    _lead(connection, broadcast, Act.APPROVE, approved_by=approver.name)
    detail = f"{seen_hash} deputy" if approver.is_deputy else seen_hash
    _write_down(connection, broadcast_id, "approve", by, now, detail)


def give_back(connection: Connection, broadcast_id: int, *, by: str, now: datetime, why: str = "") -> None:
    """Give a submitted or approved broadcast back to its authors as a draft; what was approved is void.

    ``why`` tells them what to change, until it is submitted again.
    """
    _to_draft(connection, _get(connection, broadcast_id, Act.RETURN), Act.RETURN)
    broadcasts.change(connection, broadcast_id, returned_why=why)
    _write_down(connection, broadcast_id, "return", by, now)


def arm(
    connection: Connection, broadcast_id: int, forecast: Forecast, *, by: str, now: datetime, real_now: datetime
) -> None:
    """Let an approved broadcast begin by itself when its time comes, in this generation of the database only.

    Refused where the month's quota cannot finish it beside what others were promised, and where its event has changed.
    A large notice waits a few minutes from now on, whatever its time.
    """
    lock_quota(connection, ChannelName.LINE)
    broadcast = _get(connection, broadcast_id, Act.ARM)
    refused = rules.refuse_arming(broadcast, now)
    if refused:
        raise BroadcastRefusedError(refused)
    _refuse_stale(connection, broadcast.content, now)
    month = foreseeing.line_month(connection, real_now + (broadcast.content.send_at - now), real_now)
    lacks = (*without_quota(forecast.lacks), *quota_lacks(month, forecast.line_messages))
    if lacks:
        raise BroadcastRefusedError(*lacks)
    armed: dict[str, object] = {"generation": generations.find(connection), "line_messages": forecast.line_messages}
    armed |= {"held_until": rules.held_until(broadcast.content, forecast.told, now)}
    _lead(connection, broadcast, Act.ARM, **armed)
    if broadcast.content.has_tracked_links:
        links.keep(connection, broadcast_id, tracking.list_targets(broadcast.content))
    _write_down(connection, broadcast_id, "arm", by, now, f"{forecast.told} told, {forecast.line_messages} by LINE")


def rearm(connection: Connection, broadcast_id: int, *, by: str, now: datetime) -> None:
    """Let a broadcast that was armed before a restore go on in the generation that the restore began."""
    broadcast = _get(connection, broadcast_id, Act.REARM)
    generation = generations.find(connection)
    refused = rules.refuse_rearming(broadcast, generation, now)
    if refused:
        raise BroadcastRefusedError(refused)
    _refuse_stale(connection, broadcast.content, now)
    _lead(connection, broadcast, Act.REARM, generation=generation)
    _write_down(connection, broadcast_id, "rearm", by, now, broadcast.generation or "")


def pause(connection: Connection, broadcast_id: int, *, by: str, why: str, now: datetime) -> None:
    """Stop sealing more of a broadcast until it is resumed; what is sealed already goes out."""
    _lead(connection, _get(connection, broadcast_id, Act.PAUSE), Act.PAUSE, paused_why=why)
    _write_down(connection, broadcast_id, "pause", by, now, why)


def resume(connection: Connection, broadcast_id: int, *, by: str, now: datetime) -> None:
    """Go on with a paused broadcast, if its event still says what it says."""
    broadcast = _get(connection, broadcast_id, Act.RESUME)
    _refuse_stale(connection, broadcast.content, now)
    _lead(connection, broadcast, Act.RESUME, paused_why="")
    _write_down(connection, broadcast_id, "resume", by, now)


def stop(connection: Connection, broadcast_id: int, *, by: str, now: datetime) -> None:
    """End a broadcast for good: nobody who is not yet told will be."""
    _lead(connection, _get(connection, broadcast_id, Act.STOP), Act.STOP, ended_at=now)
    _write_down(connection, broadcast_id, "stop", by, now)


def correct(connection: Connection, broadcast_id: int, texts: Mapping[str, str], *, by: str, now: datetime) -> int:
    """Begin a correction to those whom a broadcast reached, may have reached or is about to; gives its number.

    A broadcast that is being sent is paused: nobody more is told what is wrong.
    """
    broadcast = _find(connection, broadcast_id)
    if broadcast.began_at is None:
        raise BroadcastRefusedError(NotDone.NOT_NOW)
    if broadcast.state is BroadcastState.SENDING:
        pause(connection, broadcast_id, by=by, why="corrected", now=now)
    said = broadcast.content
    content = BroadcastContent(
        kind=BroadcastKind.CORRECTION,
        title=said.title,
        audience=Audience(reached_by=broadcast_id, friends=True, is_training=said.audience.is_training),
        texts=texts,
        send_at=now,
        not_after=now + CORRECTION_LIFE,
        is_capped=False,
        event_id=said.event_id,
        corrects_id=broadcast_id,
    )
    return draft(connection, content, by=by, now=now)


def hold_of_event(connection: Connection, event: EventFacts, now: datetime) -> None:
    """Hold back what announces an event that has changed: a draft again, or paused where some were told already.

    It belongs into the transaction that changes the event.
    """
    for broadcast in broadcasts.list_of_event(connection, event.id):
        if broadcast.content.event_stated in ("", rules.stated(event)):
            continue
        _hold_back(connection, broadcast, EVENT_CHANGED, now)


def hold_due(connection: Connection, why: str, now: datetime) -> None:
    """Hold back all that would begin or go on by itself now, as if its event had changed."""
    for number in broadcasts.list_open(connection, now):
        _hold_back(connection, _find(connection, number), why, now)


def expire_overdue(connection: Connection, now: datetime, limit: int) -> int:
    """End what was submitted or approved, and whose time passed before it was armed; gives how many."""
    overdue = broadcasts.list_overdue(connection, now, limit)
    for broadcast in overdue:
        _lead(connection, broadcast, Act.EXPIRE, ended_at=now)
        _write_down(connection, broadcast.id, "expire", BOT, now)
    return len(overdue)


def count_block(connection: Connection, account_id: int, blocked_at: datetime) -> None:
    """Count an account's block with each broadcast that it was told within the 48 hours before."""
    since = blocked_at - rules.BLOCKS_COUNT_FOR
    for broadcast_id, told_at in broadcasts.list_told(connection, account_id, since):
        if rules.is_counted_block(told_at, blocked_at):
            broadcasts.count_block(connection, broadcast_id, account_id)


def without_quota(lacks: Sequence[Lack]) -> tuple[Lack, ...]:
    """Leave out what is said of the quota: that is asked again while it is held."""
    return tuple(lack for lack in lacks if lack not in (Lack.QUOTA, Lack.QUOTA_UNKNOWN))


def _hold_back(connection: Connection, broadcast: BroadcastFacts, why: str, now: datetime) -> None:
    """Make a held broadcast a draft again, or pause it where some were told already; nothing where neither fits."""
    if rules.next_state(broadcast.state, Act.HOLD):
        _to_draft(connection, broadcast, Act.HOLD)
    elif rules.next_state(broadcast.state, Act.PAUSE):
        _lead(connection, broadcast, Act.PAUSE, paused_why=why)
    else:
        return
    _write_down(connection, broadcast.id, "hold", BOT, now, why)


def _refuse_stale(connection: Connection, content: BroadcastContent, now: datetime) -> None:
    """Refuse what announces an event that changed, was cancelled or is over since it was submitted."""
    event = None if content.event_id is None else events.find(connection, content.event_id)
    found = preflight.keeps_back(preflight.look_at_event(content, event, now))
    if found:
        raise BroadcastRefusedError(*found)


def _find(connection: Connection, broadcast_id: int) -> BroadcastFacts:
    """Find a broadcast and hold it until the transaction ends."""
    broadcast = broadcasts.find(connection, broadcast_id, for_update=True)
    if broadcast is None:
        raise NoBroadcastError(f"there is no broadcast {broadcast_id}")
    return broadcast


def _get(connection: Connection, broadcast_id: int, act: Act) -> BroadcastFacts:
    """Hold a broadcast with which an act may be done."""
    broadcast = _find(connection, broadcast_id)
    if rules.next_state(broadcast.state, act) is None:
        raise BroadcastRefusedError(NotDone.NOT_NOW)
    return broadcast


def _lead(connection: Connection, broadcast: BroadcastFacts, act: Act, **values: object) -> None:
    """Lead a held broadcast where an act leads."""
    state = rules.next_state(broadcast.state, act)
    if state is None or not broadcasts.change_state(connection, broadcast.id, (broadcast.state,), state, **values):
        raise BroadcastRefusedError(NotDone.NOT_NOW)


def _to_draft(connection: Connection, broadcast: BroadcastFacts, act: Act) -> None:
    void = {"content_hash": "", "submitted_by": None, "approved_by": None, "generation": None}
    _lead(connection, broadcast, act, **void)


def _write_down(connection: Connection, broadcast_id: int, act: str, by: str, now: datetime, detail: str = "") -> None:
    audit.add(connection, by, f"broadcast.{act}", f"broadcast:{broadcast_id}", now, detail)
