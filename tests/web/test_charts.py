"""The curve's layout: in the frame, on a round scale from nothing, in order, for any numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web import charts

ROWS = st.lists(st.integers(-1_000, 10**9), min_size=2, max_size=12)


@given(ROWS)
def test_every_mark_is_inside_the_frame_and_as_high_as_its_number(amounts: list[int]) -> None:
    curve = charts.draw(amounts)
    assert [mark.x for mark in curve.marks] == sorted(mark.x for mark in curve.marks)
    assert all(0 < mark.x < 100 and charts.TOP <= mark.y <= charts.GROUND for mark in curve.marks)
    top = curve.levels[-1].amount
    for amount, mark in zip(amounts, curve.marks, strict=True):
        assert mark.y == pytest.approx(charts.GROUND - max(0, amount) / top * (charts.GROUND - charts.TOP), abs=0.01)


@given(ROWS)
def test_the_scale_is_round_begins_with_nothing_and_is_filled_by_more_than_a_third(amounts: list[int]) -> None:
    levels = [level.amount for level in charts.draw(amounts).levels]
    step = levels[1]
    assert levels == [n * step for n in range(5)]
    assert str(step).rstrip("0") in {"1", "2", "5"}
    assert max(0, *amounts) <= levels[-1]
    assert max(amounts) < 4 or max(amounts) > levels[-1] / 3


def test_the_last_month_is_named_and_every_third_before_it() -> None:
    assert [mark.is_named for mark in charts.draw([1] * 8).marks] == [n in (1, 4, 7) for n in range(8)]


def test_the_area_lies_under_the_line() -> None:
    curve = charts.draw([0, 4])
    assert curve.line == "5,86 95,14"
    assert curve.area == "5,86 5,86 95,14 95,86"


def test_one_number_is_no_curve() -> None:
    with pytest.raises(ValueError, match="two"):
        charts.draw([1])
