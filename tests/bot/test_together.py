"""Many at once on PostgreSQL: two accounts of one person, and many persons on one counter."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection, select

from bot import dispatch
from bot.dispatch import Address
from handlers.rules import calendar
from scheduler.pacing import LEASE
from storage import accounts, claims, inbox, outbox, totals
from storage.database import ConflictError, lock_person
from storage.facts import AccountFacts, ChannelName
from storage.inbox import NewEvent
from storage.ledger import CLAIMS, LEDGER, TALLIES
from storage.outbox import OutboxState, StoredCall
from tests import databases
from tests.handlers.bookkeeping import Book, Rules
from tests.handlers.test_preferring import account
from tests.storage.rows import an_event
from tests.town import Citizen, Town

PEOPLE, REPORTS = 8, 50


@pytest.fixture
def town() -> Iterator[Town]:
    """A town on PostgreSQL where nobody can write too fast."""
    with databases.fresh("postgresql") as database:
        built = Town(database)
        limits = replace(built.programme.limits, messages_a_minute=10_000)
        built.programme = replace(built.programme, limits=limits)
        yield built


def address(citizen: Citizen) -> Address:
    return ChannelName.LINE, "bot", citizen.key


def wait_in_line(citizen: Citizen, *pressed: str) -> None:
    """Let presses arrive that nobody has handled yet."""
    town = citizen.town
    events = [event(citizen, data, number) for number, data in enumerate(pressed)]
    town.database.write(lambda c: inbox.store_all(c, [(ChannelName.LINE, events, town.now)])).result()


def event(citizen: Citizen, data: str, number: int) -> NewEvent:
    source = f'{{"type":"user","userId":"{citizen.key}"}}'
    raw = f'{{"type":"postback","mode":"active","source":{source},"postback":{{"data":"{data}"}}}}'
    at = citizen.town.now + timedelta(milliseconds=number)
    return an_event(f"{citizen.key}{at.timestamp()}", citizen.key, at, raw=raw)


def decide(citizen: Citizen) -> bool:
    """Handle one event as a worker does: once more with fresh facts when another was first."""
    town = citizen.town
    while True:
        try:
            unit = town.database.write(lambda c: dispatch.decide(c, town.house, "test", address(citizen)))
            return unit.result() is not None
        except ConflictError:
            continue


def work_off(citizen: Citizen) -> None:
    while decide(citizen):
        pass


def test_an_answer_whose_sender_stalled_is_not_overtaken_by_the_next(town: Town) -> None:
    """A lease that ran out says that its owner is late, not that the answer was given."""

    def decide_as(owner: str) -> bool:
        unit = town.database.write(lambda c: dispatch.decide(c, town.house, owner, address(citizen)))
        return unit.result() is not None

    citizen = town.citizen()
    end_calls(town, "test")
    wait_in_line(citizen, "menu", "menu")
    assert decide_as("stalled")
    town.now += LEASE + timedelta(seconds=1)
    assert not decide_as("next")
    (taken_over,) = claim(town, "next")
    assert decide_as("next"), "it answers in its order what it holds itself"
    assert taken_over.attempts == 2


def claim(town: Town, owner: str) -> list[StoredCall]:
    now, line = town.house.clock.real(), [ChannelName.LINE]
    return town.database.write(lambda c: claims.claim_due(c, owner, line, now, LEASE, 100, alone=False)).result()


def end_calls(town: Town, owner: str) -> None:
    now, mine = town.house.clock.real(), select(outbox.OUTBOX.c.id).where(outbox.OUTBOX.c.leased_by == owner)

    def unit(connection: Connection) -> None:
        for call_id in connection.execute(mine).scalars().all():
            outbox.mark_ended(connection, call_id, owner, OutboxState.ACCEPTED, now)

    town.database.write(unit).result()


def together(*citizens: Citizen) -> None:
    with ThreadPoolExecutor(len(citizens)) as threads:
        for done in [threads.submit(work_off, citizen) for citizen in citizens]:
            done.result()


def share_one_person(one: Citizen, other: Citizen) -> None:
    mine, theirs = account(one), account(other)
    one.town.database.write(lambda c: accounts.change(c, theirs.id, person_id=mine.person_id)).result()


def test_two_accounts_of_one_person_never_pass_a_cap_together(town: Town) -> None:
    one, other = town.citizen(), town.citizen()
    share_one_person(one, other)
    for _ in range(12):
        today = calendar.tokyo_day(town.now)
        presses = [f"r:{code}:{today}:{n}" for code in ("bicycle_walk", "public_transport") for n in (1, 2)]
        wait_in_line(one, *presses, f"r:my_bottle:{today}:1")
        wait_in_line(other, *reversed(presses), f"r:my_bottle:{today}:1")
        together(one, other)
        town.pass_days(1)
    rows = town.database.read(lambda c: c.execute(select(LEDGER)).all()).result()
    days = {row.acted_on for row in rows}
    assert len(days) == 12
    for day in days:
        codes = sorted(row.action == "my_bottle" for row in rows if row.acted_on == day)
        assert codes == [False, False, True], "two trips and one bottle a day"
    assert len({row.account_id for row in rows}) == 2


def test_two_accounts_of_one_person_never_pass_the_days_points_together(town: Town) -> None:
    one, other = town.citizen(), town.citizen()
    share_one_person(one, other)
    today = calendar.tokyo_day(town.now)
    codes = [a.code for a in town.programme.actions if a.group == "everyday" and not a.seasons]
    wait_in_line(one, *(f"r:{code}:{today}:1" for code in codes))
    wait_in_line(other, *(f"r:{code}:{today}:1" for code in reversed(codes)))
    together(one, other)
    points = town.database.read(lambda c: c.execute(select(LEDGER.c.points)).scalars().all()).result()
    assert sum(points) == town.programme.limits.everyday_points_a_day
    assert len(points) == len(codes)


def test_counters_are_exact_after_many_reported_at_once(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(totals, "STRIPES", 1)  # everybody on one row: the hardest case
    citizens = [town.citizen() for _ in range(PEOPLE)]
    rules, book = Rules(town.programme, town.now, None), Book()
    days = [rules.today - timedelta(days=back) for back in range(4)]
    codes = [action.code for action in town.programme.actions if action.group in ("everyday", "outing")]
    reports = [(code, day) for code in codes for day in days][:REPORTS]
    for code, day in reports:
        rules.report(book, code, day, 1)
    for citizen in citizens:
        wait_in_line(citizen, *(f"l:{code}:{day}:1" for code, day in reports))
    together(*citizens)
    each = sum(report.line.points for report in book.reports)
    found = town.database.read(lambda c: totals.find_totals(c, town.programme, town.now)).result()
    assert found.points_self_reported == PEOPLE * each
    tallied = town.database.read(lambda c: c.execute(select(TALLIES)).all()).result()
    assert sum(row.self_reported for row in tallied) == PEOPLE * each
    claims = town.database.read(lambda c: c.execute(select(CLAIMS)).all()).result()
    assert len(claims) == PEOPLE * len(book.reports)


def test_who_leaves_by_one_phone_is_a_stranger_on_the_other_at_once(town: Town) -> None:
    one, other = town.citizen(), town.citizen()
    share_one_person(one, other)
    one.press("leave")
    leaving = next(choice.data for choice in one.buttons() if choice.data.startswith("leaving:"))
    town.now += timedelta(seconds=1)
    wait_in_line(one, leaving)
    wait_in_line(other, "points")
    holding, person = threading.Event(), account(one).person_id
    assert person is not None

    def leave_slowly(connection: Connection) -> None:
        lock_person(connection, person)
        holding.set()
        threading.Event().wait(0.5)  # long enough for the other phone to stand before the lock
        dispatch.decide(connection, town.house, "test", address(one))

    left = town.database.write(leave_slowly)
    holding.wait()
    assert decide(other)
    left.result()
    found = town.database.read(lambda c: accounts.find(c, *address(other))).result()
    assert isinstance(found, AccountFacts)
    assert found.person_id is None
