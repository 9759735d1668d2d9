"""Checks the challenges of a programme: every problem as one line; changes nothing."""

from collections.abc import Iterator

from storage import text_checks
from storage.facts import ActionGroup, Challenge, Programme

MOST_DAYS = 62
MOST_TIMES = 1_000


def find_problems(programme: Programme) -> Iterator[str]:
    """List every problem of the challenges, as ``challenges[plastic].goal: must be from 1 to 1000``."""
    if programme.challenges:
        yield from text_checks.codes("challenges", [one.code for one in programme.challenges])
    for one in programme.challenges:
        for problem in _problems(one, programme):
            yield f"challenges[{one.code}].{problem}"


def _problems(challenge: Challenge, programme: Programme) -> Iterator[str]:
    if not 1 <= challenge.days <= MOST_DAYS:
        yield f"days: must be from 1 to {MOST_DAYS}"
    if not 1 <= challenge.goal <= MOST_TIMES:
        yield f"goal: must be from 1 to {MOST_TIMES}"
    yield from text_checks.twice("actions", challenge.actions)
    for code in challenge.actions:
        action = programme.action(code)
        if action is None:
            yield f'actions: there is no action "{code}"'
        elif action.group is ActionGroup.MILESTONE:
            yield f'actions: "{code}" is a milestone: nobody is challenged to buy'
