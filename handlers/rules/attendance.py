"""Decides who may be checked in when, what a part earns, and whether a word was said; may not ask what time it is."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from handlers.rules.calendar import tokyo_day
from handlers.rules.folding import folded
from storage.facts import (
    Action,
    AttendanceFacts,
    AttendanceState,
    CheckInWay,
    EventState,
    PartFacts,
    PartState,
    RegistrationFacts,
    RegistrationState,
)

ACTION = "event_attendance"
"""The action of the catalogue that every attendance is entered under."""
HALF_HOUR = timedelta(minutes=30)
OPENS_BEFORE = timedelta(hours=2)
CLOSES_AFTER = timedelta(hours=24)
WORD_OPEN_FOR = timedelta(minutes=10)
THANKS_AFTER, THANKS_FOR = timedelta(minutes=30), timedelta(hours=24)
BY_STAFF = frozenset({CheckInWay.HAND, CheckInWay.IMPORT})
FORGIVING_FROM = 4  # characters: in a shorter word one letter makes another word
_POLITE_ENDING = re.compile("(?:です|でした|だよ|だ)$")


class NotAttending(StrEnum):
    """Why somebody was not checked in."""

    ALREADY = "already"
    NOT_REGISTERED = "not_registered"
    CANCELLED = "cancelled"
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"
    WRONG_CODE = "wrong_code"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInFacts:
    """All that deciding one check-in needs. ``at`` is when the person was seen, ``now`` when we learn of it."""

    event_state: EventState
    part: PartFacts
    registration: RegistrationFacts | None
    attendance: AttendanceFacts | None
    way: CheckInWay
    at: datetime
    now: datetime
    provisional: bool = False


def decide_check_in(facts: CheckInFacts) -> NotAttending | None:
    """Decide whether somebody is checked in; None says yes.

    An import needs no registration: the list of the meeting, or of an event held elsewhere, is what identifies.
    """
    if PartState.CANCELLED is facts.part.state or facts.event_state is EventState.CANCELLED:
        return NotAttending.CANCELLED
    if _stands(facts.attendance, facts.provisional):
        return NotAttending.ALREADY
    seated = facts.registration is not None and facts.registration.state is RegistrationState.SEATED
    if not seated and facts.way is not CheckInWay.IMPORT:
        return NotAttending.NOT_REGISTERED
    return _out_of_time(facts.part, facts.way, facts.at, facts.now)


def refuse_word(event_state: EventState, part: PartFacts, now: datetime) -> NotAttending | None:
    """Say why a part's word cannot be opened: who says it is checked in by it; None says it can."""
    if PartState.CANCELLED is part.state or event_state is EventState.CANCELLED:
        return NotAttending.CANCELLED
    return _out_of_time(part, CheckInWay.WORD, now, now)


def _stands(attendance: AttendanceFacts | None, provisional: bool) -> bool:
    """Tell whether nothing is left to enter: a provisional attendance may still be confirmed by another way."""
    if attendance is None or attendance.state is AttendanceState.TAKEN_BACK:
        return False
    return attendance.state is AttendanceState.CONFIRMED or provisional


def _out_of_time(part: PartFacts, way: CheckInWay, at: datetime, now: datetime) -> NotAttending | None:
    starts_at, ends_at = part.starts_at, end_of(part)
    if starts_at is None or ends_at is None:
        return NotAttending.TOO_EARLY  # nobody was at something that has no date yet
    opens_at = starts_at - OPENS_BEFORE
    if way in BY_STAFF:
        is_before = tokyo_day(now) < tokyo_day(starts_at) and now < opens_at
        return NotAttending.TOO_EARLY if is_before else None
    if at < opens_at:
        return NotAttending.TOO_EARLY
    return NotAttending.TOO_LATE if at > ends_at + CLOSES_AFTER else None


def end_of(part: PartFacts) -> datetime | None:
    """Say when a part ends by its schedule; one without an end is taken to last one half hour."""
    if part.starts_at is None:
        return None
    return max(part.ends_at or part.starts_at, part.starts_at + HALF_HOUR)


def half_hours(part: PartFacts) -> int:
    """Count the half hours begun on a part's schedule; at least one."""
    if part.starts_at is None or part.ends_at is None:
        return 1
    return max(1, -(-(part.ends_at - part.starts_at) // HALF_HOUR))


def worth(action: Action | None, part: PartFacts, earned_that_day: int) -> int:
    """Give the points of one attendance (action catalogue: 50 per half hour begun, at most 300 a day).

    ``earned_that_day`` is what other parts of the same Tokyo day brought this person. A programme without the action,
    or without points on it, gives none: the attendance counts all the same.
    """
    if action is None or not action.confirmed_points:
        return 0
    left = max(0, action.confirmed_points * action.cap.times - earned_that_day)
    return min(action.confirmed_points * half_hours(part), left)


def is_word_open(part: PartFacts, at: datetime) -> bool:
    """Tell whether a part's word may be said at a moment: for ten minutes from its opening."""
    opened = part.word_opened_at
    return part.word is not None and opened is not None and opened <= at < opened + WORD_OPEN_FOR


def is_word(said: str, word: str, others: Iterable[str] = ()) -> bool:
    """Tell whether a typed text is a part's word.

    Width, kana, case, spaces, brackets and a polite ending do not matter; in a word of four letters or more neither
    does one letter wrong, missing or too many. What is as near to another word of the list is that one, or neither.
    """
    target = folded(word)
    heard = min((_POLITE_ENDING.sub("", folded(said)), folded(said)), key=lambda text: _distance(text, target))
    far = _distance(heard, target)
    if far > (1 if len(target) >= FORGIVING_FROM else 0):
        return False
    rivals = (folded(other) for other in others)
    return far == 0 or all(_distance(heard, rival) > far for rival in rivals if rival != target)


def _distance(one: str, other: str) -> int:
    """Count the letters to change, leave out or add to make one text of another; 2 stands for anything more than one.

    Two neighbours that changed places count as one slip as well.
    """
    if one == other:
        return 0
    if abs(len(one) - len(other)) > 1:
        return 2
    short, long = sorted((one, other), key=len)
    same = next((i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(short) != len(long):
        return 1 if short[same:] == long[same + 1 :] else 2
    swapped = short[same : same + 2] == long[same : same + 2][::-1] and short[same + 2 :] == long[same + 2 :]
    return 1 if short[same + 1 :] == long[same + 1 :] or swapped else 2


def is_completed(attended: int, states: Iterable[PartState]) -> bool:
    """Tell whether a course was completed: every part that was held was attended, and none is still to come."""
    all_states = tuple(states)
    held = all_states.count(PartState.HELD)
    return PartState.PLANNED not in all_states and held > 0 and attended >= held
