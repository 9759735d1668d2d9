"""A correction on Telegram: the wrong message is edited where it is known, and what is right is told beside it."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from bot.sandbox.server import Sandbox
from handlers import drafting
from handlers.messages import Card, Choice, Message, Text, dump
from handlers.texts import Texts
from storage import alerts
from storage.database import Database
from storage.facts import Audience, BroadcastKind
from storage.outbox import OUTBOX
from tests.scheduler.post import TELEGRAM_TOKEN, telegram
from tests.scheduler.telling import TELEGRAM, arm, became, clock_at, friends, telling, until_ended
from tests.town import kitaq

WRONG, RIGHT = "1月29日(土)に清掃をします。", "1月30日(日)に清掃をします。"
BUTTON = (Choice("くわしく見る", url="https://city.test/"),)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.running() as running:
        yield running


def people(sandbox: Sandbox, database: Database, many: int) -> list[int]:
    """Friends on Telegram, who joined."""
    found = [sandbox.telegram.person() for _ in range(many)]
    for person in found:
        sandbox.telegram.text(person, "/start", hold=True)
    friends(database, [str(person) for person in found], TELEGRAM)
    return found


def said(sandbox: Sandbox, person: int) -> list[tuple[str, bool]]:
    """What the bot says on a phone, and whether it was edited."""
    return [(m["text"], m["edited"]) for m in sandbox.telegram.screen(person)["messages"] if m["from"] != "me"]


def delete(sandbox: Sandbox, person: int, text: str) -> None:
    (found,) = [m for m in sandbox.telegram.screen(person)["messages"] if m["text"] == text]
    place = {"chat_id": person, "message_id": found["id"]}
    httpx.post(f"{sandbox.telegram_url}/bot{TELEGRAM_TOKEN}/deleteMessage", json=place).raise_for_status()


async def tell(sandbox: Sandbox, database: Database, *messages: Message, **changes: Any) -> int:
    number = arm(database, written={"ja": dump(messages)}, **changes)
    async with telling(database, clock_at(), telegram(sandbox, deadline=5.0)):
        await until_ended(database, number)
    return number


async def correct(sandbox: Sandbox, database: Database, wrong: int, *messages: Message) -> int:
    written = drafting.correct({"ja": dump(messages)}, Texts(kitaq().city.languages))["ja"]
    to = Audience(reached_by=wrong, friends=True)
    number = arm(database, written={"ja": written}, kind=BroadcastKind.CORRECTION, corrects_id=wrong, audience=to)
    async with telling(database, clock_at(), telegram(sandbox, deadline=5.0)):
        await until_ended(database, number)
    return number


async def test_who_was_told_what_is_wrong_finds_it_mended_and_is_told_beside_it(
    sandbox: Sandbox, database: Database
) -> None:
    reached = people(sandbox, database, 3)
    wrong = await tell(sandbox, database, Card("清掃", (WRONG,), BUTTON))
    number = await correct(sandbox, database, wrong, Card("清掃", (RIGHT,), BUTTON))
    assert became(database, number) == {"accepted": 3}
    for person in reached:
        mended, heading, again = said(sandbox, person)
        assert mended == (f"清掃\n{RIGHT}", True)
        assert heading[0].startswith("【訂正】")
        assert again == (f"清掃\n{RIGHT}", False)


async def test_a_message_that_cannot_be_edited_keeps_nobody_from_being_told(
    sandbox: Sandbox, database: Database
) -> None:
    deleted, blocked, plain = people(sandbox, database, 3)
    wrong = await tell(sandbox, database, Text(WRONG))
    delete(sandbox, deleted, WRONG)
    sandbox.telegram.block(blocked)
    sandbox.order_fault("telegram", "500", "editMessageText", after=2)
    number = await correct(sandbox, database, wrong, Text(RIGHT))
    assert became(database, number) == {"accepted": 2, "refused: blocked": 1}
    assert [text for text, _ in said(sandbox, deleted)][-1] == RIGHT
    assert [text for text, _ in said(sandbox, plain)][-1] == RIGHT
    assert database.read(alerts.list_open).result() == []


async def test_a_message_of_several_calls_and_one_whose_call_is_forgotten_stay_and_the_rest_is_told(
    sandbox: Sandbox, database: Database
) -> None:
    (person,) = people(sandbox, database, 1)
    long = await tell(sandbox, database, Text("あ" * 5_000))
    await correct(sandbox, database, long, Text(RIGHT))
    wrong = await tell(sandbox, database, Text(WRONG))
    database.write(lambda c: c.execute(OUTBOX.delete())).result()
    await correct(sandbox, database, wrong, Text(RIGHT))
    assert [edited for _, edited in said(sandbox, person)] == [False] * 7
    assert [text for text, _ in said(sandbox, person)].count(RIGHT) == 2
