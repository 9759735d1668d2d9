"""Draws choose alike for the same lots and seed, give each lot the same chance, and wait for what they must."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.rules import draws as rule
from handlers.rules.draws import Problem
from storage.facts import DrawFacts, DrawKind, DrawState, DrawTerms

TERMS = DrawTerms(
    name="秋の抽選",
    first_on=date(2022, 1, 1),
    last_on=date(2022, 1, 31),
    kind=DrawKind.REPORTS,
    at_least=3,
    prizes=5,
    words="市役所の窓口で、番号を言ってください。",
)
DRAW = DrawFacts(
    id=1, terms=TERMS, state=DrawState.PLANNED, made_by="甲", made_by_id=1, made_at=datetime(2022, 1, 1, tzinfo=UTC),
    frozen_at=None, lots=0, lots_hash="", seed="", drawn_by="", drawn_at=None, withdrawn_by="", withdrawn_at=None,
    reason="",
)  # fmt: skip
LOTS = st.sets(st.integers(1, 2**53 - 1), max_size=20)


@settings(max_examples=25)
@given(LOTS, st.text(max_size=8), st.integers(1, 25))
def test_the_same_lots_and_seed_win_alike_in_whatever_order_they_come(lots: set[int], seed: str, prizes: int) -> None:
    mixed = sorted(lots, key=str, reverse=True)
    won = rule.choose(mixed, seed, prizes)
    assert won == rule.choose(sorted(lots), seed, prizes)
    assert set(won) <= lots
    assert len(won) == len(set(won)) == min(prizes, len(lots))
    assert won[:1] == rule.choose(mixed, seed, 1)
    assert rule.hash_lots(mixed) == rule.hash_lots(sorted(lots))


def test_each_lot_wins_about_as_often() -> None:
    won = Counter(rule.choose(range(1, 11), f"{number}", 2)[place] for number in range(1_000) for place in (0, 1))
    assert len(won) == 10
    assert all(140 < times < 260 for times in won.values())


def test_another_lot_makes_another_hash() -> None:
    assert rule.hash_lots([1, 23]) != rule.hash_lots([12, 3]) != rule.hash_lots([1, 2, 3])


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({}, None),
        ({"name": " "}, Problem.NO_NAME),
        ({"words": ""}, Problem.NO_WORDS),
        ({"last_on": date(2021, 12, 31)}, Problem.DAYS),
        ({"last_on": date(2023, 1, 2)}, Problem.DAYS),
        ({"at_least": 0}, Problem.TIMES),
        ({"prizes": 0}, Problem.PRIZES),
        ({"prizes": 1_001}, Problem.PRIZES),
    ],
)
def test_terms_that_cannot_be_meant_are_refused(change: dict[str, object], problem: Problem | None) -> None:
    assert rule.find_problem(replace(TERMS, **change)) is problem


@pytest.mark.parametrize(
    ("state", "staff_id", "waiting", "today", "problem"),
    [
        (DrawState.PLANNED, 2, 0, date(2022, 2, 4), None),
        (DrawState.PLANNED, 2, 0, date(2022, 2, 3), Problem.NOT_OVER),  # the last day's late reports may come
        (DrawState.PLANNED, 2, 1, date(2022, 2, 4), Problem.WAITING),
        (DrawState.PLANNED, 1, 0, date(2022, 2, 4), Problem.SAME_PERSON),
        (DrawState.FROZEN, 1, 0, date(2022, 2, 4), Problem.SAME_PERSON),
        (DrawState.FROZEN, 2, 1, date(2022, 2, 4), None),
        (DrawState.DRAWN, 2, 0, date(2022, 2, 4), Problem.ENDED),
        (DrawState.WITHDRAWN, 2, 0, date(2022, 2, 4), Problem.ENDED),
    ],
)
def test_a_draw_is_carried_out_once_by_a_second_person_when_all_is_decided(
    state: DrawState, staff_id: int, waiting: int, today: date, problem: Problem | None
) -> None:
    draw = replace(DRAW, state=state)
    assert rule.find_obstacle(draw, staff_id, waiting=waiting, today=today, late_days=3) is problem
