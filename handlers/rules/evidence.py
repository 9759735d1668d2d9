"""Which reports may be confirmed by a photo, sampled if the city says so, and what staff may answer. Pure."""

import hashlib
from enum import StrEnum

from storage.facts import Action, ActionGroup


class Reason(StrEnum):
    """Why a photo does not confirm a report. A closed list: it is told in every language, and names nobody."""

    UNCLEAR = "unclear"
    PRIVATE = "private"  # a face, a name, an address or a number plate is in it
    OTHER_ACT = "other_act"  # it shows something else than the action
    USED_BEFORE = "used_before"
    NOT_OWN = "not_own"  # taken from a page or a book


LEAVE_REPORT = frozenset({Reason.UNCLEAR, Reason.PRIVATE})
"""The photo cannot be judged: the report stands on the person's word, and they may send another photo."""


def can_be_confirmed(action: Action) -> bool:
    """Tell whether a photo can bring more for an action than one's word."""
    is_told = action.group not in (ActionGroup.CHECKED_IN, ActionGroup.MILESTONE)
    return is_told and (action.confirmed_points or 0) > action.points


def is_sampled(seed: str, entry_id: int, share: int) -> bool:
    """Tell whether a report is in the sample: ``share`` of a hundred, and always alike for one seed and report."""
    digest = hashlib.sha256(f"{seed}:{entry_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % 100 < share


def may_have(action: Action, seed: str, entry_id: int, share: int) -> bool:
    """Tell whether a report may be confirmed: what earns nothing on one's word always may, the rest if sampled."""
    return can_be_confirmed(action) and (not action.points or is_sampled(seed, entry_id, share))
