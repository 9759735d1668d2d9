"""The four running totals over small made-up histories, and the properties that any history keeps."""

from dataclasses import replace
from datetime import UTC, date, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.rules.totals import (
    Attended,
    HeldPart,
    History,
    PointsEntry,
    Visitors,
    motivational_share,
    progress,
    totals,
)
from storage.facts import Metric, OpeningBalance, Totals
from tests.factories import a_period, a_programme

NOW = datetime(2022, 1, 31, tzinfo=UTC)
IN = date(2022, 1, 26)
BEFORE = date(2021, 12, 31)
SEMINAR, WORKSHOP, CANCELLED, OLD = (
    HeldPart(1, IN),
    HeldPart(2, IN),
    HeldPart(3, IN, took_place=False),
    HeldPart(4, BEFORE),
)


NEXT = a_period(starts_on=date(2025, 1, 1), ends_on=date(2027, 12, 31))


def of(history: History, *balances: OpeningBalance, at: datetime = NOW) -> Totals:
    return totals(a_programme(periods=(a_period(), NEXT), opening_balances=balances), history, at)


def balance(metric: Metric, amount: int, on: date = IN) -> OpeningBalance:
    return OpeningBalance(metric=metric, amount=amount, on=on, source="made up", distinct=amount)


def test_an_empty_history_has_four_zeros() -> None:
    empty = of(History())
    assert (empty.participants, empty.events_held, empty.points_confirmed, empty.visits_own) == (0, 0, 0, 0)
    assert (empty.period, empty.as_of) == (a_period(), NOW)


def test_repeats_count_and_distinct_persons_stand_beside_them() -> None:
    sums = of(History(parts=(SEMINAR, WORKSHOP), attendances=(Attended(1, 1), Attended(1, 2), Attended(2, 1))))
    assert (sums.participants, sums.participants_distinct) == (3, 2)


def test_one_person_at_one_part_counts_once() -> None:
    assert of(History(parts=(SEMINAR,), attendances=(Attended(1, 1), Attended(1, 1)))).participants == 1


def test_who_cannot_be_identified_is_not_a_participant() -> None:
    assert of(History(parts=(SEMINAR,), attendances=(Attended(1, 1, identified=False),))).participants == 0


def test_only_parts_that_took_place_in_the_period_are_held_and_attended() -> None:
    attendances = tuple(Attended(1, part) for part in (1, 2, 3, 4, 99))
    sums = of(History(parts=(SEMINAR, WORKSHOP, CANCELLED, OLD), attendances=attendances))
    assert (sums.events_held, sums.participants) == (2, 2)


def test_merged_persons_are_one_and_their_doubles_count_once() -> None:
    history = History(parts=(SEMINAR,), attendances=(Attended(1, 1), Attended(2, 1), Attended(3, 1)))
    sums = of(replace(history, merged_into={3: 2, 2: 1}))
    assert (sums.participants, sums.participants_distinct) == (1, 1)


def test_points_are_summed_confirmed_and_self_reported_apart_with_their_corrections() -> None:
    entries = (PointsEntry(1, IN, 50, confirmed=True), PointsEntry(1, IN, 5), PointsEntry(1, IN, -5))
    sums = of(History(entries=(*entries, PointsEntry(2, IN, 10), PointsEntry(2, BEFORE, 99))))
    assert (sums.points_confirmed, sums.points_self_reported) == (50, 10)


def test_visits_to_our_own_pages_and_the_portals_stand_apart() -> None:
    visits = (Visitors(IN, 7), Visitors(IN, 400, of_portal=True), Visitors(BEFORE, 9))
    sums = of(History(visits=visits))
    assert (sums.visits_own, sums.visits_portal) == (7, 400)


def test_what_stood_before_the_bot_is_in_the_totals_and_named_apart() -> None:
    balances = tuple(balance(metric, 10 * (1 + place)) for place, metric in enumerate(Metric))
    sums = of(History(parts=(SEMINAR,), attendances=(Attended(1, 1),)), *balances)
    assert (sums.participants, sums.participants_before, sums.participants_distinct) == (11, 10, 11)
    assert (sums.events_held, sums.points_before, sums.visits_portal) == (21, 30, 40)
    assert (sums.points_confirmed, sums.points_self_reported, sums.visits_own) == (0, 0, 0)


def test_a_balance_belongs_to_the_period_it_is_dated_in_and_an_early_one_to_the_first() -> None:
    early, late = balance(Metric.PARTICIPANTS, 5, BEFORE), balance(Metric.PARTICIPANTS, 7, NEXT.starts_on)
    assert of(History(), early, late).participants == 5
    assert of(History(), early, late, at=datetime(2024, 12, 31, 15, tzinfo=UTC)).participants == 7


HISTORIES = st.builds(
    History,
    parts=st.just((SEMINAR, WORKSHOP, CANCELLED, OLD)),
    attendances=st.lists(st.builds(Attended, st.integers(1, 6), st.integers(1, 5), st.booleans())).map(tuple),
    entries=st.lists(
        st.builds(PointsEntry, st.integers(1, 6), st.sampled_from([IN, BEFORE]), st.integers(-60, 60), st.booleans())
    ).map(tuple),
    merged_into=st.sampled_from([{}, {2: 1}, {2: 1, 3: 2}]),
)


@given(HISTORIES)
def test_distinct_persons_are_never_more_than_participations(history: History) -> None:
    sums = of(history)
    assert 0 <= sums.participants_distinct <= sums.participants <= 2 * sums.participants_distinct


@given(HISTORIES, st.randoms(use_true_random=False))
def test_totals_do_not_depend_on_the_order_in_which_things_were_stored(history: History, order: Random) -> None:
    attendances, entries = list(history.attendances), list(history.entries)
    order.shuffle(attendances)
    order.shuffle(entries)
    assert of(replace(history, attendances=tuple(attendances), entries=tuple(entries))) == of(history)


def test_progress_is_a_part_of_the_target_and_may_pass_it() -> None:
    assert progress(replace(of(History()), participants=150)) == 0.25
    assert progress(replace(of(History()), participants=1200)) == 2.0


def test_progress_without_a_target_is_none() -> None:
    assert progress(replace(of(History()), period=a_period(target=0), participants=3)) == 0.0


@pytest.mark.parametrize(("population", "goal"), [(901_081, 31_538), (1000, 35), (1, 1)])
def test_the_motivational_goal_is_3_5_percent_rounded_up(population: int, goal: int) -> None:
    assert motivational_share(0, population).goal == goal


def test_the_motivational_share_sets_distinct_people_beside_the_goal() -> None:
    assert motivational_share(7, 1000).share == 0.2
    assert motivational_share(7, 0).share == 0.0
