"""A person's code can be read out, written down in any way, and leads back to the one number it was made of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.rules import person_codes

NUMBER = 4_503_599_627_370_497


@given(st.integers(1, 2**53 - 1))
def test_every_number_comes_back_from_its_code(number: int) -> None:
    code = person_codes.write(number)
    assert person_codes.read(code) == number
    assert [len(piece) for piece in code.split("-")] == [4, 4, 4]


def _written() -> list[str]:
    code = person_codes.write(NUMBER)
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in code)
    return [code, code.lower(), code.replace("-", ""), code.replace("-", " "), f" {code} ", wide]


@pytest.mark.parametrize("words", _written())
def test_width_case_and_gaps_make_no_difference(words: str) -> None:
    assert person_codes.read(words) == NUMBER


@pytest.mark.parametrize(
    "words", ["", "みどりのカササギ12", "7C3K-94WM", "7C3K-94WM-XA6E-1", "7C3K-94WM-XA6O", "12345678901234"]
)
def test_what_is_no_code_is_none(words: str) -> None:
    assert person_codes.read(words) is None
