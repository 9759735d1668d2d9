"""Monday's message from the job to the phones: calls that are alike for all, and a last look at who still wants it."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.sandbox.server import Sandbox
from handlers import ordering
from handlers.messages import Way
from handlers.rules import weekly as rule
from handlers.rules.forecast import PLANS
from scheduler.weekly import Means
from storage import accounts, approvers, people, quotas
from storage import standing_orders as orders
from storage.approvers import SecretWord
from storage.clock import real_now
from storage.database import Database
from storage.facts import ChannelName, OrderTerms
from tests.scheduler.bureau import MONDAY, RATES, WEEK, look_at
from tests.scheduler.post import line
from tests.scheduler.telling import House, became, calls_of, clock_at, friends, lead, telling, until_ended
from tests.town import Town


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.running() as running:
        yield running


def phones(sandbox: Sandbox, many: int) -> list[str]:
    keys = [sandbox.line.person() for _ in range(many)]
    for key in keys:
        sandbox.line.follow(key, hold=True)
    return keys


def want(database: Database, account_id: int, wanted: bool = True) -> None:
    person = database.read(lambda c: accounts.find_person(c, account_id)).result() or 0
    database.write(lambda c: people.change(c, person, wants_monday=wanted)).result()


def made(database: Database, sandbox: Sandbox) -> int:
    """Order Monday's message and let its job run; gives the broadcast's number."""
    clock, terms = clock_at(MONDAY), OrderTerms(ceiling=1_000, posts=False)
    word = SecretWord.make("word")

    def order(connection: object) -> None:
        approvers.put(connection, "Second", word, MONDAY, is_deputy=False)
        number = ordering.propose(connection, terms, by="First", now=MONDAY)
        ordering.approve(connection, number, rule.terms_hash(terms), by="Second", now=MONDAY)
        quotas.put(connection, ChannelName.LINE, 5_000, 0, real_now())

    database.write(order).result()
    house = replace(Town(database).house, channels={ChannelName.LINE: line(sandbox)}, clock=clock)
    look_at(database, Means(house, PLANS["light"], RATES), "weekly")
    push = database.read(lambda c: orders.find_push(c, WEEK)).result()
    assert push is not None
    assert push.broadcast_id is not None
    return push.broadcast_id


async def test_one_call_a_language_carries_it_to_all_who_asked_and_nobody_else(
    sandbox: Sandbox, database: Database
) -> None:
    keys = phones(sandbox, 12)
    asked = [*friends(database, keys[:6]), *friends(database, keys[6:9], language="en")]
    friends(database, keys[9:])
    for account_id in asked:
        want(database, account_id)
    number = made(database, sandbox)
    async with telling(database, clock_at(MONDAY), line(sandbox)):
        await until_ended(database, number)
    assert became(database, number) == {"accepted": 9}
    assert [call.way for call in calls_of(database, number)] == [Way.MULTICAST] * 2
    seen = [len([one for one in sandbox.line.screen(key)["messages"] if one["from"] != "me"]) for key in keys]
    assert seen == [1] * 9 + [0] * 3


async def test_who_stops_it_between_the_snapshot_and_the_sending_is_skipped_with_the_reason(
    sandbox: Sandbox, database: Database
) -> None:
    asked = friends(database, phones(sandbox, 4))
    for account_id in asked:
        want(database, account_id)
    number = made(database, sandbox)
    clock, channel = clock_at(MONDAY), line(sandbox)
    lead(database, House({ChannelName.LINE: channel}, clock), number, pieces=2)
    assert became(database, number) == {"waiting": 4}
    want(database, asked[0], wanted=False)
    async with telling(database, clock, channel):
        await until_ended(database, number)
    assert became(database, number) == {"accepted": 3, "skipped: not asked for": 1}
