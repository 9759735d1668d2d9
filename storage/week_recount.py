"""Counts the weeks of persons anew from the ledger, compares, and mends. Never touches the ledger itself."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from storage import people, weeks
from storage.database import lock_person
from storage.ledger import LEDGER, TIMES
from storage.slices import list_slices
from storage.weeks import DAYS, PERSON_WEEKS, WEEK_STEPS

Sums = tuple[int, ...]
"""Points, and the times of each day from Monday."""
NOTHING: Sums = (0,) * 8


@dataclass(frozen=True, slots=True)
class WeekDifference:
    """A person's week that is not what the ledger says: points, then the times of each day."""

    week: date
    person_id: int
    stored: Sums
    counted: Sums


@dataclass(frozen=True, slots=True)
class StepDifference:
    """A number of points that not as many persons have in a week as were counted."""

    week: date
    points: int
    stored: int
    counted: int


def compare(connection: Connection) -> tuple[list[WeekDifference], list[StepDifference]]:
    """Compare each person's weeks with their entries, and how many have how many points with those weeks."""
    steps: Counter[tuple[date, int]] = Counter()
    differences = []
    begun = list(connection.execute(select(PERSON_WEEKS.c.week).distinct()).scalars())
    for first, many in list_slices(connection):
        counted, stored = _count(connection, first, many), _find(connection, begun, first, many)
        steps.update((week, sums[0]) for (week, _), sums in counted.items() if sums[0] > 0)
        for key in sorted(counted.keys() | stored.keys()):
            was, should = stored.get(key, NOTHING), counted.get(key, NOTHING)
            if was != should:
                differences.append(WeekDifference(*key, was, should))
    return differences, list(_compare_steps(connection, steps))


def _compare_steps(connection: Connection, counted: Counter[tuple[date, int]]) -> Iterator[StepDifference]:
    key = (WEEK_STEPS.c.week, WEEK_STEPS.c.points)
    rows = connection.execute(select(*key, func.sum(WEEK_STEPS.c.persons)).group_by(*key))
    stored = {(week, points): int(persons) for week, points, persons in rows}
    for week, points in sorted(counted.keys() | stored.keys()):
        was, should = stored.get((week, points), 0), counted[week, points]
        if was != should:
            yield StepDifference(week, points, was, should)


def mend_weeks(connection: Connection, differences: Sequence[WeekDifference]) -> None:
    """Set some persons' weeks to what the ledger now says; the steps are mended apart."""
    for one in sorted(differences, key=lambda difference: difference.person_id):
        lock_person(connection, one.person_id)
        _put(connection, one.week, one.person_id, _count(connection, one.person_id, 1))


def settle(connection: Connection, person_id: int) -> None:
    """Set a person's weeks, and the steps with them, to what the ledger says; while the person is locked."""
    counted = _count(connection, person_id, 1)
    rows = connection.execute(select(PERSON_WEEKS.c.week, PERSON_WEEKS.c.points).where(_is(person_id)))
    stored = {row.week: row.points for row in rows}
    for week in sorted({week for week, _ in counted} | stored.keys()):
        _put(connection, week, person_id, counted)
        before, after = stored.get(week, 0), counted.get((week, person_id), NOTHING)[0]
        if before != after:
            weeks.step(connection, week, person_id, before, after)


def _put(connection: Connection, week: date, person_id: int, counted: dict[tuple[date, int], Sums]) -> None:
    values = dict(zip(("points", *DAYS), counted.get((week, person_id), NOTHING), strict=True))
    ours = (PERSON_WEEKS.c.week == week, _is(person_id))
    if connection.execute(PERSON_WEEKS.update().where(*ours).values(**values)).rowcount == 0:
        weeks.add_week(connection, week, person_id, values)


def _is(person_id: int) -> ColumnElement[bool]:
    return PERSON_WEEKS.c.person_id == person_id


def mend_step(connection: Connection, difference: StepDifference) -> None:
    """Put right what a step is out by; what was counted in the meantime stays counted."""
    out = difference.counted - difference.stored
    weeks.add_steps(connection, [{"week": difference.week, "points": difference.points, "stripe": 0, "persons": out}])


def _count(connection: Connection, first: int, many: int) -> dict[tuple[date, int], Sums]:
    """Sum the entries made in time of some persons, by week and person; what a merged one did is the other's."""
    roots = people.list_roots(connection, first, first + many - 1)
    entries = (_of(first, many, roots), LEDGER.c.counts_for_board)
    key = (LEDGER.c.person_id, LEDGER.c.acted_on)
    by_day = select(*key, func.sum(LEDGER.c.points), TIMES).where(*entries).group_by(*key)
    sums: defaultdict[tuple[date, int], list[int]] = defaultdict(lambda: list(NOTHING))
    for number, on, points, times in connection.execute(by_day):
        person_id = roots.get(number, number)
        if not first <= person_id < first + many:
            continue
        week = sums[weeks.week_of(on), person_id]
        week[0] += int(points)
        week[1 + on.weekday()] += int(times)
    return {key: tuple(week) for key, week in sums.items()}


def _find(connection: Connection, begun: Sequence[date], first: int, many: int) -> dict[tuple[date, int], Sums]:
    """Find some persons' stored weeks; the weeks are named so that the index, which begins with them, serves."""
    columns = (PERSON_WEEKS.c.week, PERSON_WEEKS.c.person_id, PERSON_WEEKS.c.points, *(PERSON_WEEKS.c[d] for d in DAYS))
    ours = (PERSON_WEEKS.c.week.in_(begun), *_whose(PERSON_WEEKS.c.person_id, first, many))
    rows = connection.execute(select(*columns).where(*ours))
    return {(week, person_id): tuple(sums) for week, person_id, *sums in rows}


def _of(first: int, many: int, roots: Mapping[int, int]) -> ColumnElement[bool]:
    within = and_(*_whose(LEDGER.c.person_id, first, many))
    return or_(within, LEDGER.c.person_id.in_(roots)) if roots else within


def _whose(person: ColumnElement[int], first: int, many: int) -> tuple[ColumnElement[bool], ...]:
    return person >= first, person < first + many
