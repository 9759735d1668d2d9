"""Monday's message from the job to the phones: calls that are alike for all, and a last look at who still wants it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.channels.line.channel import Line
from bot.channels.telegram.channel import Telegram
from bot.sandbox.server import Sandbox
from handlers import drafting, ordering
from handlers.messages import Text, Way, dump
from handlers.rules import weekly as rule
from handlers.rules.forecast import PLANS
from scheduler.weekly import Means
from storage import accounts, approvers, people, quotas
from storage import standing_orders as orders
from storage.approvers import SecretWord
from storage.clock import real_now
from storage.database import Database
from storage.facts import Audience, BroadcastKind, ChannelName, OrderTerms
from tests.scheduler.bureau import MONDAY, NEWS, RATES, WEEK, look_at
from tests.scheduler.post import line, telegram
from tests.scheduler.telling import (
    TELEGRAM,
    House,
    arm,
    became,
    calls_of,
    clock_at,
    friends,
    lead,
    telling,
    until,
    until_ended,
)
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


def made(database: Database, sender: Line | Telegram, *, posts: bool = False) -> int:
    """Order Monday's message and let its job run; gives the broadcast's number."""
    clock, terms = clock_at(MONDAY), OrderTerms(ceiling=1_000, posts=posts)
    word = SecretWord.make("word")

    def order(connection: object) -> None:
        approvers.put(connection, "Second", word, MONDAY, is_deputy=False)
        number = ordering.propose(connection, terms, by="First", now=MONDAY)
        ordering.approve(connection, number, rule.terms_hash(terms), by="Second", now=MONDAY)
        quotas.put(connection, ChannelName.LINE, 5_000, 0, real_now())

    database.write(order).result()
    house = replace(Town(database).house, channels={sender.name: sender}, clock=clock, public_channel=NEWS)
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
    number = made(database, line(sandbox))
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
    number = made(database, line(sandbox))
    clock, channel = clock_at(MONDAY), line(sandbox)
    lead(database, House({ChannelName.LINE: channel}, clock), number, pieces=2)
    assert became(database, number) == {"waiting": 4}
    want(database, asked[0], wanted=False)
    async with telling(database, clock, channel):
        await until_ended(database, number)
    assert became(database, number) == {"accepted": 3, "skipped: not asked for": 1}


async def test_a_correction_of_mondays_message_edits_the_public_post_as_well(
    sandbox: Sandbox, database: Database
) -> None:
    news, person = sandbox.telegram.chat("channel", "News", NEWS), sandbox.telegram.person()
    sandbox.telegram.text(person, "/start", hold=True)
    (asked,) = friends(database, [str(person)], TELEGRAM)
    want(database, asked)
    number = made(database, telegram(sandbox), posts=True)
    right = drafting.correct({"ja": dump([Text("正しい数字です。")])}, Town(database).house.texts)
    times = {"send_at": MONDAY, "not_after": MONDAY + timedelta(hours=6)}
    async with telling(database, clock_at(MONDAY), telegram(sandbox, deadline=5.0)):
        await until_ended(database, number)
        await until(lambda: len(on_screen(sandbox, news)) == 1)
        to = {"audience": Audience(reached_by=number), "corrects_id": number, "kind": BroadcastKind.CORRECTION}
        await until_ended(database, arm(database, written=right, **to, **times))
        await until(lambda: on_screen(sandbox, news) == [("正しい数字です。", True)])
    assert on_screen(sandbox, person)[0] == ("正しい数字です。", True)
    assert [edited for _, edited in on_screen(sandbox, person)] == [True, False, False]


def on_screen(sandbox: Sandbox, chat: int) -> list[tuple[str, bool]]:
    shown = sandbox.telegram.screen(str(chat))["messages"]
    return [(one["text"], one["edited"]) for one in shown if one["from"] != "me"]
