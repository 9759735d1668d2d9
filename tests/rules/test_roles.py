"""What each role may do, written out cell by cell: whoever changes the table changes this one with open eyes."""

import pytest

from handlers.rules import roles
from handlers.rules.roles import Right
from storage.facts import StaffRole

TABLE = """
           desk viewer editor approver administrator
enter      yes  yes    yes    yes      yes
door       yes  -      yes    yes      yes
own        -    yes    yes    yes      yes
look       -    yes    yes    yes      yes
arrange    -    -      yes    yes      yes
export     -    -      yes    yes      yes
write      -    -      yes    yes      yes
names      -    -      yes    yes      yes
switch     -    -      yes    yes      yes
questions  -    -      yes    yes      yes
answers    -    -      yes    yes      yes
evidence   -    -      yes    yes      yes
words      -    -      yes    yes      yes
figures    -    -      yes    yes      yes
persons    -    -      yes    yes      yes
correct    -    -      -      yes      yes
rules      -    -      -      yes      yes
draw       -    -      -      yes      yes
merge      -    -      -      yes      yes
erase      -    -      -      -        yes
close      -    -      -      yes      yes
approve    -    -      -      yes      -
retry      -    -      -      yes      yes
records    -    -      -      yes      yes
staff      -    -      -      -        yes
"""
HEAD, *ROWS = [line.split() for line in TABLE.strip().splitlines()]
CELLS = [(role, row[0], cell == "yes") for row in ROWS for role, cell in zip(HEAD, row[1:], strict=True)]


def test_the_table_names_every_role_and_every_right() -> None:
    assert list(StaffRole) == HEAD
    assert [row[0] for row in ROWS] == list(Right)


@pytest.mark.parametrize(("role", "right", "allowed"), CELLS)
def test_a_role_may_what_the_table_says(role: str, right: str, allowed: bool) -> None:
    assert roles.may(StaffRole(role), Right(right)) is allowed
