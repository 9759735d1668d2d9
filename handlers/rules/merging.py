"""Decides what of two persons who become one counts twice, and which of two seats stays. Stores nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from storage.facts import (
    AttendanceFacts,
    AttendanceState,
    EntryFacts,
    PersonFacts,
    Programme,
    RegistrationFacts,
    RegistrationState,
)

_SEATS = (RegistrationState.SEATED, RegistrationState.OFFERED, RegistrationState.WAITING)
_SEEN = (AttendanceState.CONFIRMED, AttendanceState.PROVISIONAL)


@dataclass(frozen=True, slots=True)
class Overlap:
    """What cannot be taken over as it is: reports beyond a cap, and those that need another place under it."""

    doubles: tuple[EntryFacts, ...]
    replaced: tuple[tuple[EntryFacts, int], ...]  # with the place that is free


def order(one: PersonFacts, other: PersonFacts) -> tuple[PersonFacts, PersonFacts]:
    """Give who stays and who joins them: who came first stays."""
    first, second = sorted((one, other), key=lambda person: (person.joined_at, person.id))
    return first, second


def find_overlap(kept: Sequence[EntryFacts], joining: Sequence[EntryFacts], programme: Programme) -> Overlap:
    """Find what of the joining person's reports goes beyond a cap once the two are one.

    A double is the same action in the same period when the cap, alone or shared, is used up; older reports go first.
    """
    used: dict[tuple[str, str], set[int]] = {}
    for one in kept:
        used.setdefault((one.action, one.period), set()).add(one.n)
    doubles, crossed = [], []
    for one in sorted(joining, key=lambda entry: entry.id):
        places = used.setdefault((one.action, one.period), set())
        times, taken = _room(programme, one, used)
        if taken >= times:
            doubles.append(one)
            continue
        if one.n in places:
            crossed.append(one)
        places.add(-one.id if one.n in places else one.n)  # no place yet: it is counted until all that stay are known
    return Overlap(tuple(doubles), tuple((one, _take_free(used[one.action, one.period])) for one in crossed))


def _take_free(places: set[int]) -> int:
    """Take the first place that nobody has: neither who stays nor the other reports of who joins."""
    place = next(n for n in count(1) if n not in places)
    places.add(place)
    return place


def _room(programme: Programme, entry: EntryFacts, used: dict[tuple[str, str], set[int]]) -> tuple[int, int]:
    """Give how often an action counts in its period, and how often it and its sharers are counted there."""
    action = programme.action(entry.action)
    own = used.get((entry.action, entry.period), set())
    if action is None:  # of an older catalogue: one place is never taken twice
        return max(own | {entry.n}) + 1, (max(own | {entry.n}) + 1 if entry.n in own else 0)
    sharers = (other.code for other in programme.actions if action.cap.shared and other.cap.shared == action.cap.shared)
    codes = {*sharers, action.code}
    return action.cap.times, sum(len(used.get((code, entry.period), ())) for code in codes)


def rank_seats(one: RegistrationFacts, other: RegistrationFacts) -> tuple[RegistrationFacts, RegistrationFacts]:
    """Put one person's two registrations for a part in order: the surer stays, then the earlier in line."""
    first, second = sorted((one, other), key=lambda seat: (_place(_SEATS, seat.state), seat.queued))
    return first, second


def rank_attendances(one: AttendanceFacts, other: AttendanceFacts) -> tuple[AttendanceFacts, AttendanceFacts]:
    """Put one person's two attendances of a part in order: the surer stays, then the first given."""
    first, second = sorted((one, other), key=lambda seen: _place(_SEEN, seen.state))
    return first, second


def _place(surest_first: Sequence[object], state: object) -> int:
    return surest_first.index(state) if state in surest_first else len(surest_first)
