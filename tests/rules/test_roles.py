"""What each role may do, written out cell by cell: whoever changes the table changes this one with open eyes."""

import pytest

from handlers.rules import roles
from handlers.rules.roles import Right
from storage.facts import StaffRole

TABLE = """
               enter door own look arrange export write words persons correct erase approve records staff
desk           yes   yes  -   -    -       -      -     -     -       -       -     -       -       -
viewer         yes   -    yes yes  -       -      -     -     -       -       -     -       -       -
editor         yes   yes  yes yes  yes     yes    yes   yes   yes     -       -     -       -       -
approver       yes   yes  yes yes  yes     yes    yes   yes   yes     yes     -     yes     yes     -
administrator  yes   yes  yes yes  yes     yes    yes   yes   yes     yes     yes   -       yes     yes
"""
HEAD, *ROWS = [line.split() for line in TABLE.strip().splitlines()]
CELLS = [(row[0], right, cell == "yes") for row in ROWS for right, cell in zip(HEAD, row[1:], strict=True)]


def test_the_table_names_every_role_and_every_right() -> None:
    assert [row[0] for row in ROWS] == list(StaffRole)
    assert list(Right) == HEAD


@pytest.mark.parametrize(("role", "right", "allowed"), CELLS)
def test_a_role_may_what_the_table_says(role: str, right: str, allowed: bool) -> None:
    assert roles.may(StaffRole(role), Right(right)) is allowed
