"""Numbers kept by runs of letters are found again, and written and read without loss."""

from array import array

from hypothesis import given
from hypothesis import strategies as st

from handlers.rules.runs import Numbers, checksum, packed, runs, unpacked


def test_the_runs_of_a_text_are_those_of_the_lengths_with_its_ends() -> None:
    assert runs("ab", (2, 3)) == {"^a", "ab", "b$", "^ab", "ab$"}
    assert runs("", (4,)) == set()


@given(st.dictionaries(st.integers(0, 2**32 - 1), st.integers(-(2**15), 2**15 - 1)), st.integers(0, 2**32 - 1))
def test_a_number_is_found_by_its_checksum_and_no_other(held: dict[int, int], other: int) -> None:
    kept = Numbers.of(held)
    assert all(kept.find(key) == number for key, number in held.items())
    assert kept.find(other) == held.get(other)


@given(st.lists(st.integers(0, 2**64 - 1)))
def test_packed_numbers_are_read_as_they_were(numbers: list[int]) -> None:
    assert unpacked("Q", packed(array("Q", numbers))) == array("Q", numbers)


def test_a_checksum_is_the_same_on_every_machine() -> None:
    assert checksum("バス") == 0x7AB87C71
