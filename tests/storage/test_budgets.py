"""Budgets: calls are spaced as the platform allows, whoever takes them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest

from storage import budgets
from storage.budgets import AHEAD_SECONDS, BURST_SECONDS, Portion
from storage.clock import real_now
from storage.database import Database

NAME = "telegram:push"


def take(database: Database, calls: int, rate: float = 30.0, now: datetime | None = None, already: int = 0) -> Portion:
    return database.write(lambda c: budgets.take(c, NAME, rate, calls, now or real_now(), already)).result()


def test_calls_are_spaced_evenly_and_nobody_takes_more_than_half_a_second_ahead(database: Database) -> None:
    first, second = take(database, 100), take(database, 100)
    assert 15 <= len(first.after) <= 30 * (AHEAD_SECONDS + BURST_SECONDS) + 1
    gaps = [later - earlier for earlier, later in zip(first.after, first.after[1:], strict=False) if earlier > 0]
    assert gaps == pytest.approx([1 / 30] * len(gaps), abs=1e-4)
    assert len(second.after) <= 10  # a slow machine may have let a moment pass
    assert second.wait > 0


def test_takers_at_once_get_no_more_together_than_one_may(database: Database) -> None:
    with ThreadPoolExecutor(3) as takers:
        taken = list(takers.map(lambda _: take(database, 5), range(12)))
    began = real_now()
    total = sum(len(portion.after) for portion in taken)
    late = (real_now() - began).total_seconds()
    assert total <= 30 * (AHEAD_SECONDS + BURST_SECONDS + late + 1.0) + 1  # a second for a slow machine


def test_replies_made_without_asking_come_off_the_next_portion(database: Database) -> None:
    asked = take(database, 1, already=15)
    assert asked.after == () or asked.after[0] >= 0.2


def test_a_budget_that_is_held_gives_nothing_until_the_time_is_over(database: Database) -> None:
    database.write(lambda c: budgets.hold(c, NAME, 30, real_now())).result()
    held = take(database, 5)
    assert held.after == ()
    assert 25 < held.wait < 31


def test_a_limit_by_the_hour_leaves_some_tries_at_once(database: Database) -> None:
    rate = 60 / 3600
    assert all(take(database, 1, rate).after for _ in range(3))
    assert sum(len(take(database, 1, rate).after) for _ in range(9)) <= 4
