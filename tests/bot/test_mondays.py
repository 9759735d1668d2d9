"""The standing order at the command line: two people, the same terms, and plain words for every refusal."""

from contextlib import closing

import pytest
from sqlalchemy import update

from bot import wiring
from bot.broadcasting.showing import NOT_DONE
from handlers.rules.broadcasts import NotDone
from storage.clock import real_now
from storage.database import Database
from storage.totals import COUNTERS
from storage.weeks import PERSON_WEEKS, WEEK_STEPS
from tests.bot.conftest import Desk
from tests.town import KITAQ, Town

TERMS = ("--ceiling", "500")
STRANGER = "nobody who may approve has this name and this word"


@pytest.fixture
def office(desk: Desk) -> Desk:
    """A desk whose bot was started once, and where Sato and Suzuki may approve."""
    desk.say("migrate")
    with closing(Database(f"sqlite:///{desk.folder}/data/bot.sqlite")) as database:
        wiring.load_programme(database, KITAQ, real_now())
    for name in ("Sato", "Suzuki"):
        desk.say("broadcast", "approver", name, typed=f"word of {name}\n")
    return desk


def test_an_order_is_proposed_by_one_approved_by_another_shown_and_ended(office: Desk) -> None:
    assert "no standing order" in office.say("weekly", "show").out
    office.say("weekly", "order", *TERMS, "--by", "Sato")
    shown = office.say("weekly", "show").out
    assert "order 1: at most 500 LINE messages a month, posts to the public channel; Sato, waits for approval" in shown
    approved = office.say("weekly", "approve", "1", *TERMS, "--name", "Suzuki", typed="word of Suzuki\n")
    assert (approved.code, "in force" in approved.out) == (0, True)
    assert "approved by Suzuki" in office.say("weekly", "show").out
    assert office.say("weekly", "end", "1", "--by", "Sato").code == 0
    assert "no standing order" in office.say("weekly", "show").out


@pytest.mark.parametrize(
    ("said", "word", "why"),
    [
        ((*TERMS, "--name", "Sato"), "word of Sato", NOT_DONE[NotDone.OWN]),
        ((*TERMS, "--name", "Suzuki"), "a guess", STRANGER),
        (("--ceiling", "501", "--name", "Suzuki"), "word of Suzuki", NOT_DONE[NotDone.CHANGED]),
        ((*TERMS, "--no-post", "--name", "Suzuki"), "word of Suzuki", NOT_DONE[NotDone.CHANGED]),
    ],
)
def test_what_may_not_be_approved_is_refused_in_plain_words(
    office: Desk, said: tuple[str, ...], word: str, why: str
) -> None:
    office.say("weekly", "order", *TERMS, "--by", "Sato")
    refused = office.say("weekly", "approve", "1", *said, typed=f"{word}\n")
    assert (refused.code, refused.err.strip()) == (1, why)
    assert "waits for approval" in office.say("weekly", "show").out


def test_an_order_that_is_not_there_is_refused(office: Desk) -> None:
    for said in (("approve", "7", *TERMS, "--name", "Suzuki"), ("end", "7", "--by", "Sato")):
        refused = office.say("weekly", *said, typed="word of Suzuki\n")
        assert (refused.code, refused.err.strip()) == (1, NOT_DONE[NotDone.NOT_NOW])


def test_the_message_can_be_looked_at_before_it_is_ordered(office: Desk) -> None:
    said = office.say("weekly", "preview", "--lang", "en")
    assert "THE CITY'S TOTALS" in said.out
    assert "[My place]" in said.out


def test_recompute_finds_planted_weeks_and_mends_them(desk: Desk) -> None:
    desk.say("migrate")
    with closing(Database(f"sqlite:///{desk.folder}/data/bot.sqlite")) as database:
        Town(database).citizen().press("r:my_bottle:2022-01-20:1")
        database.write(lambda c: c.execute(COUNTERS.delete().where(COUNTERS.c.amount == 0))).result()
        database.write(lambda c: c.execute(update(PERSON_WEEKS).values(points=6))).result()
        database.write(lambda c: c.execute(WEEK_STEPS.delete())).result()
    found = desk.say("recompute", "--check")
    assert found.code == 1
    assert "in the week of 2022-01-17: [6, 0, 0, 0, 1, 0, 0, 0], should be [5, 0, 0, 0, 1, 0, 0, 0]" in found.out
    assert "step: 2022-01-17 5 points: 0, should be 1" in found.out
    assert desk.say("recompute").code == 0
    assert desk.say("recompute", "--check").code == 0
