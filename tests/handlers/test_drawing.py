"""A draw over a town: who has a lot, that it is drawn once whatever stops in between, and what winners read."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, select

from handlers import drawing
from handlers.correcting import Signer
from handlers.rules import draws as rule
from handlers.rules.draws import Problem
from storage import accounts, audit, draws, ledger, people
from storage.approvers import OFFICE_DEVICES
from storage.database import Database
from storage.draws import LOTS
from storage.facts import DrawFacts, DrawKind, DrawState
from storage.ledger import EntryKind
from tests.handlers.occasions import person_of
from tests.rules.test_draws import TERMS
from tests.town import Citizen, Town, kitaq

MAKER, SECOND = Signer(staff_id=1, name="甲"), Signer(staff_id=2, name="乙")


@pytest.fixture
def town(database: Database) -> Town:
    return open_town(database)


def open_town(database: Database) -> Town:
    return Town(database, replace(kitaq(), games=replace(kitaq().games, draws=True)))


def do(town: Town, unit: Callable[..., Any], **values: Any) -> Any:
    return town.database.write(lambda c: unit(c, **values)).result()


def plan(town: Town, **change: Any) -> None:
    terms = replace(TERMS, **{"at_least": 1, **change})
    assert do(town, drawing.add, terms=terms, signer=MAKER, now=town.now) is None


def reporter(town: Town, *actions: str) -> Citizen:
    citizen = town.citizen()
    for action in actions or ("repair",):
        citizen.press(f"r:{action}:{town.now.date()}:1")
    return citizen


def freeze(town: Town, signer: Signer = SECOND) -> Problem | None:
    gathered = do(town, drawing.gather, draw_id=1)
    return do(town, drawing.freeze, draw_id=1, gathered=gathered, programme=town.programme, signer=signer, now=town.now)


def draw(town: Town, signer: Signer = SECOND) -> Problem | None:
    problem = freeze(town, signer)
    if problem is not None:
        return problem
    chosen = do(town, drawing.choose, draw_id=1)
    return do(town, drawing.settle, draw_id=1, chosen=chosen, signer=signer, now=town.now)


def found(town: Town) -> DrawFacts:
    return do(town, drawing.find, draw_id=1)


def holders(town: Town) -> set[int | None]:
    return set(do(town, lambda c: c.execute(select(LOTS.c.person_id)).scalars().all()))


def test_one_person_has_one_lot_however_much_they_did(town: Town) -> None:
    much, little, none = reporter(town, "repair", "my_bottle"), reporter(town), town.citizen()
    plan(town)
    town.pass_days(20)
    assert draw(town) is None
    assert holders(town) == {person_of(town, much), person_of(town, little)}
    assert found(town).state is DrawState.DRAWN
    much.press("points")
    assert "抽選「秋の抽選」に当たりました。市役所の窓口で" in much.words()
    none.press("points")
    assert "抽選" not in none.words()


def test_who_wants_no_games_paused_left_took_it_back_or_holds_the_offices_phone_has_no_lot(town: Town) -> None:
    shy, paused, gone, sorry, office, stays = (reporter(town) for _ in range(6))
    shy.press("play:no")
    sorry.tap("取り消す")
    number = do(town, accounts.list_of_person, person_id=person_of(town, office))[0].id
    values = {"account_id": number, "label": "受付", "made_at": town.now}
    do(town, lambda c: c.execute(OFFICE_DEVICES.insert().values(**values)))
    number = do(town, accounts.list_of_person, person_id=person_of(town, paused))[0].id
    do(town, accounts.change, account_id=number, paused=True)
    erase(town, gone)
    plan(town)
    town.pass_days(20)
    assert draw(town) is None
    assert holders(town) == {person_of(town, stays)}


def erase(town: Town, citizen: Citizen) -> None:
    citizen.press("leave")
    citizen.tap("退会して消す")


def test_a_stop_between_lots_and_seed_goes_on_from_the_same_lots_and_draws_once(town: Town) -> None:
    for _ in range(4):
        reporter(town)
    plan(town, prizes=2)
    town.pass_days(20)
    assert freeze(town) is None
    before = do(town, draws.list_lots, draw_id=1)
    stopped = do(town, drawing.choose, draw_id=1)
    assert draw(town) is None
    drawn = found(town)
    assert draw(town) is Problem.ENDED
    assert do(town, drawing.settle, draw_id=1, chosen=stopped, signer=SECOND, now=town.now) is Problem.ENDED
    assert found(town) == drawn
    assert sorted(do(town, draws.list_lots, draw_id=1)) == sorted(before)
    assert drawn.lots_hash == rule.hash_lots(before)
    won = [one.lot for one, _ in do(town, drawing.list_winners, draw_id=1)]
    assert won == rule.choose(before, drawn.seed, 2)
    acts = [row.act for row in do(town, audit.list_newest, limit=5) if row.subject == "draw:1"]
    assert acts == ["draw.draw", "draw.freeze", "draw.add"]


def test_who_set_a_draw_up_does_not_carry_it_out(town: Town) -> None:
    reporter(town)
    plan(town)
    town.pass_days(20)
    assert draw(town, MAKER) is Problem.SAME_PERSON
    assert freeze(town) is None
    chosen = do(town, drawing.choose, draw_id=1)
    assert do(town, drawing.settle, draw_id=1, chosen=chosen, signer=MAKER, now=town.now) is Problem.SAME_PERSON


def test_a_record_that_comes_in_while_lots_are_gathered_makes_them_gathered_anew(town: Town) -> None:
    reporter(town)
    late = town.citizen()
    plan(town)
    gathered = do(town, drawing.gather, draw_id=1)
    late.press("r:repair:2022-01-20:1")
    town.pass_days(20)
    about = {"draw_id": 1, "programme": town.programme, "signer": SECOND, "now": town.now}
    assert do(town, drawing.freeze, gathered=gathered, **about) is Problem.MOVED
    assert freeze(town) is None
    assert len(holders(town)) == 2


def test_without_anybody_entitled_nothing_is_drawn(town: Town) -> None:
    plan(town, kind=DrawKind.ATTENDED)
    town.pass_days(20)
    assert draw(town) is Problem.NOBODY
    assert found(town).state is DrawState.PLANNED


def test_leaving_takes_the_person_off_the_lot_and_the_proof_still_holds(town: Town) -> None:
    leaver, stays = reporter(town), reporter(town)
    plan(town)
    town.pass_days(20)
    assert draw(town) is None
    person_id = person_of(town, leaver)
    assert [row["name"] for row in do(town, draws.collect, person_id=person_id)] == ["秋の抽選"]
    erase(town, leaver)
    assert holders(town) == {None, person_of(town, stays)}
    assert found(town).lots_hash == rule.hash_lots(do(town, draws.list_lots, draw_id=1))


def test_a_withdrawn_draw_is_told_to_nobody_and_needs_a_reason(town: Town) -> None:
    citizen = reporter(town)
    plan(town)
    town.pass_days(20)
    assert draw(town) is None
    about = {"draw_id": 1, "signer": SECOND, "now": town.now}
    assert do(town, drawing.withdraw, reason=" ", **about) is Problem.NO_REASON
    assert do(town, drawing.withdraw, reason="景品が届かない", **about) is None
    assert do(town, drawing.withdraw, reason="もう一度", **about) is Problem.ENDED
    citizen.press("points")
    assert "抽選" not in citizen.words()


def test_a_year_later_nobody_is_told_by_a_lot(town: Town) -> None:
    reporter(town)
    plan(town)
    town.pass_days(20)
    assert draw(town) is None
    assert do(town, draws.forget_old, made_before=town.now, limit=10) == 1
    assert do(town, draws.forget_old, made_before=town.now, limit=10) == 0
    assert holders(town) == {None}


def test_where_the_city_switched_draws_off_winners_read_nothing(town: Town) -> None:
    citizen = reporter(town)
    plan(town)
    town.pass_days(20)
    assert draw(town) is None
    town.programme = replace(town.programme, games=replace(town.programme.games, draws=False))
    citizen.press("points")
    assert "抽選" not in citizen.words()


def test_each_kind_counts_its_own_and_merged_persons_are_one(town: Town) -> None:
    told, confirmed, was, visitor = (person_of(town, reporter(town)) for _ in range(4))
    moment = {"entered_at": town.now, "counts_for_board": False, "rule_version": 1}

    def prepare(connection: Connection) -> None:
        report = ledger.list_entries(connection, confirmed)[0]
        ledger.confirm(connection, report, 50, **moment)
        people.change(connection, was, merged_into=told)
        attended = {"kind": EntryKind.ATTENDANCE, "reference": "1:1", "action": "webinar", "period": "part:1", "n": 1}
        attended |= {"acted_on": town.now.date(), "points": 100, "confirmed": True, "account_id": 0}
        ledger.add_entry(connection, person_id=visitor, **attended, **moment)

    do(town, prepare)
    expected = {
        (DrawKind.REPORTS, 1): {told, confirmed, visitor},
        (DrawKind.REPORTS, 2): {told},
        (DrawKind.CONFIRMED, 1): {confirmed},
        (DrawKind.ATTENDED, 1): {visitor},
    }
    for (kind, at_least), who in expected.items():
        terms = replace(TERMS, kind=kind, at_least=at_least)
        assert set(do(town, draws.list_candidates, terms=terms)) == who, kind
