"""getUpdates: offsets, waiting, the kinds asked for and the two conflicts."""

import asyncio
import time

import pytest
from telegram import Bot, Update
from telegram.error import Conflict

from tests.sandbox.telegram.refusals import refused


def texts(updates):
    return [update.message.text for update in updates]


async def begin_to_poll(bot: Bot) -> "asyncio.Task[tuple[Update, ...]]":
    """Begin a long poll, and wait until its request is there: what it confirms waits no longer."""
    last = (await bot.get_updates())[-1].update_id
    poll = asyncio.create_task(bot.get_updates(offset=last + 1, timeout=30))
    while (await bot.get_webhook_info()).pending_update_count:  # noqa: ASYNC110  another process's state
        await asyncio.sleep(0.01)
    return poll


async def test_updates_are_numbered_in_a_row_and_kept_until_confirmed(sandbox, bot, person):
    for text in "一二三":
        sandbox.telegram.text(person, text)
    updates = await bot.get_updates()
    assert texts(updates) == ["/start", "一", "二", "三"]
    first = updates[0].update_id
    assert [update.update_id for update in updates] == [first, first + 1, first + 2, first + 3]
    assert texts(await bot.get_updates(limit=1)) == ["/start"]
    assert texts(await bot.get_updates(offset=first + 2)) == ["二", "三"]
    assert texts(await bot.get_updates(offset=first)) == ["二", "三"]
    assert await bot.get_updates(offset=first + 4) == ()


async def test_a_negative_offset_counts_from_the_end_and_forgets_the_rest(sandbox, bot, person):
    for text in "一二三":
        sandbox.telegram.text(person, text)
    assert texts(await bot.get_updates(offset=-1)) == ["三"]
    assert texts(await bot.get_updates()) == ["三"]


async def test_a_long_poll_answers_as_soon_as_something_happens(sandbox, bot, person):
    poll = await begin_to_poll(bot)
    await asyncio.sleep(0.2)
    assert not poll.done()
    started = time.monotonic()
    await asyncio.to_thread(sandbox.telegram.text, person, "やあ")
    assert texts(await poll) == ["やあ"]
    assert time.monotonic() - started < 5


async def test_a_long_poll_ends_empty_after_its_time(sandbox, bot):
    started = time.monotonic()
    assert await bot.get_updates(timeout=1) == ()
    assert 0.9 < time.monotonic() - started < 5


async def test_a_second_poller_ends_the_first_with_a_conflict(sandbox, bot, person):
    first = await begin_to_poll(bot)
    async with Bot(bot.token, base_url=f"{sandbox.telegram_url}/bot") as other:
        second = asyncio.create_task(other.get_updates(timeout=1))
        with refused(Conflict, "Conflict: terminated by other getUpdates request; make sure that only one bot"):
            await first
        assert await second == ()


async def test_polling_and_a_webhook_exclude_each_other(sandbox, bot, person):
    poll = await begin_to_poll(bot)
    await bot.set_webhook("https://city.example.jp/hook")
    with refused(Conflict, "Conflict: terminated by setWebhook request"):
        await poll
    with refused(Conflict, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook"):
        await bot.get_updates()
    await bot.delete_webhook()
    assert await bot.get_updates() == ()


async def test_only_the_kinds_asked_for_are_kept_and_the_choice_stays(sandbox, bot, person):
    await bot.get_updates(offset=-1, allowed_updates=["callback_query"])
    sandbox.telegram.text(person, "一")
    await bot.get_updates()
    sandbox.telegram.text(person, "二")
    assert texts(await bot.get_updates(allowed_updates=[])) == ["/start"]
    sandbox.telegram.text(person, "三")
    assert texts(await bot.get_updates()) == ["/start", "三"]


async def test_a_press_is_dropped_after_its_150_seconds_and_a_text_after_a_day(sandbox, bot, person):
    sandbox.telegram.limits(press_kept=0.0)
    sent = await bot.send_message(
        person, "一", reply_markup={"inline_keyboard": [[{"text": "a", "callback_data": "x"}]]}
    )
    sandbox.telegram.press(person, sent.message_id, "x")
    assert texts(await bot.get_updates()) == ["/start"]
    sandbox.telegram.limits(update_kept=0.0)
    sandbox.telegram.text(person, "二")
    assert texts(await bot.get_updates()) == ["/start"]


@pytest.mark.parametrize(("limit", "count"), [(0, 1), (100, 100), (1000, 100)])
def test_the_limit_is_held_between_1_and_100(sandbox, raw, person, limit, count):
    for number in range(101):
        sandbox.telegram.text(person, str(number))
    assert len(raw("getUpdates", data={"limit": limit}).json()["result"]) == count
