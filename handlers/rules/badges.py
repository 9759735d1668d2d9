"""Badges: what somebody has done so far, by the times of each action; never by points, and nothing is kept of them."""

from collections.abc import Mapping
from enum import StrEnum

from storage.facts import Action, ActionGroup, Programme


class Badge(StrEnum):
    """A mark of what was done; none can be bought."""

    FIRST = "first"
    TIMES_30 = "times_30"
    TIMES_100 = "times_100"
    KINDS_5 = "kinds_5"
    KINDS_10 = "kinds_10"
    EVENT = "event"
    EVENTS_5 = "events_5"


_TIMES = {Badge.FIRST: 1, Badge.TIMES_30: 30, Badge.TIMES_100: 100}
_KINDS = {Badge.KINDS_5: 5, Badge.KINDS_10: 10}
_EVENTS = {Badge.EVENT: 1, Badge.EVENTS_5: 5}


def earned(times: Mapping[str, int], programme: Programme) -> list[Badge]:
    """List the badges that the times of each action have earned, milestones apart; what is taken back earns none."""
    done = [(action, times[action.code]) for action in programme.actions if times.get(action.code, 0) > 0]
    events = sum(number for action, number in done if action.group is ActionGroup.CHECKED_IN)
    reached = [(_TIMES, sum(number for _, number in done)), (_KINDS, len(done)), (_EVENTS, events)]
    return [badge for steps, number in reached for badge, step in steps.items() if number >= step]


def milestones(times: Mapping[str, int], programme: Programme) -> list[Action]:
    """List the purchases and contracts somebody told of: each is a badge of its own (milestones)."""
    return [
        action
        for action in programme.actions
        if action.group is ActionGroup.MILESTONE and times.get(action.code, 0) > 0
    ]
