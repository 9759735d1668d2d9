"""The kill proof in short, and that it fails when a promise is taken away. ``make prove`` runs it long."""

from pathlib import Path

import pytest

from bench.prove import Proof
from bench.victim import STEPS


@pytest.mark.timeout(180)
def test_nothing_is_lost_and_nothing_counted_twice_over_kills_at_every_step(tmp_path: Path) -> None:
    proof = Proof(
        url=f"sqlite:///{tmp_path}/proof.sqlite",
        folder=tmp_path,
        kills_per_step=1,
        random_kills=1,
        webhooks=110,
        people=8,
        seed=7,
    )
    proof.run()
    assert proof.broken == [], proof.table()
    assert set(STEPS) <= set(proof.landed), proof.table()
    assert proof.figures["pushes tried again under their key"] > 0, proof.table()
    assert proof.figures["people who left"] > 0, proof.table()


@pytest.mark.timeout(180)
@pytest.mark.parametrize(
    ("flaw", "steps", "promise"),
    [
        # 200 is answered without waiting for the commit
        ("intake", STEPS[:1], "every accepted event was handled once"),
        # each try of a push makes a key of its own
        ("key", ("after the work's commit", "after a push was taken"), "every push kept its key and its bytes"),
    ],
)
def test_the_proof_fails_when_a_promise_is_taken_away(
    flaw: str, steps: tuple[str, ...], promise: str, tmp_path: Path
) -> None:
    proof = Proof(
        url=f"sqlite:///{tmp_path}/proof.sqlite",
        folder=tmp_path,
        steps=steps,
        kills_per_step=3,
        random_kills=0,
        webhooks=60,
        people=4,
        seed=7,
        flaw=flaw,
        patience=3.0,
    )
    proof.run()
    assert proof.promises[promise], proof.table()
