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
    NAMES = "names"  # release or refuse the names that people chose for others to see; make and close teams
    SWITCH = "switch"  # switch heat alerts and a disaster
    QUESTIONS = "questions"  # claim, answer and close what people asked staff
    ANSWERS = "answers"  # write the answer table
    EVIDENCE = "evidence"  # look at photos that confirm reports, accept or refuse them
    WORDS = "words"  # read what nobody understood
    FIGURES = "figures"  # keep key figures, enter the portal's visitors
    PERSONS = "persons"  # look one person up, with their points; pause what is sent to them
    CORRECT = "correct"  # correct a person's points
    RULES = "rules"  # make the next version of the catalogue and its rules
    DRAW = "draw"  # set up draws, carry out those of others, withdraw any; see who won
    MERGE = "merge"  # make one person of two, and two of one again
    ERASE = "erase"  # erase a person who asked for it
    CLOSE = "close"  # close a month, after which its report never changes
    APPROVE = "approve"  # approve what another person wrote
    RETRY = "retry"  # let what failed be tried again
    RECORDS = "records"  # read the audit trail
    STAFF = "staff"  # invite staff, give roles, end accounts, hand them over


_VIEWER = frozenset({Right.ENTER, Right.OWN, Right.LOOK})
_EDITOR = _VIEWER | {
    Right.DOOR,
    Right.ARRANGE,
    Right.EXPORT,
    Right.WRITE,
    Right.NAMES,
    Right.SWITCH,
    Right.QUESTIONS,
    Right.ANSWERS,
    Right.EVIDENCE,
    Right.WORDS,
    Right.FIGURES,
    Right.PERSONS,
}
_SENIOR = _EDITOR | {Right.CORRECT, Right.RULES, Right.DRAW, Right.MERGE, Right.CLOSE, Right.RETRY, Right.RECORDS}
RIGHTS: Mapping[StaffRole, frozenset[Right]] = {
    StaffRole.DESK: frozenset({Right.ENTER, Right.DOOR}),
    StaffRole.VIEWER: _VIEWER,
    StaffRole.EDITOR: _EDITOR,
    StaffRole.APPROVER: _SENIOR | {Right.APPROVE},
    StaffRole.ADMINISTRATOR: _SENIOR | {Right.ERASE, Right.STAFF},
}
"""Who hands out accounts does not approve, and the other way round: one stolen account cannot send to everybody."""


def may(role: StaffRole, right: Right) -> bool:
    """Tell whether a role may do something."""
    return right in RIGHTS[role]
