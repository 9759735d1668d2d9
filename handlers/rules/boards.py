"""Ranks wards by participation and persons by points, and defines what a week's board is; asks no database.

Wards, teams, boards (docs/decisions/boards.md): by the share of persons who acted on at least two days that week, then
by the mean of their points with each one's part capped. The sums are defined here over a history held in memory; the
database's must be equal to them.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import TypeVar

from handlers.rules.calendar import TOKYO, counts_for_board, tokyo_day, week_start
from storage.facts import RESERVED_WARDS, Band, BoardLimits, Crowd, GroupLine, GroupWeek, PersonLine, PersonWeek

WEEK = timedelta(days=7)
_BANDS = ((10, Band.FIRST_TENTH), (4, Band.FIRST_QUARTER), (2, Band.FIRST_HALF))
Ranked = TypeVar("Ranked")


@dataclass(frozen=True, slots=True)
class Joined:
    """A person with the ward they name at the close of the week."""

    person: int
    ward: str | None
    joined_at: datetime


@dataclass(frozen=True, slots=True)
class Acted:
    """A ledger entry: ``times`` is 1 for an action, -1 where one is taken back, 0 for what only adds to one."""

    person: int
    on: date
    entered_at: datetime
    points: int
    times: int = 1


def closed_week(now: datetime) -> date:
    """Name the newest week that is over in Tokyo, by its Monday: the one whose board can be shown."""
    return week_start(tokyo_day(now)) - WEEK


def close_of(week: date) -> datetime:
    """Give the moment a week ends: Sunday 24:00 Tokyo."""
    return datetime.combine(week + WEEK, time.min, TOKYO)


def oldest_newcomer(week: date, limits: BoardLimits) -> datetime:
    """Give the moment after which somebody who joined is still neutral in a week, so that inviting never costs."""
    return close_of(week) - timedelta(days=limits.newcomer_days)


def person_weeks(history: Iterable[Acted]) -> dict[tuple[date, int], PersonWeek]:
    """Sum what each person did in each week; entries made after its Sunday count for oneself and the city only."""
    points: Counter[tuple[date, int]] = Counter()
    times: defaultdict[tuple[date, int], Counter[date]] = defaultdict(Counter)
    for one in history:
        if counts_for_board(one.on, one.entered_at):
            key = (week_start(one.on), one.person)
            points[key] += one.points
            times[key][one.on] += one.times
    return {
        key: PersonWeek(week=key[0], person_id=key[1], points=points[key], days=sum(n > 0 for n in days.values()))
        for key, days in times.items()
    }


def ward_weeks(
    wards: Iterable[str], people: Iterable[Joined], weeks: Mapping[tuple[date, int], PersonWeek], week: date,
    limits: BoardLimits,
) -> tuple[GroupWeek, ...]:  # fmt: skip
    """Sum a week by ward, every ward of the city named; nobody stands for "outside" or "rather not say"."""
    counted = [one for one in people if one.joined_at <= oldest_newcomer(week, limits)]
    sums = []
    for code in wards:
        if code in RESERVED_WARDS:
            continue
        persons = [one.person for one in counted if one.ward == code]
        active = [w for p in persons if (w := weeks.get((week, p))) and w.days >= limits.active_days]
        points = sum(part_of(w.points, limits) for w in active)
        sums.append(GroupWeek(code=code, persons=len(persons), active=len(active), points=points))
    return tuple(sums)


def part_of(points: int, limits: BoardLimits) -> int:
    """Give what a person's points of a week count for in their group's mean: one alone cannot lift it for all."""
    return max(0, min(points, limits.points_a_week))


def rank_groups(groups: Iterable[GroupWeek], limits: BoardLimits) -> tuple[GroupLine, ...]:
    """Rank groups by participation, then by the mean of the active; groups of fewer than five persons are hidden."""
    shown = [group for group in groups if group.persons >= limits.smallest_group]
    return tuple(GroupLine(place, group) for place, group in _ranked(shown, _merit, lambda group: group.code))


def rate(group: GroupWeek) -> Fraction:
    """Give the share of a group's persons who were active."""
    return Fraction(group.active, group.persons) if group.persons else Fraction(0)


def mean(group: GroupWeek) -> Fraction:
    """Give the mean of the active persons' points, each one's part capped."""
    return Fraction(group.points, group.active) if group.active else Fraction(0)


def can_tell_mean(group: GroupWeek, limits: BoardLimits) -> bool:
    """Tell whether a mean may be shown: of fewer than five it would say what single persons did."""
    return group.active >= limits.smallest_group


def _merit(group: GroupWeek) -> tuple[Fraction, Fraction]:
    return rate(group), mean(group)


def rank_persons(best: Sequence[tuple[int, str, int]], limits: BoardLimits) -> tuple[PersonLine, ...]:
    """Rank (person, name, points) of those who asked to stand on the board; only the first twenty are shown."""
    ranked = _ranked([one for one in best if one[2] > 0], lambda one: one[2], lambda one: one[0])
    return tuple(PersonLine(place, *one) for place, one in ranked[: limits.persons_shown])


def band(crowd: Crowd, limits: BoardLimits) -> Band | None:
    """Give the band of somebody who earned points; None while too few did for a band to say anything."""
    if crowd.persons < limits.smallest_group:
        return None
    return next((name for part, name in _BANDS if crowd.ahead * part < crowd.persons), Band.UNDER_WAY)


def _ranked(
    items: Iterable[Ranked], merit: Callable[[Ranked], object], steady: Callable[[Ranked], object]
) -> list[tuple[int, Ranked]]:
    """Put the best first, each with its place; equals share one, and stand in the same order every time."""
    in_order = sorted(sorted(items, key=steady), key=merit, reverse=True)  # type: ignore[arg-type]
    placed: list[tuple[int, Ranked]] = []
    for number, item in enumerate(in_order, 1):
        same = placed and merit(placed[-1][1]) == merit(item)
        placed.append((placed[-1][0] if same else number, item))
    return placed
