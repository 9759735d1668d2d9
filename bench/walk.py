"""Walks at random over both phones in every language: taps, words, things sent, old and forged buttons, blocks, waits.

``python -m bench.walk`` (part of ``make prove``) takes 11,200 steps; after each the answer must leave a way on, keep to
its language and stay within its platform's limits, and after each walk the menu, a report, another language, leaving
and joining must work and no message may have been given up. Exit status 1 when one walk ended early.
"""

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from storage.facts import ChannelName
from tests import databases
from tests.handlers.walking import Walker, announce_some
from tests.town import Town, kitaq

CHANNELS = (ChannelName.LINE, ChannelName.TELEGRAM)


@dataclass(frozen=True)
class Walk:
    """One walk: what was done, the longest answer in lines of a phone and what it answered, and what went wrong."""

    channel: ChannelName
    language: str
    acts: Counter[str]
    longest: tuple[int, str]
    seconds: float
    wrong: str = ""


def walk(engine: str, channel: ChannelName, language: str, steps: int, seed: int) -> Walk:
    """Walk until the end or until something is wrong."""
    started, wrong = time.monotonic(), ""
    with databases.fresh(engine) as database:
        town = Town(database)
        announce_some(town)
        walker = Walker(town, channel, language, random.Random(f"{seed} {channel} {language}"))
        try:
            for _ in range(steps):
                walker.step()
            walker.see_that_all_is_well()
        except Exception as error:
            wrong = f"step {walker.steps.total()}, {walker.did}: {type(error).__name__}: {error}"
    return Walk(channel, language, walker.steps, walker.longest, time.monotonic() - started, wrong)


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.walk", description=__doc__)
    parser.add_argument("--steps", type=int, default=800, help="of each of the fourteen walks")
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--seed", type=int, default=None)
    return parser.parse_args(given)


def main(given: Sequence[str] | None = None) -> int:
    """Walk on both phones in every language and print what was met; 1 when anything was wrong."""
    asked = arguments(given)
    seed = random.SystemRandom().randrange(10**6) if asked.seed is None else asked.seed
    print(f"## Random walks over both phones, {asked.engine}, seed {seed}\n", flush=True)
    print("| phone | language | steps | ms a step | longest answer | it answered |\n|---|---|---|---|---|---|")
    walks = []
    for channel in CHANNELS:
        for language in kitaq().city.languages:
            one = walk(asked.engine, channel, language, asked.steps, seed)
            walks.append(one)
            steps = one.acts.total()
            each = one.seconds / max(steps, 1) * 1000
            said = f"{one.longest[0]} lines | {one.longest[1]}"
            print(f"| {channel} | {language} | {steps} | {each:.1f} | {said} |", flush=True)
    acts = sum((one.acts for one in walks), Counter[str]())
    print("\n" + ", ".join(f"{name} {number}" for name, number in acts.most_common()))
    faults = [f"{one.channel} {one.language}: {one.wrong}" for one in walks if one.wrong]
    print(f"\n{acts.total()} steps, {len(faults)} faults\n" + "\n".join(faults), flush=True)
    databases.close_spares()
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
