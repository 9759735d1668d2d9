"""Three ways of counting, checked with the values measured by other tools (regex \\X, UTF-16LE)."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.sandbox.counting import code_points, graphemes, utf16_units

FAMILY = "👨‍👩‍👧‍👦"


@pytest.mark.parametrize(
    ("text", "units", "clusters", "points"),
    [
        ("", 0, 0, 0),
        ("ゼロカーボン", 6, 6, 6),
        ("🍎", 2, 1, 1),
        (FAMILY, 11, 1, 7),
        ("🇯🇵", 4, 1, 2),
        ("🇯🇵🇰🇷🇯", 10, 3, 5),
        ("か\u3099", 2, 1, 2),
        ("𠮷", 2, 1, 1),
        ("👍🏽", 4, 1, 2),
        ("1\ufe0f\u20e3", 3, 1, 3),
        ("❤️‍🔥", 5, 1, 4),
        ("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", 14, 1, 7),
        ("\r\n", 2, 1, 2),
        ("a\nb", 3, 3, 3),
        ("한글", 2, 2, 2),
        ("\u1112\u1161\u11ab", 3, 1, 3),
        ("น้ำ", 3, 1, 3),
        ("葛\U000e0100", 3, 1, 2),
        ("e\u0301a", 3, 2, 3),
        ("a\u200b", 2, 2, 2),
    ],
)
def test_the_counts_are_those_of_other_tools(text: str, units: int, clusters: int, points: int) -> None:
    assert (utf16_units(text), graphemes(text), code_points(text)) == (units, clusters, points)


@given(some.text())
def test_units_are_the_length_in_utf16(text: str) -> None:
    safe = text.encode("utf-16-le", "surrogatepass")
    assert utf16_units(text) == len(safe) // 2


@given(some.text(), some.text())
def test_joining_texts_never_makes_more_clusters(one: str, other: str) -> None:
    assert graphemes(one + other) <= graphemes(one) + graphemes(other)
    assert graphemes(one) <= code_points(one)
