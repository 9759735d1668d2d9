"""Short random walks over both phones; ``python -m bench.walk`` goes on for ten thousand steps and more."""

import random

import pytest

from storage.database import Database
from storage.facts import ChannelName
from tests import databases
from tests.handlers.walking import PACE, Walker, announce_some
from tests.town import Town

STEPS = 120
LINE, TELEGRAM = ChannelName.LINE, ChannelName.TELEGRAM


@pytest.mark.parametrize(
    ("channel", "language"),
    [(LINE, "ja"), (LINE, "en"), (LINE, "ko"), (LINE, "id"), (TELEGRAM, "ja"), (TELEGRAM, "ja-easy"), (TELEGRAM, "vi"),
     (TELEGRAM, "zh-Hans")],
)  # fmt: skip
def test_a_random_walk_always_goes_on(channel: ChannelName, language: str) -> None:
    with databases.fresh("sqlite") as database:
        town = Town(database)
        announce_some(town)
        walker = Walker(town, channel, language, random.Random(language))
        for _ in range(STEPS):
            walker.step()
        walker.see_that_all_is_well()


def test_leaving_is_always_possible(database: Database) -> None:
    town = Town(database)
    announce_some(town)
    walker = Walker(town, LINE, "ja", random.Random(3))
    for _ in range(20):
        walker.step()
        walker.town.now += PACE
        walker.leave_by_word()
        walker.join_again()
