"""Long polling loses no update, confirms none early, outlives every failure and says clearly what it cannot outlive."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from bot.channels.telegram import Telegram
from bot.channels.telegram.poll import Polling, PollingRefusedError
from tests.channels.telegram.played import (
    TOKEN,
    Answer,
    Played,
    cut_off,
    drip,
    error,
    ok,
    plain,
    played,
    reset,
    silence,
)

FIRST = [{"update_id": 7, "message": {"text": "一"}}, {"update_id": 8, "odd_kind": {"x": [None, 1.5]}}]
SECOND = [{"update_id": 9, "message": {"text": "\ud83d"}}]


@asynccontextmanager
async def polling(*answers: Answer, **settings: float) -> AsyncIterator[tuple[Played, Polling]]:
    quick = {"wait": 0.2, "slack": 0.3, "first_pause": 0.01, "longest_pause": 0.02, "patience": 0.1}
    async with played(*answers) as api:
        poll = Polling(f"{api.url}/bot{TOKEN}", **(quick | settings))
        try:
            yield api, poll
        finally:
            await poll.close()


def offsets(api: Played) -> list[Any]:
    return [fields.get("offset") for _, fields in api.asked]


async def test_updates_come_raw_and_whole() -> None:
    async with polling(ok(FIRST)) as (api, poll):
        batch = await anext(poll.updates())
    assert [json.loads(update) for update in batch] == FIRST
    (method, fields) = api.asked[0]
    assert method == "getUpdates"
    assert fields["allowed_updates"] == ["message", "edited_message", "callback_query", "my_chat_member"]


async def test_a_batch_is_confirmed_only_when_its_caller_comes_for_the_next() -> None:
    async with polling(ok(FIRST), ok(SECOND), silence) as (api, poll):
        updates = poll.updates()
        await anext(updates)
        await asyncio.sleep(0.1)
        assert offsets(api) == [None]
        await anext(updates)
        assert offsets(api) == [None, 9]


async def test_after_a_caller_that_died_the_same_updates_come_again() -> None:
    async with polling(ok(FIRST)) as (api, poll):
        await anext(poll.updates())
        await anext(poll.updates())
    assert offsets(api) == [None, None]


async def test_an_empty_answer_proves_the_confirmation_so_that_lower_ids_can_follow() -> None:
    async with polling(ok(FIRST), ok([]), ok([{"update_id": 3}]), silence) as (api, poll):
        updates = poll.updates()
        await anext(updates)
        assert [json.loads(update)["update_id"] for update in await anext(updates)] == [3]
    assert offsets(api) == [None, 9, None]


async def test_an_update_without_a_readable_id_holds_up_no_other() -> None:
    strange: list[Any] = ["odd", {"update_id": "x"}, *FIRST]
    async with polling(ok(strange), ok(SECOND), silence) as (api, poll):
        updates = poll.updates()
        assert len(await anext(updates)) == 4
        await anext(updates)
    assert offsets(api) == [None, 9]


@pytest.mark.parametrize(
    "failure",
    [reset, cut_off, silence, drip, plain(502, "<html>"), plain(200, "<html>"), ok({"no": "list"}), ok(["odd"])],
)
async def test_a_failure_is_outlived_without_losing_the_offset(failure: Answer) -> None:
    async with polling(ok(FIRST), failure, failure, ok(SECOND), silence) as (api, poll):
        updates = poll.updates()
        await anext(updates)
        async with asyncio.timeout(5):
            await anext(updates)
    assert offsets(api) == [None, 9, 9, 9]
    assert poll.trouble == ""


async def test_a_torn_connection_that_holds_its_place_is_left_behind() -> None:
    async with polling(silence, ok(FIRST), slack=2) as (_, poll):
        held = asyncio.create_task(poll._wire.do_request(poll._address, "POST"))
        await asyncio.sleep(0.05)
        async with asyncio.timeout(1.8):  # the held place would be free again after 2.2 s
            assert len(await anext(poll.updates())) == 2
        held.cancel()
        await asyncio.gather(held, return_exceptions=True)


async def test_trouble_is_told_while_it_lasts() -> None:
    async with polling(plain(502, "<html>")) as (_, poll):
        task = asyncio.create_task(anext(poll.updates()))
        await asyncio.sleep(0.2)
        assert poll.trouble == "answer 502"
        task.cancel()


async def test_a_flood_answer_is_waited_out() -> None:
    async with polling(error(429, "Too Many Requests", retry_after=1), ok(FIRST)) as (_, poll):
        started = time.monotonic()
        await anext(poll.updates())
        assert time.monotonic() - started >= 1


async def test_a_second_consumer_that_stays_is_told_to_staff() -> None:
    async with polling(error(409, "Conflict: terminated by other getUpdates request")) as (api, poll):
        with pytest.raises(PollingRefusedError, match="another process"):
            await anext(poll.updates())
    assert len(api.asked) > 1


async def test_a_predecessor_that_goes_away_is_outlived() -> None:
    conflict = error(409, "Conflict: terminated by other getUpdates request")
    async with polling(conflict, conflict, ok(FIRST), patience=5) as (_, poll):
        assert len(await anext(poll.updates())) == 2


async def test_a_set_webhook_is_told_to_staff_at_once() -> None:
    words = (
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
    )
    async with polling(error(409, words)) as (api, poll):
        with pytest.raises(PollingRefusedError, match="TELEGRAM_MODE"):
            await anext(poll.updates())
    assert len(api.asked) == 1


@pytest.mark.parametrize("status", [401, 404])
async def test_an_unknown_token_is_told_to_staff_without_the_token(status: int) -> None:
    async with polling(error(status, "Unauthorized")) as (_, poll):
        with pytest.raises(PollingRefusedError, match="TELEGRAM_BOT_TOKEN") as refusal:
            await anext(poll.updates())
    assert TOKEN not in str(refusal.value)


async def test_empty_answers_given_at_once_make_no_hot_loop() -> None:
    async with polling(ok([]), wait=2, first_pause=0.1) as (api, poll):
        task = asyncio.create_task(anext(poll.updates()))
        await asyncio.sleep(0.45)
        task.cancel()
    assert 2 <= len(api.asked) <= 5


async def test_the_channel_polls_with_its_own_token() -> None:
    async with played(ok(FIRST)) as api:
        updates = Telegram(token=TOKEN, api_url=api.url).updates()
        assert len(await anext(updates)) == 2
        await updates.aclose()
