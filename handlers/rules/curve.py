"""Adds months up to the curve of the last year, from facts alone; it ends at the same totals that the page shows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from storage.facts import Metric, MonthSums, OpeningBalance, ProgrammePeriod

MONTHS = 12


@dataclass(frozen=True, slots=True)
class MonthLine:
    """One month of the curve: what was counted in it, and how far participations and points had come by its end."""

    sums: MonthSums
    participants: int
    points: int


def days(period: ProgrammePeriod, today: date) -> tuple[date, date]:
    """Give the days whose months the curve adds up: the period, as far as it has come."""
    return period.starts_on, min(today, period.ends_on)


def last_year(months: Iterable[MonthSums], balances: Sequence[OpeningBalance]) -> tuple[MonthLine, ...]:
    """Add up the months of a period from its first on, and give the last twelve.

    What stood before the bot belongs to no month: it lies under the whole curve, as it does under the totals.
    """
    participants, points = (_before(balances, metric) for metric in (Metric.PARTICIPANTS, Metric.ACTION_POINTS))
    lines = []
    for sums in months:
        participants += sums.participations
        points += sums.points_confirmed + sums.points_self_reported
        lines.append(MonthLine(sums, participants, points))
    return tuple(lines[-MONTHS:])


def _before(balances: Sequence[OpeningBalance], metric: Metric) -> int:
    return sum(balance.amount for balance in balances if balance.metric is metric)
