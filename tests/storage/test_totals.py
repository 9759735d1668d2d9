"""The database's running totals are those that the rule defines over the same history."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from handlers.rules import totals as rule
from handlers.rules.calendar import tokyo_day
from handlers.rules.totals import History, PointsEntry, Visitors
from storage import ledger, totals
from storage.clock import TOKYO
from storage.database import Database
from storage.facts import Metric, OpeningBalance, Programme
from storage.ledger import EntryKind
from storage.totals import CounterName
from tests import databases
from tests.factories import a_period, a_programme

SPANS = (
    (date(2022, 1, 1), date(2022, 3, 31)),
    (date(2022, 4, 1), date(2022, 4, 30)),
    (date(2022, 7, 1), date(2023, 1, 31)),  # after two months of no period at all
)
PERIODS = tuple(
    a_period(name={"ja": str(n)}, starts_on=first, ends_on=last) for n, (first, last) in enumerate(SPANS, 1)
)
NOON = datetime(2022, 1, 20, 12, tzinfo=TOKYO)
days = st.dates(date(2021, 11, 15), date(2023, 3, 15))
edges = [datetime(2022, month, 1, tzinfo=TOKYO) + timedelta(seconds=s) for month in (1, 2, 4, 5, 7) for s in (-1, 0)]
moments = st.one_of(
    st.sampled_from(edges),
    st.datetimes(datetime(2021, 11, 15), datetime(2023, 3, 15), timezones=st.just(UTC)),
)
balances = st.builds(
    OpeningBalance,
    metric=st.sampled_from(Metric),
    amount=st.integers(0, 10_000),
    on=days,
    source=st.just("made up"),
    distinct=st.integers(0, 99),
)
entries = st.tuples(st.integers(1, 40), moments, st.integers(-60, 300), st.booleans())
visits = st.tuples(days, st.sets(st.sampled_from("abcdef"), min_size=1))
figures = st.tuples(days, st.integers(0, 5_000))


def programme_of(*opening: OpeningBalance) -> Programme:
    return a_programme(periods=PERIODS, opening_balances=tuple(opening))


def add_entry(connection: Connection, number: int, entry: tuple[int, datetime, int, bool]) -> None:
    person, at, points, confirmed = entry
    same: dict[str, Any] = {"kind": "report", "action": "my_bottle", "period": str(number), "n": 1, "account_id": 1}
    more = {"counts_for_board": True, "rule_version": 1, "co2_grams": 0, "detail": "", "acted_on": date(2022, 1, 1)}
    when = {"entered_at": at, "points": points, "confirmed": confirmed, "reference": str(number)}
    ledger.add_entry(connection, person_id=person, **same, **more, **when)


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=TOKYO)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(entries, max_size=12), st.lists(visits, max_size=4), st.lists(figures), st.lists(balances), moments)
def test_the_database_sums_what_the_rule_defines(
    database: Database, made: list[Any], seen: list[Any], told: list[Any], opening: list[OpeningBalance], now: datetime
) -> None:
    programme = programme_of(*opening)

    def unit(connection: Connection) -> object:
        for number, entry in enumerate(made):
            add_entry(connection, number, entry)
        for day, hashes in seen:
            totals.add_visitors(connection, day, hashes, noon(day))
        for day, count in told:
            totals.add_figure(connection, Metric.SITE_VISITS, count, day, "made up", "staff", now)
        return totals.find_totals(connection, programme, now)

    by_day: dict[date, set[str]] = {}
    for day, hashes in seen:
        by_day.setdefault(day, set()).update(hashes)
    history = History(
        entries=tuple(PointsEntry(person, tokyo_day(at), points, sure) for person, at, points, sure in made),
        visits=(
            *(Visitors(day, len(hashes)) for day, hashes in by_day.items()),
            *(Visitors(day, count, of_portal=True) for day, count in told),
        ),
    )
    assert database.read(unit).result() == rule.totals(programme, history, now)  # a question's writes are rolled back


def stored(database: Database, unit: Callable[[Connection], object]) -> object:
    return database.read(unit).result()


def test_points_belong_to_the_month_they_were_entered_in_tokyo(database: Database) -> None:
    def unit(connection: Connection) -> list[dict[str, int]]:
        add_entry(connection, 1, (1, datetime(2022, 1, 31, 14, 59, 59, tzinfo=UTC), 5, False))
        add_entry(connection, 2, (2, datetime(2022, 1, 31, 15, tzinfo=UTC), 7, True))
        months = [(date(2022, 1, 1), date(2022, 1, 31)), (date(2022, 2, 1), date(2022, 2, 28))]
        return [totals.sum_counters(connection, *month) for month in months]

    assert stored(database, unit) == [{"points_self_reported": 5}, {"points_confirmed": 7}]


def test_a_visitor_counts_once_a_day_and_the_hash_can_be_forgotten(database: Database) -> None:
    day = date(2022, 1, 20)

    def unit(connection: Connection) -> list[int]:
        new = [totals.add_visitors(connection, day, hashes, noon(day)) for hashes in ({"a", "b"}, {"b", "c"}, set())]
        new.append(totals.add_visitors(connection, day + timedelta(days=1), {"a"}, noon(day)))
        totals.forget_visitors(connection, day + timedelta(days=9))
        return [*new, totals.sum_counters(connection, day, day)["visits_own"]]

    assert stored(database, unit) == [2, 1, 0, 1, 4]


def test_the_same_amounts_in_any_stripe_sum_to_the_same(database: Database) -> None:
    def unit(connection: Connection) -> int:
        for stripe in range(-20, 60):
            totals.add(connection, totals.CounterName.EVENTS_HELD, noon(date(2022, 1, 20)), 1, stripe=stripe)
        return totals.sum_counters(connection, date(2022, 1, 1), date(2022, 1, 31))["events_held"]

    assert stored(database, unit) == 80


def test_a_report_waits_for_no_other_report_but_one_on_the_same_stripes() -> None:
    with (
        databases.fresh("postgresql") as database,
        database.engine.connect() as one,
        database.engine.connect() as other,
    ):
        one.begin()
        report_of(one, 0)  # and is not committed yet
        other.begin()
        other.execute(text("SET LOCAL lock_timeout = '500ms'"))
        for person in range(1, totals.STRIPES):
            report_of(other, person)
        with pytest.raises(OperationalError, match="lock timeout"):
            report_of(other, totals.STRIPES)


def report_of(connection: Connection, person: int) -> None:
    when = {"acted_on": NOON.date(), "entered_at": NOON, "period": "2022-01-20", "n": 1}
    what = {"kind": EntryKind.REPORT, "reference": f"report {person}", "action": "my_bag", "points": 5}
    plain = {"confirmed": False, "counts_for_board": True, "rule_version": 1, "account_id": 1}
    ledger.add_entry(connection, person_id=person, **when, **what, **plain)


def test_months_are_listed_with_their_sums_and_empty_ones_too(database: Database) -> None:
    def add(name: CounterName, month: int, amount: int, stripe: int) -> None:
        database.write(lambda c: totals.add_to_month(c, name, date(2022, month, 1), amount, stripe=stripe)).result()

    add(CounterName.PARTICIPATIONS, 1, 3, 1)
    add(CounterName.PARTICIPATIONS, 1, 4, 2)
    add(CounterName.PARTICIPANTS_DISTINCT, 3, 2, 2)
    add(CounterName.POINTS_CONFIRMED, 4, 9, 0)
    found = database.read(lambda c: totals.list_months(c, date(2022, 1, 20), date(2022, 3, 1))).result()
    assert [(sums.month.month, sums.participations, sums.first_timers) for sums in found] == [
        (1, 7, 0),
        (2, 0, 0),
        (3, 0, 2),
    ]
    assert database.read(lambda c: totals.list_months(c, date(2022, 2, 1), date(2022, 1, 31))).result() == []


@given(st.dates(date(2021, 1, 1), date(2030, 12, 31)), st.integers(0, 60))
def test_every_month_is_there_once_and_in_order(first: date, more: int) -> None:
    last = first + timedelta(days=more * 30)
    months = list(totals._months(first, last))
    assert months == sorted(set(months))
    assert len(months) == (last.year - first.year) * 12 + last.month - first.month + 1
