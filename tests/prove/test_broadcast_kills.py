"""The kill proof of broadcasts in short: few people, few kills, every batch size on one engine, both engines.

``make prove`` runs it long, every batch size on each engine.
"""

from datetime import timedelta
from pathlib import Path

import pytest

from bench.broadcast import Proof
from storage.facts import ChannelName
from tests import databases

LINE, TELEGRAM = ChannelName.LINE, ChannelName.TELEGRAM
LEASE = timedelta(seconds=5)  # longer than any answer of the played platform; ``make prove`` waits for the whole one


def prove(engine: str, folder: Path, **changes: object) -> Proof:
    """Run it in processes of their own, on a database that this process does not open."""
    asked = {"people": 240, "kills": 4, "batch": 20, "seed": 7, "lease": LEASE, **changes}
    if engine == "sqlite":
        proof = Proof(url=f"sqlite:///{folder}/bot.sqlite", folder=folder, **asked)  # type: ignore[arg-type]
        proof.run()
        return proof
    with databases.fresh("postgresql") as database:
        url = database.url.render_as_string(hide_password=False)
        proof = Proof(url=url, folder=folder, **asked)  # type: ignore[arg-type]
        proof.run()
    return proof


@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    ("engine", "batch", "people"), [("sqlite", 1, 60), ("postgresql", 20, 240), ("sqlite", 500, 1_500)]
)
def test_everybody_on_line_is_told_once_however_often_the_sender_is_killed(
    engine: str, batch: int, people: int, tmp_path: Path
) -> None:
    proof = prove(engine, tmp_path, channel=LINE, batch=batch, people=people)
    assert proof.broken == [], proof.summary()
    assert proof.figures["kills"] >= 4, proof.summary()


@pytest.mark.timeout(240)
def test_the_proof_fails_when_each_try_has_a_key_of_its_own(tmp_path: Path) -> None:
    proof = prove("sqlite", tmp_path, flaw="key", kills=8)
    assert any("told twice" in wrong for wrong in proof.broken), proof.summary()


@pytest.mark.timeout(240)
@pytest.mark.parametrize("engine", ["postgresql"])
def test_on_telegram_a_kill_leaves_at_most_what_was_in_hand_unknown_and_nobody_is_told_twice(
    engine: str, tmp_path: Path
) -> None:
    proof = prove(engine, tmp_path, channel=TELEGRAM, people=100)
    assert proof.broken == [], proof.summary()
