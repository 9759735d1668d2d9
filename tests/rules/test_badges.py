"""Badges go by what was done: points earn none, and a purchase earns one of its own and no points."""

import pytest

from handlers.rules import badges
from handlers.rules.badges import Badge
from tests.town import kitaq


@pytest.mark.parametrize(
    ("times", "earned"),
    [
        ({}, []),
        ({"my_bottle": 0}, []),
        ({"my_bottle": 1}, [Badge.FIRST]),
        ({"my_bottle": 29}, [Badge.FIRST]),
        ({"my_bottle": 30}, [Badge.FIRST, Badge.TIMES_30]),
        ({"event_attendance": 5}, [Badge.FIRST, Badge.EVENT, Badge.EVENTS_5]),
        ({"my_bottle": 1, "my_bag": 1, "repair": 1, "compost": 1, "led": 1}, [Badge.FIRST, Badge.KINDS_5]),
        ({"no_action_any_more": 500}, []),
    ],
)
def test_badges_go_by_the_times_of_each_action(times: dict[str, int], earned: list[Badge]) -> None:
    assert badges.earned(times, kitaq()) == earned


def test_a_milestone_is_a_badge_of_its_own() -> None:
    assert [one.code for one in badges.milestones({"solar": 1, "led": 0, "my_bag": 3}, kitaq())] == ["solar"]
