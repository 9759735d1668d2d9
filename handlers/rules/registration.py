"""Decides who may register, what a waiting line is given now, and whom a shrinking part bumps; stores nothing.

Hours are counted in Tokyo. A line is served in order: nobody passes the first party in it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from handlers.rules.calendar import TOKYO
from handlers.rules.notices import QUIET_FROM, QUIET_UNTIL, after_quiet
from storage.facts import AudienceKind, EventFacts, EventState, PartFacts, PartState

AT_ONCE = timedelta(hours=48)
"""Longer before the start than this, who is first in line is seated without being asked."""
STAFF_ONLY = timedelta(hours=12)
"""From here to the start only staff give seats to those who wait."""
TIME_TO_ANSWER = timedelta(hours=6)
"""How long an offer stands, counted between 8:00 and 21:00 only."""

GUESTS_KEPT = timedelta(days=90)
"""How long after an event the names of companions and of people on staff's list are kept."""
OPEN_DATE = timedelta(days=365)
"""How far away a date that is open is taken to be."""


class NoSeat(StrEnum):
    """Why somebody cannot register."""

    NOT_FOUND = "not_found"
    NOT_OPEN_YET = "not_open_yet"
    CLOSED = "closed"
    PAST = "past"
    CANCELLED = "cancelled"
    FOR_COMPANIES = "for_companies"
    FOR_PUBLIC = "for_public"
    ALREADY = "already"
    WHOLE_ONLY = "whole_only"


class Serving(StrEnum):
    """What is done with a free seat while somebody waits for it."""

    SEAT = "seat"  # at once, and told so
    OFFER = "offer"  # held until the answer, or until its time is up
    HOLD = "hold"  # left to staff


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody asks for: parts by number (None: all that can be had), as whom, and who enters it."""

    part_ids: Collection[int] | None
    as_company: bool
    by_staff: bool
    already: Collection[int]  # parts they are registered for


def choose_parts(event: EventFacts, asked: Asked, now: datetime) -> tuple[PartFacts, ...] | NoSeat:
    """Give the parts that a registration is for, or say why there is none.

    Of several parts those that can be had are given; an event that is held as a whole is had as a whole or not.
    """
    wanted = [part for part in event.parts if asked.part_ids is None or part.id in asked.part_ids]
    reasons = {part.id: _refuse(event, part, asked, now) for part in wanted}
    if not wanted or NoSeat.NOT_FOUND in reasons.values():
        return NoSeat.NOT_FOUND
    if event.whole_only and not asked.by_staff:
        return _choose_whole(event, reasons)
    free = tuple(part for part in wanted if reasons[part.id] is None)
    return free or _main_reason(reasons.values())


def _choose_whole(event: EventFacts, reasons: Mapping[int, NoSeat | None]) -> tuple[PartFacts, ...] | NoSeat:
    going = [part for part in event.parts if _goes_on(part)]
    if any(part.id not in reasons for part in going):
        return NoSeat.WHOLE_ONLY
    bars = [reason for part in going if (reason := reasons[part.id]) not in (None, NoSeat.ALREADY)]
    free = tuple(part for part in going if reasons[part.id] is None)
    return _main_reason(bars) if bars else free or _main_reason(reasons.values())


def _goes_on(part: PartFacts) -> bool:
    return part.state is not PartState.CANCELLED


def _main_reason(reasons: Collection[NoSeat | None]) -> NoSeat:
    """Name the reason that tells most: that one is registered already, else what the last part says."""
    found = [reason for reason in reasons if reason is not None]
    return NoSeat.ALREADY if NoSeat.ALREADY in found else found[-1]


def _refuse(event: EventFacts, part: PartFacts, asked: Asked, now: datetime) -> NoSeat | None:
    if event.state is EventState.DRAFT:
        return NoSeat.NOT_FOUND
    if EventState.CANCELLED is event.state or not _goes_on(part):
        return NoSeat.CANCELLED
    if part.id in asked.already:
        return NoSeat.ALREADY
    return None if asked.by_staff else refuse_time(event, part, now) or _refuse_audience(event, asked.as_company)


def refuse_time(event: EventFacts, part: PartFacts, now: datetime) -> NoSeat | None:
    """Say why a part takes no registrations now: over, begun, closed, not yet open. Staff are not bound by it."""
    if event.state is EventState.HELD or part.state is PartState.HELD or has_begun(part, now):
        return NoSeat.PAST
    if event.opens_at is not None and now < event.opens_at:
        return NoSeat.NOT_OPEN_YET
    is_closed = event.closes_at is not None and now >= event.closes_at
    return NoSeat.CLOSED if is_closed or event.state is not EventState.PUBLISHED else None


def _refuse_audience(event: EventFacts, as_company: bool) -> NoSeat | None:
    if (AudienceKind.COMPANY if as_company else AudienceKind.PUBLIC) in event.audiences:
        return None
    return NoSeat.FOR_PUBLIC if as_company else NoSeat.FOR_COMPANIES


def has_begun(part: PartFacts, now: datetime) -> bool:
    """Tell whether a part has begun; one with an open date has not."""
    return part.starts_at is not None and part.starts_at <= now


def is_over(part: PartFacts, now: datetime) -> bool:
    """Tell whether a part is over: held, cancelled, or past its end."""
    end = part.ends_at or part.starts_at
    return part.state is not PartState.PLANNED or (end is not None and end <= now)


def decide_serving(starts_at: datetime | None, now: datetime) -> Serving:
    """Say what is done with a free seat now: more than 48 hours before the start the first in line is seated.

    Later it is offered, if the offer can stand its full time before the last 12 hours; else staff decide.
    """
    if starts_at is None or starts_at - now > AT_ONCE:
        return Serving.SEAT
    return Serving.OFFER if offer_until(now) <= starts_at - STAFF_ONLY else Serving.HOLD


def offer_until(now: datetime) -> datetime:
    """Say until when an offer made now stands: 6 hours between 8:00 and 21:00, from when it may be told."""
    return _count_on(after_quiet(now).astimezone(TOKYO), TIME_TO_ANSWER)


def _count_on(at: datetime, hours: timedelta) -> datetime:
    """Count on from a moment outside the quiet hours, skipping them."""
    closing = datetime.combine(at.date(), QUIET_FROM, TOKYO)
    if at + hours <= closing:
        return at + hours
    morning = datetime.combine(at.date() + timedelta(days=1), QUIET_UNTIL, TOKYO)
    return _count_on(morning, hours - (closing - at))


def choose_bumped(parties: Sequence[tuple[int, int]], over: int) -> list[int]:
    """Name the parties that lose their seats when so many are too many: the newest, until it is enough.

    ``parties`` are (number in the order of coming, seats), in any order; gives numbers, newest first.
    """
    bumped: list[int] = []
    for number, seats in sorted(parties, reverse=True):
        if over <= 0:
            break
        bumped.append(number)
        over -= seats
    return bumped


def forget_guests_at(parts: Collection[PartFacts], now: datetime) -> datetime:
    """Say when the guests of some parts are made anonymous: 90 days after the last of them."""
    ends = [part.ends_at or part.starts_at or now + OPEN_DATE for part in parts]
    return max([now, *ends]) + GUESTS_KEPT
