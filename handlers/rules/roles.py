"""What each role of the staff may do: the one table that every page asks. Imports facts only."""

from collections.abc import Mapping
from enum import StrEnum

from storage.facts import StaffRole


class Right(StrEnum):
    """Something that only some of the staff may do."""

    ENTER = "enter"  # see which events are coming, and who is expected at one
    DOOR = "door"  # check people in at the door, and take it back
    OWN = "own"  # look after one's own account
    LOOK = "look"  # see all events, lists to print, who can be reached and what is wrong
    ARRANGE = "arrange"  # publish, move and cancel events; give and take seats; open a word
    EXPORT = "export"  # take an event's registrations and attendances away as a table
    WRITE = "write"  # write broadcasts, submit and arm them
    WORDS = "words"  # read what nobody understood
    PERSONS = "persons"  # look one person up, with their points; pause what is sent to them
    CORRECT = "correct"  # correct a person's points
    ERASE = "erase"  # erase a person who asked for it
    APPROVE = "approve"  # approve what another person wrote
    RECORDS = "records"  # read the audit trail
    STAFF = "staff"  # invite staff, give roles, end accounts, hand them over


_VIEWER = frozenset({Right.ENTER, Right.OWN, Right.LOOK})
_EDITOR = _VIEWER | {Right.DOOR, Right.ARRANGE, Right.EXPORT, Right.WRITE, Right.WORDS, Right.PERSONS}
RIGHTS: Mapping[StaffRole, frozenset[Right]] = {
    StaffRole.DESK: frozenset({Right.ENTER, Right.DOOR}),
    StaffRole.VIEWER: _VIEWER,
    StaffRole.EDITOR: _EDITOR,
    StaffRole.APPROVER: _EDITOR | {Right.CORRECT, Right.APPROVE, Right.RECORDS},
    StaffRole.ADMINISTRATOR: _EDITOR | {Right.CORRECT, Right.ERASE, Right.RECORDS, Right.STAFF},
}
"""Who hands out accounts does not approve, and the other way round: one stolen account cannot send to everybody."""


def may(role: StaffRole, right: Right) -> bool:
    """Tell whether a role may do something."""
    return right in RIGHTS[role]
