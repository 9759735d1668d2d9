"""Defines the city's four running totals over a history held in memory; the proof that the database's sums agree."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from handlers.rules.calendar import tokyo_day
from storage.facts import Metric, Programme, ProgrammePeriod, Totals

_GOAL_PER_MILLE = 35


@dataclass(frozen=True, slots=True)
class HeldPart:
    """One session of an event, ours or imported; only one that took place counts.

    While it is going on, and until it is noted as over, who was checked in counts already and the event not yet.
    """

    part: int
    on: date
    took_place: bool = True
    is_over: bool = True


@dataclass(frozen=True, slots=True)
class Attended:
    """A person at a part; identified = a registered account, or a name on staff's list."""

    person: int
    part: int
    identified: bool = True


@dataclass(frozen=True, slots=True)
class PointsEntry:
    """One ledger entry on the Tokyo day it was entered, so that no closed month changes; corrections too."""

    person: int
    on: date
    points: int
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Visitors:
    """Visitors of a day to our own pages, or the portal's figure that staff entered for the month of that day."""

    on: date
    count: int
    of_portal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """All that ever happened, in any order; ``merged_into`` leads from a merged person to the one that stays."""

    parts: tuple[HeldPart, ...] = ()
    attendances: tuple[Attended, ...] = ()
    entries: tuple[PointsEntry, ...] = ()
    visits: tuple[Visitors, ...] = ()
    merged_into: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MotivationalShare:
    """Distinct people beside 3.5 % of the population: a line to cheer by, never a proof of anything."""

    people: int
    goal: int
    share: float


class _Dated(Protocol):
    @property
    def on(self) -> date: ...


def totals(programme: Programme, history: History, as_of: datetime) -> Totals:
    """Sum the period that ``as_of`` is in (what is counted): its days in Tokyo, first and last included.

    One participation is one identified person at one part that took place; repeats count, distinct persons stand
    beside it. What stood before the bot is part of each total and named apart for participants and points;
    for visits it joins the portal's figure, which staff enter too.
    """
    period = programme.period(tokyo_day(as_of))
    attended = _attended(period, history)
    before = {metric: [b for b in programme.balances(period) if b.metric is metric] for metric in Metric}
    amounts = {metric: sum(balance.amount for balance in before[metric]) for metric in Metric}
    distinct_before = sum(balance.distinct for balance in before[Metric.PARTICIPANTS])
    return Totals(
        period=period,
        participants=len(attended) + amounts[Metric.PARTICIPANTS],
        participants_distinct=len({person for person, _ in attended}) + distinct_before,
        participants_before=amounts[Metric.PARTICIPANTS],
        events_held=len(_parts_held(period, history, over=True)) + amounts[Metric.EVENTS_HELD],
        points_confirmed=_points(period, history, confirmed=True),
        points_self_reported=_points(period, history, confirmed=False),
        points_before=amounts[Metric.ACTION_POINTS],
        visits_own=_visits(period, history, of_portal=False),
        visits_portal=_visits(period, history, of_portal=True) + amounts[Metric.SITE_VISITS],
        as_of=as_of,
    )


def _within(period: ProgrammePeriod, what: _Dated) -> bool:
    return period.starts_on <= what.on <= period.ends_on


def _parts_held(period: ProgrammePeriod, history: History, *, over: bool = False) -> set[int]:
    return {
        part.part for part in history.parts if part.took_place and (part.is_over or not over) and _within(period, part)
    }


def _attended(period: ProgrammePeriod, history: History) -> set[tuple[int, int]]:
    held = _parts_held(period, history)
    return {
        (_survivor(attended.person, history.merged_into), attended.part)
        for attended in history.attendances
        if attended.identified and attended.part in held
    }


def _survivor(person: int, merged_into: Mapping[int, int]) -> int:
    while person in merged_into:
        person = merged_into[person]
    return person


def _points(period: ProgrammePeriod, history: History, *, confirmed: bool) -> int:
    return sum(e.points for e in history.entries if e.confirmed is confirmed and _within(period, e))


def _visits(period: ProgrammePeriod, history: History, *, of_portal: bool) -> int:
    return sum(v.count for v in history.visits if v.of_portal is of_portal and _within(period, v))


def progress(totals: Totals) -> float:
    """Give participations, those before the bot included, as a part of the period's final target; may exceed 1."""
    return totals.participants / totals.period.target if totals.period.target > 0 else 0.0


def motivational_share(distinct_people: int, population: int) -> MotivationalShare:
    """Set distinct people beside 3.5 % of the population, rounded up (3.5 % of 901,081 is 31,538).

    What is counted: a motivational line about distinct people, never "proof"; the words beside it must say so.
    """
    goal = -(-population * _GOAL_PER_MILLE // 1000)
    return MotivationalShare(distinct_people, goal, distinct_people / goal if goal > 0 else 0.0)
